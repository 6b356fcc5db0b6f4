//! Sessions of employees, and ending them (design §4.3.7, §4.3.10).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    staff::{
        employee::{EmployeeId, Role},
        session::IDLE_SECONDS,
    },
    time::shift,
};

/// The session of the request's cookie.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    /// The employee's name, for display.
    pub name: String,
    /// What the employee may do.
    pub role: Role,
    /// When the session ends if it is not used again. This request was a use.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    #[cfg_attr(feature = "openapi", schemars(with = "Timestamp"))]
    pub idle_until: Timestamp,
    /// When the session ends in any case.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    #[cfg_attr(feature = "openapi", schemars(with = "Timestamp"))]
    pub until: Timestamp,
}

impl SessionAnswer {
    /// When the service answered, by its own clock, which may differ from the computer's. The
    /// request was a use, so the session's idle end was [`IDLE_SECONDS`] away; `None` if the end in
    /// any case comes first.
    pub fn answered_at(&self) -> Option<Timestamp> {
        (self.idle_until < self.until).then(|| shift(self.idle_until, -IDLE_SECONDS))
    }
}

/// The employees who are signed in.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignedInAnswer {
    /// The employees, by the latest use of a session.
    pub sessions: Vec<SignedIn>,
}

/// An employee who is signed in, in one browser or in several.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// The employee's id.
    pub employee: EmployeeId,
    /// The name, for display.
    pub name: String,
    /// What the employee may do.
    pub role: Role,
    /// When the session that was used last ends if it is not used again.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    #[cfg_attr(feature = "openapi", schemars(with = "Timestamp"))]
    pub idle_until: Timestamp,
}

/// An administrator's request to end every session of an employee.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignOutRequest {
    /// The employee's id.
    pub employee: EmployeeId,
}

/// How many sessions a sign-out ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignOutAnswer {
    /// The number of sessions.
    pub ended: u32,
}

/// The answer to a logout.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LogoutAnswer {
    /// The URL at which the browser signs out of the provider too. The provider sends it back to
    /// the portal.
    pub location: String,
}

hidden_debug!(SessionAnswer, SignedIn, SignedInAnswer, SignOutRequest);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn employee(name: &str) -> EmployeeId {
        name.to_owned().try_into().unwrap()
    }

    #[test]
    fn the_answers_have_the_stable_shape() {
        let session = SessionAnswer {
            name: "Anna de Wit".to_owned(),
            role: Role::Administrator,
            idle_until: "2026-11-23T10:15:00Z".parse().unwrap(),
            until: "2026-11-23T18:00:00Z".parse().unwrap(),
        };
        let signed_in = SignedIn {
            employee: employee("a.dewit"),
            name: session.name.clone(),
            role: Role::Employee,
            idle_until: session.idle_until,
        };
        assert_eq!(
            json!(session),
            json!({
                "name": "Anna de Wit",
                "role": "administrator",
                "idleUntil": "2026-11-23T10:15:00Z",
                "until": "2026-11-23T18:00:00Z",
            })
        );
        assert_eq!(
            json!(SignedInAnswer {
                sessions: vec![signed_in]
            }),
            json!({ "sessions": [{
                "employee": "a.dewit",
                "name": "Anna de Wit",
                "role": "employee",
                "idleUntil": "2026-11-23T10:15:00Z",
            }] })
        );
        assert_eq!(json!(SignOutAnswer { ended: 2 }), json!({ "ended": 2 }));
        assert!(!format!("{session:?}").contains("Anna"));
    }

    #[test]
    fn an_answer_tells_the_time_of_the_service_until_the_last_quarter_of_an_hour() {
        let session = |idle_until: &str| SessionAnswer {
            name: "Anna de Wit".to_owned(),
            role: Role::Employee,
            idle_until: idle_until.parse().unwrap(),
            until: "2026-11-23T18:00:00Z".parse().unwrap(),
        };
        assert_eq!(
            session("2026-11-23T10:15:00Z").answered_at(),
            "2026-11-23T10:00:00Z".parse().ok()
        );
        assert_eq!(session("2026-11-23T18:00:00Z").answered_at(), None);
    }
}
