//! The encoding of `days_since_onset_of_symptoms`: how a country says when the owner of a key fell
//! ill, exactly or as far as it knows.

use shared::keys::conversion::Infectiousness;

/// The meaning of an encoded value: how the day of a key relates to the onset of symptoms, or to
/// the submission of the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DaysSinceOnset {
    /// The person has no symptoms. Days since submission.
    Asymptomatic(i32),
    /// Days since onset: −14 to 21.
    Exact(i32),
    /// The person has symptoms that began on an unknown day. Days since submission.
    OnsetUnknown(i32),
    /// The onset is within a range of days.
    Range {
        /// Days since the last day of the range: −14 to 21.
        last: i32,
        /// The number of days in the range: 1 to 19.
        length: i32,
    },
    /// Whether the person has symptoms is unknown. Days since submission.
    SymptomsUnknown(i32),
}

/// Days since onset.
const ONSET: std::ops::RangeInclusive<i32> = -14..=21;
/// Days since submission.
const SUBMISSION: std::ops::RangeInclusive<i32> = -14..=14;
const MAX_LENGTH: i32 = 19;

const PER_RANGE_DAY: i32 = 100;
const ONSET_UNKNOWN: i32 = 2_000;
const ASYMPTOMATIC: i32 = 3_000;
const SYMPTOMS_UNKNOWN: i32 = 4_000;

/// The number of days before the submission at which an unknown onset is assumed.
const ONSET_BEFORE_SUBMISSION: i32 = 4;
/// The number of days before the submission at which the test of a person without symptoms is
/// assumed.
const TEST_BEFORE_SUBMISSION: i32 = 1;

impl DaysSinceOnset {
    /// The meaning of an encoded value, if it has one.
    pub fn decode(value: i32) -> Option<Self> {
        if ONSET.contains(&value) {
            return Some(Self::Exact(value));
        }
        let since = |base: i32| {
            value
                .checked_sub(base)
                .filter(|days| SUBMISSION.contains(days))
        };
        since(ONSET_UNKNOWN)
            .map(Self::OnsetUnknown)
            .or_else(|| since(ASYMPTOMATIC).map(Self::Asymptomatic))
            .or_else(|| since(SYMPTOMS_UNKNOWN).map(Self::SymptomsUnknown))
            .or_else(|| Self::decode_range(value))
    }

    fn decode_range(value: i32) -> Option<Self> {
        let length = value
            .checked_add(PER_RANGE_DAY / 2)?
            .div_euclid(PER_RANGE_DAY);
        let last = value - length.checked_mul(PER_RANGE_DAY)?;
        ((1..=MAX_LENGTH).contains(&length) && ONSET.contains(&last))
            .then_some(Self::Range { last, length })
    }

    /// The encoded value.
    pub const fn encode(self) -> i32 {
        match self {
            Self::Exact(days) => days,
            Self::Range { last, length } => PER_RANGE_DAY * length + last,
            Self::OnsetUnknown(days) => ONSET_UNKNOWN + days,
            Self::Asymptomatic(days) => ASYMPTOMATIC + days,
            Self::SymptomsUnknown(days) => SYMPTOMS_UNKNOWN + days,
        }
    }

    /// How infectious the person was on the day of the key; `None` if not at all. A range counts as
    /// its most infectious day.
    pub fn infectiousness(self) -> Option<Infectiousness> {
        match self {
            Self::Exact(days) => Infectiousness::on(days, true),
            Self::Range { last, length } => (last - (length - 1)..=last)
                .filter_map(|days| Infectiousness::on(days, true))
                .max_by_key(|class| class.risk_level()),
            Self::OnsetUnknown(days) | Self::SymptomsUnknown(days) => {
                Infectiousness::on(days + ONSET_BEFORE_SUBMISSION, true)
            }
            Self::Asymptomatic(days) => Infectiousness::on(days + TEST_BEFORE_SUBMISSION, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_outside_the_limits_have_no_meaning() {
        for value in [
            i32::MIN,
            -15,
            22,
            85,
            122,
            185,
            222,
            1_885,
            1_922,
            1_950,
            1_985,
            2_015,
            2_985,
            3_015,
            3_985,
            4_015,
            i32::MAX,
        ] {
            assert_eq!(DaysSinceOnset::decode(value), None, "{value}");
        }
        for (value, meaning) in [
            (-14, DaysSinceOnset::Exact(-14)),
            (21, DaysSinceOnset::Exact(21)),
            (1_986, DaysSinceOnset::OnsetUnknown(-14)),
            (2_014, DaysSinceOnset::OnsetUnknown(14)),
            (2_986, DaysSinceOnset::Asymptomatic(-14)),
            (3_014, DaysSinceOnset::Asymptomatic(14)),
            (3_986, DaysSinceOnset::SymptomsUnknown(-14)),
            (4_014, DaysSinceOnset::SymptomsUnknown(14)),
        ] {
            assert_eq!(DaysSinceOnset::decode(value), Some(meaning), "{value}");
        }
    }

    #[test]
    fn a_range_has_the_first_and_last_day_of_its_vector() {
        for (value, first_day, last_day) in [
            (86, -14, -14),
            (87, -13, -13),
            (100, 0, 0),
            (121, 21, 21),
            (186, -15, -14),
            (187, -14, -13),
            (200, -1, 0),
            (221, 20, 21),
            (986, -23, -14),
            (1_586, -29, -14),
            (1_921, 3, 21),
        ] {
            let Some(DaysSinceOnset::Range { last, length }) = DaysSinceOnset::decode(value) else {
                panic!("{value} is no range");
            };
            assert_eq!((last - length + 1, last), (first_day, last_day), "{value}");
        }
    }

    #[test]
    fn a_range_counts_as_its_most_infectious_day() {
        use Infectiousness::{Before, Falling, Late, Peak};
        for (value, expected) in [
            (186, None),          // −15 and −14
            (197, None),          // −4 and −3
            (198, Some(Before)),  // −3 and −2
            (200, Some(Peak)),    // −1 and 0
            (304, Some(Peak)),    // 2 to 4
            (204, Some(Falling)), // 3 and 4
            (305, Some(Falling)), // 3 to 5
            (207, Some(Late)),    // 6 and 7
            (711, Some(Late)),    // 5 to 11
            // Days without infectiousness do not hide the others.
            (712, Some(Late)),      // 6 to 12
            (1_414, Some(Peak)),    // 1 to 14
            (1_921, Some(Falling)), // 3 to 21
            (112, None),
        ] {
            let decoded = DaysSinceOnset::decode(value).unwrap();
            assert_eq!(decoded.infectiousness(), expected, "{value}");
        }
    }

    #[test]
    fn an_unknown_onset_is_four_days_before_the_submission_and_a_test_one_day() {
        for days in -14..=14 {
            let class = |base| {
                DaysSinceOnset::decode(base + days)
                    .unwrap()
                    .infectiousness()
            };
            assert_eq!(class(2_000), Infectiousness::on(days + 4, true), "{days}");
            assert_eq!(class(4_000), Infectiousness::on(days + 4, true), "{days}");
            assert_eq!(class(3_000), Infectiousness::on(days + 1, false), "{days}");
        }
    }

    proptest! {
        #[test]
        fn a_value_with_a_meaning_is_the_encoding_of_it(value in -200..5_000_i32, any: i32) {
            for value in [value, any] {
                if let Some(decoded) = DaysSinceOnset::decode(value) {
                    prop_assert_eq!(decoded.encode(), value);
                    let _ = decoded.infectiousness();
                }
            }
        }
    }
}
