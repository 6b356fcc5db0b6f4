//! The number of the Intake, one of 23 Durable Objects, that holds an enrolment (design §2.3).

use rand::{Rng, RngExt as _};

/// The number of Intakes: one for each value of a code's first symbol.
pub const INTAKES: u8 = 23;

/// The number of an Intake: 0 to 22.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IntakeNumber(u8);

impl IntakeNumber {
    /// The Intake for the first byte of a bucket id or the value of a code's first symbol. Every
    /// byte has one, so that a made-up bucket id costs the same look-up as a real one.
    pub const fn modulo(byte: u8) -> Self {
        Self(byte % INTAKES)
    }

    /// A uniformly random Intake.
    pub fn random(random: &mut impl Rng) -> Self {
        Self(random.random_range(0..INTAKES))
    }

    /// All Intakes, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..INTAKES).map(Self)
    }

    /// The number: 0 to 22.
    pub const fn get(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn a_random_intake_is_any_of_the_23() {
        let mut random = StdRng::seed_from_u64(1);
        let drawn: HashSet<_> = (0..1_000)
            .map(|_| IntakeNumber::random(&mut random))
            .collect();
        assert_eq!(drawn, IntakeNumber::all().collect());
        assert_eq!(drawn.len(), 23);
    }

    #[test]
    fn every_byte_has_an_intake() {
        for byte in 0..=u8::MAX {
            assert_eq!(IntakeNumber::modulo(byte).get(), byte % 23);
        }
    }
}
