//! Sending, and what the employee sees of the answer.

use portal::RequestFailure;
use shared::api::{ValidationAnswer, problem::Problem};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    screen::{Screen, answered, focused, focused_heading, settle},
    service::ValidationResult,
};

pub fn accepted() -> ValidationResult {
    Ok(ValidationAnswer {
        infectious_from: "2026-11-19".parse().unwrap(),
    })
}

fn refused(problem: Problem) -> ValidationResult {
    Err(RequestFailure::Problem(problem))
}

#[wasm_bindgen_test]
async fn an_accepted_code_leaves_the_page() {
    let screen = Screen::open([accepted()]).await;
    screen.fill_in().await;
    assert_eq!(screen.value("code"), "XBB-5X-FJ");
    screen.press("Versturen").await;
    answered().await;

    let sent = screen.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].request.code, "XBB5XFJ");
    assert!(sent[0].request.symptomatic);
    assert_eq!(sent[0].request.date, "2026-11-21");
    assert_eq!(sent[0].idempotency_key.len(), 36);
    assert_eq!(sent[0].idempotency_key.as_bytes()[14], b'4');

    assert_eq!(focused_heading(), "De code is geaccepteerd");
    assert_eq!(screen.text("section .day"), "donderdag 19 november");
    let say = screen.text("section blockquote");
    assert!(say.contains("knop om te delen"));
    assert!(say.contains("tot vannacht 4\u{a0}uur"));
    assert!(say.contains("donderdag 19 november"));
    assert!(screen.find("code").is_none());
    for part in ["XBB", "5X-FJ", "5XFJ"] {
        assert!(!screen.html().contains(part), "{part}");
    }
    assert!(!screen.html().contains("Oefencode"));
}

#[wasm_bindgen_test]
async fn the_next_caller_gets_an_empty_form() {
    let screen = Screen::open([accepted(), accepted()]).await;
    assert_ne!(focused(), "code");
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    screen.press("Volgende beller").await;
    assert_eq!(focused(), "code");
    assert_eq!(screen.value("code"), "");
    assert_eq!(screen.value("date"), "");
    assert!(screen.texts(".choice :checked").is_empty());
    assert_eq!(screen.text(".infectious"), "");

    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    let keys: Vec<_> = screen
        .sent()
        .into_iter()
        .map(|s| s.idempotency_key)
        .collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
}

#[wasm_bindgen_test]
async fn the_training_code_is_never_sent() {
    let screen = Screen::open([]).await;
    screen.fill_in().await;
    screen.enter("code", "0000000").await;
    screen.press("Versturen").await;
    answered().await;
    assert!(screen.sent().is_empty());
    assert_eq!(focused_heading(), "De code is geaccepteerd");
    assert_eq!(
        screen.text("section .note"),
        "Oefencode, er is niets verstuurd."
    );
    assert_eq!(screen.text("section .day"), "donderdag 19 november");
}

#[wasm_bindgen_test]
async fn the_training_code_needs_a_whole_form_too() {
    let screen = Screen::open([]).await;
    screen.enter("code", "0000000").await;
    screen.press("Versturen").await;
    assert_eq!(focused(), "symptoms-yes");
}

#[wasm_bindgen_test]
async fn two_clicks_send_once() {
    let screen = Screen::open([accepted()]).await;
    screen.fill_in().await;
    let button = screen.button("Versturen");
    button.click();
    button.click();
    settle().await;
    assert_eq!(
        button.text_content().as_deref(),
        Some("Bezig met versturen…")
    );
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    button.click();
    answered().await;
    assert_eq!(screen.sent().len(), 1);
    assert_eq!(focused_heading(), "De code is geaccepteerd");
}

#[wasm_bindgen_test]
async fn every_failure_says_what_it_is_and_what_to_do() {
    for (failure, heading, advice) in [
        (
            RequestFailure::Offline,
            "Je hebt geen internetverbinding",
            "Er is niets verstuurd",
        ),
        (
            RequestFailure::NoAnswer,
            "Er kwam geen antwoord",
            "Controleer je internetverbinding",
        ),
        (
            RequestFailure::Throttled { seconds: Some(690) },
            "Er zijn te veel codes geweigerd",
            "Over 12 minuten, om 11:11, kun je weer",
        ),
        (
            RequestFailure::Throttled { seconds: None },
            "Er zijn te veel codes geweigerd",
            "Over een kwartier kun je weer",
        ),
        (
            RequestFailure::Problem(Problem::CodeNotAccepted),
            "De code is niet geaccepteerd",
            "sluiten en weer openen: dan staat er een nieuwe code",
        ),
        (
            RequestFailure::Problem(Problem::InvalidCode),
            "De code klopt niet",
            "Verbeter de code",
        ),
        (
            RequestFailure::Problem(Problem::InvalidDate),
            "De datum kan niet",
            "afgelopen 30 dagen",
        ),
        (
            RequestFailure::Problem(Problem::Forbidden),
            "Je mag geen codes invoeren",
            "Vraag je beheerder om toegang",
        ),
        (
            RequestFailure::Problem(Problem::Unavailable),
            "De dienst werkt nu even niet",
            "Wacht een halve minuut",
        ),
        (
            RequestFailure::Problem(Problem::Gone),
            "Deze dienst is gestopt",
            "geen codes meer",
        ),
        (
            RequestFailure::Problem(Problem::Malformed),
            "Er ging iets mis in het portaal",
            "Laad deze pagina opnieuw",
        ),
    ] {
        let screen = Screen::open([Err(failure)]).await;
        screen.fill_in().await;
        screen.press("Versturen").await;
        answered().await;
        assert_eq!(focused_heading(), heading);
        let panel = screen.text("section[role=alert]");
        assert!(panel.contains(advice), "{panel}");
        assert_eq!(
            panel.contains("Opnieuw versturen"),
            failure.invites_retry(),
            "{heading}"
        );
        // What was filled in stays.
        assert_eq!(screen.value("code"), "XBB-5X-FJ");
        assert_eq!(screen.value("date"), "2026-11-21");
    }
}

#[wasm_bindgen_test]
async fn a_submission_without_answer_is_sent_again_under_the_same_key() {
    let screen = Screen::open([
        Err(RequestFailure::NoAnswer),
        refused(Problem::Unavailable),
        accepted(),
    ])
    .await;
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    screen.press("Opnieuw versturen").await;
    answered().await;
    assert_eq!(focused_heading(), "De dienst werkt nu even niet");
    // Another spelling of the same code is the same submission.
    screen.enter("code", "xbb 5xfj").await;
    screen.press("Versturen").await;
    answered().await;
    assert_eq!(focused_heading(), "De code is geaccepteerd");

    let sent = screen.sent();
    assert_eq!(sent.len(), 3);
    for again in &sent[1..] {
        assert_eq!(again.idempotency_key, sent[0].idempotency_key);
        assert_eq!(again.request.code, sent[0].request.code);
        assert_eq!(again.request.date, sent[0].request.date);
    }
}

#[wasm_bindgen_test]
async fn the_same_failure_again_is_read_again() {
    let screen = Screen::open([Err(RequestFailure::NoAnswer), Err(RequestFailure::NoAnswer)]).await;
    screen.fill_in().await;
    for _ in 0..2 {
        screen.button("Versturen").focus().unwrap();
        screen.press("Versturen").await;
        answered().await;
        assert_eq!(focused_heading(), "Er kwam geen antwoord");
    }
}

#[wasm_bindgen_test]
async fn a_changed_or_a_refused_submission_gets_a_new_key() {
    let screen = Screen::open([
        Err(RequestFailure::NoAnswer),
        refused(Problem::CodeNotAccepted),
        accepted(),
    ])
    .await;
    screen.fill_in().await;
    screen.press("Versturen").await;
    answered().await;
    screen.choose_day("2026-11-20").await;
    screen.press("Versturen").await;
    answered().await;
    screen.press("Versturen").await;
    answered().await;
    let keys: Vec<_> = screen
        .sent()
        .into_iter()
        .map(|s| s.idempotency_key)
        .collect();
    assert_eq!(keys.len(), 3);
    assert_ne!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
}
