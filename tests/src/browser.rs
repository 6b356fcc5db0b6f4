//! A minimal browser for signing in and for the portal's API: it keeps cookies and follows the
//! redirects to the provider and back one at a time, so that a test can intervene.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use serde_json::Value;
use ureq::{
    Agent, AsSendBody, Body,
    http::{Request, Response, Uri},
};
use xtask::provider::{self, DemoUser};

use crate::{answer::header, setup::PROVIDER, system::System};

const SESSION: &str = "__Host-session";

/// A browser at the portal of a system.
pub struct Browser<'a> {
    system: &'a System,
    agent: Agent,
    /// The cookies of each host and port. A real browser shares them between ports.
    cookies: RefCell<BTreeMap<String, BTreeMap<String, String>>>,
}

impl<'a> Browser<'a> {
    /// A browser without cookies.
    pub fn new(system: &'a System) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self {
            system,
            agent,
            cookies: RefCell::default(),
        }
    }

    /// A browser with the session cookie `session`.
    pub fn with_session(system: &'a System, session: &str) -> Self {
        let browser = Self::new(system);
        browser.set_cookie(SESSION, session);
        browser
    }

    /// The session cookie.
    pub fn session(&self) -> Option<String> {
        self.cookie(SESSION)
    }

    /// A cookie of the portal.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .borrow()
            .get(&authority(&self.system.address()))
            .and_then(|cookies| cookies.get(name).cloned())
    }

    /// Sets a cookie of the portal.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .borrow_mut()
            .entry(authority(&self.system.address()))
            .or_default()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Signs in with a second factor. Returns the answer of the callback, which redirects to the
    /// portal.
    pub fn sign_in(&self, user: DemoUser) -> Response<Body> {
        self.get_url(&self.callback(user, "sign-in"))
    }

    /// Starts a sign-in and does `action` at the provider as `user`. Returns the URL of the
    /// callback to which the provider then redirects the browser.
    ///
    /// # Panics
    /// When a redirect does not lead to the provider or to the callback.
    #[expect(
        clippy::expect_used,
        reason = "a test cannot go on without the callback"
    )]
    pub fn callback(&self, user: DemoUser, action: &str) -> String {
        PROVIDER.start(None).expect("the provider starts");
        let login = self.get("auth/login");
        assert_eq!(login.status(), 303, "{}", self.system.log());
        let provider = header(&login, "location").to_owned();
        assert!(provider.starts_with(PROVIDER.issuer()), "{provider}");
        let question = self.get_url(&provider);
        let form = self.next(&provider, &question);
        let (credentials, code) = provider::credentials(user).expect("a demo user");
        let fields = [
            ("user", &*credentials.user),
            ("password", &*credentials.password),
            ("code", &*code),
            ("action", action),
        ];
        let decided = self.post_form(&form, &fields);
        let resume = self.next(&form, &decided);
        let resumed = self.get_url(&resume);
        let callback = self.next(&resume, &resumed);
        assert!(
            callback.starts_with(&self.system.url("auth/callback?")),
            "{callback}"
        );
        callback
    }

    /// `GET` of a path of the portal, which has no leading slash.
    pub fn get(&self, path: &str) -> Response<Body> {
        self.get_url(&self.system.url(path))
    }

    /// `GET` of any URL.
    pub fn get_url(&self, url: &str) -> Response<Body> {
        self.send(Request::get(url), ())
    }

    /// `POST` of JSON to the portal, with the headers that its own pages send.
    pub fn post(&self, path: &str, body: &Value) -> Response<Body> {
        self.post_with(path, body, &[])
    }

    /// `POST` of JSON to the portal. `headers` add to those that its own pages send, or replace
    /// them.
    pub fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Response<Body> {
        self.post_bytes(path, body.to_string().as_bytes(), headers)
    }

    /// `POST` of any body to the portal. `headers` add to those that its own pages send, or replace
    /// them; one with an empty value is left out.
    pub fn post_bytes(&self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Response<Body> {
        let origin = self.system.address();
        let mut all = BTreeMap::from([("content-type", "application/json"), ("origin", &*origin)]);
        all.extend(headers.iter().copied());
        let request = all.into_iter().filter(|(_, value)| !value.is_empty()).fold(
            Request::post(self.system.url(path)),
            |request, (name, value)| request.header(name, value),
        );
        self.send(request, body)
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Response<Body> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).finish().into_bytes();
        let request =
            Request::post(url).header("content-type", "application/x-www-form-urlencoded");
        let answer = self.send(request, form);
        assert!(
            answer.status().is_redirection(),
            "{}",
            answer.into_body().read_to_string().expect("text")
        );
        answer
    }

    /// The URL to which `answer`, that of `url`, redirects.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    fn next(&self, url: &str, answer: &Response<Body>) -> String {
        let url = url::Url::parse(url).expect("a URL");
        let location = header(answer, "location");
        url.join(location).expect("a location").into()
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without an answer")]
    fn send(&self, request: ureq::http::request::Builder, body: impl AsSendBody) -> Response<Body> {
        let url = request.uri_ref().map(Uri::to_string).unwrap_or_default();
        let host = authority(&url);
        let cookies: Vec<_> = self
            .cookies
            .borrow()
            .get(&host)
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() {
            request
        } else {
            request.header("cookie", cookies.join("; "))
        };
        let answer = self
            .agent
            .run(request.body(body).expect("a request"))
            .expect("an answer");
        let mut all = self.cookies.borrow_mut();
        let kept = all.entry(host).or_default();
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() || attributes.to_lowercase().contains("max-age=0") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        drop(all);
        answer
    }
}

/// The host and port of `url`.
fn authority(url: &str) -> String {
    let uri: Option<Uri> = url.parse().ok();
    uri.and_then(|uri| uri.authority().map(ToString::to_string))
        .unwrap_or_default()
}
