//! The served portal in a real browser, against the real service.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use shared::code::ValidationCode;
use tests::{PROVIDER, System, header};
use xtask::{process, setup::npm};

/// What the portal says to an employee who enters `code`.
fn answer(system: &System, code: ValidationCode) -> String {
    PROVIDER.start(None).unwrap();
    let output = Command::new(npm::program("node"))
        .arg(xtask::root().join("tests/browser/validate.mjs"))
        .args([system.address(), code.to_string()])
        .env("CHROMIUM", process::find("chromium").unwrap())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_page_forbids_whatever_it_does_not_bring() {
    let system = System::start();
    for path in ["", "assets/boot.js", "any/other/path"] {
        let answer = system.get(path, &[]);
        assert_eq!(answer.status(), 200, "{path}");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    }
}

#[test]
fn an_employee_validates_a_code_once_and_the_keys_are_published() {
    let system = System::start();
    let mut ill = system.phone(1);
    let code = system.code(&mut ill);
    system.share(&mut ill);
    assert_eq!(answer(&system, code), "De code is geaccepteerd");
    assert_eq!(answer(&system, code), "De code is niet geaccepteerd");
    system.run_job("publish");
    assert_eq!(system.index().len(), 1);
}
