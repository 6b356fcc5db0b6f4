//! The upload: sends each key that is published here to the other countries, once.
//!
//! The keys of a batch are chosen in one transaction. So a run after one that was killed, or whose
//! response was lost, sends the same keys again, and the gateway answers that it has them.

use federation::{
    batch::{DiagnosisKeyBatch, MAX_BATCH_KEYS},
    cms,
    responses::UploadAction,
    settings::ExchangeSettings,
    signing_text::signing_text,
    tag::{random_upload_tag, upload_tag},
};
use prost::Message as _;
use shared::{Timestamp, api::RunOutcome, base64, keys::tek::KeyData};
use worker::{Error, Result};

use super::{
    gateway::{Gateway, GatewayResponse},
    job::MAX_BATCHES_PER_RUN,
};
use crate::{objects::ledger::diagnosis_keys::DiagnosisKeys, platform::random};

/// Sends the keys that are published and not yet sent.
pub async fn run(
    keys: &DiagnosisKeys,
    gateway: &Gateway,
    settings: &ExchangeSettings,
    now: Timestamp,
) -> Result<RunOutcome> {
    let mut limit = MAX_BATCH_KEYS;
    for _ in 0..MAX_BATCHES_PER_RUN {
        let planned = keys.plan_batch(limit, now)?;
        if planned.is_empty() {
            return Ok(RunOutcome::Done);
        }
        let data: Vec<KeyData> = planned.iter().map(|key| key.key.data).collect();
        let batch = DiagnosisKeyBatch::outgoing(&planned, settings.own, &settings.participants);
        let Some(mut response) = send(&batch, gateway, settings).await? else {
            return Ok(RunOutcome::NoAnswer);
        };
        let body = response.take_body().unwrap_or_default().into_bytes();
        match UploadAction::of(response.status, &body) {
            UploadAction::Done => keys.mark_batch_sent()?,
            UploadAction::ResendWithout(indexes) => {
                let stored: Vec<_> = indexes
                    .into_iter()
                    .filter_map(|index| data.get(index).copied())
                    .collect();
                if stored.is_empty() {
                    return Ok(response.unreadable());
                }
                keys.mark_sent(&stored)?;
            }
            UploadAction::Halve => {
                limit = data.len() / 2;
                if limit == 0 {
                    return Ok(response.refused());
                }
                keys.put_back(data.get(limit..).unwrap_or_default())?;
            }
            UploadAction::Stop | UploadAction::TagTaken => return Ok(response.refused()),
            UploadAction::Unreadable => return Ok(response.unreadable()),
        }
    }
    Ok(RunOutcome::Unfinished)
}

/// Sends `batch` under the tag of its content and, if that is taken, under a random one. If the
/// first tag was taken by this batch, the gateway answers that it has each of the keys; if it was
/// taken by another country, the gateway stores the batch now.
async fn send(
    batch: &DiagnosisKeyBatch,
    gateway: &Gateway,
    settings: &ExchangeSettings,
) -> Result<Option<GatewayResponse>> {
    let mut random = random::generator()?;
    let text = signing_text(&batch.keys);
    let signature = cms::sign(&text, &settings.identity, &mut random)
        .map_err(|error| Error::RustError(error.to_string()))?;
    let signature = base64::encode(&signature);
    let body = batch.encode_to_vec();
    let response = gateway.upload(&body, &upload_tag(&text), &signature).await;
    match response {
        Some(response) if UploadAction::of(response.status, b"") == UploadAction::TagTaken => {
            let tag = random_upload_tag(&mut random);
            Ok(gateway.upload(&body, &tag, &signature).await)
        }
        response => Ok(response),
    }
}
