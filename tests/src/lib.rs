//! The whole system, for tests and benchmarks: the built functions on the real workerd, with data on disk.

pub mod town;

use std::{fs, path::Path};

use phone::{CheckReport, Phone, Service, ServiceError, VerifyingKeys};
use pollster::block_on;
use rand::{
    SeedableRng as _,
    rngs::{StdRng, SysRng},
};
use serde_json::json;
use shared::{
    Timestamp,
    code::ValidationCode,
    conversion::DiagnosisKey,
    dates,
    export::ExposureKeySet,
    tek::RELEASE_DELAY_SECONDS,
    time::{DAY_SECONDS, INTERVALS_PER_DAY, UtcDay, shift},
};
use tempfile::TempDir;
use ureq::{Agent, Body, http::Response};
use xtask::{
    build::Profile,
    workerd::{Changes, Workerd},
};

/// A service with an empty database and a clock that can be moved.
pub struct System {
    workerd: Workerd,
    agent: Agent,
    offset: i64,
    // Dropped last: workerd writes into it to the end.
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

    /// Starts the development build with other values for some of its settings.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_any(Profile::Dev, settings)
    }

    /// Starts the build `profile`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_build(profile: Profile) -> Self {
        Self::start_any(profile, &[])
    }

    #[expect(clippy::expect_used, reason = "a test cannot go on without its system")]
    fn start_any(profile: Profile, settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let workerd = Workerd::start(profile, data.path(), None, Some(&Changes { settings }))
            .expect("workerd starts");
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            workerd,
            agent,
            offset: 0,
            _data: data,
        }
    }

    /// Ends workerd as a power cut would, and starts it again with the same data.
    ///
    /// # Panics
    /// When it does not start again.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its system")]
    pub fn restart(&mut self) {
        self.workerd.stop();
        let data = self.workerd.data().to_path_buf();
        self.workerd = Workerd::start(Profile::Dev, &data, None, Some(&Changes { settings: &[] }))
            .expect("workerd starts again");
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

    /// Ends workerd and counts the rows of `table`, a table and perhaps a condition, in every Durable Object that has it,
    /// as they are on disk.
    ///
    /// # Panics
    /// When a database cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without the count")]
    pub fn stop_and_count(&mut self, table: &str) -> i64 {
        self.workerd.stop();
        let mut rows = 0;
        for class in fs::read_dir(self.data().join("objects")).expect("the objects' folder") {
            for file in fs::read_dir(class.expect("a class").path()).expect("its objects") {
                let path = file.expect("a database").path();
                if path
                    .extension()
                    .is_none_or(|extension| extension != "sqlite")
                {
                    continue;
                }
                let database = rusqlite::Connection::open(&path).expect("a database");
                let name = table.split(' ').next().unwrap_or(table);
                if database.table_exists(None, name).expect("a schema") {
                    let count = format!("SELECT count(*) FROM {table}");
                    let count = database.query_row(&count, [], |row| row.get::<_, i64>(0));
                    rows += count.expect("a count");
                }
            }
        }
        rows
    }

    /// The service's time.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests run where there is a clock"
    )]
    pub fn now(&self) -> Timestamp {
        let real = std::time::SystemTime::now();
        shift(Timestamp::try_from(real).unwrap_or_default(), self.offset)
    }

    /// Moves the service's clock forward to `time`.
    pub fn move_clock_to(&mut self, time: Timestamp) {
        self.offset += time.as_second() - self.now().as_second();
        let answer = self.post("test/clock", &json!({ "offset": self.offset }));
        assert_eq!(answer.status(), 200, "the clock moves");
    }

    /// Moves the service's clock forward to ten in the morning UTC, for tests that need some hours before midnight.
    pub fn move_clock_to_morning(&mut self) {
        let today = shift(UtcDay::of(self.now()).start().start(), 10 * 3_600);
        self.move_clock_to(if self.now() < today {
            today
        } else {
            shift(today, DAY_SECONDS)
        });
    }

    /// The first moment at which a key of the day before may be published.
    pub fn tomorrow_at_two(&self) -> Timestamp {
        let tomorrow = UtcDay::of(self.now()).start().plus(INTERVALS_PER_DAY);
        shift(tomorrow.start(), RELEASE_DELAY_SECONDS)
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

    /// A phone whose owner fell ill three days ago: registered, its keys uploaded, its code confirmed.
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

    /// A GGD employee confirms `code` for a person who fell ill, or without symptoms was tested, so many days ago. The
    /// status of the answer.
    pub fn validate(&self, code: ValidationCode, symptomatic: bool, days_ago: u32) -> u16 {
        let today = UtcDay::of_date(dates::today(self.now()));
        let date = today.minus(days_ago).date();
        let body = json!({ "code": code.to_string(), "symptomatic": symptomatic, "date": date });
        self.post("api/validations", &body).status().as_u16()
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

/// A random number generator that is another one in every run.
///
/// # Panics
/// When the system gives no random bytes.
#[expect(clippy::expect_used, reason = "a test cannot go on without it")]
pub fn random() -> StdRng {
    StdRng::try_from_rng(&mut SysRng).expect("random bytes")
}
