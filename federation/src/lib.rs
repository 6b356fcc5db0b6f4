//! The formats and rules of the European Federation Gateway Service (EFGS), through which countries
//! exchange the keys of infected people (design §4.4).
//!
//! In scope: what a batch of keys looks like and how it is signed ([`batch`], [`signing_text`],
//! [`tag`], [`cms`]), which received keys are genuine ([`audit`], [`certificate`],
//! [`verification`]) and which of those are published here ([`acceptance`]), what to do after each
//! response of the gateway ([`responses`], [`cursor`], [`download_run`]), and the [`settings`] of
//! all that.
//!
//! Out of scope: HTTP, storage and clocks. The time and the random number generator are arguments.
//!
//! Sources: the gateway's published interface, version 1.1
//! (<https://github.com/eu-federation-gateway-service/efgs-federation-gateway>), the Cryptographic
//! Message Syntax (RFC 5652), and Google and Apple's Exposure Notification for what a key is.

#![warn(missing_docs)]

pub mod acceptance;
pub mod audit;
pub mod batch;
pub mod certificate;
pub mod cms;
pub mod cursor;
mod days_since_onset;
pub mod download_run;
mod public_key;
pub mod responses;
pub mod settings;
pub mod signing_key;
pub mod signing_text;
pub mod tag;
pub mod verification;
