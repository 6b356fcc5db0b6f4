//! The day that the employee has chosen: the first day of illness, or the day of the test.

use leptos::prelude::*;
use shared::{
    Timestamp,
    keys::illness::{DateError, Illness},
};

/// The option in the list of days for a day that is not in it.
pub const EARLIER: &str = "earlier";

/// The day, and whether the employee has left its field.
#[derive(Clone, Copy)]
pub struct DateEntry {
    /// A date of the list, [`EARLIER`], or nothing yet.
    pub listed: RwSignal<String>,
    /// The date that was typed, which counts while [`EARLIER`] is chosen.
    pub earlier: RwSignal<String>,
    settled: RwSignal<bool>,
}

impl DateEntry {
    pub fn new() -> Self {
        Self {
            listed: RwSignal::new(String::new()),
            earlier: RwSignal::new(String::new()),
            settled: RwSignal::new(false),
        }
    }

    pub fn clear(self) {
        self.choose(String::new());
        self.earlier.set(String::new());
    }

    /// Chooses an item of the list.
    pub fn choose(self, item: String) {
        self.settled.set(false);
        self.listed.set(item);
    }

    /// Types a day that is not in the list.
    pub fn enter(self, date: String) {
        self.settled.set(false);
        self.earlier.set(date);
    }

    /// The date in the form `YYYY-MM-DD`. [`Illness::parse`] decides whether it is one.
    pub fn text(self) -> String {
        if self.is_earlier() {
            self.earlier.get()
        } else {
            self.listed.get()
        }
    }

    pub fn is_empty(self) -> bool {
        self.listed.read().is_empty()
    }

    /// Whether the day is not in the list.
    pub fn is_earlier(self) -> bool {
        *self.listed.read() == EARLIER
    }

    /// From now until the next change, a missing day counts as an error.
    pub fn settle(self) {
        self.settled.set(true);
    }

    /// The error to show.
    pub fn error(self, now: Timestamp) -> Option<DateError> {
        // Which dates are possible does not depend on symptoms.
        let error = Illness::parse(true, &self.text(), now).err();
        error.filter(|_| self.settled.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_missing_day_is_an_error_once_the_field_is_left() {
        let _owner = Owner::new_root(None);
        let entry = DateEntry::new();
        assert_eq!(entry.error(now()), None);
        entry.settle();
        assert!(entry.error(now()).is_some());
        entry.choose("2026-11-21".to_owned());
        entry.settle();
        assert_eq!(entry.error(now()), None);
        assert_eq!(entry.text(), "2026-11-21");
    }

    #[test]
    fn an_earlier_day_counts_while_it_is_chosen() {
        let _owner = Owner::new_root(None);
        let entry = DateEntry::new();
        entry.choose(EARLIER.to_owned());
        entry.enter("2026-10-30".to_owned());
        entry.settle();
        assert_eq!(entry.text(), "2026-10-30");
        assert_eq!(entry.error(now()), None);
        entry.enter("2026-10-20".to_owned());
        assert_eq!(entry.error(now()), None);
        entry.settle();
        assert_eq!(entry.error(now()), Some(DateError::TooOld));
        entry.choose("2026-11-21".to_owned());
        assert_eq!(entry.text(), "2026-11-21");
    }
}
