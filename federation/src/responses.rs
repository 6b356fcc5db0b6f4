//! What to do after each response of the gateway (design §4.4.5, §4.4.7). After a transient failure
//! ([`is_transient`]) the same request is repeated; [`UploadAction`] and [`DownloadAction`] are for
//! all other responses.

use serde::Deserialize;

/// The media type of audits, and of responses to uploads.
pub const JSON_MEDIA_TYPE: &str = "application/json; version=1.0";

/// Whether a response with this status reports a failure that repeating the request can overcome.
pub const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// What to do after a batch was uploaded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UploadAction {
    /// The gateway has stored the batch.
    Done,
    /// The batch is too large: send half of it.
    Halve,
    /// The gateway stored nothing, because it has the keys at these indexes already: send the
    /// others again.
    ResendWithout(Vec<usize>),
    /// Only the operator can help.
    Stop,
    /// The gateway has a batch with this tag. It is this batch, if an earlier response was lost, or
    /// another country's, since the tag follows from the keys. Send the batch once more under a
    /// random tag.
    TagTaken,
    /// The response is malformed. The gateway stored nothing.
    Unreadable,
}

impl UploadAction {
    /// The action after a response with this status and body.
    pub fn of(status: u16, body: &[u8]) -> Self {
        match status {
            200 | 201 => Self::Done,
            207 => match serde_json::from_slice::<MultiStatus>(body) {
                Ok(indexes) if !indexes.stored.is_empty() => Self::ResendWithout(indexes.stored),
                // If no key is stored already, the rest is the same batch again.
                _ => Self::Unreadable,
            },
            409 => Self::TagTaken,
            413 => Self::Halve,
            _ => Self::Stop,
        }
    }
}

/// The indexes of a batch's keys, by the status that each key alone would get.
#[derive(Deserialize)]
struct MultiStatus {
    #[serde(default, rename = "409")]
    stored: Vec<usize>,
}

/// What to do after a batch, or the audit of one, was requested.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DownloadAction {
    /// The gateway does not keep batches of that day any more.
    Gone,
    /// The gateway has no such batch or audit.
    NotFound,
    /// Only the operator can help.
    Stop,
    /// The response holds the batch or audit.
    Take,
}

impl DownloadAction {
    /// The action after a response with this status.
    pub fn of(status: u16) -> Self {
        match status {
            200 => Self::Take,
            404 => Self::NotFound,
            410 => Self::Gone,
            _ => Self::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_gateway_are_transient_and_refusals_are_not() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(is_transient(status), "{status}");
        }
        for status in [200, 201, 207, 302, 400, 403, 404, 406, 409, 410, 413, 415] {
            assert!(!is_transient(status), "{status}");
        }
    }

    #[test]
    fn each_status_of_an_upload_has_its_action() {
        for (status, expected) in [
            (200, UploadAction::Done),
            (201, UploadAction::Done),
            (409, UploadAction::TagTaken),
            (413, UploadAction::Halve),
            (400, UploadAction::Stop),
            (403, UploadAction::Stop),
            (404, UploadAction::Stop),
            (406, UploadAction::Stop),
            (302, UploadAction::Stop),
        ] {
            assert_eq!(UploadAction::of(status, b""), expected, "{status}");
        }
    }

    #[test]
    fn the_keys_that_the_gateway_does_not_have_are_sent_again() {
        let after = |body: &str| UploadAction::of(207, body.as_bytes());
        assert_eq!(
            after(r#"{"201":[0,2],"409":[1,3],"500":[]}"#),
            UploadAction::ResendWithout(vec![1, 3])
        );
        for body in [
            "",
            "{}",
            r#"{"201":[0],"409":[],"500":[1]}"#,
            r#"{"409":[-1]}"#,
            "[]",
        ] {
            assert_eq!(after(body), UploadAction::Unreadable, "{body}");
        }
    }

    #[test]
    fn each_status_of_a_download_has_its_action() {
        for (status, expected) in [
            (200, DownloadAction::Take),
            (400, DownloadAction::Stop),
            (403, DownloadAction::Stop),
            (404, DownloadAction::NotFound),
            (406, DownloadAction::Stop),
            (410, DownloadAction::Gone),
            (415, DownloadAction::Stop),
        ] {
            assert_eq!(DownloadAction::of(status), expected, "{status}");
        }
    }
}
