//! The portal in a real browser, with the real service and a real sign-in provider. The tests
//! themselves are in `tests/browser/portal`, one file for each concern, each with its own service.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use serde_json::json;
use shared::country::Country;
use tests::{
    PROVIDER, Partners, System,
    foreign_keys::{country, foreign_keys, put},
    gateway::Gateway,
};
use xtask::{
    efgs_keys::KeyKind,
    process,
    provider::{self, DemoUser},
    setup::npm,
};

/// Runs the tests in the file `name` with a service of their own.
fn run(name: &str) {
    run_with(&System::start(), name);
}

/// Runs the tests in the file `name` with `system`.
fn run_with(system: &System, name: &str) {
    PROVIDER.start(None).unwrap();
    let credentials = |user| {
        let (credentials, _) = provider::credentials(user).unwrap();
        json!({ "user": credentials.user, "password": credentials.password })
    };
    let (_, second_factor) = provider::credentials(DemoUser::Employee).unwrap();
    let demo_users = json!({
        "employee": credentials(DemoUser::Employee),
        "administrator": credentials(DemoUser::Administrator),
        "visitor": credentials(DemoUser::Visitor),
        "secondFactor": second_factor,
    });
    let output = Command::new(npm::program("node"))
        .arg("--test")
        .arg("--test-reporter=spec")
        .arg(xtask::root().join("tests/browser/portal").join(name))
        .env("ADDRESS", system.address())
        .env("CHROMIUM", process::find("chromium").unwrap())
        .env("DEMO_USERS", demo_users.to_string())
        .output()
        .unwrap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        panic!("{said}\n{}", system.log());
    }
}

#[test]
fn a_refused_person_is_told_why_and_an_employee_signs_out_everywhere() {
    run("sign_in.test.mjs");
}

#[test]
fn a_code_is_validated_in_spite_of_errors_in_between() {
    run("validation.test.mjs");
}

#[test]
fn the_end_of_a_session_leaves_nothing_on_the_screen_and_loses_no_input() {
    run("session.test.mjs");
}

#[test]
fn an_administrator_sees_the_actions_of_employees() {
    run("administrator.test.mjs");
}

#[test]
fn the_portal_is_shown_in_the_chosen_language() {
    run("language.test.mjs");
}

#[test]
fn every_screen_is_accessible() {
    // The keys of one country are quarantined, and a whole batch.
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256), ("DE", KeyKind::P256)]);
    let partners = Partners {
        gateway: gateway.clone(),
        country: Country::NETHERLANDS,
        participants: "BE DE",
    };
    let system = System::start_exchanging(partners, &[]);
    let keys = foreign_keys(3, "DE", gateway.now());
    gateway.put_signed(country("DE"), "NL/signing", &keys);
    system.exchange();
    put(&gateway, "DE", 3);
    gateway.tamper(Some(|keys, _| keys.truncate(2)));
    let report = system.exchange();
    assert_eq!(report.quarantined.len(), 2, "{report:?}");
    run_with(&system, "accessibility.test.mjs");
}
