//! The connection to the gateway: HTTPS with a client certificate.
//!
//! The binding `EFGS` provides it: on Cloudflare an mTLS certificate, on workerd a service with a
//! key pair. Both have the same interface.

use federation::{
    batch::BATCH_MEDIA_TYPE,
    cursor::Cursor,
    responses::{JSON_MEDIA_TYPE, is_transient},
    settings::ExchangeSettings,
    tag::BatchTag,
};
use js_sys::{Function, Promise, Reflect};
use shared::api::RunOutcome;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Headers;
use worker::{Env, Result, console_error, worker_sys};

use crate::platform::{body::Body, outgoing};

pub struct Gateway {
    connection: worker_sys::Fetcher,
    url: String,
    timeout_millis: u32,
}

/// The pauses before the second and the third attempt after a transient failure. After that the
/// next run tries again.
const BACKOFF_MILLIS: [u32; 2] = [1_000, 4_000];

/// The largest accepted batch. A batch of 5,000 keys has a megabyte.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The largest accepted audit: 5,000 uploads with some twelve kilobytes of certificates and
/// signatures each. The Worker has 128 MB of memory.
const MAX_AUDIT_BYTES: usize = 64 * 1024 * 1024;

/// The largest accepted response to an upload: the indexes of 5,000 keys.
const MAX_UPLOAD_RESPONSE_BYTES: usize = 1024 * 1024;

/// A response of the gateway, read to its end.
pub struct GatewayResponse {
    /// The method and path of the request, for the log.
    request: String,
    pub status: u16,
    headers: Headers,
    body: Option<Body>,
}

impl GatewayResponse {
    /// The batch tag and the next batch tag.
    pub fn batch_tags(&self) -> Option<(BatchTag, Option<BatchTag>)> {
        let tag = self.header("batchTag")?.parse().ok()?;
        let next = match self.header("nextBatchTag") {
            Some(next) if next != NO_TAG => Some(next.parse().ok()?),
            _ => None,
        };
        Some((tag, next))
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }

    /// Takes the body, which is `None` if it was too large or is taken already.
    pub fn take_body(&mut self) -> Option<Body> {
        self.body.take()
    }

    /// The outcome of a run that ends with this refusal, which is logged.
    pub fn refused(&self) -> RunOutcome {
        let Self {
            request, status, ..
        } = self;
        console_error!("exchange: {request} is refused with status {status}");
        RunOutcome::Refused { status: *status }
    }

    /// The outcome of a run that ends with this unusable response, which is logged.
    pub fn unreadable(&self) -> RunOutcome {
        let Self {
            request, status, ..
        } = self;
        console_error!("exchange: the answer to {request}, with status {status}, makes no sense");
        RunOutcome::Unreadable
    }
}

/// The value of the header `nextBatchTag` if there is no next batch.
const NO_TAG: &str = "null";

struct GatewayRequest<'a> {
    method: &'a str,
    path: String,
    headers: &'a [(&'a str, &'a str)],
    body: Option<&'a [u8]>,
    max_body_bytes: usize,
}

impl GatewayRequest<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Gateway {
    /// The gateway of the binding `EFGS`.
    pub fn of(env: &Env, settings: &ExchangeSettings) -> Result<Self> {
        let binding = Reflect::get(env.as_ref(), &JsValue::from_str("EFGS"))?;
        if !binding.is_object() {
            return Err("binding EFGS: expected a connection with a client certificate".into());
        }
        Ok(Self {
            connection: binding.unchecked_into(),
            url: settings.url.clone(),
            timeout_millis: settings.timeout_seconds.saturating_mul(1_000),
        })
    }

    /// Uploads a batch. `None` if the gateway fails.
    pub async fn upload(
        &self,
        batch: &[u8],
        tag: &str,
        signature: &str,
    ) -> Option<GatewayResponse> {
        self.send(&GatewayRequest {
            method: "POST",
            path: "upload".to_owned(),
            headers: &[
                ("content-type", BATCH_MEDIA_TYPE),
                ("accept", JSON_MEDIA_TYPE),
                ("batchTag", tag),
                ("batchSignature", signature),
            ],
            body: Some(batch),
            max_body_bytes: MAX_UPLOAD_RESPONSE_BYTES,
        })
        .await
    }

    /// Requests the batch at `cursor`. `None` if the gateway fails.
    pub async fn download(&self, cursor: &Cursor) -> Option<GatewayResponse> {
        let accept = ("accept", BATCH_MEDIA_TYPE);
        let tag = cursor.tag().map(|tag| ("batchTag", tag.as_str()));
        let headers: Vec<_> = [Some(accept), tag].into_iter().flatten().collect();
        self.send(&GatewayRequest {
            method: "GET",
            path: format!("download/{}", cursor.day()),
            headers: &headers,
            body: None,
            max_body_bytes: MAX_BATCH_BYTES,
        })
        .await
    }

    /// Requests the audit of the batch `tag`. `None` if the gateway fails.
    pub async fn audit(&self, tag: &BatchTag) -> Option<GatewayResponse> {
        self.send(&GatewayRequest {
            method: "GET",
            path: format!("audit/download/{}/{tag}", tag.day()),
            headers: &[("accept", JSON_MEDIA_TYPE)],
            body: None,
            max_body_bytes: MAX_AUDIT_BYTES,
        })
        .await
    }

    /// Sends a request, and repeats it after transient failures.
    async fn send(&self, request: &GatewayRequest<'_>) -> Option<GatewayResponse> {
        let mut pauses = BACKOFF_MILLIS.into_iter();
        loop {
            let failure = match self.send_once(request).await {
                Ok(response) if is_transient(response.status) => {
                    format!("status {}", response.status)
                }
                Ok(response) => return Some(response),
                Err(error) => format!("no answer: {}", cause(&error)),
            };
            let Some(pause) = pauses.next() else {
                console_error!("exchange: {}: {failure}", request.name());
                return None;
            };
            wait(pause).await.ok()?;
        }
    }

    async fn send_once(
        &self,
        request: &GatewayRequest<'_>,
    ) -> std::result::Result<GatewayResponse, JsValue> {
        let init = outgoing::request(
            request.method,
            request.headers.iter().copied(),
            request.body,
            self.timeout_millis,
        )?;
        let url = format!("{}/diagnosiskeys/{}", self.url, request.path);
        let response = self.connection.fetch_with_str_and_init(&url, &init)?;
        let response: web_sys::Response = JsFuture::from(response).await?.unchecked_into();
        Ok(GatewayResponse {
            request: request.name(),
            status: response.status(),
            headers: response.headers(),
            body: match response.body() {
                Some(stream) => {
                    Body::read(stream, request.max_body_bytes, request.max_body_bytes).await?
                }
                None => Some(Body::default()),
            },
        })
    }
}

/// The platform's description of a failure.
fn cause(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.to_string().into(),
        None => error.as_string().unwrap_or_default(),
    }
}

/// Waits. `worker::Delay` fails on platforms whose timers are objects, as they are on both now.
async fn wait(millis: u32) -> std::result::Result<(), JsValue> {
    let set_timeout = Reflect::get(&js_sys::global(), &JsValue::from_str("setTimeout"))?;
    let set_timeout: Function = set_timeout.unchecked_into();
    let mut set = Ok(JsValue::UNDEFINED);
    let timer = Promise::new(&mut |resolve, _| {
        set = set_timeout.call2(&JsValue::UNDEFINED, &resolve, &millis.into());
    });
    set?;
    JsFuture::from(timer).await.map(|_| ())
}
