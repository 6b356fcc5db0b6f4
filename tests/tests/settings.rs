//! What operators can set, and what they see of a running service when a setting is wrong.
//! `shared/tests/settings.rs` has what each setting takes.

use serde_json::json;
use tests::System;

#[test]
fn a_service_that_is_switched_off_says_so_to_phones_and_still_serves_files() {
    let system = System::start_with(&[("PHONE_API", "off")]);
    for path in ["v2/register", "v1/postkeys", "v1/stopkeys"] {
        let answer = system.post(path, &json!({}));
        assert_eq!(answer.status(), 410, "{path}");
        let body = answer.into_body().read_to_string().unwrap();
        assert!(body.contains("/problems/gone"), "{body}");
    }
    system.run_job("publish");
    assert_eq!(system.get("v6/manifest", &[]).status(), 200);
}

#[test]
fn a_wrong_setting_is_named_in_the_log_and_not_in_the_answer() {
    let system = System::start_with(&[("PHONE_API", "yes")]);
    // Each request that needs it is stopped, not only the first.
    for _ in 0..2 {
        let answer = system.post("v2/register", &json!({}));
        assert_eq!(answer.status(), 503);
        let body = answer.into_body().read_to_string().unwrap();
        let fixed = body.contains("/problems/unavailable") && !body.contains("PHONE_API");
        assert!(fixed, "{body}");
    }
    let log = system.log();
    let named = log.matches("setting PHONE_API: expected `on` or `off`");
    assert_eq!(named.count(), 2, "{log}");
    assert_eq!(system.get("v1/countries", &[]).status(), 200);
}

#[test]
fn the_settings_of_exposure_key_sets_are_in_every_file() {
    let system = System::start_with(&[("REGION", "DE"), ("EXPORT_KEY_VERSION", "v7")]);
    system.validated_phone(1);
    system.run_job("publish");
    let files = system.published_files();
    let header = files[0].header();
    assert_eq!(
        (&*header.region, &*header.key_id, &*header.key_version),
        ("DE", "204", "v7")
    );
}
