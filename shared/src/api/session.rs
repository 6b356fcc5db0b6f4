//! Who is signed in, and signing out (design §4.3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    staff::{
        employee::{EmployeeId, Role},
        session::IDLE_SECONDS,
    },
    time::shift,
};

/// The answer to `GET /api/session`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The employee's name, to be shown to the employee.
    pub name: String,
    /// What the employee may do.
    pub role: Role,
    /// When the session ends if it is not used again. Asking for it was a use.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    pub idle_until: Timestamp,
    /// When it ends in any case.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    pub until: Timestamp,
}

impl Session {
    /// When the service answered, by its own clock, as far as that can be told: asking was a use,
    /// so the end without further use was [`IDLE_SECONDS`] away, unless the end in any case
    /// comes first. The clock of the employee's computer may be another.
    pub fn answered_at(&self) -> Option<Timestamp> {
        (self.idle_until < self.until).then(|| shift(self.idle_until, -IDLE_SECONDS))
    }
}

/// The answer to `GET /api/sessions`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignedInAnswer {
    /// Everybody who is signed in, the latest use first.
    pub sessions: Vec<SignedIn>,
}

/// An employee who is signed in, in one browser or in several.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Who.
    pub employee: EmployeeId,
    /// The name, to be shown.
    pub name: String,
    /// What the employee may do.
    pub role: Role,
    /// When the session that was used last ends if it is not used again.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    pub idle_until: Timestamp,
}

/// The body of `POST /api/sign-out`: an administrator ends every session of an employee.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignOutRequest {
    /// Whose sessions.
    pub employee: EmployeeId,
}

/// The answer to `POST /api/sign-out`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignOutAnswer {
    /// How many sessions were ended.
    pub ended: u32,
}

/// The answer to `POST /auth/logout`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LogoutAnswer {
    /// Where the browser goes to sign out at the provider too. From there it comes back to the
    /// portal.
    pub location: String,
}

hidden_debug!(Session, SignedIn, SignedInAnswer, SignOutRequest);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn employee(name: &str) -> EmployeeId {
        name.to_owned().try_into().unwrap()
    }

    #[test]
    fn the_answers_have_the_stable_shape() {
        let session = Session {
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
        let session = |idle_until: &str| Session {
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
