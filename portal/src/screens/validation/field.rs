//! The error of a field of the form, and how screen readers announce it.

use leptos::prelude::*;

/// The text of a field's error, which the field names in its `aria-describedby`.
///
/// The element is always in the page: screen readers announce what changes inside a live region,
/// but not all of them announce a live region that appears.
#[component]
pub fn FieldError(id: &'static str, #[prop(into)] text: Signal<Option<String>>) -> impl IntoView {
    view! { <p class="error" id=id role="alert">{text}</p> }
}

/// The value of `aria-invalid`: the attribute is set only if there is an error.
pub fn invalid(error: bool) -> Option<&'static str> {
    error.then_some("true")
}
