//! From matches to exposures: windows of at most 30 minutes, their scores, and the days on which
//! there was a risk.
//!
//! A window is what was heard of one diagnosis key for up to 30 minutes. Its score is its seconds,
//! each weighed by how near the other phone was, by how infectious its owner was, and by the kind
//! of report. Windows below the minimum do not count; the scores of a day are added up, and a day
//! at or above the daily minimum is one with a risk. All weights and minima are the service's
//! (`shared::publication::documents`).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    ops::RangeInclusive,
};

use serde::{Deserialize, Serialize};
use shared::{
    Date, Timestamp,
    keys::conversion::DiagnosisKey,
    publication::{
        documents::RiskCalculationParameters, export::proto::REPORT_TYPE_CONFIRMED_TEST,
    },
    time::{INTERVALS_PER_DAY, Interval, UtcDay},
};

use crate::{
    encounter::Encounter,
    identifiers::DayKeys,
    matching::{Heard, Match, TOLERANCE},
};

/// The longest window.
const WINDOW_SECONDS: i64 = 30 * 60;

/// The transmit powers of phones, in dBm. The metadata are not authenticated: an attacker who flips
/// a bit of them could make a distant phone a near one.
const TRANSMIT_POWERS: RangeInclusive<i8> = -40..=20;

/// A time during which a phone was heard at one attenuation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Scan {
    /// The loss between the two phones, in dB: the less, the nearer.
    pub attenuation: u8,
    /// How long it was heard.
    pub seconds: u32,
}

/// Up to 30 minutes near the owner of one diagnosis key. It does not say which.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ExposureWindow {
    pub day: UtcDay,
    /// The published days since the owner's onset.
    pub days_since_onset: i32,
    pub scans: Vec<Scan>,
}

impl ExposureWindow {
    /// Weighed seconds.
    pub fn score(&self, parameters: &RiskCalculationParameters) -> f64 {
        let infectiousness = parameters.infectiousness(Some(self.days_since_onset));
        let seconds: f64 = self
            .scans
            .iter()
            .map(|scan| f64::from(scan.seconds) * parameters.attenuation_weight(scan.attenuation))
            .sum();
        // A phone takes no other type of report from a file.
        seconds
            * parameters.infectiousness_weight(infectiousness)
            * parameters.report_type_weight(Some(REPORT_TYPE_CONFIRMED_TEST))
    }
}

/// A day with a risk.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ExposureDay {
    /// A day in UTC.
    pub date: Date,
    /// Its score: seconds at a weight of 1.
    pub score: f64,
}

/// The windows that the diagnosis keys of a file make of what was heard.
pub fn windows(
    keys: &[DiagnosisKey],
    heard: &Heard,
    encounters: &[Encounter],
) -> Vec<ExposureWindow> {
    let mut matches: BTreeMap<usize, Vec<(Interval, &Encounter)>> = BTreeMap::new();
    let teks = keys.iter().map(|key| key.key);
    heard.find(
        teks,
        |Match {
             key,
             interval,
             encounter,
         }| {
            if let Some(encounter) = encounters.get(encounter) {
                matches.entry(key).or_default().push((interval, encounter));
            }
        },
    );
    let mut windows = Vec::new();
    for (key, matches) in matches {
        if let Some(key) = keys.get(key) {
            let day_keys = DayKeys::derive(&key.key.data);
            let spans = matches
                .into_iter()
                .map(|(interval, encounter)| AttenuationSpan::of(interval, encounter, &day_keys));
            windows.extend(windows_of(key, &without_overlaps(spans.collect())));
        }
    }
    windows
}

/// A time at one attenuation, in Unix seconds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct AttenuationSpan {
    start: i64,
    end: i64,
    attenuation: u8,
}

impl AttenuationSpan {
    /// The time during which an identifier for `interval` was heard. It ends two hours after the
    /// interval: an identifier that is heard later is a replay.
    fn of(interval: Interval, encounter: &Encounter, day_keys: &DayKeys) -> Self {
        let start = encounter.heard_at.as_second();
        let latest = interval.plus(1 + TOLERANCE).start().as_second();
        Self {
            start,
            end: latest.min(start + i64::from(encounter.seconds)),
            attenuation: attenuation(encounter, day_keys),
        }
    }
}

/// Orders the spans by time. Where they overlap, the nearest counts, and only once: an attacker who
/// replays several identifiers of a phone, or replays them weakly to hide that it was near, gains
/// nothing.
fn without_overlaps(mut spans: Vec<AttenuationSpan>) -> Vec<AttenuationSpan> {
    spans.sort_unstable();
    let mut bounds: Vec<_> = spans
        .iter()
        .flat_map(|span| [span.start, span.end])
        .collect();
    bounds.sort_unstable();
    bounds.dedup();

    let mut coming = spans.into_iter().peekable();
    // By attenuation, the nearest on top.
    let mut going_on = BinaryHeap::new();
    let mut apart = Vec::new();
    for (start, end) in bounds.iter().copied().zip(bounds.iter().copied().skip(1)) {
        while let Some(span) = coming.next_if(|span| span.start <= start) {
            going_on.push((Reverse(span.attenuation), span.end));
        }
        while going_on.peek().is_some_and(|(_, end)| *end <= start) {
            going_on.pop();
        }
        if let Some((Reverse(attenuation), _)) = going_on.peek() {
            apart.push(AttenuationSpan {
                start,
                end,
                attenuation: *attenuation,
            });
        }
    }
    apart
}

/// The windows of what was heard of one key.
fn windows_of(key: &DiagnosisKey, spans: &[AttenuationSpan]) -> Vec<ExposureWindow> {
    let mut windows: Vec<(i64, ExposureWindow)> = Vec::new();
    for span in spans {
        let mut start = span.start;
        while start < span.end {
            let day = UtcDay::of(Timestamp::from_second(start).unwrap_or_default());
            let fits = windows
                .last()
                .is_some_and(|(began, window)| window.day == day && start < began + WINDOW_SECONDS);
            if !fits {
                let window = ExposureWindow {
                    day,
                    days_since_onset: key.infectiousness.days_since_onset(),
                    scans: Vec::new(),
                };
                windows.push((start, window));
            }
            let Some((began, window)) = windows.last_mut() else {
                break;
            };
            let midnight = day.start().plus(INTERVALS_PER_DAY).start().as_second();
            let until = span.end.min(*began + WINDOW_SECONDS).min(midnight);
            window.scans.push(Scan {
                attenuation: span.attenuation,
                seconds: u32::try_from(until - start).unwrap_or(0),
            });
            start = until;
        }
    }
    windows.into_iter().map(|(_, window)| window).collect()
}

/// What was lost on the way, in dB.
fn attenuation(encounter: &Encounter, day_keys: &DayKeys) -> u8 {
    let metadata = day_keys.decrypt(&encounter.identifier, encounter.metadata);
    if !TRANSMIT_POWERS.contains(&metadata.transmit_power) {
        return u8::MAX;
    }
    let lost = i16::from(metadata.transmit_power) - i16::from(encounter.received_power);
    // A phone that comes in stronger than it was sent is near.
    u8::try_from(lost.max(0)).unwrap_or(u8::MAX)
}

/// The days with a risk among `windows`, oldest first.
pub fn exposures(
    windows: &[ExposureWindow],
    parameters: &RiskCalculationParameters,
    now: Timestamp,
) -> Vec<ExposureDay> {
    let today = UtcDay::of(now);
    let mut days: BTreeMap<UtcDay, f64> = BTreeMap::new();
    for window in windows {
        let days_ago = today.days_since(window.day);
        let score = window.score(parameters);
        if u32::try_from(days_ago)
            .is_ok_and(|days| days <= parameters.days_since_exposure_threshold())
            && score >= parameters.minimum_window_score()
        {
            *days.entry(window.day).or_default() += score;
        }
    }
    days.into_iter()
        .filter(|(_, score)| *score >= parameters.minimum_risk_score())
        .map(|(day, score)| ExposureDay {
            date: day.date(),
            score,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};
    use shared::{
        keys::{conversion::Infectiousness, tek::TemporaryExposureKey},
        time::shift,
    };

    use super::*;
    use crate::{identifiers::AssociatedMetadata, phone::Phone};

    /// CoronaMelder's.
    fn parameters() -> RiskCalculationParameters {
        let json = include_str!("../../functions/content/riskcalculationparameters.json");
        serde_json::from_str(json).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-24T10:00:00Z")
    }

    fn peak(key: TemporaryExposureKey) -> DiagnosisKey {
        DiagnosisKey {
            key,
            infectiousness: Infectiousness::Peak,
        }
    }

    /// A phone, and what those whom it met for these seconds at these dB publish as diagnosis
    /// keys.
    fn met(meetings: &[(Timestamp, u32, u8)]) -> (Phone, Vec<DiagnosisKey>) {
        let mut random = StdRng::seed_from_u64(1);
        let mut phone = Phone::new(now(), &mut random);
        let mut keys = Vec::new();
        for (time, seconds, attenuation) in meetings {
            let mut ill = Phone::new(now(), &mut random);
            phone.meet(&mut ill, *attenuation, *time, *seconds, &mut random);
            keys.extend(ill.keys().iter().map(|key| peak(*key)));
        }
        (phone, keys)
    }

    fn found(phone: &Phone, keys: &[DiagnosisKey]) -> Vec<ExposureWindow> {
        let encounters = phone.encounters();
        let heard = encounters
            .iter()
            .map(|encounter| (Interval::at(encounter.heard_at), encounter.identifier));
        windows(keys, &Heard::new(heard), encounters)
    }

    fn days(meetings: &[(Timestamp, u32, u8)]) -> Vec<(String, f64)> {
        let (phone, keys) = met(meetings);
        exposures(&found(&phone, &keys), &parameters(), now())
            .into_iter()
            .map(|exposure| (exposure.date.to_string(), exposure.score))
            .collect()
    }

    #[test]
    fn the_metadata_say_how_much_was_lost_on_the_way() {
        let (phone, keys) = met(&[(at("2026-11-20T10:03:00Z"), 900, 55)]);
        let windows = found(&phone, &keys);
        let seconds: Vec<_> = windows
            .iter()
            .flat_map(|window| &window.scans)
            .map(|scan| (scan.attenuation, scan.seconds))
            .collect();
        assert_eq!(seconds, [(55, 420), (55, 480)]);
    }

    #[test]
    fn a_window_has_at_most_thirty_minutes_and_one_day() {
        let (phone, keys) = met(&[(at("2026-11-20T22:50:00Z"), 2 * 3_600, 50)]);
        let windows = found(&phone, &keys);
        let lengths: Vec<_> = windows
            .iter()
            .map(|window| {
                let seconds: u32 = window.scans.iter().map(|scan| scan.seconds).sum();
                (window.day.date().day(), seconds)
            })
            .collect();
        // Until midnight UTC with one key, after it with another.
        assert_eq!(
            lengths,
            [
                (20, 1_800),
                (20, 1_800),
                (20, 600),
                (21, 1_800),
                (21, 1_200)
            ]
        );
    }

    #[test]
    fn the_same_time_counts_once_however_many_identifiers_were_heard() {
        let mut random = StdRng::seed_from_u64(3);
        let mut ill = Phone::new(now(), &mut random);
        let mut phone = Phone::new(now(), &mut random);
        let time = at("2026-11-20T10:00:00Z");
        // An attacker collected thirteen identifiers and sends them all at once for a minute.
        for intervals in 0..13 {
            let broadcast = ill.broadcast(shift(time, -600 * intervals), &mut random);
            phone.hear(broadcast, 50, time, 60);
        }
        let keys: Vec<_> = ill.keys().iter().map(|key| peak(*key)).collect();
        let windows = found(&phone, &keys);
        let seconds: Vec<_> = windows.iter().flat_map(|window| &window.scans).collect();
        assert_eq!(
            seconds,
            [&Scan {
                attenuation: 50,
                seconds: 60
            }]
        );
    }

    #[test]
    fn a_replayed_identifier_counts_for_two_hours_at_most() {
        let mut random = StdRng::seed_from_u64(5);
        let mut ill = Phone::new(now(), &mut random);
        let mut phone = Phone::new(now(), &mut random);
        let time = at("2026-11-20T10:00:00Z");
        let broadcast = ill.broadcast(time, &mut random);
        // First heard five minutes before the two hours are over, and then for five hours.
        phone.hear(broadcast, 50, shift(time, 600 + 6_900), 5 * 3_600);
        let keys: Vec<_> = ill.keys().iter().map(|key| peak(*key)).collect();
        let windows = found(&phone, &keys);
        let scans: Vec<_> = windows.iter().flat_map(|window| &window.scans).collect();
        let expected = Scan {
            attenuation: 50,
            seconds: 300,
        };
        assert_eq!(scans, [&expected]);
    }

    #[test]
    fn who_repeats_an_identifier_weakly_does_not_hide_that_its_owner_was_near() {
        let mut random = StdRng::seed_from_u64(6);
        let mut ill = Phone::new(now(), &mut random);
        let mut phone = Phone::new(now(), &mut random);
        let time = at("2026-11-20T10:00:00Z");
        let broadcast = ill.broadcast(time, &mut random);
        phone.hear(broadcast, 90, time, 600);
        phone.hear(broadcast, 50, shift(time, 60), 300);
        let keys: Vec<_> = ill.keys().iter().map(|key| peak(*key)).collect();
        let windows = found(&phone, &keys);
        let scans = windows.iter().flat_map(|window| &window.scans);
        let scans: Vec<_> = scans.map(|scan| (scan.attenuation, scan.seconds)).collect();
        assert_eq!(scans, [(90, 60), (50, 300), (90, 240)]);
    }

    #[test]
    fn a_transmit_power_that_no_phone_has_is_not_near() {
        let mut random = StdRng::seed_from_u64(4);
        let mut ill = Phone::new(now(), &mut random);
        let mut phone = Phone::new(now(), &mut random);
        let time = at("2026-11-20T10:00:00Z");
        let mut broadcast = ill.broadcast(time, &mut random);
        let mut bytes = *broadcast.metadata.as_bytes();
        // In counter mode a flipped bit of the text is a flipped bit of the metadata.
        bytes[1] ^= 0x40;
        broadcast.metadata = AssociatedMetadata::from_bytes(bytes);
        phone.hear(broadcast, 90, time, 600);
        let keys: Vec<_> = ill.keys().iter().map(|key| peak(*key)).collect();
        assert_eq!(found(&phone, &keys)[0].scans[0].attenuation, u8::MAX);
    }

    #[test]
    fn nearness_weighs_by_the_buckets_of_the_parameters() {
        let time = at("2026-11-20T10:00:00Z");
        for (attenuation, score) in [
            (0, 1_800.0),
            (56, 1_800.0),
            (57, 1_200.0),
            (62, 1_200.0),
            (63, 480.0),
            (73, 480.0),
            (74, 0.0),
        ] {
            let (phone, keys) = met(&[(time, 1_200, attenuation)]);
            let windows = found(&phone, &keys);
            assert_eq!(windows.len(), 1);
            assert_eq!(windows[0].score(&parameters()), score, "{attenuation} dB");
        }
    }

    #[test]
    fn a_day_has_a_risk_from_fifteen_minutes_on() {
        let time = at("2026-11-20T10:00:00Z");
        assert_eq!(days(&[(time, 899, 60)]), []);
        assert_eq!(days(&[(time, 900, 60)]), [("2026-11-20".to_owned(), 900.0)]);
        assert_eq!(days(&[(time, 600, 50)]), [("2026-11-20".to_owned(), 900.0)]);
        // Two people on one day add up, two days do not.
        let other = shift(time, 3_600);
        assert_eq!(days(&[(time, 500, 60), (other, 400, 60)]).len(), 1);
        assert_eq!(days(&[(time, 500, 60), (shift(time, 86_400), 400, 60)]), []);
        // What is too short to count does not add up either.
        assert_eq!(days(&[(time, 800, 60), (other, 299, 60)]), []);
        assert_eq!(days(&[(time, 800, 60), (other, 300, 60)]).len(), 1);
    }

    #[test]
    fn what_is_not_infectious_has_no_score() {
        let mut json: serde_json::Value = serde_json::from_str(include_str!(
            "../../functions/content/riskcalculationparameters.json"
        ))
        .unwrap();
        json["infectiousnessWeights"] = serde_json::json!([0, 0, 1]);
        let parameters: RiskCalculationParameters = serde_json::from_value(json).unwrap();
        let (phone, keys) = met(&[(at("2026-11-20T10:00:00Z"), 1_800, 50)]);
        assert!(exposures(&found(&phone, &keys), &parameters, now()).is_empty());
    }

    #[test]
    fn only_the_past_fourteen_days_count() {
        let (phone, keys) = met(&[(at("2026-11-11T10:00:00Z"), 1_800, 50)]);
        let windows = found(&phone, &keys);
        let at_day = |days: i64| exposures(&windows, &parameters(), shift(now(), days * 86_400));
        assert_eq!(at_day(1).len(), 1);
        assert_eq!(at_day(2).len(), 0);
    }

    #[test]
    fn a_key_that_was_not_heard_makes_no_window() {
        let (phone, _) = met(&[(at("2026-11-20T10:00:00Z"), 1_800, 50)]);
        let stranger = Phone::new(now(), &mut StdRng::seed_from_u64(2));
        let keys: Vec<_> = stranger.keys().iter().map(|key| peak(*key)).collect();
        assert!(found(&phone, &keys).is_empty());
    }
}
