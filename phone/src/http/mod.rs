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

/// An answer with any status.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The connection failed or broke off, with the reason in words.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct HttpError(String);
