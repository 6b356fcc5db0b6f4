//! Calls to the Durable Objects, as types that caller and object share.
//!
//! A call is one HTTP request: the path is the call's name, the query says when the request that
//! led to it came in, and the body is the call in JSON. The answer is the reply in JSON or, with
//! another status than 200, a [`Failure`](super::failure::Failure).
//!
//! During a deployment caller and object are of two versions. So names and fields stay as they are;
//! a later version may add a field that has a default (`#[serde(default)]`), and unknown fields are
//! ignored.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::Timestamp;
use url::Url;
use worker::Env;

use crate::platform::{failure::Result, object};

/// A call to a Durable Object.
pub trait Call: DeserializeOwned + Serialize {
    /// The name of the call, unique within its object.
    const NAME: &'static str;

    /// The object that answers.
    type Address: Address;

    /// The answer.
    type Reply: DeserializeOwned + Serialize;

    /// Calls the object at `address` on behalf of a request that came in at `now`.
    async fn send(&self, env: &Env, address: Self::Address, now: Timestamp) -> Result<Self::Reply> {
        let head = Head::new(Self::NAME, now);
        let body = serde_json::to_vec(self)?;
        let answer = object::fetch(env, &address, &head, &body).await?;
        object::read_reply(answer).await
    }
}

/// One of the service's Durable Objects.
pub trait Address {
    /// The binding of the object's namespace.
    const BINDING: &'static str;

    /// The name under which the object's data is stored.
    fn name(&self) -> String;
}

/// The reply to a call that is carried out and has no result.
#[derive(Deserialize, Serialize)]
pub struct Done {}

/// What the URL of a call says.
#[derive(Debug, Eq, PartialEq)]
pub struct Head {
    pub name: String,
    /// When the request that led to the call came in, in whole seconds.
    pub now: Timestamp,
    /// What a call with a body of its own says beside it, as names and values.
    pub details: Vec<(String, String)>,
}

impl Head {
    pub fn new(name: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            now,
            details: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: String) -> Self {
        self.details.push((name.to_owned(), value));
        self
    }

    pub fn detail(&self, name: &str) -> Option<&str> {
        let (_, value) = self.details.iter().find(|(other, _)| other == name)?;
        Some(value)
    }

    /// The URL. The host is never looked up. Names and values need no escape.
    pub fn to_url(&self) -> String {
        let mut url = format!("https://object/{}?now={}", self.name, self.now.as_second());
        for (name, value) in &self.details {
            url.extend(["&", name, "=", value]);
        }
        url
    }

    pub fn parse(url: &str) -> Result<Self> {
        let url = Url::parse(url)?;
        let mut details: Vec<_> = url.query_pairs().into_owned().collect();
        let now = details.iter().position(|(name, _)| name == "now");
        let (_, now) = details.remove(now.ok_or("a call without a time")?);
        let now = now.parse().map_err(|_| "a call without a time")?;
        Ok(Self {
            name: url.path().trim_start_matches('/').to_owned(),
            now: Timestamp::from_second(now).map_err(|_| "a call without a time")?,
            details,
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Asserts that the call `C` and its reply are sent as `call` and `reply`, and are understood
    /// also when a later version has added a field.
    #[track_caller]
    pub fn assert_wire<C: Call>(name: &str, call: &str, reply: &str) {
        assert_eq!(C::NAME, name);
        assert_json::<C>(call);
        assert_json::<C::Reply>(reply);
    }

    #[track_caller]
    fn assert_json<T: DeserializeOwned + Serialize>(json: &str) {
        let later = match json.strip_prefix('{') {
            None => json.to_owned(),
            Some("}") => r#"{"later":1}"#.to_owned(),
            Some(rest) => format!(r#"{{"later":1,{rest}"#),
        };
        for sent in [json, &later] {
            let read: T = serde_json::from_str(sent).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }

    /// Asserts that `source` pins each call that it declares.
    #[track_caller]
    pub fn assert_all_pinned(source: &str) {
        let declared = source.matches("\nimpl Call for ").count();
        assert_eq!(source.matches(" assert_wire::<").count(), declared);
    }

    #[test]
    fn a_head_is_read_back_from_its_url() {
        let now = Timestamp::from_second(1_764_230_400).unwrap();
        let head = Head::new("phone", now).with("route", "register".to_owned());
        let url = "https://object/phone?now=1764230400&route=register";
        assert_eq!(head.to_url(), url);
        assert_eq!(Head::parse(url).unwrap(), head);
        for wrong in [
            "publish",
            "https://object/publish",
            "https://object/publish?now=x",
        ] {
            assert!(Head::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_head_with_more_than_is_known_is_understood() {
        let head = Head::parse("https://object/publish?later=1&now=1764230400").unwrap();
        assert_eq!(head.name, "publish");
        assert_eq!(head.now.as_second(), 1_764_230_400);
    }
}
