//! The countries that can exchange keys with each other: those of the European Union and the
//! European Economic Area, and Switzerland.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

/// A country that can take part. Its text form is the two-letter code of ISO 3166-1, in capitals.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Country {
    code: &'static str,
    dutch: &'static str,
    english: &'static str,
}

impl Country {
    /// The country of this service.
    pub const NETHERLANDS: Self = Self::new("NL", "Nederland", "Netherlands");

    /// All countries, in the order of their codes.
    pub const ALL: [Self; 31] = [
        Self::new("AT", "Oostenrijk", "Austria"),
        Self::new("BE", "België", "Belgium"),
        Self::new("BG", "Bulgarije", "Bulgaria"),
        Self::new("CH", "Zwitserland", "Switzerland"),
        Self::new("CY", "Cyprus", "Cyprus"),
        Self::new("CZ", "Tsjechië", "Czechia"),
        Self::new("DE", "Duitsland", "Germany"),
        Self::new("DK", "Denemarken", "Denmark"),
        Self::new("EE", "Estland", "Estonia"),
        Self::new("ES", "Spanje", "Spain"),
        Self::new("FI", "Finland", "Finland"),
        Self::new("FR", "Frankrijk", "France"),
        Self::new("GR", "Griekenland", "Greece"),
        Self::new("HR", "Kroatië", "Croatia"),
        Self::new("HU", "Hongarije", "Hungary"),
        Self::new("IE", "Ierland", "Ireland"),
        Self::new("IS", "IJsland", "Iceland"),
        Self::new("IT", "Italië", "Italy"),
        Self::new("LI", "Liechtenstein", "Liechtenstein"),
        Self::new("LT", "Litouwen", "Lithuania"),
        Self::new("LU", "Luxemburg", "Luxembourg"),
        Self::new("LV", "Letland", "Latvia"),
        Self::new("MT", "Malta", "Malta"),
        Self::NETHERLANDS,
        Self::new("NO", "Noorwegen", "Norway"),
        Self::new("PL", "Polen", "Poland"),
        Self::new("PT", "Portugal", "Portugal"),
        Self::new("RO", "Roemenië", "Romania"),
        Self::new("SE", "Zweden", "Sweden"),
        Self::new("SI", "Slovenië", "Slovenia"),
        Self::new("SK", "Slowakije", "Slovakia"),
    ];

    const fn new(code: &'static str, dutch: &'static str, english: &'static str) -> Self {
        Self {
            code,
            dutch,
            english,
        }
    }

    /// The two-letter code, in capitals.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The country's name in Dutch.
    pub const fn dutch(self) -> &'static str {
        self.dutch
    }

    /// The country's name in English.
    pub const fn english(self) -> &'static str {
        self.english
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(code: &str) -> Result<Self, CountryError> {
        Self::ALL
            .into_iter()
            .find(|country| country.code == code)
            .ok_or(CountryError::Unknown)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(D::Error::custom)
    }
}

/// The countries that a country exchanges keys with at present, in the order of their codes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Participants(Vec<Country>);

impl Participants {
    /// Parses the participants of the country `own`, which is not one of them.
    pub fn of(own: Country, codes: &str) -> Result<Self, CountryError> {
        let participants: Self = codes.parse()?;
        if participants.include(own) {
            return Err(CountryError::Own);
        }
        Ok(participants)
    }

    /// The countries, in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = Country> {
        self.0.iter().copied()
    }

    /// Whether keys are exchanged with `country`.
    pub fn include(&self, country: Country) -> bool {
        self.0.contains(&country)
    }
}

/// Parses codes in any order, separated by white space. The list may be empty.
impl FromStr for Participants {
    type Err = CountryError;

    fn from_str(codes: &str) -> Result<Self, CountryError> {
        let mut countries = codes
            .split_ascii_whitespace()
            .map(Country::from_str)
            .collect::<Result<Vec<_>, _>>()?;
        countries.sort_unstable();
        if countries
            .windows(2)
            .any(|pair| matches!(pair, [one, next] if one == next))
        {
            return Err(CountryError::Twice);
        }
        Ok(Self(countries))
    }
}

/// Why a text is not a country or a list of participants.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CountryError {
    /// The list contains the country that it is for.
    #[error("keys are not exchanged with one's own country")]
    Own,
    /// The list contains a country twice.
    #[error("a country is listed twice")]
    Twice,
    /// The code is not that of a country that can take part.
    #[error("not the code of a country that can take part")]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_found_by_its_code() {
        assert!(Country::ALL.is_sorted_by(|one, next| one.code < next.code));
        for country in Country::ALL {
            assert_eq!(country.code().parse(), Ok(country));
            let json = serde_json::to_string(&country).unwrap();
            assert_eq!(json, format!("\"{country}\""));
            assert_eq!(serde_json::from_str::<Country>(&json).unwrap(), country);
        }
        for code in ["", "nl", "XX", "NLD", " NL", "GB"] {
            assert_eq!(
                code.parse::<Country>(),
                Err(CountryError::Unknown),
                "{code}"
            );
        }
    }

    #[test]
    fn participants_are_parsed_and_sorted() {
        let list = |codes| Participants::of(Country::NETHERLANDS, codes);
        let participants = list("BE  SI\nDE").unwrap();
        let codes: Vec<_> = participants.iter().map(Country::code).collect();
        assert_eq!(codes, ["BE", "DE", "SI"]);
        assert!(participants.include("DE".parse().unwrap()));
        assert!(!participants.include(Country::NETHERLANDS));
        assert_eq!(list("").unwrap().iter().count(), 0);
        assert_eq!(list("BE NL"), Err(CountryError::Own));
        assert_eq!(list("BE DE BE"), Err(CountryError::Twice));
        assert_eq!(list("BE,DE"), Err(CountryError::Unknown));
        let germany = "DE".parse().unwrap();
        assert!(
            Participants::of(germany, "NL")
                .unwrap()
                .include(Country::NETHERLANDS)
        );
        assert_eq!(Participants::of(germany, "DE"), Err(CountryError::Own));
    }
}
