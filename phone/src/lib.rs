//! The reference phone: what a phone does, in Rust.
//!
//! # In scope
//! Making keys, registering, uploading, and downloading what is published, with every check that a phone makes. The state of a
//! phone is a plain value ([`Phone`]); the time and the random number generator are arguments.
//!
//! # Out of scope
//! Bluetooth, and the screen: the command line shows what an app would.

mod http;
pub mod identifiers;
mod phone;

pub use http::{Service, ServiceError};
pub use phone::{Phone, PublishedFile, VerifyingKeys};
