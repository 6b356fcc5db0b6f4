//! Reads the HTTP answers of the service: headers, JSON and problem documents.

use ureq::{Body, http::Response};

/// The header `name` of `answer`.
///
/// # Panics
/// When the answer has no such header.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn header<'a>(answer: &'a Response<Body>, name: &str) -> &'a str {
    let value = answer.headers().get(name).expect("the header is there");
    value.to_str().expect("the header is text")
}

/// The status and the name of the problem document `answer`.
///
/// # Panics
/// When the answer is not a problem document.
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test cannot go on without it"
)]
pub fn problem(answer: Response<Body>) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    let document = json(answer);
    assert_eq!(document["status"], status, "{document}");
    let kind = document["type"].as_str().expect("a type");
    let name = kind.strip_prefix("/problems/").expect("a problem");
    (status, name.to_owned())
}

/// The JSON body of `answer`.
///
/// # Panics
/// When the body is not JSON.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn json(answer: Response<Body>) -> serde_json::Value {
    answer.into_body().read_json().expect("JSON")
}
