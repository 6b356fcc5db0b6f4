//! The audit trail of employees' actions: which entries it has, and for how long.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use shared::{
    Timestamp,
    time::{DAY_SECONDS, shift},
};
use tests::{System, browser::Browser, json, problem};
use xtask::provider::DemoUser;

fn audit(system: &System) -> Vec<Value> {
    let answer = system.as_demo_user(DemoUser::Administrator, |browser| browser.get("api/audit"));
    assert_eq!(answer.status(), 200);
    json(answer)["entries"].as_array().expect("a list").clone()
}

/// The employee, action and outcome of each entry, oldest first.
fn said(entries: &[Value]) -> Vec<String> {
    let text = |entry: &Value, name: &str| entry[name].as_str().expect("text").to_owned();
    entries
        .iter()
        .rev()
        .map(|entry| {
            ["employee", "action", "outcome"]
                .map(|name| text(entry, name))
                .join(" ")
        })
        .collect()
}

#[test]
fn every_action_of_an_employee_is_recorded() {
    let mut system = System::start();
    let started = system.now();
    let code = system.code(&mut system.phone(1));
    let body = system.validation(code, true, 3);
    let attempt = |browser: &Browser<'_>| browser.post("api/validations", &body).status().as_u16();

    for (person, action) in [
        (DemoUser::Visitor, "sign-in"),
        (DemoUser::Employee, "password-only"),
        (DemoUser::Employee, "cancel"),
    ] {
        let browser = system.browser();
        browser.get_url(&browser.callback(person, action));
    }
    let employee = system.sign_in(DemoUser::Employee);
    assert_eq!(attempt(&employee), 200);
    for _ in 0..10 {
        assert_eq!(attempt(&employee), 422);
    }
    // Every one of several in a minute.
    for _ in 0..5 {
        assert_eq!(attempt(&employee), 429);
    }
    assert_eq!(problem(employee.post("api/validations", &json!({}))).0, 429);
    employee.post("auth/logout", &json!({}));
    employee.post("auth/logout", &json!({}));
    system.sign_in(DemoUser::Employee);
    system.as_demo_user(DemoUser::Administrator, |browser| {
        browser.post("api/sign-out", &json!({ "employee": "a.dewit" }))
    });
    audit(&system);
    let entries = audit(&system);
    let mut said = said(&entries);
    // The clock may pass a minute in between.
    said.dedup_by(|one, other| one == other && one.ends_with("throttled"));
    let mut expected = vec![
        "c.smit sign-in no-role",
        "a.dewit sign-in no-second-factor",
        "a.dewit sign-in done",
        "a.dewit validation accepted",
    ];
    expected.extend(["a.dewit validation not-accepted"; 10]);
    expected.extend([
        "a.dewit validation throttled",
        "a.dewit sign-out done",
        "a.dewit sign-in done",
        "b.bakker sign-in done",
        "a.dewit signed-out-by-administrator done",
        "b.bakker sign-out-other done",
        "b.bakker audit-read done",
    ]);
    assert_eq!(said, expected);
    for entry in &entries {
        assert_eq!(
            entry.as_object().map(serde_json::Map::len),
            Some(4),
            "{entry}"
        );
        let at: Timestamp = serde_json::from_value(entry["at"].clone()).expect("a time");
        assert_eq!(at.as_second() % 60, 0);
        assert!(at > shift(started, -60) && at <= system.now());
    }
    // It outlives a restart.
    system.restart();
    assert_eq!(audit(&system).len(), entries.len());
}

#[test]
fn reading_the_audit_trail_is_recorded_once_an_hour() {
    let mut system = System::start();
    let reads = |system: &System| {
        let said = said(&audit(system));
        said.iter()
            .filter(|entry| entry.contains("audit-read"))
            .count()
    };
    assert_eq!(reads(&system), 1);
    assert_eq!(reads(&system), 1);
    system.move_clock_to(shift(system.now(), 3_660));
    assert_eq!(reads(&system), 2);
}

#[test]
fn a_long_trail_is_given_in_parts() {
    let mut system = System::start();
    let newest = audit(&system);
    // One more entry, of an hour later, than an answer holds.
    system.stop_and_change(
        "audit",
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10001) \
         INSERT INTO audit (at, employee, action, outcome, ends_at) \
         SELECT at + 3600, 'e' || n.n, action, outcome, ends_at + 3600 \
         FROM n, (SELECT * FROM audit ORDER BY number LIMIT 1)",
    );
    system.restart();
    let ask = |query: &str| {
        let path = format!("api/audit{query}");
        system.as_demo_user(DemoUser::Administrator, |browser| browser.get(&path))
    };
    let part = |query: &str| -> (Vec<Value>, Option<i64>) {
        let answer = json(ask(query));
        let entries = answer["entries"].as_array().expect("a list");
        (entries.clone(), answer["older"].as_i64())
    };
    let (first, older) = part("");
    assert_eq!(first.len(), 10_000);
    assert_eq!(first[0]["employee"], "e10001");
    assert_eq!(first[9_999]["employee"], "e2");
    let older = older.expect("there are more");
    let (second, end) = part(&format!("?before={older}"));
    assert_eq!(second[0]["employee"], "e1");
    assert!(second[1..] == newest);
    assert_eq!(end, None);
    for query in ["?before=", "?before=x", "?before=1.5"] {
        assert_eq!(
            problem(ask(query)),
            (400, "malformed".to_owned()),
            "{query}"
        );
    }
}

#[test]
fn an_entry_is_deleted_after_fourteen_days() {
    let mut system = System::start();
    system.sign_in(DemoUser::Employee);
    let began = system.now();
    system.move_clock_to(shift(began, 14 * DAY_SECONDS - 65));
    assert!(said(&audit(&system)).contains(&"a.dewit sign-in done".to_owned()));
    // It is not shown even before the alarm has deleted it.
    system.move_clock_to(shift(began, 14 * DAY_SECONDS));
    assert!(!said(&audit(&system)).contains(&"a.dewit sign-in done".to_owned()));
    system.move_clock_to(shift(began, 28 * DAY_SECONDS + 60));
    system.run_job("expire");
    for table in ["audit", "session", "throttle", "answer", "sign_in"] {
        assert_eq!(system.stop_and_count(table), 0, "{table}");
    }
}
