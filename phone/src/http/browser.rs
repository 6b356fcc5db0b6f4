//! HTTP as a browser does it.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use url::Url;
use web_sys::RequestCache;

use super::{Answer, HttpError, MAX_ANSWER_BYTES};

/// The browser's connections.
#[derive(Clone, Debug, Default)]
pub struct Client;

impl Client {
    /// `GET`. A copy that the browser keeps is only used when the service says that it is still right.
    pub async fn get(&self, url: &Url) -> Result<Answer, HttpError> {
        let request = Request::get(url.as_str()).cache(RequestCache::NoCache);
        read(request.send().await).await
    }

    /// `POST` of JSON.
    pub async fn post(&self, url: &Url, json: &[u8]) -> Result<Answer, HttpError> {
        let request: RequestBuilder =
            Request::post(url.as_str()).header("content-type", "application/json");
        let request = request.body(Uint8Array::from(json)).map_err(failed)?;
        read(request.send().await).await
    }
}

async fn read(answer: Result<Response, gloo_net::Error>) -> Result<Answer, HttpError> {
    let answer = answer.map_err(failed)?;
    let body = answer.binary().await.map_err(failed)?;
    if body.len() as u64 > MAX_ANSWER_BYTES {
        return Err(HttpError("the answer is too large".to_owned()));
    }
    Ok(Answer {
        status: answer.status(),
        body,
    })
}

fn failed(error: gloo_net::Error) -> HttpError {
    HttpError(error.to_string())
}
