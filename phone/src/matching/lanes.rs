//! One bit of each key of a batch, side by side in one vector: what a bitsliced cipher computes with.

#[cfg(not(target_arch = "wasm32"))]
mod vector {
    /// One bit for each lane.
    pub type Lanes = u128;
}

#[cfg(target_arch = "wasm32")]
mod vector {
    use core::{
        arch::wasm32::{u64x2, u64x2_extract_lane, v128, v128_and, v128_not, v128_xor},
        ops::{BitAnd, BitXor, Not},
    };

    /// One bit for each lane.
    ///
    /// Browsers since 2023 compute with vectors (Chrome 91, Firefox 89, Safari 16.4), and it makes matching half as fast
    /// again. The compiler does not find them in code for `u128`.
    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl From<u128> for Lanes {
        #[inline(always)]
        fn from(bits: u128) -> Self {
            Self(u64x2(bits as u64, (bits >> 64) as u64))
        }
    }

    impl From<Lanes> for u128 {
        #[inline(always)]
        fn from(Lanes(bits): Lanes) -> Self {
            let low = u64x2_extract_lane::<0>(bits);
            let high = u64x2_extract_lane::<1>(bits);
            Self::from(low) | Self::from(high) << 64
        }
    }

    impl BitAnd for Lanes {
        type Output = Self;

        #[inline(always)]
        fn bitand(self, other: Self) -> Self {
            Self(v128_and(self.0, other.0))
        }
    }

    impl BitXor for Lanes {
        type Output = Self;

        #[inline(always)]
        fn bitxor(self, other: Self) -> Self {
            Self(v128_xor(self.0, other.0))
        }
    }

    impl Not for Lanes {
        type Output = Self;

        #[inline(always)]
        fn not(self) -> Self {
            Self(v128_not(self.0))
        }
    }
}

pub use vector::Lanes;

/// How many keys are computed with at once.
pub const LANES: usize = 128;

/// The bits of a word.
const BITS: usize = u32::BITS as usize;

/// The bits of a byte, least significant first.
pub type Byte = [Lanes; 8];

/// The bytes of a word, least significant first.
pub type Column = [Byte; 4];

/// Puts bit after bit of `words` side by side.
pub fn to_planes(words: &[u32; LANES]) -> Column {
    let mut planes = [[0_u128; 8]; 4];
    for (group, words) in words.as_chunks().0.iter().enumerate() {
        for (plane, bits) in planes.as_flattened_mut().iter_mut().zip(transposed(*words)) {
            *plane |= u128::from(bits) << (group * BITS);
        }
    }
    planes.map(|byte| byte.map(Lanes::from))
}

/// Puts words together again.
pub fn from_planes(planes: &Column) -> [u32; LANES] {
    let planes = planes.map(|byte| byte.map(u128::from));
    let mut words = [0; LANES];
    for (group, words) in words.as_chunks_mut().0.iter_mut().enumerate() {
        let mut part = [0; BITS];
        for (part, plane) in part.iter_mut().zip(planes.as_flattened()) {
            *part = (plane >> (group * BITS)) as u32;
        }
        *words = transposed(part);
    }
    words
}

/// Bit `i` of word `j` becomes bit `j` of word `i` (Hacker's Delight, 7-3).
fn transposed(mut words: [u32; BITS]) -> [u32; BITS] {
    for (width, mask) in [
        (16, 0x0000_ffff),
        (8, 0x00ff_00ff),
        (4, 0x0f0f_0f0f),
        (2, 0x3333_3333),
        (1, 0x5555_5555),
    ] {
        for pair in words.chunks_exact_mut(2 * width) {
            let (low, high) = pair.split_at_mut(width);
            for (low, high) in low.iter_mut().zip(high) {
                let moved = (*low >> width ^ *high) & mask;
                *low ^= moved << width;
                *high ^= moved;
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn planes_hold_a_bit_of_each_word(words in prop::collection::vec(any::<u32>(), LANES)) {
            let words = words.try_into().unwrap();
            let planes = to_planes(&words);
            for (bit, plane) in planes.as_flattened().iter().enumerate() {
                for (lane, word) in words.iter().enumerate() {
                    prop_assert_eq!(plane >> lane & 1, u128::from(word >> bit & 1));
                }
            }
            prop_assert_eq!(from_planes(&planes), words);
        }
    }
}
