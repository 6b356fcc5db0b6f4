//! The connection to the gateway: HTTPS with a client certificate.
//!
//! The binding `EFGS` makes it: on Cloudflare an mTLS certificate, on workerd a service with a key pair. Both take requests in
//! the same way, so nothing else knows which it is.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use shared::{
    api::RunOutcome,
    efgs::{CONTENT_TYPE, answers, cursor::Cursor, tag::BatchTag},
};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, RequestRedirect};
use worker::{Env, Result, worker_sys};

use super::settings::Settings;
use crate::body;

/// The gateway.
pub struct Gateway {
    connection: worker_sys::Fetcher,
    url: String,
    timeout_millis: u32,
}

/// How many milliseconds to wait before each further try after a failure that may pass. After the last one it is left to the
/// next run.
const BACKOFF_MILLIS: [u32; 2] = [1_000, 4_000];

/// What is no batch: one of 5,000 keys has a megabyte.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// What is no audit: with its certificates and signatures, an entry has at most ten kilobytes, and countries send many keys at
/// a time. The Worker has 128 MB for everything.
const MAX_AUDIT_BYTES: usize = 16 * 1024 * 1024;

/// What is no answer to an upload.
const MAX_UPLOAD_ANSWER_BYTES: usize = 1024 * 1024;

/// An answer, read to its end.
pub struct Answer {
    /// The status.
    pub status: u16,
    headers: Headers,
    /// The body; `None` when it is larger than any that makes sense.
    pub body: Option<Vec<u8>>,
}

impl Answer {
    /// The header `name`.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }

    /// The end of a run to which the gateway says no.
    pub const fn refused(&self) -> RunOutcome {
        RunOutcome::Refused {
            status: self.status,
        }
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

    /// Sends a batch. `None` when no answer came.
    pub async fn upload(&self, batch: &[u8], tag: &str, signature: &str) -> Option<Answer> {
        self.ask(&Request {
            method: "POST",
            path: "upload".to_owned(),
            headers: &[
                ("content-type", CONTENT_TYPE),
                ("accept", "application/json; version=1.0"),
                ("batchTag", tag),
                ("batchSignature", signature),
            ],
            body: Some(batch),
            most: MAX_UPLOAD_ANSWER_BYTES,
        })
        .await
    }

    /// Asks for the batch at `cursor`. `None` when no answer came.
    pub async fn download(&self, cursor: &Cursor) -> Option<Answer> {
        let accept = ("accept", CONTENT_TYPE);
        let tag = cursor.tag.as_ref().map(|tag| ("batchTag", tag.as_str()));
        let headers: Vec<_> = [Some(accept), tag].into_iter().flatten().collect();
        self.ask(&Request {
            method: "GET",
            path: format!("download/{}", cursor.day),
            headers: &headers,
            body: None,
            most: MAX_BATCH_BYTES,
        })
        .await
    }

    /// Asks who uploaded what is in the batch `tag`. `None` when no answer came.
    pub async fn audit(&self, tag: &BatchTag) -> Option<Answer> {
        self.ask(&Request {
            method: "GET",
            path: format!("audit/download/{}/{tag}", tag.day()),
            headers: &[("accept", "application/json; version=1.0")],
            body: None,
            most: MAX_AUDIT_BYTES,
        })
        .await
    }

    /// The answer to `request`, which is made again after failures that may pass.
    async fn ask(&self, request: &Request<'_>) -> Option<Answer> {
        let mut answer = self.ask_once(request).await.ok();
        for pause in BACKOFF_MILLIS {
            if answer
                .as_ref()
                .is_some_and(|answer| !answers::may_pass(answer.status))
            {
                break;
            }
            wait(pause).await.ok()?;
            answer = self.ask_once(request).await.ok();
        }
        answer
    }

    async fn ask_once(&self, request: &Request<'_>) -> std::result::Result<Answer, JsValue> {
        let headers = Headers::new()?;
        for (name, value) in request.headers {
            headers.set(name, value)?;
        }
        let init = RequestInit::new();
        init.set_method(request.method);
        init.set_headers(&headers);
        // The gateway sends nobody elsewhere.
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(self.timeout_millis)));
        if let Some(body) = request.body {
            init.set_body(&Uint8Array::from(body));
        }
        let url = format!("{}/diagnosiskeys/{}", self.url, request.path);
        let answer = self.connection.fetch_with_str_and_init(&url, &init)?;
        let answer: web_sys::Response = JsFuture::from(answer).await?.unchecked_into();
        Ok(Answer {
            status: answer.status(),
            headers: answer.headers(),
            body: match answer.body() {
                Some(stream) => body::read(stream, request.most, request.most).await?,
                None => Some(Vec::new()),
            },
        })
    }
}

/// Waits for so many milliseconds. The library's own way fails where timers are objects, as they are on these platforms now.
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
