//! The panel for a code that is not accepted: why, what to ask the caller, and what to do next.

use leptos::{html, prelude::*};
use shared::api::{problem::Problem, routes::SignInRoute};

use super::form::submitter;
use crate::{
    call::Call,
    part::{click, paragraphs, part},
    service::RequestFailure,
    session::{Presence, SessionState},
    texts::{self, text, time_of_day},
};

/// Shown above the form, which keeps what was filled in.
#[component]
pub fn FailurePanel(call: Call) -> impl IntoView {
    let texts = texts::current();
    let session = SessionState::find();
    let retry = submitter(call);
    let panel = NodeRef::<html::Section>::new();
    let is_signed_in = Memo::new(move |_| matches!(session.presence(), Presence::SignedIn(_)));
    // Screen readers read each failure again, also when it is the same as the last one, and once
    // more when the employee has signed in again.
    Effect::new(move || {
        is_signed_in.track();
        if let (Some(failure), Some(panel)) = (call.failure.get(), panel.get()) {
            let _ = panel.focus();
            // The code in words, to compare it with what the caller sees.
            if failure == RequestFailure::Problem(Problem::CodeNotAccepted) {
                call.code.spelled.set(true);
            }
        }
    });
    let explanation = move |failure: RequestFailure| {
        let texts = texts.get();
        if failure.is_signed_out() && is_signed_in.get() {
            return (texts.sign_in.back)();
        }
        let again_at = call.again_at.get().map(time_of_day);
        let texts = &texts.failure;
        match failure {
            RequestFailure::Offline => (texts.offline)(),
            RequestFailure::NoAnswer => (texts.no_answer)(),
            RequestFailure::Problem(problem) => (texts.problem)(problem),
            RequestFailure::Throttled { seconds } => {
                (texts.throttled)(seconds, again_at.as_deref())
            }
        }
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
