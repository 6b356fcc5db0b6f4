//! HTTP, natively and in a browser, with the same two calls.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub use browser::Client;
#[cfg(not(target_arch = "wasm32"))]
pub use native::Client;

use thiserror::Error;

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The connection failed or broke off. Says why, for people.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct HttpError(String);
