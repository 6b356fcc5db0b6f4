//! The state of a phone and what it does with the service.

use std::{collections::BTreeSet, fs, path::Path};

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::Registration,
    base64,
    code::ValidationCode,
    content::{self, ContentId, Manifest},
    conversion::DiagnosisKey,
    enrolment::{BucketId, ConfirmationKey},
    export::{ExportHeader, ExposureKeySet},
    signing::{self, ExportVerifyingKey, ManifestVerifyingKey},
    tek::{self, KeyData, RollingPeriod, TemporaryExposureKey},
    time::{UtcDay, shift},
};

use crate::http::{Service, ServiceError};

/// Everything that a phone remembers.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Phone {
    /// Its keys of the past 14 days, oldest first.
    keys: Vec<TemporaryExposureKey>,
    /// What it got when it last registered.
    enrolment: Option<StoredEnrolment>,
    /// The files that it has seen.
    seen: BTreeSet<ContentId>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct StoredEnrolment {
    code: ValidationCode,
    bucket: BucketId,
    confirmation_key: ConfirmationKey,
    valid_until: Timestamp,
}

/// The public keys that a phone trusts.
#[derive(Clone, Debug)]
pub struct VerifyingKeys {
    /// Of the manifest and the other documents.
    pub manifest: ManifestVerifyingKey,
    /// Of exposure key sets.
    pub export: ExportVerifyingKey,
}

impl VerifyingKeys {
    /// Reads `manifest.pub.pem` and `export.pub.pem` in `folder`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let manifest = signing::manifest_verifying_key(&read("manifest.pub.pem")?);
        let export = signing::export_verifying_key(&read("export.pub.pem")?);
        Ok(Self {
            manifest: manifest.map_err(|error| format!("manifest.pub.pem: {error}"))?,
            export: export.map_err(|error| format!("export.pub.pem: {error}"))?,
        })
    }
}

/// A file that a phone has not seen before, and its keys.
#[derive(Debug)]
pub struct PublishedFile {
    /// Its name.
    pub id: ContentId,
    /// What it says of itself.
    pub header: ExportHeader,
    /// Its keys, sorted by their data.
    pub keys: Vec<DiagnosisKey>,
}

impl Phone {
    /// A phone that has been in use for 14 days before `now`, with a key for each of them.
    pub fn new(now: Timestamp, random: &mut impl Rng) -> Self {
        let today = UtcDay::of(now);
        let keys = (1..=tek::OLDEST_DAYS)
            .rev()
            .map(|days| TemporaryExposureKey {
                data: KeyData::from_bytes(random.random()),
                rolling_start: today.minus(days).start(),
                rolling_period: RollingPeriod::DAY,
            })
            .collect();
        Self {
            keys,
            ..Self::default()
        }
    }

    /// Its keys, oldest first.
    pub fn keys(&self) -> &[TemporaryExposureKey] {
        &self.keys
    }

    /// The code to read out to the GGD. Registers, unless it has done so and that is still valid.
    pub fn code(
        &mut self,
        service: &Service,
        now: Timestamp,
    ) -> Result<ValidationCode, ServiceError> {
        if let Some(enrolment) = self.valid_enrolment(now) {
            return Ok(enrolment.code);
        }
        let Registration {
            ggd_key: Some(code),
            bucket_id: Some(bucket),
            confirmation_key: Some(confirmation_key),
            validity,
        } = service.register()?
        else {
            return Err(ServiceError::NoEnrolment);
        };
        let valid_until = shift(now, validity);
        self.enrolment = Some(StoredEnrolment {
            code,
            bucket,
            confirmation_key,
            valid_until,
        });
        Ok(code)
    }

    /// Until when the code is valid.
    pub fn code_valid_until(&self) -> Option<Timestamp> {
        self.enrolment
            .as_ref()
            .map(|enrolment| enrolment.valid_until)
    }

    /// Uploads the keys of the past 14 days; says how many.
    pub fn share(&self, service: &Service, now: Timestamp) -> Result<usize, ServiceError> {
        let (body, signature) = self.upload(now)?;
        service.post_keys(&body, &signature)?;
        Ok(self.recent_keys(now).count())
    }

    /// The body of an upload of the keys of the past 14 days, and its signature in base64.
    pub fn upload(&self, now: Timestamp) -> Result<(Vec<u8>, String), ServiceError> {
        let enrolment = self
            .valid_enrolment(now)
            .ok_or(ServiceError::NotRegistered)?;
        let keys: Vec<_> = self.recent_keys(now).collect();
        let body = upload_body(&keys, &enrolment.bucket);
        let signature = base64::encode(&enrolment.confirmation_key.sign(&body));
        Ok((body, signature))
    }

    fn recent_keys(&self, now: Timestamp) -> impl Iterator<Item = TemporaryExposureKey> {
        self.keys
            .iter()
            .filter(move |key| key.is_recent(now))
            .copied()
    }

    /// Takes over the keys of `other`, and keeps its own enrolment.
    pub fn replace_keys(&mut self, other: &Self) {
        self.keys.clone_from(&other.keys);
    }

    /// Fetches and verifies the manifest and the files that it has not seen before.
    pub fn check(
        &mut self,
        service: &Service,
        trusted: &VerifyingKeys,
    ) -> Result<Vec<PublishedFile>, ServiceError> {
        let manifest: Manifest = content::open(&service.manifest()?, &trusted.manifest)?;
        let listed: BTreeSet<_> = manifest.exposure_key_sets.iter().copied().collect();
        self.seen.retain(|id| listed.contains(id));
        let mut files = Vec::new();
        for id in manifest.exposure_key_sets {
            if self.seen.contains(&id) {
                continue;
            }
            let zip = service.exposure_key_set(id)?;
            if ContentId::of(&zip) != id {
                return Err(ServiceError::OtherFile);
            }
            let set = ExposureKeySet::open(&zip, &trusted.export)?;
            files.push(PublishedFile {
                id,
                header: set.header().clone(),
                keys: set.diagnosis_keys().collect(),
            });
            self.seen.insert(id);
        }
        Ok(files)
    }

    fn valid_enrolment(&self, now: Timestamp) -> Option<&StoredEnrolment> {
        self.enrolment
            .as_ref()
            .filter(|enrolment| now < enrolment.valid_until)
    }
}

/// The body of an upload.
fn upload_body(keys: &[TemporaryExposureKey], bucket: &BucketId) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Upload<'a> {
        keys: Vec<Key>,
        bucket_id: &'a BucketId,
        padding: &'a str,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        key_data: KeyData,
        rolling_start_number: u32,
        rolling_period: u32,
    }
    let keys = keys
        .iter()
        .map(|key| Key {
            key_data: key.data,
            rolling_start_number: key.rolling_start.number(),
            rolling_period: key.rolling_period.intervals(),
        })
        .collect();
    // No member of these structs can fail to serialise.
    serde_json::to_vec(&Upload {
        keys,
        bucket_id: bucket,
        padding: "",
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::upload::Upload;

    use super::*;

    #[test]
    fn a_phone_has_a_key_for_each_of_the_past_fourteen_days() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let phone = Phone::new(now, &mut StdRng::seed_from_u64(1));
        let days: Vec<_> = phone
            .keys
            .iter()
            .map(|key| UtcDay::of(now).days_since(key.day()))
            .collect();
        assert_eq!(days, (1..=14).rev().collect::<Vec<_>>());
        assert!(phone.keys.iter().all(|key| key.is_recent(now)));
    }

    #[test]
    fn the_service_reads_what_a_phone_uploads() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let phone = Phone::new(now, &mut StdRng::seed_from_u64(1));
        let bucket = BucketId::from_bytes([3; 32]);
        let upload = Upload::parse(&upload_body(&phone.keys, &bucket)).unwrap();
        assert_eq!(
            upload,
            Upload {
                bucket,
                keys: phone.keys
            }
        );
    }

    #[test]
    fn the_state_survives_its_json() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let mut phone = Phone::new(now, &mut StdRng::seed_from_u64(1));
        phone.seen.insert(ContentId::of(b"a file"));
        phone.enrolment = Some(StoredEnrolment {
            code: "L8T6LJV".parse().unwrap(),
            bucket: BucketId::from_bytes([3; 32]),
            confirmation_key: ConfirmationKey::from_bytes([4; 32]),
            valid_until: now,
        });
        let json = serde_json::to_string(&phone).unwrap();
        let read: Phone = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}
