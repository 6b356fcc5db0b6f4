//! The whole system, for tests and benchmarks: the built functions on the real workerd, with data
//! on disk.

pub mod browser;
mod disk;
pub mod foreign_keys;
pub mod gateway;
pub mod openssl;
mod setup;
pub mod town;

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{LazyLock, Mutex},
    thread,
    time::Duration,
};

use phone::{CheckReport, Phone, Service, ServiceError, VerifyingKeys};
use pollster::block_on;
use rand::{
    SeedableRng as _,
    rngs::{StdRng, SysRng},
};
use serde_json::json;
use shared::{
    Timestamp,
    api::ExchangeReport,
    enrolment::code::ValidationCode,
    keys::{conversion::DiagnosisKey, tek::RELEASE_DELAY_SECONDS},
    publication::export::ExposureKeySet,
    time::{INTERVALS_PER_DAY, UtcDay, netherlands, shift},
};
use tempfile::TempDir;
use ureq::{Agent, Body, http::Response};
use xtask::{
    provider::{Person, Provider},
    workerd::Workerd,
};

use browser::Browser;
pub use disk::holds;
use gateway::Gateway;
use setup::start;
pub use setup::{Partners, Setup};

/// The sign-in provider of all systems of a program; it starts when somebody signs in, and ends
/// with the program.
///
/// # Panics
/// When there is no port for it.
#[expect(clippy::expect_used, reason = "a test cannot go on without its system")]
pub static PROVIDER: LazyLock<Provider> =
    // Another host than the portal's, as in real life: browsers then treat the two as strangers.
    LazyLock::new(|| Provider::reserve("localhost", [0]).expect("a port"));

/// Ten o'clock UTC on the day after this one: when services start, so that whatever time it is, all
/// of a test happens on one day, in the Netherlands and in UTC, unless it wants to see another one.
static MORNING: LazyLock<Timestamp> = LazyLock::new(|| shift(next_midnight(now()), 10 * 3_600));

/// A service with an empty database and a clock that can be moved.
pub struct System {
    workerd: Workerd,
    setup: Setup,
    agent: Agent,
    offset: i64,
    /// The cookies of those who have signed in.
    sessions: Mutex<HashMap<Person, String>>,
    // Dropped last: workerd writes into it to the end.
    _data: TempDir,
}

impl System {
    /// Starts what `setup` says, on a free port.
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

    /// Ends workerd as a power cut would, and starts it again with the same data, at the same
    /// address.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn restart(&mut self) {
        self.workerd.stop();
        let (data, port) = (self.workerd.data().to_path_buf(), self.workerd.port());
        self.workerd = start(&self.setup, &data, Some(port));
    }

    /// Starts again to exchange keys with other countries than before.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn restart_with_participants(&mut self, participants: &'static str) {
        if let Some(partners) = &mut self.setup.partners {
            partners.participants = participants;
        }
        self.restart();
    }

    /// Exchanges keys with other countries, and says how that went.
    ///
    /// # Panics
    /// When the job fails.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the report")]
    pub fn exchange(&self) -> ExchangeReport {
        let answer = self.post("test/run/exchange", &json!({}));
        assert_eq!(answer.status(), 200, "the exchange runs: {}", self.log());
        answer.into_body().read_json().expect("a report")
    }

    /// Starts the exchange, ends workerd as a power cut would as soon as the gateway has seen so
    /// many requests, and starts it again. Whether the exchange was still running.
    ///
    /// # Panics
    /// When workerd does not start again.
    pub fn kill_exchange(&mut self, gateway: &Gateway, requests: usize) -> bool {
        let there = gateway.requests().len() + requests;
        let address = self.url("test/run/exchange");
        let job = thread::spawn(move || ureq::post(address).send_json(json!({})).is_err());
        while gateway.requests().len() < there && !job.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        self.restart();
        job.join().unwrap_or(true)
    }

    /// The address.
    pub fn address(&self) -> String {
        self.workerd.address()
    }

    /// The folder with data and keys.
    pub fn data(&self) -> &Path {
        self.workerd.data()
    }

    /// What the functions have logged.
    pub fn log(&self) -> String {
        self.workerd.log()
    }

    /// The service's time.
    pub fn now(&self) -> Timestamp {
        shift(now(), self.offset)
    }

    /// Moves the service's clock forward to `time`. If that moment has just passed, the clock stays
    /// as it is.
    ///
    /// # Panics
    /// When `time` is over for longer than a test takes to get there: the clock moves only forward.
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

    /// The first moment at which a key of the day before may be published.
    pub fn tomorrow_at_two(&self) -> Timestamp {
        shift(next_midnight(self.now()), RELEASE_DELAY_SECONDS)
    }

    /// Runs a job to its end: `publish` or `expire`.
    pub fn run_job(&self, job: &str) {
        let answer = self.post(&format!("test/run/{job}"), &json!({}));
        assert_eq!(answer.status(), 200, "{job} runs: {}", self.log());
    }

    /// The service as phones call it.
    pub fn service(&self) -> Service {
        self.service_at(&self.address())
    }

    /// The service as phones call it that reach it at another address.
    #[expect(clippy::expect_used, reason = "tests give addresses")]
    pub fn service_at(&self, address: &str) -> Service {
        Service::new(address.parse().expect("a URL"), self.verifying_keys())
    }

    /// The public keys that phones trust.
    #[expect(clippy::expect_used, reason = "a test cannot go on without keys")]
    pub fn verifying_keys(&self) -> VerifyingKeys {
        let read = |name| fs::read_to_string(self.data().join("keys").join(name));
        VerifyingKeys::from_pem(
            &read("manifest.pub.pem").expect("the service has keys"),
            &read("export.pub.pem").expect("the service has keys"),
        )
        .expect("they are keys")
    }

    /// Every file that can be downloaded now, oldest first, verified as a phone does it.
    ///
    /// # Panics
    /// When a phone would refuse something.
    #[expect(clippy::expect_used, reason = "a test cannot go on without them")]
    pub fn published_files(&self) -> Vec<ExposureKeySet> {
        let service = self.service();
        let manifest = block_on(service.manifest()).expect("a manifest");
        let files = manifest.exposure_key_sets.into_iter();
        files
            .map(|id| block_on(service.exposure_key_set(id)).expect("an exposure key set"))
            .collect()
    }

    /// Every diagnosis key that can be downloaded now.
    pub fn published(&self) -> Vec<DiagnosisKey> {
        let files = self.published_files();
        files
            .iter()
            .flat_map(|file| file.diagnosis_keys())
            .collect()
    }

    /// The paths in `index.txt`.
    #[expect(clippy::expect_used, reason = "a test cannot go on without an answer")]
    pub fn index(&self) -> Vec<String> {
        let text = self.get("index.txt", &[]).into_body().read_to_string();
        text.expect("an index").lines().map(str::to_owned).collect()
    }

    /// A phone that has been in use for 14 days; `seed` tells it from others.
    pub fn phone(&self, seed: u64) -> Phone {
        Phone::new(self.now(), &mut StdRng::seed_from_u64(seed))
    }

    /// The code that `phone` shows; it registers for it if it has none.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    pub fn code(&self, phone: &mut Phone) -> ValidationCode {
        block_on(phone.code(&self.service(), self.now(), &mut random()))
            .expect("a registration")
            .code
    }

    /// Lets `phone` upload its keys.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    pub fn share(&self, phone: &mut Phone) {
        block_on(phone.share(&self.service(), self.now(), &mut random())).expect("an upload");
    }

    /// Lets `phone` look for exposures.
    pub fn check(&self, phone: &mut Phone) -> Result<CheckReport, ServiceError> {
        block_on(phone.check(&self.service(), self.now(), |_| ()))
    }

    /// A phone whose owner fell ill three days ago: registered, its keys uploaded, its code
    /// confirmed.
    ///
    /// # Panics
    /// When any of that is refused.
    pub fn validated_phone(&self, seed: u64) -> Phone {
        let mut phone = self.phone(seed);
        let code = self.code(&mut phone);
        self.share(&mut phone);
        assert_eq!(self.validate(code, true, 3), 200, "the code is accepted");
        phone
    }

    /// A GGD employee confirms `code` for a person who fell ill, or without symptoms was tested, so
    /// many days ago. The status of the answer.
    pub fn validate(&self, code: ValidationCode, symptomatic: bool, days_ago: u32) -> u16 {
        let body = self.validation(code, symptomatic, days_ago);
        let answer = self.as_person(Person::Employee, |browser| {
            browser.post("api/validations", &body)
        });
        answer.status().as_u16()
    }

    /// The body of a validation.
    pub fn validation(
        &self,
        code: ValidationCode,
        symptomatic: bool,
        days_ago: u32,
    ) -> serde_json::Value {
        let today = UtcDay::of_date(netherlands::today(self.now()));
        let date = today.minus(days_ago).date();
        json!({ "code": code.to_string(), "symptomatic": symptomatic, "date": date })
    }

    /// Lets `person`, who signs in if need be, ask something.
    ///
    /// # Panics
    /// When the person cannot sign in.
    #[expect(
        clippy::expect_used,
        reason = "a test cannot go on without the session"
    )]
    pub fn as_person(
        &self,
        person: Person,
        ask: impl Fn(&Browser<'_>) -> Response<Body>,
    ) -> Response<Body> {
        let mut sessions = self.sessions.lock().expect("no panic before");
        if let Some(session) = sessions.get(&person) {
            let answer = ask(&Browser::with_session(self, session));
            if answer.status() != 401 {
                return answer;
            }
        }
        let browser = self.sign_in(person);
        let session = browser.session().expect("a session");
        sessions.insert(person, session);
        ask(&browser)
    }

    /// A new browser in which `person` has signed in.
    ///
    /// # Panics
    /// When the person cannot.
    pub fn sign_in(&self, person: Person) -> Browser<'_> {
        let browser = Browser::new(self);
        let end = browser.sign_in(person);
        assert_eq!(header(&end, "location"), "/", "{}", self.log());
        browser
    }

    /// A browser in which nobody has signed in.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
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

    /// The HTTP client, for what is unusual.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The URL of `path`, which has no leading slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address())
    }
}

/// The header `name` of `answer`.
///
/// # Panics
/// When it is not there.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn header<'a>(answer: &'a Response<Body>, name: &str) -> &'a str {
    let value = answer.headers().get(name).expect("the header is there");
    value.to_str().expect("the header is text")
}

/// The problem's name and the status of `answer`, which is a problem document.
///
/// # Panics
/// When it is none.
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test cannot go on without it"
)]
pub fn problem(answer: Response<Body>) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    let document = json(answer);
    assert_eq!(document["status"], status, "{document}");
    let kind = document["type"].as_str().expect("a type");
    let name = kind.strip_prefix("/problems/").expect("a problem");
    (status, name.to_owned())
}

/// The body of `answer`, which is JSON.
///
/// # Panics
/// When it is not.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn json(answer: Response<Body>) -> serde_json::Value {
    answer.into_body().read_json().expect("JSON")
}

/// The real time.
#[expect(
    clippy::disallowed_methods,
    reason = "tests run where there is a clock"
)]
pub fn now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).unwrap_or_default()
}

/// The next midnight, UTC.
pub fn next_midnight(time: Timestamp) -> Timestamp {
    UtcDay::of(time).start().plus(INTERVALS_PER_DAY).start()
}

/// A random number generator that is another one in every run.
///
/// # Panics
/// When the system gives no random bytes.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn random() -> StdRng {
    StdRng::try_from_rng(&mut SysRng).expect("random bytes")
}
