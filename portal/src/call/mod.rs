//! The telephone call that the employee is in: what is filled in, what was sent, and the result.
//!
//! It lives as long as the app, so that a look at another screen, another language or a session
//! that ends loses nothing. Once the code is accepted or the employee has gone, all of it is
//! forgotten.

mod accepted;
mod code;
mod date;
mod symptoms;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Timestamp,
    api::{Validation, ValidationRequest},
    keys::illness::Illness,
    time::shift,
};

pub use self::{
    accepted::Accepted,
    code::{CodeEntry, Typed, symbols},
    date::{DateEntry, EARLIER},
    symptoms::SymptomsEntry,
};
use crate::{
    browser::{Clock, random_uuid},
    service::{RequestFailure, ServiceHandle, Submission},
};

#[derive(Clone, Copy)]
pub struct Call {
    pub code: CodeEntry,
    pub symptoms: SymptomsEntry,
    /// The first day of illness, or the day of the test.
    pub date: DateEntry,
    /// Whether a submission is on its way.
    pub busy: RwSignal<bool>,
    /// Why the last submission was not accepted.
    pub failure: RwSignal<Option<RequestFailure>>,
    /// When the employee may try again, if the service said so.
    pub again_at: RwSignal<Option<Timestamp>>,
    pub accepted: RwSignal<Option<Accepted>>,
    /// The time from which the days are counted.
    pub now: RwSignal<Timestamp>,
    /// How many calls there were before. An answer that comes after its call is dropped.
    number: StoredValue<u32>,
    /// A submission without an answer. Sent again unchanged, it keeps its key, as it may have
    /// arrived.
    unanswered: StoredValue<Option<(Validation, String)>>,
    clock: Clock,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    Code,
    Symptoms,
    /// The list of days.
    Date,
    /// The date that is typed for a day that is not in the list.
    EarlierDate,
}

/// A form without errors.
enum Filled {
    Training(Illness),
    Validation(Validation, ValidationRequest),
}

impl Call {
    pub fn new(clock: Clock) -> Self {
        Self {
            code: CodeEntry::new(),
            symptoms: SymptomsEntry::new(),
            date: DateEntry::new(),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            again_at: RwSignal::new(None),
            accepted: RwSignal::new(None),
            now: RwSignal::new(clock()),
            number: StoredValue::new(0),
            unanswered: StoredValue::new(None),
            clock,
        }
    }

    pub fn clear(self) {
        self.number.update_value(|number| *number += 1);
        self.code.clear();
        self.symptoms.clear();
        self.date.clear();
        self.busy.set(false);
        self.failure.set(None);
        self.again_at.set(None);
        self.accepted.set(None);
        self.unanswered.set_value(None);
        self.look_at_clock();
    }

    /// Whether there is something to lose.
    pub fn has_begun(self) -> bool {
        !self.is_empty() || self.accepted.read().is_some()
    }

    pub fn is_empty(self) -> bool {
        self.code.is_empty() && self.symptoms.get().is_none() && self.date.is_empty()
    }

    /// An untouched form may have waited since yesterday; one that is being filled in does not
    /// change its days.
    pub fn look_at_clock(self) {
        if untrack(|| self.is_empty()) {
            self.now.set((self.clock)());
        }
    }

    /// What is known of the illness.
    pub fn illness(self) -> Option<Illness> {
        Illness::parse(self.symptoms.get()?, &self.date.text(), self.now.get()).ok()
    }

    /// Sends the form, unless that is being done already.
    ///
    /// # Errors
    /// The first field, from the top, that has an error. Nothing is sent then.
    pub fn submit(
        self,
        service: ServiceHandle,
        on_signed_out: impl FnOnce() + 'static,
    ) -> Result<(), Field> {
        if self.busy.get_untracked() {
            return Ok(());
        }
        self.now.set((self.clock)());
        let (validation, request) = match untrack(|| self.read())? {
            Filled::Validation(validation, request) => (validation, request),
            Filled::Training(illness) => {
                self.accept(Accepted::practised(illness));
                return Ok(());
            }
        };
        let idempotency_key = self
            .unanswered
            .get_value()
            .filter(|(earlier, _)| *earlier == validation)
            .map_or_else(random_uuid, |(_, key)| key);
        let submission = Submission {
            request,
            idempotency_key: idempotency_key.clone(),
        };
        let number = self.number.get_value();
        self.busy.set(true);
        let answer = service.with(|service| service.validate(submission));
        spawn_local(async move {
            let answer = answer.await;
            if self.number.try_get_value() != Some(number) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(answer) => self.accept(Accepted::by_service(answer)),
                Err(cause) => {
                    let keep = cause.invites_retry();
                    self.unanswered
                        .set_value(keep.then_some((validation, idempotency_key)));
                    self.fail(cause);
                    if cause.is_signed_out() {
                        on_signed_out();
                    }
                }
            }
        });
        Ok(())
    }

    /// Forgets what was filled in. Only the answer stays.
    fn accept(self, accepted: Accepted) {
        self.clear();
        self.accepted.set(Some(accepted));
    }

    fn fail(self, cause: RequestFailure) {
        self.again_at.set(match cause {
            RequestFailure::Throttled {
                seconds: Some(seconds),
            } => Some(shift((self.clock)(), i64::from(seconds))),
            _ => None,
        });
        self.failure.set(Some(cause));
    }

    /// The whole form, or the first field with an error. From now on every error is shown.
    fn read(self) -> Result<Filled, Field> {
        self.code.settle();
        self.symptoms.settle();
        self.date.settle();

        let code = match self.code.typed() {
            Typed::Code(code) => Some(code),
            Typed::Training => None,
            Typed::Wrong(_) => return Err(Field::Code),
        };
        let symptomatic = self.symptoms.get().ok_or(Field::Symptoms)?;
        let date = self.date.text();
        let illness = Illness::parse(symptomatic, &date, self.now.get()).map_err(|_| {
            if self.date.is_earlier() {
                Field::EarlierDate
            } else {
                Field::Date
            }
        })?;
        let Some(code) = code else {
            return Ok(Filled::Training(illness));
        };
        Ok(Filled::Validation(
            Validation { code, illness },
            // One spelling for every try, so that the service sees the same body.
            ValidationRequest {
                code: code.compact(),
                symptomatic,
                date,
            },
        ))
    }
}
