//! The validation code, which a phone shows, its owner reads out, and a GGD employee types
//! (design §3.3–7).
//!
//! A code has six random symbols and a check symbol modulo the prime 23. The check detects every
//! wrong symbol, every swap of two symbols and every doubled-pair error. It helps with typing;
//! whether a code is accepted, the Intake decides.

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::enrolment::intake::IntakeNumber;

/// The 23 symbols in the order of their values 0 to 22: those of CoronaMelder's GGD key, which
/// leaves out 0 and O, 1 and I.
pub const ALPHABET: &str = "BCFGJLQRSTUVXYZ23456789";

/// The number of symbols in a code, including the check symbol.
pub const LENGTH: usize = 7;

/// The code with which employees practise. It is not a [`ValidationCode`] and is never sent to the
/// service.
pub const TRAINING_CODE: &str = "0000000";

const BASE: u32 = 23;

/// A validation code with the right check symbol.
///
/// `Display` writes the grouped form `L8T-6L-JV`; `FromStr` also takes lower case, white space and
/// dashes.
///
/// ```
/// use shared::enrolment::code::{CodeError, ValidationCode};
///
/// let code: ValidationCode = "l8t 6ljv".parse()?;
/// assert_eq!(code.to_string(), "L8T-6L-JV");
/// assert_eq!(code.compact(), "L8T6LJV");
///
/// // Two symbols swapped, a character that is in no code, and a symbol too few.
/// assert_eq!("8LT-6L-JV".parse::<ValidationCode>(), Err(CodeError::Check));
/// assert_eq!("L8T-6L-J0".parse::<ValidationCode>(), Err(CodeError::Symbol('0')));
/// assert_eq!("L8T-6L-J".parse::<ValidationCode>(), Err(CodeError::Length(6)));
/// # Ok::<(), CodeError>(())
/// ```
#[derive(Clone, Copy, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ValidationCode([u8; LENGTH]);

impl ValidationCode {
    /// A random code that `intake` holds: the value of its first symbol is the Intake's number. For
    /// a uniformly random `intake`, the code is uniformly random.
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

    /// The Intake that holds the code.
    pub fn intake(self) -> IntakeNumber {
        IntakeNumber::modulo(self.0[0])
    }

    /// The seven symbols without dashes: the form in the phone API.
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
            if let Some(next) = values.get_mut(found) {
                *next = value;
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
    /// A character is not in the alphabet: the leftmost one.
    #[error("{0:?} is not in the alphabet")]
    Symbol(char),
    /// The number of symbols is not seven, but this.
    #[error("a code has 7 symbols, found {0}")]
    Length(usize),
    /// The check symbol does not fit the others: a symbol is wrong, or two are swapped.
    #[error("the check symbol does not fit")]
    Check,
}

/// Whether `character` only separates the symbols of a code: white space or a dash.
pub fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// `symbols` in groups of three, two and two: `L8T6LJV` becomes `L8T-6L-JV`, `L8T6` becomes
/// `L8T-6`.
pub fn grouped(symbols: &str) -> String {
    let mut text = String::with_capacity(LENGTH + 2);
    for (index, symbol) in symbols.chars().enumerate() {
        if matches!(index, 3 | 5) {
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
    fn a_code_is_displayed_in_groups_and_hidden_in_debug_output() {
        let code: ValidationCode = "l8t6ljv".parse().unwrap();
        assert_eq!(code.to_string(), "L8T-6L-JV");
        assert_eq!(code.compact(), "L8T6LJV");
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"L8T6LJV\"");
        assert!(!format!("{code:?}").contains('8'));
    }

    #[test]
    fn every_wrong_symbol_and_every_swap_is_detected() {
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
