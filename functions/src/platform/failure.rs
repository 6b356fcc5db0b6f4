//! The failure type: why a request is not carried out.
//!
//! `?` passes a failure from its origin, also in a Durable Object, to the router, which turns it
//! into an answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::api::problem::Problem;
use wasm_bindgen::JsValue;
use worker::{Error, kv::KvError};

pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a request is not carried out.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The request is refused with this problem.
    Refused(Problem),
    /// The employee entered too many wrong codes.
    Throttled {
        /// In how many seconds the next code may be tried.
        retry_after: i64,
    },
    /// The service is at fault. The cause is for the log and never leaves the service.
    Internal(String),
}

impl Failure {
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problem) => f.write_str(problem.title()),
            Self::Throttled { retry_after } => write!(f, "throttled for {retry_after} s"),
            Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<KvError> for Failure {
    fn from(error: KvError) -> Self {
        Error::from(error).into()
    }
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        Error::from(error).into()
    }
}

macro_rules! internal {
    ($($cause:ty),*) => {$(
        impl From<$cause> for Failure {
            fn from(cause: $cause) -> Self {
                Self::internal(cause)
            }
        }
    )*};
}

internal!(&str, Error, serde_json::Error, url::ParseError);

/// For the platform's own entry points, which know no other error.
impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::RustError(failure.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_of_a_failure_stays_as_it_is() {
        for (failure, json) in [
            (
                Failure::Refused(Problem::CodeNotAccepted),
                r#"{"refused":"/problems/code-not-accepted"}"#,
            ),
            (
                Failure::Throttled { retry_after: 30 },
                r#"{"throttled":{"retry_after":30}}"#,
            ),
            (
                Failure::Internal("a cause".to_owned()),
                r#"{"internal":"a cause"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&failure).unwrap(), json);
            let read: Failure = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }
}
