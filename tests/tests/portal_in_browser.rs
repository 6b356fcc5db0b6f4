//! The served portal in a real browser, against the real service and a real sign-in provider. The tests themselves are in
//! `tests/browser/portal`, one file a concern, each with a service of its own.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use serde_json::json;
use tests::{PROVIDER, System};
use xtask::{
    process,
    provider::{self, Person},
    setup::npm,
};

/// Runs the tests in the file `name`.
fn run(name: &str) {
    let system = System::start();
    PROVIDER.start(None).unwrap();
    let person = |person| {
        let (credentials, _) = provider::credentials(person).unwrap();
        json!({ "user": credentials.user, "password": credentials.password })
    };
    let (_, second_factor) = provider::credentials(Person::Employee).unwrap();
    let persons = json!({
        "employee": person(Person::Employee),
        "administrator": person(Person::Administrator),
        "nobody": person(Person::Visitor),
        "secondFactor": second_factor,
    });
    let output = Command::new(npm::program("node"))
        .arg("--test")
        .arg("--test-reporter=spec")
        .arg(xtask::root().join("tests/browser/portal").join(name))
        .env("ADDRESS", system.address())
        .env("CHROMIUM", process::find("chromium").unwrap())
        .env("PERSONS", persons.to_string())
        .output()
        .unwrap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        panic!("{said}\n{}", system.log());
    }
}

#[test]
fn who_may_not_sign_in_is_told_why_and_who_may_signs_out_everywhere() {
    run("sign_in.test.mjs");
}

#[test]
fn a_code_is_validated_whatever_happens_on_the_way() {
    run("validation.test.mjs");
}

#[test]
fn a_session_ends_without_leaving_or_losing_anything() {
    run("session.test.mjs");
}

#[test]
fn an_administrator_sees_who_did_what() {
    run("administrator.test.mjs");
}

#[test]
fn nobody_is_shut_out_of_any_screen() {
    run("accessibility.test.mjs");
}
