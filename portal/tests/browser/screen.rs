//! The portal on a page, as an employee sees and uses it.

use std::{any::Any, cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use gloo_timers::future::sleep;
use leptos::{mount::mount_to, prelude::*};
use portal::{Answer, App, Clock, Sender, Submission};
use shared::Timestamp;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement};

/// A valid code.
pub const CODE: &str = "XBB5XFJ";

/// Monday 23 November 2026, eleven in the morning in the Netherlands.
pub fn monday() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// How long the test's service takes to answer.
const ANSWER_TIME: Duration = Duration::from_millis(30);

/// The portal, mounted until this is dropped.
pub struct Screen {
    sent: Rc<RefCell<Vec<Submission>>>,
    place: HtmlElement,
    app: Option<Box<dyn Any>>,
}

impl Screen {
    /// The portal with a service that gives `answers`, one after the other.
    pub fn open(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::open_at(monday, answers)
    }

    /// The same, with another clock.
    pub fn open_at(clock: Clock, answers: impl IntoIterator<Item = Answer>) -> Self {
        let sent = Rc::new(RefCell::new(Vec::new()));
        let sender: Sender = {
            let sent = sent.clone();
            let answers = Rc::new(RefCell::new(VecDeque::from_iter(answers)));
            Rc::new(move |submission| {
                sent.borrow_mut().push(submission);
                let answer = answers.borrow_mut().pop_front();
                Box::pin(async move {
                    sleep(ANSWER_TIME).await;
                    answer.expect("the service was not to be asked")
                })
            })
        };
        let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&place).unwrap();
        let app = mount_to(place.clone(), move || view! { <App clock sender /> });
        Self {
            sent,
            place,
            app: Some(Box::new(app)),
        }
    }

    /// What was sent to the service.
    pub fn sent(&self) -> Vec<Submission> {
        self.sent.borrow().clone()
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

    /// The text of the elements that `selector` selects.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.place.query_selector_all(selector).unwrap();
        (0..found.length())
            .filter_map(|place| found.item(place)?.text_content())
            .collect()
    }

    /// The text of the only element that `selector` selects.
    pub fn text(&self, selector: &str) -> String {
        let mut texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector}: {texts:?}");
        texts.remove(0)
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

    /// Leaves the field with this id.
    pub async fn leave(&self, id: &str) {
        self.happen(&self.element(id), "blur").await;
    }

    /// Chooses an item of the list of days by its value.
    pub async fn choose_day(&self, value: &str) {
        let list = self.element("date");
        // A list has a property of the same name.
        list.unchecked_ref::<HtmlInputElement>().set_value(value);
        self.happen(&list, "change").await;
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

    /// The button with this label.
    pub fn button(&self, label: &str) -> HtmlElement {
        let buttons = self.place.query_selector_all("button").unwrap();
        (0..buttons.length())
            .filter_map(|place| buttons.item(place))
            .find(|button| button.text_content().as_deref() == Some(label))
            .unwrap_or_else(|| panic!("no button {label:?}"))
            .unchecked_into()
    }

    /// Fills in a form without errors: [`CODE`], symptoms, since 21 November 2026.
    pub async fn fill_in(&self) {
        self.enter("code", CODE).await;
        self.click("symptoms-yes").await;
        self.choose_day("2026-11-21").await;
    }

    /// Fires an event at `element`.
    pub async fn happen(&self, element: &Element, name: &str) {
        let bubbles = EventInit::new();
        bubbles.set_bubbles(name != "blur");
        let event = Event::new_with_event_init_dict(name, &bubbles).unwrap();
        element.dispatch_event(&event).unwrap();
        settle().await;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self.app.take());
        self.place.remove();
    }
}

/// The id of the element that has the keyboard.
pub fn focused() -> String {
    document()
        .active_element()
        .map(|element| element.id())
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

/// Waits until the page shows what has happened. Effects may cause effects, so one turn is not enough.
pub async fn settle() {
    sleep(Duration::from_millis(1)).await;
}
