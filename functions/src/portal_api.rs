//! What the portal calls (design §4.3).

use shared::{
    Timestamp,
    api::{ValidationAnswer, ValidationError, ValidationRequest},
    problem::Problem,
};
use worker::{Env, Result};

use crate::{answer, intake, request};

/// `POST /api/validations`: an employee confirms a code.
pub async fn validate(
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    if request.method() != "POST" {
        return answer::method_not_allowed("POST");
    }
    let validation = match request::json::<ValidationRequest>(request).await {
        Ok(validation) => validation.check(now),
        Err(problem) => return answer::problem(problem),
    };
    let validation = match validation {
        Ok(validation) => validation,
        Err(ValidationError::Code(_)) => return answer::problem(Problem::InvalidCode),
        Err(ValidationError::Date(_)) => return answer::problem(Problem::InvalidDate),
    };
    if !intake::validate(env, &validation, now).await? {
        return answer::problem(Problem::CodeNotAccepted);
    }
    answer::json(&ValidationAnswer {
        infectious_from: validation.illness.infectious_from(),
    })
}
