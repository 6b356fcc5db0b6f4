//! The one path that every request of a phone takes.
//!
//! Each request causes the same work, valid or not: an upload is parsed, an enrolment
//! looked up, an HMAC computed, an enrolment drawn, both answers written, and one row stored in
//! each table. A row keeps what the phone asked for, if that is valid; else it is a scratch
//! row, which holds nothing and is overwritten by others. Equal work takes equal time, so an
//! observer of the network cannot tell one request from another.

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

use super::{
    calls::PhoneCall,
    store::{IntakeStore, WriteTarget},
};
use crate::platform::failure::Result;

/// How often a code is drawn before the phone is refused, if each is in use. With 15,000 enrolments
/// outstanding, one in ten thousand is in use.
const DRAWS: usize = 10;

/// The most uploads of an enrolment that are kept at a time: far more than a person causes. Without
/// a limit one person who is validated could fill every phone with keys.
const MAX_WAITING_UPLOADS: i64 = 30;

/// A request that is carried out.
pub struct CarriedOut {
    /// The body of the answer.
    pub answer: String,
    /// The first expiry of the stored rows.
    pub end: Timestamp,
}

/// Carries out a phone's request to the Intake `number`.
pub fn carry_out(
    store: &IntakeStore,
    number: IntakeNumber,
    call: &PhoneCall,
    now: Timestamp,
    random: &mut impl Rng,
) -> Result<CarriedOut> {
    upload(store, call, now, random)?;
    let registration = register(store, number, call.route, now, random)?;
    let end = shift(now, registration.validity + GRACE_SECONDS);

    let registration = registration.to_body();
    let upload = api::upload_answer();
    let answer = match call.route {
        PhoneRoute::Register => registration,
        PhoneRoute::PostKeys | PhoneRoute::StopKeys => upload,
    };
    Ok(CarriedOut { answer, end })
}

/// Stores the keys in the body if it is an upload signed with its enrolment's key.
fn upload(
    store: &IntakeStore,
    call: &PhoneCall,
    now: Timestamp,
    random: &mut impl Rng,
) -> Result<()> {
    // The body of a registration is ignored, and a malformed upload takes the time of a valid one.
    let upload = match call.route {
        PhoneRoute::Register => Upload::parse(SAMPLE.as_bytes()),
        PhoneRoute::PostKeys | PhoneRoute::StopKeys => {
            Upload::parse(&call.body).or_else(|_| Upload::parse(SAMPLE.as_bytes()))
        }
    };
    let upload = upload.map_err(|_| "the sample is no upload")?;
    let enrolment = store.enrolment(&upload.bucket, now)?;
    let has_room = enrolment
        .as_ref()
        .is_some_and(|enrolment| enrolment.uploads < MAX_WAITING_UPLOADS);
    let (key, registered, validated) = match &enrolment {
        Some(enrolment) => (
            enrolment.confirmation_key.clone(),
            enrolment.registered,
            enrolment.validated,
        ),
        None => (ConfirmationKey::from_bytes([0; 32]), UtcDay::of(now), None),
    };
    let signed = key.verifies(&call.body, &call.signature);
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
    let signed_upload = call.route == PhoneRoute::PostKeys && has_room && signed;
    let target = WriteTarget::of(signed_upload && !keys.is_empty(), random);
    let written = match target {
        WriteTarget::Row => &keys,
        WriteTarget::ScratchRow(_) => &upload.keys,
    };
    Ok(store.write_upload(&upload.bucket, written, target, now, random)?)
}

/// Draws an enrolment, and stores it if the phone asked for one.
fn register(
    store: &IntakeStore,
    number: IntakeNumber,
    route: PhoneRoute,
    now: Timestamp,
    random: &mut impl Rng,
) -> Result<Registration> {
    for _ in 0..DRAWS {
        let drawn = Enrolment::random(number, random);
        let target = WriteTarget::of(route == PhoneRoute::Register, random);
        if store.write_enrolment(&drawn, target, now)? {
            return Ok(Registration::success(drawn, now));
        }
    }
    Err("no free code was found".into())
}

/// An upload as a phone makes it, with the most keys that a phone has.
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
