//! What the portal asks of the browser itself: the time, the connection, a random number, and where
//! the keyboard is.

use leptos::prelude::*;
use shared::Timestamp;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

/// Tells the time. A function and not a time, as the page may stay open overnight. Tests bring
/// their own.
pub type Clock = fn() -> Timestamp;

/// The time of the computer's clock, which may be wrong.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}

/// Whether the computer has a connection at all. That it has one says nothing of the service, but
/// without one no request arrives.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// A random UUID. A browser without a random number generator gives an empty one.
pub fn random_uuid() -> String {
    window()
        .crypto()
        .map(|crypto| crypto.random_uuid())
        .unwrap_or_default()
}

/// Moves the keyboard to the element with this id.
pub fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // It fails only for elements that cannot be focused; there is nothing to do about it then.
        let _ = element.focus();
    }
}
