//! The Intake: enrolments, and uploaded keys that wait for the GGD or for their release (design §2, §3).
//!
//! There are 23 of them, chosen by the first symbol of the code and the first byte of the bucket id. Everything here that is
//! checked and then changed is so within one object, without `.await` between check and change.

mod store;

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::{self, Registration, Validation},
    conversion::DiagnosisKey,
    enrolment::{ConfirmationKey, Enrolment, GRACE_SECONDS, IntakeNumber},
    tek::Acceptance,
    time::shift,
    upload::Upload,
};
use wasm_bindgen_futures::JsFuture;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::{
    alarm::Alarm,
    answer, clock,
    object::{Command, Object, REFUSED},
    random,
};
use store::Store;

/// What a phone asks of an Intake.
pub enum PhoneCommand {
    /// A new enrolment.
    Register,
    /// Take the keys in the body.
    Upload(SignedBody),
    /// Do as for an upload, and take nothing.
    Decoy(SignedBody),
}

/// A request's body and the signature that came with it, neither looked at.
pub struct SignedBody {
    /// As the phone sent it.
    pub body: Vec<u8>,
    /// As the phone sent it, or zeros.
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
    command: PhoneCommand,
    now: Timestamp,
) -> Result<web_sys::Response> {
    // A registration's body means nothing. The Intake's own number does: an object is not told its name on every platform.
    let (name, signature, body) = match command {
        PhoneCommand::Register => (REGISTER, None, vec![intake.get()]),
        PhoneCommand::Upload(upload) => (UPLOAD, Some(upload.signature), upload.body),
        PhoneCommand::Decoy(upload) => (DECOY, Some(upload.signature), upload.body),
    };
    let command = Command {
        name: name.into(),
        now,
        signature,
    };
    let answer = object(intake).fetch(env, &command, &body).await?;
    if answer.ok() {
        Ok(answer)
    } else {
        Err("an Intake failed".into())
    }
}

/// Confirms an enrolment on behalf of the GGD. False when the code is unknown, expired or used.
#[cfg(feature = "test-controls")]
pub async fn validate(env: &Env, validation: &Validation, now: Timestamp) -> Result<bool> {
    let answer: Option<()> = object(validation.code.intake())
        .call(env, &Command::new(VALIDATE, now), validation)
        .await?;
    Ok(answer.is_some())
}

/// The uploads from `after` on that hold keys which may be published at `now`.
pub async fn release(
    env: &Env,
    intake: IntakeNumber,
    after: i64,
    now: Timestamp,
) -> Result<Released> {
    object(intake)
        .call(env, &Command::new(RELEASE, now), &after)
        .await?
        .ok_or_else(|| "an Intake refused a release".into())
}

/// Forgets the keys of `uploads` that [`release`] gave at the same `now`, and those that are of no use.
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
    /// The uploads, and their keys that may be published now.
    pub uploads: Vec<ReleasedUpload>,
    /// Where the next page begins; `None` when this is the last one.
    pub next: Option<i64>,
}

/// One upload's keys that may be published now. Possibly none, when what it holds is of no use to anyone.
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
    store: Store,
    alarm: Alarm,
}

impl DurableObject for Intake {
    fn new(state: State, env: Env) -> Self {
        let store = Store::new(&state);
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
        let command = Command::read(&request.url())?;
        let body = JsFuture::from(request.array_buffer()?).await?;
        let body = Uint8Array::new(&body).to_vec();
        let now = command.now;
        match &*command.name {
            REGISTER => self.register(&body, now).await,
            UPLOAD | DECOY => self.upload(&body, &command),
            VALIDATE => self.validate(&body, now),
            RELEASE => self.release(&body, now),
            CONFIRM => self.confirm(&body, now).await,
            EXPIRE => {
                self.expire(now).await?;
                answer::json(&())
            }
            _ => Err("unknown command".into()),
        }
    }

    async fn register(&self, body: &[u8], now: Timestamp) -> Result<web_sys::Response> {
        let number = body
            .first()
            .ok_or("a registration without the Intake's number")?;
        let registration = self.enrol(IntakeNumber::modulo(*number), now)?;
        let end = shift(now, registration.validity + GRACE_SECONDS);
        self.alarm.set(&self.state.storage(), end, now).await?;
        answer::phone(&registration.to_body())
    }

    fn enrol(&self, intake: IntakeNumber, now: Timestamp) -> Result<Registration> {
        let mut random = random::generator()?;
        // A code that is in use is drawn again: with 15,000 enrolments outstanding, one in ten thousand is.
        for _ in 0..10 {
            let enrolment = Enrolment::random(intake, &mut random);
            if self.store.insert_enrolment(&enrolment, now)? {
                return Ok(Registration::success(enrolment, now));
            }
        }
        Err("no free code was found".into())
    }

    /// An upload, a decoy, and whatever is wrong with either: parse, look up, HMAC, one row written.
    fn upload(&self, body: &[u8], command: &Command) -> Result<web_sys::Response> {
        let now = command.now;
        let upload = Upload::parse(body).ok();
        let bucket = upload
            .as_ref()
            .map(|upload| *upload.bucket.as_bytes())
            .unwrap_or_default();
        let enrolment = self.store.enrolment(&bucket, now)?;
        let key = enrolment
            .as_ref()
            .map_or(ConfirmationKey::from_bytes([0; 32]), |enrolment| {
                enrolment.confirmation_key.clone()
            });
        let signed = command
            .signature
            .is_some_and(|signature| key.verifies(body, &signature));
        let taken = match (upload, enrolment) {
            (Some(upload), Some(enrolment)) if signed && command.name == UPLOAD => {
                let acceptance = Acceptance {
                    now,
                    registered: enrolment.registered,
                    validated: enrolment.validated,
                };
                let keys: Vec<_> = upload
                    .keys
                    .into_iter()
                    .filter(|key| acceptance.takes(key))
                    .collect();
                (!keys.is_empty()).then_some(keys)
            }
            _ => None,
        };
        match taken {
            Some(keys) => self.store.insert_upload(&bucket, &keys, now)?,
            None => self.store.write_scratch(now)?,
        }
        answer::phone(&api::upload_answer())
    }

    fn validate(&self, body: &[u8], now: Timestamp) -> Result<web_sys::Response> {
        let validation: Validation = serde_json::from_slice(body)?;
        if self.store.validate(&validation, now)? {
            answer::json(&())
        } else {
            answer::empty(REFUSED)
        }
    }

    fn release(&self, body: &[u8], now: Timestamp) -> Result<web_sys::Response> {
        let after: i64 = serde_json::from_slice(body)?;
        let page = self.store.validated_uploads(after)?;
        let next = page.next;
        let uploads = page
            .uploads
            .into_iter()
            .filter_map(|upload| {
                let waiting = upload.waiting(now);
                (waiting.len() < upload.keys.len()).then(|| ReleasedUpload {
                    id: upload.id,
                    uploaded_at: upload.uploaded_at,
                    keys: upload.releasable(now),
                })
            })
            .collect();
        answer::json(&Released { uploads, next })
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
