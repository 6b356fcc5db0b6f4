//! The requests that a phone sends by itself after its owner has shared keys.

use phone::Phone;
use pollster::block_on;
use shared::time::{UtcDay, shift};
use tests::{System, next_midnight, random};

const HOUR: i64 = 3_600;

fn work_in_background(system: &System, phone: &mut Phone) {
    let (service, now) = (system.service(), system.now());
    let worked = block_on(phone.work_in_background(&service, now, &mut random()));
    assert!(worked.is_ok(), "the service is there");
}

#[test]
fn the_rest_of_the_day_is_uploaded_after_midnight_while_the_code_is_valid() {
    let mut system = System::start();
    system.run_job("publish");
    let mut ill = system.phone(1);
    let code = system.code(&mut ill);
    system.share(&mut ill);
    assert_eq!(system.validate(code, true, 0), 200);
    // It learns how long to wait between uploads, and continues broadcasting.
    assert!(system.check(&mut ill).is_ok());
    let today = UtcDay::of(system.now());
    let midnight = next_midnight(system.now());
    for hours in 1..=13 {
        let time = shift(system.now(), hours * HOUR);
        ill.broadcast(time, &mut random());
    }

    // It does not upload a key that is in use, neither before nor shortly after the end of the day.
    system.move_clock_to(shift(midnight, -HOUR));
    work_in_background(&system, &mut ill);
    assert_eq!(system.stop_and_count("upload WHERE id > 0"), 1);
    system.restart();
    system.move_clock_to(shift(midnight, HOUR));
    work_in_background(&system, &mut ill);
    work_in_background(&system, &mut ill);
    assert_eq!(system.stop_and_count("upload WHERE id > 0"), 2);

    system.restart();
    system.move_clock_to(shift(midnight, 2 * HOUR));
    system.run_job("publish");
    let published = system.published();
    let of_today: Vec<_> = ill.keys().iter().filter(|key| key.day() == today).collect();
    assert_eq!(of_today.len(), 2);
    for key in of_today {
        assert!(published.iter().any(|found| found.key == *key), "{key:?}");
    }
}

#[test]
fn a_phone_requests_a_new_code_when_the_old_one_has_ended() {
    let mut system = System::start();
    let mut phone = system.phone(1);
    let code = system.code(&mut phone);
    system.move_clock_to(shift(system.now(), HOUR));
    assert_eq!(system.code(&mut phone), code);
    system.move_clock_to(shift(system.now(), 17 * HOUR));
    assert_ne!(system.code(&mut phone), code);
}
