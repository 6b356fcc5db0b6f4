//! Whether the caller has symptoms, as far as the employee has answered that.

use leptos::prelude::*;

/// The answer, and whether the employee has left the question.
#[derive(Clone, Copy)]
pub struct SymptomsEntry {
    chosen: RwSignal<Option<bool>>,
    settled: RwSignal<bool>,
}

impl SymptomsEntry {
    pub fn new() -> Self {
        Self {
            chosen: RwSignal::new(None),
            settled: RwSignal::new(false),
        }
    }

    pub fn clear(self) {
        self.chosen.set(None);
        self.settled.set(false);
    }

    pub fn get(self) -> Option<bool> {
        self.chosen.get()
    }

    pub fn choose(self, symptomatic: bool) {
        self.chosen.set(Some(symptomatic));
    }

    /// From now on, a missing answer counts as an error.
    pub fn settle(self) {
        self.settled.set(true);
    }

    /// Whether to show that the answer is missing.
    pub fn is_missing(self) -> bool {
        self.settled.get() && self.chosen.get().is_none()
    }
}
