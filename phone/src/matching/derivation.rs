//! The identifier keys of many temporary exposure keys at once.
//!
//! HKDF-SHA256 without a salt and for one block of output is six blocks of SHA-256, each of which
//! depends on the one before. A processor with instructions for SHA-256 waits most of that time, so
//! each step is done for all keys of a batch before the next one, and the processor overlaps them.
//! The hashes after the blocks that are the same for all keys are computed once.

use sha2::block_api::compress256;
use shared::keys::tek::KeyData;

use super::lanes::LANES;
use crate::identifiers::IDENTIFIER_KEY_INFO;

/// SHA-256 after some blocks.
type Hash = [u32; 8];

type HashBlock = [u8; 64];

/// SHA-256 before the first block (FIPS 180-4, 5.3.3).
const INITIAL: Hash = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// HMAC's pads (RFC 2104).
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;

/// The hashes that are the same for all keys.
pub struct Derivation {
    inner: Hash,
    outer: Hash,
}

impl Derivation {
    /// HKDF's extraction with the empty salt, as far as it does not depend on the key.
    pub fn new() -> Self {
        Self {
            inner: after(&[INNER_PAD; 64]),
            outer: after(&[OUTER_PAD; 64]),
        }
    }

    /// The identifier keys of up to [`LANES`] keys, followed by zeros if there are fewer.
    pub fn identifier_keys(&self, keys: impl Iterator<Item = KeyData>) -> [[u8; 16]; LANES] {
        let mut pseudorandom_keys = [self.inner; LANES];
        let mut used = 0;
        for (hash, key) in pseudorandom_keys.iter_mut().zip(keys) {
            finish(hash, key.as_bytes());
            used += 1;
        }
        for hash in pseudorandom_keys.iter_mut().take(used) {
            *hash = outer(self.outer, hash);
        }

        let mut hashes = [INITIAL; LANES];
        for (hash, key) in hashes.iter_mut().zip(&pseudorandom_keys).take(used) {
            *hash = after(&padded(key, INNER_PAD));
        }
        let [a, b, c, d, e, f, g] = *IDENTIFIER_KEY_INFO;
        for hash in hashes.iter_mut().take(used) {
            finish(hash, &[a, b, c, d, e, f, g, 1]);
        }
        let mut outers = [INITIAL; LANES];
        for (hash, key) in outers.iter_mut().zip(&pseudorandom_keys).take(used) {
            *hash = after(&padded(key, OUTER_PAD));
        }
        let mut identifier_keys = [[0; 16]; LANES];
        for ((key, hash), start) in identifier_keys
            .iter_mut()
            .zip(&hashes)
            .zip(outers)
            .take(used)
        {
            if let Some(start_of_hash) = bytes(&outer(start, hash)).first_chunk() {
                *key = *start_of_hash;
            }
        }
        identifier_keys
    }
}

/// The hash after one block.
fn after(block: &HashBlock) -> Hash {
    let mut hash = INITIAL;
    compress256(&mut hash, std::slice::from_ref(block));
    hash
}

/// HMAC's outer hash, which began as `start`, of its inner one.
fn outer(start: Hash, inner: &Hash) -> Hash {
    let mut hash = start;
    finish(&mut hash, &bytes(inner));
    hash
}

/// The hash of one block and a `message` so short that it ends in the second block.
fn finish<const N: usize>(hash: &mut Hash, message: &[u8; N]) {
    const { assert!(N < 56) }
    let mut block = [0; 64];
    if let Some(start) = block.first_chunk_mut() {
        *start = *message;
    }
    if let Some(end) = block.get_mut(N) {
        *end = 0x80;
    }
    if let Some(length) = block.last_chunk_mut() {
        *length = ((64 + N as u64) * 8).to_be_bytes();
    }
    compress256(hash, std::slice::from_ref(&block));
}

/// HMAC's first block: the key, and its `pad`.
fn padded(key: &Hash, pad: u8) -> HashBlock {
    let mut block = [pad; 64];
    for (to, from) in block.iter_mut().zip(bytes(key)) {
        *to ^= from;
    }
    block
}

fn bytes(hash: &Hash) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.as_chunks_mut().0.iter_mut().zip(hash) {
        *to = from.to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use hkdf::Hkdf;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::*;

    proptest! {
        #[test]
        fn the_keys_are_those_of_hkdf(
            keys in prop::collection::vec(any::<[u8; 16]>(), 0..=LANES),
        ) {
            let mut expected = [[0; 16]; LANES];
            for (expected, key) in expected.iter_mut().zip(&keys) {
                Hkdf::<Sha256>::new(None, key).expand(IDENTIFIER_KEY_INFO, expected).unwrap();
            }
            let keys = keys.into_iter().map(KeyData::from_bytes);
            prop_assert_eq!(Derivation::new().identifier_keys(keys), expected);
        }
    }
}
