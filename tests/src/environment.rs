//! The real time and real random bytes, which tests hand to code that takes them as arguments.

use rand::{
    SeedableRng as _,
    rngs::{StdRng, SysRng},
};
use shared::{
    Timestamp,
    time::{INTERVALS_PER_DAY, UtcDay},
};

/// The present time.
#[expect(
    clippy::disallowed_methods,
    reason = "tests run where there is a clock"
)]
pub fn now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).unwrap_or_default()
}

/// The first midnight, UTC, after `time`.
pub fn next_midnight(time: Timestamp) -> Timestamp {
    UtcDay::of(time).start().plus(INTERVALS_PER_DAY).start()
}

/// A random number generator with a random seed.
///
/// # Panics
/// When the system gives no random bytes.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn random() -> StdRng {
    StdRng::try_from_rng(&mut SysRng).expect("random bytes")
}
