//! The reference phone: what a phone with an exposure-notification app does, in Rust.
//!
//! # In scope
//! Making keys and identifiers, remembering what was heard, registering, uploading and sending
//! decoys, and downloading, verifying, matching and scoring what is published. The state of a phone
//! is a plain value ([`Phone`]); the time and the random number generator are arguments. It runs
//! natively and in a browser.
//!
//! # Out of scope
//! Bluetooth: the caller passes what a phone hears to [`Phone::hear`]. The screen: the command line
//! and the page (`phone/page`) show what an app would.

pub mod address;
pub mod decoys;
pub mod encounter;
pub mod exposure;
mod http;
pub mod identifiers;
pub mod matching;
pub mod own_keys;
pub mod padding;
pub mod sentences;

mod check;
mod checked;
mod notification;
mod phone;
mod service;

pub use check::{CheckReport, CheckedFile, Progress};
pub use checked::CheckFailure;
pub use notification::{Advice, Notification};
pub use phone::{Code, Phone};
pub use service::{PublishedDocument, Service, ServiceError, VerifyingKeys};
