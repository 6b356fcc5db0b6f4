//! The addresses of the screens, and links between them that need no request.

use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use wasm_bindgen::JsValue;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScreenRoute {
    Validation,
    Audit,
    Employees,
    Exchange,
    About,
    /// Not an address of the portal.
    Unknown,
}

impl ScreenRoute {
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

/// The address that the browser is at.
#[derive(Clone, Copy)]
pub struct Router(RwSignal<ScreenRoute>);

impl Router {
    /// Follows the browser, and provides itself to all views below.
    pub fn provide() -> Self {
        let here = || ScreenRoute::of(&window().location().pathname().unwrap_or_default());
        let route = RwSignal::new(here());
        let back = window_event_listener_untyped("popstate", move |_| route.set(here()));
        on_cleanup(move || back.remove());
        let router = Self(route);
        provide_context(router);
        router
    }

    pub fn route(self) -> ScreenRoute {
        self.0.get()
    }

    fn go(self, route: ScreenRoute) {
        if let Ok(history) = window().history() {
            // A browser refuses this to a page that does it hundreds of times a minute. The screen
            // changes all the same.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(route.path()));
        }
        self.0.set(route);
    }
}

#[component]
pub fn ScreenLink(route: ScreenRoute, children: Children) -> impl IntoView {
    let router = expect_context::<Router>();
    let click = move |event: ev::MouseEvent| {
        let in_new_window =
            event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        // The browser opens a new window or tab itself.
        if event.button() == 0 && !in_new_window {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_an_address_of_its_own() {
        for route in [
            ScreenRoute::Validation,
            ScreenRoute::Audit,
            ScreenRoute::Employees,
            ScreenRoute::Exchange,
            ScreenRoute::About,
        ] {
            assert_eq!(ScreenRoute::of(route.path()), route);
        }
        for path in ["", "/nothing", "/audit/", "audit"] {
            assert_eq!(ScreenRoute::of(path), ScreenRoute::Unknown, "{path}");
        }
    }
}
