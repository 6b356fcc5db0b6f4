//! The Intake: enrolments, and uploaded keys that wait for the GGD or for their release (design §2,
//! §3).
//!
//! There are 23 of them, chosen by the first symbol of the code and the first byte of the bucket
//! id. Everything here that is checked and then changed is so within one object, without `.await`
//! between check and change.

mod enrolments;
mod phone;
mod store;
mod uploads;

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::{Validation, routes::PhoneRoute},
    enrolment::{BucketId, intake::IntakeNumber},
    keys::conversion::DiagnosisKey,
    staff::idempotency::{AttemptId, REPLAY_SECONDS},
    time::shift,
};
use wasm_bindgen_futures::JsFuture;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::platform::{
    alarm::Alarm,
    answer, clock,
    object::{Command, Object, REFUSED, Received},
};
use store::IntakeStore;

/// A phone's request, not looked at.
pub struct PhoneRequest {
    /// Where it came in.
    pub route: PhoneRoute,
    /// The body.
    pub body: Vec<u8>,
    /// The signature, or zeros.
    pub signature: [u8; 32],
}

const REGISTER: &str = "register";
const UPLOAD: &str = "upload";
const DECOY: &str = "decoy";
const VALIDATE: &str = "validate";
const RELEASE: &str = "release";
const CONFIRM: &str = "confirm";
const EXPIRE: &str = "expire";

/// Asks `intake` on behalf of a phone. The answer is the one that the phone gets.
pub async fn phone(
    env: &Env,
    intake: IntakeNumber,
    request: PhoneRequest,
    now: Timestamp,
) -> Result<web_sys::Response> {
    // The Intake's number goes with it: an object is not told its name on every platform.
    let mut detail = vec![intake.get()];
    detail.extend_from_slice(&request.signature);
    let command = Command {
        name: match request.route {
            PhoneRoute::Register => REGISTER,
            PhoneRoute::PostKeys => UPLOAD,
            PhoneRoute::StopKeys => DECOY,
        },
        now,
        detail,
    };
    let answer = object(intake).fetch(env, &command, &request.body).await?;
    if answer.ok() {
        Ok(answer)
    } else {
        Err("an Intake failed".into())
    }
}

/// Confirms an enrolment on behalf of the GGD. False when the code is unknown, expired or used; an
/// attempt that was accepted a moment ago is so again.
pub async fn validate(
    env: &Env,
    validation: Validation,
    attempt: AttemptId,
    now: Timestamp,
) -> Result<bool> {
    let answer: Option<()> = object(validation.code.intake())
        .call(env, &Command::new(VALIDATE, now), &(validation, attempt))
        .await?;
    Ok(answer.is_some())
}

/// The uploads of buckets behind `after` that hold keys which may be published at `now`.
pub async fn release(
    env: &Env,
    intake: IntakeNumber,
    after: Option<BucketId>,
    now: Timestamp,
) -> Result<Released> {
    object(intake)
        .call(env, &Command::new(RELEASE, now), &after)
        .await?
        .ok_or_else(|| "an Intake refused a release".into())
}

/// Forgets the keys of `uploads` that [`release`] gave at the same `now`, and those that are of no
/// use.
pub async fn confirm(
    env: &Env,
    intake: IntakeNumber,
    uploads: &[i64],
    now: Timestamp,
) -> Result<()> {
    object(intake)
        .call(env, &Command::new(CONFIRM, now), &uploads)
        .await?
        .ok_or_else(|| "an Intake refused a confirmation".into())
}

/// Deletes what has ended by `now`.
#[cfg(feature = "test-controls")]
pub async fn expire(env: &Env, intake: IntakeNumber, now: Timestamp) -> Result<()> {
    object(intake)
        .call(env, &Command::new(EXPIRE, now), &())
        .await?
        .ok_or_else(|| "an Intake refused to expire".into())
}

fn object(intake: IntakeNumber) -> Object {
    Object::new("INTAKE", intake.get().to_string())
}

/// A page of uploads with keys to publish.
#[derive(Deserialize, Serialize)]
pub struct Released {
    /// For each person the uploads, and their keys that may be published now.
    pub persons: Vec<Vec<ReleasedUpload>>,
    /// Behind which bucket the next page begins; `None` when this is the last one.
    pub next: Option<BucketId>,
}

/// One upload's keys that may be published now. Possibly none, when what it holds is of no use to
/// anyone.
#[derive(Deserialize, Serialize)]
pub struct ReleasedUpload {
    /// Its number in its Intake.
    pub id: i64,
    /// When it came in.
    pub uploaded_at: Timestamp,
    /// The keys.
    pub keys: Vec<DiagnosisKey>,
}

/// The Durable Object.
#[durable_object(alarm)]
pub struct Intake {
    state: State,
    env: Env,
    store: IntakeStore,
    alarm: Alarm,
}

impl DurableObject for Intake {
    fn new(state: State, env: Env) -> Self {
        let store = IntakeStore::open(&state);
        Self {
            state,
            env,
            store,
            alarm: Alarm::default(),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        self.answer(request.inner()).await.map(Response::from)
    }

    async fn alarm(&self) -> Result<Response> {
        let now = clock::now(&self.env).await?;
        self.alarm.has_gone_off();
        self.expire(now).await?;
        Response::empty()
    }
}

impl Intake {
    async fn answer(&self, request: &web_sys::Request) -> Result<web_sys::Response> {
        let command = Received::read(&request.url())?;
        let body = JsFuture::from(request.array_buffer()?).await?;
        let body = Uint8Array::new(&body).to_vec();
        let now = command.now;
        match command.name.as_str() {
            REGISTER => self.phone(PhoneRoute::Register, &body, &command).await,
            UPLOAD => self.phone(PhoneRoute::PostKeys, &body, &command).await,
            DECOY => self.phone(PhoneRoute::StopKeys, &body, &command).await,
            VALIDATE => self.validate(&body, now).await,
            RELEASE => self.release(&body, now),
            CONFIRM => self.confirm(&body, now).await,
            EXPIRE => {
                self.expire(now).await?;
                answer::json(&())
            }
            _ => Err("unknown command".into()),
        }
    }

    async fn validate(&self, body: &[u8], now: Timestamp) -> Result<web_sys::Response> {
        let (validation, attempt): (Validation, AttemptId) = serde_json::from_slice(body)?;
        let end = shift(now, REPLAY_SECONDS);
        if self.store.validate(&validation, attempt, end, now)? {
            self.alarm.set(&self.state.storage(), end, now).await?;
            answer::json(&())
        } else {
            answer::empty(REFUSED)
        }
    }

    fn release(&self, body: &[u8], now: Timestamp) -> Result<web_sys::Response> {
        let after: Option<BucketId> = serde_json::from_slice(body)?;
        let page = self.store.validated_uploads(after)?;
        let next = page.next;
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
        answer::json(&Released { persons, next })
    }

    async fn confirm(&self, body: &[u8], now: Timestamp) -> Result<web_sys::Response> {
        let uploads: Vec<i64> = serde_json::from_slice(body)?;
        for id in uploads {
            if let Some(upload) = self.store.validated_upload(id)? {
                self.store.keep_keys(id, &upload.waiting(now))?;
            }
        }
        // An enrolment that stayed for its keys alone goes with them.
        self.expire(now).await?;
        answer::json(&())
    }

    /// Deletes what has ended and sets the alarm for what is left.
    async fn expire(&self, now: Timestamp) -> Result<()> {
        match self.store.expire(now)? {
            Some(next) => self.alarm.set(&self.state.storage(), next, now).await,
            None => Ok(()),
        }
    }
}
