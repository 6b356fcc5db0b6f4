//! The check of the JSON documents that are built into the functions (`functions/content`): a wrong
//! one is not built.

use anyhow::{Context as _, ensure};
use fs_err as fs;
use serde::de::DeserializeOwned;
use shared::publication::documents::{
    AppConfig, MAX_JSON_BYTES, ResourceBundle, RiskCalculationParameters,
};

use crate::{Result, root};

/// Reads every document as a phone will. The error names the file, and says what is wrong.
pub fn check() -> Result {
    read::<AppConfig>("appconfig")?;
    read::<ResourceBundle>("resourcebundle")?;
    read::<RiskCalculationParameters>("riskcalculationparameters").map(|_| ())
}

fn read<T: DeserializeOwned>(name: &str) -> Result<T> {
    let path = format!("functions/content/{name}.json");
    let json = fs::read(root().join(&path))?;
    parse(&path, &json)
}

fn parse<T: DeserializeOwned>(path: &str, json: &[u8]) -> Result<T> {
    let bytes = json.len();
    ensure!(
        bytes <= MAX_JSON_BYTES,
        "{path}: {bytes} bytes, and {MAX_JSON_BYTES} at most"
    );
    serde_json::from_slice(json).with_context(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use shared::{keys::conversion::Infectiousness, publication::documents::InfectiousnessLevel};

    use super::*;

    #[test]
    fn the_documents_of_the_repository_are_sound() {
        check().unwrap();
    }

    #[test]
    fn an_error_names_the_file_and_what_is_wrong() {
        let error = |json: &[u8]| {
            let path = "functions/content/appconfig.json";
            format!("{:#}", parse::<AppConfig>(path, json).unwrap_err())
        };
        let json = fs::read_to_string(root().join("functions/content/appconfig.json")).unwrap();
        let wrong = json.replace("210", "0");
        assert_eq!(
            error(wrong.as_bytes()),
            "functions/content/appconfig.json: manifestFrequency is not at least 1 minute"
        );
        assert_eq!(
            error(&[b' '; MAX_JSON_BYTES + 1]),
            "functions/content/appconfig.json: 20001 bytes, and 20000 at most"
        );
    }

    #[test]
    fn phones_score_with_the_tables_of_coronamelder() {
        let parameters: RiskCalculationParameters = read("riskcalculationparameters").unwrap();
        for days in -14..=14 {
            let level = parameters.infectiousness(Some(days));
            let expected = match days {
                -2..=11 => InfectiousnessLevel::Standard,
                _ => InfectiousnessLevel::None,
            };
            assert_eq!(level, expected, "{days}");
            // What the service publishes is what phones look for.
            let published = Infectiousness::on(days, true).is_some();
            assert_eq!(level != InfectiousnessLevel::None, published, "{days}");
        }
        let missing = parameters.infectiousness(None);
        assert_eq!(missing, InfectiousnessLevel::Standard);
        let at = |attenuation| parameters.attenuation_weight(attenuation);
        assert_eq!([at(56), at(62), at(73), at(74)], [1.5, 1.0, 0.4, 0.0]);
        let of = |level| parameters.infectiousness_weight(level);
        assert_eq!(of(InfectiousnessLevel::None), 0.0);
        assert_eq!(of(InfectiousnessLevel::Standard), 1.0);
        assert_eq!(of(InfectiousnessLevel::High), 1.0);
        for (report_type, weight) in [(None, 1.0), (Some(0), 0.0), (Some(1), 1.0), (Some(2), 0.0)] {
            assert_eq!(parameters.report_type_weight(report_type), weight);
        }
        assert_eq!(parameters.minimum_window_score(), 300.0);
        assert_eq!(parameters.minimum_risk_score(), 900.0);
        assert_eq!(parameters.days_since_exposure_threshold(), 14);
    }
}
