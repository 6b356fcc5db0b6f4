//! A GGD employee's id and role, as the organisation's sign-in provider states them
//! (design §4.3.6).

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What an employee may do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May validate codes.
    Employee,
    /// May also read the audit trail and sign employees out.
    Administrator,
}

impl Role {
    /// Whether this role permits everything that `needed` permits.
    pub const fn includes(self, needed: Self) -> bool {
        matches!(
            (self, needed),
            (Self::Administrator, _) | (Self::Employee, Self::Employee)
        )
    }
}

/// The permanent id of an employee at the provider: the value of the claim that a setting names.
/// 1 to 255 bytes without control characters.
#[derive(Clone, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmployeeId(String);

/// The longest id, in bytes: the limit of a `sub` in OpenID Connect Core §2.
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

/// An id is empty, has more than 255 bytes, or contains a control character.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not an employee's id")]
pub struct EmployeeIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_has_the_rights_of_an_employee_and_not_vice_versa() {
        assert!(Role::Administrator.includes(Role::Employee));
        assert!(Role::Administrator.includes(Role::Administrator));
        assert!(Role::Employee.includes(Role::Employee));
        assert!(!Role::Employee.includes(Role::Administrator));
    }

    #[test]
    fn a_role_has_one_name_in_json_and_in_storage() {
        for (role, name) in [
            (Role::Employee, "employee"),
            (Role::Administrator, "administrator"),
        ] {
            assert_eq!(serde_json::json!(role), name);
        }
    }

    #[test]
    fn an_id_has_1_to_255_printable_bytes() {
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
