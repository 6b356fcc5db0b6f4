//! A Bloom filter before any look-up: it rejects most identifiers that were not heard, and none
//! that was.
//!
//! The two bits for an identifier lie in one word, so that a query costs one access to memory.

use crate::identifiers::RollingProximityIdentifier;

/// Six bits of an identifier choose a bit of a word.
const BIT: u32 = 6;

/// The other bits of the 32 may choose the word: 8 MiB at most.
const MAX_WORD: u32 = u32::BITS - 2 * BIT;

/// The identifiers that may have been heard.
pub struct Filter {
    words: Vec<u64>,
    shift: u32,
}

impl Filter {
    /// A filter that lets `heard` pass. With a word for each identifier, at 50,000 half a megabyte,
    /// which a processor's cache holds, it lets about one in a thousand others pass too.
    pub fn new(heard: impl ExactSizeIterator<Item = RollingProximityIdentifier>) -> Self {
        let word_bits = heard.len().next_power_of_two().ilog2().clamp(1, MAX_WORD);
        let mut filter = Self {
            words: vec![0; 1 << word_bits],
            shift: u32::BITS - word_bits,
        };
        for identifier in heard {
            let bits = Self::bits(&identifier);
            let place = filter.place(bits);
            if let Some(word) = filter.words.get_mut(place) {
                *word |= mask(bits);
            }
        }
        filter
    }

    /// The part of an identifier that the filter uses: its first four bytes, little-endian.
    pub fn bits(identifier: &RollingProximityIdentifier) -> u32 {
        let [a, b, c, d, ..] = *identifier.as_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// Whether an identifier with these bits may have been heard.
    #[inline]
    pub fn may_have(&self, bits: u32) -> bool {
        let mask = mask(bits);
        self.words
            .get(self.place(bits))
            .is_some_and(|word| word & mask == mask)
    }

    const fn place(&self, bits: u32) -> usize {
        (bits >> self.shift) as usize
    }
}

/// Hides the bits, since they tell which identifiers were not heard.
impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filter(…)")
    }
}

/// The two bits of a word, which may be one.
const fn mask(bits: u32) -> u64 {
    1 << (bits % u64::BITS) | 1 << ((bits >> BIT) % u64::BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    proptest! {
        #[test]
        fn what_was_heard_passes(heard: Vec<[u8; 16]>) {
            let heard: Vec<_> = heard
                .into_iter()
                .map(RollingProximityIdentifier::from_bytes)
                .collect();
            let filter = Filter::new(heard.iter().copied());
            for identifier in heard {
                prop_assert!(filter.may_have(Filter::bits(&identifier)));
            }
        }
    }

    #[test]
    fn hardly_anything_else_passes() {
        let mut random = StdRng::seed_from_u64(1);
        for heard in [1, 100, 50_000] {
            let identifiers: Vec<_> = (0..heard)
                .map(|_| RollingProximityIdentifier::from_bytes(random.random()))
                .collect();
            let filter = Filter::new(identifiers.into_iter());
            let passed = (0..1_000_000)
                .filter(|_| filter.may_have(random.random()))
                .count();
            assert!(passed < 3_000, "{passed} of {heard}");
        }
    }

    #[test]
    fn a_phone_that_heard_nothing_lets_nothing_pass() {
        assert!(!Filter::new([].into_iter()).may_have(0));
    }
}
