//! The audit trail: who did what, when, and what came of it (design §4.3). Never a code, a date of
//! illness or a session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::staff::employee::EmployeeId;

/// The answer to `GET /api/audit`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuditAnswer {
    /// The newest first.
    pub entries: Vec<AuditEntry>,
    /// There are older ones. `GET /api/audit?before=` and this number gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older: Option<i64>,
}

/// Something that an employee did.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuditEntry {
    /// When: a whole minute.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    pub at: Timestamp,
    /// Who.
    pub employee: EmployeeId,
    /// What.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
}

hidden_debug!(AuditAnswer, AuditEntry);

/// What an employee did. The serialised names are stored, and stay as they are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Signed in: done, or refused for want of a role or of a second factor.
    SignIn,
    /// Signed out.
    SignOut,
    /// As an administrator, ended all sessions of another employee, or of the same.
    SignOutOther,
    /// Was signed out by an administrator.
    SignedOutByAdministrator,
    /// Entered a code: accepted, not accepted, or throttled.
    Validation,
    /// As an administrator, looked at the audit trail. Noted once an hour.
    AuditRead,
}

/// What came of an action. The serialised names are stored, and stay as they are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done. For actions that can have no other outcome, or none of those below.
    Done,
    /// The code was accepted.
    Accepted,
    /// The code was unknown, expired or used.
    NotAccepted,
    /// It was not tried, since too many codes were not accepted before.
    Throttled,
    /// The person has none of the roles that may use the portal.
    NoRole,
    /// The person signed in without a second factor.
    NoSecondFactor,
}

impl Action {
    /// Every action, in the order in which a list of them reads best.
    pub const ALL: [Self; 6] = [
        Self::SignIn,
        Self::SignOut,
        Self::Validation,
        Self::SignOutOther,
        Self::SignedOutByAdministrator,
        Self::AuditRead,
    ];
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::Accepted,
        Self::NotAccepted,
        Self::Throttled,
        Self::NoRole,
        Self::NoSecondFactor,
    ];
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_has_the_stable_shape() {
        let entry = AuditEntry {
            at: "2026-11-23T10:15:00Z".parse().unwrap(),
            employee: "a.dewit".to_owned().try_into().unwrap(),
            action: Action::Validation,
            outcome: Outcome::NotAccepted,
        };
        assert!(!format!("{entry:?}").contains("dewit"));
        assert_eq!(
            json!(AuditAnswer {
                older: None,
                entries: vec![entry]
            }),
            json!({ "entries": [{
                "at": "2026-11-23T10:15:00Z",
                "employee": "a.dewit",
                "action": "validation",
                "outcome": "not-accepted",
            }] })
        );
    }

    #[test]
    fn the_stored_names_stay_as_they_are() {
        assert_eq!(
            json!(Action::ALL),
            json!([
                "sign-in",
                "sign-out",
                "validation",
                "sign-out-other",
                "signed-out-by-administrator",
                "audit-read",
            ])
        );
        assert_eq!(
            json!(Outcome::ALL),
            json!([
                "done",
                "accepted",
                "not-accepted",
                "throttled",
                "no-role",
                "no-second-factor",
            ])
        );
    }
}
