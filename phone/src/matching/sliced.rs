//! The first bytes of the identifiers of many keys at once, for processors without AES instructions
//! and for browsers.
//!
//! AES-128, bitsliced: a vector holds the same bit of all keys of a batch, so that each gate of the
//! cipher's circuit is one instruction for all of them. The keys are published, so there is no
//! secret to protect. From one interval to the next mostly the lowest byte of its number changes,
//! so most of the first two rounds is computed once for many intervals. Of an identifier, only the
//! bits for the filter are computed.
//!
//! In wasm it matches 62,000 keys a second, and the batches of the crate `aes` 33,000
//! (`cargo xtask bench match`, Node).

use shared::time::Interval;

use super::lanes::{Byte, Column, LANES, Lanes, from_planes, to_planes};
use crate::identifiers::padded_data;

/// The sixteen bytes of a block, column by column.
type State = [Column; 4];

/// Up to [`LANES`] keys, and the next interval of each.
pub struct Sliced {
    keys: RoundKeys,
    plain: State,
    prepared: Prepared,
}

struct RoundKeys {
    first: State,
    second: State,
    third: State,
    others: [State; 6],
    last_but_one: State,
    last: State,
}

/// The first two rounds, as far as they do not depend on the lowest byte of the interval's number.
struct Prepared {
    /// The last column after the first round. The other columns do not depend on that byte at all.
    first: Column,
    /// After the second round.
    second: State,
}

impl Sliced {
    /// The identifiers of `keys` from the intervals `starts` on.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    pub fn new(keys: &[[u8; 16]; LANES], starts: &[u32; LANES]) -> Self {
        let keys = RoundKeys::new(keys);
        let [a, b, c, _] = words(&padded_data(Interval::new(0)));
        let plain = [
            to_planes(&[a; LANES]),
            to_planes(&[b; LANES]),
            to_planes(&[c; LANES]),
            to_planes(starts),
        ];
        let prepared = Prepared::new(&plain, &keys);
        Self {
            keys,
            plain,
            prepared,
        }
    }

    /// The first four bytes, little-endian, of each key's identifier in its next interval.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    pub fn next_bits(&mut self) -> [u32; LANES] {
        let identifiers = self.encrypt();
        let [.., number] = &mut self.plain;
        let [lowest, others @ ..] = number;
        let carry = increment(lowest, Lanes::from(u128::MAX));
        if u128::from(carry) != 0 {
            others
                .iter_mut()
                .fold(carry, |carry, byte| increment(byte, carry));
            self.prepared = Prepared::new(&self.plain, &self.keys);
        }
        from_planes(identifiers)
    }

    /// The first column of the ciphertext.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn encrypt(&self) -> Column {
        let [.., [lowest, ..]] = &self.plain;
        let [.., [key, ..]] = &self.keys.first;
        let mut lowest = [sum(lowest, key)];
        substitute(&mut lowest);
        let [lowest] = &lowest;
        let [row, ..] = products(lowest);
        let mut column = sums(&self.prepared.first, &row);

        // ShiftRows puts each of its bytes into another column.
        substitute(&mut column);
        let [zeroth, first, second, third] = &column;
        let [a, b, c, d] = &self.prepared.second;
        let [.., third] = products(third);
        let [_, _, second, _] = products(second);
        let [_, first, ..] = products(first);
        let [zeroth, ..] = products(zeroth);
        let mut state = [
            sums(a, &third),
            sums(b, &second),
            sums(c, &first),
            sums(d, &zeroth),
        ];
        let mut next = state;
        for [key, next_key] in self.keys.others.as_chunks().0 {
            round(&mut state, key, &mut next);
            round(&mut next, next_key, &mut state);
        }

        // Of the last round only the first column is needed, and of the round before only what that
        // column depends on.
        substitute(state.as_flattened_mut());
        let [
            [a0, a1, a2, a3],
            [b0, b1, b2, b3],
            [c0, c1, c2, c3],
            [d0, d1, d2, d3],
        ] = &state;
        let [[w, ..], [_, x, ..], [_, _, y, _], [.., z]] = &self.keys.last_but_one;
        let mut column = [
            mixed_byte([a0, b1, c2, d3], w),
            mixed_byte([c1, d2, a3, b0], x),
            mixed_byte([a2, b3, c0, d1], y),
            mixed_byte([c3, d0, a1, b2], z),
        ];
        substitute(&mut column);
        let [key, ..] = &self.keys.last;
        sums(&column, key)
    }
}

impl RoundKeys {
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn new(keys: &[[u8; 16]; LANES]) -> Self {
        let keys = keys.each_ref().map(words);
        let mut next = [
            to_planes(&keys.map(|[word, ..]| word)),
            to_planes(&keys.map(|[_, word, ..]| word)),
            to_planes(&keys.map(|[_, _, word, _]| word)),
            to_planes(&keys.map(|[.., word]| word)),
        ];
        let first = next;
        let mut constant = 1;
        let [second, third, others @ .., last_but_one, last] = [(); 10].map(|()| {
            next = next_key(&next, constant);
            constant = (constant << 1) ^ ((constant >> 7) * 0x1b);
            next.map(|column| column.map(|byte| complemented(&byte)))
        });
        Self {
            first,
            second,
            third,
            others,
            last_but_one,
            last,
        }
    }
}

impl Prepared {
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn new(plain: &State, keys: &RoundKeys) -> Self {
        let zero = [Lanes::from(0_u128); 8];
        let [a, b, c, d] = plain;
        let [key_a, key_b, key_c, key_d] = &keys.first;
        let mut state = [
            sums(a, key_a),
            sums(b, key_b),
            sums(c, key_c),
            sums(d, key_d),
        ];
        let mut next = state;

        // The lowest byte stays in its place.
        substitute(state.as_flattened_mut());
        let [.., [lowest, ..]] = &mut state;
        *lowest = zero;
        mix(&state, &keys.second, &mut next);
        let [.., first] = next;

        // All of the last column depends on the lowest byte.
        substitute(next.as_flattened_mut());
        let [.., last] = &mut next;
        *last = [zero; 4];
        mix(&next, &keys.third, &mut state);
        Self {
            first,
            second: state,
        }
    }
}

/// The words of a block, little-endian.
fn words(block: &[u8; 16]) -> [u32; 4] {
    let number = u128::from_le_bytes(*block);
    [0, 32, 64, 96].map(|place| (number >> place) as u32)
}

/// Adds `carry`, and returns the next carry.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn increment(byte: &mut Byte, carry: Lanes) -> Lanes {
    byte.iter_mut().fold(carry, |carry, bit| {
        let next = *bit & carry;
        *bit = *bit ^ carry;
        next
    })
}

/// The next round key (FIPS 197, 5.2).
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn next_key(key: &State, constant: u8) -> State {
    let [a, b, c, d] = key;
    let mut last = *d;
    substitute(&mut last);
    let [d0, mut first, d2, d3] = last.map(|byte| complemented(&byte));
    for (place, bit) in first.iter_mut().enumerate() {
        if constant >> place & 1 == 1 {
            *bit = !*bit;
        }
    }
    let a = sums(a, &[first, d2, d3, d0]);
    let b = sums(b, &a);
    let c = sums(c, &b);
    let d = sums(d, &c);
    [a, b, c, d]
}

/// A round, except for the last one (FIPS 197, 5.1): from `state`, which is changed too, to `next`.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn round(state: &mut State, key: &State, next: &mut State) {
    substitute(state.as_flattened_mut());
    mix(state, key, next);
}

/// ShiftRows, MixColumns and AddRoundKey.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn mix(state: &State, key: &State, next: &mut State) {
    let [
        [a0, a1, a2, a3],
        [b0, b1, b2, b3],
        [c0, c1, c2, c3],
        [d0, d1, d2, d3],
    ] = state;
    let [key_a, key_b, key_c, key_d] = key;
    let [a, b, c, d] = next;
    mix_column([a0, b1, c2, d3], key_a, a);
    mix_column([b0, c1, d2, a3], key_b, b);
    mix_column([c0, d1, a2, b3], key_c, c);
    mix_column([d0, a1, b2, c3], key_d, d);
}

/// MixColumns and AddRoundKey of a column.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
#[inline(never)]
fn mix_column([a, b, c, d]: [&Byte; 4], key: &Column, next: &mut Column) {
    let [key_a, key_b, key_c, key_d] = key;
    let (ab, bc, cd, da) = (sum(a, b), sum(b, c), sum(c, d), sum(d, a));
    *next = [
        sum(&sum(&doubled(&ab), b), &sum(&cd, key_a)),
        sum(&sum(&doubled(&bc), c), &sum(&da, key_b)),
        sum(&sum(&doubled(&cd), d), &sum(&ab, key_c)),
        sum(&sum(&doubled(&da), a), &sum(&bc, key_d)),
    ];
}

/// The first byte of MixColumns and AddRoundKey.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn mixed_byte([a, b, c, d]: [&Byte; 4], key: &Byte) -> Byte {
    sum(&sum(&doubled(&sum(a, b)), b), &sum(&sum(c, d), key))
}

/// What MixColumns makes of a column with nothing but `byte`, in each row.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn products(byte: &Byte) -> [Column; 4] {
    let (one, two) = (*byte, doubled(byte));
    let three = sum(&one, &two);
    [
        [two, one, one, three],
        [three, two, one, one],
        [one, three, two, one],
        [one, one, three, two],
    ]
}

/// The product with `x` in AES's field.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn doubled(byte: &Byte) -> Byte {
    let [a, b, c, d, e, f, g, h] = *byte;
    [h, a ^ h, b, c ^ h, d ^ h, e, f, g]
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn sums(a: &Column, b: &Column) -> Column {
    let [a0, a1, a2, a3] = a;
    let [b0, b1, b2, b3] = b;
    [sum(a0, b0), sum(a1, b1), sum(a2, b2), sum(a3, b3)]
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn sum(a: &Byte, b: &Byte) -> Byte {
    let [a0, a1, a2, a3, a4, a5, a6, a7] = *a;
    let [b0, b1, b2, b3, b4, b5, b6, b7] = *b;
    [
        a0 ^ b0,
        a1 ^ b1,
        a2 ^ b2,
        a3 ^ b3,
        a4 ^ b4,
        a5 ^ b5,
        a6 ^ b6,
        a7 ^ b7,
    ]
}

/// The complement that [`substitute`] leaves out.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn complemented(byte: &Byte) -> Byte {
    let [a, b, c, d, e, f, g, h] = *byte;
    [!a, !b, c, d, e, !f, !g, h]
}

/// SubBytes, by the circuit of Boyar, Peralta and Calik with 113 gates, in the order of the crate
/// `aes`. The complement of four bits is left out: it goes through MixColumns as it is, so the
/// round keys have it.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
#[inline(never)]
fn substitute(bytes: &mut [Byte]) {
    for byte in bytes {
        *byte = substituted(byte);
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn substituted(byte: &Byte) -> Byte {
    let [u7, u6, u5, u4, u3, u2, u1, u0] = *byte;
    let y14 = u3 ^ u5;
    let y13 = u0 ^ u6;
    let y12 = y13 ^ y14;
    let t1 = u4 ^ y12;
    let y15 = t1 ^ u5;
    let t2 = y12 & y15;
    let y6 = y15 ^ u7;
    let y20 = t1 ^ u1;
    let y9 = u0 ^ u3;
    let y11 = y20 ^ y9;
    let t12 = y9 & y11;
    let y7 = u7 ^ y11;
    let y8 = u0 ^ u5;
    let t0 = u1 ^ u2;
    let y10 = y15 ^ t0;
    let y17 = y10 ^ y11;
    let t13 = y14 & y17;
    let t14 = t13 ^ t12;
    let y19 = y10 ^ y8;
    let t15 = y8 & y10;
    let t16 = t15 ^ t12;
    let y16 = t0 ^ y11;
    let y21 = y13 ^ y16;
    let t7 = y13 & y16;
    let y18 = u0 ^ y16;
    let y1 = t0 ^ u7;
    let y4 = y1 ^ u3;
    let t5 = y4 & u7;
    let t6 = t5 ^ t2;
    let t18 = t6 ^ t16;
    let t22 = t18 ^ y19;
    let y2 = y1 ^ u0;
    let t10 = y2 & y7;
    let t11 = t10 ^ t7;
    let t20 = t11 ^ t16;
    let t24 = t20 ^ y18;
    let y5 = y1 ^ u6;
    let t8 = y5 & y1;
    let t9 = t8 ^ t7;
    let t19 = t9 ^ t14;
    let t23 = t19 ^ y21;
    let y3 = y5 ^ y8;
    let t3 = y3 & y6;
    let t4 = t3 ^ t2;
    let t17 = t4 ^ y20;
    let t21 = t17 ^ t14;
    let t26 = t21 & t23;
    let t27 = t24 ^ t26;
    let t31 = t22 ^ t26;
    let t25 = t21 ^ t22;
    let t28 = t25 & t27;
    let t29 = t28 ^ t22;
    let z14 = t29 & y2;
    let z5 = t29 & y7;
    let t30 = t23 ^ t24;
    let t32 = t31 & t30;
    let t33 = t32 ^ t24;
    let t35 = t27 ^ t33;
    let t36 = t24 & t35;
    let t38 = t27 ^ t36;
    let t39 = t29 & t38;
    let t40 = t25 ^ t39;
    let t43 = t29 ^ t40;
    let z3 = t43 & y16;
    let tc12 = z3 ^ z5;
    let z12 = t43 & y13;
    let z13 = t40 & y5;
    let z4 = t40 & y1;
    let tc6 = z3 ^ z4;
    let t34 = t23 ^ t33;
    let t37 = t36 ^ t34;
    let t41 = t40 ^ t37;
    let z8 = t41 & y10;
    let z17 = t41 & y8;
    let t44 = t33 ^ t37;
    let z0 = t44 & y15;
    let z9 = t44 & y12;
    let z10 = t37 & y3;
    let z1 = t37 & y6;
    let tc5 = z1 ^ z0;
    let tc11 = tc6 ^ tc5;
    let z11 = t33 & y4;
    let t42 = t29 ^ t33;
    let t45 = t42 ^ t41;
    let z7 = t45 & y17;
    let tc8 = z7 ^ tc6;
    let z16 = t45 & y14;
    let z6 = t42 & y11;
    let tc16 = z6 ^ tc8;
    let z15 = t42 & y9;
    let tc20 = z15 ^ tc16;
    let tc1 = z15 ^ z16;
    let tc2 = z10 ^ tc1;
    let tc21 = tc2 ^ z11;
    let tc3 = z9 ^ tc2;
    let s0 = tc3 ^ tc16;
    let s3 = tc3 ^ tc11;
    let s1 = s3 ^ tc16;
    let tc13 = z13 ^ tc1;
    let z2 = t33 & u7;
    let tc4 = z0 ^ z2;
    let tc7 = z12 ^ tc4;
    let tc9 = z8 ^ tc7;
    let tc10 = tc8 ^ tc9;
    let tc17 = z14 ^ tc10;
    let s5 = tc21 ^ tc17;
    let tc26 = tc17 ^ tc20;
    let s2 = tc26 ^ z17;
    let tc14 = tc4 ^ tc12;
    let tc18 = tc13 ^ tc14;
    let s6 = tc10 ^ tc18;
    let s7 = z12 ^ tc18;
    let s4 = tc14 ^ s3;
    [s7, s6, s5, s4, s3, s2, s1, s0]
}

#[cfg(test)]
mod tests {
    use aes::{
        Aes128Enc,
        cipher::{BlockCipherEncrypt as _, KeyInit as _},
    };
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn the_bits_are_those_of_the_crate_aes(
            keys in prop::collection::vec(any::<[u8; 16]>(), LANES),
            starts in prop::collection::vec(any::<u32>(), LANES),
        ) {
            let keys = keys.try_into().unwrap();
            let starts = starts.try_into().unwrap();
            let mut sliced = Sliced::new(&keys, &starts);
            // A byte's worth and more, so that every lane has a carry.
            for number in 0..300 {
                let bits = sliced.next_bits();
                for ((key, start), bits) in keys.iter().zip(starts).zip(bits) {
                    let interval = Interval::new(start.wrapping_add(number));
                    let mut block = padded_data(interval).into();
                    Aes128Enc::new(key.into()).encrypt_block(&mut block);
                    prop_assert_eq!(&block[..4], bits.to_le_bytes());
                }
            }
        }
    }
}
