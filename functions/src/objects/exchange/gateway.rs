//! The connection to the gateway: HTTPS with a client certificate.
//!
//! The binding `EFGS` makes it: on Cloudflare an mTLS certificate, on workerd a service with a key
//! pair. Both take requests in the same way, so nothing else knows which it is.

use federation::{CONTENT_TYPE, CONTENT_TYPE_JSON, answers, cursor::Cursor, tag::BatchTag};
use js_sys::{Function, Promise, Reflect};
use shared::api::RunOutcome;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Headers;
use worker::{Env, Result, console_error, worker_sys};

use super::settings::Settings;
use crate::platform::{body::Body, outgoing};

/// The gateway.
pub struct Gateway {
    connection: worker_sys::Fetcher,
    url: String,
    timeout_millis: u32,
}

/// How many milliseconds to wait before each further try after a failure that may pass. After the
/// last one it is left to the next run.
const BACKOFF_MILLIS: [u32; 2] = [1_000, 4_000];

/// The largest batch: one of 5,000 keys has a megabyte.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The largest audit: 5,000 uploads with some twelve kilobytes of certificates and signatures each.
/// The Worker has 128 MB.
const MAX_AUDIT_BYTES: usize = 64 * 1024 * 1024;

/// The largest answer to an upload: the places of 5,000 keys.
const MAX_UPLOAD_ANSWER_BYTES: usize = 1024 * 1024;

/// An answer, read to its end.
pub struct Answer {
    /// What was asked.
    asked: String,
    /// The status.
    pub status: u16,
    headers: Headers,
    body: Option<Body>,
}

impl Answer {
    /// The header `name`.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }

    /// The body; `None` when it is larger than any that makes sense. It is there once.
    pub fn take_body(&mut self) -> Option<Body> {
        self.body.take()
    }

    /// The end of a run to which the gateway says no.
    pub fn refused(&self) -> RunOutcome {
        let Self { asked, status, .. } = self;
        console_error!("exchange: {asked} is refused with status {status}");
        RunOutcome::Refused { status: *status }
    }

    /// The end of a run to which the gateway says nothing that makes sense.
    pub fn unreadable(&self) -> RunOutcome {
        let Self { asked, status, .. } = self;
        console_error!("exchange: the answer to {asked}, with status {status}, makes no sense");
        RunOutcome::Unreadable
    }
}

struct Request<'a> {
    method: &'a str,
    path: String,
    headers: &'a [(&'a str, &'a str)],
    body: Option<&'a [u8]>,
    /// How large the answer's body may be.
    most: usize,
}

impl Request<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Gateway {
    /// The one that is bound to the Worker.
    pub fn of(env: &Env, settings: &Settings) -> Result<Self> {
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

    /// Sends a batch. `None` when the gateway fails.
    pub async fn upload(&self, batch: &[u8], tag: &str, signature: &str) -> Option<Answer> {
        self.ask(&Request {
            method: "POST",
            path: "upload".to_owned(),
            headers: &[
                ("content-type", CONTENT_TYPE),
                ("accept", CONTENT_TYPE_JSON),
                ("batchTag", tag),
                ("batchSignature", signature),
            ],
            body: Some(batch),
            most: MAX_UPLOAD_ANSWER_BYTES,
        })
        .await
    }

    /// Asks for the batch at `cursor`. `None` when the gateway fails.
    pub async fn download(&self, cursor: &Cursor) -> Option<Answer> {
        let accept = ("accept", CONTENT_TYPE);
        let tag = cursor.tag().map(|tag| ("batchTag", tag.as_str()));
        let headers: Vec<_> = [Some(accept), tag].into_iter().flatten().collect();
        self.ask(&Request {
            method: "GET",
            path: format!("download/{}", cursor.day()),
            headers: &headers,
            body: None,
            most: MAX_BATCH_BYTES,
        })
        .await
    }

    /// Asks who uploaded what is in the batch `tag`. `None` when the gateway fails.
    pub async fn audit(&self, tag: &BatchTag) -> Option<Answer> {
        self.ask(&Request {
            method: "GET",
            path: format!("audit/download/{}/{tag}", tag.day()),
            headers: &[("accept", CONTENT_TYPE_JSON)],
            body: None,
            most: MAX_AUDIT_BYTES,
        })
        .await
    }

    /// The answer to `request`, which is made again after failures that may pass.
    async fn ask(&self, request: &Request<'_>) -> Option<Answer> {
        let mut pauses = BACKOFF_MILLIS.into_iter();
        loop {
            let failure = match self.ask_once(request).await {
                Ok(answer) if answers::may_pass(answer.status) => {
                    format!("status {}", answer.status)
                }
                Ok(answer) => return Some(answer),
                Err(error) => format!("no answer: {}", cause(&error)),
            };
            let Some(pause) = pauses.next() else {
                console_error!("exchange: {}: {failure}", request.name());
                return None;
            };
            wait(pause).await.ok()?;
        }
    }

    async fn ask_once(&self, request: &Request<'_>) -> std::result::Result<Answer, JsValue> {
        let init = outgoing::request(
            request.method,
            request.headers.iter().copied(),
            request.body,
            self.timeout_millis,
        )?;
        let url = format!("{}/diagnosiskeys/{}", self.url, request.path);
        let answer = self.connection.fetch_with_str_and_init(&url, &init)?;
        let answer: web_sys::Response = JsFuture::from(answer).await?.unchecked_into();
        Ok(Answer {
            asked: request.name(),
            status: answer.status(),
            headers: answer.headers(),
            body: match answer.body() {
                Some(stream) => Body::read(stream, request.most, request.most).await?,
                None => Some(Body::default()),
            },
        })
    }
}

/// What the platform says of a failure.
fn cause(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.to_string().into(),
        None => error.as_string().unwrap_or_default(),
    }
}

/// Waits for so many milliseconds. The library's own way fails where timers are objects, as they
/// are on these platforms now.
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
