//! Random secrets of sign-ins and sessions, and the hashes under which the service stores them.
//!
//! A browser holds its session's token; the service stores only the SHA-256, so a reader of its
//! storage cannot act for an employee. Each token has a [purpose](Purpose) in its type, so that one
//! cannot be passed for another.

use std::{fmt, marker::PhantomData, str::FromStr};

use rand::{Rng, RngExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// What a token is for.
pub trait Purpose: Clone + Copy + fmt::Debug + Eq {}

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum $name {}

        impl Purpose for $name {}
    )*};
}

purposes! {
    /// Identifies the browser in which sign-ins have begun, across the visit to the provider.
    Browser,
    /// Binds an ID token to a sign-in (OpenID Connect Core §3.1.2.1).
    Nonce,
    /// Identifies a session.
    Session,
    /// Identifies a sign-in in its callback (RFC 6749 §10.12).
    State,
    /// Proves to the provider that this service began the sign-in (RFC 7636).
    Verifier
}

/// 32 random bytes. The text form is 64 lower-case hex digits.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String", bound = "P: Purpose")]
pub struct Token<P>([u8; 32], PhantomData<P>);

impl<P: Purpose> Token<P> {
    /// A new token.
    pub fn random(random: &mut impl Rng) -> Self {
        Self(random.random(), PhantomData)
    }

    /// The hash under which the service stores what belongs to the token.
    pub fn hash(&self) -> TokenHash<P> {
        TokenHash(Sha256::digest(self.0).into(), PhantomData)
    }
}

/// Hides the secret.
impl<P> fmt::Debug for Token<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl<P> fmt::Display for Token<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl<P> From<Token<P>> for String {
    fn from(token: Token<P>) -> Self {
        token.to_string()
    }
}

/// A text is not 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a token")]
pub struct TokenError;

impl<P> FromStr for Token<P> {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| TokenError)?;
        let token = Self(bytes, PhantomData);
        // The decoder also takes capital letters.
        if token.to_string() == text {
            Ok(token)
        } else {
            Err(TokenError)
        }
    }
}

impl<P> TryFrom<String> for Token<P> {
    type Error = TokenError;

    fn try_from(text: String) -> Result<Self, TokenError> {
        text.parse()
    }
}

/// The SHA-256 of a token's bytes. The hash of one purpose is not accepted for another:
///
/// ```compile_fail
/// use shared::staff::token::{Browser, State, TokenHash};
///
/// fn take_sign_in(state: TokenHash<State>, browser: TokenHash<Browser>) {}
///
/// let (state, browser) = (TokenHash::from_bytes([1; 32]), TokenHash::from_bytes([2; 32]));
/// take_sign_in(state, browser);
/// take_sign_in(browser, state);
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent, bound = "")]
pub struct TokenHash<P>(
    #[serde(with = "crate::base64")] [u8; 32],
    #[serde(skip)] PhantomData<P>,
);

impl<P: Purpose> TokenHash<P> {
    /// The hash with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes, PhantomData)
    }

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
        let token = Token::<Session>::random(&mut StdRng::seed_from_u64(1));
        let text = token.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(token));
        for wrong in ["", &text[1..], &text.to_uppercase(), &format!("{text}0")] {
            assert_eq!(wrong.parse::<Token<Session>>(), Err(TokenError), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn a_token_is_sent_as_its_text() {
        let token = Token::<Nonce>::random(&mut StdRng::seed_from_u64(1));
        let json = serde_json::to_string(&token).unwrap();
        assert_eq!(json, format!("\"{token}\""));
        assert_eq!(serde_json::from_str::<Token<Nonce>>(&json).unwrap(), token);
    }

    #[test]
    fn the_hash_is_the_sha_256() {
        let token: Token<Session> = "00".repeat(32).parse().unwrap();
        // `head -c 32 /dev/zero | sha256sum`
        assert_eq!(
            hex::encode(token.hash().as_bytes()),
            "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
        );
    }
}
