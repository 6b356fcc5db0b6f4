//! The settings of the exchange with other countries, where only a running service shows it: a
//! wrong one is named in the log and stops nothing else. `federation/tests/settings.rs` has the
//! rest.

use std::{fs, sync::Arc, thread, time::Duration};

use serde_json::json;
use shared::{api::ExchangeReport, country::Country};
use tests::{
    Partners, Setup, System,
    gateway::{Endpoint, Gateway},
};
use xtask::efgs_keys::KeyKind;

fn partners(gateway: &Arc<Gateway>) -> Partners {
    Partners {
        gateway: gateway.clone(),
        country: Country::NETHERLANDS,
        participants: "BE",
    }
}

fn start(gateway: &Arc<Gateway>, settings: &[(&str, &str)]) -> System {
    System::start_exchanging(partners(gateway), settings)
}

#[test]
fn without_the_exchange_a_service_works() {
    let system = System::start();
    assert_eq!(system.exchange(), ExchangeReport::default());
}

#[test]
fn each_job_has_its_own_schedule() {
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256)]);
    let every_minute = ("EFGS_DOWNLOAD_SCHEDULE".to_owned(), "* * * * *".to_owned());
    let system = System::start_as(Setup {
        settings: vec![every_minute],
        partners: Some(partners(&gateway)),
        scheduled: true,
        ..Setup::default()
    });
    system.validated_phone(1);
    // The upload would send this file, if it ran.
    system.run_job("publish");
    let requested = |endpoint| {
        gateway
            .requests()
            .iter()
            .any(|request| request.endpoint == endpoint)
    };
    for _ in 0..900 {
        if requested(Endpoint::Download) {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert!(requested(Endpoint::Download), "within a minute and a half");
    assert!(!requested(Endpoint::Upload));
}

#[test]
fn a_wrong_setting_is_named_and_stops_only_the_exchange() {
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256)]);
    let system = start(&gateway, &[("EFGS_RETENTION_DAYS", "0")]);
    let answer = system.post("test/run/exchange", &json!({}));
    assert_eq!(answer.status(), 503);
    let log = system.log();
    let named = "setting EFGS_RETENTION_DAYS: expected a number from 1 to 7";
    assert!(log.contains(named), "{log}");
    system.run_job("publish");
    assert_eq!(system.get("v6/manifest", &[]).status(), 200);
    system.code(&mut system.phone(1));
}

#[test]
fn a_wrong_secret_is_named_and_stops_only_the_exchange() {
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256), ("DE", KeyKind::P256)]);
    let folder = &gateway.keys().folder;
    fs::copy(folder.join("DE/signing.pem"), folder.join("NL/signing.pem")).expect("a copy");
    let system = start(&gateway, &[]);
    assert_eq!(system.post("test/run/exchange", &json!({})).status(), 503);
    let log = system.log();
    let named = "setting EFGS_SIGNING_KEY: expected the key of EFGS_SIGNING_CERTIFICATE";
    assert!(log.contains(named), "{log}");
    system.run_job("publish");
    assert_eq!(system.get("v6/manifest", &[]).status(), 200);
}
