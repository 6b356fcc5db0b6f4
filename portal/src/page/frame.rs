//! The parts around every screen: the navigation, the employee's name, signing out, the language,
//! and the warning before the session ends.

use leptos::prelude::*;
use shared::staff::employee::Role;

use super::{
    language::LanguageSwitch,
    navigation::{ScreenLink, ScreenRoute},
};
use crate::{
    part::{click, part},
    service::CurrentEmployee,
    session::{Ending, Presence, SessionState},
    texts::{self, text, time_of_day},
};

/// The employee who uses the page, if one does.
fn employee(session: SessionState) -> Option<CurrentEmployee> {
    match session.presence() {
        Presence::SignedIn(employee) | Presence::Interrupted(employee) => Some(employee),
        Presence::Asking | Presence::Unreachable | Presence::SignedOut(_) => None,
    }
}

/// The product's name, the navigation, the employee and the language.
#[component]
pub fn Header() -> impl IntoView {
    let session = SessionState::find();
    // Not the whole employee, whose times change with every answer: the navigation would be built
    // again each time.
    let role = Memo::new(move |_| employee(session).map(|employee| employee.role));
    let name = Memo::new(move |_| employee(session).map(|employee| employee.name));

    view! {
        <header>
            <p class="product">{text(|texts| texts.frame.product)}</p>
            <nav aria-label=text(|texts| texts.frame.navigation)>
                <ul>
                    {part(move || role.get().is_some().then(|| view! {
                        <li>
                            <ScreenLink route=ScreenRoute::Validation>
                                {text(|texts| texts.frame.validation)}
                            </ScreenLink>
                        </li>
                    }))}
                    {part(move || (role.get() == Some(Role::Administrator)).then(|| view! {
                        <li>
                            <ScreenLink route=ScreenRoute::Audit>
                                {text(|texts| texts.frame.audit)}
                            </ScreenLink>
                        </li>
                        <li>
                            <ScreenLink route=ScreenRoute::Employees>
                                {text(|texts| texts.frame.employees)}
                            </ScreenLink>
                        </li>
                        <li>
                            <ScreenLink route=ScreenRoute::Exchange>
                                {text(|texts| texts.frame.exchange)}
                            </ScreenLink>
                        </li>
                    }))}
                    <li>
                        <ScreenLink route=ScreenRoute::About>
                            {text(|texts| texts.frame.about)}
                        </ScreenLink>
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

/// Warns before the session ends. Any key or click keeps the employee signed in. The button is for
/// those whose keys and clicks do not reach the page, as with some screen readers.
#[component]
pub fn EndingNote() -> impl IntoView {
    let session = SessionState::find();
    let texts = texts::current();

    view! {
        <div role="status">
            {part(move || session.warning().map(|end| view! {
                <div class="banner ending">
                    <p>
                        {part(move || {
                            let frame = &texts.get().frame;
                            let say = match end.ending {
                                Ending::Idle => frame.ending_idle,
                                Ending::Day => frame.ending_day,
                            };
                            say(&time_of_day(end.at))
                        })}
                    </p>
                    {(end.ending == Ending::Idle).then(|| view! {
                        <button type="button" id="stay" on:click=click(move || session.ask())>
                            {text(|texts| texts.frame.stay)}
                        </button>
                    })}
                </div>
            }))}
        </div>
    }
}

/// Says what the portal stores: nothing.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer>
            <p>{text(|texts| texts.frame.privacy)}</p>
        </footer>
    }
}
