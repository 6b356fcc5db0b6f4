//! A validation, as the portal sends it and as the service answers (design §4.3).

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    enrolment::code::{CodeError, ValidationCode},
    keys::illness::{DateError, Illness},
};

/// The body of `POST /api/validations`, as it is sent.
#[derive(Clone, Deserialize, Serialize)]
pub struct ValidationRequest {
    /// The code as the employee typed it.
    pub code: String,
    /// Whether the person has symptoms.
    pub symptomatic: bool,
    /// The first day of illness, or, without symptoms, the date of the test: `YYYY-MM-DD`.
    pub date: String,
}

/// A validation that may be tried: the code is well formed and the date possible.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub struct Validation {
    /// The code.
    pub code: ValidationCode,
    /// What the employee was told of the illness.
    pub illness: Illness,
}

hidden_debug!(ValidationRequest, Validation);

impl ValidationRequest {
    /// Checks the code and the date, in this order. The portal calls it before sending, the service
    /// on receipt.
    pub fn check(&self, now: Timestamp) -> Result<Validation, ValidationError> {
        Ok(Validation {
            code: self.code.parse().map_err(ValidationError::Code)?,
            illness: Illness::parse(self.symptomatic, &self.date, now)
                .map_err(ValidationError::Date)?,
        })
    }
}

/// Why a validation is not even tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValidationError {
    /// The code is not one.
    #[error(transparent)]
    Code(CodeError),
    /// The date is not possible.
    #[error(transparent)]
    Date(DateError),
}

/// The answer to a validation that was accepted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationAnswer {
    /// The first day on which the person counts as infectious.
    #[serde(with = "crate::time::rfc3339::day")]
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
