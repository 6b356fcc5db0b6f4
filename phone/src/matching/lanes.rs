//! Vectors for a bitsliced cipher: one bit of each key of a batch, side by side.

use std::ops::{BitAnd, BitXor, Not, Shl, Shr};

/// One bit for each lane.
#[derive(Clone, Copy)]
pub struct Lanes(vector::Vector);

#[cfg(not(target_arch = "wasm32"))]
mod vector {
    pub type Vector = u128;

    pub const fn from_bits(bits: u128) -> Vector {
        bits
    }

    pub const fn to_bits(vector: Vector) -> u128 {
        vector
    }

    pub const fn and(a: Vector, b: Vector) -> Vector {
        a & b
    }

    pub const fn xor(a: Vector, b: Vector) -> Vector {
        a ^ b
    }

    pub const fn not(a: Vector) -> Vector {
        !a
    }

    pub const fn shl(a: Vector, bits: u32) -> Vector {
        a << bits
    }

    pub const fn shr(a: Vector, bits: u32) -> Vector {
        a >> bits
    }
}

/// Browsers since 2023 have vectors (Chrome 91, Firefox 89, Safari 16.4), with which matching takes
/// two thirds of the time. The compiler does not use them for `u128`.
#[cfg(target_arch = "wasm32")]
mod vector {
    pub use core::arch::wasm32::{
        u32x4_shl as shl, u32x4_shr as shr, v128 as Vector, v128_and as and, v128_not as not,
        v128_xor as xor,
    };
    use core::arch::wasm32::{u64x2, u64x2_extract_lane};

    #[inline(always)]
    pub fn from_bits(bits: u128) -> Vector {
        u64x2(bits as u64, (bits >> 64) as u64)
    }

    #[inline(always)]
    pub fn to_bits(vector: Vector) -> u128 {
        let low = u64x2_extract_lane::<0>(vector);
        let high = u64x2_extract_lane::<1>(vector);
        u128::from(low) | u128::from(high) << 64
    }
}

impl From<u128> for Lanes {
    #[inline(always)]
    fn from(bits: u128) -> Self {
        Self(vector::from_bits(bits))
    }
}

impl From<Lanes> for u128 {
    #[inline(always)]
    fn from(Lanes(vector): Lanes) -> Self {
        vector::to_bits(vector)
    }
}

impl BitAnd for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(vector::and(self.0, other.0))
    }
}

impl BitXor for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self(vector::xor(self.0, other.0))
    }
}

impl Not for Lanes {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        Self(vector::not(self.0))
    }
}

/// In a browser, bits that leave their word of 32 bits are lost; elsewhere they enter the next
/// word.
impl Shl<u32> for Lanes {
    type Output = Self;

    #[inline(always)]
    fn shl(self, bits: u32) -> Self {
        Self(vector::shl(self.0, bits))
    }
}

/// As above.
impl Shr<u32> for Lanes {
    type Output = Self;

    #[inline(always)]
    fn shr(self, bits: u32) -> Self {
        Self(vector::shr(self.0, bits))
    }
}

/// The number of keys in a batch.
pub const LANES: usize = 128;

/// The bits of a word.
const BITS: usize = u32::BITS as usize;

/// The bits of a byte, least significant first.
pub type Byte = [Lanes; 8];

/// The bytes of a word, least significant first.
pub type Column = [Byte; 4];

/// Puts the bits of the same place in all `words` side by side.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub fn to_planes(words: &[u32; LANES]) -> Column {
    let mut rows = [[0_u128; 8]; 4];
    for (group, words) in words.as_chunks::<BITS>().0.iter().enumerate() {
        for (row, word) in rows.as_flattened_mut().iter_mut().zip(words) {
            *row |= u128::from(*word) << (group * BITS);
        }
    }
    let mut planes = rows.map(|byte| byte.map(Lanes::from));
    transpose(planes.as_flattened_mut());
    planes
}

/// The reverse of [`to_planes`].
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub fn from_planes(mut planes: Column) -> [u32; LANES] {
    transpose(planes.as_flattened_mut());
    let mut groups = [[0; BITS]; LANES / BITS];
    let [a, b, c, d] = &mut groups;
    let groups_of = a.iter_mut().zip(b).zip(c).zip(d);
    for (row, (((a, b), c), d)) in planes.as_flattened().iter().zip(groups_of) {
        let row = u128::from(*row);
        *a = row as u32;
        *b = (row >> 32) as u32;
        *c = (row >> 64) as u32;
        *d = (row >> 96) as u32;
    }
    let mut words = [0; LANES];
    words.copy_from_slice(groups.as_flattened());
    words
}

/// Bit `i` of word `j` becomes bit `j` of word `i` (Hacker's Delight, 7-3), in each of the four
/// words that a vector holds.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn transpose(rows: &mut [Lanes]) {
    for (width, mask) in [
        (16, 0x0000_ffff),
        (8, 0x00ff_00ff),
        (4, 0x0f0f_0f0f),
        (2, 0x3333_3333),
        (1, 0x5555_5555),
    ] {
        let mask = Lanes::from(mask * 0x1_0000_0001_0000_0001_0000_0001_u128);
        for pair in rows.chunks_exact_mut(2 * width as usize) {
            let (low, high) = pair.split_at_mut(width as usize);
            for (low, high) in low.iter_mut().zip(high) {
                // The mask removes the bits that a shift moves from one word into the next.
                let moved = (*low >> width ^ *high) & mask;
                *low = *low ^ moved << width;
                *high = *high ^ moved;
            }
        }
    }
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
                    prop_assert_eq!(u128::from(*plane) >> lane & 1, u128::from(word >> bit & 1));
                }
            }
            prop_assert_eq!(from_planes(planes), words);
        }
    }
}
