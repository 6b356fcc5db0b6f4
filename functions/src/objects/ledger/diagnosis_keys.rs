//! The table of diagnosis keys: those that wait for a file, those that are published, and which of
//! them other countries have.

use shared::{
    Timestamp,
    keys::{
        conversion::DiagnosisKey,
        tek,
        tek::{KeyData, TemporaryExposureKey},
    },
    time::retention,
};
use worker::Result;

use crate::{
    objects::intake::calls::ReleasedUpload,
    platform::sql::{Database, FromRow, Json, Row, ToColumn, Value, json_row},
};

/// Keys in one statement: some 70 bytes each in its JSON text, well below the platform's 2 MB a
/// value.
const INSERT_CHUNK: usize = 5_000;

/// How many keys of one person count when a small file is filled up: fourteen days, and the second
/// key of the last one. A person who uploads more than a phone has would otherwise leave no room
/// for padding, and could tell the others' keys from his own.
const COUNTED_KEYS: usize = 15;

/// Whose a key is.
#[derive(Clone, Copy)]
enum Origin {
    /// A person who uploaded to another country's service.
    Imported,
    /// A person who uploaded to this service.
    Own,
    /// Such a person, beyond [`COUNTED_KEYS`].
    Surplus,
    /// A synthetic uploader.
    Padding,
}

impl ToColumn for Origin {
    fn to_column(&self) -> Result<Value> {
        let name = match self {
            Self::Imported => "imported",
            Self::Own => "own",
            Self::Surplus => "surplus",
            Self::Padding => "padding",
        };
        name.to_column()
    }
}

/// Whether other countries have a key.
#[derive(Clone, Copy)]
enum SendState {
    Unsent,
    /// In the batch that is being sent.
    Planned,
    /// Sent, or not to be sent.
    Done,
}

impl SendState {
    const fn initial(origin: Origin) -> Self {
        match origin {
            Origin::Imported => Self::Done,
            Origin::Own | Origin::Surplus | Origin::Padding => Self::Unsent,
        }
    }
}

impl ToColumn for SendState {
    fn to_column(&self) -> Result<Value> {
        let number: Option<i64> = match self {
            Self::Unsent => None,
            Self::Planned => Some(0),
            Self::Done => Some(1),
        };
        number.to_column()
    }
}

/// How many keys wait for a file.
pub struct Waiting {
    pub all: usize,
    /// Without padding.
    pub of_persons: usize,
    /// Without what is beyond [`COUNTED_KEYS`] of a person, and without those of other countries:
    /// a reader who knows these would see how few are left.
    pub counted: usize,
}

impl FromRow for Waiting {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            all: row.take()?,
            of_persons: row.take()?,
            counted: row.take()?,
        })
    }
}

/// A key is read from the columns `data`, `rolling_start`, `rolling_period` and `days_since_onset`.
impl FromRow for DiagnosisKey {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            key: TemporaryExposureKey {
                data: row.take()?,
                rolling_start: row.take()?,
                rolling_period: row.take()?,
            },
            infectiousness: row.take()?,
        })
    }
}

/// The owner of the table `diagnosis_key`.
pub struct DiagnosisKeys {
    database: Database,
}

impl DiagnosisKeys {
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Takes the keys of a person's uploads, each once: of two keys with the same data the first
    /// one stays.
    pub fn insert_person(&self, uploads: &[ReleasedUpload]) -> Result<()> {
        let mut counted = COUNTED_KEYS;
        for upload in uploads {
            let expires_at = retention::file_ends_at(upload.uploaded_at);
            let (own, surplus) = upload.keys.split_at(upload.keys.len().min(counted));
            counted -= own.len();
            self.insert(own, Origin::Own, expires_at)?;
            self.insert(surplus, Origin::Surplus, expires_at)?;
        }
        Ok(())
    }

    /// Takes keys of other countries, each once, as those of our own persons. They end at
    /// `expires_at`.
    pub fn insert_imported(&self, keys: &[DiagnosisKey], expires_at: Timestamp) -> Result<()> {
        self.insert(keys, Origin::Imported, expires_at)
    }

    /// Takes the keys of a synthetic uploader.
    pub fn insert_padding(&self, keys: &[DiagnosisKey], expires_at: Timestamp) -> Result<()> {
        self.insert(keys, Origin::Padding, expires_at)
    }

    fn insert(&self, keys: &[DiagnosisKey], origin: Origin, expires_at: Timestamp) -> Result<()> {
        for chunk in keys.chunks(INSERT_CHUNK) {
            let rows = chunk.iter().map(|key| {
                json_row(&[
                    &key.key.data,
                    &key.key.rolling_start,
                    &key.key.rolling_period,
                    &key.infectiousness,
                    &key.key.releasable_at(),
                ])
            });
            let rows: Vec<_> = rows.collect::<Result<_>>()?;
            self.database.run(
                "INSERT INTO diagnosis_key (data, rolling_start, rolling_period, \
                 days_since_onset, releasable_at, origin, expires_at, sent) \
                 SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, \
                 ?2, ?3, ?4 FROM json_each(?1) WHERE true \
                 ON CONFLICT DO UPDATE SET expires_at = min(expires_at, excluded.expires_at) \
                 WHERE file IS NULL",
                &[
                    &Json(rows),
                    &origin,
                    &expires_at,
                    &SendState::initial(origin),
                ],
            )?;
        }
        Ok(())
    }

    /// The keys that wait for a file and may be published at `now`.
    pub fn waiting(&self, now: Timestamp) -> Result<Waiting> {
        self.database.one(
            "SELECT count(*), count(*) FILTER (WHERE origin <> ?1), \
             count(*) FILTER (WHERE origin NOT IN (?2, ?3)) \
             FROM diagnosis_key WHERE file IS NULL AND releasable_at <= ?4",
            &[&Origin::Padding, &Origin::Surplus, &Origin::Imported, &now],
        )
    }

    /// Deletes padding that the previous run would have published if a file had been due. A
    /// person's key is never that late, so the padding would be recognised.
    pub fn drop_overdue_padding(&self, last_run: Timestamp) -> Result<()> {
        self.database.run(
            "DELETE FROM diagnosis_key WHERE origin = ? AND file IS NULL AND releasable_at <= ?",
            &[&Origin::Padding, &last_run],
        )
    }

    /// Puts `size` of the keys that may be published at `now` into the file `number`, and returns
    /// the end of that file.
    pub fn fill_file(&self, number: i64, size: usize, now: Timestamp) -> Result<Timestamp> {
        // At random: a file of several says nothing of who is in it. The order of the key data
        // would not do, since other countries choose theirs.
        self.database.run(
            "UPDATE diagnosis_key SET file = ? WHERE data IN \
             (SELECT data FROM diagnosis_key WHERE file IS NULL AND releasable_at <= ? \
              ORDER BY random() LIMIT ?)",
            &[&number, &now, &size],
        )?;
        // A file ends with the oldest upload in it, padding included: else its end would tell which
        // of its keys were not uploaded. From here on its keys end with it: when each of them was
        // uploaded, and so which of them were uploaded together, is forgotten.
        let expires_at: Timestamp = self.database.one(
            "SELECT min(expires_at) FROM diagnosis_key WHERE file = ?",
            &[&number],
        )?;
        self.database.run(
            "UPDATE diagnosis_key SET expires_at = ? WHERE file = ?",
            &[&expires_at, &number],
        )?;
        Ok(expires_at)
    }

    /// The keys of the file `number`.
    pub fn of_file(&self, number: i64) -> Result<Vec<DiagnosisKey>> {
        self.database.rows(
            "SELECT data, rolling_start, rolling_period, days_since_onset FROM diagnosis_key \
             WHERE file = ?",
            &[&number],
        )
    }

    /// The keys of the batch that is being sent; if there is none, a new one of at most `limit`
    /// keys of written files. Empty when all is sent.
    ///
    /// Keys that have become too old to be of use are not sent any more, since the gateway would
    /// refuse the batch for them.
    pub fn plan_batch(&self, limit: usize, now: Timestamp) -> Result<Vec<DiagnosisKey>> {
        let oldest = tek::oldest_start(now);
        self.database.run(
            "UPDATE diagnosis_key SET sent = ? WHERE sent = ? AND rolling_start < ?",
            &[&SendState::Done, &SendState::Planned, &oldest],
        )?;
        let planned = self.planned()?;
        if !planned.is_empty() {
            return Ok(planned);
        }
        // In the order of the key data, which is random: a batch says nothing of who is in it.
        self.database.run(
            "UPDATE diagnosis_key SET sent = ? WHERE data IN \
             (SELECT data FROM diagnosis_key WHERE sent IS NULL AND rolling_start >= ? \
              AND file IN (SELECT number FROM file WHERE id IS NOT NULL) ORDER BY data LIMIT ?)",
            &[&SendState::Planned, &oldest, &limit],
        )?;
        self.planned()
    }

    fn planned(&self) -> Result<Vec<DiagnosisKey>> {
        self.database.rows(
            "SELECT data, rolling_start, rolling_period, days_since_onset FROM diagnosis_key \
             WHERE sent = ? ORDER BY data",
            &[&SendState::Planned],
        )
    }

    /// Marks the batch as sent.
    pub fn mark_batch_sent(&self) -> Result<()> {
        self.database.run(
            "UPDATE diagnosis_key SET sent = ? WHERE sent = ?",
            &[&SendState::Done, &SendState::Planned],
        )
    }

    /// Marks these keys of the batch as sent; the others stay in it.
    pub fn mark_sent(&self, keys: &[KeyData]) -> Result<()> {
        self.set_planned(keys, SendState::Done)
    }

    /// Takes these keys out of the batch, for a later one.
    pub fn put_back(&self, keys: &[KeyData]) -> Result<()> {
        self.set_planned(keys, SendState::Unsent)
    }

    fn set_planned(&self, keys: &[KeyData], state: SendState) -> Result<()> {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| json_row(&[key]))
            .collect::<Result<_>>()?;
        self.database.run(
            "UPDATE diagnosis_key SET sent = ?2 WHERE sent = ?3 \
             AND data IN (SELECT unhex(value ->> 0) FROM json_each(?1))",
            &[&Json(keys), &state, &SendState::Planned],
        )
    }

    /// Deletes the keys that have ended.
    pub fn expire(&self, now: Timestamp) -> Result<()> {
        self.database
            .run("DELETE FROM diagnosis_key WHERE expires_at <= ?", &[&now])
    }

    /// When the next key ends.
    pub fn next_end(&self) -> Result<Option<Timestamp>> {
        self.database
            .one("SELECT min(expires_at) FROM diagnosis_key", &[])
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        keys::{conversion::Infectiousness, tek::RollingPeriod},
        time::{Interval, shift},
    };

    use super::*;
    use crate::objects::ledger::schema::STEPS;

    fn now() -> Timestamp {
        "2026-11-21T04:00:00Z".parse().unwrap()
    }

    fn end() -> Timestamp {
        retention::ends_at(now())
    }

    fn key(number: u8) -> DiagnosisKey {
        DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes([number; 16]),
                rolling_start: Interval::new(2_991_744),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness: Infectiousness::Late,
        }
    }

    fn store() -> DiagnosisKeys {
        DiagnosisKeys::new(Database::in_memory(&STEPS))
    }

    fn upload(keys: &[DiagnosisKey]) -> ReleasedUpload {
        ReleasedUpload {
            id: 1,
            uploaded_at: now(),
            keys: keys.to_vec(),
        }
    }

    /// A store with the own keys 1, 2 and 3, in a written file.
    fn published() -> DiagnosisKeys {
        let store = store();
        let keys = [key(1), key(2), key(3)];
        store.insert_person(&[upload(&keys)]).unwrap();
        let file = "INSERT INTO file (number, start_at, end_at, expires_at, id) \
                    VALUES (1, 0, 0, 0, 'written')";
        store.database.run(file, &[]).unwrap();
        store.fill_file(1, 3, now()).unwrap();
        store
    }

    #[test]
    fn a_key_is_stored_as_it_was_before_there_were_versions() {
        let store = store();
        store.insert_person(&[upload(&[key(1)])]).unwrap();
        store.insert_imported(&[key(2)], end()).unwrap();
        let rows: Vec<String> = store
            .database
            .rows(
                "SELECT concat_ws(' ', quote(data), quote(rolling_start), quote(rolling_period), \
                 quote(days_since_onset), quote(origin), quote(releasable_at), \
                 quote(expires_at), quote(file), quote(sent)) FROM diagnosis_key",
                &[],
            )
            .unwrap();
        let (one, two) = ("01".repeat(16), "02".repeat(16));
        assert_eq!(
            rows,
            [
                format!("X'{one}' 2991744 144 8 'own' 1795140000 1796443200 NULL NULL"),
                format!("X'{two}' 2991744 144 8 'imported' 1795140000 1796443200 NULL 1"),
            ]
        );
    }

    #[test]
    fn of_two_keys_with_the_same_data_the_first_stays_with_the_earlier_end() {
        let store = store();
        let mut other = key(1);
        other.infectiousness = Infectiousness::Peak;
        store.insert_imported(&[key(1)], end()).unwrap();
        let earlier = shift(end(), -60);
        store.insert_imported(&[other], earlier).unwrap();
        store.insert_imported(&[other], end()).unwrap();
        assert_eq!(store.next_end().unwrap(), Some(earlier));
        store.fill_file(1, 1, now()).unwrap();
        assert_eq!(store.of_file(1).unwrap(), [key(1)]);
    }

    #[test]
    fn fifteen_keys_of_a_person_count_and_none_of_other_countries() {
        let store = store();
        let keys: Vec<_> = (0..20).map(key).collect();
        let uploads = [upload(&keys[..10]), upload(&keys[10..])];
        store.insert_person(&uploads).unwrap();
        store.insert_imported(&[key(20)], end()).unwrap();
        store.insert_padding(&[key(21)], end()).unwrap();
        let waiting = store.waiting(now()).unwrap();
        assert_eq!(
            (waiting.all, waiting.of_persons, waiting.counted),
            (22, 21, 15 + 1)
        );
    }

    #[test]
    fn only_own_keys_of_written_files_are_sent() {
        let store = published();
        store.insert_imported(&[key(4)], end()).unwrap();
        store.insert_person(&[upload(&[key(5)])]).unwrap();
        let file = "INSERT INTO file (number, start_at, end_at, expires_at) VALUES (2, 0, 0, 0)";
        store.database.run(file, &[]).unwrap();
        store.fill_file(2, 2, now()).unwrap();
        let planned = store.plan_batch(10, now()).unwrap();
        assert_eq!(planned, [key(1), key(2), key(3)]);
    }

    #[test]
    fn a_batch_is_planned_again_until_it_is_sent() {
        let store = published();
        assert_eq!(store.plan_batch(2, now()).unwrap(), [key(1), key(2)]);
        assert_eq!(store.plan_batch(2, now()).unwrap(), [key(1), key(2)]);
        store.mark_batch_sent().unwrap();
        assert_eq!(store.plan_batch(2, now()).unwrap(), [key(3)]);
        store.mark_batch_sent().unwrap();
        assert_eq!(store.plan_batch(2, now()).unwrap(), []);
    }

    #[test]
    fn keys_of_a_batch_are_sent_or_put_back_one_by_one() {
        let store = published();
        store.plan_batch(3, now()).unwrap();
        store.mark_sent(&[key(1).key.data]).unwrap();
        store.put_back(&[key(3).key.data]).unwrap();
        assert_eq!(store.plan_batch(3, now()).unwrap(), [key(2)]);
        store.mark_batch_sent().unwrap();
        assert_eq!(store.plan_batch(3, now()).unwrap(), [key(3)]);
    }

    #[test]
    fn a_key_that_has_become_too_old_leaves_the_batch() {
        let store = published();
        store.plan_batch(2, now()).unwrap();
        let later = "2026-12-04T00:00:00Z".parse().unwrap();
        assert_eq!(store.plan_batch(2, later).unwrap(), []);
        assert_eq!(store.plan_batch(3, now()).unwrap(), [key(3)]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error() {
        let store = published();
        for column in [
            "data",
            "rolling_start",
            "rolling_period",
            "days_since_onset",
        ] {
            let store = published();
            let statement = format!("UPDATE diagnosis_key SET {column} = -3 WHERE sent IS NULL");
            let statement = format!("{statement} AND data = x'{}'", "02".repeat(16));
            store.database.run(&statement, &[]).unwrap();
            assert!(store.of_file(1).is_err(), "{column}");
        }
        assert!(store.of_file(1).is_ok());
    }
}
