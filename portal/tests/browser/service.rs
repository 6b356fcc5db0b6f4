//! A service of the tests' own, which remembers what it was asked, and answers as it is told.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use gloo_timers::future::sleep;
use portal::{CurrentEmployee, Reply, RequestFailure, Service, Submission};
use shared::{
    api::{AuditAnswer, AuditEntry, ExchangeReport, NamedCountry, SignedIn, ValidationAnswer},
    staff::employee::{EmployeeId, Role},
};

use crate::screen::employee;

/// The answer to a validation.
pub type ValidationResult = Result<ValidationAnswer, RequestFailure>;

/// How long it takes to answer.
pub const ANSWER_TIME: Duration = Duration::from_millis(10);

/// The service. Clones are the same one.
#[derive(Clone, Default)]
pub struct TestService(Rc<State>);

struct State {
    session: RefCell<Result<CurrentEmployee, RequestFailure>>,
    asked: Cell<u32>,
    answers: RefCell<VecDeque<ValidationResult>>,
    sent: RefCell<Vec<Submission>>,
    sign_out: RefCell<Result<String, RequestFailure>>,
    left_for: RefCell<Option<String>>,
    audit: RefCell<Result<Vec<AuditEntry>, RequestFailure>>,
    audit_part: Cell<Option<usize>>,
    sessions: RefCell<Result<Vec<SignedIn>, RequestFailure>>,
    sign_out_everywhere: RefCell<Result<(), RequestFailure>>,
    signed_out: RefCell<Vec<String>>,
    exchange: RefCell<Result<ExchangeReport, RequestFailure>>,
    countries: RefCell<Result<Vec<NamedCountry>, RequestFailure>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            session: RefCell::new(Ok(employee(Role::Employee))),
            asked: Cell::new(0),
            answers: RefCell::default(),
            sent: RefCell::default(),
            sign_out: RefCell::new(Ok("https://provider.example/end".to_owned())),
            left_for: RefCell::default(),
            audit: RefCell::new(Ok(Vec::new())),
            audit_part: Cell::new(None),
            sessions: RefCell::new(Ok(Vec::new())),
            sign_out_everywhere: RefCell::new(Ok(())),
            signed_out: RefCell::default(),
            exchange: RefCell::new(Ok(ExchangeReport::default())),
            countries: RefCell::new(Ok(Vec::new())),
        }
    }
}

impl TestService {
    /// The service, for the portal.
    pub fn shared(&self) -> Rc<dyn Service> {
        Rc::new(self.clone())
    }

    /// Sets who is signed in.
    pub fn knows(&self, session: Result<CurrentEmployee, RequestFailure>) {
        *self.0.session.borrow_mut() = session;
    }

    /// How often it was asked who is signed in.
    pub fn asked(&self) -> u32 {
        self.0.asked.get()
    }

    /// Sets its answers to validations, one after the other.
    pub fn will_answer(&self, answers: impl IntoIterator<Item = ValidationResult>) {
        self.0.answers.borrow_mut().extend(answers);
    }

    /// The validations that it got.
    pub fn sent(&self) -> Vec<Submission> {
        self.0.sent.borrow().clone()
    }

    /// The result of signing out.
    pub fn signs_out(&self, result: Result<String, RequestFailure>) {
        *self.0.sign_out.borrow_mut() = result;
    }

    /// The address that the page was left for.
    pub fn left_for(&self) -> Option<String> {
        self.0.left_for.borrow().clone()
    }

    /// The audit trail is given in parts of this many entries.
    pub fn gives_audit_in_parts_of(&self, entries: usize) {
        self.0.audit_part.set(Some(entries));
    }

    /// The audit trail.
    pub fn has_audit(&self, entries: Result<Vec<AuditEntry>, RequestFailure>) {
        *self.0.audit.borrow_mut() = entries;
    }

    /// Who else is signed in.
    pub fn has_sessions(&self, sessions: Result<Vec<SignedIn>, RequestFailure>) {
        *self.0.sessions.borrow_mut() = sessions;
    }

    /// Sets the state of the exchange with other countries.
    pub fn exchanges(&self, report: Result<ExchangeReport, RequestFailure>) {
        *self.0.exchange.borrow_mut() = report;
    }

    /// The result of signing an employee out.
    pub fn signs_out_everywhere(&self, result: Result<(), RequestFailure>) {
        *self.0.sign_out_everywhere.borrow_mut() = result;
    }

    /// Who was signed out.
    pub fn signed_out(&self) -> Vec<String> {
        self.0.signed_out.borrow().clone()
    }

    /// The countries that take part.
    pub fn has_countries(&self, countries: Result<Vec<NamedCountry>, RequestFailure>) {
        *self.0.countries.borrow_mut() = countries;
    }
}

impl Service for TestService {
    fn session(&self) -> Reply<CurrentEmployee> {
        self.0.asked.set(self.0.asked.get() + 1);
        later(self.0.session.borrow().clone())
    }

    fn sign_out(&self) -> Reply<String> {
        later(self.0.sign_out.borrow().clone())
    }

    fn validate(&self, submission: Submission) -> Reply<ValidationAnswer> {
        self.0.sent.borrow_mut().push(submission);
        let answer = self.0.answers.borrow_mut().pop_front();
        later(answer.expect("the service was not to be asked"))
    }

    fn audit(&self, before: Option<i64>) -> Reply<AuditAnswer> {
        let entries = self.0.audit.borrow().clone();
        // Here an entry's number is how many are older.
        later(entries.map(|entries| {
            let number = before.map_or(entries.len(), |before| usize::try_from(before).unwrap());
            let part = self.0.audit_part.get().unwrap_or(number).min(number);
            let left = number - part;
            AuditAnswer {
                entries: entries[entries.len() - number..entries.len() - left].to_vec(),
                older: (left > 0).then(|| i64::try_from(left).unwrap()),
            }
        }))
    }

    fn sessions(&self) -> Reply<Vec<SignedIn>> {
        later(self.0.sessions.borrow().clone())
    }

    fn sign_out_everywhere(&self, employee: EmployeeId) -> Reply<()> {
        self.0.signed_out.borrow_mut().push(employee.into());
        later(*self.0.sign_out_everywhere.borrow())
    }

    fn exchange(&self) -> Reply<ExchangeReport> {
        later(self.0.exchange.borrow().clone())
    }

    fn countries(&self) -> Reply<Vec<NamedCountry>> {
        later(self.0.countries.borrow().clone())
    }

    fn leave(&self, location: &str) {
        self.0.left_for.replace(Some(location.to_owned()));
    }
}

fn later<T: 'static>(answer: Result<T, RequestFailure>) -> Reply<T> {
    Box::pin(async {
        sleep(ANSWER_TIME).await;
        answer
    })
}
