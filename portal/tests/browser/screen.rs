//! The portal on a page, as an employee sees and uses it.

use std::{any::Any, cell::Cell, time::Duration};

use gloo_timers::future::sleep;
use leptos::{mount::mount_to, prelude::*};
use portal::{App, CurrentEmployee, RequestFailure, Submission};
use shared::{
    Timestamp,
    api::problem::Problem,
    language::Language,
    staff::{employee::Role, sign_in::SignInRefusal},
    time::shift,
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    Element, Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit,
};

use crate::service::{ANSWER_TIME, TestService, ValidationResult};

/// A valid code.
pub const CODE: &str = "XBB5XFJ";

/// The service's answer without a session.
pub const SIGNED_OUT: RequestFailure = RequestFailure::Problem(Problem::SignedOut);

/// The page looks at the clock within this time.
const TICK: Duration = Duration::from_millis(1_100);

/// Monday 23 November 2026, eleven in the morning in the Netherlands.
pub fn monday() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

thread_local! {
    /// The seconds since then.
    static PASSED: Cell<i64> = const { Cell::new(0) };
}

/// The portal's clock.
fn clock() -> Timestamp {
    shift(monday(), PASSED.get())
}

/// An employee who has just signed in, for a quarter of an hour without use and at most eight
/// hours.
pub fn employee(role: Role) -> CurrentEmployee {
    CurrentEmployee {
        name: "Anna de Wit".to_owned(),
        role,
        idle_seconds: 900,
        end_seconds: 8 * 3_600,
    }
}

/// How the portal is opened.
pub struct Opening {
    /// The path of the address.
    pub path: &'static str,
    pub language: Language,
    /// Why signing in was just refused.
    pub refused: Option<SignInRefusal>,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            path: "/",
            language: Language::Dutch,
            refused: None,
        }
    }
}

/// The portal, mounted until this is dropped.
pub struct Screen {
    /// The service that it calls.
    pub service: TestService,
    place: HtmlElement,
    app: Option<Box<dyn Any>>,
}

impl Screen {
    /// The portal of an employee who is signed in, with a service that gives `answers` to
    /// validations, one after the other.
    pub async fn open(answers: impl IntoIterator<Item = ValidationResult>) -> Self {
        let service = TestService::default();
        service.will_answer(answers);
        Self::with(service, Opening::default()).await
    }

    /// The portal at a path, for an employee with this role.
    pub async fn at(path: &'static str, role: Role) -> Self {
        let service = TestService::default();
        service.knows(Ok(employee(role)));
        let opening = Opening {
            path,
            ..Opening::default()
        };
        Self::with(service, opening).await
    }

    /// The portal at a path, with a service of the test's own that is asked for what the screen
    /// shows.
    pub async fn loaded(path: &'static str, service: TestService) -> Self {
        let opening = Opening {
            path,
            ..Opening::default()
        };
        let screen = Self::with(service, opening).await;
        answered().await;
        screen
    }

    /// The portal of an employee who is not signed in.
    pub async fn signed_out() -> Self {
        let service = TestService::default();
        service.knows(Err(SIGNED_OUT));
        Self::with(service, Opening::default()).await
    }

    /// The portal with a service of the test's own.
    pub async fn with(service: TestService, opening: Opening) -> Self {
        PASSED.set(0);
        let Opening {
            path,
            language,
            refused,
        } = opening;
        let history = window().history().unwrap();
        history
            .replace_state_with_url(&JsValue::NULL, "", Some(path))
            .unwrap();
        let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&place).unwrap();
        let app = mount_to(place.clone(), {
            let service = service.shared();
            move || view! { <App clock service language refused /> }
        });
        let screen = Self {
            service,
            place,
            app: Some(Box::new(app)),
        };
        answered().await;
        screen
    }

    /// Lets time pass, and waits until the page has noticed.
    pub async fn pass(&self, seconds: i64) {
        self.pass_unnoticed(seconds);
        sleep(TICK).await;
        answered().await;
    }

    /// Lets time pass.
    pub fn pass_unnoticed(&self, seconds: i64) {
        PASSED.set(PASSED.get() + seconds);
    }

    /// What was sent to the service.
    pub fn sent(&self) -> Vec<Submission> {
        self.service.sent()
    }

    /// The element with this id, if it is there.
    pub fn find(&self, id: &str) -> Option<HtmlElement> {
        self.place
            .query_selector(&format!("#{id}"))
            .unwrap()
            .map(|element| element.unchecked_into())
    }

    /// The element with this id.
    pub fn element(&self, id: &str) -> HtmlElement {
        self.find(id)
            .unwrap_or_else(|| panic!("#{id} is not there"))
    }

    /// The elements that `selector` selects.
    pub fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let found = self.place.query_selector_all(selector).unwrap();
        (0..found.length())
            .filter_map(|place| found.item(place))
            .map(|node| node.unchecked_into())
            .collect()
    }

    /// The text of the elements that `selector` selects.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let elements = self.all(selector).into_iter();
        elements
            .filter_map(|element| element.text_content())
            .collect()
    }

    /// The text of the only element that `selector` selects.
    pub fn text(&self, selector: &str) -> String {
        let mut texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector}: {texts:?}");
        texts.remove(0)
    }

    /// The heading of the screen.
    pub fn heading(&self) -> String {
        self.text("h1")
    }

    /// All of the page, tags and attributes included.
    pub fn html(&self) -> String {
        self.place.inner_html()
    }

    /// The value of the input or list with this id.
    pub fn value(&self, id: &str) -> String {
        // A list has a property of the same name.
        self.element(id).unchecked_ref::<HtmlInputElement>().value()
    }

    /// Whether nothing of [`Self::fill_in`] is there, on the page or in its fields.
    pub fn is_empty(&self) -> bool {
        let html = self.html();
        let kept = ["XBB", "5X-FJ", "5XFJ"]
            .iter()
            .any(|part| html.contains(part));
        let fields = self.all("input:not([type=radio]), select");
        let filled = fields
            .iter()
            .any(|field| !field.unchecked_ref::<HtmlInputElement>().value().is_empty());
        !kept && !filled && self.all(":checked:not(option)").is_empty()
    }

    /// Whether the field with this id is marked as wrong and names this element as its explanation.
    pub fn is_wrong(&self, id: &str, error: &str) -> bool {
        let field = self.element(id);
        let described_by = field.get_attribute("aria-describedby").unwrap_or_default();
        assert!(described_by.split(' ').any(|described| described == error));
        field.get_attribute("aria-invalid").as_deref() == Some("true")
    }

    /// Types or pastes: afterwards the field holds `text`, with the caret at its end.
    pub async fn enter(&self, id: &str, text: &str) {
        let field = self.element(id);
        field.unchecked_ref::<HtmlInputElement>().set_value(text);
        self.happen(&field, "input").await;
    }

    /// Leaves the field with this id, and waits until it says what is wrong with it.
    pub async fn leave(&self, id: &str) {
        self.happen(&self.element(id), "blur").await;
        sleep(Duration::from_millis(300)).await;
        settle().await;
    }

    /// Chooses an item of a list by its value.
    pub async fn choose(&self, id: &str, value: &str) {
        let list = self.element(id);
        // A list has a property of the same name.
        list.unchecked_ref::<HtmlInputElement>().set_value(value);
        self.happen(&list, "change").await;
    }

    /// Chooses an item of the list of days by its value.
    pub async fn choose_day(&self, value: &str) {
        self.choose("date", value).await;
    }

    /// Clicks the element with this id.
    pub async fn click(&self, id: &str) {
        self.element(id).click();
        settle().await;
    }

    /// Clicks the button with this label.
    pub async fn press(&self, label: &str) {
        self.button(label).click();
        settle().await;
    }

    /// Clicks the link of the navigation with this label.
    pub async fn go(&self, label: &str) {
        let links = self.all("nav a").into_iter();
        let link = links
            .into_iter()
            .find(|link| link.text_content().as_deref() == Some(label))
            .unwrap_or_else(|| panic!("no link {label:?}"));
        link.click();
        answered().await;
    }

    /// The button with this label.
    pub fn button(&self, label: &str) -> HtmlElement {
        self.all("button")
            .into_iter()
            .find(|button| button.text_content().as_deref() == Some(label))
            .unwrap_or_else(|| panic!("no button {label:?}"))
    }

    /// Fills in a form without errors: [`CODE`], symptoms, since 21 November 2026.
    pub async fn fill_in(&self) {
        self.enter("code", CODE).await;
        self.click("symptoms-yes").await;
        self.choose_day("2026-11-21").await;
    }

    /// Fires an event at `element`.
    pub async fn happen(&self, element: &Element, name: &str) {
        element.dispatch_event(&event(name)).unwrap();
        settle().await;
    }

    /// Fires an event at the window.
    pub async fn happen_to_window(&self, name: &str) {
        window().dispatch_event(&event(name)).unwrap();
        answered().await;
    }

    /// Presses a key where the keyboard is.
    pub async fn key(&self, key: &str) {
        self.press_key(key, false).await;
    }

    /// Holds a key until it repeats.
    pub async fn hold_key(&self, key: &str) {
        self.press_key(key, true).await;
    }

    async fn press_key(&self, key: &str, repeat: bool) {
        let init = KeyboardEventInit::new();
        init.set_bubbles(true);
        init.set_key(key);
        init.set_repeat(repeat);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        document()
            .active_element()
            .unwrap()
            .dispatch_event(&event)
            .unwrap();
        answered().await;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self.app.take());
        self.place.remove();
    }
}

fn event(name: &str) -> Event {
    let bubbles = EventInit::new();
    bubbles.set_bubbles(name != "blur");
    Event::new_with_event_init_dict(name, &bubbles).unwrap()
}

/// The id of the element that has the keyboard.
pub fn focused() -> String {
    document()
        .active_element()
        .map(|element| element.id())
        .unwrap_or_default()
}

/// The text of the element that has the keyboard.
pub fn focused_text() -> String {
    document()
        .active_element()
        .and_then(|element| element.text_content())
        .unwrap_or_default()
}

/// The heading of the region that has the keyboard.
pub fn focused_heading() -> String {
    document()
        .active_element()
        .and_then(|element| element.query_selector("h2").unwrap())
        .and_then(|heading| heading.text_content())
        .unwrap_or_default()
}

/// Waits until the service has answered and the page shows it.
pub async fn answered() {
    sleep(ANSWER_TIME * 3).await;
    settle().await;
}

/// Waits until the page shows the change. Effects may cause effects, so one turn is not enough.
pub async fn settle() {
    sleep(Duration::from_millis(1)).await;
}
