//! The release build on workerd, as an operator runs it: without test controls, and with sign-ins
//! only through the operator's own provider.
//!
//! `cargo xtask lint` builds it and runs this.

use std::fs;

use serde_json::json;
use tests::{System, header, holds, problem};
use xtask::build::Profile;

#[test]
#[ignore = "needs a release build"]
fn a_release_has_no_test_controls() {
    let system = System::start_build(Profile::Release);
    for path in [
        "test/clock",
        "test/run/publish",
        "test/run/expire",
        "test/bench/export",
        "test/phone",
    ] {
        let answer = system.post(path, &json!({ "offset": 10 }));
        assert_eq!(answer.status(), 404, "{path}");
        let body = answer.into_body().read_to_string().unwrap();
        assert!(body.contains("/problems/not-found"), "{path}: {body}");
    }
}

#[test]
#[ignore = "needs a release build"]
fn a_release_without_a_configured_provider_refuses_sign_ins() {
    let system = System::start_build(Profile::Release);
    for path in ["auth/login", "auth/callback?code=1&state=2"] {
        let answer = problem(system.get(path, &[]));
        assert_eq!(answer, (503, "unavailable".to_owned()), "{path}");
    }
    assert_eq!(problem(system.get("api/session", &[])).0, 401);
    assert_eq!(problem(system.post("api/validations", &json!({}))).0, 503);
    assert!(system.log().contains("setting OIDC_ISSUER: expected"));
}

#[test]
#[ignore = "needs a release build"]
fn the_local_sign_in_provider_is_not_part_of_a_release() {
    let folder = Profile::Release.folder();
    let mut files = vec![folder.join("site.json")];
    for part in ["functions", "portal", "portal/assets"] {
        let entries = fs::read_dir(folder.join(part)).unwrap().flatten();
        files.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.is_file()),
        );
    }
    for name in ["workerd.capnp", "wrangler.toml"] {
        files.push(xtask::root().join(name));
    }
    assert!(files.len() > 8, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for trace in [
            "zomerregen",
            "winterlicht",
            "lentewind",
            "oidc-provider",
            "test/clock",
        ] {
            assert!(
                !holds(&bytes, trace.as_bytes()),
                "{}: {trace}",
                file.display()
            );
        }
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
fn a_release_has_no_page_with_phones_to_try() {
    let system = System::start_build(Profile::Release);
    let text = |path: &str| {
        let answer = system.get(path, &[]);
        answer.into_body().read_to_string().unwrap()
    };
    // The portal answers for paths that do not exist.
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
