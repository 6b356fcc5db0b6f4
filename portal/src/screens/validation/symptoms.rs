//! The question whether the caller has symptoms.

use leptos::{ev, prelude::*};

use super::field::{FieldError, invalid};
use crate::{
    browser::focus,
    call::SymptomsEntry,
    texts::{self, Say, text},
};

/// The id of "yes".
pub const YES: &str = "symptoms-yes";
const NO: &str = "symptoms-no";

/// The question and its two answers.
#[component]
pub fn SymptomsField(entry: SymptomsEntry) -> impl IntoView {
    let texts = texts::current();
    let choice = move |id: &'static str, symptomatic: bool, say: Say| {
        view! {
            <label class="choice" for=id>
                <input
                    id=id
                    type="radio"
                    name="symptoms"
                    required
                    prop:checked=move || entry.get() == Some(symptomatic)
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
            aria-invalid=move || invalid(entry.is_missing())
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
                    entry.is_missing().then(|| texts.get().form.symptoms.missing.to_owned())
                })
            />
        </fieldset>
    }
}
