//! The screen about the portal, which needs no signing in.

use portal::RequestFailure;
use shared::{
    api::CountriesAnswer,
    country::{Country, Participants},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    screen::{SIGNED_OUT, Screen, answered},
    service::TestService,
};

async fn open(service: TestService) -> Screen {
    service.knows(Err(SIGNED_OUT));
    Screen::loaded("/about", service).await
}

#[wasm_bindgen_test]
async fn privacy_and_accessibility_are_shown_without_signing_in() {
    let screen = open(TestService::default()).await;
    assert_eq!(screen.heading(), "Over dit portaal");
    let text = screen.text("main");
    for fact in [
        "hoogstens 14 dagen",
        "tot 4\u{a0}uur in de nacht",
        "na hoogstens 7 dagen gewist",
        "geen statistieken",
        "WCAG 2.2",
        "Wat nog niet goed is",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
    screen.press("English").await;
    let text = screen.text("main");
    for fact in [
        "at most 14 days",
        "until 4\u{a0}o’clock in the night",
        "deleted after at most 7 days",
        "No statistics",
        "WCAG 2.2",
        "What is not good yet",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[wasm_bindgen_test]
async fn the_countries_that_take_part_are_listed_by_their_names() {
    let service = TestService::default();
    let participants = Participants::of(Country::NETHERLANDS, "BE DE ES").unwrap();
    service.has_countries(Ok(CountriesAnswer::from(&participants).countries));
    let screen = open(service).await;
    assert_eq!(
        screen.texts(".countries li"),
        ["België", "Duitsland", "Spanje"]
    );
    screen.press("English").await;
    assert_eq!(
        screen.texts(".countries li"),
        ["Belgium", "Germany", "Spain"]
    );
}

#[wasm_bindgen_test]
async fn a_list_of_countries_that_does_not_come_is_asked_for_again() {
    let service = TestService::default();
    service.has_countries(Err(RequestFailure::NoAnswer));
    let screen = open(service).await;
    assert!(screen.text("main").contains("kan nu niet worden opgehaald"));
    screen.service.has_countries(Ok(Vec::new()));
    screen.press("Opnieuw proberen").await;
    answered().await;
    assert!(screen.text("main").contains("geen andere landen"));
}
