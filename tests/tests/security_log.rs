//! The security log, which records the addresses of refused requests and nothing else.

use serde_json::json;
use tests::{Setup, System, holds, problem};
use xtask::provider::DemoUser;

const ADDRESS: &str = "203.0.113.77";

#[test]
fn a_refused_request_is_recorded_with_its_address_and_without_personal_data() {
    let system = System::start();
    let browser = system.sign_in(DemoUser::Employee);
    let session = browser.session().expect("a session");
    let code = system.code(&mut system.phone(1));
    let body = system.validation(code, true, 3);
    let from = [("cf-connecting-ip", ADDRESS)];
    let refused = browser.post_with("api/validations", &body, &[from[0], ("origin", "null")]);
    assert_eq!(problem(refused).0, 403);
    let stored = [system.read_data("kv-index"), system.read_data("kv-values")].concat();
    assert!(holds(&stored, ADDRESS.as_bytes()));
    assert!(holds(&stored, b"\"reason\":\"forbidden\""));
    for secret in [
        &session,
        "a.dewit",
        "Anna",
        &code.to_string(),
        &code.compact(),
    ] {
        assert!(!holds(&stored, secret.as_bytes()), "{secret}");
    }
}

#[test]
fn an_entry_ends_after_seven_days() {
    // Expiration follows the platform's clock.
    let system = System::start_as(Setup {
        morning: false,
        ..Setup::default()
    });
    let from = [("cf-connecting-ip", ADDRESS)];
    assert_eq!(system.get("api/audit", &from).status(), 401);
    let notes: Vec<_> = system
        .kv_values()
        .into_iter()
        .filter(|(value, _)| holds(value, ADDRESS.as_bytes()))
        .collect();
    let [(note, Some(end))] = &notes[..] else {
        panic!("{} notes", notes.len());
    };
    let note: serde_json::Value = serde_json::from_slice(note).expect("JSON");
    assert_eq!(
        (&note["address"], &note["reason"]),
        (&json!(ADDRESS), &json!("signed-out"))
    );
    assert_eq!(note.as_object().map(serde_json::Map::len), Some(3));
    let life = end / 1_000 - system.now().as_second();
    assert!((7 * 86_400 - 30..=7 * 86_400).contains(&life), "{life}");
}

#[test]
fn accepted_requests_and_opening_the_portal_are_not_recorded() {
    let system = System::start();
    let from = [("cf-connecting-ip", ADDRESS)];
    assert_eq!(system.get("api/session", &from).status(), 401);
    let browser = system.sign_in(DemoUser::Employee);
    let code = system.code(&mut system.phone(1));
    let body = system.validation(code, true, 3);
    assert_eq!(
        browser.post_with("api/validations", &body, &from).status(),
        200
    );
    assert_eq!(
        problem(browser.post_with("api/validations", &json!({}), &from)).0,
        400
    );
    let stored = [system.read_data("kv-index"), system.read_data("kv-values")].concat();
    assert!(!holds(&stored, ADDRESS.as_bytes()));
}
