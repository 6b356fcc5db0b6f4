//! The validation code: what the phone shows and the GGD employee types (design §3).
//!
//! Six random symbols and a check symbol over the prime 23. The check finds every wrong symbol,
//! every swap of two symbols and every doubled-pair error. It is a typing aid: what decides is the
//! look-up in the Intake.

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::enrolment::intake::IntakeNumber;

/// The 23 symbols in the order of their values 0–22: those of CoronaMelder's GGD key, without 0 and
/// O, 1 and I.
pub const ALPHABET: &str = "BCFGJLQRSTUVXYZ23456789";

/// Symbols in a code, the check symbol included.
pub const LENGTH: usize = 7;

/// The code that employees practise with. It is never sent to the service, and is not a
/// [`ValidationCode`].
pub const TRAINING_CODE: &str = "0000000";

const BASE: u32 = 23;

/// A validation code whose check symbol is right.
///
/// `Display` gives the grouped form `L8T-6L-JV`; `FromStr` takes lower case, spaces and dashes too.
#[derive(Clone, Copy, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ValidationCode([u8; LENGTH]);

impl ValidationCode {
    /// A random code that belongs to `intake`: its first symbol has the Intake's number as value.
    ///
    /// `intake` drawn uniformly makes the whole code uniform.
    pub fn random(intake: IntakeNumber, random: &mut impl Rng) -> Self {
        let mut values = [0; LENGTH];
        values[0] = intake.get();
        for value in &mut values[1..LENGTH - 1] {
            *value = random.random_range(0..BASE as u8);
        }
        // Σ i·vᵢ ≡ 0 (mod 23) for i = 1…7. The inverse of 7 is 10, as 7·10 = 70 = 3·23 + 1.
        let sum = weighted_sum(&values);
        values[LENGTH - 1] = ((BASE - sum) % BASE * 10 % BASE) as u8;
        Self(values)
    }

    /// The Intake that holds this code.
    pub fn intake(self) -> IntakeNumber {
        IntakeNumber::modulo(self.0[0])
    }

    /// The seven symbols without dashes, as the phone API writes a code.
    pub fn compact(self) -> String {
        self.symbols().collect()
    }

    /// The symbols from left to right.
    pub fn symbols(self) -> impl Iterator<Item = char> {
        self.0.into_iter().map(symbol)
    }
}

impl FromStr for ValidationCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let mut values = [0; LENGTH];
        let mut found = 0;
        for character in text.chars().filter(|c| !is_separator(*c)) {
            let value = value(character).ok_or(CodeError::Symbol(character))?;
            if let Some(place) = values.get_mut(found) {
                *place = value;
            }
            found += 1;
        }
        if found != LENGTH {
            return Err(CodeError::Length(found));
        }
        if weighted_sum(&values) != 0 {
            return Err(CodeError::Check);
        }
        Ok(Self(values))
    }
}

impl fmt::Display for ValidationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.compact()))
    }
}

hidden_debug!(ValidationCode);

impl TryFrom<String> for ValidationCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        text.parse()
    }
}

impl From<ValidationCode> for String {
    fn from(code: ValidationCode) -> Self {
        code.compact()
    }
}

/// Why a text is not a validation code.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CodeError {
    /// A character that is in no code: the first one from the left.
    #[error("{0:?} is not in the alphabet")]
    Symbol(char),
    /// Seven symbols are needed; so many were found.
    #[error("a code has 7 symbols, found {0}")]
    Length(usize),
    /// The symbols do not belong together: one is wrong or two are swapped.
    #[error("the check symbol does not fit")]
    Check,
}

/// Whether people write `character` between the symbols of a code, where it means nothing.
pub fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Symbols in groups of three, two and two: `L8T6LJV` gives `L8T-6L-JV`, `L8T6` gives `L8T-6`.
pub fn grouped(symbols: &str) -> String {
    let mut text = String::with_capacity(LENGTH + 2);
    for (place, symbol) in symbols.chars().enumerate() {
        if matches!(place, 3 | 5) {
            text.push('-');
        }
        text.push(symbol);
    }
    text
}

fn value(character: char) -> Option<u8> {
    let upper = character.to_ascii_uppercase();
    ALPHABET
        .chars()
        .position(|symbol| symbol == upper)
        .map(|value| value as u8)
}

fn symbol(value: u8) -> char {
    ALPHABET.chars().nth(usize::from(value)).unwrap_or_default()
}

fn weighted_sum(values: &[u8; LENGTH]) -> u32 {
    values
        .iter()
        .zip(1..)
        .map(|(value, weight)| u32::from(*value) * weight)
        .sum::<u32>()
        % BASE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    const VALID: [&str; 7] = [
        "BCFGJLY",
        "L8T6LJV",
        "XBB5XFJ",
        "999999G",
        "BBBBBBB",
        "753QZZT",
        "l8t 6l-jv",
    ];

    #[test]
    fn the_vectors_of_the_design_hold() {
        for text in VALID {
            assert!(text.parse::<ValidationCode>().is_ok(), "{text}");
        }
        for (text, error) in [
            ("L8T6LJQ", CodeError::Check),
            ("8LT6LJV", CodeError::Check),
            ("L8T6LV", CodeError::Length(6)),
            ("", CodeError::Length(0)),
            ("L8T6LJVB", CodeError::Length(8)),
            ("L8T6LAV", CodeError::Symbol('A')),
            ("L8T?6LV", CodeError::Symbol('?')),
            (TRAINING_CODE, CodeError::Symbol('0')),
        ] {
            assert_eq!(text.parse::<ValidationCode>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_code_is_shown_in_groups_and_kept_out_of_logs() {
        let code: ValidationCode = "l8t6ljv".parse().unwrap();
        assert_eq!(code.to_string(), "L8T-6L-JV");
        assert_eq!(code.compact(), "L8T6LJV");
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"L8T6LJV\"");
        assert!(!format!("{code:?}").contains('8'));
    }

    #[test]
    fn every_wrong_symbol_and_every_swap_is_found() {
        for text in VALID.into_iter().take(6) {
            let symbols: Vec<char> = text.chars().collect();
            for place in 0..LENGTH {
                for wrong in ALPHABET.chars().filter(|symbol| *symbol != symbols[place]) {
                    let mut typed = symbols.clone();
                    typed[place] = wrong;
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(
                        typed.parse::<ValidationCode>(),
                        Err(CodeError::Check),
                        "{typed}"
                    );
                }
                for other in (0..place).filter(|other| symbols[*other] != symbols[place]) {
                    let mut typed = symbols.clone();
                    typed.swap(place, other);
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(
                        typed.parse::<ValidationCode>(),
                        Err(CodeError::Check),
                        "{typed}"
                    );
                }
            }
        }
    }

    #[test]
    fn random_codes_are_uniform_in_every_random_symbol() {
        let mut random = StdRng::seed_from_u64(1);
        let mut counts = [[0u32; 23]; LENGTH];
        for round in 0..23_000u32 {
            let intake = IntakeNumber::modulo((round % 23) as u8);
            let code = ValidationCode::random(intake, &mut random);
            assert_eq!(code.intake(), intake);
            assert_eq!(code.compact().parse(), Ok(code));
            for (place, value) in code.0.into_iter().enumerate() {
                counts[place][usize::from(value)] += 1;
            }
        }
        // Each count is binomial around 1,000 with a standard deviation of 31; six of them are far
        // outside chance.
        assert!(
            counts
                .iter()
                .flatten()
                .all(|count| (800..1_200).contains(count)),
            "{counts:?}"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused_without_panic(text in "\\PC*") {
            if let Ok(code) = text.parse::<ValidationCode>() {
                prop_assert_eq!(code.to_string().parse(), Ok(code));
            }
        }
    }
}
