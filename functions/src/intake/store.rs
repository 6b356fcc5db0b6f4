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
    retention::RETENTION_SECONDS,
    tek::TemporaryExposureKey,
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
    pub uploaded_at: Timestamp,
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
        sql::changes(
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
        )
    }

    /// The enrolment of `bucket`, if it is still honoured.
    pub fn enrolment(&self, bucket: &[u8; 32], now: Timestamp) -> Result<Option<StoredEnrolment>> {
        let found = sql::first(
            &self.sql,
            "SELECT valid_until, confirmation_key, registered_day, validated_at \
             FROM enrolment WHERE bucket = ?",
            vec![blob(bucket)],
            |mut row| {
                let honoured = enrolment::is_honoured(row.time()?, now);
                let enrolment = StoredEnrolment {
                    confirmation_key: ConfirmationKey::from_bytes(row.bytes()?),
                    registered: UtcDay::new(u32::try_from(row.integer()?).unwrap_or(0)),
                    validated: row.optional_time()?,
                };
                Ok(honoured.then_some(enrolment))
            },
        )?;
        Ok(found.flatten())
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
        sql::changes(
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
        )
    }

    /// The uploads after `after` whose enrolment is validated, in the order of their arrival.
    pub fn validated_uploads(&self, after: i64) -> Result<Page> {
        let after = after.max(SCRATCH);
        let uploads = self.validated("id > ? ORDER BY id LIMIT ?", vec![after, PAGE as i64])?;
        let last = uploads.last().map(|upload| upload.id);
        Ok(Page {
            next: last.filter(|_| uploads.len() == PAGE),
            uploads,
        })
    }

    /// The upload `id`, if its enrolment is validated.
    pub fn validated_upload(&self, id: i64) -> Result<Option<ValidatedUpload>> {
        Ok(self.validated("id = ?", vec![id])?.pop())
    }

    fn validated(&self, condition: &str, bindings: Vec<i64>) -> Result<Vec<ValidatedUpload>> {
        let statement = format!(
            "SELECT id, uploaded_at, illness, keys FROM upload JOIN enrolment USING (bucket) \
             WHERE validated_at IS NOT NULL AND {condition}"
        );
        let bindings = bindings.into_iter().map(Value::Integer).collect();
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
    /// An enrolment ends with its validity; one that is validated stays while keys of it wait. Keys end 14 days after
    /// their upload, or with an enrolment that was never validated.
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
        // An enrolment that is past its validity waits for its keys, and goes with the last of them.
        let next = sql::first(
            &self.sql,
            "SELECT min(ends_at) FROM (\
             SELECT min(valid_until) + ?1 AS ends_at FROM enrolment WHERE valid_until + ?1 > ?2 \
             UNION ALL SELECT min(uploaded_at) + ?3 FROM upload)",
            vec![grace, now, retention],
            |mut row| row.optional_time(),
        )?;
        Ok(next.flatten())
    }
}

fn validated_upload(mut row: sql::Row) -> Result<ValidatedUpload> {
    Ok(ValidatedUpload {
        id: row.integer()?,
        uploaded_at: row.time()?,
        illness: serde_json::from_str(&row.text()?)?,
        keys: packed::unpack(&row.blob()?).ok_or("the database holds bad keys")?,
    })
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}
