//! The field for the validation code, which puts the symbols into groups while they are typed.

use std::time::Duration;

use leptos::{ev, html, prelude::*};
use shared::enrolment::code::grouped;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, InputEvent};

use super::{
    field::{FieldError, invalid},
    spelling::Spelling,
};
use crate::{
    call::{CodeEntry, Typed, symbols},
    part::part,
    texts::{self, text},
};

pub const ID: &str = "code";

/// Longer than it takes to click.
const CLICK: Duration = Duration::from_millis(250);

/// The label, the field, its error and the code in words.
#[component]
pub fn CodeField(
    entry: CodeEntry,
    /// Whether the keyboard starts here.
    take_focus: bool,
) -> impl IntoView {
    let texts = texts::current();
    let field = NodeRef::<html::Input>::new();
    if take_focus {
        field.on_load(|field| {
            let _ = field.focus();
        });
    }
    // The entry also changes without typing: by the code to practise with, and when the employee
    // comes back to the screen.
    Effect::new(move || {
        let text = entry.text();
        if let Some(field) = field.get()
            && field.value() != text
        {
            field.set_value(&text);
        }
    });
    let input = move |event: ev::Event| {
        let field: HtmlInputElement = event_target(&event);
        let text = field.value();
        entry.enter(if may_group(&event, &field, &text) {
            group(&field)
        } else {
            text
        });
    };
    let blur = move |event: ev::FocusEvent| {
        let field: HtmlInputElement = event_target(&event);
        let text = group(&field);
        entry.respell(text.clone());
        // An error moves everything below it. Under a pressed mouse that would lose the click that
        // left the field.
        set_timeout(move || entry.settle_if_unchanged(&text), CLICK);
    };

    view! {
        <div class="field">
            <label for=ID>{text(|texts| texts.form.code.label)}</label>
            <p class="hint" id="code-hint">{text(|texts| texts.form.code.hint)}</p>
            <input
                node_ref=field
                id=ID
                class="code"
                type="text"
                inputmode="text"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                translate="no"
                required
                aria-describedby="code-error code-note code-hint"
                aria-invalid=move || invalid(entry.error().is_some())
                on:input=input
                on:blur=blur
            />
            <FieldError
                id="code-error"
                text=Signal::derive(move || entry.error().map(texts.get().form.code.error))
            />
            <p class="note" id="code-note" role="status">
                {part(move || {
                    matches!(entry.typed(), Typed::Training)
                        .then(|| texts.get().form.code.training)
                })}
            </p>
            <Spelling entry />
        </div>
    }
}

/// Puts the symbols of the field into groups, and returns its new text.
fn group(field: &HtmlInputElement) -> String {
    let before = field.value();
    let text = grouped(&symbols(&before));
    // Setting the value moves the caret to its end, also when nothing changes.
    if before != text {
        field.set_value(&text);
    }
    text
}

/// Whether the field's text may be put in groups while the employee types: not in the middle of the
/// text, from where the caret would jump, and not while the keyboard still composes a character.
fn may_group(event: &ev::Event, field: &HtmlInputElement, text: &str) -> bool {
    let composing = event
        .dyn_ref::<InputEvent>()
        .is_some_and(InputEvent::is_composing);
    let caret = field.selection_start().ok().flatten();
    let end = u32::try_from(text.encode_utf16().count()).ok();
    !composing && caret == end
}
