//! The audit trail: which employee did what, when, and with what outcome (design §4.3.11). It
//! holds no code, no date of illness and no session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::staff::employee::EmployeeId;

/// A page of the audit trail.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AuditAnswer {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// Present if there are older entries: the parameter `before` of the request for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "i64"))]
    pub older: Option<i64>,
}

/// An action of an employee.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// The time of the action, to the minute.
    #[serde(with = "crate::time::rfc3339::timestamp")]
    #[cfg_attr(feature = "openapi", schemars(with = "Timestamp"))]
    pub at: Timestamp,
    /// The employee.
    pub employee: EmployeeId,
    /// The action.
    pub action: Action,
    /// Its outcome.
    pub outcome: Outcome,
}

hidden_debug!(AuditAnswer, AuditEntry);

/// What an employee did.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
// The names are stored, so they do not change.
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Signed in, or was refused for lack of a role or of a second factor.
    SignIn,
    /// Signed out.
    SignOut,
    /// As an administrator, ended all sessions of an employee.
    SignOutOther,
    /// Was signed out by an administrator.
    SignedOutByAdministrator,
    /// Submitted a code: accepted, not accepted, or throttled.
    Validation,
    /// As an administrator, read the audit trail. Recorded once an hour at most.
    AuditRead,
}

/// The outcome of an action.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
// The names are stored, so they do not change.
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// The code was accepted.
    Accepted,
    /// The code was unknown, expired or used.
    NotAccepted,
    /// It was not tried: too many codes were not accepted before.
    Throttled,
    /// The employee has none of the roles of the portal.
    NoRole,
    /// The employee signed in without a second factor.
    NoSecondFactor,
}

impl Action {
    /// Every action, in the order of the portal's list.
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
