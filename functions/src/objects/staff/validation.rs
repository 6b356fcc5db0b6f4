//! Validates a code for an employee: checks the session, repeats and the throttle, and then asks
//! the Intake that holds the code.
//!
//! The validations of an employee run one after the other, so that parallel requests get no more
//! attempts than the throttle allows, and the same request sent twice at once is carried out once.
//! A crash between the Intake's reply and Staff's record of it loses nothing: the Intake
//! recognises an attempt that it has accepted before.

use shared::{
    Timestamp,
    api::{
        Action, Outcome, Validation, ValidationAnswer, ValidationError, ValidationRequest,
        problem::Problem,
    },
    staff::{
        employee::{EmployeeId, Role},
        idempotency::{AttemptId, RequestHashes},
        throttle::Throttled,
    },
};
use worker::Env;

use super::{
    access::authorise,
    attempts::{Noted, Repeat},
    calls::ValidateCode,
    locks::EmployeeLocks,
    store::StaffStore,
};
use crate::{
    objects::intake::calls::UseCode,
    platform::{
        alarm::Alarm,
        call::Call as _,
        failure::{Failure, Result},
        random,
    },
};

pub struct Validator<'a> {
    pub env: &'a Env,
    pub store: &'a StaffStore,
    pub alarm: &'a Alarm,
    pub locks: &'a EmployeeLocks,
}

impl Validator<'_> {
    pub async fn validate(&self, call: ValidateCode, now: Timestamp) -> Result<ValidationAnswer> {
        let employee = authorise(self.store, call.session, Role::Employee, now)?.employee;
        let lock = self.locks.of(&employee);
        let _guard = lock.lock().await;

        if let Some(hashes) = &call.hashes {
            match self.store.repeat(&employee, hashes, now)? {
                Repeat::First => {}
                Repeat::OtherBody => return Err(Problem::Malformed.into()),
                // The date was possible at the first request, though midnight may have passed
                // since.
                Repeat::Again { accepted, at } => {
                    return answer(accepted, &check(call.request, at)?);
                }
            }
        }
        let throttle = self.store.throttle(&employee)?;
        if let Err(Throttled { retry_after }) = throttle.check(now) {
            if let Some(end) = self.store.note_throttled(&employee, now)? {
                self.alarm.set(end, now).await?;
            }
            return Err(Failure::Throttled { retry_after });
        }
        let validation = check(call.request, now)?;
        let attempt = match &call.hashes {
            Some(hashes) => AttemptId::repeatable(&employee, hashes),
            None => AttemptId::random(&mut random::generator()?),
        };
        let intake = validation.code.intake();
        let use_code = UseCode {
            validation,
            attempt,
        };
        let accepted = use_code.send(self.env, intake, now).await?.accepted;
        self.note(&employee, call.hashes.as_ref(), accepted, now)
            .await?;
        answer(accepted, &validation)
    }

    /// Records the outcome of an attempt. Nothing is awaited before the alarm, so this is one
    /// transaction.
    async fn note(
        &self,
        employee: &EmployeeId,
        hashes: Option<&RequestHashes>,
        accepted: bool,
        now: Timestamp,
    ) -> Result<()> {
        let mut ends = Vec::new();
        if let Some(hashes) = hashes {
            let noted = Noted { accepted, at: now };
            ends.push(self.store.note_answer(employee, hashes, noted)?);
        }
        if !accepted {
            let mut throttle = self.store.throttle(employee)?;
            throttle.note_refused(now);
            ends.extend(self.store.keep_throttle(employee, &throttle)?);
        }
        let outcome = if accepted {
            Outcome::Accepted
        } else {
            Outcome::NotAccepted
        };
        let action = Action::Validation;
        ends.push(self.store.note(employee, action, outcome, now)?);
        match ends.into_iter().min() {
            Some(first) => self.alarm.set(first, now).await,
            None => Ok(()),
        }
    }
}

fn check(
    request: Result<ValidationRequest, Problem>,
    now: Timestamp,
) -> Result<Validation, Problem> {
    request?.check(now).map_err(|error| match error {
        ValidationError::Code(_) => Problem::InvalidCode,
        ValidationError::Date(_) => Problem::InvalidDate,
    })
}

fn answer(accepted: bool, validation: &Validation) -> Result<ValidationAnswer> {
    if accepted {
        Ok(ValidationAnswer {
            infectious_from: validation.illness.infectious_from(),
        })
    } else {
        Err(Problem::CodeNotAccepted.into())
    }
}
