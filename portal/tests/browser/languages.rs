//! Dutch and English.

use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{Screen, answered, focused};
use portal::RequestFailure;
use shared::api::problem::Problem;

fn page_language() -> String {
    document()
        .document_element()
        .unwrap()
        .get_attribute("lang")
        .unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_change_of_language_keeps_what_was_filled_in() {
    let screen = Screen::open([]).await;
    assert_eq!(page_language(), "nl");
    screen.fill_in().await;
    screen.element("language").focus().unwrap();
    screen.press("English").await;

    assert_eq!(page_language(), "en");
    assert_eq!(document().title(), "Enter a GGD key – GGD portal");
    assert_eq!(focused(), "language");
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    assert_eq!(screen.all("#symptoms-yes:checked").len(), 1);
    assert_eq!(screen.value("date"), "2026-11-21");
    assert_eq!(screen.text("label[for=date]"), "First day of illness");
    assert_eq!(
        screen.texts("#date option")[1],
        "Monday 23 November (today)"
    );
    assert_eq!(screen.text(".infectious .day"), "Thursday 19 November");
    screen.press("Nederlands").await;
    assert_eq!(page_language(), "nl");
    assert_eq!(screen.value("date"), "2026-11-21");
}

#[wasm_bindgen_test]
async fn errors_and_answers_change_with_it_and_stay_where_they_are() {
    let refused = RequestFailure::Problem(Problem::CodeNotAccepted);
    let screen = Screen::open([Err(refused)]).await;
    screen.press("Versturen").await;
    screen.press("English").await;
    assert_eq!(screen.text("#code-error"), "Enter the GGD key.");
    screen.fill_in().await;
    screen.press("Send").await;
    answered().await;
    assert_eq!(screen.text("#failure-heading"), "The code is not accepted");
    screen.element("language").focus().unwrap();
    screen.press("Nederlands").await;
    assert_eq!(
        screen.text("#failure-heading"),
        "De code is niet geaccepteerd"
    );
    assert_eq!(focused(), "language");
}

#[wasm_bindgen_test]
async fn the_language_is_the_only_thing_that_is_stored() {
    let storage = window().local_storage().unwrap().unwrap();
    storage.clear().unwrap();
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    assert_eq!(storage.length().unwrap(), 0);
    screen.press("English").await;
    assert_eq!(storage.length().unwrap(), 1);
    assert_eq!(storage.get_item("language").unwrap().as_deref(), Some("en"));
    let session = window().session_storage().unwrap().unwrap();
    assert_eq!(session.length().unwrap(), 0);
    storage.clear().unwrap();
}
