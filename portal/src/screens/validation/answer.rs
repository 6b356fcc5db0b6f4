//! The panel for a code that is accepted, with what to say and do next.

use leptos::{ev, html, prelude::*};

use crate::{
    call::Accepted,
    part::{click, paragraphs, part},
    texts::{self, text},
};

/// Takes the place of the form.
#[component]
pub fn AcceptedPanel(
    accepted: Accepted,
    next_caller: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let texts = texts::current();
    let day = move || texts.get().day(accepted.infectious_from);
    let panel = NodeRef::<html::Section>::new();
    panel.on_load(|panel| {
        let _ = panel.focus();
    });
    // A letter works only while the keyboard is in the panel, where nothing can be typed (WCAG
    // 2.1.4). Enter is no shortcut: it may have sent the form, and be pressed twice.
    let key = move |event: ev::KeyboardEvent| {
        let alone = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat());
        let letter = untrack(|| texts.get().accepted.next_caller_key);
        if alone && event.key().eq_ignore_ascii_case(letter) {
            event.prevent_default();
            next_caller();
        }
    };

    view! {
        <section
            node_ref=panel
            class="sheet panel accepted"
            tabindex="-1"
            role="status"
            aria-labelledby="accepted-heading"
            on:keydown=key
        >
            <h2 id="accepted-heading">{text(|texts| texts.accepted.heading)}</h2>
            {accepted.practice.then(|| view! {
                <p class="note">{text(|texts| texts.accepted.practice)}</p>
            })}
            <p class="say">{text(|texts| texts.form.say)}</p>
            <blockquote>
                {part(move || paragraphs((texts.get().accepted.say)(&day())))}
            </blockquote>
            <div class="infectious">
                <p>{text(|texts| texts.form.infectious.label)}</p>
                <p class="day">{day}</p>
            </div>
            <p class="hint">{text(|texts| texts.accepted.unseen)}</p>
            <p class="next">
                <button
                    type="button"
                    id="next-caller"
                    aria-keyshortcuts=text(|texts| texts.accepted.next_caller_key)
                    on:click=click(next_caller)
                >
                    {text(|texts| texts.accepted.next_caller)}
                </button>
                <span class="hint">{text(|texts| texts.accepted.next_caller_hint)}</span>
            </p>
        </section>
    }
}
