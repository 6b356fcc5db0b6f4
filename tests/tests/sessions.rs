//! Sessions of employees: when they end, which role they need, and that pages of other sites cannot
//! use them.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use serde_json::json;
use shared::{staff::session::MAX_SECONDS, time::shift};
use tests::{System, browser::Browser, holds, json, problem};
use xtask::provider::DemoUser;

fn is_signed_in(system: &System, session: &str) -> bool {
    let answer = Browser::with_session(system, session).get("api/session");
    match answer.status().as_u16() {
        200 => true,
        401 => false,
        status => panic!("status {status}"),
    }
}

fn session_of(system: &System, user: DemoUser) -> String {
    system.sign_in(user).session().expect("a session")
}

#[test]
fn a_session_ends_a_quarter_of_an_hour_after_its_last_use() {
    let mut system = System::start();
    let session = session_of(&system, DemoUser::Employee);
    for _ in 0..3 {
        system.move_clock_to(shift(system.now(), 14 * 60));
        assert!(is_signed_in(&system, &session));
    }
    system.move_clock_to(shift(system.now(), 15 * 60));
    assert!(!is_signed_in(&system, &session));
    // It stays ended.
    assert!(!is_signed_in(&system, &session));
    system.run_job("expire");
    assert_eq!(system.stop_and_count("session"), 0);
}

#[test]
fn a_session_ends_after_eight_hours_however_much_it_is_used() {
    let mut system = System::start();
    let session = session_of(&system, DemoUser::Employee);
    let end = shift(system.now(), MAX_SECONDS);
    while system.now() < shift(end, -14 * 60) {
        system.move_clock_to(shift(system.now(), 13 * 60));
        assert!(is_signed_in(&system, &session));
    }
    system.move_clock_to(shift(end, -30));
    assert!(is_signed_in(&system, &session));
    system.move_clock_to(end);
    assert!(!is_signed_in(&system, &session));
}

#[test]
fn forged_cookies_are_refused() {
    let system = System::start();
    let session = session_of(&system, DemoUser::Employee);
    let mut other: Vec<char> = session.chars().collect();
    other[63] = if other[63] == '0' { '1' } else { '0' };
    for forged in [
        String::new(),
        "0".repeat(64),
        other.into_iter().collect(),
        session[..62].to_owned(),
        format!("{session}00"),
        session.to_uppercase(),
        format!("\"{session}\""),
        "' OR 1=1 --".to_owned(),
        "x".repeat(8_000),
    ] {
        // A token without letters is the same in capitals.
        if forged != session {
            assert!(!is_signed_in(&system, &forged), "{forged}");
        }
    }
    assert!(is_signed_in(&system, &session));
}

#[test]
fn a_session_outlives_a_restart_and_its_token_is_not_on_disk() {
    let mut system = System::start();
    let session = session_of(&system, DemoUser::Employee);
    let on_disk = system.stop_and_read("Desk");
    assert!(holds(&on_disk, b"a.dewit"), "the session is");
    let mut token = vec![0; 32];
    hex::decode_to_slice(&session, &mut token).expect("hex");
    assert!(!holds(&on_disk, session.as_bytes()) && !holds(&on_disk, &token));
    system.restart();
    assert!(is_signed_in(&system, &session));
}

#[test]
fn pages_of_other_sites_cannot_change_anything() {
    let system = System::start();
    let mut phone = system.phone(1);
    let code = system.code(&mut phone);
    let body = system.validation(code, true, 3);
    let browser = system.sign_in(DemoUser::Administrator);
    let own = system.address();
    let foreign = [
        "",
        "null",
        "https://evil.example",
        &own.replace("http", "https"),
        &format!("{own}/"),
        &format!("{own}.evil.example"),
    ];
    for path in ["api/validations", "api/sign-out", "auth/logout"] {
        for origin in foreign {
            let answer = browser.post_with(path, &body, &[("origin", origin)]);
            assert_eq!(
                problem(answer),
                (403, "forbidden".to_owned()),
                "{path} {origin}"
            );
        }
        // A form of another site can send these without a preflight.
        for content_type in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            let answer = browser.post_with(path, &body, &[("content-type", content_type)]);
            assert_eq!(problem(answer).0, 415, "{path} {content_type}");
        }
    }
    // The preflight of a script of another site.
    let preflight = ureq::http::Request::builder()
        .method("OPTIONS")
        .uri(system.url("api/validations"))
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .body(())
        .expect("a request");
    let answer = system.agent().run(preflight).expect("an answer");
    assert!(
        answer
            .headers()
            .keys()
            .all(|name| !name.as_str().starts_with("access-control"))
    );
    assert_eq!(problem(answer).0, 405);
    // The administrator is signed in as before, and the code unused.
    let accepted = browser.post_with(
        "api/validations",
        &body,
        &[("content-type", "Application/JSON; charset=utf-8")],
    );
    assert_eq!(accepted.status(), 200);
}

#[test]
fn an_employee_is_refused_at_the_administrators_routes() {
    let system = System::start();
    let employee = system.sign_in(DemoUser::Employee);
    let target = json!({ "employee": "b.bakker" });
    let forbidden = (403, "forbidden".to_owned());
    assert_eq!(problem(employee.get("api/sessions")), forbidden);
    assert_eq!(problem(employee.get("api/audit")), forbidden);
    assert_eq!(problem(employee.get("api/exchange")), forbidden);
    assert_eq!(problem(employee.post("api/sign-out", &target)), forbidden);
    let signed_out_browser = system.browser();
    let signed_out = (401, "signed-out".to_owned());
    for path in ["api/session", "api/sessions", "api/audit", "api/exchange"] {
        assert_eq!(problem(signed_out_browser.get(path)), signed_out, "{path}");
    }
    for path in ["api/sign-out", "api/validations"] {
        assert_eq!(
            problem(signed_out_browser.post(path, &target)),
            signed_out,
            "{path}"
        );
    }
}

#[test]
fn an_administrator_sees_who_is_signed_in_and_ends_all_sessions_of_an_employee() {
    let mut system = System::start();
    let one = session_of(&system, DemoUser::Employee);
    let other = session_of(&system, DemoUser::Employee);
    let administrator = session_of(&system, DemoUser::Administrator);
    system.move_clock_to(shift(system.now(), 60));
    assert!(is_signed_in(&system, &one));
    let used = system.now();

    let browser = Browser::with_session(&system, &administrator);
    let answer = json(browser.get("api/sessions"));
    let mut sessions = answer["sessions"].as_array().expect("a list").clone();
    // Both were used in this second.
    sessions.sort_by_key(|session| session["employee"].to_string());
    let shown: Vec<_> = sessions
        .iter()
        .map(|session| ["employee", "name", "role"].map(|member| session[member].as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ["a.dewit", "Anna de Wit", "employee"].map(Some),
            ["b.bakker", "Bram Bakker", "administrator"].map(Some),
        ]
    );
    let end: shared::Timestamp =
        serde_json::from_value(sessions[0]["idleUntil"].clone()).expect("a time");
    let lasts = end.as_second() - used.as_second();
    assert!((895..=901).contains(&lasts), "{lasts}");

    let ended =
        |employee: &str| json(browser.post("api/sign-out", &json!({ "employee": employee })));
    assert_eq!(ended("unknown"), json!({ "ended": 0 }));
    assert_eq!(ended("a.dewit"), json!({ "ended": 2 }));
    assert!(!is_signed_in(&system, &one) && !is_signed_in(&system, &other));
    assert_eq!(ended("a.dewit"), json!({ "ended": 0 }));
    assert_eq!(
        json(browser.get("api/sessions"))["sessions"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    for body in [
        json!({}),
        json!({ "employee": "" }),
        json!({ "employee": 7 }),
        json!([]),
    ] {
        assert_eq!(problem(browser.post("api/sign-out", &body)).1, "malformed");
    }
    // She can sign in again.
    session_of(&system, DemoUser::Employee);
}
