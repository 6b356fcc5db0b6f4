//! What the parts of the page have in common: the pair, what each phone last told its owner, and
//! that one thing happens at a time.

use leptos::{prelude::*, task::spawn_local};
use phone::{CheckReport, Code};
use shared::Timestamp;

use crate::{
    pair::{Pair, Side},
    service,
};

/// The story so far.
#[derive(Clone, Copy)]
pub struct Story {
    /// Nothing until the service has said what time it is.
    pub pair: RwSignal<Option<Pair>>,
    /// Why there is no pair.
    pub failure: RwSignal<Option<String>>,
    first: RwSignal<Option<Outcome>>,
    second: RwSignal<Option<Outcome>>,
    busy: RwSignal<bool>,
}

/// What came of what an owner did with a phone.
#[derive(Clone)]
pub enum Outcome {
    Code(Code),
    /// So many keys.
    Shared(usize),
    Checked {
        report: CheckReport,
        at: Timestamp,
    },
    Failed(String),
}

impl Story {
    /// A story that has not begun.
    pub fn new() -> Self {
        Self {
            pair: RwSignal::new(None),
            failure: RwSignal::new(None),
            first: RwSignal::new(None),
            second: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// What a phone last told its owner.
    pub fn outcome(self, side: Side) -> RwSignal<Option<Outcome>> {
        match side {
            Side::First => self.first,
            Side::Second => self.second,
        }
    }

    /// Goes on with the pair of this tab, or begins with a new one.
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

    /// Whether something is going on.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Does `work`, unless something else is going on: a phone that is away on the network must not
    /// be changed meanwhile.
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
