//! What helps during the call: the guide, the code in words, practising, and keys.

use portal::RequestFailure;
use shared::api::problem::Problem;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    answers::accepted,
    screen::{Screen, answered, focused, focused_heading},
};

#[wasm_bindgen_test]
async fn the_guide_goes_from_asking_to_the_end() {
    let screen = Screen::open([]).await;
    assert_eq!(
        screen.texts(".steps h3"),
        ["Vraag", "De code in de app", "Tot slot"]
    );
    assert!(screen.texts(".steps .cue")[0].contains("luidspreker"));
    let toggle = screen.button("Toon het gesprek");
    assert_eq!(
        toggle.get_attribute("aria-expanded").as_deref(),
        Some("false")
    );
    screen.press("Toon het gesprek").await;
    let toggle = screen.button("Verberg het gesprek");
    assert_eq!(
        toggle.get_attribute("aria-expanded").as_deref(),
        Some("true")
    );
}

#[wasm_bindgen_test]
async fn the_code_is_read_back_on_request_in_its_groups() {
    let screen = Screen::open([]).await;
    screen.enter("code", "L8T6LJV").await;
    assert!(screen.texts(".spelling li").is_empty());
    screen.press("Code voorlezen").await;
    assert_eq!(
        screen.texts(".spelling li"),
        ["Lodewijk, acht, Teunis", "zes, Lodewijk", "Jan, Victor"]
    );
    // It follows what is typed.
    screen.enter("code", "L8T6").await;
    assert_eq!(
        screen.texts(".spelling li"),
        ["Lodewijk, acht, Teunis", "zes"]
    );
    screen.press("Verberg de woorden").await;
    assert!(screen.texts(".spelling li").is_empty());
}

#[wasm_bindgen_test]
async fn the_words_are_english_with_the_dutch_ones_below_in_english() {
    let screen = Screen::open([]).await;
    screen.press("English").await;
    screen.enter("code", "L8T6LJV").await;
    screen.press("Read the code back").await;
    assert_eq!(
        screen.texts(".spelling li"),
        ["Lima, eight, Tango", "six, Lima", "Juliett, Victor"]
    );
    assert_eq!(
        screen.text("#spelling [lang=nl]"),
        "Lodewijk, acht, Teunis, – zes, Lodewijk, – Jan, Victor"
    );
}

#[wasm_bindgen_test]
async fn a_refused_code_is_shown_in_words() {
    let screen = Screen::open([Err(RequestFailure::Problem(Problem::CodeNotAccepted))]).await;
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    assert_eq!(
        screen.texts(".spelling li")[0],
        "Xantippe, Bernard, Bernard"
    );
}

#[wasm_bindgen_test]
async fn practising_is_offered_and_announced_and_ends() {
    let screen = Screen::open([]).await;
    assert!(screen.texts(".practice").is_empty());
    screen.press("Oefen met de oefencode").await;
    assert_eq!(screen.value("code"), "000-00-00");
    assert_eq!(focused(), "code");
    assert!(
        screen
            .text("[role=status] .practice")
            .contains("Er wordt niets verstuurd.")
    );
    // There would be something to overwrite.
    assert!(!screen.html().contains("Oefen met de oefencode"));

    screen.press("Stoppen met oefenen").await;
    assert!(screen.is_empty());
    assert_eq!(focused(), "code");
    assert!(screen.texts(".practice").is_empty());

    screen.press("Oefen met de oefencode").await;
    screen.enter("code", "XBB5XFJ").await;
    assert!(screen.texts(".practice").is_empty());
}

#[wasm_bindgen_test]
async fn the_first_letter_of_an_answer_chooses_it() {
    let screen = Screen::open([]).await;
    screen.element("symptoms-yes").focus().unwrap();
    screen.key("n").await;
    assert_eq!(screen.all("#symptoms-no:checked").len(), 1);
    assert_eq!(focused(), "symptoms-no");
    for yes in ["j", "Y"] {
        screen.key(yes).await;
        assert_eq!(screen.all("#symptoms-yes:checked").len(), 1, "{yes}");
        screen.key("n").await;
        assert_eq!(screen.all("#symptoms-no:checked").len(), 1);
    }
    screen.key("j").await;
    assert_eq!(screen.text("label[for=date]"), "Eerste ziektedag");
}

#[wasm_bindgen_test]
async fn a_letter_brings_the_next_caller_but_only_after_an_answer() {
    let screen = Screen::open([accepted()]).await;
    screen.fill_in().await;
    screen.element("code").focus().unwrap();
    screen.key("v").await;
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    screen.press("Versturen").await;
    answered().await;
    let button = screen.element("next-caller");
    assert_eq!(
        button.get_attribute("aria-keyshortcuts").as_deref(),
        Some("V")
    );

    // The Enter that sent the form, once more, or a key that is held.
    screen.key("Enter").await;
    screen.hold_key("v").await;
    assert_eq!(focused_heading(), "De code is geaccepteerd");
    // Somewhere else on the page.
    screen.element("language").focus().unwrap();
    screen.key("v").await;
    assert!(screen.find("accepted-heading").is_some());
    button.focus().unwrap();
    screen.key("v").await;
    assert_eq!(focused(), "code");
    assert!(screen.is_empty());
}
