//! The app: which screen is shown, its heading and its title, and where the keyboard goes when
//! another screen takes its place.

use std::rc::Rc;

use leptos::{ev, html, prelude::*};
use shared::{
    language::Language,
    staff::{employee::Role, sign_in::SignInRefusal},
};

use super::{
    frame::{EndingNote, Footer, Header},
    navigation::{Router, ScreenLink, ScreenRoute},
};
use crate::{
    browser::{Clock, focus},
    call::Call,
    part::{click, part},
    screens::{
        about::AboutScreen,
        admin::{AuditScreen, EmployeesScreen, ExchangeScreen},
        sign_in::SignInScreen,
        validation::{CODE_FIELD, ValidationScreen},
    },
    service::{Service, ServiceHandle},
    session::{Cause, Presence, SessionState},
    texts::{self, HeadingTexts, text},
};

/// The id of the part that changes with the screen.
const MAIN: &str = "main";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shown {
    Asking,
    Unreachable,
    SignIn(Cause),
    Validation,
    Audit,
    Employees,
    Exchange,
    NotForYou,
    About,
    NotFound,
}

impl Shown {
    fn of(route: ScreenRoute, presence: &Presence) -> Self {
        let employee = match (route, presence) {
            (ScreenRoute::About, _) => return Self::About,
            (ScreenRoute::Unknown, _) => return Self::NotFound,
            (_, Presence::Asking) => return Self::Asking,
            (_, Presence::Unreachable) => return Self::Unreachable,
            (_, Presence::SignedOut(cause)) => return Self::SignIn(*cause),
            (_, Presence::SignedIn(employee) | Presence::Interrupted(employee)) => employee,
        };
        let administrates = employee.role.includes(Role::Administrator);
        match route {
            ScreenRoute::Audit if administrates => Self::Audit,
            ScreenRoute::Employees if administrates => Self::Employees,
            ScreenRoute::Exchange if administrates => Self::Exchange,
            ScreenRoute::Audit | ScreenRoute::Employees | ScreenRoute::Exchange => Self::NotForYou,
            ScreenRoute::Validation => Self::Validation,
            ScreenRoute::About => Self::About,
            ScreenRoute::Unknown => Self::NotFound,
        }
    }

    fn heading(self, headings: &HeadingTexts) -> &'static str {
        match self {
            Self::Asking => headings.asking,
            Self::Unreachable => headings.unreachable,
            Self::SignIn(_) => headings.sign_in,
            Self::Validation => headings.validation,
            Self::Audit => headings.audit,
            Self::Employees => headings.employees,
            Self::Exchange => headings.exchange,
            Self::NotForYou => headings.not_for_you,
            Self::About => headings.about,
            Self::NotFound => headings.not_found,
        }
    }
}

#[component]
pub fn App(
    clock: Clock,
    service: Rc<dyn Service>,
    /// The first language.
    language: Language,
    /// Why signing in was just refused, if it was.
    refused: Option<SignInRefusal>,
) -> impl IntoView {
    texts::provide(language);
    let texts = texts::current();
    let service = ServiceHandle::provide(service);
    let router = Router::provide();
    let call = Call::new(clock);
    let session = SessionState::provide(clock, service, call, refused);
    let shown = Memo::new(move |_| Shown::of(router.route(), &session.presence()));
    let heading = move || shown.get().heading(&texts.get().headings);
    let to_form =
        Memo::new(move |_| shown.get() == Shown::Validation && call.accepted.read().is_none());
    let h1 = NodeRef::<html::H1>::new();

    Effect::new(move || {
        document().set_title(&format!("{} – {}", heading(), texts.get().frame.product))
    });
    // Screen readers read a page that has just been opened from its top, and a screen that takes
    // another's place from its heading.
    Effect::new(move |before: Option<Shown>| {
        let now = shown.get();
        let opening = before.is_none_or(|before| before == Shown::Asking);
        if !opening
            && before != Some(now)
            && let Some(h1) = h1.get_untracked()
        {
            let _ = h1.focus();
        }
        now
    });

    view! {
        <SkipLink to_form />
        <Header />
        <main id=MAIN tabindex="-1" class:wide=move || shown.get() == Shown::Validation>
            <EndingNote />
            <h1 node_ref=h1 tabindex="-1">{heading}</h1>
            {part(move || match shown.get() {
                Shown::Asking => view! {
                    <p role="status">{text(|texts| texts.frame.asking)}</p>
                }.into_any(),
                Shown::Unreachable => view! { <Unreachable /> }.into_any(),
                Shown::SignIn(cause) => view! { <SignInScreen cause /> }.into_any(),
                Shown::Validation => view! { <ValidationScreen call /> }.into_any(),
                Shown::Audit => view! { <AuditScreen clock /> }.into_any(),
                Shown::Employees => view! { <EmployeesScreen /> }.into_any(),
                Shown::Exchange => view! { <ExchangeScreen /> }.into_any(),
                Shown::NotForYou => view! {
                    <DeadEnd why=text(|texts| texts.frame.not_for_you) />
                }.into_any(),
                Shown::About => view! { <AboutScreen /> }.into_any(),
                Shown::NotFound => view! {
                    <DeadEnd why=text(|texts| texts.frame.not_found) />
                }.into_any(),
            })}
        </main>
        <Footer />
    }
}

/// The first stop of the keyboard: past the navigation, and to the form past the guide too.
#[component]
fn SkipLink(to_form: Memo<bool>) -> impl IntoView {
    let texts = texts::current();
    let skip = move |event: ev::MouseEvent| {
        // An address with a fragment would be one more step to go back.
        event.prevent_default();
        focus(if to_form.get_untracked() {
            CODE_FIELD
        } else {
            MAIN
        });
    };

    view! {
        <a class="skip" href="#main" on:click=skip>
            {part(move || {
                let frame = &texts.get().frame;
                if to_form.get() { frame.skip_to_form } else { frame.skip }
            })}
        </a>
    }
}

#[component]
fn Unreachable() -> impl IntoView {
    let session = SessionState::find();

    view! {
        <div class="prose">
            <p role="alert">{text(|texts| texts.frame.unreachable)}</p>
            <p>
                <button type="button" on:click=click(move || session.ask())>
                    {text(|texts| texts.frame.again)}
                </button>
            </p>
        </div>
    }
}

#[component]
fn DeadEnd<W>(why: W) -> impl IntoView
where
    W: Fn() -> &'static str + Send + 'static,
{
    view! {
        <div class="prose">
            <p>{why}</p>
            <p>
                <ScreenLink route=ScreenRoute::Validation>
                    {text(|texts| texts.frame.to_start)}
                </ScreenLink>
            </p>
        </div>
    }
}
