//! Reads the service's JSON: the browser parses it, and serde makes values of our types.
//!
//! A library would also say what is wrong and where, which is not shown to employees. The portal's
//! module has 180,184 bytes after Brotli with this file, and 195,296 with `serde-wasm-bindgen`.

use std::fmt::Display;

use js_sys::{Array, JSON, JsString, Object};
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, Error, Expected, IntoDeserializer, Unexpected, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use wasm_bindgen::{JsCast as _, JsValue};

/// Nothing if `text` is not JSON, or does not fit the type.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = JSON::parse(text).ok()?;
    T::deserialize(JsonValue(value)).ok()
}

/// A value that the browser has parsed.
struct JsonValue(JsValue);

impl<'de> Deserializer<'de> for JsonValue {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Self(value) = self;
        if let Some(text) = value.as_string() {
            visitor.visit_string(text)
        } else if let Some(truth) = value.as_bool() {
            visitor.visit_bool(truth)
        } else if let Some(number) = value.as_f64() {
            // The service sends whole numbers only.
            visitor.visit_i64(number as i64)
        } else if value.is_null() {
            visitor.visit_unit()
        } else if let Some(list) = value.dyn_ref::<Array>() {
            visitor.visit_seq(SeqDeserializer::new(list.iter().map(JsonValue)))
        } else {
            let members = Object::entries(value.unchecked_ref()).into_iter();
            visitor.visit_map(MapDeserializer::new(members.map(|member| {
                let member: &Array = member.unchecked_ref();
                let name: JsString = member.get(0).unchecked_into();
                (String::from(name), JsonValue(member.get(1)))
            })))
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let name = self.0.as_string().ok_or(Unreadable)?;
        visitor.visit_enum(name.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, Unreadable> for JsonValue {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The value does not fit the type. Each method that could have a default is written out, so that
/// no text of serde's is downloaded.
#[derive(Debug)]
struct Unreadable;

impl Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        api::{AuditAnswer, CountriesAnswer, SessionAnswer, SignOutAnswer, ValidationAnswer},
        staff::employee::Role,
    };
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn the_services_answers_are_read() {
        let session: SessionAnswer = read(
            r#"{"name":"Anna","role":"administrator","idleUntil":"2026-11-23T10:15:00Z",
                "until":"2026-11-23T18:00:00Z","later":[{"added":null}]}"#,
        )
        .unwrap();
        assert_eq!(session.name, "Anna");
        assert_eq!(session.role, Role::Administrator);
        assert_eq!(session.until, "2026-11-23T18:00:00Z".parse().unwrap());
        let answer: ValidationAnswer = read(r#"{"infectiousFrom":"2026-11-19"}"#).unwrap();
        assert_eq!(answer.infectious_from, "2026-11-19".parse().unwrap());
        let answer: SignOutAnswer = read(r#"{"ended":2}"#).unwrap();
        assert_eq!(answer.ended, 2);
        let trail = r#"{"entries":[{"at":"2026-11-23T10:15:00Z","employee":"a",
                "action":"sign-in","outcome":"done"}]}"#;
        assert_eq!(read::<AuditAnswer>(trail).unwrap().entries.len(), 1);
        let countries = r#"{"countries":[{"code":"BE","nl":"België","en":"Belgium"}]}"#;
        assert_eq!(
            read::<CountriesAnswer>(countries).unwrap().countries[0].nl,
            "België"
        );
    }

    #[wasm_bindgen_test]
    fn an_answer_of_another_shape_is_not_read() {
        for text in [
            "",
            "<html>",
            "null",
            "[]",
            "{}",
            r#"{"infectiousFrom":20261119}"#,
            r#"{"infectiousFrom":"yesterday"}"#,
            r#"{"infectiousFrom":{}}"#,
        ] {
            assert_eq!(read::<ValidationAnswer>(text), None, "{text}");
        }
        assert!(read::<SignOutAnswer>(r#"{"ended":-1}"#).is_none());
        assert!(read::<AuditAnswer>(r#"{"entries":[1]}"#).is_none());
    }
}
