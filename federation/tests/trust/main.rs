//! Which signatures, certificates and batches are trusted.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod fixtures;
mod signatures;
mod verification;
