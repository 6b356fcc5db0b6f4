//! Secrets that a browser holds: of a session, of a sign-in that has begun. The service keeps no
//! more than their hash, so who reads its storage cannot act for anybody.

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// 32 random bytes. The text form is 64 lower-case hex digits.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new one.
    pub fn random(random: &mut impl Rng) -> Self {
        Self(random.random())
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

hidden_debug!(Token);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Not 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a token")]
pub struct TokenError;

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| TokenError)?;
        let token = Self(bytes);
        // The decoder takes capitals too.
        if token.to_string() == text {
            Ok(token)
        } else {
            Err(TokenError)
        }
    }
}

/// The SHA-256 of a token's bytes. It finds what belongs to the token, and does not lead back to
/// it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(transparent)]
pub struct TokenHash(#[serde(with = "crate::base64")] [u8; 32]);

impl TokenHash {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn a_token_is_read_back_and_kept_out_of_logs() {
        let token = Token::random(&mut StdRng::seed_from_u64(1));
        let text = token.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(token));
        for wrong in ["", &text[1..], &text.to_uppercase(), &format!("{text}0")] {
            assert_eq!(wrong.parse::<Token>(), Err(TokenError), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn what_is_kept_is_the_sha_256() {
        let token: Token = "00".repeat(32).parse().unwrap();
        // `head -c 32 /dev/zero | sha256sum`
        assert_eq!(
            hex::encode(token.hash().as_bytes()),
            "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
        );
    }
}
