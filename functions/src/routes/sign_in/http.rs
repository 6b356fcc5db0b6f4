//! Sends the requests of the OpenID Connect library to the provider, by the platform's `fetch`.

use openidconnect::{
    HttpRequest, HttpResponse,
    http::{self, Response},
};
use thiserror::Error;
use wasm_bindgen::JsValue;
use worker::Fetch;

use crate::platform::outgoing;

/// How long to wait for the provider, in milliseconds: an employee waits for the page.
const TIMEOUT_MS: u32 = 10_000;

/// Why there is no answer. It quotes nothing of the request, which holds secrets.
#[derive(Debug, Error)]
pub enum HttpError {
    #[error("the provider's answer cannot be read")]
    Answer(#[from] http::Error),
    /// The request could not be sent, or had no answer in time.
    #[error("the provider does not answer")]
    Platform,
}

impl From<JsValue> for HttpError {
    fn from(_: JsValue) -> Self {
        Self::Platform
    }
}

impl From<worker::Error> for HttpError {
    fn from(_: worker::Error) -> Self {
        Self::Platform
    }
}

/// Sends `request`. Redirections are not followed; the library rejects such an answer.
pub async fn send(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = value.to_str().map_err(|_| HttpError::Platform)?;
        Ok((name.as_str(), value))
    });
    let headers = headers.collect::<Result<Vec<_>, HttpError>>()?;
    let body = Some(request.body().as_slice()).filter(|body| !body.is_empty());
    let init = outgoing::request(request.method().as_str(), headers, body, TIMEOUT_MS)?;
    let url = request.uri().to_string();
    let request = web_sys::Request::new_with_str_and_init(&url, &init)?;
    let mut answer = Fetch::Request(request.into()).send().await?;
    let mut response = Response::builder().status(answer.status_code());
    if let Some(content_type) = answer.headers().get("content-type")? {
        response = response.header(http::header::CONTENT_TYPE, content_type);
    }
    Ok(response.body(answer.bytes().await?)?)
}
