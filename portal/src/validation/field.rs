//! What the form's fields have in common: how an error is shown, and how the keyboard gets to a
//! field.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

/// The text of a field's error, which the field names in its `aria-describedby`.
///
/// The element is always there: screen readers announce what changes inside a live region, not all
/// of them announce a live region that appears.
#[component]
pub fn FieldError(
    /// The element's id.
    id: &'static str,
    /// The text, if there is an error.
    #[prop(into)]
    text: Signal<Option<String>>,
) -> impl IntoView {
    view! { <p class="error" id=id role="alert">{text}</p> }
}

/// The value of `aria-invalid`: the attribute is there only when there is an error.
pub fn invalid(error: bool) -> Option<&'static str> {
    error.then_some("true")
}

/// Moves the keyboard to the element with this id.
pub fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // It fails only for elements that cannot be focused; there is nothing to do about it then.
        let _ = element.focus();
    }
}
