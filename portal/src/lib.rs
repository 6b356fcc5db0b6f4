//! The portal: the app in which GGD employees validate the code of a caller who is ill, and
//! administrators see what was done (design §4.3).
//!
//! The rules for codes and dates come from `shared`, the same code that the service runs. The clock
//! and the service are arguments of [`App`], so that tests bring their own.
//!
//! A module uses only those below it:
//!
//! - `page`: the app, which chooses a screen, and the parts around it
//! - `screens`: a room for each screen
//! - `session`: who is signed in, and for how long
//! - `call`: the call that the employee is in, and what is filled in
//! - `service`: the service over HTTP
//! - `texts`: everything the portal says, in Dutch and English
//! - `part`, `browser`: how views are built, and what the browser is asked for

mod browser;
mod call;
mod page;
mod part;
mod screens;
mod service;
mod session;
mod texts;

use std::rc::Rc;

use leptos::{mount::mount_to, prelude::*};
use shared::staff::sign_in::SignInRefusal;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, UrlSearchParams};

pub use crate::{
    browser::Clock,
    page::App,
    service::{CurrentEmployee, Reply, RequestFailure, Service, Submission},
};

/// The id of the element that the app fills.
const PLACE: &str = "portal";

/// Puts the app in the place of what the page shows while it loads. `boot.js` calls it once.
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
    let service: Rc<dyn Service> = Rc::new(service::http::Http::default());
    let language = page::preferred();
    let refused = refusal();
    mount_to(
        place,
        move || view! { <App clock=browser::now service language refused /> },
    )
    .forget();
    Ok(())
}

/// Why signing in was just refused, if it was. The address is then set to the start, so that it is
/// read once.
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
