//! HTTP as a browser does it. The service never redirects, so a redirection is an error: somebody
//! between would send phones elsewhere.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use url::Url;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache, RequestRedirect};

use super::{Answer, HttpError};

/// The browser's connections.
#[derive(Clone, Debug, Default)]
pub struct Client(());

impl Client {
    /// `GET` of an answer of up to `limit` bytes. A copy that the browser keeps is only used when
    /// the service says that it is still right.
    pub async fn get(&self, url: &Url, limit: u64) -> Result<Answer, HttpError> {
        let request = Request::get(url.as_str())
            .cache(RequestCache::NoCache)
            .redirect(RequestRedirect::Error);
        read(request.send().await, limit).await
    }

    /// `POST` of JSON, with an answer of up to `limit` bytes.
    pub async fn post(&self, url: &Url, json: &[u8], limit: u64) -> Result<Answer, HttpError> {
        let request: RequestBuilder = Request::post(url.as_str())
            .header("content-type", "application/json")
            .redirect(RequestRedirect::Error);
        let request = request.body(Uint8Array::from(json)).map_err(failed)?;
        read(request.send().await, limit).await
    }
}

async fn read(answer: Result<Response, gloo_net::Error>, limit: u64) -> Result<Answer, HttpError> {
    let answer = answer.map_err(failed)?;
    let mut body = Vec::new();
    if let Some(stream) = answer.body() {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        // Piece by piece: the length that the server says may be that of something that was
        // compressed.
        while let Some(piece) = next(&reader).await? {
            if body.len() as u64 + u64::from(piece.length()) > limit {
                // The browser ends the connection; that it could not is of no interest.
                let _ = JsFuture::from(reader.cancel()).await;
                return Err(HttpError("the answer is too large".to_owned()));
            }
            body.extend(piece.to_vec());
        }
    }
    Ok(Answer {
        status: answer.status(),
        body,
    })
}

/// The next piece of a body, or nothing at its end.
async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, HttpError> {
    let broken = |_| HttpError("the answer broke off".to_owned());
    let piece = JsFuture::from(reader.read()).await.map_err(broken)?;
    let value = Reflect::get(&piece, &JsValue::from_str("value")).map_err(broken)?;
    Ok(value.dyn_into().ok())
}

fn failed(error: gloo_net::Error) -> HttpError {
    HttpError(error.to_string())
}
