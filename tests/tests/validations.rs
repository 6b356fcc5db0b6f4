//! Validations of codes: guessing is throttled, and a request that is sent twice counts once.

use std::{thread, time::Duration};

use serde_json::{Value, json};
use shared::{
    Timestamp,
    enrolment::{code::ValidationCode, intake::IntakeNumber},
    time::{netherlands, shift},
};
use tests::{System, browser::Browser, header, holds, json, problem, random};
use ureq::{Body, http::Response};
use xtask::provider::DemoUser;

const KEY: &str = "9f0e1c5e-7a3b-4c2d-8e1f-0123456789ab";
const OTHER_KEY: &str = "00000000-0000-4000-8000-000000000000";

/// The body of a validation of an unknown code.
fn guess(system: &System) -> Value {
    let mut random = random();
    let code = ValidationCode::random(IntakeNumber::random(&mut random), &mut random);
    system.validation(code, true, 3)
}

fn validate(browser: &Browser<'_>, body: &Value) -> Response<Body> {
    browser.post("api/validations", body)
}

fn validate_with(browser: &Browser<'_>, key: &str, body: &Value) -> Response<Body> {
    browser.post_with("api/validations", body, &[("idempotency-key", key)])
}

/// The body of a validation of a phone's code.
fn waiting(system: &System, seed: u64) -> Value {
    let code = system.code(&mut system.phone(seed));
    system.validation(code, true, 3)
}

fn not_accepted() -> (u16, String) {
    (422, "code-not-accepted".to_owned())
}

#[test]
fn the_eleventh_attempt_of_an_employee_is_refused_in_every_session() {
    let mut system = System::start();
    let good = waiting(&system, 1);
    let sessions: Vec<_> = (0..3)
        .map(|_| {
            system
                .sign_in(DemoUser::Employee)
                .session()
                .expect("a session")
        })
        .collect();
    for number in 0..10 {
        assert_eq!(
            problem(validate(
                &Browser::with_session(&system, &sessions[number % 3]),
                &guess(&system)
            )),
            not_accepted()
        );
    }
    let blocked = |system: &System, number: usize, body: &Value| {
        let browser = Browser::with_session(system, &sessions[number % 3]);
        let answer = validate(&browser, body);
        let seconds: i64 = header(&answer, "retry-after").parse().expect("seconds");
        assert_eq!(problem(answer), (429, "throttled".to_owned()));
        seconds
    };
    for number in 0..6 {
        // Right, wrong and unreadable codes alike.
        for body in [&good, &guess(&system), &json!({})] {
            let seconds = blocked(&system, number, body);
            assert!((890..=900).contains(&seconds), "{seconds}");
        }
    }
    // Another employee is not blocked.
    let other = system.sign_in(DemoUser::Administrator);
    assert_eq!(problem(validate(&other, &guess(&system))), not_accepted());
    // A new session is of the same employee.
    assert_eq!(
        problem(validate(&system.sign_in(DemoUser::Employee), &good)).0,
        429
    );

    // The attempts in between have not lengthened the block.
    system.move_clock_to(shift(system.now(), 14 * 60));
    assert!(blocked(&system, 0, &good) <= 60);
    system.move_clock_to(shift(system.now(), 61));
    assert_eq!(
        validate(&system.sign_in(DemoUser::Employee), &good).status(),
        200
    );
}

#[test]
fn a_block_outlives_a_restart() {
    let mut system = System::start();
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    for _ in 0..10 {
        validate(&Browser::with_session(&system, &session), &guess(&system));
    }
    system.restart();
    let answer = validate(&Browser::with_session(&system, &session), &guess(&system));
    assert_eq!(problem(answer).0, 429);
}

#[test]
fn of_thirty_simultaneous_attempts_ten_are_made() {
    let system = System::start();
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    let statuses: Vec<_> = thread::scope(|scope| {
        let tries: Vec<_> = (0..30)
            .map(|_| {
                let (system, session) = (&system, &session);
                scope.spawn(move || {
                    let browser = Browser::with_session(system, session);
                    validate(&browser, &guess(system)).status().as_u16()
                })
            })
            .collect();
        tries
            .into_iter()
            .map(|one| one.join().expect("a status"))
            .collect()
    });
    let with = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((with(422), with(429)), (10, 20), "{statuses:?}");
}

#[test]
fn unknown_expired_and_used_codes_are_one_refusal() {
    let mut system = System::start();
    let expired = waiting(&system, 1);
    system.move_clock_to(shift(system.now(), 2 * 86_400));
    let expired = system.validation(
        expired["code"]
            .as_str()
            .expect("a code")
            .parse()
            .expect("a code"),
        true,
        3,
    );
    let used = waiting(&system, 2);
    let browser = system.sign_in(DemoUser::Employee);
    assert_eq!(validate(&browser, &used).status(), 200);
    let answers: Vec<_> = [guess(&system), expired, used]
        .iter()
        .map(|body| {
            let answer = validate(&browser, body);
            let mut headers: Vec<_> = answer
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            headers.sort();
            (
                answer.status(),
                headers,
                answer.into_body().read_to_string().expect("text"),
            )
        })
        .collect();
    assert_eq!(answers[0].0, 422);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[test]
fn the_same_key_and_body_get_the_first_answer_again_for_ten_minutes() {
    let mut system = System::start();
    let body = waiting(&system, 1);
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    {
        let browser = Browser::with_session(&system, &session);
        let first = validate_with(&browser, KEY, &body);
        assert_eq!(first.status(), 200);
        let first = json(first);
        for _ in 0..3 {
            assert_eq!(json(validate_with(&browser, KEY, &body)), first);
        }
        assert_eq!(
            json(validate_with(&browser, &KEY.to_uppercase(), &body)),
            first
        );
        // Another body, key or employee is another request.
        let other_body = validate_with(&browser, KEY, &guess(&system));
        assert_eq!(problem(other_body), (400, "malformed".to_owned()));
        assert_eq!(
            problem(validate_with(&browser, OTHER_KEY, &body)),
            not_accepted()
        );
        assert_eq!(problem(validate(&browser, &body)), not_accepted());
        let other = system.sign_in(DemoUser::Administrator);
        assert_eq!(problem(validate_with(&other, KEY, &body)), not_accepted());
    }
    system.move_clock_to(shift(system.now(), 540));
    assert_eq!(
        validate_with(&Browser::with_session(&system, &session), KEY, &body).status(),
        200
    );
    system.move_clock_to(shift(system.now(), 61));
    let late = validate_with(&Browser::with_session(&system, &session), KEY, &body);
    assert_eq!(problem(late), not_accepted());
    system.move_clock_to(shift(system.now(), 605));
    system.run_job("expire");
    assert_eq!(system.stop_and_count("answer"), 0);
    assert_eq!(system.stop_and_count("accepted_attempt"), 0);
}

#[test]
fn an_answer_is_repeated_though_the_date_has_become_too_old_at_midnight() {
    let mut system = System::start();
    let four = netherlands::next_day_at_four(system.now());
    // Summer time begins or ends between midnight and four.
    let midnight = [3, 4, 5].map(|hours| shift(four, -hours * 3_600));
    let is_midnight =
        |time: &Timestamp| netherlands::today(shift(*time, -1)) < netherlands::today(*time);
    let midnight = *midnight
        .iter()
        .find(|time| is_midnight(time))
        .expect("a midnight");
    system.move_clock_to(shift(midnight, -60));
    let code = system.code(&mut system.phone(1));
    let body = system.validation(code, true, 30);
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    let first = json(validate_with(
        &Browser::with_session(&system, &session),
        KEY,
        &body,
    ));
    system.move_clock_to(midnight);
    let browser = Browser::with_session(&system, &session);
    assert_eq!(problem(validate(&browser, &body)).1, "invalid-date");
    assert_eq!(json(validate_with(&browser, KEY, &body)), first);
}

#[test]
fn a_repeated_answer_does_not_count_again() {
    let system = System::start();
    let browser = system.sign_in(DemoUser::Employee);
    let wrong = guess(&system);
    for _ in 0..20 {
        assert_eq!(
            problem(validate_with(&browser, KEY, &wrong)),
            not_accepted()
        );
    }
    for _ in 0..9 {
        assert_eq!(problem(validate(&browser, &guess(&system))), not_accepted());
    }
    assert_eq!(problem(validate(&browser, &guess(&system))).0, 429);
    // Though the employee is blocked, an answer that was lost is repeated.
    assert_eq!(
        problem(validate_with(&browser, KEY, &wrong)),
        not_accepted()
    );
}

#[test]
fn an_idempotency_key_that_is_not_a_random_uuid_is_malformed() {
    let system = System::start();
    let body = waiting(&system, 1);
    let browser = system.sign_in(DemoUser::Employee);
    for key in [
        "1",
        "9f0e1c5e7a3b4c2d8e1f0123456789ab",
        "00000000-0000-0000-0000-000000000000",
        "9f0e1c5e-7a3b-4c2d-8e1f-0123456789ag",
    ] {
        let answer = validate_with(&browser, key, &body);
        assert_eq!(problem(answer), (400, "malformed".to_owned()), "{key}");
    }
    assert_eq!(validate(&browser, &body).status(), 200);
}

#[test]
fn simultaneous_copies_of_a_request_count_once() {
    let system = System::start();
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    for seed in 1..=5 {
        let body = waiting(&system, seed);
        let key = format!("{seed:08}-0000-4000-8000-000000000000");
        let answers: Vec<_> = thread::scope(|scope| {
            let tries: Vec<_> = (0..8)
                .map(|_| {
                    let (system, session, key, body) = (&system, &session, &key, &body);
                    scope.spawn(move || {
                        let browser = Browser::with_session(system, session);
                        let answer = validate_with(&browser, key, body);
                        (
                            answer.status().as_u16(),
                            answer.into_body().read_to_string().expect("text"),
                        )
                    })
                })
                .collect();
            tries
                .into_iter()
                .map(|one| one.join().expect("an answer"))
                .collect()
        });
        assert!(
            answers
                .iter()
                .all(|answer| answer.0 == 200 && *answer == answers[0]),
            "{answers:?}"
        );
    }
}

#[test]
fn a_code_that_was_accepted_just_before_a_crash_is_accepted_when_the_request_is_repeated() {
    let mut system = System::start();
    let body = waiting(&system, 1);
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    let first = json(validate_with(
        &Browser::with_session(&system, &session),
        KEY,
        &body,
    ));
    // As if the Staff had crashed before it recorded the reply of the Intake.
    system.stop_and_delete("answer");
    system.stop_and_delete("audit WHERE action = 'validation'");
    system.restart();
    let browser = Browser::with_session(&system, &session);
    assert_eq!(
        problem(validate_with(&browser, OTHER_KEY, &body)),
        not_accepted()
    );
    assert_eq!(json(validate_with(&browser, KEY, &body)), first);
}

#[test]
fn a_repeated_request_is_accepted_at_last_though_the_service_is_killed_repeatedly() {
    const ROUNDS: u64 = 12;
    let mut system = System::start();
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    let mut killed = 0;
    for seed in 1..=ROUNDS {
        let body = waiting(&system, seed);
        let key = format!("{seed:08}-0000-4000-8000-000000000000");
        let (url, origin) = (system.url("api/validations"), system.address());
        let send = {
            let (key, cookie, body) = (
                key.clone(),
                format!("__Host-session={session}"),
                body.clone(),
            );
            move || {
                ureq::post(url)
                    .header("origin", origin)
                    .header("cookie", cookie)
                    .header("idempotency-key", key)
                    .content_type("application/json")
                    .send(body.to_string())
                    .is_err()
            }
        };
        let sending = thread::spawn(send);
        thread::sleep(Duration::from_millis(seed));
        system.restart();
        killed += u64::from(sending.join().expect("it ends"));
        let browser = Browser::with_session(&system, &session);
        assert_eq!(
            validate_with(&browser, &key, &body).status(),
            200,
            "round {seed}"
        );
    }
    assert!(killed > 0, "nothing was interrupted");
}

#[test]
fn neither_a_code_nor_a_date_is_ever_on_the_disk_of_the_staff() {
    let mut system = System::start();
    let good = waiting(&system, 1);
    let wrong = guess(&system);
    let session = system
        .sign_in(DemoUser::Employee)
        .session()
        .expect("a session");
    {
        let browser = Browser::with_session(&system, &session);
        assert_eq!(validate_with(&browser, KEY, &good).status(), 200);
        assert_eq!(validate_with(&browser, OTHER_KEY, &wrong).status(), 422);
        assert_eq!(validate(&browser, &wrong).status(), 422);
    }
    let on_disk = system.stop_and_read("Desk");
    assert!(holds(&on_disk, b"not-accepted"), "what came of it is");
    for body in [&good, &wrong] {
        for member in ["code", "date"] {
            let text = body[member].as_str().expect("text");
            for secret in [text.to_owned(), text.replace('-', "")] {
                assert!(!holds(&on_disk, secret.as_bytes()), "{member}");
            }
        }
    }
    assert!(!holds(&on_disk, KEY.as_bytes()));
    let log = system.log();
    assert!(!log.contains("a.dewit") && !log.contains(&session));
}
