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
use worker::Env;

use crate::platform::{
    failure::Result,
    head::Head,
    object::{self, Address},
};

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

/// The reply to a call that is carried out and has no result.
#[derive(Deserialize, Serialize)]
pub struct Done {}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Asserts that the call `C` and its reply are sent as `call` and `reply`, and are read also
    /// when a later version has added a field.
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

    /// Asserts that each call that the file `calls` declares is pinned there, and dispatched in the
    /// file `object`.
    #[track_caller]
    pub fn assert_complete(calls: &str, object: &str) {
        let (_, dispatched) = object.split_once("dispatch!(").unwrap();
        let (dispatched, _) = dispatched.split_once(')').unwrap();
        let (_, dispatched) = dispatched.split_once(';').unwrap();
        let dispatched: Vec<_> = dispatched.split(',').map(str::trim).collect();
        for declaration in calls.split("\nimpl Call for ").skip(1) {
            let (name, _) = declaration.split_once(' ').unwrap();
            assert!(dispatched.contains(&name), "{name} is not dispatched");
            let pinned = calls.contains(&format!("assert_wire::<{name}>"));
            assert!(pinned, "{name} is not pinned");
        }
    }
}
