//! The app for GGD employees: one screen, on which an employee who has an ill person on the telephone enters that
//! person's validation code and first day of illness (design §4.3).
//!
//! Everything about codes and dates comes from `shared`, the same code that the service runs. The clock and the way to
//! the service are arguments of [`App`], so tests decide both.

mod answer;
mod api;
mod app;
mod code_field;
mod date_field;
mod field;
mod texts;
mod validation_form;

use std::rc::Rc;

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

pub use crate::{
    api::{Answer, Failure, Sender, Submission},
    app::{App, Clock},
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
    let sender: Sender = Rc::new(|submission| Box::pin(api::send(submission)));
    mount_to(
        place,
        move || view! { <App clock=app::browser_clock sender /> },
    )
    .forget();
    Ok(())
}
