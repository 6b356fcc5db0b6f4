//! The problem documents of the HTTP interface (RFC 9457, design §4.3.12): fixed texts, which never
//! tell a cause.

use serde::{Deserialize, Serialize};

/// What went wrong, as far as the caller may know: the `type` of a problem document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum Problem {
    /// The code is unknown, expired or used; the answer does not tell which.
    #[serde(rename = "/problems/code-not-accepted")]
    CodeNotAccepted,
    /// The employee lacks the role, or the request comes from another site.
    #[serde(rename = "/problems/forbidden")]
    Forbidden,
    /// This part of the service is switched off.
    #[serde(rename = "/problems/gone")]
    Gone,
    /// The text is not a validation code.
    #[serde(rename = "/problems/invalid-code")]
    InvalidCode,
    /// The date is not a possible date of illness.
    #[serde(rename = "/problems/invalid-date")]
    InvalidDate,
    /// The request cannot be read.
    #[serde(rename = "/problems/malformed")]
    Malformed,
    /// The path takes other methods only.
    #[serde(rename = "/problems/method-not-allowed")]
    MethodNotAllowed,
    /// The path or the file does not exist.
    #[serde(rename = "/problems/not-found")]
    NotFound,
    /// There is no session, or it has ended.
    #[serde(rename = "/problems/signed-out")]
    SignedOut,
    /// Too many codes were not accepted.
    #[serde(rename = "/problems/throttled")]
    Throttled,
    /// The body is too large.
    #[serde(rename = "/problems/too-large")]
    TooLarge,
    /// The service cannot answer now. The same request can be sent again.
    #[serde(rename = "/problems/unavailable")]
    Unavailable,
    /// The content type is not JSON.
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

    /// The title, for people who read the document.
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

/// A problem document (RFC 9457).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ProblemDocument<'a> {
    /// The problem.
    #[serde(rename = "type")]
    pub kind: Problem,
    /// Its title.
    pub title: &'a str,
    /// The HTTP status.
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
