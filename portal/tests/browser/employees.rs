//! The employees who are signed in, and signing one of them out.

use portal::RequestFailure;
use shared::{api::SignedIn, staff::employee::Role};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    screen::{SIGNED_OUT, Screen, answered, employee, focused, focused_text},
    service::TestService,
};

fn bakker() -> SignedIn {
    SignedIn {
        employee: "b.bakker".to_owned().try_into().unwrap(),
        name: "Bas Bakker".to_owned(),
        role: Role::Employee,
        idle_until: "2026-11-23T10:12:00Z".parse().unwrap(),
    }
}

async fn open() -> Screen {
    let service = TestService::default();
    service.knows(Ok(employee(Role::Administrator)));
    service.has_sessions(Ok(vec![bakker()]));
    Screen::loaded("/employees", service).await
}

#[wasm_bindgen_test]
async fn every_employee_who_is_signed_in_is_listed() {
    let screen = open().await;
    assert_eq!(screen.text("tbody th[scope=row]"), "Bas Bakker");
    assert_eq!(
        screen.texts("tbody td")[..3],
        ["b.bakker", "Medewerker", "11:12"]
    );
    assert_eq!(screen.text("#count[role=status]"), "1 medewerker");
    let button = screen.button("Overal uitloggen");
    assert_eq!(
        button.get_attribute("aria-label").as_deref(),
        Some("Bas Bakker overal uitloggen")
    );
}

#[wasm_bindgen_test]
async fn signing_an_employee_out_needs_a_confirmation() {
    let screen = open().await;
    screen.press("Overal uitloggen").await;
    assert!(
        screen
            .text("tbody [role=group]")
            .contains("Bas Bakker overal uitloggen?")
    );
    assert_eq!(focused_text(), "Nee");
    screen.press("Nee").await;
    assert!(screen.service.signed_out().is_empty());
    assert_eq!(focused_text(), "Overal uitloggen");

    screen.press("Overal uitloggen").await;
    screen.service.has_sessions(Ok(Vec::new()));
    screen.press("Ja, uitloggen").await;
    answered().await;
    answered().await;
    assert_eq!(screen.service.signed_out(), ["b.bakker"]);
    assert_eq!(
        screen.text("#outcome[role=status]"),
        "Bas Bakker is overal uitgelogd."
    );
    assert_eq!(focused(), "outcome");
    assert!(screen.texts("tbody tr").is_empty());
}

#[wasm_bindgen_test]
async fn a_failure_to_sign_an_employee_out_is_shown() {
    let screen = open().await;
    screen
        .service
        .signs_out_everywhere(Err(RequestFailure::NoAnswer));
    screen.press("Overal uitloggen").await;
    screen.press("Ja, uitloggen").await;
    answered().await;
    assert!(
        screen
            .text("#outcome")
            .contains("Bas Bakker uitloggen is niet gelukt")
    );
    assert_eq!(screen.texts("tbody tr").len(), 1);
}

#[wasm_bindgen_test]
async fn an_administrator_can_end_the_own_session_too() {
    let screen = open().await;
    screen.service.signs_out_everywhere(Err(SIGNED_OUT));
    screen.press("Overal uitloggen").await;
    screen.press("Ja, uitloggen").await;
    answered().await;
    assert_eq!(screen.text("[role=alert] h2"), "Je bent niet meer ingelogd");
}
