//! A running service under test: a workerd process with its data, which a test restarts, moves in
//! time, and calls over HTTP.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use serde_json::json;
use shared::{Timestamp, country::Country, keys::tek::RELEASE_DELAY_SECONDS, time::shift};
use tempfile::TempDir;
use ureq::{Agent, Body, http::Response};
use xtask::{build::Profile, efgs_keys::KeyKind, provider::DemoUser, workerd::Workerd};

use crate::{
    environment::{next_midnight, now},
    gateway::Gateway,
    setup::{Partners, Setup, start},
};

/// The time to which services are set at their start: ten o'clock UTC tomorrow, so that a test
/// passes within one day, in the Netherlands and in UTC, unless it moves the clock.
static MORNING: LazyLock<Timestamp> = LazyLock::new(|| shift(next_midnight(now()), 10 * 3_600));

/// A service with an empty database and a clock that can be moved.
pub struct System {
    pub(crate) workerd: Workerd,
    pub(crate) setup: Setup,
    agent: Agent,
    offset: i64,
    /// The session cookies of those who have signed in.
    pub(crate) sessions: Mutex<HashMap<DemoUser, String>>,
    // Dropped last, since workerd writes into it until it ends.
    _data: TempDir,
}

impl System {
    /// Starts the development build on a free port.
    ///
    /// # Panics
    /// When it does not start; `cargo xtask test` builds what it needs.
    pub fn start() -> Self {
        Self::start_build(Profile::Dev)
    }

    /// Starts the development build with other values of `settings`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_as(Setup {
            settings: owned(settings),
            ..Setup::default()
        })
    }

    /// Starts the development build with an exchange and other values of `settings`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_exchanging(partners: Partners, settings: &[(&str, &str)]) -> Self {
        Self::start_as(Setup {
            settings: owned(settings),
            partners: Some(partners),
            ..Setup::default()
        })
    }

    /// Starts the development build as the Dutch service that exchanges keys with BE and DE through
    /// a new gateway, to which DK uploads too. The countries sign with keys of every kind.
    ///
    /// # Panics
    /// When they do not start.
    pub fn start_with_gateway(settings: &[(&str, &str)]) -> (Self, Arc<Gateway>) {
        let gateway = Gateway::for_countries(&[
            ("BE", KeyKind::P384),
            ("DE", KeyKind::Rsa),
            ("DK", KeyKind::P256),
            ("NL", KeyKind::P256),
        ]);
        let partners = Partners {
            gateway: gateway.clone(),
            country: Country::NETHERLANDS,
            participants: "BE DE",
        };
        (Self::start_exchanging(partners, settings), gateway)
    }

    /// Starts the build `profile`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_build(profile: Profile) -> Self {
        Self::start_as(Setup {
            profile,
            morning: profile != Profile::Release,
            ..Setup::default()
        })
    }

    /// Starts a service as `setup` says, on a free port.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its system")]
    pub fn start_as(setup: Setup) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let workerd = start(&setup, data.path(), None);
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut system = Self {
            workerd,
            setup,
            agent,
            offset: 0,
            sessions: Mutex::default(),
            _data: data,
        };
        if system.setup.morning {
            system.move_clock_to(*MORNING);
        }
        system
    }

    /// Kills workerd and starts it again with the same data, at the same address.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn restart(&mut self) {
        self.workerd.stop();
        let (data, port) = (self.workerd.data().to_path_buf(), self.workerd.port());
        self.workerd = start(&self.setup, &data, Some(port));
    }

    /// The base URL, without a trailing slash.
    pub fn address(&self) -> String {
        self.workerd.address()
    }

    /// The folder with data and keys.
    pub fn data(&self) -> &Path {
        self.workerd.data()
    }

    /// The log of the functions.
    pub fn log(&self) -> String {
        self.workerd.log()
    }

    /// The service's time.
    pub fn now(&self) -> Timestamp {
        shift(now(), self.offset)
    }

    /// Moves the service's clock forward to `time`. If `time` has just passed, the clock stays as
    /// it is.
    ///
    /// # Panics
    /// When `time` passed more than a minute ago: the clock moves only forward.
    pub fn move_clock_to(&mut self, time: Timestamp) {
        let ahead = time.as_second() - self.now().as_second();
        assert!(ahead > -60, "the clock moves only forward, not {ahead} s");
        self.offset += ahead.max(0);
        let answer = self.post("test/clock", &json!({ "offset": self.offset }));
        assert_eq!(answer.status(), 200, "the clock moves");
        if let Some(partners) = &self.setup.partners {
            partners.gateway.set_clock(self.offset);
        }
    }

    /// The time from which today's keys may be published: two hours after the next midnight, UTC.
    pub fn tomorrow_at_two(&self) -> Timestamp {
        shift(next_midnight(self.now()), RELEASE_DELAY_SECONDS)
    }

    /// Runs a job to its end: `publish` or `expire`.
    pub fn run_job(&self, job: &str) {
        let answer = self.post(&format!("test/run/{job}"), &json!({}));
        assert_eq!(answer.status(), 200, "{job} runs: {}", self.log());
    }

    /// `POST` of JSON.
    #[expect(clippy::expect_used, reason = "a test cannot go on without an answer")]
    pub fn post(&self, path: &str, body: &serde_json::Value) -> Response<Body> {
        self.agent
            .post(self.url(path))
            .send_json(body)
            .expect("an answer")
    }

    /// `GET` with headers.
    #[expect(clippy::expect_used, reason = "a test cannot go on without an answer")]
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = self.agent.get(self.url(path));
        headers
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, *value)
            })
            .call()
            .expect("an answer")
    }

    /// The HTTP client, for unusual requests.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The URL of `path`, which has no leading slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address())
    }
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    settings.iter().map(owned).collect()
}
