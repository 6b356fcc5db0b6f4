//! HTTP as a browser does it. The service never redirects, so a redirection comes from an attacker
//! on the way, and is an error.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use url::Url;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache, RequestRedirect};

use super::answer::{HttpAnswer, HttpError};

/// The browser's connections.
#[derive(Clone, Debug, Default)]
pub struct Client(());

impl Client {
    /// `GET` of an answer of up to `limit` bytes. The browser uses a cached copy only when the
    /// service confirms it.
    pub async fn get(&self, url: &Url, limit: u64) -> Result<HttpAnswer, HttpError> {
        let request = Request::get(url.as_str())
            .cache(RequestCache::NoCache)
            .redirect(RequestRedirect::Error);
        read(request.send().await, limit).await
    }

    /// `POST` of JSON, with an answer of up to `limit` bytes.
    pub async fn post(&self, url: &Url, json: &[u8], limit: u64) -> Result<HttpAnswer, HttpError> {
        let request: RequestBuilder = Request::post(url.as_str())
            .header("content-type", "application/json")
            .redirect(RequestRedirect::Error);
        let request = request.body(Uint8Array::from(json)).map_err(failed)?;
        read(request.send().await, limit).await
    }
}

async fn read(
    answer: Result<Response, gloo_net::Error>,
    limit: u64,
) -> Result<HttpAnswer, HttpError> {
    let answer = answer.map_err(failed)?;
    let mut body = Vec::new();
    if let Some(stream) = answer.body() {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        // Chunk by chunk, since `Content-Length` may be that of a compressed body.
        while let Some(chunk) = next(&reader).await? {
            if body.len() as u64 + u64::from(chunk.length()) > limit {
                // The browser ends the connection. A failure of that changes nothing.
                let _ = JsFuture::from(reader.cancel()).await;
                return Err(HttpError("the answer is too large".to_owned()));
            }
            body.extend(chunk.to_vec());
        }
    }
    Ok(HttpAnswer {
        status: answer.status(),
        body,
    })
}

/// The next chunk of a body, or nothing at its end.
async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, HttpError> {
    let broken = |_| HttpError("the answer broke off".to_owned());
    let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
    let value = Reflect::get(&chunk, &JsValue::from_str("value")).map_err(broken)?;
    Ok(value.dyn_into().ok())
}

fn failed(error: gloo_net::Error) -> HttpError {
    HttpError(error.to_string())
}
