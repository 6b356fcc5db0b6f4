//! The provider, asked over the platform's `fetch`.

use js_sys::Uint8Array;
use openidconnect::{
    HttpRequest, HttpResponse,
    http::{self, Response},
};
use thiserror::Error;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestInit, RequestRedirect};
use worker::Fetch;

/// How long the provider may take, in milliseconds. Somebody waits for the page.
const PATIENCE_MS: u32 = 10_000;

/// Why there is no answer. What was asked stays out of it, for that holds secrets.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The answer cannot be read.
    #[error("the provider's answer cannot be read")]
    Answer(#[from] http::Error),
    /// The platform could not ask, or was not answered in time.
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

/// Sends `request`. Redirections are not followed: the answer then is one that nobody takes.
pub async fn send(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_redirect(RequestRedirect::Manual);
    let headers = web_sys::Headers::new()?;
    for (name, value) in request.headers() {
        headers.set(
            name.as_str(),
            value.to_str().map_err(|_| HttpError::Platform)?,
        )?;
    }
    init.set_headers(&headers);
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_slice()));
    }
    let url = request.uri().to_string();
    let request = web_sys::Request::new_with_str_and_init(&url, &init)?;
    let signal = AbortSignal::timeout_with_u32(PATIENCE_MS).into();
    let mut answer = Fetch::Request(request.into())
        .send_with_signal(&signal)
        .await?;
    let mut response = Response::builder().status(answer.status_code());
    if let Some(content_type) = answer.headers().get("content-type")? {
        response = response.header(http::header::CONTENT_TYPE, content_type);
    }
    Ok(response.body(answer.bytes().await?)?)
}
