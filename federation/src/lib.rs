//! The exchange of keys with other countries through the European Federation Gateway Service
//! (design §4.4).
//!
//! What is sent and how it is signed ([`batch`], [`signing_text`], [`cms`]), whom to trust for what
//! is received ([`certificate`], [`audit`]), which received keys are published (`days_since_onset`,
//! [`acceptance`]), and what to do next after each answer of the gateway ([`answers`], [`cursor`],
//! [`walk`]). How the gateway is reached is not for here.

pub mod acceptance;
pub mod answers;
pub mod audit;
pub mod batch;
mod ber;
pub mod certificate;
pub mod cms;
pub mod cursor;
mod days_since_onset;
mod public_key;
pub mod signing_key;
pub mod signing_text;
pub mod tag;
pub mod walk;

/// The most keys in one batch.
pub const MAX_KEYS: usize = 5_000;

/// The form of batches that is sent and asked for.
pub const CONTENT_TYPE: &str = "application/protobuf; version=1.0";

/// The form of audits, and of what the gateway says of an upload.
pub const CONTENT_TYPE_JSON: &str = "application/json; version=1.0";
