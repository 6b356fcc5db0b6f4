//! The state that the parts of the page share: the pair of phones, the last outcome of each, and
//! that only one action runs at a time.

use leptos::{prelude::*, task::spawn_local};
use phone::{CheckReport, Code};
use shared::Timestamp;

use crate::{
    pair::{Pair, Side},
    service,
};

#[derive(Clone, Copy)]
pub struct Story {
    /// Nothing until the service has told its time.
    pub pair: RwSignal<Option<Pair>>,
    /// Why there is no pair.
    pub failure: RwSignal<Option<String>>,
    first: RwSignal<Option<DeedOutcome>>,
    second: RwSignal<Option<DeedOutcome>>,
    busy: RwSignal<bool>,
}

/// The outcome of an owner's action.
#[derive(Clone)]
pub enum DeedOutcome {
    Code(Code),
    /// The number of keys.
    Shared(usize),
    Checked {
        report: CheckReport,
        at: Timestamp,
    },
    Failed(String),
}

impl Story {
    pub fn new() -> Self {
        Self {
            pair: RwSignal::new(None),
            failure: RwSignal::new(None),
            first: RwSignal::new(None),
            second: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    pub fn outcome(self, side: Side) -> RwSignal<Option<DeedOutcome>> {
        match side {
            Side::First => self.first,
            Side::Second => self.second,
        }
    }

    /// Begins with the pair that this tab has stored, or else with a new one.
    pub fn begin(self) {
        self.begin_with(Pair::load);
    }

    /// Begins with two new phones.
    pub fn start_over(self) {
        self.begin_with(Pair::new);
    }

    fn begin_with(self, pair: fn(Timestamp) -> Pair) {
        self.alone(async move {
            match service::ask().await {
                Ok(service) => {
                    self.pair.set(Some(pair(service.now)));
                    self.first.set(None);
                    self.second.set(None);
                    self.failure.set(None);
                }
                Err(error) => self.failure.set(Some(error.to_string())),
            }
        });
    }

    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Does `work`, unless another action is running: a phone must not change while a copy of it is
    /// busy with the network.
    pub fn alone(self, work: impl Future<Output = ()> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            work.await;
            self.busy.set(false);
        });
    }
}
