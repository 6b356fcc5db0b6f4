//! Who may sign in: the role and the second factor that an ID token must show (design §4.3.6).
//!
//! Its signature, issuer, audience, times and nonce are verified before, by an OpenID Connect
//! library. Here, it is a map of claims.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};
use thiserror::Error;

use crate::staff::employee::{EmployeeId, Role};

/// The claims of a verified ID token.
pub type Claims = Map<String, Value>;

/// How the claims of an ID token state who signs in, and with which role.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignInRules {
    /// The claim with the permanent id of the employee.
    pub employee_claim: String,
    /// The claim with the role or the list of roles.
    pub role_claim: String,
    /// The value of the role claim for employees.
    pub employee_role: String,
    /// The value of the role claim for administrators.
    pub administrator_role: String,
    /// The values of claims that show a second factor.
    pub second_factor: SecondFactor,
}

/// An employee who may use the portal.
#[derive(Clone, Eq, PartialEq)]
pub struct AdmittedEmployee {
    /// The permanent id at the provider.
    pub id: EmployeeId,
    /// The name to display.
    pub name: String,
    /// What the employee may do.
    pub role: Role,
}

/// A refused sign-in.
#[derive(Clone, Eq, PartialEq)]
pub struct RefusedSignIn {
    /// Why it is refused.
    pub reason: SignInRefusal,
    /// Who tried to sign in, if the token states it.
    pub employee: Option<EmployeeId>,
}

hidden_debug!(AdmittedEmployee, RefusedSignIn);

/// The longest name of an employee, in characters. The rest is cut off.
const MAX_NAME_CHARS: usize = 100;

impl SignInRules {
    /// The employee who signs in with `claims`. One with both roles is an administrator.
    pub fn admit(&self, claims: &Claims) -> Result<AdmittedEmployee, RefusedSignIn> {
        let id = text(claims, &self.employee_claim).ok_or(RefusedSignIn {
            reason: SignInRefusal::Failed,
            employee: None,
        })?;
        let id = EmployeeId::try_from(id.to_owned()).map_err(|_| RefusedSignIn {
            reason: SignInRefusal::Failed,
            employee: None,
        })?;
        let refused = |reason| RefusedSignIn {
            reason,
            employee: Some(id.clone()),
        };
        let role = self
            .role(claims)
            .ok_or_else(|| refused(SignInRefusal::Role))?;
        if !self.second_factor.is_shown_by(claims) {
            return Err(refused(SignInRefusal::SecondFactor));
        }
        let name = text(claims, "name").map(printable).unwrap_or_default();
        Ok(AdmittedEmployee {
            name: if name.is_empty() {
                id.as_str().to_owned()
            } else {
                name
            },
            id,
            role,
        })
    }

    fn role(&self, claims: &Claims) -> Option<Role> {
        let roles = texts(claims, &self.role_claim);
        if roles.contains(&self.administrator_role.as_str()) {
            Some(Role::Administrator)
        } else if roles.contains(&self.employee_role.as_str()) {
            Some(Role::Employee)
        } else {
            None
        }
    }
}

/// The values of the claims `acr` and `amr` that show a second factor (OpenID Connect Core §2,
/// RFC 8176). One of them suffices.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecondFactor {
    acr: Vec<String>,
    amr: Vec<String>,
}

impl SecondFactor {
    /// The values of `acr`, which are requested when a sign-in begins.
    pub fn acr_values(&self) -> impl Iterator<Item = &str> {
        self.acr.iter().map(String::as_str)
    }

    fn is_shown_by(&self, claims: &Claims) -> bool {
        let shows = |claim, wanted: &[String]| {
            let found = texts(claims, claim);
            wanted.iter().any(|value| found.contains(&value.as_str()))
        };
        shows("acr", &self.acr) || shows("amr", &self.amr)
    }
}

/// Parses at least one value, separated by white space and prefixed with `acr:` or `amr:`.
impl FromStr for SecondFactor {
    type Err = SecondFactorError;

    fn from_str(text: &str) -> Result<Self, SecondFactorError> {
        let mut factor = Self {
            acr: Vec::new(),
            amr: Vec::new(),
        };
        for value in text.split_ascii_whitespace() {
            match value.split_once(':') {
                Some(("acr", value)) if !value.is_empty() => factor.acr.push(value.to_owned()),
                Some(("amr", value)) if !value.is_empty() => factor.amr.push(value.to_owned()),
                _ => return Err(SecondFactorError),
            }
        }
        if factor.acr.is_empty() && factor.amr.is_empty() {
            return Err(SecondFactorError);
        }
        Ok(factor)
    }
}

/// A text is not a list of values of `acr` and `amr`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not values of acr and amr such as `amr:otp`")]
pub struct SecondFactorError;

/// The claim `name`, if it is a string.
fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// The strings in the claim `name`, which is one string or a list.
fn texts<'a>(claims: &'a Claims, name: &str) -> Vec<&'a str> {
    match claims.get(name) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// `name` without control characters, of limited length.
fn printable(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME_CHARS)
        .collect();
    name.trim().to_owned()
}

/// Why a sign-in was refused, as the callback tells the portal in `/?sign-in=`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SignInRefusal {
    /// The employee has no role that may use the portal.
    Role,
    /// The employee signed in without a second factor.
    SecondFactor,
    /// The sign-in failed for another reason. Another attempt may succeed.
    Failed,
}

impl SignInRefusal {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Role, Self::SecondFactor, Self::Failed];

    /// The name of the query parameter.
    pub const PARAMETER: &str = "sign-in";

    /// The value of the query parameter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::SecondFactor => "second-factor",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for SignInRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text is not the name of a refusal.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a reason for which sign-ins are refused")]
pub struct SignInRefusalError;

impl FromStr for SignInRefusal {
    type Err = SignInRefusalError;

    fn from_str(name: &str) -> Result<Self, SignInRefusalError> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.name() == name)
            .ok_or(SignInRefusalError)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rules() -> SignInRules {
        SignInRules {
            employee_claim: "sub".to_owned(),
            role_claim: "roles".to_owned(),
            employee_role: "ggd-employee".to_owned(),
            administrator_role: "ggd-administrator".to_owned(),
            second_factor: "amr:mfa amr:otp acr:urn:x:2fa".parse().unwrap(),
        }
    }

    fn admit(claims: Value) -> Result<(String, String, Role), SignInRefusal> {
        match rules().admit(claims.as_object().unwrap()) {
            Ok(employee) => Ok((employee.id.into(), employee.name, employee.role)),
            Err(refused) => Err(refused.reason),
        }
    }

    #[test]
    fn a_role_and_a_second_factor_admit() {
        let anna = |role| Ok(("a1".to_owned(), "Anna".to_owned(), role));
        let claims = |roles: Value, second: &str, value: Value| {
            let name = " Anna\n";
            json!({ "sub": "a1", "name": name, "roles": roles, second: value })
        };
        for (roles, role) in [
            (json!("ggd-employee"), Role::Employee),
            (json!(["x", "ggd-employee"]), Role::Employee),
            (
                json!(["ggd-employee", "ggd-administrator"]),
                Role::Administrator,
            ),
        ] {
            assert_eq!(
                admit(claims(roles.clone(), "amr", json!(["pwd", "otp"]))),
                anna(role)
            );
            assert_eq!(admit(claims(roles, "acr", json!("urn:x:2fa"))), anna(role));
        }
    }

    #[test]
    fn a_person_without_a_role_is_refused() {
        for roles in [
            json!(null),
            json!("GGD-employee"),
            json!("ggd-employee ggd-administrator"),
            json!(["other", 7]),
            json!({ "ggd-employee": true }),
            json!(true),
        ] {
            let claims = json!({ "sub": "a1", "roles": roles, "amr": ["mfa"] });
            assert_eq!(admit(claims), Err(SignInRefusal::Role));
        }
        assert_eq!(admit(json!({ "sub": "a1" })), Err(SignInRefusal::Role));
    }

    #[test]
    fn a_person_without_a_second_factor_is_refused() {
        for (claim, value) in [
            ("amr", json!(["pwd"])),
            ("amr", json!([])),
            ("amr", json!("urn:x:2fa")),
            ("acr", json!("otp")),
            ("acr", json!(2)),
        ] {
            let claims = json!({ "sub": "a1", "roles": "ggd-employee", claim: value });
            assert_eq!(admit(claims), Err(SignInRefusal::SecondFactor));
        }
    }

    #[test]
    fn a_refused_person_is_known_when_the_token_states_an_id() {
        let refused = |claims: Value| rules().admit(claims.as_object().unwrap()).unwrap_err();
        let known = refused(json!({ "sub": "a1" }));
        assert_eq!(known.employee.unwrap().as_str(), "a1");
        for claims in [
            json!({}),
            json!({ "sub": "" }),
            json!({ "sub": 1 }),
            json!({ "sub": "a\0" }),
        ] {
            let unknown = refused(claims);
            assert_eq!(unknown.reason, SignInRefusal::Failed);
            assert!(unknown.employee.is_none());
        }
    }

    #[test]
    fn an_employee_without_a_name_is_shown_by_id() {
        for name in [json!(null), json!(""), json!(" \u{7} ")] {
            let claims =
                json!({ "sub": "a1", "name": name, "roles": "ggd-employee", "amr": "mfa" });
            assert_eq!(admit(claims).unwrap().1, "a1");
        }
    }

    #[test]
    fn a_long_name_is_cut_off() {
        let name = "é".repeat(101);
        let claims = json!({ "sub": "a1", "name": name, "roles": "ggd-employee", "amr": "mfa" });
        assert_eq!(admit(claims).unwrap().1, "é".repeat(100));
    }

    #[test]
    fn a_second_factor_is_a_list_of_values_that_count() {
        let read = |text: &str| text.parse::<SecondFactor>();
        let factor = read("acr:urn:x:2fa  amr:otp\tacr:b").unwrap();
        assert_eq!(factor.acr_values().collect::<Vec<_>>(), ["urn:x:2fa", "b"]);
        assert!(read("amr:otp").is_ok() && read("acr:b").is_ok());
        for text in ["", " ", "otp", "amr:", "acr:", "acr", "amr:otp none"] {
            assert_eq!(read(text), Err(SecondFactorError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_claims_are_admitted_or_refused_without_panic(
            sub: String,
            name: String,
            role: String,
        ) {
            let claims = json!({ "sub": sub, "name": name, "roles": role, "amr": [role] });
            let _ = rules().admit(claims.as_object().unwrap());
        }
    }

    #[test]
    fn refusals_are_parsed_from_their_names() {
        for reason in SignInRefusal::ALL {
            assert_eq!(reason.to_string().parse(), Ok(reason));
        }
        assert_eq!("".parse::<SignInRefusal>(), Err(SignInRefusalError));
    }
}
