//! Two simulated phones side by side, to try the service with: the reference phone, compiled for a
//! browser.
//!
//! `cargo xtask dev` serves it at `/phone`. A release build has neither the page nor the doors for
//! tests that it looks through (`/test/phone`, `/test/run/publish`).

mod meetings;
mod pair;
mod phone_view;
mod service;
mod story;
mod view;

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::view::Page;

/// The id of the page's element that the phones fill.
const PLACE: &str = "phones";

/// Replaces what the page shows while it loads with the phones. The page's `boot.js` calls it,
/// once.
///
/// # Errors
/// When the page has no element for the phones.
#[wasm_bindgen]
pub fn start() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    let place: HtmlElement = document()
        .get_element_by_id(PLACE)
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| JsError::new("the page has no element for the phones"))?;
    place.set_text_content(None);
    mount_to(place, Page).forget();
    Ok(())
}
