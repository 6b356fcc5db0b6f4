//! Enrolments in an Intake's database: registered by a phone, validated by the GGD.

use shared::{
    Timestamp,
    api::Validation,
    enrolment,
    enrolment::{BucketId, ConfirmationKey, Enrolment},
    staff::idempotency::AttemptId,
    time::UtcDay,
};
use worker::Result;

use super::store::{IntakeStore, SCRATCH_BYTE, WriteTarget};
use crate::platform::sql::{FromRow, Row, ToColumn};

// One row whether there is an enrolment or not, so that reading it takes as long.
const SELECT: &str = "
    SELECT coalesce(valid_until, 0), coalesce(confirmation_key, zeroblob(32)),
        coalesce(registered_day, 0), validated_at,
        (SELECT count(*) FROM upload WHERE upload.bucket = ?1)
    FROM (SELECT 1) LEFT JOIN enrolment ON enrolment.bucket = ?1";
const INSERT: &str = "
    INSERT INTO enrolment (bucket, confirmation_key, code, registered_day, valid_until)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1";
const REPLACE: &str = "
    INSERT OR REPLACE INTO enrolment (bucket, confirmation_key, code, registered_day, valid_until)
    VALUES (?, ?, ?, ?, ?) RETURNING 1";

/// The enrolment that an upload is checked against.
pub struct StoredEnrolment {
    valid_until: Timestamp,
    pub confirmation_key: ConfirmationKey,
    pub registered: UtcDay,
    pub validated: Option<Timestamp>,
    /// How many uploads of it are stored.
    pub uploads: i64,
}

impl FromRow for StoredEnrolment {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            valid_until: row.take()?,
            confirmation_key: row.take()?,
            registered: row.take()?,
            validated: row.take()?,
            uploads: row.take()?,
        })
    }
}

impl IntakeStore {
    /// Writes `enrolment` to `target`. False when the code is in use.
    pub fn write_enrolment(
        &self,
        enrolment: &Enrolment,
        target: WriteTarget,
        now: Timestamp,
    ) -> Result<bool> {
        let registered = UtcDay::of(now);
        let write = |statement, bucket: &[u8; 32], code: &dyn ToColumn, valid_until| {
            let key = &enrolment.confirmation_key;
            self.database
                .any(statement, &[bucket, key, code, &registered, &valid_until])
        };
        match target {
            WriteTarget::Row => {
                let valid_until = enrolment::valid_until(now);
                let bucket = enrolment.bucket.as_bytes();
                write(INSERT, bucket, &enrolment.code, valid_until)
            }
            WriteTarget::ScratchRow(row) => {
                let mut bucket = [0; 32];
                bucket[0] = SCRATCH_BYTE;
                bucket[1..3].copy_from_slice(&row.to_be_bytes());
                write(
                    REPLACE,
                    &bucket,
                    &format!("{row:07}"),
                    Timestamp::UNIX_EPOCH,
                )
            }
        }
    }

    /// The enrolment of `bucket`, if it is still honoured. Whether there is one or not, one row is
    /// read.
    pub fn enrolment(&self, bucket: &BucketId, now: Timestamp) -> Result<Option<StoredEnrolment>> {
        let found: StoredEnrolment = self.database.one(SELECT, &[bucket])?;
        Ok(Some(found).filter(|found| enrolment::is_honoured(found.valid_until, now)))
    }

    /// Uses the code, and stores until `end` which attempt used it: false when it is unknown,
    /// expired or used, unless it was this very attempt that used it.
    pub fn validate(
        &self,
        validation: &Validation,
        attempt: AttemptId,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let used = self.database.any(
            "UPDATE enrolment SET code = NULL, validated_at = ?, illness = ? \
             WHERE code = ? AND valid_until + ? > ? RETURNING 1",
            &[
                &now,
                &validation.illness,
                &validation.code,
                &enrolment::GRACE_SECONDS,
                &now,
            ],
        )?;
        if used {
            self.database.run(
                "INSERT INTO accepted_attempt (id, ends_at) VALUES (?, ?)",
                &[&attempt, &end],
            )?;
            return Ok(true);
        }
        self.database.any(
            "SELECT 1 FROM accepted_attempt WHERE id = ? AND ends_at > ?",
            &[&attempt, &now],
        )
    }
}
