//! Simulates a town: phones meet at random for 14 days, some of their owners test positive and
//! share their keys over HTTP, and every phone looks for exposures. The expected warnings are
//! computed from the meetings alone, without identifiers, keys or files, and compared with those of
//! the phones.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    thread,
};

use phone::Phone;
use pollster::block_on;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::index};
use shared::{
    Date, Timestamp,
    language::Language,
    time::{DAY_SECONDS, UtcDay, shift},
};

use crate::system::System;

/// The size of a town and the seed of what happens in it.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    /// The number of phones, each with an owner.
    pub phones: usize,
    /// The number of owners who test positive.
    pub ill: usize,
    /// The seed of everything random but the keys of the service.
    pub seed: u64,
}

/// The warnings of a town's phones, compared with the expected ones.
#[derive(Debug)]
pub struct WarningComparison {
    /// The number of meetings.
    pub meetings: usize,
    /// The number of phones that should warn their owners.
    pub expected: usize,
    /// The phones whose warning is not the expected one.
    pub wrong: Vec<WrongWarning>,
}

/// A phone whose warning is not the expected one.
#[derive(Debug)]
pub struct WrongWarning {
    /// The number of the phone.
    pub phone: usize,
    /// The day of exposure of the expected warning, if there is one.
    pub expected: Option<Date>,
    /// The day of exposure of the phone's warning, if there is one.
    pub found: Option<Date>,
}

/// A time for which two people are near each other.
struct Meeting {
    people: [usize; 2],
    start: Timestamp,
    seconds: u32,
    /// The attenuation between their phones, in dB.
    attenuation: u8,
}

/// The illness of a person, as an employee enters it.
#[derive(Clone, Copy)]
struct Case {
    symptomatic: bool,
    /// The days since the first symptoms or the test.
    days_ago: u32,
}

/// The number of days on which people meet, including today.
const DAYS: u32 = 14;

/// The mean number of meetings of a person on a day.
const MEETINGS_PER_PERSON: usize = 2;

impl Town {
    /// Simulates the town with `system`, whose clock is moved to the next night.
    ///
    /// # Panics
    /// When the service refuses something that it should not.
    pub fn run(&self, system: &mut System) -> WarningComparison {
        let mut random = StdRng::seed_from_u64(self.seed);
        let now = system.now();
        let meetings = self.meetings(now, &mut random);
        let ill = self.ill(&mut random);

        let mut phones = vec![Phone::default(); self.phones];
        for meeting in &meetings {
            meeting.take_place(&mut phones, &mut random);
        }
        for (person, case) in &ill {
            if let Some(phone) = phones.get_mut(*person) {
                let code = system.code(phone);
                system.share(phone);
                let status = system.validate(code, case.symptomatic, case.days_ago);
                assert_eq!(status, 200, "the code is accepted");
            }
        }
        system.run_job("publish");
        // The keys of the day of the upload are published in the night.
        system.move_clock_to(system.tomorrow_at_two());
        system.run_job("publish");

        let expected = expected(&meetings, &ill, UtcDay::of(now));
        let found = warnings(system, &mut phones);
        let wrong = found
            .into_iter()
            .enumerate()
            .map(|(phone, found)| WrongWarning {
                phone,
                expected: expected.get(&phone).map(|day| day.date()),
                found,
            })
            .filter(|wrong| wrong.expected != wrong.found)
            .collect();
        WarningComparison {
            meetings: meetings.len(),
            expected: expected.len(),
            wrong,
        }
    }

    /// The meetings, sorted by time. Two people meet at most once a day, and no meeting continues
    /// past midnight.
    fn meetings(&self, now: Timestamp, random: &mut StdRng) -> Vec<Meeting> {
        let mut meetings = Vec::new();
        let midnight = UtcDay::of(now).start().start();
        for days_ago in (0..DAYS).rev() {
            let mut pairs = HashSet::new();
            while pairs.len() < self.phones * MEETINGS_PER_PERSON / 2 {
                let pair = index::sample(random, self.phones, 2);
                let mut people = [pair.index(0), pair.index(1)];
                people.sort_unstable();
                if !pairs.insert(people) {
                    continue;
                }
                // From 07:00 to 23:00 and, today, to 09:30.
                let latest = if days_ago == 0 { 9 } else { 21 };
                let longest = if days_ago == 0 { 1_800 } else { 6_000 };
                let start = random.random_range(7 * 3_600..latest * 3_600 + 1_800);
                meetings.push(Meeting {
                    people,
                    start: shift(midnight, start - i64::from(days_ago) * DAY_SECONDS),
                    seconds: random.random_range(60..longest),
                    attenuation: random.random_range(40..80),
                });
            }
        }
        meetings.sort_by_key(|meeting| meeting.start);
        meetings
    }

    fn ill(&self, random: &mut StdRng) -> Vec<(usize, Case)> {
        index::sample(random, self.phones, self.ill)
            .into_iter()
            .map(|person| {
                let case = Case {
                    symptomatic: random.random_range(0..100) < 80,
                    days_ago: random.random_range(0..10),
                };
                (person, case)
            })
            .collect()
    }
}

impl Meeting {
    fn take_place(&self, phones: &mut [Phone], random: &mut StdRng) {
        if let Ok([one, other]) = phones.get_disjoint_mut(self.people) {
            one.meet(other, self.attenuation, self.start, self.seconds, random);
        }
    }

    /// The weighted seconds of the meeting's 30-minute windows that count, with CoronaMelder's
    /// attenuation buckets, weights and minimum window score.
    fn score(&self) -> f64 {
        let weight = match self.attenuation {
            ..=56 => 1.5,
            57..=62 => 1.0,
            63..=73 => 0.4,
            _ => 0.0,
        };
        let last = f64::from(self.seconds % 1_800) * weight;
        let full = 1_800.0 * weight;
        let full = if full >= 300.0 { full } else { 0.0 };
        f64::from(self.seconds / 1_800) * full + if last >= 300.0 { last } else { 0.0 }
    }
}

/// The last day on which each person was exposed: near infectious people for fifteen weighted
/// minutes in total.
fn expected(meetings: &[Meeting], ill: &[(usize, Case)], today: UtcDay) -> HashMap<usize, UtcDay> {
    let ill: HashMap<_, _> = ill.iter().copied().collect();
    let infectious = |person: usize, day: UtcDay| {
        ill.get(&person).is_some_and(|case| {
            let first = if case.symptomatic { -2 } else { 0 };
            (first..=11).contains(&day.days_since(today.minus(case.days_ago)))
        })
    };
    let mut scores: BTreeMap<(usize, UtcDay), f64> = BTreeMap::new();
    for meeting in meetings {
        let day = UtcDay::of(meeting.start);
        let [one, other] = meeting.people;
        for (person, met) in [(one, other), (other, one)] {
            if infectious(met, day) {
                *scores.entry((person, day)).or_default() += meeting.score();
            }
        }
    }
    // Sorted by day, so the last day of a person remains.
    let risky = scores.into_iter().filter(|(_, score)| *score >= 900.0);
    risky.map(|((person, day), _)| (person, day)).collect()
}

/// The day of exposure of each phone's warning.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
fn warnings(system: &System, phones: &mut [Phone]) -> Vec<Option<Date>> {
    let now = system.now();
    let share = phones.len().div_ceil(THREADS).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = phones
            .chunks_mut(share)
            .map(|phones| {
                let service = system.service();
                scope.spawn(move || {
                    let check = |phone: &mut Phone| {
                        block_on(phone.check(&service, now, |_| ())).expect("a check");
                        let notification = phone.notification(now, Language::Dutch);
                        notification.map(|notification| notification.date)
                    };
                    phones.iter_mut().map(check).collect::<Vec<_>>()
                })
            })
            .collect();
        let found = threads.into_iter();
        found
            .flat_map(|thread| thread.join().expect("the phones work"))
            .collect()
    })
}

/// The number of phones that look for exposures at the same time.
const THREADS: usize = 8;
