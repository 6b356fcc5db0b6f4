//! The one road of every request of a phone.
//!
//! Whatever was asked and whatever comes of it, the same is done: an upload is parsed, an enrolment
//! looked up, an HMAC computed, an enrolment drawn, both answers written, and one row stored in
//! each table. Only what was asked for is kept, and only if it is right; else the row is a scratch
//! row, which holds nothing and is overwritten by others. Equal time comes from equal work, so
//! nobody who watches the line can tell one request from another.

use std::sync::LazyLock;

use rand::Rng;
use shared::{
    Timestamp, api,
    api::{Registration, routes::PhoneRoute},
    base64,
    enrolment::{ConfirmationKey, Enrolment, GRACE_SECONDS, intake::IntakeNumber, upload::Upload},
    keys::tek::{Acceptance, MAX_KEY_AGE_DAYS},
    time::{UtcDay, shift},
};
use worker::Result;

use super::{Intake, store::WriteTarget};
use crate::platform::{answer, object::Received, random};

/// How often a code is drawn that is in use before the phone is refused. With 15,000 enrolments
/// outstanding, one in ten thousand is in use.
const DRAWS: usize = 10;

/// How many uploads of an enrolment are kept at a time: far more than a person causes. Without a
/// bound one person who is validated could fill every phone with keys.
const MAX_UPLOADS: i64 = 30;

impl Intake {
    /// Does what a phone asks, and gives the answer that it gets.
    pub(super) async fn phone(
        &self,
        route: PhoneRoute,
        body: &[u8],
        command: &Received,
    ) -> Result<web_sys::Response> {
        let now = command.now;
        let Some(([number], signature)) = command.detail.split_first_chunk::<1>() else {
            return Err("a phone's request without the Intake's number".into());
        };
        let mut random = random::generator()?;
        self.upload(route, body, signature, now, &mut random)?;
        let intake = IntakeNumber::modulo(*number);
        let registration = self.register(route, intake, now, &mut random)?;
        let end = shift(now, registration.validity + GRACE_SECONDS);
        self.alarm.set(&self.state.storage(), end, now).await?;

        let registration = registration.to_body();
        let upload = api::upload_answer();
        answer::phone(match route {
            PhoneRoute::Register => &registration,
            PhoneRoute::PostKeys | PhoneRoute::StopKeys => &upload,
        })
    }

    /// Keeps the keys in `body` if it is an upload that its enrolment signed.
    fn upload(
        &self,
        route: PhoneRoute,
        body: &[u8],
        signature: &[u8],
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<()> {
        // A registration's body means nothing, and what is no upload takes the time of one.
        let upload = match route {
            PhoneRoute::Register => Upload::parse(SAMPLE.as_bytes()),
            PhoneRoute::PostKeys | PhoneRoute::StopKeys => {
                Upload::parse(body).or_else(|_| Upload::parse(SAMPLE.as_bytes()))
            }
        };
        let upload = upload.map_err(|_| "the sample is no upload")?;
        let enrolment = self.store.enrolment(&upload.bucket, now)?;
        let has_room = enrolment
            .as_ref()
            .is_some_and(|enrolment| enrolment.uploads < MAX_UPLOADS);
        let (key, registered, validated) = match &enrolment {
            Some(enrolment) => (
                enrolment.confirmation_key.clone(),
                enrolment.registered,
                enrolment.validated,
            ),
            None => (ConfirmationKey::from_bytes([0; 32]), UtcDay::of(now), None),
        };
        let signed = signature
            .try_into()
            .is_ok_and(|signature| key.verifies(body, signature));
        let acceptance = Acceptance {
            now,
            registered,
            validated,
        };
        let keys: Vec<_> = upload
            .keys
            .iter()
            .filter(|key| acceptance.takes(key))
            .map(|key| key.within_its_day())
            .collect();
        let signed_upload = route == PhoneRoute::PostKeys && has_room && signed;
        let target = WriteTarget::of(signed_upload && !keys.is_empty(), random);
        let written = match target {
            WriteTarget::Row => &keys,
            WriteTarget::ScratchRow(_) => &upload.keys,
        };
        self.store
            .write_upload(&upload.bucket, written, target, now, random)
    }

    /// Draws an enrolment, and keeps it if it was asked for.
    fn register(
        &self,
        route: PhoneRoute,
        intake: IntakeNumber,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<Registration> {
        for _ in 0..DRAWS {
            let drawn = Enrolment::random(intake, random);
            let target = WriteTarget::of(route == PhoneRoute::Register, random);
            if self.store.write_enrolment(&drawn, target, now)? {
                return Ok(Registration::success(drawn, now));
            }
        }
        Err("no free code was found".into())
    }
}

/// The body of an upload as a phone makes it, of as many keys.
static SAMPLE: LazyLock<String> = LazyLock::new(|| {
    let keys: Vec<_> = (0..=MAX_KEY_AGE_DAYS as u8)
        .map(|number| {
            let data = base64::encode(&[number; 16]);
            format!(r#"{{"keyData":"{data}","rollingStartNumber":2992032,"rollingPeriod":144}}"#)
        })
        .collect();
    let bucket = base64::encode(&[0; 32]);
    format!(
        r#"{{"keys":[{}],"bucketId":"{bucket}","padding":""}}"#,
        keys.join(",")
    )
});
