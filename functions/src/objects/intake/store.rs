//! The database of an Intake: its tables, and the expiry of their rows.

use rand::{Rng, RngExt as _};
use shared::{Timestamp, enrolment::GRACE_SECONDS, time::retention::RETENTION_SECONDS};
use worker::{Result, State};

use crate::platform::sql::{self, Database, Step};

const STEPS: [Step; 1] = [|database| {
    database.run(
        "CREATE TABLE IF NOT EXISTS enrolment (
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
        ) WITHOUT ROWID;",
        &[],
    )
}];

/// How many scratch rows each table has at most. A request with nothing to store overwrites a
/// random scratch row. A single row would stay in one page, and be quicker to write than a real
/// one.
///
/// In `upload` their numbers are negative. In `enrolment` they begin with [`SCRATCH_BYTE`] and were
/// never valid.
const SCRATCH_ROWS: u16 = 4_096;

/// No bucket of a phone begins with it, since that byte is an Intake's number.
pub(super) const SCRATCH_BYTE: u8 = 0xff;

/// Where a phone's request is written.
#[derive(Clone, Copy)]
pub enum WriteTarget {
    Row,
    ScratchRow(u16),
}

impl WriteTarget {
    /// A row of its own if the request is to be kept, else a random scratch row.
    pub fn of(kept: bool, random: &mut impl Rng) -> Self {
        let row = random.random_range(0..SCRATCH_ROWS);
        if kept {
            Self::Row
        } else {
            Self::ScratchRow(row)
        }
    }
}

/// Enrolments, and uploads that wait for validation or release.
pub struct IntakeStore {
    pub(super) database: Database,
}

impl IntakeStore {
    pub fn open(state: &State) -> Self {
        Self {
            database: sql::open(state, &STEPS),
        }
    }

    /// Deletes the rows that have expired, and returns when the next one expires.
    ///
    /// An enrolment ends with its validity; one that is validated stays while keys of it wait. Keys
    /// end 14 days after their upload, or with an enrolment that was never validated.
    pub fn expire(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.database.run(
            "DELETE FROM upload WHERE uploaded_at + ? <= ?",
            &[&RETENTION_SECONDS, &now],
        )?;
        self.database.run(
            "DELETE FROM enrolment WHERE valid_until + ? <= ? AND (validated_at IS NULL \
             OR NOT EXISTS (SELECT 1 FROM upload WHERE upload.bucket = enrolment.bucket))",
            &[&GRACE_SECONDS, &now],
        )?;
        self.database.run(
            "DELETE FROM upload WHERE bucket NOT IN (SELECT bucket FROM enrolment)",
            &[],
        )?;
        self.database
            .run("DELETE FROM accepted_attempt WHERE ends_at <= ?", &[&now])?;
        // An enrolment that is past its validity waits for its keys, and goes with the last of
        // them.
        self.database.one(
            "SELECT min(ends_at) FROM (\
             SELECT min(valid_until) + ?1 AS ends_at FROM enrolment WHERE valid_until + ?1 > ?2 \
             UNION ALL SELECT min(uploaded_at) + ?3 FROM upload \
             UNION ALL SELECT min(ends_at) FROM accepted_attempt)",
            &[&GRACE_SECONDS, &now, &RETENTION_SECONDS],
        )
    }
}

#[cfg(test)]
impl IntakeStore {
    pub fn in_memory() -> Self {
        Self::in_memory_after("")
    }

    /// The store of a database that an earlier release left after the statements `before`.
    pub fn in_memory_after(before: &str) -> Self {
        Self {
            database: Database::in_memory_after(before, &STEPS),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::{
        api::Validation,
        enrolment::{BucketId, Enrolment, intake::IntakeNumber},
        keys::{
            illness::Illness,
            tek::{KeyData, RollingPeriod, TemporaryExposureKey},
        },
        staff::idempotency::AttemptId,
        time::{Interval, shift},
    };

    use super::*;

    const BEFORE_VERSIONS: &str = include_str!("../../../fixtures/intake-before-versions.sql");

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-19T14:00:00Z")
    }

    fn random() -> StdRng {
        StdRng::seed_from_u64(1)
    }

    fn enrolment() -> Enrolment {
        Enrolment::random(IntakeNumber::modulo(0), &mut random())
    }

    fn key() -> TemporaryExposureKey {
        TemporaryExposureKey {
            data: KeyData::from_bytes([0xab; 16]),
            rolling_start: Interval::new(2_991_744),
            rolling_period: RollingPeriod::DAY,
        }
    }

    fn validation(enrolment: &Enrolment) -> Validation {
        Validation {
            code: enrolment.code,
            illness: Illness::parse(true, "2026-11-18", now()).unwrap(),
        }
    }

    fn attempt(seed: u64) -> AttemptId {
        AttemptId::random(&mut StdRng::seed_from_u64(seed))
    }

    fn count(store: &IntakeStore, table: &str) -> usize {
        let statement = format!("SELECT count(*) FROM {table}");
        store.database.one(&statement, &[]).unwrap()
    }

    fn register(store: &IntakeStore) -> Enrolment {
        let enrolment = enrolment();
        let written = store.write_enrolment(&enrolment, WriteTarget::Row, now());
        assert!(written.unwrap());
        enrolment
    }

    fn validate(store: &IntakeStore, enrolment: &Enrolment, now: Timestamp) -> bool {
        let end = shift(now, 600);
        store
            .validate(&validation(enrolment), attempt(1), end, now)
            .unwrap()
    }

    fn upload(store: &IntakeStore, bucket: &BucketId, keys: &[TemporaryExposureKey]) {
        store
            .write_upload(bucket, keys, WriteTarget::Row, now(), &mut random())
            .unwrap();
    }

    #[test]
    fn what_a_phone_leaves_is_stored_as_it_was_before_there_were_versions() {
        let store = IntakeStore::in_memory();
        let enrolment = Enrolment {
            code: "BCFGJLY".parse().unwrap(),
            bucket: BucketId::from_bytes([5; 32]),
            confirmation_key: shared::enrolment::ConfirmationKey::from_bytes([10; 32]),
        };
        store
            .write_enrolment(&enrolment, WriteTarget::Row, now())
            .unwrap();
        let row = "SELECT concat_ws(' ', quote(bucket), quote(confirmation_key), quote(code), \
                   quote(registered_day), quote(valid_until), quote(validated_at), quote(illness)) \
                   FROM enrolment";
        let stored = || -> String { store.database.one(row, &[]).unwrap() };
        let bucket = "05".repeat(32);
        let secret = "0A".repeat(32);
        assert_eq!(
            stored(),
            format!("X'{bucket}' X'{secret}' 'BCFGJLY' 20776 1795143600 NULL NULL")
        );
        assert!(validate(&store, &enrolment, now()));
        assert_eq!(
            stored(),
            format!(
                "X'{bucket}' X'{secret}' NULL 20776 1795143600 1795096800 \
                 '{{\"symptomatic\":true,\"date\":\"2026-11-18\"}}'"
            )
        );
        upload(&store, &enrolment.bucket, &[key()]);
        let row = "SELECT concat_ws(' ', quote(bucket), quote(uploaded_at), quote(keys)) \
                   FROM upload WHERE id > 0";
        let stored: String = store.database.one(row, &[]).unwrap();
        let keys = format!("{}002DA68090", "AB".repeat(16));
        assert_eq!(stored, format!("X'{bucket}' 1795096800 X'{keys}'"));
    }

    #[test]
    fn a_database_from_before_versions_opens_with_its_rows() {
        let store = IntakeStore::in_memory_after(BEFORE_VERSIONS);
        let page = store.validated_uploads(None).unwrap();
        assert_eq!(page.uploads.len(), 1);
        assert_eq!(page.uploads[0].id, 7);
        assert_eq!(page.uploads[0].keys, [key()]);
        assert_eq!(
            page.uploads[0].illness.infectious_from().to_string(),
            "2026-11-16"
        );
        let waiting = BucketId::from_bytes([6; 32]);
        assert!(store.enrolment(&waiting, now()).unwrap().is_some());
    }

    #[test]
    fn a_code_works_once_and_again_for_the_attempt_that_used_it() {
        let store = IntakeStore::in_memory();
        let enrolment = register(&store);
        assert!(validate(&store, &enrolment, now()));
        assert!(validate(&store, &enrolment, now()));
        let later = shift(now(), 600);
        assert!(
            !validate(&store, &enrolment, later),
            "the attempt is forgotten"
        );
        let other = store.validate(&validation(&enrolment), attempt(2), later, now());
        assert!(!other.unwrap());
    }

    #[test]
    fn a_code_is_refused_when_its_validity_and_half_an_hour_are_over() {
        let store = IntakeStore::in_memory();
        let enrolment = register(&store);
        assert!(!validate(&store, &enrolment, at("2026-11-20T03:30:00Z")));
        assert!(validate(&store, &enrolment, at("2026-11-20T03:29:59Z")));
    }

    #[test]
    fn a_code_in_use_is_not_given_again() {
        let store = IntakeStore::in_memory();
        let mut enrolment = register(&store);
        enrolment.bucket = BucketId::from_bytes([9; 32]);
        let again = store.write_enrolment(&enrolment, WriteTarget::Row, now());
        assert!(!again.unwrap());
    }

    #[test]
    fn an_enrolment_counts_its_uploads_and_is_honoured_until_its_end() {
        let store = IntakeStore::in_memory();
        let enrolment = register(&store);
        upload(&store, &enrolment.bucket, &[key()]);
        let found = store.enrolment(&enrolment.bucket, now()).unwrap().unwrap();
        assert_eq!(found.uploads, 1);
        assert!(found.confirmation_key == enrolment.confirmation_key);
        assert_eq!(found.validated, None);
        let end = at("2026-11-20T03:30:00Z");
        assert!(store.enrolment(&enrolment.bucket, end).unwrap().is_none());
        let unknown = BucketId::from_bytes([9; 32]);
        assert!(store.enrolment(&unknown, now()).unwrap().is_none());
    }

    #[test]
    fn a_scratch_row_holds_nothing_and_is_overwritten() {
        let store = IntakeStore::in_memory();
        let target = WriteTarget::ScratchRow(3);
        for _ in 0..2 {
            let written = store.write_enrolment(&enrolment(), target, now());
            assert!(written.unwrap());
            store
                .write_upload(&enrolment().bucket, &[key()], target, now(), &mut random())
                .unwrap();
        }
        assert_eq!(
            (count(&store, "enrolment"), count(&store, "upload")),
            (1, 1)
        );
        let row = "SELECT concat_ws(' ', hex(bucket), code, valid_until) FROM enrolment";
        let stored: String = store.database.one(row, &[]).unwrap();
        assert_eq!(stored, format!("FF0003{} 0000003 0", "00".repeat(29)));
        let row = "SELECT concat_ws(' ', id, hex(bucket), hex(keys)) FROM upload";
        let stored: String = store.database.one(row, &[]).unwrap();
        let (bucket, keys) = ("FF".repeat(32), "00".repeat(21));
        assert_eq!(stored, format!("-4 {bucket} {keys}"));
    }

    #[test]
    fn a_page_splits_no_bucket() {
        let store = IntakeStore::in_memory();
        let insert = |first: usize, last: usize, bucket: u8| {
            let bucket = BucketId::from_bytes([bucket; 32]);
            for id in first..=last {
                let row = "INSERT INTO upload (id, bucket, uploaded_at, keys) VALUES (?, ?, ?, ?)";
                let keys = [key()];
                store
                    .database
                    .run(row, &[&id, &bucket, &now(), &keys.as_slice()])
                    .unwrap();
            }
            let row = "INSERT INTO enrolment (bucket, confirmation_key, registered_day, \
                       valid_until, validated_at, illness) VALUES (?, ?, 0, 0, 1, ?)";
            let illness = Illness::parse(true, "2026-11-18", now()).unwrap();
            store
                .database
                .run(row, &[&bucket, &[0; 32], &illness])
                .unwrap();
        };
        insert(1, 499, 1);
        insert(500, 502, 2);
        let page = store.validated_uploads(None).unwrap();
        assert_eq!(page.uploads.len(), 499);
        let page = store.validated_uploads(page.next).unwrap();
        assert_eq!(page.uploads.len(), 3);
        assert!(page.next.is_none());
    }

    #[test]
    fn an_upload_without_keys_left_is_deleted() {
        let store = IntakeStore::in_memory_after(BEFORE_VERSIONS);
        store.keep_keys(7, &[key(), key()]).unwrap();
        let upload = store.validated_upload(7).unwrap().unwrap();
        assert_eq!(upload.keys.len(), 2);
        store.keep_keys(7, &[]).unwrap();
        assert!(store.validated_upload(7).unwrap().is_none());
    }

    #[test]
    fn an_enrolment_that_was_not_validated_ends_with_its_keys() {
        let store = IntakeStore::in_memory();
        let enrolment = register(&store);
        upload(&store, &enrolment.bucket, &[key()]);
        let end = at("2026-11-20T03:30:00Z");
        assert_eq!(store.expire(shift(end, -1)).unwrap(), Some(end));
        assert_eq!(
            (count(&store, "enrolment"), count(&store, "upload")),
            (1, 1)
        );
        assert_eq!(store.expire(end).unwrap(), None);
        assert_eq!(
            (count(&store, "enrolment"), count(&store, "upload")),
            (0, 0)
        );
    }

    #[test]
    fn keys_of_a_validated_enrolment_end_fourteen_days_after_their_upload() {
        let store = IntakeStore::in_memory();
        let enrolment = register(&store);
        upload(&store, &enrolment.bucket, &[key()]);
        assert!(validate(&store, &enrolment, now()));
        let end = at("2026-12-03T14:00:00Z");
        assert_eq!(store.expire(shift(end, -1)).unwrap(), Some(end));
        assert_eq!(
            (count(&store, "enrolment"), count(&store, "upload")),
            (1, 1)
        );
        assert_eq!(count(&store, "accepted_attempt"), 0);
        assert_eq!(store.expire(end).unwrap(), None);
        assert_eq!(
            (count(&store, "enrolment"), count(&store, "upload")),
            (0, 0)
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let store = IntakeStore::in_memory_after(BEFORE_VERSIONS);
        store
            .database
            .run("UPDATE upload SET keys = x'00'", &[])
            .unwrap();
        assert!(store.validated_uploads(None).is_err());
        let statement = "UPDATE enrolment SET confirmation_key = 'text'";
        store.database.run(statement, &[]).unwrap();
        assert!(
            store
                .enrolment(&BucketId::from_bytes([6; 32]), now())
                .is_err()
        );
    }
}
