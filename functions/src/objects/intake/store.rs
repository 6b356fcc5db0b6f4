//! The tables of an Intake.
//!
//! An upload's keys are one blob, so that an upload is one row; they are never looked for one by
//! one.

use rand::{Rng, RngExt as _};
use shared::{
    Timestamp,
    api::Validation,
    enrolment,
    enrolment::{BucketId, ConfirmationKey, Enrolment},
    keys::{conversion::DiagnosisKey, illness::Illness, packed, tek::TemporaryExposureKey},
    staff::idempotency::AttemptId,
    time::{UtcDay, retention::RETENTION_SECONDS},
};
use worker::{Result, SqlStorage, SqlStorageValue as Value, State};

use super::ReleasedUpload;
use crate::platform::sql;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS enrolment (
        bucket BLOB PRIMARY KEY,
        confirmation_key BLOB NOT NULL,
        code TEXT UNIQUE,
        registered_day INTEGER NOT NULL,
        valid_until INTEGER NOT NULL,
        validated_at INTEGER,
        illness TEXT
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS upload (
        id INTEGER PRIMARY KEY,
        bucket BLOB NOT NULL,
        uploaded_at INTEGER NOT NULL,
        keys BLOB NOT NULL
    );
    CREATE INDEX IF NOT EXISTS upload_bucket ON upload (bucket);
    CREATE TABLE IF NOT EXISTS accepted_attempt (
        id BLOB PRIMARY KEY,
        ends_at INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// How many scratch rows each table has at most. Requests that bring nothing to keep overwrite one
/// of them, any one: a single row would always lie in the same page, and writing there is quicker
/// than writing where a real row goes.
///
/// In `upload` their numbers are negative. In `enrolment` they begin with [`SCRATCH_BYTE`] and were
/// never valid.
const SCRATCH_ROWS: u16 = 4_096;

/// No bucket of a phone begins with it, since that byte is an Intake's number there.
const SCRATCH_BYTE: u8 = 0xff;

/// The largest upload number: the platform hands integers over as JavaScript numbers, which hold 53
/// bits.
const MAX_NUMBER: i64 = (1 << 53) - 1;

/// How many uploads a page of [`Store::validated_uploads`] has: some 7,000 keys.
const PAGE: usize = 500;

// One row whether there is an enrolment or not, so that reading it takes as long.
const SELECT_ENROLMENT: &str = "
    SELECT coalesce(valid_until, 0), coalesce(confirmation_key, zeroblob(32)),
        coalesce(registered_day, 0), validated_at,
        (SELECT count(*) FROM upload WHERE upload.bucket = ?1)
    FROM (SELECT 1) LEFT JOIN enrolment ON enrolment.bucket = ?1";
const INSERT_ENROLMENT: &str = "
    INSERT INTO enrolment (bucket, confirmation_key, code, registered_day, valid_until)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1";
const REPLACE_ENROLMENT: &str = "
    INSERT OR REPLACE INTO enrolment (bucket, confirmation_key, code, registered_day, valid_until)
    VALUES (?, ?, ?, ?, ?) RETURNING 1";

/// Where a phone's request is written.
#[derive(Clone, Copy)]
pub enum Place {
    /// In a row of its own.
    Kept,
    /// In this scratch row.
    Scratch(u16),
}

impl Place {
    /// A row of its own if it is to be kept, else some scratch row.
    pub fn of(kept: bool, random: &mut impl Rng) -> Self {
        let row = random.random_range(0..SCRATCH_ROWS);
        if kept { Self::Kept } else { Self::Scratch(row) }
    }
}

/// An Intake's database.
pub struct Store {
    sql: SqlStorage,
}

/// What an upload is checked against.
pub struct StoredEnrolment {
    pub confirmation_key: ConfirmationKey,
    pub registered: UtcDay,
    pub validated: Option<Timestamp>,
    /// How many uploads of it are stored.
    pub uploads: i64,
}

/// A page of uploads whose enrolment is validated, bucket after bucket.
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

impl ValidatedUpload {
    /// What of it may be published at `now`, or is of no use; `None` when all of it waits.
    pub fn release(&self, now: Timestamp) -> Option<ReleasedUpload> {
        (self.waiting(now).len() < self.keys.len()).then(|| ReleasedUpload {
            id: self.id,
            uploaded_at: self.uploaded_at,
            keys: self.releasable(now),
        })
    }

    /// The keys that may be published at `now`.
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

impl Store {
    /// The database of the object with `state`.
    pub fn new(state: &State) -> Self {
        let sql = state.storage().sql();
        // A database that cannot be opened fails again at its first use, where the failure can be
        // answered.
        let _ = sql::run(&sql, SCHEMA, Vec::new());
        Self { sql }
    }

    /// Writes `enrolment`, or a scratch row in its place. False when the code is in use.
    pub fn write_enrolment(
        &self,
        enrolment: &Enrolment,
        place: Place,
        now: Timestamp,
    ) -> Result<bool> {
        let (bucket, code, valid_until) = match place {
            Place::Kept => (
                *enrolment.bucket.as_bytes(),
                enrolment.code.compact(),
                enrolment::valid_until(now).as_second(),
            ),
            Place::Scratch(row) => {
                let mut bucket = [0; 32];
                bucket[0] = SCRATCH_BYTE;
                bucket[1..3].copy_from_slice(&row.to_be_bytes());
                (bucket, format!("{row:07}"), 0)
            }
        };
        sql::changes(
            &self.sql,
            match place {
                Place::Kept => INSERT_ENROLMENT,
                Place::Scratch(_) => REPLACE_ENROLMENT,
            },
            vec![
                blob(&bucket),
                blob(enrolment.confirmation_key.as_bytes()),
                Value::String(code),
                Value::Integer(UtcDay::of(now).number().into()),
                Value::Integer(valid_until),
            ],
        )
    }

    /// The enrolment of `bucket`, if it is still honoured. Whether there is one or not, one row is
    /// read.
    pub fn enrolment(&self, bucket: &[u8; 32], now: Timestamp) -> Result<Option<StoredEnrolment>> {
        let found = sql::first(
            &self.sql,
            SELECT_ENROLMENT,
            vec![blob(bucket)],
            |mut row| {
                let honoured = enrolment::is_honoured(row.time()?, now);
                let enrolment = StoredEnrolment {
                    confirmation_key: ConfirmationKey::from_bytes(row.bytes()?),
                    registered: UtcDay::new(u32::try_from(row.integer()?).unwrap_or(0)),
                    validated: row.optional_time()?,
                    uploads: row.integer()?,
                };
                Ok(honoured.then_some(enrolment))
            },
        )?;
        Ok(found.flatten())
    }

    /// Writes `keys` for `bucket`, or as many zeros into a scratch row.
    ///
    /// An upload's number is random: the numbers of those that are gone do not come again while a
    /// job still knows them, and no counter has to be written beside the row.
    pub fn write_upload(
        &self,
        bucket: &BucketId,
        keys: &[TemporaryExposureKey],
        place: Place,
        now: Timestamp,
        random: &mut impl Rng,
    ) -> Result<()> {
        let mut packed = packed::pack(keys);
        let (id, bucket) = match place {
            Place::Kept => (random.random_range(1..=MAX_NUMBER), *bucket.as_bytes()),
            Place::Scratch(row) => {
                packed.fill(0);
                (-1 - i64::from(row), [SCRATCH_BYTE; 32])
            }
        };
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO upload (id, bucket, uploaded_at, keys) VALUES (?, ?, ?, ?)",
            vec![
                Value::Integer(id),
                blob(&bucket),
                Value::Integer(now.as_second()),
                Value::Blob(packed),
            ],
        )
    }

    /// Uses the code, and remembers until `end` for which attempt: false when it is unknown,
    /// expired or used, unless it was this very attempt that used it.
    pub fn validate(
        &self,
        validation: &Validation,
        attempt: AttemptId,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let used = sql::changes(
            &self.sql,
            "UPDATE enrolment SET code = NULL, validated_at = ?, illness = ? \
             WHERE code = ? AND valid_until + ? > ? RETURNING 1",
            vec![
                Value::Integer(now.as_second()),
                Value::String(serde_json::to_string(&validation.illness)?),
                Value::String(validation.code.compact()),
                Value::Integer(enrolment::GRACE_SECONDS),
                Value::Integer(now.as_second()),
            ],
        )?;
        if used {
            sql::run(
                &self.sql,
                "INSERT INTO accepted_attempt (id, ends_at) VALUES (?, ?)",
                vec![blob(attempt.as_bytes()), Value::Integer(end.as_second())],
            )?;
            return Ok(true);
        }
        let before = sql::first(
            &self.sql,
            "SELECT 1 FROM accepted_attempt WHERE id = ? AND ends_at > ?",
            vec![blob(attempt.as_bytes()), Value::Integer(now.as_second())],
            |_| Ok(()),
        )?;
        Ok(before.is_some())
    }

    /// The uploads of the buckets behind `after` whose enrolment is validated. A bucket is not torn
    /// apart, unless it alone is more than a page; what is left of it comes in the next run.
    pub fn validated_uploads(&self, after: Option<BucketId>) -> Result<Page> {
        let after = after.map_or(Vec::new(), |bucket| bucket.as_bytes().to_vec());
        let mut uploads = self.validated(
            "bucket > ? AND id > 0 ORDER BY bucket LIMIT ?",
            vec![Value::Blob(after), Value::Integer(PAGE as i64)],
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
        Ok(self.validated("id = ?", vec![Value::Integer(id)])?.pop())
    }

    fn validated(&self, condition: &str, bindings: Vec<Value>) -> Result<Vec<ValidatedUpload>> {
        let statement = format!(
            "SELECT id, bucket, uploaded_at, illness, keys FROM upload JOIN enrolment USING (bucket) \
             WHERE validated_at IS NOT NULL AND {condition}"
        );
        sql::rows(&self.sql, &statement, bindings, validated_upload)
    }

    /// Replaces the keys of the upload `id`; without any left, the upload goes.
    pub fn keep_keys(&self, id: i64, keys: &[TemporaryExposureKey]) -> Result<()> {
        if keys.is_empty() {
            sql::run(
                &self.sql,
                "DELETE FROM upload WHERE id = ?",
                vec![Value::Integer(id)],
            )
        } else {
            sql::run(
                &self.sql,
                "UPDATE upload SET keys = ? WHERE id = ?",
                vec![Value::Blob(packed::pack(keys)), Value::Integer(id)],
            )
        }
    }

    /// Deletes what has ended, and says when something ends next.
    ///
    /// An enrolment ends with its validity; one that is validated stays while keys of it wait. Keys
    /// end 14 days after their upload, or with an enrolment that was never validated.
    pub fn expire(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let now = Value::Integer(now.as_second());
        let grace = Value::Integer(enrolment::GRACE_SECONDS);
        let retention = Value::Integer(RETENTION_SECONDS);
        sql::run(
            &self.sql,
            "DELETE FROM upload WHERE uploaded_at + ? <= ?",
            vec![retention.clone(), now.clone()],
        )?;
        sql::run(
            &self.sql,
            "DELETE FROM enrolment WHERE valid_until + ? <= ? AND (validated_at IS NULL \
             OR NOT EXISTS (SELECT 1 FROM upload WHERE upload.bucket = enrolment.bucket))",
            vec![grace.clone(), now.clone()],
        )?;
        sql::run(
            &self.sql,
            "DELETE FROM upload WHERE bucket NOT IN (SELECT bucket FROM enrolment)",
            Vec::new(),
        )?;
        sql::run(
            &self.sql,
            "DELETE FROM accepted_attempt WHERE ends_at <= ?",
            vec![now.clone()],
        )?;
        // An enrolment that is past its validity waits for its keys, and goes with the last of
        // them.
        let next = sql::first(
            &self.sql,
            "SELECT min(ends_at) FROM (\
             SELECT min(valid_until) + ?1 AS ends_at FROM enrolment WHERE valid_until + ?1 > ?2 \
             UNION ALL SELECT min(uploaded_at) + ?3 FROM upload \
             UNION ALL SELECT min(ends_at) FROM accepted_attempt)",
            vec![grace, now, retention],
            |mut row| row.optional_time(),
        )?;
        Ok(next.flatten())
    }
}

fn validated_upload(mut row: sql::Row) -> Result<ValidatedUpload> {
    Ok(ValidatedUpload {
        id: row.integer()?,
        bucket: BucketId::from_bytes(row.bytes()?),
        uploaded_at: row.time()?,
        illness: serde_json::from_str(&row.text()?)?,
        keys: packed::unpack(&row.blob()?).ok_or("the database holds bad keys")?,
    })
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}
