//! A GGD employee, as the organisation's sign-in provider knows her (design §4.3).

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What an employee may do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Validates codes.
    Employee,
    /// Validates codes, reads the audit trail, and signs employees out.
    Administrator,
}

impl Role {
    /// Whether somebody with this role may do what `needed` stands for.
    pub const fn includes(self, needed: Self) -> bool {
        matches!(
            (self, needed),
            (Self::Administrator, _) | (Self::Employee, Self::Employee)
        )
    }

    /// The name under which it is sent and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Administrator => "administrator",
        }
    }
}

/// By which an employee is known for as long as the provider has her: the claim that a setting
/// names.
#[derive(Clone, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmployeeId(String);

/// The longest id, in bytes: what OpenID Connect Core §2 allows a `sub`.
const MAX_ID_BYTES: usize = 255;

impl EmployeeId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

hidden_debug!(EmployeeId);

impl TryFrom<String> for EmployeeId {
    type Error = EmployeeIdError;

    fn try_from(text: String) -> Result<Self, EmployeeIdError> {
        let fits = (1..=MAX_ID_BYTES).contains(&text.len());
        if fits && !text.contains(char::is_control) {
            Ok(Self(text))
        } else {
            Err(EmployeeIdError)
        }
    }
}

impl From<EmployeeId> for String {
    fn from(id: EmployeeId) -> Self {
        id.0
    }
}

/// Nothing, more than 255 bytes, or something that cannot be printed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not an employee's id")]
pub struct EmployeeIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_may_what_an_employee_may_and_not_the_other_way_round() {
        assert!(Role::Administrator.includes(Role::Employee));
        assert!(Role::Administrator.includes(Role::Administrator));
        assert!(Role::Employee.includes(Role::Employee));
        assert!(!Role::Employee.includes(Role::Administrator));
    }

    #[test]
    fn roles_are_sent_and_stored_under_one_name() {
        for role in [Role::Employee, Role::Administrator] {
            assert_eq!(serde_json::json!(role), role.name());
        }
    }

    #[test]
    fn an_id_is_a_line_of_reasonable_length() {
        let id = |text: &str| EmployeeId::try_from(text.to_owned());
        assert_eq!(
            id("j.jansen@ggd.example").unwrap().as_str(),
            "j.jansen@ggd.example"
        );
        assert!(id(&"é".repeat(127)).is_ok());
        for text in ["", "a\nb", "\u{7f}", &"é".repeat(128)] {
            assert_eq!(id(text), Err(EmployeeIdError), "{text:?}");
        }
        assert!(!format!("{:?}", id("j.jansen")).contains("jansen"));
    }
}
