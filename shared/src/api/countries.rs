//! The countries that keys are exchanged with (design §4.2.9).

use serde::{Deserialize, Serialize};

use crate::country::{Country, Participants};

/// The countries that keys are exchanged with.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CountriesAnswer {
    /// The countries, ordered by code.
    pub countries: Vec<NamedCountry>,
}

/// A country with its names.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NamedCountry {
    /// The code.
    pub code: Country,
    /// The name in Dutch.
    pub nl: String,
    /// The name in English.
    pub en: String,
}

impl From<&Participants> for CountriesAnswer {
    fn from(participants: &Participants) -> Self {
        let named = |country: Country| NamedCountry {
            code: country,
            nl: country.dutch().to_owned(),
            en: country.english().to_owned(),
        };
        Self {
            countries: participants.iter().map(named).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_answer_has_the_stable_shape() {
        let participants = Participants::of(Country::NETHERLANDS, "DE BE").unwrap();
        let answer = CountriesAnswer::from(&participants);
        let json = json!({ "countries": [
            { "code": "BE", "nl": "België", "en": "Belgium" },
            { "code": "DE", "nl": "Duitsland", "en": "Germany" },
        ] });
        assert_eq!(json!(answer), json);
        assert_eq!(
            serde_json::from_value::<CountriesAnswer>(json).unwrap(),
            answer
        );
    }
}
