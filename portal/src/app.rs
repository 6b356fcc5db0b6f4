//! The page around the one task: header, main part and footer, and which of its two screens is shown.

use leptos::{either::Either, prelude::*};
use shared::Timestamp;

use crate::{
    answer::{Accepted, AcceptedPanel},
    api::Sender,
    texts::{self, DUTCH},
    validation_form::ValidationForm,
};

/// Tells the time. A function and not a time, as the page may stay open overnight.
pub type Clock = fn() -> Timestamp;

/// The whole portal.
#[component]
pub fn App(
    /// The time, from which "today" follows.
    clock: Clock,
    /// The way to the service.
    sender: Sender,
) -> impl IntoView {
    provide_context(&DUTCH);
    let texts = texts::current();
    let sender = StoredValue::new_local(sender);
    // The form exists only until its code is accepted. The next caller gets a new one, so nothing of the one before,
    // least of all the code, stays in the page or in memory.
    let accepted = RwSignal::new(None::<Accepted>);
    let first_caller = StoredValue::new(true);
    let next_caller = move || {
        first_caller.set_value(false);
        accepted.set(None);
    };

    view! {
        <a class="skip" href="#main">{texts.skip}</a>
        <header>
            <p class="product">{texts.product}</p>
        </header>
        <main id="main" tabindex="-1">
            <h1>{texts.title}</h1>
            {move || match accepted.get() {
                Some(accepted) => Either::Left(view! { <AcceptedPanel accepted next_caller /> }),
                None => Either::Right(view! {
                    <ValidationForm
                        clock
                        sender=sender.get_value()
                        on_accepted=move |answer| accepted.set(Some(answer))
                        // A page that has just been opened is read from its top.
                        take_focus=!first_caller.get_value()
                    />
                }),
            }}
        </main>
        <footer>
            <p>{texts.privacy}</p>
        </footer>
    }
}

/// The time of the browser's computer.
pub fn browser_clock() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}
