//! The upload: what is in a published file here is sent to the other countries, once.
//!
//! Which keys are in a batch is one transaction. So a run that was killed, or whose answer was
//! lost, sends the same keys again, and the gateway says that it has them.

use federation::{
    MAX_KEYS,
    answers::AfterUpload,
    batch::DiagnosisKeyBatch,
    cms,
    signing_text::signing_text,
    tag::{random_upload_tag, upload_tag},
};
use prost::Message as _;
use shared::{Timestamp, api::RunOutcome, base64, keys::tek::KeyData};
use worker::{Error, Result};

use super::{
    MAX_BATCHES,
    gateway::{Answer, Gateway},
    settings::Settings,
    store::Store,
};
use crate::platform::random;

/// Sends what is published and not yet sent.
pub async fn run(
    store: &Store,
    gateway: &Gateway,
    settings: &Settings,
    now: Timestamp,
) -> Result<RunOutcome> {
    let mut limit = MAX_KEYS;
    for _ in 0..MAX_BATCHES {
        let keys = store.plan_batch(limit, now)?;
        if keys.is_empty() {
            return Ok(RunOutcome::Done);
        }
        let data: Vec<KeyData> = keys.iter().map(|key| key.key.data).collect();
        let batch = DiagnosisKeyBatch::outgoing(&keys, settings.own, &settings.participants);
        let Some(mut answer) = send(&batch, gateway, settings).await? else {
            return Ok(RunOutcome::NoAnswer);
        };
        let body = answer.take_body().unwrap_or_default().into_bytes();
        match AfterUpload::of(answer.status, &body) {
            AfterUpload::Done => store.mark_batch_sent()?,
            AfterUpload::Without(places) => {
                let there: Vec<_> = places
                    .into_iter()
                    .filter_map(|place| data.get(place).copied())
                    .collect();
                if there.is_empty() {
                    return Ok(answer.unreadable());
                }
                store.mark_sent(&there)?;
            }
            AfterUpload::Halve => {
                limit = data.len() / 2;
                if limit == 0 {
                    return Ok(answer.refused());
                }
                store.put_back(data.get(limit..).unwrap_or_default())?;
            }
            AfterUpload::Stop | AfterUpload::TagTaken => return Ok(answer.refused()),
            AfterUpload::Unreadable => return Ok(answer.unreadable()),
        }
    }
    Ok(RunOutcome::Unfinished)
}

/// Sends `batch` under the tag of its content and, if that is taken, under one that nobody knows:
/// then either the gateway says that it has each of the keys, or the batch with that tag was
/// somebody else's, and ours is there only now.
async fn send(
    batch: &DiagnosisKeyBatch,
    gateway: &Gateway,
    settings: &Settings,
) -> Result<Option<Answer>> {
    let mut random = random::generator()?;
    let text = signing_text(&batch.keys);
    let signature = cms::sign(&text, &settings.identity, &mut random)
        .map_err(|error| Error::RustError(error.to_string()))?;
    let signature = base64::encode(&signature);
    let body = batch.encode_to_vec();
    let answer = gateway.upload(&body, &upload_tag(&text), &signature).await;
    match answer {
        Some(answer) if AfterUpload::of(answer.status, b"") == AfterUpload::TagTaken => {
            let tag = random_upload_tag(&mut random);
            Ok(gateway.upload(&body, &tag, &signature).await)
        }
        answer => Ok(answer),
    }
}
