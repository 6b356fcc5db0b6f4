//! The problem documents of the HTTP interfaces (RFC 9457, design §4.3): fixed texts, never a
//! cause.

use serde::{Deserialize, Serialize};

/// What went wrong, as far as the caller may know it. The serialised form is the `type` of the
/// problem document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Problem {
    /// The code is unknown, expired or used: which of them is never said.
    #[serde(rename = "/problems/code-not-accepted")]
    CodeNotAccepted,
    /// Signed in, but not allowed.
    #[serde(rename = "/problems/forbidden")]
    Forbidden,
    /// The service, or this part of it, is switched off for good.
    #[serde(rename = "/problems/gone")]
    Gone,
    /// No validation code, by its symbols.
    #[serde(rename = "/problems/invalid-code")]
    InvalidCode,
    /// No possible date of illness.
    #[serde(rename = "/problems/invalid-date")]
    InvalidDate,
    /// The request cannot be read.
    #[serde(rename = "/problems/malformed")]
    Malformed,
    /// The path is there, but not for this method.
    #[serde(rename = "/problems/method-not-allowed")]
    MethodNotAllowed,
    /// Nothing is there.
    #[serde(rename = "/problems/not-found")]
    NotFound,
    /// No session, or one that has ended.
    #[serde(rename = "/problems/signed-out")]
    SignedOut,
    /// Too many refused codes.
    #[serde(rename = "/problems/throttled")]
    Throttled,
    /// The body is too large.
    #[serde(rename = "/problems/too-large")]
    TooLarge,
    /// The service cannot answer now; the same request may be sent again.
    #[serde(rename = "/problems/unavailable")]
    Unavailable,
    /// The body is not JSON by its content type.
    #[serde(rename = "/problems/unsupported-media-type")]
    UnsupportedMediaType,
}

impl Problem {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidCode | Self::InvalidDate | Self::Malformed => 400,
            Self::SignedOut => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::CodeNotAccepted => 422,
            Self::Throttled => 429,
            Self::Unavailable => 503,
        }
    }

    /// A short text for people who read the answer itself.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CodeNotAccepted => "The code is not accepted",
            Self::Forbidden => "Not allowed",
            Self::Gone => "The service has ended",
            Self::InvalidCode => "Not a validation code",
            Self::InvalidDate => "Not a possible date",
            Self::Malformed => "The request cannot be read",
            Self::MethodNotAllowed => "The method is not allowed",
            Self::NotFound => "Nothing is here",
            Self::SignedOut => "Signed out",
            Self::Throttled => "Too many attempts",
            Self::TooLarge => "The request is too large",
            Self::Unavailable => "Unavailable for now",
            Self::UnsupportedMediaType => "The content type is not supported",
        }
    }

    /// The problem document.
    pub const fn document(self) -> ProblemDocument<'static> {
        ProblemDocument {
            kind: self,
            title: self.title(),
            status: self.status(),
        }
    }
}

/// The body of an answer of type `application/problem+json`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ProblemDocument<'a> {
    /// Which problem.
    #[serde(rename = "type")]
    pub kind: Problem,
    /// Its title.
    pub title: &'a str,
    /// The HTTP status, once more.
    pub status: u16,
}

/// The content type of problem documents.
pub const CONTENT_TYPE: &str = "application/problem+json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_stable_shape() {
        let json = serde_json::to_string(&Problem::CodeNotAccepted.document()).unwrap();
        assert_eq!(
            json,
            r#"{"type":"/problems/code-not-accepted","title":"The code is not accepted","status":422}"#
        );
        let read: ProblemDocument = serde_json::from_str(&json).unwrap();
        assert_eq!(read.kind, Problem::CodeNotAccepted);
    }
}
