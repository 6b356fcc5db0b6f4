//! The JSON documents that phones download besides the keys: settings of the app, parameters of the
//! risk calculation, and texts (design §4.2.3). Member names are CoronaMelder's.
//!
//! # In scope
//! The valid contents of each document. Deserializing is the check: the same types refuse a wrong
//! document when it is built and when a phone opens it with
//! [`content::open`](crate::publication::content::open). Unknown members are ignored.
//!
//! # Out of scope
//! The documents of this service (`functions/content`), and how phones score exposures and show
//! texts.

mod app_config;
#[cfg(test)]
mod changes;
mod resource_bundle;
mod risk_calculation_parameters;
mod text;

pub use app_config::{AppConfig, AppConfigError};
pub use resource_bundle::{Paragraph, ResourceBundle, ResourceBundleError};
pub use risk_calculation_parameters::{
    InfectiousnessLevel, RiskCalculationParameters, RiskCalculationParametersError,
};
pub use text::{Detail, ExposureDates, Text, TextError};

/// The largest JSON of a document, in bytes; the limit is that of CoronaMelder's tests.
pub const MAX_JSON_BYTES: usize = 20_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn members_that_are_not_known_are_ignored() {
        let mut document = app_config::tests::document();
        document["androidMinimumVersion"] = json!(125_210);
        assert!(serde_json::from_value::<AppConfig>(document).is_ok());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[{}<>/a-zE+0-9 \"=é]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,4}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Collects the JSON pointers of all values in `document`.
    fn places(document: &Value, place: &str, found: &mut Vec<String>) {
        found.push(place.to_owned());
        match document {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    places(item, &format!("{place}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    places(member, &format!("{place}/{name}"), found);
                }
            }
            _ => {}
        }
    }

    fn changed(mut document: Value, which: prop::sample::Index, value: Value) -> String {
        let mut found = Vec::new();
        places(&document, "", &mut found);
        *document.pointer_mut(which.get::<String>(&found)).unwrap() = value;
        document.to_string()
    }

    /// Reads `json` as each document and uses every value that a document guarantees.
    fn read_all(json: &[u8]) {
        if let Ok(config) = serde_json::from_slice::<AppConfig>(json) {
            assert!(!config.request_bytes().is_empty());
            assert!((0.0..=1.0).contains(&config.decoy_probability()));
        }
        if let Ok(parameters) = serde_json::from_slice::<RiskCalculationParameters>(json) {
            for any in [None, Some(i32::MIN), Some(0), Some(i32::MAX)] {
                assert!(parameters.report_type_weight(any).is_finite());
                let level = parameters.infectiousness(any);
                assert!(parameters.infectiousness_weight(level).is_finite());
            }
            assert!(parameters.attenuation_weight(u8::MAX).is_finite());
        }
        if let Ok(bundle) = serde_json::from_slice::<ResourceBundle>(json) {
            for language in ["nl", "en", "xx"] {
                let exposure = ExposureDates {
                    date: "2026-11-23".parse().unwrap(),
                    today: "2026-11-24".parse().unwrap(),
                };
                let notification = &bundle.notification(language).body;
                assert!(!notification.fill(exposure, |_| String::new()).contains('<'));
                for days in [0, 10, 11, u32::MAX] {
                    assert!(!bundle.advice(language, days).is_empty());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_panic(bytes: Vec<u8>) {
            read_all(&bytes);
        }

        #[test]
        fn any_json_in_any_place_is_taken_without_panic(
            which: prop::sample::Index,
            value in any_json(),
        ) {
            for document in [
                app_config::tests::document(),
                risk_calculation_parameters::tests::document(),
                resource_bundle::tests::document(),
            ] {
                read_all(changed(document, which, value.clone()).as_bytes());
            }
        }
    }
}
