//! The whole system for tests and benchmarks: the built functions on the real workerd, with data on
//! disk, and the phones, browsers and gateway that call it.

mod answer;
pub mod browser;
mod disk;
mod employees;
mod environment;
mod exchange;
pub mod foreign_keys;
pub mod gateway;
pub mod openssl;
mod phones;
mod setup;
mod system;
pub mod town;

pub use answer::{header, json, problem};
pub use disk::holds;
pub use environment::{next_midnight, now, random};
pub use setup::{PROVIDER, Partners, Setup};
pub use system::System;
