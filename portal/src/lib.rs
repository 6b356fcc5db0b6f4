//! The app for GGD employees: entering the validation code and the first day of illness of an ill
//! person who is on the telephone, and answering for it afterwards (design §4.3).
//!
//! Everything about codes and dates comes from `shared`, the same code that the service runs. The
//! clock and the way to the service are arguments of [`App`], so tests decide both.

mod about;
mod admin;
mod app;
mod clock;
mod connection;
mod frame;
mod http;
mod json;
mod language;
mod part;
mod route;
mod service;
mod session;
mod sign_in;
mod texts;
mod validation;

use std::rc::Rc;

use leptos::{mount::mount_to, prelude::*};
use shared::staff::sign_in::SignInRefusal;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, UrlSearchParams};

pub use crate::{
    app::App,
    clock::Clock,
    service::{Answer, Employee, Failure, Reply, Service, Submission},
};

/// The id of the page's element that the app fills.
const PLACE: &str = "portal";

/// Replaces what the page shows while it loads with the app. The page's `boot.js` calls it, once.
///
/// # Errors
/// When the page has no element for the app.
#[wasm_bindgen]
pub fn start() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    let place: HtmlElement = document()
        .get_element_by_id(PLACE)
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| JsError::new("the page has no element for the portal"))?;
    place.set_text_content(None);
    let service: Rc<dyn Service> = Rc::new(http::Http::default());
    let language = language::preferred();
    let refused = refusal();
    mount_to(
        place,
        move || view! { <App clock=clock::browser_clock service language refused /> },
    )
    .forget();
    Ok(())
}

/// Why signing in was just refused. It is read once: afterwards the address is that of the start.
fn refusal() -> Option<SignInRefusal> {
    let query = UrlSearchParams::new_with_str(&window().location().search().ok()?).ok()?;
    let refusal = query.get(SignInRefusal::PARAMETER)?.parse().ok();
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some("/"));
    }
    refusal
}

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
