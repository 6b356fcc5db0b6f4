//! Signing in and out, and the ends of a session.

use portal::{CurrentEmployee, RequestFailure};
use shared::{
    api::problem::Problem,
    language::Language,
    staff::{employee::Role, sign_in::SignInRefusal},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    answers::accepted,
    screen::{
        Opening, SIGNED_OUT, Screen, answered, employee, focused, focused_heading, focused_text,
    },
    service::TestService,
};

const LOCKED: &str = "Het scherm is vergrendeld";

#[wasm_bindgen_test]
async fn an_employee_who_is_not_signed_in_sees_what_this_is_and_the_link_to_sign_in() {
    let screen = Screen::signed_out().await;
    assert_eq!(screen.heading(), "Waarschuwen met de app");
    let link = screen.element("sign-in");
    assert_eq!(link.text_content().as_deref(), Some("Inloggen"));
    assert_eq!(link.get_attribute("href").as_deref(), Some("/auth/login"));
    assert_eq!(link.get_attribute("target"), None);
    assert!(screen.find("code").is_none());
    assert!(screen.find("sign-out").is_none());
    assert!(screen.texts("[role=alert] h2").is_empty());
}

#[wasm_bindgen_test]
async fn a_refused_sign_in_is_explained() {
    for (refusal, heading, advice) in [
        (
            SignInRefusal::Role,
            "Je hebt geen toegang",
            "Vraag je beheerder om toegang",
        ),
        (
            SignInRefusal::SecondFactor,
            "Log in met een tweede stap",
            "Stel die in bij je account",
        ),
        (
            SignInRefusal::Failed,
            "Inloggen is niet gelukt",
            "Probeer het nog een keer",
        ),
    ] {
        let opening = Opening {
            refused: Some(refusal),
            ..Opening::default()
        };
        let screen = Screen::with(TestService::default(), opening).await;
        assert_eq!(screen.text("[role=alert] h2"), heading);
        assert!(screen.text("[role=alert]").contains(advice));
        assert!(screen.find("sign-in").is_some());
        assert_eq!(screen.service.asked(), 0);
    }
}

#[wasm_bindgen_test]
async fn a_service_that_does_not_answer_is_asked_again() {
    let service = TestService::default();
    service.knows(Err(RequestFailure::NoAnswer));
    let screen = Screen::with(service, Opening::default()).await;
    assert_eq!(screen.heading(), "Geen antwoord");
    assert!(
        screen
            .text("main [role=alert]")
            .contains("internetverbinding")
    );
    screen.service.knows(Ok(employee(Role::Employee)));
    screen.press("Opnieuw proberen").await;
    answered().await;
    assert_eq!(screen.heading(), "GGD-sleutel invoeren");
    assert_eq!(focused_text(), "GGD-sleutel invoeren");
}

#[wasm_bindgen_test]
async fn the_employee_is_named() {
    let screen = Screen::open([]).await;
    assert_eq!(screen.text(".name"), "Anna de Wit");
}

#[wasm_bindgen_test]
async fn use_is_told_at_most_once_a_minute_and_only_when_there_is_some() {
    let screen = Screen::open([]).await;
    assert_eq!(screen.service.asked(), 1);
    screen.pass(59).await;
    screen.key("a").await;
    assert_eq!(screen.service.asked(), 1);
    screen.pass(60).await;
    assert_eq!(screen.service.asked(), 1);
    screen.key("a").await;
    assert_eq!(screen.service.asked(), 2);
    screen.key("b").await;
    assert_eq!(screen.service.asked(), 2);
    screen.pass_unnoticed(61);
    screen.happen(&screen.element("code"), "pointerdown").await;
    assert_eq!(screen.service.asked(), 3);
}

#[wasm_bindgen_test]
async fn the_end_is_announced_two_minutes_ahead_and_a_key_puts_it_off() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.pass(779).await;
    assert!(screen.texts(".ending").is_empty());
    screen.pass(1).await;
    assert!(
        screen
            .text("[role=status] .ending")
            .contains("Om 11:15 wordt het scherm vergrendeld")
    );
    assert_ne!(focused(), "stay");
    screen.key("Shift").await;
    assert_eq!(screen.service.asked(), 2);
    assert!(screen.texts(".ending").is_empty());
    screen.pass(300).await;
    assert_eq!(screen.value("code"), "XBB-5X-FJ");

    screen.pass(480).await;
    screen.press("Ingelogd blijven").await;
    answered().await;
    assert_eq!(screen.service.asked(), 3);
    assert!(screen.texts(".ending").is_empty());
}

#[wasm_bindgen_test]
async fn a_key_that_does_not_reach_the_service_puts_nothing_off() {
    let screen = Screen::open([]).await;
    screen.service.knows(Err(RequestFailure::NoAnswer));
    screen.pass(790).await;
    screen.key("Shift").await;
    assert!(!screen.texts(".ending").is_empty());
    screen.pass(110).await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
}

#[wasm_bindgen_test]
async fn a_quarter_of_an_hour_without_use_locks_the_screen_and_forgets_what_was_filled_in() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.press("Code voorlezen").await;
    assert!(screen.html().contains("Xantippe"));
    screen.pass(900).await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
    assert_eq!(focused_text(), "Waarschuwen met de app");
    assert!(screen.is_empty());
    assert!(!screen.html().contains("Xantippe"));
    assert!(screen.find("sign-out").is_none());
    assert!(screen.sent().is_empty());

    // It is not the page that decides who is signed in again, but the service.
    screen.service.knows(Err(SIGNED_OUT));
    screen.happen_to_window("focus").await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
    screen.service.knows(Ok(employee(Role::Employee)));
    screen.happen_to_window("focus").await;
    assert_eq!(screen.heading(), "GGD-sleutel invoeren");
    assert!(screen.is_empty());
}

#[wasm_bindgen_test]
async fn an_answer_is_gone_from_a_locked_screen_too() {
    let screen = Screen::open([accepted()]).await;
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    assert!(screen.html().contains("donderdag 19 november"));
    screen.pass(900).await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
    screen.service.knows(Ok(employee(Role::Employee)));
    screen.happen_to_window("focus").await;
    assert!(screen.find("code").is_some());
    assert!(!screen.html().contains("donderdag 19 november</p>"));
}

#[wasm_bindgen_test]
async fn a_computer_that_slept_shows_nothing_to_the_first_who_touches_it() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.pass_unnoticed(7_200);
    screen.key("a").await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
    assert!(screen.is_empty());
    assert_eq!(screen.service.asked(), 1);
}

#[wasm_bindgen_test]
async fn being_signed_out_in_the_middle_of_a_call_loses_nothing() {
    let screen = Screen::open([Err(SIGNED_OUT), accepted()]).await;
    screen.service.knows(Err(SIGNED_OUT));
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    assert_eq!(focused_heading(), "Je bent niet meer ingelogd");
    let panel = screen.text("section[role=alert]");
    assert!(panel.contains("Wat je hebt ingevuld, staat er nog."));
    let link = &screen.all("section[role=alert] a")[0];
    assert_eq!(link.get_attribute("href").as_deref(), Some("/auth/login"));
    assert_eq!(link.get_attribute("target").as_deref(), Some("_blank"));
    assert_eq!(screen.value("code"), "XBB-5X-FJ");

    // Back from the other window, but not signed in there.
    screen.happen_to_window("focus").await;
    assert_eq!(
        screen.text("#failure-heading"),
        "Je bent niet meer ingelogd"
    );
    screen.service.knows(Ok(employee(Role::Employee)));
    screen.happen_to_window("focus").await;
    assert_eq!(focused_heading(), "Je bent weer ingelogd");
    assert!(screen.texts("section[role=alert] a").is_empty());
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    assert_eq!(screen.value("date"), "2026-11-21");
    screen.press("Opnieuw versturen").await;
    answered().await;
    assert_eq!(focused_heading(), "De code is geaccepteerd");
    let sent = screen.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].idempotency_key, sent[1].idempotency_key);
}

#[wasm_bindgen_test]
async fn what_one_employee_filled_in_is_not_for_another() {
    let screen = Screen::open([Err(SIGNED_OUT)]).await;
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    screen.service.knows(Ok(CurrentEmployee {
        name: "Bas Bakker".to_owned(),
        ..employee(Role::Employee)
    }));
    screen.happen_to_window("focus").await;
    assert_eq!(screen.text(".name"), "Bas Bakker");
    assert!(screen.is_empty());
    assert!(screen.texts("section[role=alert]").is_empty());
}

#[wasm_bindgen_test]
async fn an_employee_who_signed_in_on_another_page_is_named_on_this_one() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.service.knows(Ok(CurrentEmployee {
        name: "Bas Bakker".to_owned(),
        ..employee(Role::Employee)
    }));
    screen.pass_unnoticed(5);
    screen.happen_to_window("focus").await;
    screen.happen_to_window("focus").await;
    assert_eq!(screen.service.asked(), 2);
    assert_eq!(screen.text(".name"), "Bas Bakker");
    assert!(screen.is_empty());
    // Signing out elsewhere is noticed here, too.
    screen.fill_in().await;
    screen.service.knows(Err(SIGNED_OUT));
    screen.pass_unnoticed(5);
    screen.happen_to_window("focus").await;
    assert_eq!(focused_heading(), "Je bent niet meer ingelogd");
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
}

#[wasm_bindgen_test]
async fn an_interrupted_call_is_forgotten_after_a_quarter_of_an_hour_too() {
    let screen = Screen::open([Err(SIGNED_OUT)]).await;
    screen.service.knows(Err(SIGNED_OUT));
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    screen.pass(600).await;
    screen.key("Shift").await;
    screen.pass(899).await;
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    screen.pass(1).await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
    assert!(screen.is_empty());
}

#[wasm_bindgen_test]
async fn the_end_of_the_day_is_announced_and_interrupts_no_call() {
    let short = || {
        let service = TestService::default();
        service.knows(Ok(CurrentEmployee {
            idle_seconds: 300,
            end_seconds: 300,
            ..employee(Role::Employee)
        }));
        Screen::with(service, Opening::default())
    };
    let screen = short().await;
    screen.fill_in().await;
    screen.pass(180).await;
    assert!(
        screen
            .text(".ending")
            .contains("Om 11:05 word je uitgelogd")
    );
    assert!(screen.find("stay").is_none());
    screen.pass(120).await;
    assert_eq!(focused_heading(), "Je bent niet meer ingelogd");
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    drop(screen);

    let screen = short().await;
    screen.pass(300).await;
    assert_eq!(screen.text("[role=alert] h2"), "Je bent niet meer ingelogd");
    assert!(screen.find("sign-in").is_some());
}

#[wasm_bindgen_test]
async fn signing_out_forgets_and_goes_on_to_the_provider() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.click("sign-out").await;
    answered().await;
    assert_eq!(
        screen.service.left_for().as_deref(),
        Some("https://provider.example/end")
    );
    assert_eq!(screen.text("[role=alert] h2"), "Je bent uitgelogd");
    assert!(screen.is_empty());
}

#[wasm_bindgen_test]
async fn signing_out_that_fails_says_so() {
    let screen = Screen::open([]).await;
    screen.service.signs_out(Err(RequestFailure::NoAnswer));
    screen.fill_in().await;
    screen.click("sign-out").await;
    answered().await;
    assert!(screen.text("header [role=alert]").contains("niet gelukt"));
    assert_eq!(screen.service.left_for(), None);
    assert_eq!(screen.value("code"), "XBB-5X-FJ");

    // Signed out already.
    screen
        .service
        .signs_out(Err(RequestFailure::Problem(Problem::SignedOut)));
    screen.click("sign-out").await;
    answered().await;
    assert_eq!(screen.text("[role=alert] h2"), "Je bent uitgelogd");
}

#[wasm_bindgen_test]
async fn a_page_that_the_browser_keeps_aside_holds_nothing_of_a_caller() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.happen_to_window("pagehide").await;
    assert!(screen.is_empty());
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_the_lock_shows_nothing() {
    let screen = Screen::open([accepted()]).await;
    screen.fill_in().await;
    screen.pass_unnoticed(900);
    screen.button("Versturen").click();
    screen.key("Shift").await;
    answered().await;
    assert_eq!(screen.text("[role=alert] h2"), LOCKED);
    screen.service.knows(Ok(employee(Role::Employee)));
    screen.happen_to_window("focus").await;
    assert!(screen.find("code").is_some());
    assert!(screen.find("accepted-heading").is_none());
}

#[wasm_bindgen_test]
async fn signed_out_screens_speak_english_too() {
    let service = TestService::default();
    service.knows(Err(SIGNED_OUT));
    let opening = Opening {
        language: Language::English,
        ..Opening::default()
    };
    let screen = Screen::with(service, opening).await;
    assert_eq!(screen.heading(), "Warning others with the app");
    assert_eq!(
        screen.element("sign-in").text_content().as_deref(),
        Some("Sign in")
    );
}
