//! Simulates an outbreak: people fall ill, are tested, are called by the GGD, and share the keys
//! of their phones.
//!
//! The model shares nothing with that of the padding. Time is continuous, while padding is drawn by
//! days; delays follow log-normal distributions and the opening hours of test lanes and the GGD.
//! Which keys are accepted, the rules of the service decide.

use jiff::{Span, civil::Date};
use rand::{RngExt as _, rngs::StdRng};
use shared::{
    Timestamp, enrolment,
    keys::{
        conversion::DiagnosisKey,
        illness,
        illness::Illness,
        tek::{Acceptance, KeyData, RollingPeriod, TemporaryExposureKey},
    },
    time::{Interval, UtcDay, netherlands, shift},
};

/// The parameters of an outbreak. Times are in hours.
pub struct Outbreak {
    /// The first day, a Monday in the Netherlands.
    pub begin: Date,
    /// The number of days on which people fall ill.
    pub days: u32,
    /// The number of people with the app who fall ill on an average day. The actual number varies
    /// in waves of six weeks.
    pub people_per_day: f64,
    /// The share of people with symptoms.
    pub symptomatic: f64,
    /// The median of the log-normal time between the first symptom and the wish to be tested.
    pub until_test_wanted: f64,
    /// The median of the log-normal time between test and result.
    pub until_result: f64,
    /// The mean time from result to call, counted in opening hours at full staffing.
    pub until_call: f64,
}

/// Ten months, with summer and winter time, in a country that copes: a test after a day or two, its
/// result within a day, the call within hours.
pub const OUTBREAK: Outbreak = Outbreak {
    begin: jiff::civil::date(2026, 7, 13),
    days: 300,
    people_per_day: 18.0,
    symptomatic: 0.83,
    until_test_wanted: 30.0,
    until_result: 20.0,
    until_call: 4.0,
};

/// A key that the service accepted.
pub struct Arrival {
    /// The number of the person.
    pub person: usize,
    /// When it was uploaded.
    pub uploaded: Timestamp,
    /// When it may be published.
    pub from: Timestamp,
    /// The converted key.
    pub key: DiagnosisKey,
}

/// All accepted keys of an outbreak, in the order in which they may be published.
pub fn arrivals(outbreak: &Outbreak, random: &mut StdRng) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    let mut person = 0;
    for day in 0..outbreak.days {
        let wave = 1.0 + 0.7 * (f64::from(day) / 42.0 * std::f64::consts::TAU).sin();
        for _ in 0..poisson(outbreak.people_per_day * wave, random) {
            let case = Case::of_day(day, outbreak, random);
            let keys = case.accepted_keys(random);
            arrivals.extend(keys.into_iter().map(|key| Arrival { person, ..key }));
            person += 1;
        }
    }
    arrivals.sort_by_key(|arrival| arrival.from);
    arrivals
}

/// A person who tested positive.
struct Case {
    illness: Illness,
    registered: Timestamp,
    confirmed: Timestamp,
    shared: Timestamp,
}

impl Case {
    fn of_day(day: u32, outbreak: &Outbreak, random: &mut StdRng) -> Self {
        let symptomatic = random.random_bool(outbreak.symptomatic);
        let onset = f64::from(day) * 24.0 + uniform(5.0, 24.0, random);
        // Contacts without symptoms are told when to be tested, on a random day.
        let wanted = if symptomatic {
            onset + outbreak.until_test_wanted * (0.75 * normal(random)).exp()
        } else {
            onset
        };
        let tested = next_served(wanted, 3.0, lane_staffing, random);
        let result = tested + outbreak.until_result * (0.45 * normal(random)).exp();
        let called = next_served(result, outbreak.until_call, ggd_staffing, random);
        let date_at = if symptomatic { onset } else { tested };

        let time = |hours| instant(outbreak.begin, hours);
        let registered = time(called);
        let confirmed = time(called + uniform(2.0, 20.0, random) / 60.0);
        let shared = match random.random_range(0..100) {
            // Is interrupted, or shares when alone.
            0..3 => shift(confirmed, seconds(exponential(4.0, random))),
            3..40 => registered.max(shift(confirmed, -seconds(exponential(0.03, random)))),
            _ => shift(confirmed, seconds(0.03 * normal(random).exp())),
        };
        let date = outbreak
            .begin
            .saturating_add(Span::new().days((date_at / 24.0) as i64));
        Self {
            illness: Illness::new(symptomatic, date.max(illness::oldest(confirmed)), confirmed)
                .unwrap(),
            registered,
            confirmed,
            shared,
        }
    }

    /// The keys that the service accepts and converts.
    fn accepted_keys(&self, random: &mut StdRng) -> Vec<Arrival> {
        let registered = UtcDay::of(self.registered);
        let mut accepted: Vec<Arrival> = Vec::new();
        for (at, keys) in self.uploads(random) {
            let acceptance = Acceptance {
                now: at,
                registered,
                validated: (self.confirmed <= at).then_some(self.confirmed),
            };
            for key in keys.into_iter().filter(|key| acceptance.takes(key)) {
                let known = accepted.iter().any(|other| other.key.key.data == key.data);
                let converted = DiagnosisKey::convert(key, self.illness).filter(|_| !known);
                let from = at.max(self.confirmed).max(key.releasable_at());
                accepted.extend(converted.map(|key| Arrival {
                    person: 0,
                    uploaded: at,
                    from,
                    key,
                }));
            }
        }
        accepted
    }

    /// The phone's uploads, with their times: the keys of past days and today's, which is cut; and
    /// after midnight, if the phone is on before the enrolment ends, also the key for the rest of
    /// the day.
    fn uploads(&self, random: &mut StdRng) -> Vec<(Timestamp, Vec<TemporaryExposureKey>)> {
        let end = enrolment::valid_until(self.registered);
        if self.shared >= end {
            return Vec::new();
        }
        let phone = Phone::random(random);
        let today = UtcDay::of(self.shared);
        let tomorrow = UtcDay::new(today.number() + 1).start();
        let cut = Interval::at(self.shared).plus(1);
        let mut keys = phone.whole_days(today, random);
        keys.extend(key(today.start(), cut, random));
        let mut uploads = vec![(self.shared, keys.clone())];
        // A phone waits for four hours before it uploads by itself.
        let earliest = tomorrow.start().max(shift(self.shared, 14_400));
        let night = end.as_second() - earliest.as_second();
        if phone.awake_at_night && night > 0 {
            let again = shift(earliest, random.random_range(0..night));
            if cut < tomorrow {
                // The key is in use from the cut on, but its rolling period is the whole day.
                keys.extend(key(today.start(), tomorrow, random));
            }
            uploads.push((again, keys));
        }
        uploads
    }
}

/// A phone with its gaps.
struct Phone {
    installed_days: u32,
    /// The last time that it was off: the number of days before today of the last day, and the
    /// number of days.
    off: Option<(u32, u32)>,
    awake_at_night: bool,
}

impl Phone {
    fn random(random: &mut StdRng) -> Self {
        Self {
            installed_days: random.random_range(0..240),
            off: random
                .random_bool(0.03)
                .then(|| (random.random_range(1..14), random.random_range(1..3))),
            awake_at_night: random.random_bool(0.88),
        }
    }

    fn whole_days(&self, today: UtcDay, random: &mut StdRng) -> Vec<TemporaryExposureKey> {
        (1..=14.min(self.installed_days))
            .filter(|day| {
                !self
                    .off
                    .is_some_and(|(first, days)| (first..first + days).contains(day))
            })
            .filter_map(|day| {
                let start = today.minus(day).start();
                key(start, start.plus(144), random)
            })
            .collect()
    }
}

/// A key that is in use from `start` to `end`; none if these are equal.
fn key(start: Interval, end: Interval, random: &mut StdRng) -> Option<TemporaryExposureKey> {
    Some(TemporaryExposureKey {
        data: KeyData::from_bytes(random.random::<u128>().to_be_bytes()),
        rolling_start: start,
        rolling_period: RollingPeriod::new(i64::from(end.number() - start.number()))?,
    })
}

/// The hour at which a person who waits from `hours` on is served. Staffing sets the probability
/// for each hour; `wait` is the mean wait at full staffing.
fn next_served(
    mut hours: f64,
    wait: f64,
    staffing: fn(weekday: u32, hour: f64) -> f64,
    random: &mut StdRng,
) -> f64 {
    const STEP: f64 = 0.25;
    loop {
        let weekday = (hours / 24.0) as u32 % 7;
        let probability = STEP / wait * staffing(weekday, hours % 24.0);
        let waited = uniform(0.0, STEP, random);
        if random.random_bool(probability.min(1.0)) {
            return hours + waited;
        }
        hours += STEP;
    }
}

/// The staffing of test lanes: from 8 to 20, on Sundays half of it.
fn lane_staffing(weekday: u32, hour: f64) -> f64 {
    match hour {
        8.0..20.0 if weekday == 6 => 0.5,
        8.0..20.0 => 1.0,
        _ => 0.0,
    }
}

/// The staffing of the GGD: an early start, a lunch break, a small evening shift, and fewer
/// employees at weekends.
fn ggd_staffing(weekday: u32, hour: f64) -> f64 {
    let weekdays = match hour {
        8.0..8.5 => 0.3,
        12.25..13.25 => 0.65,
        8.5..17.0 => 1.0,
        17.0..18.0 => 0.6,
        18.0..20.5 => 0.5,
        20.5..21.25 => 0.2,
        _ => 0.0,
    };
    if weekday < 5 {
        weekdays
    } else {
        weekdays * 0.7
    }
}

/// The time `hours` after midnight, in the Netherlands, at which the day `begin` starts.
fn instant(begin: Date, hours: f64) -> Timestamp {
    let day = begin.saturating_add(Span::new().days((hours / 24.0) as i64));
    let midnight = day.at(0, 0, 0, 0);
    let local = midnight.saturating_add(Span::new().seconds(seconds(hours % 24.0)));
    netherlands::amsterdam().to_timestamp(local).unwrap()
}

fn seconds(hours: f64) -> i64 {
    (hours * 3_600.0) as i64
}

fn uniform(from: f64, to: f64, random: &mut StdRng) -> f64 {
    random.random_range(from..to)
}

fn exponential(mean: f64, random: &mut StdRng) -> f64 {
    -mean * uniform(f64::MIN_POSITIVE, 1.0, random).ln()
}

/// A standard normal number, by the method of Box and Muller.
fn normal(random: &mut StdRng) -> f64 {
    let angle = uniform(0.0, std::f64::consts::TAU, random);
    (-2.0 * uniform(f64::MIN_POSITIVE, 1.0, random).ln()).sqrt() * angle.cos()
}

/// A Poisson number, by Knuth's method, for a mean of at most a few hundred.
fn poisson(mean: f64, random: &mut StdRng) -> u32 {
    let mut product = uniform(0.0, 1.0, random);
    let mut count = 0;
    while product > (-mean).exp() {
        product *= uniform(0.0, 1.0, random);
        count += 1;
    }
    count
}
