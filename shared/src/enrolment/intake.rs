//! Which Intake holds an enrolment (design §2).

use rand::{Rng, RngExt as _};

/// How many Intakes there are: one for each value of a code's first symbol.
pub const INTAKES: u8 = 23;

/// Which of the 23 Intakes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IntakeNumber(u8);

impl IntakeNumber {
    /// The Intake that answers for `byte`. A byte that is no Intake's number belongs to one all the
    /// same, so that an invented bucket id costs the same look-up as a real one.
    pub const fn modulo(byte: u8) -> Self {
        Self(byte % INTAKES)
    }

    /// A random Intake, each as likely as the other.
    pub fn random(random: &mut impl Rng) -> Self {
        Self(random.random_range(0..INTAKES))
    }

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..INTAKES).map(Self)
    }

    /// The number, 0–22.
    pub const fn get(self) -> u8 {
        self.0
    }
}
