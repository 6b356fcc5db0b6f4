//! The rules for which keys of an upload are accepted and when they are published, tested through
//! the whole service with a table for each rule.
//!
//! The cases come from CoronaMelder's tests, adapted to the rules of this service.

#![expect(clippy::expect_used, reason = "tests")]

use std::collections::HashSet;

use phone::padding::{self, PhoneRequest, RequestSizes};
use pollster::block_on;
use rand::{RngExt as _, rngs::StdRng};
use shared::{
    Timestamp,
    enrolment::{BucketId, ConfirmationKey, code::ValidationCode},
    keys::tek::{KeyData, RollingPeriod, TemporaryExposureKey},
    time::{DAY_SECONDS, UtcDay, shift},
};
use tests::{System, random};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A service at ten o'clock UTC, and an enrolment that was made at that time.
struct Scene {
    system: System,
    registered: Timestamp,
    code: ValidationCode,
    bucket: BucketId,
    confirmation_key: ConfirmationKey,
    random: StdRng,
}

impl Scene {
    fn start() -> Self {
        let system = System::start();
        let mut random = random();
        let request = padding::registration(RequestSizes::default(), &mut random);
        let registration = block_on(system.service().register(&request)).expect("an enrolment");
        Self {
            registered: system.now(),
            system,
            code: registration.ggd_key.expect("a code"),
            bucket: registration.bucket_id.expect("a bucket"),
            confirmation_key: registration.confirmation_key.expect("a key"),
            random,
        }
    }

    /// Moves the clock forward to `seconds` after the registration.
    fn at(&mut self, seconds: i64) -> &mut Self {
        self.system.move_clock_to(shift(self.registered, seconds));
        self
    }

    /// Validates the code for a person who fell ill `days_ago`.
    fn validate(&mut self, days_ago: u32) -> &mut Self {
        assert_eq!(self.system.validate(self.code, true, days_ago), 200);
        self
    }

    /// A new key that starts at midnight of the day `day` days after the registration's.
    fn key(&mut self, day: i32, period: i64) -> TemporaryExposureKey {
        let today = UtcDay::of(self.registered).number();
        TemporaryExposureKey {
            data: KeyData::from_bytes(self.random.random()),
            rolling_start: UtcDay::new(today.saturating_add_signed(day)).start(),
            rolling_period: RollingPeriod::new(period).expect("a period"),
        }
    }

    fn request(&mut self, keys: &[TemporaryExposureKey]) -> PhoneRequest {
        padding::upload(
            keys,
            &self.bucket,
            &self.confirmation_key,
            RequestSizes::default(),
            &mut self.random,
        )
    }

    fn upload(&mut self, keys: &[TemporaryExposureKey]) -> &mut Self {
        let request = self.request(keys);
        block_on(self.system.service().post_keys(&request)).expect("an upload");
        self
    }

    /// Uploads, with a signature, a body that a phone would not send.
    fn upload_json(&mut self, keys: &str) {
        let bucket = shared::base64::encode(self.bucket.as_bytes());
        let body = format!(r#"{{"keys":{keys},"bucketId":"{bucket}","padding":""}}"#);
        let signature = self.confirmation_key.sign(body.as_bytes());
        let request = PhoneRequest {
            body: body.into_bytes(),
            signature: shared::base64::encode(&signature),
        };
        block_on(self.system.service().post_keys(&request)).expect("an upload");
    }

    /// Runs the publication. Returns which of `keys` are published by now.
    fn published(&self, keys: &[TemporaryExposureKey]) -> Vec<bool> {
        self.system.run_job("publish");
        if self.system.index().is_empty() {
            return vec![false; keys.len()];
        }
        let published: HashSet<_> = self
            .system
            .published()
            .iter()
            .map(|key| key.key.data)
            .collect();
        keys.iter()
            .map(|key| published.contains(&key.data))
            .collect()
    }
}

#[test]
fn keys_of_the_last_fourteen_days_are_accepted_and_others_dropped_one_by_one() {
    // Fell ill twelve days ago: infectious from fourteen days ago until yesterday. Fell ill today:
    // until today.
    for (onset, days, taken) in [
        (
            12,
            [-16, -15, -14, -13, -7, -1],
            [false, false, true, true, true, true],
        ),
        (
            0,
            [-3, -2, -1, 0, 1, 2],
            [false, true, true, true, false, false],
        ),
    ] {
        for period in [1, 144] {
            let mut scene = Scene::start();
            let keys = days.map(|day| scene.key(day, period));
            scene.upload(&keys).validate(onset).at(3 * DAY_SECONDS);
            assert_eq!(
                scene.published(&keys),
                taken,
                "{days:?}, {period} intervals"
            );
        }
    }
}

#[test]
fn a_period_is_1_to_144_intervals_and_another_drops_the_key() {
    let mut scene = Scene::start();
    let start = scene.key(-1, 1).rolling_start.number();
    let periods = ["0", "1", "144", "145", "-1", "99999999999999999999"];
    let taken = [false, true, true, false, false, false];
    let mut keys = Vec::new();
    let mut json = Vec::new();
    for period in periods {
        let key = scene.key(-1, 1);
        let data = shared::base64::encode(key.data.as_bytes());
        json.push(format!(
            r#"{{"keyData":"{data}","rollingStartNumber":{start},"rollingPeriod":{period}}}"#
        ));
        keys.push(key);
    }
    scene.upload_json(&format!("[{}]", json.join(",")));
    scene.validate(1);
    assert_eq!(scene.published(&keys), taken, "{periods:?}");
}

#[test]
fn a_malformed_key_rejects_the_request_and_the_next_request_is_accepted() {
    let mut scene = Scene::start();
    let good = scene.key(-1, 144);
    let data = shared::base64::encode(good.data.as_bytes());
    let start = good.rolling_start.number();
    let json = |data: &str, period: &str| {
        format!(r#"{{"keyData":"{data}","rollingStartNumber":{start},"rollingPeriod":{period}}}"#)
    };
    let one = json(&data, "144");
    for bad in [
        // The same key twice, with any numbers.
        format!("[{one},{one}]"),
        format!("[{one},{}]", json(&data, "0")),
        // Fifteen bytes, and seventeen.
        format!("[{one},{}]", json("AQEBAQEBAQEBAQEBAQEB", "144")),
        format!("[{one},{}]", json("AQEBAQEBAQEBAQEBAQEBAQE=", "144")),
        // Numbers that are not integers.
        format!("[{one},{}]", json("AQEBAQEBAQEBAQEBAQEBAQ==", "1.5")),
        format!("[{one},{}]", json("AQEBAQEBAQEBAQEBAQEBAQ==", "\"144\"")),
        format!("[{one},{}]", json("AQEBAQEBAQEBAQEBAQEBAQ==", "null")),
        // Keys that are not a list of keys.
        "{}".to_owned(),
        format!("[{one}"),
    ] {
        scene.upload_json(&bad);
    }
    scene.validate(1);
    assert_eq!(scene.published(&[good]), [false]);
    scene.upload(&[good]);
    assert_eq!(scene.published(&[good]), [true]);
}

#[test]
fn ninety_eight_keys_are_accepted_and_ninety_nine_are_not() {
    for (count, taken) in [(0, true), (98, true), (99, false)] {
        let mut scene = Scene::start();
        let keys: Vec<_> = (0..count).map(|_| scene.key(-1, 144)).collect();
        scene.upload(&keys).validate(1);
        assert_eq!(scene.published(&keys), vec![taken; count], "{count} keys");
    }
}

#[test]
fn the_key_of_the_uploads_own_day_is_accepted_until_two_hours_after_validation() {
    for (validated_at, uploaded_at, taken) in [
        (None, 0, true),
        (None, 5 * HOUR, true),
        (Some(0), 0, true),
        (Some(0), 119 * MINUTE, true),
        (Some(0), 120 * MINUTE - 30, true),
        (Some(0), 120 * MINUTE + 5, false),
        (Some(HOUR), 3 * HOUR - 30, true),
        (Some(HOUR), 3 * HOUR + 5, false),
        // The key of the day before is accepted in any case.
    ] {
        let mut scene = Scene::start();
        let (today, yesterday) = (scene.key(0, 72), scene.key(-1, 144));
        if let Some(at) = validated_at {
            scene.at(at).validate(0);
        }
        scene.at(uploaded_at).upload(&[today, yesterday]);
        if validated_at.is_none() {
            scene.validate(0);
        }
        scene.at(DAY_SECONDS);
        assert_eq!(
            scene.published(&[today, yesterday]),
            [taken, true],
            "validated at {validated_at:?}, uploaded at {uploaded_at} s"
        );
    }
}

#[test]
fn after_midnight_keys_of_the_registrations_day_are_accepted_and_later_ones_are_not() {
    let midnight = 14 * HOUR;
    // The enrolment ends at four o'clock in the Netherlands, with half an hour of grace: between
    // 02:30 and 03:30 UTC.
    for (uploaded_at, taken) in [
        (midnight + 30 * MINUTE, true),
        (midnight + 2 * HOUR, true),
        (midnight + 4 * HOUR, false),
    ] {
        let mut scene = Scene::start();
        let keys = [scene.key(0, 60), scene.key(0, 144), scene.key(1, 3)];
        scene.validate(0).at(uploaded_at).upload(&keys);
        scene.at(2 * DAY_SECONDS);
        assert_eq!(
            scene.published(&keys),
            [taken, taken, false],
            "uploaded at {uploaded_at} s"
        );
    }
}

#[test]
fn a_key_is_published_two_hours_after_its_period_and_no_earlier() {
    // In use until ten o'clock, until half past eleven, and until midnight.
    for (period, released_at) in [
        (60, 2 * HOUR),
        (69, 3 * HOUR + 30 * MINUTE),
        (144, 16 * HOUR),
    ] {
        let mut scene = Scene::start();
        let key = scene.key(0, period);
        scene.upload(&[key]).validate(0);
        assert_eq!(scene.published(&[key]), [false]);
        scene.at(released_at - 30);
        assert_eq!(scene.published(&[key]), [false], "{period} intervals");
        scene.at(released_at + 1);
        assert_eq!(scene.published(&[key]), [true], "{period} intervals");
    }
}

#[test]
fn an_expired_code_is_refused_and_its_keys_are_never_published() {
    let mut scene = Scene::start();
    let key = scene.key(-1, 144);
    scene.upload(&[key]).at(18 * HOUR);
    assert_eq!(scene.system.validate(scene.code, true, 1), 422);
    assert_eq!(scene.published(&[key]), [false]);
}

#[test]
fn a_bucket_accepts_several_uploads_before_and_after_validation() {
    let mut scene = Scene::start();
    let keys = [scene.key(-2, 144), scene.key(-1, 144), scene.key(0, 65)];
    let [first, second, third] = keys;
    scene.upload(&[first]).upload(&[first, second]).validate(1);
    assert_eq!(scene.published(&keys), [true, true, false]);
    scene.at(HOUR).upload(&[first, second, third]);
    assert_eq!(scene.published(&keys), [true, true, false]);
    scene.at(5 * HOUR);
    assert_eq!(scene.published(&keys), [true, true, true]);
    let times = scene.system.published();
    let times = times.iter().filter(|key| key.key.data == first.data);
    assert_eq!(times.count(), 1);
}

#[test]
fn no_more_than_thirty_uploads_of_an_enrolment_are_kept_at_a_time() {
    let mut scene = Scene::start();
    let keys: Vec<_> = (0..31).map(|_| scene.key(-1, 144)).collect();
    for key in &keys {
        scene.upload(std::slice::from_ref(key));
    }
    scene.validate(1);
    let published = scene.published(&keys);
    assert_eq!(published.iter().filter(|found| **found).count(), 30);
    assert!(!published[30]);
    // Others are accepted as soon as these are published.
    scene.upload(&keys);
    assert_eq!(scene.published(&keys), [true; 31]);
}

#[test]
fn a_key_that_reaches_into_the_next_day_is_cut_at_midnight() {
    let mut scene = Scene::start();
    let mut key = scene.key(-1, 144);
    key.rolling_start = key.rolling_start.plus(143);
    scene.upload(&[key]).validate(1);
    assert_eq!(scene.published(&[key]), [true]);
    let published = scene.system.published();
    let found = published.iter().find(|found| found.key.data == key.data);
    let period = found.map(|found| found.key.rolling_period.intervals());
    assert_eq!(period, Some(1));
}

#[test]
fn an_uploader_with_many_keys_does_not_displace_padding() {
    let mut scene = Scene::start();
    let keys: Vec<_> = (0..98).map(|_| scene.key(-1, 144)).collect();
    let more: Vec<_> = (0..98).map(|_| scene.key(-1, 144)).collect();
    scene.upload(&keys).upload(&more).validate(1);
    assert_eq!(scene.published(&keys), vec![true; 98]);
    // Fifteen of the 196 keys count towards the size of the file.
    let others = scene.system.published().len() - keys.len() - more.len();
    assert!(others >= 135, "{others}");
}
