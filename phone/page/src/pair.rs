//! The two phones and their meetings, stored in the tab: they outlive a reload, and end with the
//! tab.

use leptos::prelude::*;
use phone::{Phone, encounter::began};
use rand::{Rng, rand_core::UnwrapErr, rngs::SysRng};
use serde::{Deserialize, Serialize};
use shared::{Date, Timestamp, time::netherlands};
use web_sys::Storage;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    First,
    Second,
}

/// A time during which the owners of the phones were near each other.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Meeting {
    /// The day in the Netherlands.
    pub day: Date,
    pub minutes: u32,
    /// The loss between the phones, in dB.
    pub attenuation: u8,
}

#[derive(Clone, Deserialize, Serialize)]
pub struct Pair {
    first: Phone,
    second: Phone,
    /// In the order in which they were entered.
    pub meetings: Vec<Meeting>,
}

/// The name of the pair in the tab's storage.
const STORED: &str = "phones";

/// Days ago, minutes and dB of the meeting that every pair begins with, and that the form proposes:
/// near and long enough for a warning, on an infectious day of an owner who fell ill yesterday.
pub const FIRST_MEETING: (u32, u32, u8) = (2, 20, 50);

impl Pair {
    /// The pair that this tab has, or a new one.
    pub fn load(now: Timestamp) -> Self {
        storage()
            .and_then(|storage| storage.get_item(STORED).ok().flatten())
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_else(|| Self::new(now))
    }

    /// Two phones that have been in use for 14 days and have met once.
    pub fn new(now: Timestamp) -> Self {
        let mut random = generator();
        let mut pair = Self {
            first: Phone::new(now, &mut random),
            second: Phone::new(now, &mut random),
            meetings: Vec::new(),
        };
        let (days_ago, minutes, attenuation) = FIRST_MEETING;
        pair.meet(days_ago, minutes, attenuation, now);
        pair
    }

    pub fn save(&self) {
        if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(self)) {
            // A browser that keeps nothing forgets the phones when the page is reloaded.
            let _ = storage.set_item(STORED, &json);
        }
    }

    /// Lets the phones be near each other, `days_ago` days ago at this time of the day.
    pub fn meet(&mut self, days_ago: u32, minutes: u32, attenuation: u8, now: Timestamp) {
        let seconds = minutes * 60;
        let time = began(days_ago, seconds, now);
        let Self { first, second, .. } = self;
        first.meet(second, attenuation, time, seconds, &mut generator());
        self.meetings.push(Meeting {
            day: netherlands::today(time),
            minutes,
            attenuation,
        });
    }

    pub fn phone(&self, side: Side) -> &Phone {
        match side {
            Side::First => &self.first,
            Side::Second => &self.second,
        }
    }

    /// Puts a phone back after it has done something.
    pub fn replace(&mut self, side: Side, phone: Phone) {
        match side {
            Side::First => self.first = phone,
            Side::Second => self.second = phone,
        }
    }
}

/// The browser's random numbers. A browser without them cannot run this page.
pub fn generator() -> impl Rng {
    UnwrapErr(SysRng)
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
