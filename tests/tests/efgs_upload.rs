//! The upload to other countries: in spite of any failure, each published key reaches the gateway
//! exactly once.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use federation::{batch::DiagnosisKeyBatch, signing_text::signing_text, tag::upload_tag};
use shared::{
    api::{ExchangeReport, RunOutcome},
    country::{Country, Participants},
    keys::{conversion::DiagnosisKey, tek::KeyData},
    time::{DAY_SECONDS, UtcDay, shift},
};
use tests::{
    System,
    foreign_keys::{data_of, foreign_keys},
    gateway::{Endpoint, Fault, Gateway, RequestRecord, SHORT_TIMEOUT},
};

fn start() -> (System, Arc<Gateway>) {
    System::start_with_gateway(&[])
}

fn publish_phone(system: &System, seed: u64) {
    system.validated_phone(seed);
    system.run_job("publish");
}

/// The batch in which `keys` are sent.
fn batch_of(keys: &[DiagnosisKey]) -> DiagnosisKeyBatch {
    let participants = Participants::of(Country::NETHERLANDS, "BE DE").unwrap();
    DiagnosisKeyBatch::outgoing(keys, Country::NETHERLANDS, &participants)
}

fn last_upload(report: &ExchangeReport) -> RunOutcome {
    report.last_upload.unwrap().outcome
}

/// The upload requests so far.
fn uploads(gateway: &Gateway) -> Vec<RequestRecord> {
    let requests = gateway.requests().into_iter();
    requests
        .filter(|request| request.endpoint == Endpoint::Upload)
        .collect()
}

/// Asserts that the gateway has every published key once, and no other key.
fn assert_all_uploaded_once(system: &System, gateway: &Gateway) {
    let mut times = HashMap::<KeyData, u32>::new();
    for upload in gateway.uploads() {
        for data in data_of(&upload.keys) {
            *times.entry(data).or_default() += 1;
        }
    }
    assert!(times.values().all(|times| *times == 1), "a key came twice");
    let published: HashSet<_> = system.published().iter().map(|key| key.key.data).collect();
    let uploaded: HashSet<_> = times.into_keys().collect();
    assert_eq!(uploaded.len(), published.len());
    assert!(uploaded == published);
}

#[test]
fn transient_faults_lose_no_key_and_send_none_twice() {
    let (system, gateway) = System::start_with_gateway(&[SHORT_TIMEOUT]);
    for (seed, fault) in (1..).zip(Fault::TRANSIENT) {
        // If the batch was stored and its response lost, a second tag shows that it is stored.
        let stored = matches!(fault, Fault::CutAfter | Fault::CutWithin | Fault::Slow(_));
        publish_phone(&system, seed);
        gateway.fail(Endpoint::Upload, fault, 1);
        let before = uploads(&gateway).len();
        assert_eq!(
            last_upload(&system.exchange()),
            RunOutcome::Done,
            "{fault:?}"
        );
        let requests = uploads(&gateway).split_off(before);
        let tags: HashSet<_> = requests
            .iter()
            .map(|request| request.target.clone())
            .collect();
        let expected = if stored { (3, 2) } else { (2, 1) };
        let counts = (requests.len(), tags.len());
        assert_eq!(counts, expected, "{fault:?}: {requests:?}");
        assert_all_uploaded_once(&system, &gateway);
    }
}

#[test]
fn a_gateway_that_keeps_failing_gets_the_same_batch_in_the_next_run() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    for fault in [Fault::Status(502), Fault::CutAfter] {
        gateway.fail(Endpoint::Upload, fault, 3);
        assert_eq!(last_upload(&system.exchange()), RunOutcome::NoAnswer);
        assert!(system.log().contains("exchange: upload ended early"));
    }
    // New keys change neither the batch nor its tag.
    publish_phone(&system, 2);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let requests = uploads(&gateway);
    let tag = &requests[0].target;
    assert_eq!(tag.len(), 40);
    assert!(requests[..7].iter().all(|request| request.target == *tag));
    // Under another tag the gateway answers that it has each of the keys; the new keys follow.
    let statuses: Vec<_> = requests[6..].iter().map(|request| request.status).collect();
    assert_eq!(statuses, [409, 207, 201]);
    assert!(requests[7].target.len() == 40 && requests[7].target != *tag);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_country_that_uses_our_tag_does_not_keep_our_keys_from_the_others() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    // A country that reads our exports can compute the batch.
    let batch = batch_of(&system.published());
    let tag = upload_tag(&signing_text(&batch.keys));
    let germany = "DE".parse().unwrap();
    gateway.put_tagged(germany, &tag, &foreign_keys(1, "DE", gateway.now()));
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let statuses: Vec<_> = uploads(&gateway)
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [409, 201]);
    let ours = data_of(&gateway.uploads()[1].keys);
    let published: HashSet<_> = system.published().iter().map(|key| key.key.data).collect();
    assert!(ours.into_iter().collect::<HashSet<_>>() == published);
}

#[test]
fn a_refused_batch_is_sent_again_only_by_the_next_run() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    for status in [400, 403, 406] {
        gateway.fail(Endpoint::Upload, Fault::Status(status), 1);
        let before = uploads(&gateway).len();
        let report = system.exchange();
        assert_eq!(last_upload(&report), RunOutcome::Refused { status });
        assert_eq!(uploads(&gateway).len(), before + 1);
    }
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_rejected_certificate_is_reported() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    gateway.lock_out(Country::NETHERLANDS);
    let report = system.exchange();
    let refused = RunOutcome::Refused { status: 403 };
    assert_eq!(last_upload(&report), refused);
    assert_eq!(report.last_download.unwrap().outcome, refused);
    assert!(gateway.uploads().is_empty());
    gateway.let_in(Country::NETHERLANDS);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_batch_that_is_too_large_is_halved() {
    let (system, gateway) = start();
    gateway.limit(60);
    publish_phone(&system, 1);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert!(gateway.uploads().len() > 2);
    assert!(
        uploads(&gateway)
            .iter()
            .filter(|request| request.status == 413)
            .count()
            >= 2
    );
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_gateway_that_accepts_not_even_one_key_is_reported() {
    let (system, gateway) = start();
    gateway.limit(0);
    publish_phone(&system, 1);
    assert_eq!(
        last_upload(&system.exchange()),
        RunOutcome::Refused { status: 413 }
    );
    gateway.limit(5_000);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn keys_that_the_gateway_has_already_are_left_out() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    let known: Vec<_> = system.published().into_iter().step_by(3).collect();
    let batch = batch_of(&known);
    gateway.put(Country::NETHERLANDS, &batch.keys);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let statuses: Vec<_> = uploads(&gateway)
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [207, 201]);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn when_the_gateway_has_every_key_already_the_upload_is_done() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    let batch = batch_of(&system.published());
    gateway.put(Country::NETHERLANDS, &batch.keys);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let statuses: Vec<_> = uploads(&gateway)
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [207]);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_key_that_has_become_too_old_does_not_block_the_others() {
    let (mut system, gateway) = start();
    let mut ill = system.phone(1);
    let code = system.code(&mut ill);
    system.share(&mut ill);
    // The person was infectious for twelve days: the oldest key is at least thirteen days old.
    assert_eq!(system.validate(code, true, 12), 200);
    system.run_job("publish");
    gateway.fail(Endpoint::Upload, Fault::Status(403), 1);
    assert_eq!(
        last_upload(&system.exchange()),
        RunOutcome::Refused { status: 403 }
    );
    system.move_clock_to(shift(system.now(), 4 * DAY_SECONDS));
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let oldest = UtcDay::of(system.now()).minus(14).start().number();
    let uploads = gateway.uploads();
    let (sent, published) = (&uploads[0].keys, system.published());
    let fresh = published
        .iter()
        .filter(|key| key.key.rolling_start.number() >= oldest);
    assert!(
        fresh.clone().count() < published.len(),
        "no key was too old"
    );
    assert_eq!(sent.len(), fresh.count());
    assert!(
        sent.iter()
            .all(|key| key.rolling_start_interval_number >= oldest)
    );
}

#[test]
fn however_often_the_upload_is_killed_each_key_arrives_once() {
    let (mut system, gateway) = start();
    // About ten batches for each file, so that a run can be interrupted between two.
    gateway.limit(20);
    let mut killed = 0;
    for requests in 1..=8 {
        publish_phone(&system, requests);
        killed += u32::from(system.kill_exchange(&gateway, requests as usize));
    }
    assert!(killed > 3, "{killed} runs were interrupted");
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_database_from_before_the_exchange_is_migrated() {
    let (mut system, gateway) = start();
    publish_phone(&system, 1);
    // Databases had no versions then, and no tables of the exchange.
    let older = "DROP TABLE schema_version; DROP TABLE quarantined; \
        DROP INDEX diagnosis_key_sent; ALTER TABLE diagnosis_key DROP COLUMN sent";
    system.stop_and_change("diagnosis_key", older);
    assert!(system.stop_and_count("diagnosis_key") >= 150);
    system.restart();
    publish_phone(&system, 2);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_uploaded_once(&system, &gateway);
}

#[test]
fn a_country_that_leaves_after_a_lost_response_is_no_longer_named() {
    let (mut system, gateway) = start();
    publish_phone(&system, 1);
    gateway.fail(Endpoint::Upload, Fault::CutAfter, 3);
    // The second attempt finds the tag taken, and its response is lost too.
    assert_eq!(last_upload(&system.exchange()), RunOutcome::NoAnswer);
    system.restart_with_participants("BE");
    for _ in 0..2 {
        assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    }
    let uploads = gateway.uploads();
    let visited = uploads
        .iter()
        .map(|upload| upload.keys[0].visited_countries.concat());
    assert_eq!(visited.collect::<Vec<_>>(), ["BEDE", "BE"]);
}

#[test]
fn keys_are_not_uploaded_for_a_country_that_has_left_the_list() {
    let (mut system, gateway) = start();
    publish_phone(&system, 1);
    system.exchange();
    system.restart_with_participants("BE");
    publish_phone(&system, 2);
    system.exchange();
    let uploads = gateway.uploads();
    let visited = |index: usize| &uploads[index].keys[0].visited_countries;
    assert_eq!(
        (&visited(0)[..], &visited(1)[..]),
        (
            &["BE".to_owned(), "DE".to_owned()][..],
            &["BE".to_owned()][..]
        )
    );
    system.restart_with_participants("");
    publish_phone(&system, 3);
    let before = gateway.requests().len();
    system.exchange();
    assert_eq!(
        gateway.requests().len(),
        before,
        "without participants, nothing is exchanged"
    );
}
