//! The Ledger's database: diagnosis keys, and how they are put into files.

use rand::Rng;
use shared::{
    Timestamp,
    publication::{
        export::{MIN_FILE_KEYS, Window, file_sizes},
        padding,
    },
    time::{DAY_SECONDS, retention, shift},
};
use worker::Result;

use super::{diagnosis_keys::DiagnosisKeys, files::Files};
use crate::platform::sql::Database;

/// The seconds between two publications (`crons` in `wrangler.toml`). The first run assumes that
/// the last was this long ago.
const RUN_SECONDS: i64 = 4 * 3_600;

/// Diagnosis keys and the files that they are published in.
pub struct LedgerStore {
    pub keys: DiagnosisKeys,
    pub files: Files,
}

impl LedgerStore {
    /// The tables of `database`, which has the newest version.
    pub fn new(database: &Database) -> Self {
        Self {
            keys: DiagnosisKeys::new(database.clone()),
            files: Files::new(database.clone()),
        }
    }

    /// Puts every key that may be published at `now` into a new file, if a person's key is among
    /// them. A small file is filled up with padding.
    ///
    /// Runs without `.await`, so that a plan is made whole or not at all.
    pub fn plan_files(&self, now: Timestamp, random: &mut impl Rng) -> Result<()> {
        self.plan_due_files(now, random)?;
        // Also when no file was due: uploads from now on are for a later file.
        self.files.note_run(now)
    }

    fn plan_due_files(&self, now: Timestamp, random: &mut impl Rng) -> Result<()> {
        let since = self.files.last_run()?.unwrap_or(shift(now, -RUN_SECONDS));
        self.keys.drop_overdue_padding(since)?;
        let waiting = self.keys.waiting(now)?;
        if waiting.of_persons == 0 {
            return Ok(());
        }
        let missing = MIN_FILE_KEYS.saturating_sub(waiting.counted);
        for uploader in padding::synthetic_uploaders(missing, since, now, random) {
            let expires_at = retention::file_ends_at(uploader.shared);
            self.keys.insert_padding(&uploader.keys, expires_at)?;
        }

        let start = self.files.last_window_end()?;
        let start = start.unwrap_or(shift(now, -DAY_SECONDS));
        // Two runs within a second, or a clock that was set back, must not repeat a window.
        let mut end = now.max(shift(start, 1));
        for size in file_sizes(self.keys.waiting(now)?.all) {
            let number = self.files.plan(Window { start, end })?;
            let expires_at = self.keys.fill_file(number, size, now)?;
            self.files.set_end(number, expires_at)?;
            end = shift(end, 1);
        }
        Ok(())
    }

    /// Deletes the keys and files that have ended. True when a file was among them.
    pub fn expire(&self, now: Timestamp) -> Result<bool> {
        self.keys.expire(now)?;
        self.files.expire(now)
    }

    /// When the next key or file ends.
    pub fn next_end(&self) -> Result<Option<Timestamp>> {
        let ends = [self.keys.next_end()?, self.files.next_end()?];
        Ok(ends.into_iter().flatten().min())
    }
}

#[cfg(test)]
impl LedgerStore {
    pub fn in_memory() -> Self {
        Self::new(&Database::in_memory(&super::schema::STEPS))
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::{
        keys::{
            conversion::{DiagnosisKey, Infectiousness},
            tek::{KeyData, RollingPeriod, TemporaryExposureKey},
        },
        publication::content::ContentId,
        time::Interval,
    };

    use super::*;
    use crate::objects::{intake::calls::ReleasedUpload, ledger::schema::STEPS};

    const BEFORE_EXCHANGE: &str = include_str!("../../../fixtures/ledger-before-exchange.sql");
    const BEFORE_VERSIONS: &str = include_str!("../../../fixtures/ledger-before-versions.sql");

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-21T04:00:00Z")
    }

    fn uploaded_at() -> Timestamp {
        at("2026-11-20T14:00:00Z")
    }

    fn random() -> StdRng {
        StdRng::seed_from_u64(1)
    }

    fn key(number: u8) -> DiagnosisKey {
        DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes([number; 16]),
                rolling_start: Interval::new(2_991_744),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness: Infectiousness::Peak,
        }
    }

    fn upload(numbers: std::ops::Range<u8>) -> ReleasedUpload {
        ReleasedUpload {
            id: 1,
            uploaded_at: uploaded_at(),
            keys: numbers.map(key).collect(),
        }
    }

    /// Plans at `now`, and returns how many keys each file has that is yet to be written.
    fn plan(store: &LedgerStore, now: Timestamp) -> Vec<usize> {
        store.plan_files(now, &mut random()).unwrap();
        let files = store.files.planned().unwrap();
        let sizes = files.iter().map(|file| store.keys.of_file(file.number));
        sizes.map(|keys| keys.unwrap().len()).collect()
    }

    #[test]
    fn padding_fills_a_file_with_one_persons_keys() {
        let store = LedgerStore::in_memory();
        store.keys.insert_person(&[upload(1..5)]).unwrap();
        let sizes = plan(&store, now());
        assert!(sizes.len() == 1 && sizes[0] >= MIN_FILE_KEYS, "{sizes:?}");
        let waiting = store.keys.waiting(now()).unwrap();
        assert_eq!(waiting.all, 0);
    }

    #[test]
    fn a_file_is_due_only_for_a_persons_key() {
        let store = LedgerStore::in_memory();
        store.keys.insert_padding(&[key(1)], now()).unwrap();
        assert_eq!(plan(&store, now()), [0; 0]);
        store.keys.insert_imported(&[key(2)], now()).unwrap();
        assert_eq!(plan(&store, now()).len(), 1);
    }

    #[test]
    fn a_key_waits_until_it_may_be_published() {
        let store = LedgerStore::in_memory();
        store.keys.insert_person(&[upload(1..2)]).unwrap();
        let releasable_at = at("2026-11-20T02:00:00Z");
        assert_eq!(plan(&store, shift(releasable_at, -1)), [0; 0]);
        assert_eq!(plan(&store, releasable_at).len(), 1);
    }

    #[test]
    fn a_plan_is_there_until_its_file_is_written_and_published_until_it_ends() {
        let store = LedgerStore::in_memory();
        store.keys.insert_person(&[upload(1..2)]).unwrap();
        plan(&store, now());
        let [file] = &store.files.planned().unwrap()[..] else {
            panic!("one file");
        };
        assert_eq!(file.window.start, at("2026-11-20T04:00:00Z"));
        assert_eq!(file.window.end, now());
        let id = ContentId::of(b"file");
        assert_eq!(store.files.published(now()).unwrap(), []);
        store.files.mark_written(file.number, id).unwrap();
        assert!(store.files.planned().unwrap().is_empty());
        assert_eq!(store.files.published(file.expires_at).unwrap(), [id]);
        let later = shift(file.expires_at, 1);
        assert_eq!(store.files.published(later).unwrap(), []);
    }

    #[test]
    fn a_file_and_its_keys_end_with_the_oldest_upload_in_it() {
        let store = LedgerStore::in_memory();
        let mut older = upload(5..6);
        older.uploaded_at = at("2026-11-20T03:00:00Z");
        let uploads = [upload(1..2), older];
        store.keys.insert_person(&uploads).unwrap();
        plan(&store, now());
        let end = at("2026-12-04T00:00:00Z");
        assert_eq!(store.files.planned().unwrap()[0].expires_at, end);
        assert_eq!(store.next_end().unwrap(), Some(end));
        assert!(!store.expire(shift(end, -1)).unwrap());
        assert!(store.expire(end).unwrap());
        assert!(!store.expire(end).unwrap());
        assert_eq!(store.next_end().unwrap(), None);
    }

    #[test]
    fn no_two_windows_are_equal_when_a_clock_is_set_back() {
        let store = LedgerStore::in_memory();
        for number in 1..4 {
            store
                .keys
                .insert_person(&[upload(number..number + 1)])
                .unwrap();
            plan(&store, shift(now(), -i64::from(number)));
        }
        let files = store.files.planned().unwrap();
        for (file, next) in files.iter().zip(&files[1..]) {
            assert_eq!(file.window.end, next.window.start);
            assert_eq!(shift(file.window.end, 1), next.window.end);
        }
        assert_eq!(files.len(), 3);
    }

    #[test]
    fn padding_that_the_previous_run_would_have_published_is_deleted() {
        let store = LedgerStore::in_memory();
        plan(&store, now());
        let end = at("2026-12-04T00:00:00Z");
        store.keys.insert_padding(&[key(1)], end).unwrap();
        store.keys.insert_person(&[upload(2..3)]).unwrap();
        plan(&store, shift(now(), RUN_SECONDS));
        let file = store.files.planned().unwrap()[0].number;
        let keys = store.keys.of_file(file).unwrap();
        assert!(!keys.contains(&key(1)));
        assert!(keys.contains(&key(2)));
    }

    #[test]
    fn a_database_from_before_the_exchange_opens_and_sends_its_keys() {
        let database = Database::in_memory_after(BEFORE_EXCHANGE, &STEPS);
        let store = LedgerStore::new(&database);
        let planned = store.keys.plan_batch(10, now()).unwrap();
        assert_eq!(planned, [key(1)], "the other key is in no file");
        assert_eq!(store.files.published(now()).unwrap(), [ContentId::of(b"")]);
        assert_eq!(store.files.last_window_end().unwrap(), Some(now()));
    }

    #[test]
    fn a_database_from_before_versions_opens_with_its_keys_and_files() {
        let database = Database::in_memory_after(BEFORE_VERSIONS, &STEPS);
        let store = LedgerStore::new(&database);
        assert_eq!(store.keys.of_file(1).unwrap().len(), 3);
        let planned = store.keys.plan_batch(10, now()).unwrap();
        assert_eq!(
            planned[0].key.data,
            key(2).key.data,
            "that batch is on its way"
        );
        assert_eq!(planned.len(), 1);
        store.keys.mark_batch_sent().unwrap();
        assert_eq!(store.keys.plan_batch(10, now()).unwrap(), [key(1)]);
    }
}
