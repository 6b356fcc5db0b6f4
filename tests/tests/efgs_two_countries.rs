//! Two countries with a gateway between them: a phone is warned of an encounter with a person from
//! the other country, as if both had the same app.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::HashSet, sync::Arc};

use federation::batch::{MAX_BATCH_KEYS, NO_RISK_LEVEL};
use shared::{
    country::Country,
    keys::tek::KeyData,
    publication::export::MIN_FILE_KEYS,
    time::{DAY_SECONDS, shift},
};
use tests::{
    Partners, System,
    foreign_keys::data_of,
    gateway::{Endpoint, Gateway},
    random,
};
use xtask::efgs_keys::KeyKind;

/// A Dutch service, a German one that signs with RSA, and the gateway between them.
fn countries() -> (System, System, Arc<Gateway>) {
    let gateway = Gateway::for_countries(&[("NL", KeyKind::P256), ("DE", KeyKind::Rsa)]);
    let start = |country, participants| {
        let partners = Partners {
            gateway: gateway.clone(),
            country,
            participants,
        };
        System::start_exchanging(partners, &[])
    };
    let netherlands = start(Country::NETHERLANDS, "DE");
    let germany = start("DE".parse().unwrap(), "NL");
    (netherlands, germany, gateway)
}

#[test]
fn a_validation_in_one_country_warns_the_phone_in_the_other_both_ways() {
    let (netherlands, germany, gateway) = countries();
    for (ill_at, near_at, seed) in [(&netherlands, &germany, 1), (&germany, &netherlands, 11)] {
        let mut ill = ill_at.phone(seed);
        let mut near = near_at.phone(seed + 1);
        let mut far = near_at.phone(seed + 2);
        let met_at = shift(ill_at.now(), -2 * DAY_SECONDS);
        near.meet(&mut ill, 50, met_at, 1_800, &mut random());

        let code = ill_at.code(&mut ill);
        ill_at.share(&mut ill);
        assert_eq!(ill_at.validate(code, true, 3), 200);
        near_at.run_job("publish");
        assert!(near_at.check(&mut near).unwrap().exposure.is_none());
        for system in [ill_at, near_at] {
            system.run_job("publish");
            let report = system.exchange();
            assert!(report.quarantined.is_empty(), "{report:?} {}", system.log());
        }
        near_at.run_job("publish");
        assert!(near_at.check(&mut near).unwrap().exposure.is_some());
        assert!(near_at.check(&mut far).unwrap().exposure.is_none());
    }
    let uploads = gateway.uploads();
    let uploaders: Vec<_> = uploads.iter().map(|upload| upload.country.code()).collect();
    assert_eq!(uploaders, ["NL", "DE"], "{:#?}", gateway.requests());
}

#[test]
fn exactly_the_published_keys_are_exchanged_and_none_comes_back() {
    let (netherlands, germany, gateway) = countries();
    netherlands.validated_phone(1);
    netherlands.run_job("publish");
    netherlands.exchange();
    let published: HashSet<KeyData> = netherlands
        .published()
        .iter()
        .map(|key| key.key.data)
        .collect();
    assert!(published.len() >= MIN_FILE_KEYS);

    let uploads = gateway.uploads();
    let [upload] = &uploads[..] else {
        panic!("{} uploads", uploads.len());
    };
    let sent: HashSet<_> = data_of(&upload.keys).into_iter().collect();
    assert_eq!(sent, published);
    assert!(upload.keys.len() == sent.len() && sent.len() <= MAX_BATCH_KEYS);
    for key in &upload.keys {
        assert_eq!((&*key.origin, key.report_type), ("NL", 1));
        assert_eq!(key.visited_countries, ["DE"]);
        assert_eq!(key.transmission_risk_level, NO_RISK_LEVEL);
        assert!([-2, 0, 3, 8].contains(&key.days_since_onset_of_symptoms));
    }

    // Germany publishes all of them, and uploads only its own padding.
    germany.exchange();
    germany.run_job("publish");
    germany.exchange();
    let in_germany: HashSet<KeyData> = germany.published().iter().map(|key| key.key.data).collect();
    assert!(published.is_subset(&in_germany));
    let [_, german] = &gateway.uploads()[..] else {
        panic!("{:#?}", gateway.requests());
    };
    assert!(german.keys.len() >= MIN_FILE_KEYS);
    assert!(german.keys.iter().all(|key| key.origin == "DE"));
    let german = data_of(&german.keys);
    assert!(german.iter().all(|data| !published.contains(data)));

    // The Netherlands publish these in a file with padding of their own, upload that padding, and
    // then nothing more.
    let uploads = || {
        gateway
            .requests()
            .iter()
            .filter(|request| request.endpoint == Endpoint::Upload)
            .count()
    };
    netherlands.exchange();
    netherlands.run_job("publish");
    let before = uploads();
    netherlands.exchange();
    netherlands.exchange();
    assert_eq!(uploads() - before, 1);
}
