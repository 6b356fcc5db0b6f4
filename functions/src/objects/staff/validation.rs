//! A validation on its way through the Desk: session, repeats, throttle, and then the Intake that
//! holds the code.
//!
//! One after the other for each employee, so that nobody tries more codes at once than are allowed
//! one by one, and a request that is sent twice at the same time is one. Dying between the Intake's
//! word and the Desk's note of it loses nothing: the Intake knows an attempt that it has accepted
//! before.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use futures_util::lock::Mutex;
use serde::{Deserialize, Serialize};
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
        token::{Session, TokenHash},
    },
};
use worker::Result;

use super::{
    Desk, Verdict,
    attempts::{Noted, Repeat},
};
use crate::{objects::intake, platform::random};

/// What the Desk is told of a validation.
#[derive(Deserialize, Serialize)]
pub struct ValidationCall {
    /// Whose it is.
    pub session: TokenHash<Session>,
    /// The body, or what is wrong with the request. Whether somebody is signed in and not
    /// throttled comes before that.
    pub request: std::result::Result<ValidationRequest, Problem>,
    /// By which it is recognised when it is sent again; without it, it is not.
    pub repeatable: Option<RequestHashes>,
}

impl Desk {
    pub(super) async fn validate(
        &self,
        call: ValidationCall,
        now: Timestamp,
    ) -> Result<Verdict<ValidationAnswer>> {
        let employee = match self.session(call.session, Role::Employee, now)? {
            Ok(session) => session.employee,
            Err(problem) => return Ok(Verdict::Refused(problem)),
        };
        let turn = self.turns.of(&employee);
        let _turn = turn.lock().await;

        if let Some(repeatable) = &call.repeatable {
            match self.store.repeat(&employee, repeatable, now)? {
                Repeat::First => {}
                Repeat::OtherBody => return Ok(Verdict::Refused(Problem::Malformed)),
                // The date was possible when it was first sent, though midnight may have passed
                // since.
                Repeat::Again { accepted, at } => {
                    return Ok(match check(call.request, at) {
                        Ok(validation) => answer(accepted, &validation),
                        Err(problem) => Verdict::Refused(problem),
                    });
                }
            }
        }
        let throttle = self.store.throttle(&employee)?;
        if let Err(Throttled { retry_after }) = throttle.check(now) {
            if let Some(end) = self.store.note_throttled(&employee, now)? {
                self.wake(end, now).await?;
            }
            return Ok(Verdict::Throttled(retry_after));
        }
        let validation = match check(call.request, now) {
            Ok(validation) => validation,
            Err(problem) => return Ok(Verdict::Refused(problem)),
        };
        let attempt = match &call.repeatable {
            Some(repeatable) => AttemptId::repeatable(&employee, repeatable),
            None => AttemptId::random(&mut random::generator()?),
        };
        let accepted = intake::validate(&self.env, validation, attempt, now).await?;
        self.note_validation(&employee, call.repeatable.as_ref(), accepted, now)
            .await?;
        Ok(answer(accepted, &validation))
    }

    /// Notes what came of an attempt: one transaction, for nothing is awaited before the alarm.
    async fn note_validation(
        &self,
        employee: &EmployeeId,
        repeatable: Option<&RequestHashes>,
        accepted: bool,
        now: Timestamp,
    ) -> Result<()> {
        let mut ends = Vec::new();
        if let Some(repeatable) = repeatable {
            let noted = Noted { accepted, at: now };
            ends.push(self.store.note_answer(employee, repeatable, noted)?);
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
        ends.push(
            self.store
                .note(employee, Action::Validation, outcome, now)?,
        );
        match ends.into_iter().min() {
            Some(first) => self.wake(first, now).await,
            None => Ok(()),
        }
    }
}

fn check(
    request: std::result::Result<ValidationRequest, Problem>,
    now: Timestamp,
) -> std::result::Result<Validation, Problem> {
    request?.check(now).map_err(|error| match error {
        ValidationError::Code(_) => Problem::InvalidCode,
        ValidationError::Date(_) => Problem::InvalidDate,
    })
}

fn answer(accepted: bool, validation: &Validation) -> Verdict<ValidationAnswer> {
    if accepted {
        Verdict::Done(ValidationAnswer {
            infectious_from: validation.illness.infectious_from(),
        })
    } else {
        Verdict::Refused(Problem::CodeNotAccepted)
    }
}

/// Whose turn it is: one validation of an employee at a time.
#[derive(Default)]
pub struct Turns(RefCell<HashMap<EmployeeId, Rc<Mutex<()>>>>);

impl Turns {
    fn of(&self, employee: &EmployeeId) -> Rc<Mutex<()>> {
        let mut turns = self.0.borrow_mut();
        // Those that nobody holds or waits for.
        turns.retain(|_, turn| Rc::strong_count(turn) > 1);
        turns.entry(employee.clone()).or_default().clone()
    }
}
