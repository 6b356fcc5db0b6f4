//! HTTP as a browser does it.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use url::Url;
use web_sys::RequestCache;

use super::{Answer, HttpError};

/// The browser's connections.
#[derive(Clone, Debug, Default)]
pub struct Client(());

impl Client {
    /// `GET` of an answer of up to `limit` bytes. A copy that the browser keeps is only used when the service says that it is
    /// still right.
    pub async fn get(&self, url: &Url, limit: u64) -> Result<Answer, HttpError> {
        let request = Request::get(url.as_str()).cache(RequestCache::NoCache);
        read(request.send().await, limit).await
    }

    /// `POST` of JSON, with an answer of up to `limit` bytes.
    pub async fn post(&self, url: &Url, json: &[u8], limit: u64) -> Result<Answer, HttpError> {
        let request: RequestBuilder =
            Request::post(url.as_str()).header("content-type", "application/json");
        let request = request.body(Uint8Array::from(json)).map_err(failed)?;
        read(request.send().await, limit).await
    }
}

async fn read(answer: Result<Response, gloo_net::Error>, limit: u64) -> Result<Answer, HttpError> {
    let answer = answer.map_err(failed)?;
    // Said before it comes, where the server says it at all.
    let length = answer.headers().get("content-length");
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > limit {
        return Err(too_large());
    }
    let body = answer.binary().await.map_err(failed)?;
    if body.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(Answer {
        status: answer.status(),
        body,
    })
}

fn failed(error: gloo_net::Error) -> HttpError {
    HttpError(error.to_string())
}

fn too_large() -> HttpError {
    HttpError("the answer is too large".to_owned())
}
