//! The source of randomness that is handed to `shared`.

use rand::{SeedableRng as _, rngs::StdRng};
use worker::{Error, Result};

/// A cryptographically secure generator with a fresh seed from the platform.
///
/// Seeding is the only call into the platform; drawing makes none.
pub fn generator() -> Result<StdRng> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Error::RustError(error.to_string()))?;
    Ok(StdRng::from_seed(seed))
}
