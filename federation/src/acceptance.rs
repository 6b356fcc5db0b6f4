//! The rules that decide whether a key of another country is published here (design §4.4.14).

use thiserror::Error;

use crate::{
    batch::{EfgsKey, ReportType},
    days_since_onset::DaysSinceOnset,
};
use shared::{
    Timestamp,
    country::{Country, Participants},
    keys::{
        conversion,
        tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    },
    time::Interval,
};

/// Why a key of another country is rejected.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum KeyRejection {
    /// The key data has another length than 16 bytes.
    #[error("not 16 bytes")]
    Data,
    /// The value of `days_since_onset_of_symptoms` is not in the gateway's table.
    #[error("days since onset outside the table")]
    DaysSinceOnset,
    /// The person was not infectious on the key's day.
    #[error("not infectious on that day")]
    NotInfectious,
    /// The origin is our own country, or one that does not participate.
    #[error("not the key of a participant")]
    Origin,
    /// The rolling period is outside 1 to 144 intervals.
    #[error("a rolling period outside 1 to 144")]
    RollingPeriod,
    /// The key is too old, or begins in the future.
    #[error("not of the last 14 days")]
    RollingStart,
    /// The report type is not a confirmed test.
    #[error("not a confirmed test")]
    ReportType,
    /// The person visited other countries only.
    #[error("our country was not visited")]
    VisitedCountries,
}

/// The diagnosis key that the service of country `own` publishes for `key` at the time `now`.
pub fn accept(
    key: &EfgsKey,
    own: Country,
    participants: &Participants,
    now: Timestamp,
) -> Result<conversion::DiagnosisKey, KeyRejection> {
    let origin: Country = key.origin.parse().map_err(|_| KeyRejection::Origin)?;
    if !participants.include(origin) {
        return Err(KeyRejection::Origin);
    }
    if key.report_type != ReportType::ConfirmedTest as i32 {
        return Err(KeyRejection::ReportType);
    }
    let visited = &key.visited_countries;
    if !visited.is_empty() && !visited.iter().any(|country| country == own.code()) {
        return Err(KeyRejection::VisitedCountries);
    }
    let data: [u8; 16] = key
        .key_data
        .as_slice()
        .try_into()
        .map_err(|_| KeyRejection::Data)?;
    let period = i64::from(key.rolling_period);
    let tek = TemporaryExposureKey {
        data: KeyData::from_bytes(data),
        rolling_start: Interval::new(key.rolling_start_interval_number),
        rolling_period: RollingPeriod::new(period).ok_or(KeyRejection::RollingPeriod)?,
    };
    if !tek.is_recent(now) {
        return Err(KeyRejection::RollingStart);
    }
    let days = DaysSinceOnset::decode(key.days_since_onset_of_symptoms)
        .ok_or(KeyRejection::DaysSinceOnset)?;
    Ok(conversion::DiagnosisKey {
        key: tek,
        infectiousness: days.infectiousness().ok_or(KeyRejection::NotInfectious)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::batch::tests::key;
    use shared::keys::conversion::Infectiousness;

    /// Ten in the morning of the day after that of [`key`].
    const NOW: &str = "2026-11-21T10:00:00Z";

    fn accepted(change: impl FnOnce(&mut EfgsKey)) -> Result<Infectiousness, KeyRejection> {
        let mut key = key(1);
        change(&mut key);
        let participants = Participants::of(Country::NETHERLANDS, "BE DE").unwrap();
        accept(
            &key,
            Country::NETHERLANDS,
            &participants,
            NOW.parse().unwrap(),
        )
        .map(|key| key.infectiousness)
    }

    #[test]
    fn the_table_of_the_design_holds() {
        let start = key(1).rolling_start_interval_number;
        let countries = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let peak = Ok(Infectiousness::Peak);
        assert_eq!(accepted(|_| ()), peak);
        for report_type in [0, 2, 3, 4, 5, 6, -1] {
            assert_eq!(
                accepted(|key| key.report_type = report_type),
                Err(KeyRejection::ReportType)
            );
        }
        for (visited, expected) in [
            (&[][..], peak),
            (&["NL"], peak),
            (&["FR", "NL"], peak),
            (&["FR"], Err(KeyRejection::VisitedCountries)),
            (&["nl"], Err(KeyRejection::VisitedCountries)),
            (&[""], Err(KeyRejection::VisitedCountries)),
        ] {
            let visited: Vec<String> = countries(visited);
            assert_eq!(accepted(|key| key.visited_countries = visited), expected);
        }
        for origin in ["NL", "FR", "de", "", "DE "] {
            assert_eq!(
                accepted(|key| key.origin = origin.to_owned()),
                Err(KeyRejection::Origin)
            );
        }
        assert_eq!(accepted(|key| key.origin = "BE".to_owned()), peak);
        for length in [0, 15, 17] {
            assert_eq!(
                accepted(|key| key.key_data = vec![1; length]),
                Err(KeyRejection::Data)
            );
        }
        for (period, expected) in [
            (0, Err(KeyRejection::RollingPeriod)),
            (1, peak),
            (144, peak),
            (145, Err(KeyRejection::RollingPeriod)),
            (u32::MAX, Err(KeyRejection::RollingPeriod)),
        ] {
            assert_eq!(accepted(|key| key.rolling_period = period), expected);
        }
        for (days, expected) in [(-14, false), (-13, true), (1, true), (2, false)] {
            let moved = start.strict_add_signed(days * 144);
            let accepted = accepted(|key| key.rolling_start_interval_number = moved);
            assert_eq!(accepted.is_ok(), expected, "{days} {accepted:?}");
        }
        for (coded, expected) in [
            (-3, Err(KeyRejection::NotInfectious)),
            (11, Ok(Infectiousness::Late)),
            (2_000, Ok(Infectiousness::Falling)),
            (3_000, peak),
            (2_998, Err(KeyRejection::NotInfectious)),
            (50, Err(KeyRejection::DaysSinceOnset)),
            (i32::MIN, Err(KeyRejection::DaysSinceOnset)),
        ] {
            assert_eq!(
                accepted(|key| key.days_since_onset_of_symptoms = coded),
                expected,
                "{coded}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_numbers_are_accepted_or_rejected_without_panic(
            start: u32,
            period: u32,
            days: i32,
            report_type: i32,
        ) {
            let _ = accepted(|key| {
                key.rolling_start_interval_number = start;
                key.rolling_period = period;
                key.days_since_onset_of_symptoms = days;
                key.report_type = report_type;
            });
        }
    }
}
