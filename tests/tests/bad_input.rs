//! Malformed requests get their documented answers, and the service continues to work.

#![expect(clippy::unwrap_used, reason = "tests")]

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use shared::base64;
use tests::{System, header};
use xtask::provider::DemoUser;

fn key(number: u8) -> Value {
    json!({
        "keyData": base64::encode(&[number; 16]),
        "rollingStartNumber": 2_992_032,
        "rollingPeriod": 144,
    })
}

fn upload(keys: &[Value]) -> Value {
    json!({ "keys": keys, "bucketId": base64::encode(&[1; 32]), "padding": "" })
}

/// Random bytes, the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(1).fill(bytes.as_mut_slice());
    bytes
}

/// Whether the service still works.
fn takes_registrations(system: &System) -> bool {
    system.post("v2/register", &json!({})).status() == 200
}

/// Sends `body`. Returns the status, content type and body of the answer.
fn send(system: &System, method: &str, path: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(system.url(path))
        .header("content-type", "application/json")
        .body(body)
        .unwrap();
    let answer = system.agent().run(request).unwrap();
    let content_type = answer.headers().get("content-type");
    let content_type = content_type
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    (
        answer.status().as_u16(),
        content_type,
        answer.into_body().read_to_vec().unwrap(),
    )
}

#[test]
fn every_answer_to_a_phone_has_one_size_and_one_set_of_headers() {
    let system = System::start();
    let many: Vec<Value> = (0..99).map(key).collect();
    let good_size = upload(&many[..98]).to_string();
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        noise(60_000),
        upload(&[]).to_string().into(),
        good_size.clone().into(),
        upload(&many).to_string().into(),
        good_size.as_bytes()[..good_size.len() / 2].to_vec(),
        upload(&[json!({ "keyData": 7, "rollingStartNumber": 1, "rollingPeriod": 1 })])
            .to_string()
            .into(),
        upload(&[json!({ "keyData": "!", "rollingStartNumber": 1, "rollingPeriod": 1 })])
            .to_string()
            .into(),
        format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000)).into(),
        upload(&[key(1)])
            .to_string()
            .replace("2992032", &"9".repeat(400))
            .into(),
        upload(&[key(1)])
            .to_string()
            .replace("144", "-1e308")
            .into(),
    ];
    let mut seen = std::collections::HashSet::new();
    for body in &bodies {
        for path in [
            "v2/register",
            "v1/postkeys",
            "v1/stopkeys",
            "v1/postkeys?sig=",
            "v1/postkeys?sig=%00%ff&sig=2",
            "v1/postkeys?sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
            "v1/stopkeys?sig=%3Cscript%3E",
        ] {
            let request = system
                .agent()
                .post(system.url(path))
                .content_type("text/plain");
            let answer = request.send(body.as_slice()).unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            let mut headers: Vec<_> = answer
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            headers.sort();
            seen.insert(headers);
            let body = answer.into_body().read_to_vec().unwrap();
            assert_eq!(body.len(), 512, "{path}");
            assert!(serde_json::from_slice::<Value>(&body).is_ok());
        }
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(takes_registrations(&system));
}

#[test]
fn phone_routes_refuse_large_bodies_and_other_methods() {
    let system = System::start();
    for path in ["v2/register", "v1/postkeys", "v1/stopkeys"] {
        let (status, content_type, _) = send(&system, "POST", path, &[b' '; 64 * 1024]);
        assert_eq!(
            (status, content_type.as_str()),
            (200, "application/json"),
            "{path}"
        );
        for size in [64 * 1024 + 1, 1024 * 1024] {
            let (status, content_type, body) = send(&system, "POST", path, &noise(size));
            assert_eq!(
                (status, content_type.as_str()),
                (413, "application/problem+json")
            );
            assert!(
                String::from_utf8(body)
                    .unwrap()
                    .contains("/problems/too-large")
            );
        }
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let (status, content_type, _) = send(&system, method, path, b"");
            assert_eq!(
                (status, content_type.as_str()),
                (405, "application/problem+json")
            );
        }
    }
    // Of unknown length.
    let endless = std::io::Read::take(std::io::repeat(b' '), 1024 * 1024);
    let answer = system
        .agent()
        .post(system.url("v2/register"))
        .send(ureq::SendBody::from_owned_reader(endless));
    assert_eq!(answer.unwrap().status(), 413);
    assert!(takes_registrations(&system));
}

#[test]
fn published_content_is_found_only_under_well_formed_ids() {
    let system = System::start();
    assert_eq!(system.get("v6/manifest", &[]).status(), 404);
    assert_eq!(system.get("index.txt", &[]).status(), 404);
    system.run_job("publish");
    let unknown = "0".repeat(64);
    for (path, status) in [
        ("v6/manifest".to_owned(), 200),
        ("v6/manifest?x=1".to_owned(), 200),
        ("v6/manifest/".to_owned(), 404),
        ("v6/manifest/x".to_owned(), 404),
        ("v6/unknown".to_owned(), 404),
        ("v6/".to_owned(), 404),
        (format!("v6/exposurekeyset/{unknown}"), 404),
        (format!("v6/appconfig/{unknown}"), 404),
        ("v6/exposurekeyset/".to_owned(), 400),
        ("v6/exposurekeyset/1".to_owned(), 400),
        (format!("v6/exposurekeyset/{unknown}0"), 400),
        (format!("v6/exposurekeyset/{}", "F".repeat(64)), 400),
        ("v6/exposurekeyset/..%2f..%2fmanifest".to_owned(), 400),
        ("v6/exposurekeyset/%00".to_owned(), 400),
    ] {
        assert_eq!(system.get(&path, &[]).status(), status, "{path}");
    }
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(send(&system, method, "v6/manifest", b"").0, 405, "{method}");
    }
}

#[test]
fn content_that_has_not_changed_is_not_sent_again() {
    let system = System::start();
    system.run_job("publish");
    let answer = system.get("v6/manifest", &[]);
    assert_eq!(
        answer.headers().get("content-type").unwrap(),
        "application/zip"
    );
    assert_eq!(
        answer.headers().get("cache-control").unwrap(),
        "max-age=300"
    );
    let etag = header(&answer, "etag").to_owned();
    let length = answer.into_body().read_to_vec().unwrap().len();
    for (known, status) in [
        (etag.clone(), 304),
        (format!("\"x\", W/{etag}"), 304),
        ("*".to_owned(), 304),
        (etag.trim_matches('"').to_owned(), 200),
        ("\"x\"".to_owned(), 200),
    ] {
        let answer = system.get("v6/manifest", &[("if-none-match", &known)]);
        assert_eq!(answer.status(), status, "{known}");
        assert_eq!(header(&answer, "etag"), etag);
    }
    let head = system
        .agent()
        .head(system.url("v6/manifest"))
        .call()
        .unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(
        head.headers().get("content-length").unwrap(),
        &length.to_string()
    );
    assert_eq!(header(&head, "etag"), etag);
    assert!(head.into_body().read_to_vec().unwrap().is_empty());
}

#[test]
fn a_malformed_validation_is_refused_with_its_error() {
    let system = System::start();
    let browser = system.sign_in(DemoUser::Employee);
    let today = shared::time::netherlands::today(system.now());
    let good = json!({ "code": "L8T6LJV", "symptomatic": true, "date": today });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().insert(name.to_owned(), value);
        body.to_string().into_bytes()
    };
    for (body, status, problem) in [
        (good.to_string().into_bytes(), 422, "code-not-accepted"),
        (with("code", json!("L8T6LJQ")), 400, "invalid-code"),
        (with("code", json!("0000000")), 400, "invalid-code"),
        (with("code", json!("")), 400, "invalid-code"),
        (with("code", json!(7)), 400, "malformed"),
        (with("date", json!("2020-01-01")), 400, "invalid-date"),
        (with("date", json!("9999-12-31")), 400, "invalid-date"),
        (with("date", json!("2026-02-31")), 400, "invalid-date"),
        (with("date", json!("yesterday")), 400, "invalid-date"),
        (with("date", json!(null)), 400, "malformed"),
        (with("symptomatic", json!("yes")), 400, "malformed"),
        (b"".to_vec(), 400, "malformed"),
        (b"{\"code\":".to_vec(), 400, "malformed"),
        (b"\xff\xfe".to_vec(), 400, "malformed"),
        (vec![b' '; 100_000], 413, "too-large"),
    ] {
        let answer = browser.post_bytes("api/validations", &body, &[]);
        assert_eq!(tests::problem(answer), (status, problem.to_owned()));
    }
    assert_eq!(send(&system, "GET", "api/validations", b"").0, 405);
    assert_eq!(send(&system, "GET", "api/nothing", b"").0, 404);
    assert_eq!(send(&system, "POST", "test/nothing", b"").0, 404);
}
