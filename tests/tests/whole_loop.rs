//! The whole path of a key: registration, validation, upload, conversion, publication and download,
//! with two phones and the real platform.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::{
    collections::HashSet,
    fs,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

use phone::{Phone, padding::PhoneRequest};
use pollster::block_on;
use prost::Message as _;
use shared::{
    Timestamp, base64,
    keys::{
        conversion::{DiagnosisKey, TransmissionRiskLevel},
        tek::KeyData,
    },
    publication::export::{MIN_FILE_KEYS, proto},
    time::{UtcDay, shift},
};
use tests::{System, header, random};

fn data_of(phone: &Phone) -> HashSet<KeyData> {
    phone.keys().iter().map(|key| key.data).collect()
}

fn found_of<'a>(found: &'a [DiagnosisKey], phone: &Phone) -> Vec<&'a DiagnosisKey> {
    let keys = data_of(phone);
    found
        .iter()
        .filter(|key| keys.contains(&key.key.data))
        .collect()
}

#[test]
fn keys_of_a_validated_upload_reach_another_phone() {
    let system = System::start();
    let mut ill = system.phone(1);
    system.run_job("publish");
    assert!(system.published().is_empty());

    let code = system.code(&mut ill);
    system.share(&mut ill);
    assert_eq!(system.validate(code, true, 3), 200);
    system.run_job("publish");

    let found = system.published();
    assert!(found.len() >= MIN_FILE_KEYS, "{} keys", found.len());
    assert!(found.is_sorted_by_key(|key| key.key.data));
    // Onset three days ago: infectious from five days ago to yesterday, the last whole day.
    let today = UtcDay::of(system.now());
    let mut days: Vec<_> = found_of(&found, &ill)
        .iter()
        .map(|key| {
            (
                today.days_since(key.key.day()),
                key.infectiousness.risk_level(),
            )
        })
        .collect();
    days.sort_unstable();
    use TransmissionRiskLevel::{High, Medium};
    assert_eq!(
        days,
        [(1, High), (2, High), (3, High), (4, High), (5, Medium)]
    );

    // Published once, and nothing new in the next run.
    system.run_job("publish");
    assert_eq!(system.index().len(), 1);
}

#[test]
fn uploads_before_and_after_validation_are_both_published() {
    let system = System::start();
    let mut early = system.phone(1);
    let mut late = system.phone(2);
    let early_code = system.code(&mut early);
    let late_code = system.code(&mut late);
    system.share(&mut early);
    assert_eq!(system.validate(early_code, true, 3), 200);
    assert_eq!(system.validate(late_code, true, 3), 200);
    system.share(&mut late);
    system.run_job("publish");
    let found = system.published();
    assert_eq!(found_of(&found, &early).len(), 5);
    assert_eq!(found_of(&found, &late).len(), 5);
}

#[test]
fn neither_an_upload_nor_a_validation_alone_publishes_anything() {
    let system = System::start();
    let mut unvalidated = system.phone(1);
    system.code(&mut unvalidated);
    system.share(&mut unvalidated);
    let mut silent = system.phone(2);
    let code = system.code(&mut silent);
    assert_eq!(system.validate(code, true, 3), 200);
    system.run_job("publish");
    assert!(system.published().is_empty());
    assert!(system.index().is_empty());
}

#[test]
fn several_uploads_are_accepted_but_only_those_that_the_enrolled_phone_signed() {
    let mut system = System::start();
    let service = system.service();
    let mut ill = system.phone(1);
    let code = system.code(&mut ill);
    assert_eq!(system.validate(code, true, 3), 200);

    let upload = ill.upload_request(system.now(), &mut random()).unwrap();
    let mut changed = upload.clone();
    *changed.body.last_mut().unwrap() = b' ';
    changed.body.push(b'}');
    let wrong = PhoneRequest {
        signature: base64::encode(&[7; 32]),
        ..upload.clone()
    };
    block_on(service.post_keys(&wrong)).unwrap();
    block_on(service.post_keys(&changed)).unwrap();
    block_on(service.stop_keys(&upload)).unwrap();
    system.run_job("publish");
    assert!(system.published().is_empty());

    // Keys that are uploaded twice are published once, and a new key of a later upload is accepted.
    system.share(&mut ill);
    system.share(&mut ill);
    system.move_clock_to(shift(system.now(), 1_200));
    system.share(&mut ill);
    system.run_job("publish");
    assert_eq!(found_of(&system.published(), &ill).len(), 5);
    system.move_clock_to(system.tomorrow_at_two());
    system.run_job("publish");
    assert_eq!(found_of(&system.published(), &ill).len(), 7);
}

#[test]
fn a_code_is_accepted_once_and_an_unknown_one_never() {
    let system = System::start();
    let code = system.code(&mut system.phone(1));
    assert_eq!(system.validate(code, true, 3), 200);
    assert_eq!(system.validate(code, true, 3), 422);
    assert_eq!(system.validate("L8T6LJV".parse().unwrap(), true, 3), 422);
}

#[test]
fn an_expired_enrolment_is_refused_before_its_alarm_ran() {
    let mut system = System::start();
    let service = system.service();
    let mut first = system.phone(1);
    let mut second = system.phone(2);
    let registered = system.now();
    let first_code = system.code(&mut first);
    let second_code = block_on(second.code(&service, registered, &mut random())).unwrap();
    let (second_code, valid_until) = (second_code.code, second_code.valid_until);

    // Within the half hour of grace.
    system.move_clock_to(shift(valid_until, 25 * 60));
    assert_eq!(system.validate(first_code, true, 3), 200);
    // After it. The platform's alarms follow the real clock, so none has run.
    system.move_clock_to(shift(valid_until, 31 * 60));
    assert_eq!(system.validate(second_code, true, 3), 422);
    // An upload is refused too, though phones never learn it: this one believes its code is still
    // valid.
    block_on(first.share(&service, registered, &mut random())).unwrap();
    system.run_job("publish");
    assert!(system.published().is_empty());
}

#[test]
fn a_restart_in_the_middle_loses_nothing() {
    let mut system = System::start();
    let mut ill = system.phone(1);
    let code = system.code(&mut ill);
    system.restart();
    system.share(&mut ill);
    system.restart();
    assert_eq!(system.validate(code, true, 3), 200);
    system.restart();
    system.run_job("publish");
    system.restart();
    let found = system.published();
    assert_eq!(found_of(&found, &ill).len(), 5);
    assert_eq!(system.validate(code, true, 3), 422);
    system.run_job("publish");
    assert_eq!(system.index().len(), 1);
}

#[test]
fn data_of_an_upload_is_deleted_after_fourteen_days() {
    let mut system = System::start();
    let uploaded = system.now();
    system.validated_phone(1);
    system.run_job("publish");
    let path = &system.index()[0];

    let max_age = |system: &System| {
        let answer = system.get(path, &[]);
        assert_eq!(answer.status(), 200);
        let (_, seconds) = header(&answer, "cache-control")
            .split_once("max-age=")
            .unwrap();
        seconds.parse::<i64>().unwrap()
    };
    let end = shift(system.now(), max_age(&system));
    assert!(end <= shift(uploaded, 14 * 86_400));
    system.move_clock_to(shift(end, -60));
    assert!((50..=61).contains(&max_age(&system)));

    system.move_clock_to(shift(end, 2));
    assert_eq!(system.get(path, &[]).status(), 404);
    system.run_job("expire");
    assert!(system.published().is_empty());
    assert!(system.index().is_empty());
}

#[test]
fn openssl_and_protoc_accept_a_served_file() {
    let system = System::start();
    system.validated_phone(1);
    system.run_job("publish");
    let path = &system.index()[0];
    let zip = system.get(path, &[]).into_body().read_to_vec().unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let sha256 = sha2_hex(&zip);
    assert_eq!(*path, format!("v6/exposurekeyset/{sha256}"));
    let [bin, sig] = entries(&zip);
    fs::write(file("export.bin"), &bin).unwrap();
    let list = proto::TekSignatureList::decode(sig.as_slice()).unwrap();
    fs::write(file("sig.der"), list.signatures[0].signature()).unwrap();
    run(Command::new("openssl")
        .args(["dgst", "-sha256", "-verify"])
        .arg(system.data().join("keys/export.pub.pem"))
        .arg("-signature")
        .arg(file("sig.der"))
        .arg(file("export.bin")));

    let (header, message) = bin.split_at(16);
    assert_eq!(header, b"EK Export v1    ");
    let text = decode(message);
    assert!(text.contains("3: \"NL\"\n4: 1\n5: 1\n"), "{text}");
    assert!(text.matches("\n7 {").count() >= MIN_FILE_KEYS, "{text}");
}

/// The contents of the zip's two entries; it has no other.
fn entries(zip: &[u8]) -> [Vec<u8>; 2] {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    assert_eq!(zip.len(), 2);
    ["export.bin", "export.sig"].map(|name| {
        let mut content = Vec::new();
        zip.by_name(name)
            .unwrap()
            .read_to_end(&mut content)
            .unwrap();
        content
    })
}

/// The output of `protoc --decode_raw`, an independent reader of the format.
fn decode(message: &[u8]) -> String {
    let mut protoc = Command::new("protoc")
        .arg("--decode_raw")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("protoc is there");
    protoc.stdin.take().unwrap().write_all(message).unwrap();
    let output = protoc.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn sha2_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_test_clock_moves_only_forward_and_survives_a_restart() {
    let mut system = System::start();
    let later: Timestamp = shift(system.now(), 3_600);
    system.move_clock_to(later);
    let back = serde_json::json!({ "offset": 0 });
    assert_eq!(system.post("test/clock", &back).status(), 400);
    system.restart();
    assert_eq!(system.post("test/clock", &back).status(), 400);
}
