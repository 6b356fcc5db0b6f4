//! The page of a local run with two phones to try, in a real browser.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use shared::{language::Language, time::UtcDay};
use tests::System;
use xtask::{process, setup::npm};

#[test]
fn with_the_keyboard_alone_one_phone_shares_and_the_other_one_warns_its_owner() {
    let system = System::start();
    // The phones use the clock of the service, not that of the browser.
    let mut script = Command::new(npm::program("node"))
        .arg(xtask::root().join("tests/browser/phones.mjs"))
        .arg(system.address())
        .env("CHROMIUM", process::find("chromium").unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(script.stdout.take().unwrap()).lines();
    let mut next = || lines.next().expect("the script goes on").unwrap();

    let code = next().parse().unwrap();
    assert_eq!(system.validate(code, true, 1), 200);
    script.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    assert!(
        next().ends_with(
            "keys are uploaded. They are published once the GGD has confirmed the code."
        )
    );

    let warning = next();
    let met = UtcDay::of(system.now()).minus(2);
    let day = Language::English.day(met.date());
    assert!(warning.contains(&day), "{warning}");
    let nothing = "No exposure to an infectious person is known.";
    assert!(next().contains(nothing), "a phone does not warn of itself");
    let reloaded = next();
    assert!(reloaded.contains(&day), "{reloaded}");
    assert!(
        next().contains(nothing),
        "a new phone has met no ill person"
    );
    assert!(script.wait().unwrap().success());
}
