//! A page with two simulated phones, to try the service with: the reference phone, compiled for
//! browsers.
//!
//! `cargo xtask dev` serves it at `/phone`. A release build has neither the page nor the test
//! controls that it uses (`/test/phone`, `/test/run/publish`).

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

/// The id of the element that the phones fill.
const PLACE: &str = "phones";

/// Puts the phones in the place of what the page shows while it loads. `boot.js` calls it once.
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
