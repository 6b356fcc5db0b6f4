//! Building answers, with as few calls into the platform as possible.

use serde::Serialize;
use shared::problem::{self, Problem};
use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};
use worker::Result;

/// What nobody may keep or change on the way: everything that is not a published file.
const NO_STORE: &str = "no-store, no-transform";

/// The headers of JSON that belongs to the caller alone.
const PRIVATE_JSON: [(&str, &str); 2] = [
    ("content-type", "application/json"),
    ("cache-control", NO_STORE),
];

/// The answer to a phone: always status 200, always these headers (design §4.1).
pub fn phone(body: &str) -> Result<Response> {
    thread_local! {
        // The same for every answer, so it is made once.
        static INIT: Option<ResponseInit> =
            init(200, &PRIVATE_JSON).ok();
    }
    INIT.with(|init| match init {
        Some(init) => Ok(Response::new_with_opt_str_and_init(Some(body), init)?),
        None => Err("no headers".into()),
    })
}

/// JSON that belongs to the caller alone.
pub fn json(value: &impl Serialize) -> Result<Response> {
    let init = init(200, &PRIVATE_JSON)?;
    Ok(Response::new_with_opt_str_and_init(
        Some(&serde_json::to_string(value)?),
        &init,
    )?)
}

/// An empty answer with this status.
pub fn empty(status: u16) -> Result<Response> {
    Ok(Response::new_with_opt_str_and_init(
        None,
        &init(status, &[("cache-control", NO_STORE)])?,
    )?)
}

/// A problem document.
pub fn problem(problem: Problem) -> Result<Response> {
    problem_with(problem, &[])
}

/// The problem document for a method that the path does not know, and those that it does.
pub fn method_not_allowed(allowed: &str) -> Result<Response> {
    problem_with(Problem::MethodNotAllowed, &[("allow", allowed)])
}

fn problem_with(problem: Problem, headers: &[(&str, &str)]) -> Result<Response> {
    let init = init(
        problem.status(),
        &[
            ("content-type", problem::CONTENT_TYPE),
            ("cache-control", NO_STORE),
        ],
    )?;
    let response = Response::new_with_opt_str_and_init(
        Some(&serde_json::to_string(&problem.document())?),
        &init,
    )?;
    for (name, value) in headers {
        response.headers().set(name, value)?;
    }
    Ok(response)
}

/// A published file or its head, or the word that the caller's copy is still right.
pub struct File<'a> {
    /// Without quotes.
    pub etag: &'a str,
    /// The media type.
    pub content_type: &'a str,
    /// How long others may keep it.
    pub cache_control: &'a str,
    /// How many bytes it has.
    pub length: usize,
}

impl File<'_> {
    /// The answer with `body`; without one, the answer to HEAD.
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

    /// The answer that nothing has changed.
    pub fn not_modified(&self) -> Result<Response> {
        Ok(Response::new_with_opt_str_and_init(None, &self.init(304)?)?)
    }

    fn init(&self, status: u16) -> Result<ResponseInit> {
        let etag = format!("\"{}\"", self.etag);
        let headers = [
            ("content-type", self.content_type),
            ("etag", &etag),
            ("cache-control", self.cache_control),
            ("x-content-type-options", "nosniff"),
        ];
        Ok(init(status, &headers)?)
    }
}

fn init(status: u16, headers: &[(&str, &str)]) -> std::result::Result<ResponseInit, JsValue> {
    let set = Headers::new()?;
    for (name, value) in headers {
        set.set(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&set);
    Ok(init)
}
