//! How a field of the form shows its error.

use leptos::prelude::*;

/// The text of a field's error, which the field names in its `aria-describedby`.
///
/// The element is always there: screen readers announce what changes inside a live region, not all
/// of them announce a live region that appears.
#[component]
pub fn FieldError(id: &'static str, #[prop(into)] text: Signal<Option<String>>) -> impl IntoView {
    view! { <p class="error" id=id role="alert">{text}</p> }
}

/// The value of `aria-invalid`: the attribute is there only when there is an error.
pub fn invalid(error: bool) -> Option<&'static str> {
    error.then_some("true")
}
