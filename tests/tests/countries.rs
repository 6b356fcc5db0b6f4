//! The public list of countries that keys are exchanged with.

use serde_json::json;
use tests::{System, header, json, problem};

#[test]
fn the_countries_that_keys_are_exchanged_with_are_public() {
    let system = System::start();
    let answer = system.get("v1/countries", &[]);
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "application/json");
    assert_eq!(header(&answer, "cache-control"), "public, max-age=300");
    let answer = json(answer);
    let countries = answer["countries"].as_array().expect("a list");
    let codes: Vec<_> = countries
        .iter()
        .filter_map(|country| country["code"].as_str())
        .collect();
    assert_eq!(codes.join(" "), "BE DE DK ES FI HR IE IT LV NO SI");
    assert_eq!(
        countries[1],
        json!({ "code": "DE", "nl": "Duitsland", "en": "Germany" })
    );
    assert_eq!(problem(system.post("v1/countries", &json!({}))).0, 405);
}

#[test]
fn the_countries_are_a_setting_and_a_wrong_one_stops_only_what_needs_it() {
    let system = System::start_with(&[("EFGS_COUNTRIES", "FR")]);
    let answer = json(system.get("v1/countries", &[]));
    assert_eq!(
        answer,
        json!({ "countries": [{ "code": "FR", "nl": "Frankrijk", "en": "France" }] })
    );
    let system = System::start_with(&[("EFGS_COUNTRIES", "FR NL")]);
    assert_eq!(
        problem(system.get("v1/countries", &[])),
        (503, "unavailable".to_owned())
    );
    assert!(system.log().contains("setting EFGS_COUNTRIES: expected"));
    system.code(&mut system.phone(1));
}
