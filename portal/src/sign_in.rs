//! The screen for somebody who is not signed in.

use leptos::prelude::*;
use shared::api::routes::SignInRoute;

use crate::{
    part::part,
    session::Cause,
    texts::{self, text},
    validation::paragraphs,
};

/// What this is, why nobody is signed in if there is something to say about it, and the way in.
#[component]
pub fn SignInScreen(cause: Cause) -> impl IntoView {
    let texts = texts::current();

    view! {
        <div class="prose">
            {part(move || (texts.get().sign_in.cause)(cause).map(|explanation| view! {
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
