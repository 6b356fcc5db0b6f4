//! The domain of the exposure-notification service, as plain data and pure functions.
//!
//! # In scope
//! Validation codes, enrolments, temporary exposure keys and the rules that an upload must meet,
//! dates of illness, conversion to diagnosis keys, the release rule, the padding of small files,
//! the export file of Apple and Google, the signed documents that phones download and what they may
//! say, the JSON that phones and the portal exchange with the service, the countries that can take
//! part and the batches that are exchanged with them, and the rules for employees: who may do what,
//! for how long, and after how many refused codes no longer.
//!
//! # Out of scope
//! Input and output, storage, HTTP, Workers and browsers. There is no clock and no source of
//! randomness in here: the time and the random number generator are arguments. That is why the same
//! code runs in the Worker, in the employees' browser and on the phone, and why each of them
//! validates by the same rules.
//!
//! Whatever comes from outside is parsed into a type that cannot be wrong; constructing it is the
//! check.

/// Gives types that hold what no log may hold (design §5) a `Debug` that hides it.
#[macro_export]
macro_rules! hidden_debug {
    ($($name:ident),*) => {$(
        /// Hides what no log may hold.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

pub mod api;
pub mod base64;
pub mod country;
pub mod enrolment;
pub mod keys;
pub mod language;
pub mod publication;
pub mod staff;
pub mod time;

pub use jiff::{Timestamp, civil::Date};
