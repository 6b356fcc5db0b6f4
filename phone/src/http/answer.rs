//! What a request over HTTP leads to.

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
pub struct HttpError(pub(super) String);
