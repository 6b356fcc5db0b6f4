//! The parameters with which phones score an exposure: weights for distance, infectiousness and the
//! certainty of the diagnosis, and the scores from which an exposure counts.
//!
//! Names and meanings are those of GAEN's exposure windows. A window is up to 30 minutes near one
//! other phone; its score is the sum of the seconds of its scans, each times its weights.

use serde::Deserialize;
use thiserror::Error;

/// The document `riskcalculationparameters`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "Json")]
pub struct RiskCalculationParameters {
    /// The level of each day since onset, from −14.
    infectiousness: [InfectiousnessLevel; DAYS],
    infectiousness_when_missing: InfectiousnessLevel,
    minimum_window_score: f64,
    minimum_risk_score: f64,
    days_since_exposure_threshold: u32,
    attenuation_thresholds: [u8; 3],
    attenuation_weights: [f64; 4],
    infectiousness_weights: [f64; 3],
    report_type_weights: [f64; REPORT_TYPES],
    report_type_when_missing: i32,
}

/// GAEN's level of infectiousness of a person on a day, which scoring uses. Phones derive it from
/// the published days since onset, the midpoint of an
/// [`Infectiousness`](crate::keys::conversion::Infectiousness).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "u8")]
pub enum InfectiousnessLevel {
    /// Level 0: not infectious. Phones do not look for keys of such a day.
    None,
    /// Level 1: infectious.
    Standard,
    /// Level 2: highly infectious.
    High,
}

impl RiskCalculationParameters {
    /// The level of the day `days_since_onset`, the value of a published key, or of a key without
    /// that value. More than 14 days before or after onset, a person is not infectious.
    pub fn infectiousness(&self, days_since_onset: Option<i32>) -> InfectiousnessLevel {
        let Some(days) = days_since_onset else {
            return self.infectiousness_when_missing;
        };
        usize::try_from(i64::from(days) - i64::from(FIRST_DAY))
            .ok()
            .and_then(|place| self.infectiousness.get(place))
            .copied()
            .unwrap_or(InfectiousnessLevel::None)
    }

    /// The weight of a second at `attenuation`: transmitted minus received power in dB, which grows
    /// with distance. A threshold belongs to the bucket below it.
    pub fn attenuation_weight(&self, attenuation: u8) -> f64 {
        let [immediate, near, medium, other] = self.attenuation_weights;
        let [to_immediate, to_near, to_medium] = self.attenuation_thresholds;
        match attenuation {
            db if db <= to_immediate => immediate,
            db if db <= to_near => near,
            db if db <= to_medium => medium,
            _ => other,
        }
    }

    /// The weight of a level of infectiousness.
    pub const fn infectiousness_weight(&self, level: InfectiousnessLevel) -> f64 {
        let [none, standard, high] = self.infectiousness_weights;
        match level {
            InfectiousnessLevel::None => none,
            InfectiousnessLevel::Standard => standard,
            InfectiousnessLevel::High => high,
        }
    }

    /// The weight of `report_type`, its number in the export format (1 is CONFIRMED_TEST), or of a
    /// key without that value. An unknown number has the weight 0.
    pub fn report_type_weight(&self, report_type: Option<i32>) -> f64 {
        usize::try_from(report_type.unwrap_or(self.report_type_when_missing))
            .ok()
            .and_then(|number| self.report_type_weights.get(number))
            .copied()
            .unwrap_or(0.0)
    }

    /// The score, in weighted seconds, from which a window counts.
    pub const fn minimum_window_score(&self) -> f64 {
        self.minimum_window_score
    }

    /// The score, in weighted seconds summed over the counting windows of a day, from which a
    /// person is warned.
    pub const fn minimum_risk_score(&self) -> f64 {
        self.minimum_risk_score
    }

    /// The most days, 1 to 14, between an exposure that counts and today.
    pub const fn days_since_exposure_threshold(&self) -> u32 {
        self.days_since_exposure_threshold
    }
}

/// Why a document is not [`RiskCalculationParameters`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum RiskCalculationParametersError {
    /// A bucket of attenuation would be empty.
    #[error("attenuationBucketThresholds do not rise")]
    AttenuationThresholds,
    /// A day is missing, occurs twice, or is not one of the 29.
    #[error("daysSinceOnsetToInfectiousness is not each day from -14 to 14 once")]
    Days,
    /// The threshold is 0, or longer than phones keep exposures.
    #[error("daysSinceExposureThreshold is not from 1 to 14")]
    DaysSinceExposure,
    /// A level is not one of GAEN's three.
    #[error("infectiousness is not 0, 1 or 2")]
    Infectiousness,
    /// The value is not one of GAEN's report types.
    #[error("reportTypeWhenMissing is not from 1 to 5")]
    ReportType,
    /// The minimum risk score would warn everyone, or the minimum window score is negative.
    #[error("minimumRiskScore is not over 0, or minimumWindowScore under 0")]
    Score,
    /// GAEN accepts no such weight.
    #[error("{0} are not from 0 to 2.5")]
    Weight(&'static str),
}

/// The first of GAEN's days since onset.
const FIRST_DAY: i32 = -14;

/// The last of GAEN's days since onset.
const LAST_DAY: i32 = 14;

/// The number of GAEN's days since onset.
const DAYS: usize = 29;

/// The number of GAEN's report types: UNKNOWN, CONFIRMED_TEST, CONFIRMED_CLINICAL_DIAGNOSIS,
/// SELF_REPORT, RECURSIVE, REVOKED.
const REPORT_TYPES: usize = 6;

/// GAEN's largest weight: 250 % in Apple's ENExposureConfiguration, 2.5 in Google's
/// DailySummariesConfig.
const MAX_WEIGHT: f64 = 2.5;

/// The number of days for which phones keep exposures.
const MAX_DAYS_SINCE_EXPOSURE: u32 = 14;

/// The members of the document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json {
    days_since_onset_to_infectiousness: Vec<JsonDay>,
    infectiousness_when_days_since_onset_missing: InfectiousnessLevel,
    minimum_window_score: f64,
    minimum_risk_score: f64,
    days_since_exposure_threshold: u32,
    attenuation_bucket_thresholds: [u8; 3],
    attenuation_bucket_weights: [f64; 4],
    infectiousness_weights: [f64; 3],
    report_type_weights: [f64; REPORT_TYPES],
    report_type_when_missing: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonDay {
    days_since_onset_of_symptoms: i32,
    infectiousness: InfectiousnessLevel,
}

impl TryFrom<Json> for RiskCalculationParameters {
    type Error = RiskCalculationParametersError;

    fn try_from(json: Json) -> Result<Self, RiskCalculationParametersError> {
        if !json
            .attenuation_bucket_thresholds
            .is_sorted_by(|a, b| a < b)
        {
            return Err(RiskCalculationParametersError::AttenuationThresholds);
        }
        for (name, weights) in [
            (
                "attenuationBucketWeights",
                &json.attenuation_bucket_weights[..],
            ),
            ("infectiousnessWeights", &json.infectiousness_weights),
            ("reportTypeWeights", &json.report_type_weights),
        ] {
            if !weights
                .iter()
                .all(|weight| (0.0..=MAX_WEIGHT).contains(weight))
            {
                return Err(RiskCalculationParametersError::Weight(name));
            }
        }
        if json.minimum_risk_score <= 0.0 || json.minimum_window_score < 0.0 {
            return Err(RiskCalculationParametersError::Score);
        }
        if !(1..=MAX_DAYS_SINCE_EXPOSURE).contains(&json.days_since_exposure_threshold) {
            return Err(RiskCalculationParametersError::DaysSinceExposure);
        }
        // UNKNOWN is never sent, so it cannot stand for a missing report type.
        if !(1..REPORT_TYPES as i32).contains(&json.report_type_when_missing) {
            return Err(RiskCalculationParametersError::ReportType);
        }
        Ok(Self {
            infectiousness: by_day(json.days_since_onset_to_infectiousness)?,
            infectiousness_when_missing: json.infectiousness_when_days_since_onset_missing,
            minimum_window_score: json.minimum_window_score,
            minimum_risk_score: json.minimum_risk_score,
            days_since_exposure_threshold: json.days_since_exposure_threshold,
            attenuation_thresholds: json.attenuation_bucket_thresholds,
            attenuation_weights: json.attenuation_bucket_weights,
            infectiousness_weights: json.infectiousness_weights,
            report_type_weights: json.report_type_weights,
            report_type_when_missing: json.report_type_when_missing,
        })
    }
}

/// The levels in the order of the days, if each day occurs exactly once.
fn by_day(
    mut days: Vec<JsonDay>,
) -> Result<[InfectiousnessLevel; DAYS], RiskCalculationParametersError> {
    days.sort_by_key(|day| day.days_since_onset_of_symptoms);
    if !days
        .iter()
        .map(|day| day.days_since_onset_of_symptoms)
        .eq(FIRST_DAY..=LAST_DAY)
    {
        return Err(RiskCalculationParametersError::Days);
    }
    let levels: Vec<_> = days.into_iter().map(|day| day.infectiousness).collect();
    levels
        .try_into()
        .map_err(|_| RiskCalculationParametersError::Days)
}

impl TryFrom<u8> for InfectiousnessLevel {
    type Error = RiskCalculationParametersError;

    fn try_from(number: u8) -> Result<Self, RiskCalculationParametersError> {
        match number {
            0 => Ok(Self::None),
            1 => Ok(Self::Standard),
            2 => Ok(Self::High),
            _ => Err(RiskCalculationParametersError::Infectiousness),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::publication::documents::changes::each_change_is_refused;

    pub fn document() -> Value {
        let days: Vec<_> = (-14..=14)
            .map(|day| {
                let level = match day {
                    -2..=2 => 2,
                    3..=11 => 1,
                    _ => 0,
                };
                json!({"daysSinceOnsetOfSymptoms": day, "infectiousness": level})
            })
            .collect();
        json!({
            "daysSinceOnsetToInfectiousness": days,
            "infectiousnessWhenDaysSinceOnsetMissing": 1,
            "minimumWindowScore": 300,
            "minimumRiskScore": 900,
            "daysSinceExposureThreshold": 14,
            "attenuationBucketThresholds": [56, 62, 73],
            "attenuationBucketWeights": [1.5, 1.0, 0.4, 0.0],
            "infectiousnessWeights": [0, 1, 1.5],
            "reportTypeWeights": [0, 1, 0.5, 0, 0, 0],
            "reportTypeWhenMissing": 1,
        })
    }

    fn read() -> RiskCalculationParameters {
        serde_json::from_value(document()).unwrap()
    }

    #[test]
    fn days_have_the_level_of_the_table_and_other_days_none() {
        for (days, level) in [
            (None, InfectiousnessLevel::Standard),
            (Some(-15), InfectiousnessLevel::None),
            (Some(-14), InfectiousnessLevel::None),
            (Some(-3), InfectiousnessLevel::None),
            (Some(-2), InfectiousnessLevel::High),
            (Some(2), InfectiousnessLevel::High),
            (Some(3), InfectiousnessLevel::Standard),
            (Some(11), InfectiousnessLevel::Standard),
            (Some(12), InfectiousnessLevel::None),
            (Some(14), InfectiousnessLevel::None),
            (Some(15), InfectiousnessLevel::None),
            (Some(i32::MAX), InfectiousnessLevel::None),
            (Some(i32::MIN), InfectiousnessLevel::None),
        ] {
            assert_eq!(read().infectiousness(days), level, "{days:?}");
        }
    }

    #[test]
    fn days_may_come_in_any_order() {
        let mut document = document();
        document["daysSinceOnsetToInfectiousness"]
            .as_array_mut()
            .unwrap()
            .reverse();
        assert_eq!(
            serde_json::from_value::<RiskCalculationParameters>(document).unwrap(),
            read()
        );
    }

    #[test]
    fn a_threshold_belongs_to_the_nearer_bucket() {
        for (attenuation, weight) in [
            (0, 1.5),
            (56, 1.5),
            (57, 1.0),
            (62, 1.0),
            (63, 0.4),
            (73, 0.4),
            (74, 0.0),
            (255, 0.0),
        ] {
            assert_eq!(
                read().attenuation_weight(attenuation),
                weight,
                "{attenuation}"
            );
        }
    }

    #[test]
    fn levels_and_report_types_have_their_weights() {
        let read = read();
        for (level, weight) in [
            (InfectiousnessLevel::None, 0.0),
            (InfectiousnessLevel::Standard, 1.0),
            (InfectiousnessLevel::High, 1.5),
        ] {
            assert_eq!(read.infectiousness_weight(level), weight, "{level:?}");
        }
        for (report_type, weight) in [
            (None, 1.0),
            (Some(-1), 0.0),
            (Some(0), 0.0),
            (Some(1), 1.0),
            (Some(2), 0.5),
            (Some(5), 0.0),
            (Some(6), 0.0),
        ] {
            assert_eq!(
                read.report_type_weight(report_type),
                weight,
                "{report_type:?}"
            );
        }
        assert_eq!(read.minimum_window_score(), 300.0);
        assert_eq!(read.minimum_risk_score(), 900.0);
        assert_eq!(read.days_since_exposure_threshold(), 14);
    }

    #[test]
    fn a_document_with_one_wrong_value_is_refused() {
        let first_day = "/daysSinceOnsetToInfectiousness/0/daysSinceOnsetOfSymptoms";
        each_change_is_refused::<RiskCalculationParameters>(
            &document(),
            &[
                (first_day, json!(-15), "-14 to 14"),
                (first_day, json!(-13), "-14 to 14"),
                (first_day, json!(15), "-14 to 14"),
                ("/daysSinceOnsetToInfectiousness", json!([]), "-14 to 14"),
                (
                    "/daysSinceOnsetToInfectiousness/0/infectiousness",
                    json!(3),
                    "0, 1 or 2",
                ),
                (
                    "/infectiousnessWhenDaysSinceOnsetMissing",
                    json!(3),
                    "0, 1 or 2",
                ),
                ("/minimumRiskScore", json!(0), "minimumRiskScore"),
                ("/minimumWindowScore", json!(-1), "minimumWindowScore"),
                ("/daysSinceExposureThreshold", json!(0), "1 to 14"),
                ("/daysSinceExposureThreshold", json!(15), "1 to 14"),
                ("/attenuationBucketThresholds", json!([56, 62]), "length"),
                ("/attenuationBucketThresholds", json!([56, 56, 73]), "rise"),
                ("/attenuationBucketThresholds", json!([56, 62, 256]), "256"),
                ("/attenuationBucketWeights", json!([1, 1, 1]), "length"),
                (
                    "/attenuationBucketWeights/0",
                    json!(2.51),
                    "attenuationBucketWeights",
                ),
                (
                    "/infectiousnessWeights/2",
                    json!(-1),
                    "infectiousnessWeights",
                ),
                ("/reportTypeWeights/5", json!(3), "reportTypeWeights"),
                (
                    "/reportTypeWeights",
                    json!([0, 1, 0, 0, 0, 0, 0]),
                    "trailing",
                ),
                ("/reportTypeWhenMissing", json!(0), "1 to 5"),
                ("/reportTypeWhenMissing", json!(6), "1 to 5"),
                ("", json!({}), "missing field"),
            ],
        );
    }
}
