//! When synthetic uploaders share their keys: between two runs of the publication, at the hours at
//! which people do.

use jiff::Timestamp;
use rand::{Rng, RngExt as _};

use crate::{
    publication::padding::distributions::{
        CONFIRMED_LATE_MINUTES, CONFIRMED_LATE_PERCENT, MINUTES_BEFORE_CONFIRMATION_PERCENT,
        SHARING_AT_HOUR, draw, happens,
    },
    time::{DAY_SECONDS, Interval, netherlands, shift},
};

/// The longest time before a run at which synthetic uploaders become ready for it, even when the
/// publication stood still for longer: a file ends 14 days after the oldest upload in it, and must
/// last long enough for every phone to download it.
const STANDSTILL_SECONDS: i64 = 2 * DAY_SECONDS;

/// The times after one run and up to the next, weighted by [`SHARING_AT_HOUR`].
pub struct SharingTimes {
    parts: Vec<IntervalPart>,
    /// The sum of the parts' weights.
    total: u64,
    until: Timestamp,
}

/// The part of a ten-minute interval that lies between the runs. It is within one hour of the
/// Netherlands.
struct IntervalPart {
    start: Timestamp,
    seconds: u64,
    weight_per_second: u64,
}

impl IntervalPart {
    fn between(start: Timestamp, end: Timestamp) -> Self {
        Self {
            start,
            seconds: u64::try_from(end.as_second() - start.as_second()).unwrap_or(0),
            weight_per_second: weight_per_second(start),
        }
    }

    fn weight(&self) -> u64 {
        self.seconds * self.weight_per_second
    }
}

/// The frequency of sharing at `time`, relative to other times.
fn weight_per_second(time: Timestamp) -> u64 {
    let local = netherlands::amsterdam().to_datetime(time);
    let at_hour = |hour: i8| {
        let hour = usize::try_from(hour % 24).unwrap_or(0);
        SHARING_AT_HOUR.get(hour).copied().map_or(0, u64::from)
    };
    let minute = u64::try_from(local.minute()).unwrap_or(0);
    at_hour(local.hour()) * (60 - minute) + at_hour(local.hour() + 1) * minute
}

impl SharingTimes {
    /// The times from `since` to `now`, at most the last [`STANDSTILL_SECONDS`].
    pub fn between(since: Timestamp, now: Timestamp) -> Self {
        let since = since.max(shift(now, -STANDSTILL_SECONDS));
        let intervals = Interval::at(since).number()..=Interval::at(now).number();
        let parts: Vec<_> = intervals
            .map(Interval::new)
            .map(|interval| {
                let (start, end) = (interval.start(), interval.plus(1).start());
                IntervalPart::between(start.max(since), end.min(now))
            })
            .collect();
        let total = parts.iter().map(IntervalPart::weight).sum();
        Self {
            parts,
            total,
            until: now,
        }
    }

    /// When an uploader shared whose keys became ready for publication at a random one of these
    /// times; without time between the runs, at `now`.
    pub fn draw(&self, random: &mut impl Rng) -> Timestamp {
        let minutes_before = if happens(CONFIRMED_LATE_PERCENT, random) {
            random.random_range(0..=CONFIRMED_LATE_MINUTES)
        } else {
            draw(&MINUTES_BEFORE_CONFIRMATION_PERCENT, random)
        };
        shift(self.draw_ready(random), -60 * i64::from(minutes_before))
    }

    fn draw_ready(&self, random: &mut impl Rng) -> Timestamp {
        if self.total == 0 {
            return self.until;
        }
        let mut drawn = random.random_range(0..self.total);
        for part in &self.parts {
            if drawn < part.weight() {
                return shift(part.start, (drawn / part.weight_per_second) as i64);
            }
            drawn -= part.weight();
        }
        self.until
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn drawn(since: &str, now: &str) -> Vec<Timestamp> {
        let times = SharingTimes::between(at(since), at(now));
        let mut random = StdRng::seed_from_u64(1);
        (0..2_000).map(|_| times.draw_ready(&mut random)).collect()
    }

    #[test]
    fn sharing_follows_the_hours_of_the_netherlands_in_winter_and_in_summer() {
        for (since, now, nine) in [
            (
                "2026-11-23T06:00:00Z",
                "2026-11-23T09:00:00Z",
                "2026-11-23T08:00:00Z",
            ),
            (
                "2026-07-01T05:00:00Z",
                "2026-07-01T08:00:00Z",
                "2026-07-01T07:00:00Z",
            ),
        ] {
            let drawn = drawn(since, now);
            let after_nine = drawn.iter().filter(|time| **time >= at(nine)).count();
            // 100 of 5 + 50 + 100.
            assert!((1_190..1_390).contains(&after_nine), "{after_nine}");
        }
    }

    #[test]
    fn part_of_an_interval_is_drawn_in_proportion_to_its_length() {
        let drawn = drawn("2026-11-23T10:08:00Z", "2026-11-23T10:12:00Z");
        let first = at("2026-11-23T10:10:00Z");
        let early = drawn.iter().filter(|time| **time < first).count();
        assert!((900..1_100).contains(&early), "{early}");
    }

    #[test]
    fn times_lie_between_the_runs_by_day_and_by_night() {
        for (since, now) in [
            ("2026-11-23T00:00:00Z", "2026-11-23T04:00:00Z"),
            ("2026-11-23T06:00:00Z", "2026-11-23T09:00:00Z"),
            ("2026-07-01T05:00:00Z", "2026-07-01T08:00:00Z"),
        ] {
            for time in drawn(since, now) {
                assert!((at(since)..at(now)).contains(&time), "{time}");
            }
        }
    }

    #[test]
    fn after_a_standstill_times_lie_in_the_last_two_days() {
        let now = at("2026-11-23T10:00:00Z");
        let times = SharingTimes::between(Timestamp::MIN, now);
        let mut random = StdRng::seed_from_u64(2);
        for _ in 0..1_000 {
            let time = times.draw_ready(&mut random);
            assert!(shift(now, -STANDSTILL_SECONDS) <= time && time < now);
        }
        let mut drawn = (0..1_000).map(|_| times.draw_ready(&mut random));
        assert!(drawn.any(|time| time < shift(now, -DAY_SECONDS * 3 / 2)));
    }

    #[test]
    fn keys_are_shared_at_most_four_hours_before_they_are_ready() {
        let now = at("2026-11-23T10:00:00Z");
        let times = SharingTimes::between(now, now);
        let mut random = StdRng::seed_from_u64(4);
        let before: Vec<_> = (0..2_000)
            .map(|_| now.as_second() - times.draw(&mut random).as_second())
            .collect();
        assert!(before.iter().all(|seconds| (0..=14_400).contains(seconds)));
        assert!(before.iter().all(|seconds| seconds % 60 == 0));
        assert!(before.iter().any(|seconds| *seconds > 7_200));
        let at_once = before.iter().filter(|seconds| **seconds == 0).count();
        assert!((1_100..1_300).contains(&at_once), "{at_once}");
    }

    #[test]
    fn without_time_between_the_runs_everyone_shares_at_the_run() {
        let now = at("2026-11-23T10:00:00Z");
        for since in [now, at("2026-11-23T10:00:01Z"), Timestamp::MAX] {
            let times = SharingTimes::between(since, now);
            assert_eq!(times.draw_ready(&mut StdRng::seed_from_u64(3)), now);
        }
    }
}
