//! The audit trail.

use portal::RequestFailure;
use shared::{
    api::{Action, AuditEntry, Outcome},
    staff::employee::Role,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    screen::{SIGNED_OUT, Screen, answered, employee},
    service::TestService,
};

fn entry(at: &str, employee: &str, action: Action, outcome: Outcome) -> AuditEntry {
    AuditEntry {
        at: at.parse().unwrap(),
        employee: employee.to_owned().try_into().unwrap(),
        action,
        outcome,
    }
}

fn some() -> Vec<AuditEntry> {
    vec![
        entry(
            "2026-11-22T23:15:00Z",
            "b.bakker",
            Action::Validation,
            Outcome::NotAccepted,
        ),
        entry(
            "2026-11-22T22:15:00Z",
            "a.dewit",
            Action::Validation,
            Outcome::Accepted,
        ),
        entry(
            "2026-11-22T22:10:00Z",
            "a.dewit",
            Action::SignIn,
            Outcome::Done,
        ),
    ]
}

async fn open(service: TestService) -> Screen {
    service.knows(Ok(employee(Role::Administrator)));
    Screen::loaded("/audit", service).await
}

async fn with(entries: Vec<AuditEntry>) -> Screen {
    let service = TestService::default();
    service.has_audit(Ok(entries));
    open(service).await
}

fn employees(screen: &Screen) -> Vec<String> {
    screen.texts("tbody td:nth-child(2)")
}

#[wasm_bindgen_test]
async fn entries_are_told_in_dutch_time_and_words() {
    let screen = with(some()).await;
    assert_eq!(
        screen.texts("tbody tr:first-child td"),
        [
            "maandag 23 november, 00:15",
            "b.bakker",
            "Code invoeren",
            "Niet geaccepteerd"
        ]
    );
    assert_eq!(screen.text("caption"), "Handelingen, de nieuwste eerst");
    assert_eq!(screen.texts("thead th[scope=col]").len(), 4);
    assert_eq!(screen.text("#count[role=status]"), "3 van 3 regels");
}

#[wasm_bindgen_test]
async fn entries_are_found_by_employee_action_outcome_and_day() {
    let screen = with(some()).await;
    screen.enter("by-employee", " DeWit").await;
    assert_eq!(employees(&screen), ["a.dewit", "a.dewit"]);
    assert_eq!(screen.text("#count"), "2 van 3 regels");
    screen.choose("by-action", "Validation").await;
    assert_eq!(employees(&screen), ["a.dewit"]);
    screen.enter("by-employee", "").await;
    assert_eq!(employees(&screen), ["b.bakker", "a.dewit"]);
    screen.choose("by-outcome", "Accepted").await;
    assert_eq!(employees(&screen), ["a.dewit"]);
    screen.choose("by-outcome", "").await;
    screen.choose("by-action", "").await;
    screen.enter("by-day", "2026-11-23").await;
    assert_eq!(employees(&screen), ["b.bakker"]);
    screen.enter("by-day", "2026-11-21").await;
    assert!(employees(&screen).is_empty());
    assert_eq!(screen.text("#count"), "0 van 3 regels");
}

#[wasm_bindgen_test]
async fn a_long_trail_is_shown_in_parts() {
    let screen = with(some().into_iter().cycle().take(250).collect()).await;
    assert_eq!(screen.all("tbody tr").len(), 100);
    assert_eq!(screen.text("#count"), "250 van 250 regels");
    screen.press("Meer tonen").await;
    screen.press("Meer tonen").await;
    assert_eq!(screen.all("tbody tr").len(), 250);
    assert!(screen.find("more").is_none());
}

#[wasm_bindgen_test]
async fn older_entries_are_fetched_when_they_are_asked_for() {
    let service = TestService::default();
    service.has_audit(Ok(some()));
    service.gives_audit_in_parts_of(2);
    let screen = open(service).await;
    assert_eq!(employees(&screen), ["b.bakker", "a.dewit"]);
    assert_eq!(screen.text("#count"), "2 van 2 regels");
    screen.press("Oudere regels ophalen").await;
    answered().await;
    assert_eq!(employees(&screen), ["b.bakker", "a.dewit", "a.dewit"]);
    assert_eq!(screen.text("#count"), "3 van 3 regels");
    assert!(screen.find("older").is_none());
    // Refreshed, it begins at the newest again.
    screen.press("Vernieuwen").await;
    answered().await;
    assert_eq!(employees(&screen), ["b.bakker", "a.dewit"]);
    assert!(screen.find("older").is_some());
}

#[wasm_bindgen_test]
async fn a_trail_that_does_not_come_is_asked_for_again() {
    let service = TestService::default();
    service.has_audit(Err(RequestFailure::NoAnswer));
    let screen = open(service).await;
    assert!(
        screen
            .text("main div[role=alert]")
            .contains("niet worden opgehaald")
    );
    screen.service.has_audit(Ok(some()));
    screen.press("Opnieuw proberen").await;
    answered().await;
    assert_eq!(screen.all("tbody tr").len(), 3);
    assert_eq!(screen.text("main div[role=alert]"), "");
}

#[wasm_bindgen_test]
async fn an_administrator_whose_session_ended_signs_in_again() {
    let service = TestService::default();
    service.has_audit(Err(SIGNED_OUT));
    let screen = open(service).await;
    assert_eq!(screen.text("[role=alert] h2"), "Je bent niet meer ingelogd");
    assert!(screen.find("sign-in").is_some());
}
