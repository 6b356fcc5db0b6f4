//! The upload to other countries: whatever the gateway does, each key reaches it, and reaches it
//! once.

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
    gateway::{Failure, Gateway, PATIENCE, Route, Seen},
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

/// Every request of an upload so far: its tag and status.
fn uploads(gateway: &Gateway) -> Vec<Seen> {
    let seen = gateway.seen().into_iter();
    seen.filter(|seen| seen.route == Route::Upload).collect()
}

/// Whether the gateway has every published key once and nothing else.
fn assert_all_there_once(system: &System, gateway: &Gateway) {
    let mut times = HashMap::<KeyData, u32>::new();
    for upload in gateway.uploads() {
        for data in data_of(&upload.keys) {
            *times.entry(data).or_default() += 1;
        }
    }
    assert!(times.values().all(|times| *times == 1), "a key came twice");
    let published: HashSet<_> = system.published().iter().map(|key| key.key.data).collect();
    let there: HashSet<_> = times.into_keys().collect();
    assert_eq!(there.len(), published.len());
    assert!(there == published);
}

#[test]
fn failures_that_pass_lose_nothing_and_send_nothing_twice() {
    let (system, gateway) = System::start_with_gateway(&[PATIENCE]);
    for (seed, failure) in (1..).zip(Failure::PASSING) {
        // What was stored although its answer was cut off is seen to be there under a second tag.
        let stored = matches!(
            failure,
            Failure::CutAfter | Failure::CutWithin | Failure::Slow(_)
        );
        publish_phone(&system, seed);
        gateway.fail(Route::Upload, failure, 1);
        let before = uploads(&gateway).len();
        assert_eq!(
            last_upload(&system.exchange()),
            RunOutcome::Done,
            "{failure:?}"
        );
        let seen = uploads(&gateway).split_off(before);
        let tags: HashSet<_> = seen.iter().map(|seen| seen.what.clone()).collect();
        let expected = if stored { (3, 2) } else { (2, 1) };
        assert_eq!((seen.len(), tags.len()), expected, "{failure:?}: {seen:?}");
        assert_all_there_once(&system, &gateway);
    }
}

#[test]
fn a_gateway_that_goes_on_failing_gets_the_same_batch_in_the_next_run() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    for failure in [Failure::Status(502), Failure::CutAfter] {
        gateway.fail(Route::Upload, failure, 3);
        assert_eq!(last_upload(&system.exchange()), RunOutcome::NoAnswer);
        assert!(system.log().contains("exchange: upload ended early"));
    }
    // New keys in between do not change the batch, nor its tag.
    publish_phone(&system, 2);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let seen = uploads(&gateway);
    let tag = &seen[0].what;
    assert!(tag.len() == 40 && seen[..7].iter().all(|seen| seen.what == *tag));
    // Under another tag the gateway says that it has each of the keys; then come the new ones.
    let statuses: Vec<_> = seen[6..].iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [409, 207, 201]);
    assert!(seen[7].what.len() == 40 && seen[7].what != *tag);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn a_country_that_uses_our_tag_does_not_keep_our_keys_from_the_others() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    // Whoever reads our exports knows what the batch will be.
    let batch = batch_of(&system.published());
    let tag = upload_tag(&signing_text(&batch.keys));
    let germany = "DE".parse().unwrap();
    gateway.put_tagged(germany, &tag, &foreign_keys(1, "DE", gateway.now()));
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let statuses: Vec<_> = uploads(&gateway).iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [409, 201]);
    let ours = data_of(&gateway.uploads()[1].keys);
    let published: HashSet<_> = system.published().iter().map(|key| key.key.data).collect();
    assert!(ours.into_iter().collect::<HashSet<_>>() == published);
}

#[test]
fn a_refusal_is_not_tried_again_before_the_next_run() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    for status in [400, 403, 406] {
        gateway.fail(Route::Upload, Failure::Status(status), 1);
        let before = uploads(&gateway).len();
        let report = system.exchange();
        assert_eq!(last_upload(&report), RunOutcome::Refused { status });
        assert_eq!(uploads(&gateway).len(), before + 1);
    }
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn a_gateway_that_does_not_know_the_certificate_is_reported() {
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
    assert_all_there_once(&system, &gateway);
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
            .filter(|seen| seen.status == 413)
            .count()
            >= 2
    );
    assert_all_there_once(&system, &gateway);
}

#[test]
fn a_gateway_that_takes_not_even_one_key_is_reported() {
    let (system, gateway) = start();
    gateway.limit(0);
    publish_phone(&system, 1);
    assert_eq!(
        last_upload(&system.exchange()),
        RunOutcome::Refused { status: 413 }
    );
    gateway.limit(5_000);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn keys_that_are_there_already_are_left_out() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    let there: Vec<_> = system.published().into_iter().step_by(3).collect();
    let batch = batch_of(&there);
    gateway.put(Country::NETHERLANDS, &batch.keys);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let statuses: Vec<_> = uploads(&gateway).iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [207, 201]);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn when_every_key_is_there_already_all_is_done() {
    let (system, gateway) = start();
    publish_phone(&system, 1);
    let there = system.published();
    let batch = batch_of(&there);
    gateway.put(Country::NETHERLANDS, &batch.keys);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    let statuses: Vec<_> = uploads(&gateway).iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [207]);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn what_has_become_too_old_does_not_keep_the_rest_back() {
    let (mut system, gateway) = start();
    let mut ill = system.phone(1);
    let code = system.code(&mut ill);
    system.share(&mut ill);
    // Infectious for twelve days: the oldest key is of thirteen days ago or more.
    assert_eq!(system.validate(code, true, 12), 200);
    system.run_job("publish");
    gateway.fail(Route::Upload, Failure::Status(403), 1);
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
fn however_often_the_upload_is_killed_every_key_arrives_once() {
    let (mut system, gateway) = start();
    // Some ten batches a file, so that there is something to interrupt.
    gateway.limit(20);
    let mut killed = 0;
    for requests in 1..=8 {
        publish_phone(&system, requests);
        killed += u32::from(system.kill_exchange(&gateway, requests as usize));
    }
    assert!(killed > 3, "{killed} runs were interrupted");
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn a_database_from_before_the_exchange_goes_on() {
    let (mut system, gateway) = start();
    publish_phone(&system, 1);
    let older = "DROP INDEX diagnosis_key_sent; ALTER TABLE diagnosis_key DROP COLUMN sent";
    system.stop_and_change("diagnosis_key", older);
    assert!(system.stop_and_count("diagnosis_key") >= 150);
    system.restart();
    publish_phone(&system, 2);
    assert_eq!(last_upload(&system.exchange()), RunOutcome::Done);
    assert_all_there_once(&system, &gateway);
}

#[test]
fn a_country_that_leaves_while_an_answer_is_lost_is_named_no_more() {
    let (mut system, gateway) = start();
    publish_phone(&system, 1);
    gateway.fail(Route::Upload, Failure::CutAfter, 3);
    // The second try finds the tag taken, and its answer is lost too.
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
fn a_country_that_leaves_the_list_is_not_uploaded_for() {
    let (mut system, gateway) = start();
    publish_phone(&system, 1);
    system.exchange();
    system.restart_with_participants("BE");
    publish_phone(&system, 2);
    system.exchange();
    let uploads = gateway.uploads();
    let visited = |place: usize| &uploads[place].keys[0].visited_countries;
    assert_eq!(
        (&visited(0)[..], &visited(1)[..]),
        (
            &["BE".to_owned(), "DE".to_owned()][..],
            &["BE".to_owned()][..]
        )
    );
    system.restart_with_participants("");
    publish_phone(&system, 3);
    let before = gateway.seen().len();
    system.exchange();
    assert_eq!(
        gateway.seen().len(),
        before,
        "with nobody, nothing is exchanged"
    );
}
