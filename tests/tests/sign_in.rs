//! Sign-ins through the real provider, and attacks on the redirects between it and the portal.

#![expect(clippy::expect_used, reason = "tests")]

use serde_json::json;
use shared::time::{DAY_SECONDS, shift};
use tests::{PROVIDER, System, browser::Browser, header, json, problem};
use ureq::{Body, http::Response};
use xtask::provider::DemoUser;

fn ends_at(answer: &Response<Body>) -> &str {
    assert_eq!(answer.status(), 303);
    header(answer, "location")
}

fn cookies(answer: &Response<Body>) -> Vec<&str> {
    let cookies = answer.headers().get_all("set-cookie");
    cookies
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .collect()
}

/// The value of `name` in the query of `url`.
fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).expect("a URL");
    let mut pairs = url.query_pairs();
    pairs.find_map(|(found, value)| (found == name).then(|| value.into_owned()))
}

fn is_signed_in(browser: &Browser<'_>) -> bool {
    browser.get("api/session").status() == 200
}

#[test]
fn an_employee_and_an_administrator_sign_in() {
    let system = System::start();
    for (person, name, role) in [
        (DemoUser::Employee, "Anna de Wit", "employee"),
        (DemoUser::Administrator, "Bram Bakker", "administrator"),
    ] {
        let browser = system.browser();
        assert_eq!(problem(browser.get("api/session")).1, "signed-out");
        let before = system.now();
        let end = browser.sign_in(person);
        assert_eq!(ends_at(&end), "/");
        let token = browser.session().expect("a session");
        assert_eq!(token.len(), 64);
        assert_eq!(
            cookies(&end),
            [
                "__Host-sign-in=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0".to_owned(),
                format!("__Host-session={token}; Path=/; Secure; HttpOnly; SameSite=Strict"),
            ]
        );
        let session: shared::api::SessionAnswer =
            serde_json::from_value(json(browser.get("api/session"))).expect("a session");
        assert_eq!(session.name, name);
        assert_eq!(serde_json::json!(session.role), role);
        let lasts = |end: shared::Timestamp| end.as_second() - before.as_second();
        assert!((900..930).contains(&lasts(session.idle_until)));
        assert!((8 * 3_600..8 * 3_600 + 30).contains(&lasts(session.until)));
    }
}

#[test]
fn the_redirect_to_the_provider_has_all_that_protects_the_callback() {
    let system = System::start();
    let browser = system.browser();
    PROVIDER.start(None).expect("a provider");
    let first = browser.get("auth/login");
    let redirect = ends_at(&first).to_owned();
    let of = |name| parameter(&redirect, name).unwrap_or_default();
    assert_eq!(of("response_type"), "code");
    assert_eq!(of("client_id"), "portal");
    assert_eq!(of("redirect_uri"), system.url("auth/callback"));
    assert_eq!(of("scope"), "openid profile");
    assert_eq!(of("code_challenge_method"), "S256");
    // The provider asks for credentials even if it remembers the browser.
    assert_eq!(of("prompt"), "login");
    assert_eq!(
        (
            of("state").len(),
            of("nonce").len(),
            of("code_challenge").len()
        ),
        (64, 64, 43)
    );
    let browser_token = browser.cookie("__Host-sign-in").expect("a cookie");
    assert_eq!(
        cookies(&first),
        [format!(
            "__Host-sign-in={browser_token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"
        )]
    );
    let again = system.browser().get("auth/login");
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(parameter(ends_at(&again), name), Some(of(name)), "{name}");
    }
}

#[test]
fn a_person_without_a_role_or_second_factor_or_who_cancels_is_not_signed_in() {
    let system = System::start();
    for (person, action, end) in [
        (DemoUser::Visitor, "sign-in", "/?sign-in=role"),
        (DemoUser::Visitor, "password-only", "/?sign-in=role"),
        (
            DemoUser::Employee,
            "password-only",
            "/?sign-in=second-factor",
        ),
        (
            DemoUser::Administrator,
            "password-only",
            "/?sign-in=second-factor",
        ),
        (DemoUser::Employee, "cancel", "/?sign-in=failed"),
    ] {
        let browser = system.browser();
        let back = browser.callback(person, action);
        assert_eq!(ends_at(&browser.get_url(&back)), end);
        assert_eq!(browser.session(), None);
        assert!(!is_signed_in(&browser));
        // The same browser can sign in again at once.
        assert_eq!(ends_at(&browser.sign_in(DemoUser::Employee)), "/");
    }
}

#[test]
fn a_callback_works_once() {
    let system = System::start();
    let browser = system.browser();
    let back = browser.callback(DemoUser::Employee, "sign-in");
    assert_eq!(ends_at(&browser.get_url(&back)), "/");
    let first = browser.session();

    // The same URL again, with the cookie that the browser had then.
    browser.get("auth/login");
    let replayed = browser.get_url(&back);
    assert_eq!(ends_at(&replayed), "/?sign-in=failed");
    assert_eq!(browser.session(), first);

    // The used code with the state of a new sign-in.
    let redirect = browser.get("auth/login");
    let state = parameter(ends_at(&redirect), "state").expect("a state");
    let code = parameter(&back, "code").expect("a code");
    let other = browser.get(&format!("auth/callback?code={code}&state={state}"));
    assert_eq!(ends_at(&other), "/?sign-in=failed");
    assert_eq!(browser.session(), first);
}

#[test]
fn a_link_cannot_sign_a_browser_in_as_another_person() {
    let system = System::start();
    let attacker = system.browser();
    let link = attacker.callback(DemoUser::Employee, "sign-in");
    let victim = system.browser();
    assert_eq!(ends_at(&victim.get_url(&link)), "/?sign-in=failed");
    // Nor while the victim's own sign-in is in progress, with its state and the attacker's code.
    let redirect = victim.get("auth/login");
    assert_eq!(ends_at(&victim.get_url(&link)), "/?sign-in=failed");
    let state = parameter(ends_at(&redirect), "state").expect("a state");
    let code = parameter(&link, "code").expect("a code");
    let mixed = victim.get(&format!("auth/callback?code={code}&state={state}"));
    assert_eq!(ends_at(&mixed), "/?sign-in=failed");
    assert_eq!(victim.session(), None);
}

#[test]
fn a_session_cannot_be_fixed_before_the_sign_in() {
    let system = System::start();
    let browser = system.browser();
    let planted = "ab".repeat(32);
    browser.set_cookie("__Host-session", &planted);
    assert_eq!(ends_at(&browser.sign_in(DemoUser::Employee)), "/");
    assert_ne!(browser.session().as_ref(), Some(&planted));
    assert!(!is_signed_in(&Browser::with_session(&system, &planted)));
}

#[test]
fn two_simultaneous_sign_ins_of_one_browser_both_succeed() {
    let system = System::start();
    let browser = system.browser();
    let one = browser.callback(DemoUser::Employee, "sign-in");
    let other = browser.callback(DemoUser::Administrator, "sign-in");
    assert_eq!(ends_at(&browser.get_url(&one)), "/");
    let first = browser.session();
    assert!(browser.cookie("__Host-sign-in").is_some());
    assert_eq!(ends_at(&browser.get_url(&other)), "/");
    assert!(browser.cookie("__Host-sign-in").is_none());
    assert_ne!(browser.session(), first);
}

#[test]
fn a_sign_in_takes_ten_minutes_at_most() {
    let mut system = System::start();
    let (back, cookie) = {
        let browser = system.browser();
        let back = browser.callback(DemoUser::Employee, "sign-in");
        (back, browser.cookie("__Host-sign-in").expect("a cookie"))
    };
    system.move_clock_to(shift(system.now(), 600));
    let browser = system.browser();
    browser.set_cookie("__Host-sign-in", &cookie);
    assert_eq!(ends_at(&browser.get_url(&back)), "/?sign-in=failed");
    system.run_job("expire");
    assert_eq!(system.stop_and_count("sign_in"), 0);
}

#[test]
fn every_request_to_the_callback_leads_to_the_portal() {
    let system = System::start();
    PROVIDER.start(None).expect("a provider");
    let browser = system.browser();
    browser.get("auth/login");
    for query in [
        "",
        "?",
        "?code=1",
        "?state=1&code=1",
        "?error=access_denied",
        &format!("?state={}&code=1", "0".repeat(64)),
        &format!("?state={}&code=1", "F".repeat(64)),
        "?state=%00&code=%ff%fe",
        &format!("?state={}", "x".repeat(5_000)),
    ] {
        let answer = browser.get(&format!("auth/callback{query}"));
        assert_eq!(ends_at(&answer), "/?sign-in=failed", "{query}");
    }
    for (path, allowed) in [("auth/login", "GET"), ("auth/callback", "GET")] {
        let answer = browser.post(path, &json!({}));
        assert_eq!(header(&answer, "allow"), allowed);
        assert_eq!(problem(answer).0, 405);
    }
    let answer = browser.get("auth/logout");
    assert_eq!(header(&answer, "allow"), "POST");
    assert_eq!(problem(browser.get("auth/other")).0, 404);
}

#[test]
fn signing_out_ends_the_session_here_and_leads_to_the_provider() {
    let system = System::start();
    let browser = system.sign_in(DemoUser::Employee);
    let session = browser.session().expect("a session");
    let answer = browser.post("auth/logout", &json!({}));
    assert_eq!(answer.status(), 200);
    assert_eq!(
        cookies(&answer),
        ["__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"]
    );
    let location = json(answer)["location"]
        .as_str()
        .expect("a location")
        .to_owned();
    assert!(
        location.starts_with(&format!("{}/session/end?", PROVIDER.issuer())),
        "{location}"
    );
    assert_eq!(parameter(&location, "client_id").as_deref(), Some("portal"));
    assert_eq!(
        parameter(&location, "post_logout_redirect_uri"),
        Some(system.url(""))
    );
    assert_eq!(parameter(&location, "id_token_hint"), None);
    // The provider accepts it, and asks for confirmation.
    assert_eq!(browser.get_url(&location).status(), 200);

    assert!(!is_signed_in(&Browser::with_session(&system, &session)));
    let again = Browser::with_session(&system, &session).post("auth/logout", &json!({}));
    assert_eq!(again.status(), 200, "it has ended, which is what is wanted");
}

#[test]
fn the_test_clock_does_not_apply_to_id_tokens() {
    let mut system = System::start();
    system.sign_in(DemoUser::Employee);
    system.move_clock_to(shift(system.now(), 40 * DAY_SECONDS));
    system.sign_in(DemoUser::Employee);
}

#[test]
fn a_provider_that_cannot_be_reached_stops_sign_ins_and_nothing_else() {
    let system = System::start_with(&[("OIDC_ISSUER", "http://127.0.0.1:9")]);
    let answer = system.browser().get("auth/login");
    assert_eq!(ends_at(&answer), "/?sign-in=failed");
    assert!(
        system
            .log()
            .contains("the provider's metadata or keys cannot be had")
    );
    system.code(&mut system.phone(1));
}

#[test]
fn a_wrong_setting_of_signing_in_is_named_and_phones_are_not_affected() {
    let system = System::start_with(&[("OIDC_ISSUER", "http://signin.example")]);
    let answer = problem(system.browser().get("auth/login"));
    assert_eq!(answer, (503, "unavailable".to_owned()));
    let log = system.log();
    assert!(log.contains("setting OIDC_ISSUER: expected"), "{log}");
    assert!(!log.contains("signin.example"), "{log}");
    system.code(&mut system.phone(1));
}

#[test]
fn answers_to_employees_are_not_cached_and_do_not_describe_the_server() {
    let system = System::start();
    let browser = system.sign_in(DemoUser::Administrator);
    let answers = [
        browser.get("auth/login"),
        browser.get("auth/callback"),
        browser.get("api/session"),
        browser.get("api/sessions"),
        browser.get("api/audit"),
        browser.get("api/nothing"),
        browser.post("api/validations", &json!({})),
        browser.post("auth/logout", &json!({})),
        browser.get("api/session"),
    ];
    for answer in answers {
        assert_eq!(header(&answer, "cache-control"), "no-store, no-transform");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        assert_eq!(
            header(&answer, "cross-origin-resource-policy"),
            "same-origin"
        );
        let transport = header(&answer, "strict-transport-security");
        assert_eq!(transport, "max-age=63072000; includeSubDomains");
        for banner in ["server", "x-powered-by", "via"] {
            assert!(answer.headers().get(banner).is_none(), "{banner}");
        }
    }
    for path in ["v6/manifest", "v1/countries", "", "robots.txt"] {
        let answer = system.get(path, &[]);
        header(&answer, "strict-transport-security");
    }
    let robots = system.get("robots.txt", &[]).into_body().read_to_string();
    assert_eq!(robots.expect("text"), "User-agent: *\nDisallow: /\n");
}
