//! What each of the gateway's answers means (design §4.4). Those of which [`may_pass`] is true are
//! not looked at further: the same is asked again.

use serde::Deserialize;

/// Whether an answer with this status tells of a failure that may pass by itself.
pub const fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// What to do after a batch was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AfterUpload {
    /// It is there.
    Done,
    /// Send half of it: it is too large.
    Halve,
    /// Nobody but the operator can help.
    Stop,
    /// A batch with this tag is there: this one, whose answer was lost, or one that somebody else
    /// gave the same tag, since whoever knows the keys knows the tag. Send it once more under a
    /// tag that nobody knows.
    TagTaken,
    /// The answer makes no sense. Nothing of it was stored.
    Unreadable,
    /// Nothing of it was stored. The keys in these places are there already; send the others again.
    Without(Vec<usize>),
}

impl AfterUpload {
    /// After an answer with this status and body.
    pub fn of(status: u16, body: &[u8]) -> Self {
        match status {
            200 | 201 => Self::Done,
            207 => match serde_json::from_slice::<MultiStatus>(body) {
                Ok(places) if !places.there.is_empty() => Self::Without(places.there),
                // Without any key that is there already, sending the rest is sending the same
                // again.
                _ => Self::Unreadable,
            },
            409 => Self::TagTaken,
            413 => Self::Halve,
            _ => Self::Stop,
        }
    }
}

/// The places of a batch's keys by what would have become of each.
#[derive(Deserialize)]
struct MultiStatus {
    #[serde(default, rename = "409")]
    there: Vec<usize>,
}

/// What to do after a batch, or the audit of one, was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AfterDownload {
    /// The day is older than what the gateway keeps.
    Gone,
    /// There is none.
    NotFound,
    /// Nobody but the operator can help.
    Stop,
    /// It is there.
    Take,
}

impl AfterDownload {
    /// After an answer with this status.
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
    fn failures_of_the_gateway_may_pass_and_refusals_do_not() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(may_pass(status), "{status}");
        }
        for status in [200, 201, 207, 302, 400, 403, 404, 406, 409, 410, 413, 415] {
            assert!(!may_pass(status), "{status}");
        }
    }

    #[test]
    fn the_table_of_uploads_holds() {
        for (status, expected) in [
            (201, AfterUpload::Done),
            (409, AfterUpload::TagTaken),
            (413, AfterUpload::Halve),
            (400, AfterUpload::Stop),
            (403, AfterUpload::Stop),
            (404, AfterUpload::Stop),
            (406, AfterUpload::Stop),
            (302, AfterUpload::Stop),
        ] {
            assert_eq!(AfterUpload::of(status, b""), expected, "{status}");
        }
    }

    #[test]
    fn of_a_batch_with_duplicates_the_others_are_sent_again() {
        let after = |body: &str| AfterUpload::of(207, body.as_bytes());
        assert_eq!(
            after(r#"{"201":[0,2],"409":[1,3],"500":[]}"#),
            AfterUpload::Without(vec![1, 3])
        );
        for body in [
            "",
            "{}",
            r#"{"201":[0],"409":[],"500":[1]}"#,
            r#"{"409":[-1]}"#,
            "[]",
        ] {
            assert_eq!(after(body), AfterUpload::Unreadable, "{body}");
        }
    }

    #[test]
    fn the_table_of_downloads_holds() {
        for (status, expected) in [
            (200, AfterDownload::Take),
            (400, AfterDownload::Stop),
            (403, AfterDownload::Stop),
            (404, AfterDownload::NotFound),
            (406, AfterDownload::Stop),
            (410, AfterDownload::Gone),
            (415, AfterDownload::Stop),
        ] {
            assert_eq!(AfterDownload::of(status), expected, "{status}");
        }
    }
}
