//! The tables of an Intake.
//!
//! An upload's keys are one blob, so that an upload is one row; they are never looked for one by one.

use shared::{
    Timestamp,
    api::Validation,
    conversion::DiagnosisKey,
    dates::Illness,
    enrolment::{self, ConfirmationKey, Enrolment},
    packed,
    tek::{self, TemporaryExposureKey},
    time::UtcDay,
};
use worker::{Result, SqlStorage, SqlStorageValue as Value, State};

use crate::sql;

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
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket BLOB NOT NULL,
        uploaded_at INTEGER NOT NULL,
        keys BLOB NOT NULL
    );
";

/// The row of `upload` that refused uploads and decoys write, again and again, with nothing in it.
const SCRATCH: i64 = 0;

/// How many uploads a page of [`Store::validated_uploads`] has: some 7,000 keys.
const PAGE: usize = 500;

const DAY_SECONDS: i64 = 86_400;

/// An Intake's database.
pub struct Store {
    sql: SqlStorage,
}

/// What an upload is checked against.
pub struct StoredEnrolment {
    pub confirmation_key: ConfirmationKey,
    pub registered: UtcDay,
    pub validated: Option<Timestamp>,
}

/// A page of uploads whose enrolment is validated.
pub struct Page {
    pub uploads: Vec<ValidatedUpload>,
    pub next: Option<i64>,
}

/// An upload whose enrolment is validated.
pub struct ValidatedUpload {
    pub id: i64,
    pub uploaded_at: i64,
    pub illness: Illness,
    pub keys: Vec<TemporaryExposureKey>,
}

impl ValidatedUpload {
    /// The keys that may be published at `now`.
    pub fn releasable(&self, now: Timestamp) -> Vec<DiagnosisKey> {
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
        // A database that cannot be opened fails again at its first use, where the failure can be answered.
        let _ = sql::run(&sql, SCHEMA, Vec::new());
        Self { sql }
    }

    /// False when the code is in use.
    pub fn insert_enrolment(&self, enrolment: &Enrolment, now: Timestamp) -> Result<bool> {
        let inserted = sql::rows(
            &self.sql,
            "INSERT INTO enrolment (bucket, confirmation_key, code, registered_day, valid_until) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            vec![
                blob(enrolment.bucket.as_bytes()),
                blob(enrolment.confirmation_key.as_bytes()),
                Value::String(enrolment.code.compact()),
                Value::Integer(UtcDay::of(now).number().into()),
                Value::Integer(enrolment::valid_until(now).as_second()),
            ],
        )?;
        Ok(!inserted.is_empty())
    }

    /// The enrolment of `bucket`, if it is still honoured.
    pub fn enrolment(&self, bucket: &[u8; 32], now: Timestamp) -> Result<Option<StoredEnrolment>> {
        let mut rows = sql::rows(
            &self.sql,
            "SELECT confirmation_key, registered_day, valid_until, validated_at \
             FROM enrolment WHERE bucket = ?",
            vec![blob(bucket)],
        )?;
        let Some(mut row) = rows.pop() else {
            return Ok(None);
        };
        let stored = StoredEnrolment {
            confirmation_key: ConfirmationKey::from_bytes(row.bytes()?),
            registered: UtcDay::new(u32::try_from(row.integer()?).unwrap_or(0)),
            validated: None,
        };
        let valid_until = time(row.integer()?);
        let validated = row.optional_integer()?.map(time);
        Ok(
            enrolment::is_honoured(valid_until, now).then_some(StoredEnrolment {
                validated,
                ..stored
            }),
        )
    }

    /// Keeps `keys` for `bucket`.
    pub fn insert_upload(
        &self,
        bucket: &[u8; 32],
        keys: &[TemporaryExposureKey],
        now: Timestamp,
    ) -> Result<()> {
        self.write_upload(Value::Null, bucket, keys, now)
    }

    /// Writes a row as an upload does, and keeps nothing.
    pub fn write_scratch(&self, now: Timestamp) -> Result<()> {
        self.write_upload(Value::Integer(SCRATCH), &[0; 32], &[], now)
    }

    fn write_upload(
        &self,
        id: Value,
        bucket: &[u8; 32],
        keys: &[TemporaryExposureKey],
        now: Timestamp,
    ) -> Result<()> {
        sql::run(
            &self.sql,
            "INSERT OR REPLACE INTO upload (id, bucket, uploaded_at, keys) VALUES (?, ?, ?, ?)",
            vec![
                id,
                blob(bucket),
                Value::Integer(now.as_second()),
                Value::Blob(packed::pack(keys)),
            ],
        )
    }

    /// Uses the code: false when it is unknown, expired or used.
    pub fn validate(&self, validation: &Validation, now: Timestamp) -> Result<bool> {
        let used = sql::rows(
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
        Ok(!used.is_empty())
    }

    /// The uploads after `after` whose enrolment is validated, in the order of their arrival.
    pub fn validated_uploads(&self, after: i64) -> Result<Page> {
        let rows = sql::rows(
            &self.sql,
            "SELECT id, uploaded_at, illness, keys FROM upload JOIN enrolment USING (bucket) \
             WHERE id > ? AND validated_at IS NOT NULL ORDER BY id LIMIT ?",
            vec![
                Value::Integer(after.max(SCRATCH)),
                Value::Integer(PAGE as i64),
            ],
        )?;
        let uploads = rows
            .into_iter()
            .map(validated_upload)
            .collect::<Result<Vec<_>>>()?;
        let next = (uploads.len() == PAGE)
            .then(|| uploads.last().map(|upload| upload.id))
            .flatten();
        Ok(Page { uploads, next })
    }

    /// The upload `id`, if its enrolment is validated.
    pub fn validated_upload(&self, id: i64) -> Result<Option<ValidatedUpload>> {
        let mut rows = sql::rows(
            &self.sql,
            "SELECT id, uploaded_at, illness, keys FROM upload JOIN enrolment USING (bucket) \
             WHERE id = ? AND validated_at IS NOT NULL",
            vec![Value::Integer(id)],
        )?;
        rows.pop().map(validated_upload).transpose()
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

    /// Deletes what has ended, and says when (unix seconds) something ends next.
    ///
    /// An enrolment ends with its validity; one that is validated stays while keys of it wait. Keys end 14 days after
    /// their upload, or with an enrolment that was never validated.
    pub fn expire(&self, now: Timestamp) -> Result<Option<i64>> {
        let ended = Value::Integer(now.as_second() - enrolment::GRACE_SECONDS);
        let too_old = Value::Integer(now.as_second() - i64::from(tek::OLDEST_DAYS) * DAY_SECONDS);
        sql::run(
            &self.sql,
            "DELETE FROM upload WHERE uploaded_at <= ?",
            vec![too_old],
        )?;
        sql::run(
            &self.sql,
            "DELETE FROM enrolment WHERE valid_until <= ? AND (validated_at IS NULL \
             OR NOT EXISTS (SELECT 1 FROM upload WHERE upload.bucket = enrolment.bucket))",
            vec![ended],
        )?;
        sql::run(
            &self.sql,
            "DELETE FROM upload WHERE bucket NOT IN (SELECT bucket FROM enrolment)",
            Vec::new(),
        )?;
        let mut rows = sql::rows(
            &self.sql,
            "SELECT min(CASE WHEN valid_until + ?1 > ?2 THEN valid_until + ?1 ELSE ?2 + ?3 END) \
             FROM enrolment",
            vec![
                Value::Integer(enrolment::GRACE_SECONDS),
                Value::Integer(now.as_second()),
                // Validated, and its keys wait for their release: a few hours at most.
                Value::Integer(3_600),
            ],
        )?;
        rows.pop()
            .map_or(Ok(None), |mut row| row.optional_integer())
    }
}

fn validated_upload(mut row: sql::Row) -> Result<ValidatedUpload> {
    Ok(ValidatedUpload {
        id: row.integer()?,
        uploaded_at: row.integer()?,
        illness: serde_json::from_str(&row.text()?)?,
        keys: packed::unpack(&row.blob()?).ok_or("the database holds bad keys")?,
    })
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}
