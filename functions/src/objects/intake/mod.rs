//! The Intake: enrolments, and uploaded keys that wait for their validation or release
//! (design §2.3, §3.8–14).
//!
//! There are 23 of them, chosen by the first symbol of the code and the first byte of the bucket
//! id. What is checked and then changed lies within one object, and nothing is awaited between
//! check and change.

pub mod calls;
mod enrolments;
mod phone;
mod store;
mod uploads;

use shared::{
    Timestamp, enrolment::intake::IntakeNumber, staff::idempotency::REPLAY_SECONDS, time::shift,
};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use self::{
    calls::{CodeUse, Confirm, ExpireIntake, PhoneCall, Release, Released, UseCode},
    store::IntakeStore,
};
use crate::platform::{
    alarm::Alarm,
    answer,
    call::Done,
    clock,
    failure::Result,
    handler::{self, Handle, Received, dispatch},
    random,
};

/// The Durable Object.
#[durable_object(alarm)]
pub struct Intake {
    env: Env,
    store: IntakeStore,
    alarm: Alarm,
    /// `None` when the object has another name than an Intake.
    number: Option<IntakeNumber>,
}

impl DurableObject for Intake {
    fn new(state: State, env: Env) -> Self {
        let name = state.id().name();
        Self {
            env,
            store: IntakeStore::open(&state),
            alarm: Alarm::new(&state),
            number: name.and_then(|name| name.parse().ok().map(IntakeNumber::modulo)),
        }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        handler::serve(&request, async |received| {
            if received.head.name == PhoneCall::NAME {
                return self.phone(received).await;
            }
            dispatch!(received to self; UseCode, Release, Confirm, ExpireIntake)
        })
        .await
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let now = clock::now(&self.env).await?;
        self.alarm.fired();
        self.expire(now).await?;
        Response::empty()
    }
}

impl Handle<UseCode> for Intake {
    async fn handle(&self, call: UseCode, now: Timestamp) -> Result<CodeUse> {
        let end = shift(now, REPLAY_SECONDS);
        let accepted = self
            .store
            .validate(&call.validation, call.attempt, end, now)?;
        if accepted {
            self.alarm.set(end, now).await?;
        }
        Ok(CodeUse { accepted })
    }
}

impl Handle<Release> for Intake {
    async fn handle(&self, call: Release, now: Timestamp) -> Result<Released> {
        let page = self.store.validated_uploads(call.after)?;
        let persons = page
            .uploads
            .chunk_by(|one, next| one.bucket == next.bucket)
            .map(|uploads| {
                uploads
                    .iter()
                    .filter_map(|upload| upload.release(now))
                    .collect()
            })
            .filter(|uploads: &Vec<_>| !uploads.is_empty())
            .collect();
        Ok(Released {
            persons,
            next: page.next,
        })
    }
}

impl Handle<Confirm> for Intake {
    async fn handle(&self, call: Confirm, now: Timestamp) -> Result<Done> {
        for id in call.uploads {
            if let Some(upload) = self.store.validated_upload(id)? {
                self.store.keep_keys(id, &upload.waiting(now))?;
            }
        }
        // An enrolment past its validity goes with the last of its keys.
        self.expire(now).await
    }
}

impl Handle<ExpireIntake> for Intake {
    async fn handle(&self, _: ExpireIntake, now: Timestamp) -> Result<Done> {
        self.expire(now).await
    }
}

impl Intake {
    /// Carries out a phone's request. The answer is the one that the phone gets.
    async fn phone(&self, received: Received) -> Result<web_sys::Response> {
        let now = received.head.now;
        let call = PhoneCall::read(&received.head, received.body)?;
        let number = self.number.ok_or("an Intake without a number")?;
        let done = phone::carry_out(&self.store, number, &call, now, &mut random::generator()?)?;
        self.alarm.set(done.end, now).await?;
        answer::phone(&done.answer)
    }

    /// Deletes expired data, and sets the alarm for the next expiry.
    async fn expire(&self, now: Timestamp) -> Result<Done> {
        if let Some(next) = self.store.expire(now)? {
            self.alarm.set(next, now).await?;
        }
        Ok(Done {})
    }
}
