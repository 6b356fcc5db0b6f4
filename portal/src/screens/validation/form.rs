//! The form that an employee fills in while the caller is on the telephone.

use leptos::{ev, prelude::*};

use super::{
    code_field::{self, CodeField},
    date_field::{self, DateField},
    symptoms::{self, SymptomsField},
};
use crate::{
    browser::focus,
    call::{Call, Field},
    part::part,
    service::ServiceHandle,
    session::SessionState,
    texts::{self, text},
};

/// Sends the form, or moves the keyboard to the first error.
pub fn submitter(call: Call) -> impl Fn() + Copy + Send + Sync + 'static {
    let service = ServiceHandle::find();
    let session = SessionState::find();
    move || {
        if let Err(field) = call.submit(service, move || session.ended()) {
            focus(match field {
                Field::Code => code_field::ID,
                Field::Symptoms => symptoms::YES,
                Field::Date => date_field::LIST,
                Field::EarlierDate => date_field::INPUT,
            });
        }
    }
}

#[component]
pub fn ValidationForm(
    call: Call,
    /// Whether the keyboard starts in the form.
    take_focus: bool,
) -> impl IntoView {
    let texts = texts::current();
    let submit = submitter(call);
    let sending = move || call.busy.get().then(|| texts.get().form.sending);

    view! {
        <form
            class="sheet"
            novalidate
            autocomplete="off"
            aria-labelledby="form-heading"
            aria-busy=move || call.busy.get().to_string()
            on:focusin=move |_| call.look_at_clock()
            on:submit=move |event: ev::SubmitEvent| {
                event.prevent_default();
                submit();
            }
        >
            <h2 id="form-heading">{text(|texts| texts.form.heading)}</h2>
            <CodeField entry=call.code take_focus />
            <SymptomsField entry=call.symptoms />
            <DateField
                entry=call.date
                symptomatic=Signal::derive(move || call.symptoms.get())
                now=call.now
            />
            <div class="infectious" role="status">
                {part(move || {
                    let illness = call.illness()?;
                    let texts = texts.get();
                    Some(view! {
                        <p>{texts.form.infectious.label}</p>
                        <p class="day">{texts.day(illness.infectious_from())}</p>
                        <p class="hint">{(texts.form.infectious.why)(illness.symptomatic())}</p>
                    })
                })}
            </div>
            // Not `disabled` while busy: that would take the keyboard's place away.
            <button type="submit" id="send" aria-disabled=move || call.busy.get().to_string()>
                {part(move || sending().unwrap_or_else(|| texts.get().form.send))}
            </button>
            <p class="visually-hidden" role="status">{sending}</p>
        </form>
    }
}
