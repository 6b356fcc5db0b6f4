//! How the exchange with other countries goes.

use portal::RequestFailure;
use shared::{
    api::{
        ExchangeReport, LastRun, QuarantineReason, QuarantinedKeys, RunOutcome, problem::Problem,
    },
    staff::employee::Role,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    screen::{Screen, employee, monday},
    service::TestService,
};

async fn open(report: Result<ExchangeReport, RequestFailure>) -> Screen {
    let service = TestService::default();
    service.knows(Ok(employee(Role::Administrator)));
    service.exchanges(report);
    Screen::loaded("/exchange", service).await
}

#[wasm_bindgen_test]
async fn the_last_runs_and_what_is_set_aside_are_shown() {
    let run = |outcome| {
        Some(LastRun {
            at: monday(),
            outcome,
        })
    };
    let quarantined = |country: Option<&str>, reason| QuarantinedKeys {
        at: monday(),
        tag: "20261123-7".to_owned(),
        country: country.map(|country| country.parse().unwrap()),
        reason,
    };
    let screen = open(Ok(ExchangeReport {
        quarantined: vec![
            quarantined(Some("DE"), QuarantineReason::Signature),
            quarantined(None, QuarantineReason::Amounts),
            quarantined(None, QuarantineReason::UnknownCountry),
        ],
        last_upload: run(RunOutcome::Done),
        last_download: run(RunOutcome::Refused { status: 403 }),
    }))
    .await;
    assert_eq!(
        screen.text("#last-upload"),
        "maandag 23 november, 11:00: gelukt"
    );
    assert!(screen.text("#last-download").contains("status 403"));
    assert_eq!(screen.text("#count[role=status]"), "3 regels");
    let cells = screen.texts("tbody td");
    assert_eq!(
        cells[1..4],
        [
            "20261123-7",
            "Duitsland",
            "De handtekening hoort niet bij precies deze sleutels"
        ]
    );
    assert_eq!((&*cells[6], &*cells[10]), ("Het hele pakket", "Onbekend"));
}

#[wasm_bindgen_test]
async fn a_service_that_has_not_exchanged_yet_says_so() {
    let screen = open(Ok(ExchangeReport::default())).await;
    assert_eq!(screen.text("#last-upload"), "Nog niet");
    assert_eq!(
        screen.text("#count[role=status]"),
        "Er is niets apart gezet"
    );
}

#[wasm_bindgen_test]
async fn a_report_that_does_not_come_can_be_asked_for_again() {
    let screen = open(Err(RequestFailure::Problem(Problem::Unavailable))).await;
    assert!(screen.find("last-upload").is_none());
    screen.button("Opnieuw proberen");
}
