//! Invalid ID tokens, from a provider that the service trusts: none of them signs anyone in.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod hostile_provider;

use hostile_provider::{HostileProvider, Key, merge};
use serde_json::{Value, json};
use shared::time::shift;
use tests::{PROVIDER, System, header, problem};

/// A service whose provider is hostile.
struct Scene {
    provider: HostileProvider,
    system: System,
}

impl Scene {
    fn new() -> Self {
        let provider = HostileProvider::start();
        let system = System::start_with(&[("OIDC_ISSUER", provider.issuer())]);
        provider.publish(&[Key::p256(1).public("one")]);
        Self { provider, system }
    }

    /// Signs in with the token that `make` makes from the claims of a valid one. Returns the URL at
    /// which the sign-in ends, and the log.
    fn sign_in(&self, make: impl FnOnce(Value) -> String) -> (String, String) {
        let logged = self.system.log().len();
        let browser = self.system.browser();
        let login = browser.get("auth/login");
        let redirect = url::Url::parse(header(&login, "location")).expect("a URL");
        let parameter = |name| {
            let mut pairs = redirect.query_pairs();
            pairs.find_map(|(found, value)| (found == name).then(|| value.into_owned()))
        };
        let state = parameter("state").expect("a state");
        // ID tokens are checked against the real time.
        let now = tests::now().as_second();
        let claims = json!({
            "iss": self.provider.issuer(),
            "aud": "portal",
            "sub": "e.vos",
            "iat": now,
            "exp": now + 300,
            "nonce": parameter("nonce").expect("a nonce"),
            "name": "Els Vos",
            "roles": ["ggd-employee"],
            "amr": ["pwd", "mfa"],
        });
        self.provider.hand_out(&make(claims));
        let end = browser.get(&format!("auth/callback?code=1&state={state}"));
        assert_eq!(end.status(), 303);
        let end = header(&end, "location").to_owned();
        assert_eq!(browser.session().is_some(), end == "/", "{end}");
        let signed_in = browser.get("api/session").status() == 200;
        assert_eq!(signed_in, end == "/", "{end}");
        (end, self.system.log()[logged..].to_owned())
    }

    /// Signs in with a token of the known key and changed claims; a null removes a claim.
    fn sign_in_with(&self, changes: &Value) -> (String, String) {
        self.sign_in(|mut claims| {
            merge(&mut claims, changes);
            Key::p256(1).token("one", &json!({}), &claims)
        })
    }
}

#[test]
fn a_good_token_signs_in() {
    let scene = Scene::new();
    scene
        .provider
        .publish(&[Key::p256(1).public("one"), Key::ed25519(1).public("two")]);
    assert_eq!(scene.sign_in_with(&json!({})).0, "/");
    let (end, log) = scene.sign_in(|claims| Key::ed25519(1).token("two", &json!({}), &claims));
    assert_eq!(end, "/", "{log}");
    // The audience may be a list that contains only this service.
    assert_eq!(
        scene
            .sign_in_with(&json!({ "aud": ["portal"], "azp": "portal" }))
            .0,
        "/"
    );
}

#[test]
fn tokens_with_wrong_claims_are_refused() {
    let scene = Scene::new();
    let now = tests::now().as_second();
    for (changes, why) in [
        (json!({ "iss": "https://signin.example" }), "issuer"),
        (
            json!({ "iss": format!("{}/", scene.provider.issuer()) }),
            "issuer",
        ),
        (json!({ "aud": "other" }), "audience"),
        (json!({ "aud": [] }), "audience"),
        (
            json!({ "aud": ["portal", "other"], "azp": "portal" }),
            "audience",
        ),
        (json!({ "azp": "other" }), "audience"),
        (json!({ "nonce": "0".repeat(64) }), "nonce"),
        (json!({ "nonce": null }), "nonce"),
        (json!({ "exp": now - 1 }), "expired"),
        (
            json!({ "exp": now - 86_400, "iat": now - 86_700 }),
            "expired",
        ),
        (json!({ "iat": now - 3_600 }), "expired"),
        (json!({ "iat": now + 3_600, "exp": now + 3_900 }), "expired"),
    ] {
        let (end, log) = scene.sign_in_with(&changes);
        assert_eq!(end, "/?sign-in=failed", "{changes}");
        assert!(
            log.contains(&format!("the ID token is refused: {why}")),
            "{changes}: {log}"
        );
        assert!(
            !log.contains("e.vos") && !log.contains("signin.example"),
            "{log}"
        );
    }
    for claim in ["iss", "aud", "exp", "iat", "sub"] {
        let (end, _) = scene.sign_in_with(&json!({ claim: null }));
        assert_eq!(end, "/?sign-in=failed", "{claim}");
    }
    for (claim, value) in [
        ("sub", json!("")),
        ("sub", json!("a\nb")),
        ("sub", json!("x".repeat(256))),
        ("exp", json!("never")),
    ] {
        let (end, _) = scene.sign_in_with(&json!({ claim: value }));
        assert_eq!(end, "/?sign-in=failed", "{claim}");
    }
    assert_eq!(scene.sign_in_with(&json!({})).0, "/");
}

#[test]
fn signatures_that_are_not_the_providers_are_refused() {
    let scene = Scene::new();
    let good = Key::p256(1);
    let public = good.public("one");
    let Key::P256(key) = &good else {
        unreachable!()
    };
    let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
    let with = |key: Key, id: &'static str, header: Value| {
        move |claims: Value| key.token(id, &header, &claims)
    };
    let secrets = [
        // Secrets that both sides know: the published key in any form, and the client secret.
        point.clone(),
        point[1..].to_vec(),
        public.to_string().into_bytes(),
        public["x"].as_str().expect("text").as_bytes().to_vec(),
        PROVIDER.client_secret().as_bytes().to_vec(),
        Vec::new(),
    ];
    for secret in secrets {
        for header in [json!({}), json!({ "kid": null })] {
            let (end, log) = scene.sign_in(with(Key::Secret(secret.clone()), "one", header));
            assert_eq!(end, "/?sign-in=failed");
            assert!(log.contains("refused: signature algorithm"), "{log}");
        }
    }
    for header in [
        json!({}),
        json!({ "kid": null }),
        json!({ "alg": "None" }),
        json!({ "alg": "NONE" }),
        json!({ "alg": "ES256" }),
    ] {
        let (end, _) = scene.sign_in(with(Key::None, "one", header.clone()));
        assert_eq!(end, "/?sign-in=failed", "{header}");
    }
    // Another key: under its own id, under that of the known key, under none, and in the header.
    for (id, header) in [
        ("two", json!({})),
        ("one", json!({})),
        ("one", json!({ "kid": null })),
        ("one", json!({ "jwk": Key::p256(2).public("one") })),
        (
            "one",
            json!({ "jku": format!("{}/others", scene.provider.issuer()) }),
        ),
        ("one", json!({ "alg": "ES384" })),
        ("one", json!({ "alg": "RS256" })),
        ("one", json!({ "alg": "EdDSA" })),
    ] {
        let (end, _) = scene.sign_in(with(Key::p256(2), id, header.clone()));
        assert_eq!(end, "/?sign-in=failed", "{id} {header}");
        let (end, _) = scene.sign_in(with(Key::ed25519(2), id, header.clone()));
        assert_eq!(end, "/?sign-in=failed", "{id} {header}");
    }
    // The signature of the known key over claims that were changed afterwards, or part of it.
    let (end, _) = scene.sign_in(|mut claims| {
        let signed = good.token("one", &json!({}), &claims);
        merge(&mut claims, &json!({ "roles": ["ggd-administrator"] }));
        let changed = good.token("one", &json!({}), &claims);
        let (claims, _) = changed.rsplit_once('.').expect("a signature");
        let (_, signature) = signed.rsplit_once('.').expect("a signature");
        format!("{claims}.{signature}")
    });
    assert_eq!(end, "/?sign-in=failed");
    for keep in [0, 1, 43] {
        let (end, _) = scene.sign_in(|claims| {
            let token = good.token("one", &json!({}), &claims);
            let (signed, signature) = token.rsplit_once('.').expect("a signature");
            format!("{signed}.{}", &signature[..keep])
        });
        assert_eq!(end, "/?sign-in=failed");
    }
    // An unknown critical extension.
    let (end, _) = scene.sign_in(with(Key::p256(1), "one", json!({ "crit": ["x"], "x": 1 })));
    assert_eq!(end, "/?sign-in=failed");
    assert_eq!(scene.sign_in_with(&json!({})).0, "/");
}

#[test]
fn texts_that_are_not_tokens_are_refused() {
    let scene = Scene::new();
    for token in ["", ".", "..", "a.b.c", "e30.e30.", "null", "\u{0}"] {
        assert_eq!(
            scene.sign_in(|_| token.to_owned()).0,
            "/?sign-in=failed",
            "{token:?}"
        );
    }
    for (status, body) in [
        (
            200,
            json!({ "access_token": "a", "token_type": "Bearer" }).to_string(),
        ),
        (200, "[".repeat(50_000)),
        (200, String::new()),
        (302, String::new()),
        (400, json!({ "error": "invalid_grant" }).to_string()),
        (500, "oops".to_owned()),
    ] {
        let browser = scene.system.browser();
        let login = browser.get("auth/login");
        let redirect = url::Url::parse(header(&login, "location")).expect("a URL");
        let mut pairs = redirect.query_pairs();
        let state = pairs
            .find(|(name, _)| name == "state")
            .expect("a state")
            .1
            .into_owned();
        scene.provider.answer(status, &body);
        let end = browser.get(&format!("auth/callback?code=1&state={state}"));
        assert_eq!(header(&end, "location"), "/?sign-in=failed", "{status}");
    }
    assert_eq!(scene.sign_in_with(&json!({})).0, "/");
}

#[test]
fn a_role_and_a_second_factor_are_required_and_a_refused_person_is_recorded() {
    let scene = Scene::new();
    for (changes, end) in [
        (json!({ "roles": null }), "role"),
        (json!({ "roles": ["x"] }), "role"),
        (json!({ "roles": null, "role": "ggd-employee" }), "role"),
        (json!({ "amr": null }), "second-factor"),
        (json!({ "amr": ["pwd"] }), "second-factor"),
        (json!({ "amr": null, "acr": "mfa" }), "second-factor"),
    ] {
        let (found, _) = scene.sign_in_with(&changes);
        assert_eq!(found, format!("/?sign-in={end}"), "{changes}");
    }
    let mut system = scene.system;
    assert_eq!(
        system.stop_and_count("audit WHERE employee = 'e.vos' AND outcome = 'no-role'"),
        3
    );
    assert_eq!(
        system.stop_and_count("audit WHERE employee = 'e.vos' AND outcome = 'no-second-factor'"),
        3
    );
    assert_eq!(system.stop_and_count("session"), 0);
}

#[test]
fn the_settings_say_which_claims_count() {
    let provider = HostileProvider::start();
    provider.publish(&[Key::p256(1).public("one")]);
    let system = System::start_with(&[
        ("OIDC_ISSUER", provider.issuer()),
        ("OIDC_EMPLOYEE_CLAIM", "personnel_number"),
        ("OIDC_ROLE_CLAIM", "groups"),
        ("OIDC_EMPLOYEE_ROLE", "callers"),
        ("OIDC_ADMINISTRATOR_ROLE", "leads"),
        ("OIDC_SECOND_FACTOR", "acr:urn:two acr:gold"),
    ]);
    let scene = Scene { provider, system };
    let login = scene.system.browser().get("auth/login");
    assert!(header(&login, "location").contains("acr_values=urn%3Atwo+gold"));
    let claims =
        json!({ "personnel_number": "4711", "groups": "leads", "acr": "gold", "amr": null });
    let (end, log) = scene.sign_in_with(&claims);
    assert_eq!(end, "/", "{log}");
    assert_eq!(
        scene
            .sign_in_with(&json!({ "personnel_number": "4711", "groups": "leads" }))
            .0,
        "/?sign-in=second-factor"
    );
    assert_eq!(
        scene
            .sign_in_with(&json!({ "acr": "gold", "groups": "leads" }))
            .0,
        "/?sign-in=failed"
    );
    let mut system = scene.system;
    assert_eq!(
        system.stop_and_count("session WHERE employee = '4711' AND role = 'administrator'"),
        1
    );
}

#[test]
fn a_new_key_of_the_provider_is_found_but_forged_tokens_cause_few_requests() {
    let mut scene = Scene::new();
    let with_new = |claims: Value| Key::p256(2).token("two", &json!({}), &claims);
    assert_eq!(scene.sign_in_with(&json!({})).0, "/");
    assert_eq!(scene.provider.asked(), 1);
    scene.provider.publish(&[Key::p256(2).public("two")]);
    for _ in 0..3 {
        // The keys were requested less than a minute ago.
        assert_eq!(scene.sign_in(with_new).0, "/?sign-in=failed");
    }
    assert_eq!(scene.provider.asked(), 1);
    scene.system.move_clock_to(shift(scene.system.now(), 61));
    assert_eq!(scene.sign_in(with_new).0, "/");
    assert_eq!(scene.provider.asked(), 2);
    // The old key is no longer valid.
    assert_eq!(scene.sign_in_with(&json!({})).0, "/?sign-in=failed");
    // After an hour the keys are requested in any case.
    scene.system.move_clock_to(shift(scene.system.now(), 3_601));
    assert_eq!(scene.sign_in(with_new).0, "/");
    assert_eq!(scene.provider.asked(), 3);
}

#[test]
fn metadata_of_another_issuer_or_with_unsafe_addresses_is_not_used() {
    for changes in [
        json!({ "issuer": "https://signin.example" }),
        json!({ "token_endpoint": "http://signin.example/token" }),
        json!({ "token_endpoint": null }),
        json!({ "authorization_endpoint": "http://signin.example/auth" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "jwks_uri": null }),
    ] {
        let provider = HostileProvider::start();
        provider.change_metadata(&changes);
        let system = System::start_with(&[("OIDC_ISSUER", provider.issuer())]);
        let login = system.browser().get("auth/login");
        assert_eq!(header(&login, "location"), "/?sign-in=failed", "{changes}");
        // Without a provider to redirect to, signing out ends at the portal.
        let answer = system.browser().post("auth/logout", &json!({}));
        assert_eq!(tests::json(answer), json!({ "location": system.url("") }));
        assert_eq!(problem(system.browser().get("api/session")).0, 401);
    }
}
