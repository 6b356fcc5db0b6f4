//! The screen for an employee who is not signed in.

use leptos::prelude::*;
use shared::api::routes::SignInRoute;

use crate::{
    part::{paragraphs, part},
    session::Cause,
    texts::{self, Explanation, SignInTexts, text},
};

/// What the portal is for, why no employee is signed in, and the link to sign in.
#[component]
pub fn SignInScreen(cause: Cause) -> impl IntoView {
    let texts = texts::current();

    view! {
        <div class="prose">
            {part(move || explanation(cause, &texts.get().sign_in).map(|explanation| view! {
                <section class="panel notice" role="alert" aria-labelledby="cause-heading">
                    <h2 id="cause-heading">{explanation.heading}</h2>
                    {paragraphs(explanation.next)}
                </section>
            }))}
            <p>{text(|texts| texts.sign_in.purpose)}</p>
            <p>
                // A full request: the service answers it with the provider's address.
                <a class="button" id="sign-in" href=SignInRoute::Login.path()>
                    {text(|texts| texts.sign_in.sign_in)}
                </a>
            </p>
            <p class="hint">{text(|texts| texts.sign_in.how)}</p>
        </div>
    }
}

/// Nothing for an employee who has only just opened the page.
fn explanation(cause: Cause, texts: &SignInTexts) -> Option<Explanation> {
    match cause {
        Cause::New => None,
        Cause::Left => Some((texts.left)()),
        Cause::Idle => Some((texts.idle)()),
        Cause::Ended => Some((texts.ended)()),
        Cause::Refused(refusal) => Some((texts.refused)(refusal)),
    }
}
