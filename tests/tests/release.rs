//! The release build on workerd, as an operator runs it: no doors for tests, and none for employees who cannot sign in.
//!
//! `cargo xtask lint` builds it and runs this.

use std::fs;

use serde_json::json;
use tests::{System, header};
use xtask::build::Profile;

#[test]
#[ignore = "needs a release build"]
fn a_release_has_no_test_controls_and_no_open_portal() {
    let system = System::start_build(Profile::Release);
    for path in [
        "test/clock",
        "test/run/publish",
        "test/run/expire",
        "test/bench/export",
        "test/phone",
        "api/validations",
    ] {
        let answer = system.post(path, &json!({ "offset": 10 }));
        assert_eq!(answer.status(), 404, "{path}");
        let body = answer.into_body().read_to_string().unwrap();
        assert!(body.contains("/problems/not-found"), "{path}: {body}");
    }
}

#[test]
#[ignore = "needs a release build"]
fn a_release_serves_phones_and_the_portal() {
    let system = System::start_build(Profile::Release);
    let mut phone = system.phone(1);
    system.code(&mut phone);
    system.share(&mut phone);
    assert_eq!(system.get("v6/manifest", &[]).status(), 404);
    for (path, content_type) in [
        ("", "text/html"),
        ("assets/boot.js", "javascript"),
        ("assets/portal.js", "javascript"),
        ("assets/portal_bg.wasm", "application/wasm"),
        ("assets/style.css", "text/css"),
    ] {
        let answer = system.get(path, &[]);
        assert_eq!(answer.status(), 200, "{path}");
        assert!(
            header(&answer, "content-type").contains(content_type),
            "{path}"
        );
        let policy = header(&answer, "content-security-policy");
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"));
    }
}

#[test]
#[ignore = "needs a release build"]
fn a_release_has_no_phones_to_try() {
    let system = System::start_build(Profile::Release);
    let text = |path: &str| {
        let answer = system.get(path, &[]);
        answer.into_body().read_to_string().unwrap()
    };
    // Whatever is not there is the portal's to answer.
    let portal = text("");
    for path in ["phone", "phone.html", "assets/phone/page.js"] {
        assert_eq!(text(path), portal, "{path}");
    }
    let site = Profile::Release.folder().join("portal");
    for folder in [site.clone(), site.join("assets")] {
        for file in fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name();
            assert!(!name.to_string_lossy().contains("phone"), "{name:?}");
        }
    }
}
