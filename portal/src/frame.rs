//! What surrounds every screen: the ways to the others, who is signed in, signing out, the
//! language, and the warning ahead of the end of the session.

use leptos::prelude::*;
use shared::staff::employee::Role;

use crate::{
    clock::time_of_day,
    language::LanguageSwitch,
    part::{click, part},
    route::{Route, ScreenLink},
    service::Employee,
    session::{Ending, Presence, SessionState},
    texts::{self, text},
};

/// The employee, as long as the page belongs to one.
fn employee(session: SessionState) -> Option<Employee> {
    match session.presence() {
        Presence::SignedIn(employee) | Presence::Interrupted(employee) => Some(employee),
        Presence::Asking | Presence::Unreachable | Presence::SignedOut(_) => None,
    }
}

/// The product's name, the navigation, the employee and the language.
#[component]
pub fn Header() -> impl IntoView {
    let session = SessionState::find();
    // Not the whole employee, who is another one with every answer: the navigation would be, too.
    let role = Memo::new(move |_| employee(session).map(|employee| employee.role));
    let name = Memo::new(move |_| employee(session).map(|employee| employee.name));

    view! {
        <header>
            <p class="product">{text(|texts| texts.frame.product)}</p>
            <nav aria-label=text(|texts| texts.frame.navigation)>
                <ul>
                    {part(move || role.get().is_some().then(|| view! {
                        <li>
                            <ScreenLink route=Route::Validation>
                                {text(|texts| texts.frame.validation)}
                            </ScreenLink>
                        </li>
                    }))}
                    {part(move || (role.get() == Some(Role::Administrator)).then(|| view! {
                        <li>
                            <ScreenLink route=Route::Audit>
                                {text(|texts| texts.frame.audit)}
                            </ScreenLink>
                        </li>
                        <li>
                            <ScreenLink route=Route::Employees>
                                {text(|texts| texts.frame.employees)}
                            </ScreenLink>
                        </li>
                        <li>
                            <ScreenLink route=Route::Exchange>
                                {text(|texts| texts.frame.exchange)}
                            </ScreenLink>
                        </li>
                    }))}
                    <li>
                        <ScreenLink route=Route::About>{text(|texts| texts.frame.about)}</ScreenLink>
                    </li>
                </ul>
            </nav>
            <div class="who">
                {part(move || name.get().map(|name| view! {
                    <span class="name">{name}</span>
                    <SignOut session />
                }))}
                <LanguageSwitch />
            </div>
        </header>
    }
}

#[component]
fn SignOut(session: SessionState) -> impl IntoView {
    let failed = RwSignal::new(false);

    view! {
        <button
            type="button"
            class="plain"
            id="sign-out"
            on:click=click(move || {
                failed.set(false);
                session.sign_out(move || failed.set(true));
            })
        >
            {text(|texts| texts.frame.sign_out)}
        </button>
        <span class="error" role="alert">
            {part(move || failed.get().then(|| text(|texts| texts.frame.sign_out_failed)))}
        </span>
    }
}

/// Warns ahead of the end of the session. Any key or click stays signed in; the button is for whom
/// neither reaches the page, as with some screen readers.
#[component]
pub fn EndingNote() -> impl IntoView {
    let session = SessionState::find();
    let texts = texts::current();

    view! {
        <div role="status">
            {part(move || session.warning().map(|(ending, at)| view! {
                <div class="banner ending">
                    <p>{part(move || (texts.get().frame.ending)(ending, &time_of_day(at)))}</p>
                    {(ending == Ending::Idle).then(|| view! {
                        <button type="button" id="stay" on:click=click(move || session.ask())>
                            {text(|texts| texts.frame.stay)}
                        </button>
                    })}
                </div>
            }))}
        </div>
    }
}

/// What the portal keeps: nothing.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer>
            <p>{text(|texts| texts.frame.privacy)}</p>
        </footer>
    }
}
