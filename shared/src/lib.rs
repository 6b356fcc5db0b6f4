//! The domain of an exposure notification service, as plain data and pure functions: phones upload
//! the keys of people who tested positive, and all phones download them, to find out whom to warn.
//!
//! # In scope
//! - [`time`]: ten-minute intervals, UTC days, the calendar of the Netherlands, retention
//! - [`keys`]: temporary exposure keys, illnesses, conversion to diagnosis keys, the release rule
//! - [`enrolment`]: validation codes, registration, and the rules for an upload
//! - [`publication`]: padding, the export file of Apple and Google, and the signed documents that
//!   phones download
//! - [`settings`]: what operators can set, and how it is parsed
//! - [`staff`]: which employees may sign in, for how long, and how many wrong codes block them
//! - [`api`]: the JSON that phones and the portal exchange with the service
//! - [`country`] and [`language`]: the countries that can exchange keys, and the service's
//!   languages
//!
//! # Out of scope
//! The exchange of keys with other countries is the crate `federation`. Input and output, storage,
//! HTTP, Workers and browsers belong to the crates that use this one. There is no clock and no
//! source of randomness: the time and the random number generator are arguments, so the same rules
//! hold in the Worker, in the employees' browser and on the phone.
//!
//! Input is parsed into types that cannot hold an invalid value. Constructing one is the check.

#![warn(missing_docs)]

/// Implements a `Debug` that shows only the type's name, for types with data that must not be
/// logged (design §5.3).
#[macro_export]
macro_rules! hidden_debug {
    ($($name:ident),*) => {$(
        /// Shows only the name of the type, since its data must not be logged.
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
pub mod settings;
pub mod staff;
pub mod time;

pub use jiff::{Timestamp, civil::Date};
