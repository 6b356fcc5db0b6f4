//! Builds the answers to requests from outside, with the headers that all of them have.
//!
//! Each is built with as few calls into the platform as possible, since each call costs time.

use serde::Serialize;
use shared::api::{problem, problem::Problem, routes::RouteError};
use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};

use crate::platform::failure::Result;

/// Forbids caches and proxies to store or change an answer; for everything that is not public.
const NO_STORE: &str = "no-store, no-transform";

const JSON: (&str, &str) = ("content-type", "application/json");

/// On every answer: browsers use secure connections only, and do not guess the content type.
const ALWAYS: [(&str, &str); 2] = [
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
];

/// On every answer that is for the caller alone.
const PRIVATE: [(&str, &str); 3] = [
    ("cache-control", NO_STORE),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
];

/// The answer to a phone: it always has status 200 and the same headers (design §4.1.4).
pub fn phone(body: &str) -> Result<Response> {
    thread_local! {
        // It is the same for every answer, so it is built once.
        static INIT: Option<ResponseInit> = private(200, &[JSON]).ok();
    }
    INIT.with(|init| match init {
        Some(init) => Ok(Response::new_with_opt_str_and_init(Some(body), init)?),
        None => Err("no headers".into()),
    })
}

/// An answer in JSON for the caller alone.
pub fn json(value: &impl Serialize) -> Result<Response> {
    let init = private(200, &[JSON])?;
    Ok(Response::new_with_opt_str_and_init(
        Some(&serde_json::to_string(value)?),
        &init,
    )?)
}

#[cfg(feature = "test-controls")]
pub fn empty(status: u16) -> Result<Response> {
    Ok(Response::new_with_opt_str_and_init(
        None,
        &private(status, &[])?,
    )?)
}

pub fn public_json(value: &impl Serialize, cache_control: &str) -> Result<Response> {
    let init = init(200, &[JSON, ("cache-control", cache_control)])?;
    Ok(Response::new_with_opt_str_and_init(
        Some(&serde_json::to_string(value)?),
        &init,
    )?)
}

/// A redirection to another page, with headers `Set-Cookie`.
pub fn see_other(location: &str, cookies: &[String]) -> Result<Response> {
    let init = private(303, &[("location", location)])?;
    with_cookies(Response::new_with_opt_str_and_init(None, &init)?, cookies)
}

/// `response` with headers `Set-Cookie`.
pub fn with_cookies(response: Response, cookies: &[String]) -> Result<Response> {
    for cookie in cookies {
        response.headers().append("set-cookie", cookie)?;
    }
    Ok(response)
}

pub fn problem(problem: Problem) -> Result<Response> {
    problem_with(problem, &[])
}

/// The problem document for a request that has no route.
pub fn no_route(error: RouteError) -> Result<Response> {
    match error {
        RouteError::MalformedId => problem(Problem::Malformed),
        RouteError::MethodNotAllowed(methods) => {
            problem_with(Problem::MethodNotAllowed, &[("allow", methods.allow())])
        }
        RouteError::NotFound => problem(Problem::NotFound),
    }
}

/// The problem document for too many wrong codes, with the seconds until the next attempt.
pub fn throttled(retry_after: i64) -> Result<Response> {
    let retry_after = retry_after.to_string();
    problem_with(Problem::Throttled, &[("retry-after", &retry_after)])
}

fn problem_with(problem: Problem, headers: &[(&str, &str)]) -> Result<Response> {
    let init = private(problem.status(), &[("content-type", problem::CONTENT_TYPE)])?;
    let response = Response::new_with_opt_str_and_init(
        Some(&serde_json::to_string(&problem.document())?),
        &init,
    )?;
    for (name, value) in headers {
        response.headers().set(name, value)?;
    }
    Ok(response)
}

/// The values of the headers of a published file.
pub struct FileHeaders<'a> {
    /// The entity tag without its quotes.
    pub etag: &'a str,
    pub content_type: &'a str,
    pub cache_control: &'a str,
    /// In bytes.
    pub length: usize,
}

impl FileHeaders<'_> {
    /// The answer with the file; the answer to HEAD without `body`.
    pub fn found(&self, body: Option<&[u8]>) -> Result<Response> {
        let init = self.init(200)?;
        Ok(match body {
            Some(body) => Response::new_with_opt_js_u8_array_and_init(
                Some(&js_sys::Uint8Array::from(body)),
                &init,
            )?,
            None => {
                let response = Response::new_with_opt_str_and_init(None, &init)?;
                response
                    .headers()
                    .set("content-length", &self.length.to_string())?;
                response
            }
        })
    }

    /// The answer to a caller that has the file already.
    pub fn not_modified(&self) -> Result<Response> {
        Ok(Response::new_with_opt_str_and_init(None, &self.init(304)?)?)
    }

    fn init(&self, status: u16) -> Result<ResponseInit> {
        let etag = format!("\"{}\"", self.etag);
        let headers = [
            ("content-type", self.content_type),
            ("etag", &etag),
            ("cache-control", self.cache_control),
        ];
        Ok(init(status, &headers)?)
    }
}

fn private(status: u16, headers: &[(&str, &str)]) -> Result<ResponseInit, JsValue> {
    init(status, &[headers, &PRIVATE].concat())
}

fn init(status: u16, headers: &[(&str, &str)]) -> Result<ResponseInit, JsValue> {
    let set = Headers::new()?;
    for (name, value) in headers.iter().chain(&ALWAYS) {
        set.set(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&set);
    Ok(init)
}
