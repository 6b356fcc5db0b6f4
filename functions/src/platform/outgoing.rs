//! Builds requests to other servers: the sign-in provider and the gateway of other countries.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, Headers, RequestInit, RequestRedirect};

/// A request that is aborted after `timeout` milliseconds. It follows no redirection, since none of
/// these servers redirects.
pub fn request<'a>(
    method: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: Option<&[u8]>,
    timeout: u32,
) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    let all = Headers::new()?;
    for (name, value) in headers {
        all.set(name, value)?;
    }
    init.set_headers(&all);
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(timeout)));
    if let Some(body) = body {
        init.set_body(&Uint8Array::from(body));
    }
    Ok(init)
}
