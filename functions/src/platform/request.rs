//! Reads requests from outside, with as few calls into the platform as possible, since each costs
//! time.

use js_sys::Uint8Array;
use shared::{api::problem::Problem, enrolment::upload::MAX_BODY_BYTES};
use url::Url;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::platform::body::Body;

pub fn url(request: &web_sys::Request) -> Result<Url, Problem> {
    Url::parse(&request.url()).map_err(|_| Problem::Malformed)
}

/// The body, up to 64 KiB.
pub async fn body(request: &web_sys::Request) -> Result<Vec<u8>, Problem> {
    let Some(stream) = request.body() else {
        return Ok(Vec::new());
    };
    let header = |name| header(request, name);
    // A chunked body may be longer than `content-length` says.
    let length = header("content-length").filter(|_| header("transfer-encoding").is_none());
    match length.and_then(|length| length.parse::<usize>().ok()) {
        // With a length that fits, the whole body is one call; the server holds the sender to the
        // length.
        Some(length) if length <= MAX_BODY_BYTES => {
            let buffer = request.array_buffer().map_err(unreadable)?;
            let buffer = JsFuture::from(buffer).await.map_err(unreadable)?;
            Ok(Uint8Array::new(&buffer).to_vec())
        }
        // A body that is too large, or of unknown length.
        _ => Body::read(stream, MAX_BODY_BYTES, MAX_READ_BYTES)
            .await
            .map_err(unreadable)?
            .map(Body::into_bytes)
            .ok_or(Problem::TooLarge),
    }
}

/// The header `name`, if the request has it.
pub fn header(request: &web_sys::Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// Whether the content type says that the body is JSON.
pub fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// The body as JSON of type `T`, when the content type says so.
#[cfg(feature = "test-controls")]
pub async fn json<T: serde::de::DeserializeOwned>(
    request: &web_sys::Request,
) -> Result<T, Problem> {
    let content_type = header(request, "content-type");
    if !content_type.as_deref().is_some_and(is_json) {
        return Err(Problem::UnsupportedMediaType);
    }
    serde_json::from_slice(&body(request).await?).map_err(|_| Problem::Malformed)
}

/// How much of a body that is too large is read and dropped, in bytes. A sender that is cut off
/// while it writes may never see the answer, so only an extreme body is cut off.
const MAX_READ_BYTES: usize = 4 * 1024 * 1024;

/// The connection ended, or the body is not what its headers say.
fn unreadable(_: JsValue) -> Problem {
    Problem::Malformed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_recognised_by_its_media_type_alone() {
        for content_type in [
            "application/json",
            "Application/JSON",
            " application/json ; charset=utf-8",
            "application/json;charset=latin1",
        ] {
            assert!(is_json(content_type), "{content_type}");
        }
        for content_type in [
            "",
            "text/plain",
            "text/plain;application/json",
            "application/jsonp",
            "application/ld+json",
            "application/json, text/plain",
        ] {
            assert!(!is_json(content_type), "{content_type}");
        }
    }
}
