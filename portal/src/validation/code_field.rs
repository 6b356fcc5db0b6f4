//! The field for the validation code. What a code is, `shared::enrolment::code` says; here is only when to
//! speak of it.

use std::time::Duration;

use leptos::{ev, html, prelude::*};
use shared::enrolment::code::{
    CodeError, LENGTH, TRAINING_CODE, ValidationCode, grouped, is_separator,
};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, InputEvent};

use super::{
    field::{FieldError, invalid},
    spelling::Spelling,
};
use crate::{
    part::part,
    texts::{self, text},
};

/// The id of the field.
pub const ID: &str = "code";

/// Longer than it takes to click.
const CLICK: Duration = Duration::from_millis(250);

/// What stands in the field, and whether the employee is done with it.
#[derive(Clone, Copy)]
pub struct CodeEntry {
    text: RwSignal<String>,
    settled: RwSignal<bool>,
    /// Whether the code is shown in words.
    pub spelled: RwSignal<bool>,
}

/// What was typed.
pub enum Typed {
    /// A code that may be sent.
    Code(ValidationCode),
    /// The code to practise with.
    Training,
    /// No code, or not yet.
    Wrong(CodeError),
}

impl CodeEntry {
    /// An empty field.
    pub fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            settled: RwSignal::new(false),
            spelled: RwSignal::new(false),
        }
    }

    /// Forgets it.
    pub fn clear(self) {
        self.text.set(String::new());
        self.settled.set(false);
        self.spelled.set(false);
    }

    /// Fills in the code to practise with.
    pub fn practise(self) {
        self.text.set(grouped(TRAINING_CODE));
    }

    /// What stands in the field now, as codes are written.
    pub fn symbols(self) -> String {
        symbols(&self.text.read())
    }

    /// What stands in the field now.
    pub fn typed(self) -> Typed {
        let symbols = self.symbols();
        if symbols == TRAINING_CODE {
            Typed::Training
        } else {
            symbols.parse().map_or_else(Typed::Wrong, Typed::Code)
        }
    }

    /// Whether nothing was typed.
    pub fn is_empty(self) -> bool {
        self.text.read().is_empty()
    }

    /// From now until the next change, what is missing counts as an error.
    pub fn settle(self) {
        self.settled.set(true);
    }

    /// The error to show. A symbol that is in no code is named at once; what more typing may mend,
    /// only when settled.
    fn error(self) -> Option<CodeError> {
        let Typed::Wrong(error) = self.typed() else {
            return None;
        };
        let hopeless = match error {
            CodeError::Symbol(_) => !TRAINING_CODE.starts_with(&self.symbols()),
            CodeError::Length(found) => found > LENGTH,
            CodeError::Check => false,
        };
        (hopeless || self.settled.get()).then_some(error)
    }
}

/// The label, the field and what there is to say of it.
#[component]
pub fn CodeField(
    /// What is typed.
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
    // What changes other than by typing: the code to practise with, and what was typed before the
    // screen was left.
    Effect::new(move || {
        let text = entry.text.get();
        if let Some(field) = field.get()
            && field.value() != text
        {
            field.set_value(&text);
        }
    });
    let show = move |field: &HtmlInputElement, text: String| {
        // Setting the value moves the caret to its end, also when nothing changes.
        if field.value() != text {
            field.set_value(&text);
        }
        entry.text.set(text);
    };
    let input = move |event: ev::Event| {
        let field: HtmlInputElement = event_target(&event);
        let text = field.value();
        entry.settled.set(false);
        if may_group(&event, &field, &text) {
            show(&field, grouped(&symbols(&text)));
        } else {
            entry.text.set(text);
        }
    };
    let blur = move |event: ev::FocusEvent| {
        let field: HtmlInputElement = event_target(&event);
        show(&field, grouped(&symbols(&field.value())));
        // An error makes what stands below move. Under a pressed mouse that would lose the click
        // that left the field.
        let left = field.value();
        set_timeout(
            move || {
                let is_same = entry.text.try_with_untracked(|text| *text == left);
                if !left.is_empty() && is_same == Some(true) {
                    entry.settle();
                }
            },
            CLICK,
        );
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

/// The symbols of `text` as codes are written: upper case, nothing between them.
fn symbols(text: &str) -> String {
    text.chars()
        .filter(|character| !is_separator(*character))
        .map(|character| character.to_ascii_uppercase())
        .collect()
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
