//! The addresses of the screens, and going from one to the other without a request.

use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use wasm_bindgen::JsValue;

/// An address of the portal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route {
    /// Where codes are entered.
    Validation,
    /// The audit trail.
    Audit,
    /// Who is signed in.
    Employees,
    /// How the exchange with other countries goes.
    Exchange,
    /// Privacy, accessibility and countries.
    About,
    /// No address of the portal.
    Unknown,
}

impl Route {
    /// The route with this path.
    pub fn of(path: &str) -> Self {
        [
            Self::Validation,
            Self::Audit,
            Self::Employees,
            Self::Exchange,
            Self::About,
        ]
        .into_iter()
        .find(|route| route.path() == path)
        .unwrap_or(Self::Unknown)
    }

    /// The path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Validation | Self::Unknown => "/",
            Self::Audit => "/audit",
            Self::Employees => "/employees",
            Self::Exchange => "/exchange",
            Self::About => "/about",
        }
    }
}

/// Where the browser is.
#[derive(Clone, Copy)]
pub struct Router(RwSignal<Route>);

impl Router {
    /// Follows the browser, and hands itself to everything below.
    pub fn provide() -> Self {
        let here = || Route::of(&window().location().pathname().unwrap_or_default());
        let route = RwSignal::new(here());
        let back = window_event_listener_untyped("popstate", move |_| route.set(here()));
        on_cleanup(move || back.remove());
        let router = Self(route);
        provide_context(router);
        router
    }

    /// The route now.
    pub fn route(self) -> Route {
        self.0.get()
    }

    fn go(self, route: Route) {
        if let Ok(history) = window().history() {
            // It fails when a page does this hundreds of times a minute. The screen changes all the
            // same.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(route.path()));
        }
        self.0.set(route);
    }
}

/// A link to a screen.
#[component]
pub fn ScreenLink(route: Route, children: Children) -> impl IntoView {
    let router = expect_context::<Router>();
    let click = move |event: ev::MouseEvent| {
        let elsewhere =
            event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        // A new window or tab is the browser's to open.
        if event.button() == 0 && !elsewhere {
            event.prevent_default();
            router.go(route);
        }
    };

    view! {
        <a
            href=route.path()
            aria-current=move || (router.route() == route).then_some("page")
            on:click=click
        >
            {children()}
        </a>
    }
}
