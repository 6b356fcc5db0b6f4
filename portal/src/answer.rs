//! What comes back: the code is accepted, or it is not and why, each with what to say and do next.

use leptos::{html, prelude::*};
use shared::{Date, api::ValidationAnswer, dates::Illness};

use crate::{
    api::Failure,
    texts::{self, Explanation},
};

/// A code that was accepted.
#[derive(Clone, Copy)]
pub struct Accepted {
    infectious_from: Date,
    practice: bool,
}

impl Accepted {
    /// The service accepted it.
    pub fn by_service(answer: ValidationAnswer) -> Self {
        Self {
            infectious_from: answer.infectious_from,
            practice: false,
        }
    }

    /// It was the training code, which the service never sees.
    pub fn practised(illness: Illness) -> Self {
        Self {
            infectious_from: illness.infectious_from(),
            practice: true,
        }
    }
}

/// Tells that the code is accepted, in the place of the form.
#[component]
pub fn AcceptedPanel(accepted: Accepted, next_caller: impl Fn() + 'static) -> impl IntoView {
    let texts = texts::current();
    let day = texts.day(accepted.infectious_from);
    let panel = NodeRef::<html::Section>::new();
    panel.on_load(|panel| {
        let _ = panel.focus();
    });

    view! {
        <section
            node_ref=panel
            class="sheet panel accepted"
            tabindex="-1"
            role="status"
            aria-labelledby="accepted-heading"
        >
            <h2 id="accepted-heading">{texts.accepted.heading}</h2>
            {accepted.practice.then(|| view! { <p class="note">{texts.accepted.practice}</p> })}
            <p class="say">{texts.say}</p>
            <blockquote>{paragraphs((texts.accepted.say)(&day))}</blockquote>
            <div class="infectious">
                <p>{texts.infectious.label}</p>
                <p class="day">{day}</p>
            </div>
            <p class="hint">{texts.accepted.unseen}</p>
            <button type="button" on:click=move |_| next_caller()>
                {texts.accepted.next_caller}
            </button>
        </section>
    }
}

/// Tells why the code was not accepted, above the form, which keeps what was filled in.
#[component]
pub fn FailurePanel(
    /// The last failure, if there is one.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
    /// Sends the form once more.
    retry: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let texts = texts::current();
    let panel = NodeRef::<html::Section>::new();
    // Each failure is read anew, also when it is the same as the one before.
    Effect::new(move || {
        if let (Some(_), Some(panel)) = (failure.get(), panel.get()) {
            let _ = panel.focus();
        }
    });

    move || {
        let failure = failure.get()?;
        let Explanation { heading, say, next } = (texts.failure)(failure);
        Some(view! {
            <section
                node_ref=panel
                class="panel refused"
                tabindex="-1"
                role="alert"
                aria-labelledby="failure-heading"
            >
                <h2 id="failure-heading">{heading}</h2>
                {say.map(|say| view! {
                    <p class="say">{texts.say}</p>
                    <blockquote><p>{say}</p></blockquote>
                })}
                {paragraphs(next)}
                {failure.invites_retry().then(|| view! {
                    <button type="button" on:click=move |_| retry()>{texts.send_again}</button>
                })}
            </section>
        })
    }
}

fn paragraphs(texts: Vec<String>) -> impl IntoView {
    texts
        .into_iter()
        .map(|text| view! { <p>{text}</p> })
        .collect_view()
}
