//! Uploads in an Intake's database.
//!
//! An upload's keys are one blob, so that an upload is one row; no statement looks for one of them.

use rand::{Rng, RngExt as _};
use shared::{
    Timestamp,
    enrolment::BucketId,
    keys::{conversion::DiagnosisKey, illness::Illness, packed, tek::TemporaryExposureKey},
};
use worker::Result;

use super::{
    calls::ReleasedUpload,
    store::{IntakeStore, SCRATCH_BYTE, WriteTarget},
};
use crate::platform::sql::{FromRow, Row, ToColumn};

/// The largest upload number: the platform hands integers over as JavaScript numbers, which hold 53
/// bits.
const MAX_NUMBER: i64 = (1 << 53) - 1;

/// How many uploads a page of [`IntakeStore::validated_uploads`] has: some 7,000 keys.
const PAGE: usize = 500;

/// A page of uploads whose enrolment is validated, bucket by bucket.
pub struct Page {
    pub uploads: Vec<ValidatedUpload>,
    pub next: Option<BucketId>,
}

/// An upload whose enrolment is validated.
pub struct ValidatedUpload {
    pub id: i64,
    pub bucket: BucketId,
    pub uploaded_at: Timestamp,
    pub illness: Illness,
    pub keys: Vec<TemporaryExposureKey>,
}

impl FromRow for ValidatedUpload {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.take()?,
            bucket: row.take()?,
            uploaded_at: row.take()?,
            illness: row.take()?,
            keys: row.take()?,
        })
    }
}

impl ValidatedUpload {
    /// Its keys that may be published at `now`; `None` if all of its keys wait. Keys that are of no
    /// use neither wait nor are published.
    pub fn release(&self, now: Timestamp) -> Option<ReleasedUpload> {
        (self.waiting(now).len() < self.keys.len()).then(|| ReleasedUpload {
            id: self.id,
            uploaded_at: self.uploaded_at,
            keys: self.releasable(now),
        })
    }

    fn releasable(&self, now: Timestamp) -> Vec<DiagnosisKey> {
        self.diagnosis_keys()
            .filter(|key| key.is_releasable(now))
            .collect()
    }

    /// The keys that may be published later.
    pub fn waiting(&self, now: Timestamp) -> Vec<TemporaryExposureKey> {
        self.diagnosis_keys()
            .filter(|key| !key.is_releasable(now))
            .map(|key| key.key)
            .collect()
    }

    fn diagnosis_keys(&self) -> impl Iterator<Item = DiagnosisKey> {
        self.keys
            .iter()
            .filter_map(|key| DiagnosisKey::convert(*key, self.illness))
    }
}

impl IntakeStore {
    /// Writes `keys` for `bucket`, or as many zeros to a scratch row.
    ///
    /// An upload's number is random: the numbers of deleted ones do not return while a job still
    /// knows them, and no counter has to be written beside the row.
    pub fn write_upload(
        &self,
        bucket: &BucketId,
        keys: &[TemporaryExposureKey],
        target: WriteTarget,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<()> {
        let mut packed = packed::pack(keys);
        let (id, bucket) = match target {
            WriteTarget::Row => (random.random_range(1..=MAX_NUMBER), *bucket),
            WriteTarget::ScratchRow(row) => {
                packed.fill(0);
                let bucket = BucketId::from_bytes([SCRATCH_BYTE; 32]);
                (-1 - i64::from(row), bucket)
            }
        };
        self.database.run(
            "INSERT OR REPLACE INTO upload (id, bucket, uploaded_at, keys) VALUES (?, ?, ?, ?)",
            &[&id, &bucket, &now, &packed],
        )
    }

    /// The uploads of the buckets after `after` whose enrolment is validated. A bucket is not
    /// split, unless it alone is more than a page; the next run then releases the rest of it.
    pub fn validated_uploads(&self, after: Option<BucketId>) -> Result<Page> {
        let after = after.map_or(Vec::new(), |bucket| bucket.as_bytes().to_vec());
        let mut uploads = self.validated(
            "bucket > ? AND id > 0 ORDER BY bucket LIMIT ?",
            &[&after, &PAGE],
        )?;
        let mut next = None;
        if uploads.len() == PAGE {
            let first = uploads.first().map(|upload| upload.bucket);
            let last = uploads.last().map(|upload| upload.bucket);
            if first != last {
                uploads.retain(|upload| Some(upload.bucket) != last);
            }
            next = uploads.last().map(|upload| upload.bucket);
        }
        Ok(Page { uploads, next })
    }

    /// The upload `id`, if its enrolment is validated.
    pub fn validated_upload(&self, id: i64) -> Result<Option<ValidatedUpload>> {
        Ok(self.validated("id = ?", &[&id])?.pop())
    }

    fn validated(
        &self,
        condition: &str,
        parameters: &[&dyn ToColumn],
    ) -> Result<Vec<ValidatedUpload>> {
        let statement = format!(
            "SELECT id, bucket, uploaded_at, illness, keys \
             FROM upload JOIN enrolment USING (bucket) \
             WHERE validated_at IS NOT NULL AND {condition}"
        );
        self.database.rows(&statement, parameters)
    }

    /// Replaces the keys of the upload `id`; without any left, the upload is deleted.
    pub fn keep_keys(&self, id: i64, keys: &[TemporaryExposureKey]) -> Result<()> {
        if keys.is_empty() {
            self.database.run("DELETE FROM upload WHERE id = ?", &[&id])
        } else {
            self.database
                .run("UPDATE upload SET keys = ? WHERE id = ?", &[&keys, &id])
        }
    }
}
