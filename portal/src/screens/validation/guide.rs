//! The guide to the conversation: what to ask, where the caller finds the code, and what to say at
//! the end. It is in the page, so that employees need no work instruction beside it.

use leptos::prelude::*;

use crate::{
    part::{click, each, part},
    texts::{self, Question, Step, text},
};

/// The guide. Beside the form it is always open; on narrow screens, above the form, a button opens
/// it.
#[component]
pub fn Guide() -> impl IntoView {
    let texts = texts::current();
    let open = RwSignal::new(false);

    view! {
        <aside class="guide" class:open=move || open.get() aria-labelledby="guide-heading">
            <h2 id="guide-heading">{text(|texts| texts.guide.heading)}</h2>
            <button
                type="button"
                class="quiet toggle"
                aria-expanded=move || open.get().to_string()
                aria-controls="guide"
                on:click=click(move || open.update(|open| *open = !*open))
            >
                {part(move || {
                    let texts = &texts.get().guide;
                    if open.get() { texts.hide } else { texts.show }
                })}
            </button>
            <div id="guide">
                <ol class="steps">
                    {part(move || each(texts.get().guide.steps, step))}
                </ol>
                <h3>{text(|texts| texts.guide.questions_heading)}</h3>
                {part(move || each(texts.get().guide.questions, question))}
            </div>
        </aside>
    }
}

fn step(step: &'static Step) -> impl IntoView {
    view! {
        <li>
            <h3>{step.heading}</h3>
            {step.cue.map(|cue| view! { <p class="cue">{cue}</p> })}
            <blockquote>{each(step.say, |say| view! { <p>{*say}</p> })}</blockquote>
            {step.note.map(|note| view! { <p class="hint">{note}</p> })}
        </li>
    }
}

fn question(question: &'static Question) -> impl IntoView {
    view! {
        <details>
            <summary>{question.question}</summary>
            <p>{question.answer}</p>
        </details>
    }
}
