//! Whether the caller has symptoms.

use leptos::{ev, prelude::*};

use super::field::{FieldError, focus, invalid};
use crate::texts::{self, Say, text};

/// The id of "yes".
pub const YES: &str = "symptoms-yes";
const NO: &str = "symptoms-no";

/// What is chosen, and whether the employee is done with it.
#[derive(Clone, Copy)]
pub struct SymptomsEntry {
    chosen: RwSignal<Option<bool>>,
    settled: RwSignal<bool>,
}

impl SymptomsEntry {
    /// Nothing chosen.
    pub fn new() -> Self {
        Self {
            chosen: RwSignal::new(None),
            settled: RwSignal::new(false),
        }
    }

    /// Forgets it.
    pub fn clear(self) {
        self.chosen.set(None);
        self.settled.set(false);
    }

    /// What is chosen.
    pub fn get(self) -> Option<bool> {
        self.chosen.get()
    }

    /// From now on, what is missing counts as an error.
    pub fn settle(self) {
        self.settled.set(true);
    }

    fn choose(self, symptomatic: bool) {
        self.chosen.set(Some(symptomatic));
    }
}

/// The question and its two answers.
#[component]
pub fn SymptomsField(
    /// What is chosen.
    entry: SymptomsEntry,
) -> impl IntoView {
    let texts = texts::current();
    let missing = move || entry.settled.get() && entry.chosen.get().is_none();
    let choice = move |id: &'static str, symptomatic: bool, say: Say| {
        view! {
            <label class="choice" for=id>
                <input
                    id=id
                    type="radio"
                    name="symptoms"
                    required
                    prop:checked=move || entry.chosen.get() == Some(symptomatic)
                    on:change=move |_| entry.choose(symptomatic)
                />
                {text(say)}
            </label>
        }
    };
    // The first letters of the answers, in either language, choose them while the keyboard is here.
    let key = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let (symptomatic, id) = match event.key().to_ascii_lowercase().as_str() {
            "j" | "y" => (true, YES),
            "n" => (false, NO),
            _ => return,
        };
        entry.choose(symptomatic);
        focus(id);
    };

    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-required="true"
            aria-describedby="symptoms-error symptoms-hint"
            aria-invalid=move || invalid(missing())
            on:keydown=key
        >
            <legend>{text(|texts| texts.form.symptoms.question)}</legend>
            <p class="hint" id="symptoms-hint">{text(|texts| texts.form.symptoms.hint)}</p>
            <div class="choices">
                {choice(YES, true, |texts| texts.form.symptoms.yes)}
                {choice(NO, false, |texts| texts.form.symptoms.no)}
            </div>
            <FieldError
                id="symptoms-error"
                text=Signal::derive(move || {
                    missing().then(|| texts.get().form.symptoms.missing.to_owned())
                })
            />
        </fieldset>
    }
}
