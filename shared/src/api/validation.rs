//! The validation of a code: the portal's request and the service's answer (design §4.3.8).

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    enrolment::code::{CodeError, ValidationCode},
    keys::illness::{DateError, Illness},
};

/// A validation, as the employee typed it.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ValidationRequest {
    /// The code. Lower case, spaces and dashes are accepted.
    pub code: String,
    /// Whether the person has symptoms.
    pub symptomatic: bool,
    /// The first day of illness, or, without symptoms, the date of the test: `YYYY-MM-DD`.
    pub date: String,
}

/// A validation whose code is well formed and whose date is possible.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct Validation {
    /// The code.
    pub code: ValidationCode,
    /// The date of illness.
    pub illness: Illness,
}

hidden_debug!(ValidationRequest, Validation);

impl ValidationRequest {
    /// Checks the code, then the date. The portal calls it before it sends, the service on
    /// receipt.
    pub fn check(&self, now: Timestamp) -> Result<Validation, ValidationError> {
        Ok(Validation {
            code: self.code.parse().map_err(ValidationError::Code)?,
            illness: Illness::parse(self.symptomatic, &self.date, now)
                .map_err(ValidationError::Date)?,
        })
    }
}

/// Why a validation is refused before it is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValidationError {
    /// The text is not a code.
    #[error(transparent)]
    Code(CodeError),
    /// The date is not possible.
    #[error(transparent)]
    Date(DateError),
}

/// The answer to an accepted validation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ValidationAnswer {
    /// The first day on which the person was infectious.
    #[serde(with = "crate::time::rfc3339::day")]
    #[cfg_attr(feature = "openapi", schemars(with = "Date"))]
    pub infectious_from: Date,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_validation_names_the_code_before_the_date() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let request = |code: &str, date: &str| ValidationRequest {
            code: code.to_owned(),
            symptomatic: true,
            date: date.to_owned(),
        };
        let check = |code, date| request(code, date).check(now).map(|_| ());
        assert_eq!(check("l8t 6l-jv", "2026-11-23"), Ok(()));
        assert_eq!(
            check("L8T6LJQ", "2026-12-24"),
            Err(ValidationError::Code(CodeError::Check))
        );
        assert_eq!(
            check("L8T6LJV", "2026-12-24"),
            Err(ValidationError::Date(DateError::Future))
        );
    }

    #[test]
    fn what_an_employee_typed_stays_out_of_logs() {
        let request = ValidationRequest {
            code: "L8T6LJV".to_owned(),
            symptomatic: true,
            date: "2026-11-23".to_owned(),
        };
        let validation = request.check("2026-11-23T10:00:00Z".parse().unwrap());
        let logged = format!("{request:?} {validation:?}");
        assert!(
            !logged.contains("L8T") && !logged.contains("2026"),
            "{logged}"
        );
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused_without_panic(bytes: Vec<u8>, code: String, date: String) {
            let _ = serde_json::from_slice::<ValidationRequest>(&bytes);
            let now = "2026-11-23T10:00:00Z".parse().unwrap();
            let _ = ValidationRequest { code, symptomatic: false, date }.check(now);
        }
    }
}
