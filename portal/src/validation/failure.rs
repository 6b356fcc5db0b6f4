//! What comes back when the code is not accepted: why, what to ask the caller, and what to do next.

use leptos::{html, prelude::*};
use shared::api::{problem::Problem, routes::SignInRoute};

use super::{answer::paragraphs, call::Call, form::submitter};
use crate::{
    clock::time_of_day,
    part::{click, part},
    service::Failure,
    session::{Presence, SessionState},
    texts::{self, text},
};

/// Tells why the code was not accepted, above the form, which keeps what was filled in.
#[component]
pub fn FailurePanel(call: Call) -> impl IntoView {
    let texts = texts::current();
    let session = SessionState::find();
    let retry = submitter(call);
    let panel = NodeRef::<html::Section>::new();
    let is_signed_in = Memo::new(move |_| matches!(session.presence(), Presence::SignedIn(_)));
    // Each failure is read anew, also when it is the same as the one before, and so is the way out
    // of it.
    Effect::new(move || {
        is_signed_in.track();
        if let (Some(failure), Some(panel)) = (call.failure.get(), panel.get()) {
            let _ = panel.focus();
            // The code in words, to compare it with what the caller sees.
            if failure == Failure::Problem(Problem::CodeNotAccepted) {
                call.code.spelled.set(true);
            }
        }
    });
    let explanation = move |failure: Failure| {
        let texts = texts.get();
        if failure.is_signed_out() && is_signed_in.get() {
            return (texts.sign_in.back)();
        }
        let again_at = call.again_at.get().map(time_of_day);
        (texts.failure)(failure, again_at.as_deref())
    };

    move || {
        let failure = call.failure.get()?;
        let needs_sign_in = move || failure.is_signed_out() && !is_signed_in.get();
        let content = move || {
            let explanation = explanation(failure);
            view! {
                <h2 id="failure-heading">{explanation.heading}</h2>
                {explanation.say.map(|say| view! {
                    <p class="say">{texts.get().form.say}</p>
                    <blockquote><p>{say}</p></blockquote>
                })}
                {paragraphs(explanation.next)}
            }
        };
        Some(view! {
            <section
                node_ref=panel
                class="panel refused"
                tabindex="-1"
                role="alert"
                aria-labelledby="failure-heading"
            >
                {content}
                {part(move || needs_sign_in().then(|| view! {
                    <p>
                        <a class="button" href=SignInRoute::Login.path() target="_blank">
                            {text(|texts| texts.form.sign_in_elsewhere)}
                        </a>
                    </p>
                }))}
                {failure.invites_retry().then(|| view! {
                    <button
                        type="button"
                        class:quiet=needs_sign_in
                        on:click=click(retry)
                    >
                        {text(|texts| texts.form.send_again)}
                    </button>
                })}
            </section>
        })
    }
}
