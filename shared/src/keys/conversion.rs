//! Conversion of temporary exposure keys to diagnosis keys, the keys that are published: those of
//! the days on which their owner was infectious, with how infectious that was (design §3.15–19).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keys::{illness::Illness, tek::TemporaryExposureKey};

/// How infectious a person is on a day, as the `transmission_risk_level` of the export format.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum TransmissionRiskLevel {
    /// 5 to 11 days after onset.
    Low = 1,
    /// 2 days before, and 3 or 4 days after onset.
    Medium = 2,
    /// 1 day before to 2 days after onset.
    High = 3,
}

/// A class of equally infectious days around the onset of illness. The class is published, the
/// exact number of days is not.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Infectiousness {
    /// Two days before onset.
    Before,
    /// One day before to two days after onset.
    Peak,
    /// Three or four days after onset.
    Falling,
    /// Five to eleven days after onset.
    Late,
}

impl Infectiousness {
    /// The class of the day `days_since_onset` after onset (or, without symptoms, after the test);
    /// `None` for a day that does not count as infectious.
    pub fn on(days_since_onset: i32, symptomatic: bool) -> Option<Self> {
        if days_since_onset < 0 && !symptomatic {
            return None;
        }
        match days_since_onset {
            -2 => Some(Self::Before),
            -1..=2 => Some(Self::Peak),
            3 | 4 => Some(Self::Falling),
            5..=11 => Some(Self::Late),
            _ => None,
        }
    }

    /// The `transmission_risk_level` that is published for the class.
    pub fn risk_level(self) -> TransmissionRiskLevel {
        match self {
            Self::Peak => TransmissionRiskLevel::High,
            Self::Before | Self::Falling => TransmissionRiskLevel::Medium,
            Self::Late => TransmissionRiskLevel::Low,
        }
    }

    /// The midpoint of the class: the days since onset that are published for every day of it.
    pub fn days_since_onset(self) -> i32 {
        match self {
            Self::Before => -2,
            Self::Peak => 0,
            Self::Falling => 3,
            Self::Late => 8,
        }
    }

    /// The class with the midpoint `days_since_onset`.
    pub fn from_midpoint(days_since_onset: i32) -> Option<Self> {
        [Self::Before, Self::Peak, Self::Falling, Self::Late]
            .into_iter()
            .find(|class| class.days_since_onset() == days_since_onset)
    }
}

/// A temporary exposure key of an infectious day. Its report type is always CONFIRMED_TEST.
///
/// ```
/// use shared::{
///     keys::{
///         conversion::{DiagnosisKey, Infectiousness},
///         illness::{DateError, Illness},
///         tek::{KeyData, RollingPeriod, TemporaryExposureKey},
///     },
///     time::UtcDay,
/// };
///
/// let today = UtcDay::of_date(jiff::civil::date(2026, 11, 23));
/// let now = today.start().start();
/// let illness = Illness::parse(true, "2026-11-20", now)?;
/// let key = |days_ago| TemporaryExposureKey {
///     data: KeyData::from_bytes([7; 16]),
///     rolling_start: today.minus(days_ago).start(),
///     rolling_period: RollingPeriod::DAY,
/// };
///
/// let day_before_onset = DiagnosisKey::convert(key(4), illness).unwrap();
/// assert_eq!(day_before_onset.infectiousness, Infectiousness::Peak);
/// assert!(day_before_onset.is_releasable(now));
///
/// // Three days before onset, a person is not infectious: the key is not published.
/// assert_eq!(DiagnosisKey::convert(key(6), illness), None);
/// # Ok::<(), DateError>(())
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct DiagnosisKey {
    /// The temporary exposure key.
    pub key: TemporaryExposureKey,
    /// How infectious its owner was on the day of the key.
    pub infectiousness: Infectiousness,
}

impl DiagnosisKey {
    /// The diagnosis key of `key`, for an owner with `illness`; `None` when the owner was not
    /// infectious on the day of the key.
    pub fn convert(key: TemporaryExposureKey, illness: Illness) -> Option<Self> {
        let days_since_onset = key.day().days_since(illness.onset());
        let infectiousness = Infectiousness::on(days_since_onset, illness.symptomatic())?;
        Some(Self {
            key,
            infectiousness,
        })
    }

    /// Whether the key may be published at `now`.
    pub fn is_releasable(&self, now: Timestamp) -> bool {
        now >= self.key.releasable_at()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::tek::{KeyData, RollingPeriod},
        time::UtcDay,
    };

    #[test]
    fn classes_follow_the_table_of_the_design() {
        let expected = |days: i32, symptomatic: bool| match days {
            -2 if symptomatic => Some((2, -2)),
            -1 if symptomatic => Some((3, 0)),
            0..=2 => Some((3, 0)),
            3 | 4 => Some((2, 3)),
            5..=11 => Some((1, 8)),
            _ => None,
        };
        for days in -20..40 {
            for symptomatic in [true, false] {
                let found = Infectiousness::on(days, symptomatic)
                    .map(|class| (class.risk_level() as i32, class.days_since_onset()));
                assert_eq!(found, expected(days, symptomatic), "{days} {symptomatic}");
            }
        }
    }

    #[test]
    fn days_since_onset_are_utc_days() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let illness = Illness::new(true, "2026-11-20".parse().unwrap(), now).unwrap();
        let key = |day: UtcDay, offset| TemporaryExposureKey {
            data: KeyData::from_bytes([1; 16]),
            rolling_start: day.start().plus(offset),
            rolling_period: RollingPeriod::DAY,
        };
        let onset = illness.onset();
        let convert = |key| DiagnosisKey::convert(key, illness).map(|key| key.infectiousness);
        assert_eq!(convert(key(onset.minus(3), 143)), None);
        assert_eq!(
            convert(key(onset.minus(2), 0)),
            Some(Infectiousness::Before)
        );
        assert_eq!(convert(key(onset.minus(1), 0)), Some(Infectiousness::Peak));
        assert_eq!(
            convert(key(UtcDay::new(onset.number() + 2), 143)),
            Some(Infectiousness::Peak)
        );
        assert_eq!(
            convert(key(UtcDay::new(onset.number() + 3), 0)),
            Some(Infectiousness::Falling)
        );
    }

    #[test]
    fn a_diagnosis_key_is_releasable_two_hours_after_its_period() {
        let day = UtcDay::of("2026-11-20T12:00:00Z".parse().unwrap());
        let key = DiagnosisKey {
            key: TemporaryExposureKey {
                data: KeyData::from_bytes([1; 16]),
                rolling_start: day.start(),
                rolling_period: RollingPeriod::DAY,
            },
            infectiousness: Infectiousness::Peak,
        };
        assert!(!key.is_releasable("2026-11-21T01:59:59Z".parse().unwrap()));
        assert!(key.is_releasable("2026-11-21T02:00:00Z".parse().unwrap()));
    }

    #[test]
    fn a_class_is_found_by_its_midpoint() {
        for days in -2..=11 {
            let class = Infectiousness::on(days, true).unwrap();
            assert_eq!(
                Infectiousness::from_midpoint(class.days_since_onset()),
                Some(class)
            );
        }
        assert_eq!(Infectiousness::from_midpoint(1), None);
    }
}
