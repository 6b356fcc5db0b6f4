//! What the portal needs from the service, and what can come of it (design §4.3). `http` is the one
//! that employees use; tests bring their own.

use std::{pin::Pin, rc::Rc};

use leptos::prelude::*;
use shared::{
    api::{
        AuditAnswer, ExchangeReport, NamedCountry, SignedIn, ValidationAnswer, ValidationRequest,
        problem::Problem,
    },
    staff::employee::{EmployeeId, Role},
};

/// An answer on its way.
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// The service, and the way out of the page.
pub trait Service {
    /// Who is signed in. To ask counts as use.
    fn session(&self) -> Reply<Employee>;
    /// Signs out here. The address to go to then is the provider's, which ends the session there.
    fn sign_out(&self) -> Reply<String>;
    /// Confirms a code.
    fn validate(&self, submission: Submission) -> Reply<ValidationAnswer>;
    /// The audit trail, newest first; or what is older than [`AuditAnswer::older`] of the answer
    /// before.
    fn audit(&self, before: Option<i64>) -> Reply<AuditAnswer>;
    /// Everybody who is signed in.
    fn sessions(&self) -> Reply<Vec<SignedIn>>;
    /// Ends all sessions of an employee.
    fn sign_out_everywhere(&self, employee: EmployeeId) -> Reply<()>;
    /// How the exchange with other countries goes.
    fn exchange(&self) -> Reply<ExchangeReport>;
    /// The countries that keys are exchanged with now.
    fn countries(&self) -> Reply<Vec<NamedCountry>>;
    /// Leaves the page for another address.
    fn leave(&self, location: &str);
}

/// The service in use, as [`crate::App`] provides it.
#[derive(Clone, Copy)]
pub struct InUse(StoredValue<Rc<dyn Service>, LocalStorage>);

impl InUse {
    /// Hands `service` to everything below.
    pub fn provide(service: Rc<dyn Service>) -> Self {
        let service = Self(StoredValue::new_local(service));
        provide_context(service);
        service
    }

    /// The service that was provided.
    pub fn find() -> Self {
        expect_context()
    }

    /// Calls it.
    pub fn with<T>(self, call: impl FnOnce(&dyn Service) -> T) -> T {
        self.0.with_value(|service| call(service.as_ref()))
    }
}

/// Who is signed in here, and for how long. Durations and not moments, since the computer's clock
/// may be wrong.
#[derive(Clone, PartialEq)]
pub struct Employee {
    /// The name.
    pub name: String,
    /// What the employee may do.
    pub role: Role,
    /// After how many seconds without further use the session ends.
    pub idle_seconds: i64,
    /// After how many seconds it ends whatever happens.
    pub end_seconds: i64,
}

impl Employee {
    /// Whether this is the same employee, whenever the session ends.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.role == other.role
    }
}

/// A validation on its way to the service.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The body.
    pub request: ValidationRequest,
    /// A UUID, the same for every try of one submission, by which the service can tell a repeated
    /// one from a new one.
    pub idempotency_key: String,
}

/// What came of a submission.
pub type Answer = Result<ValidationAnswer, Failure>;

/// Why there is no answer of use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The computer has no connection, so nothing was sent.
    Offline,
    /// No answer came: no connection, a lost one, or a service that is too slow.
    NoAnswer,
    /// The service refused.
    Problem(Problem),
    /// Too many codes of this employee were refused.
    Throttled {
        /// After how many seconds the next try may be made, if the service said so.
        seconds: Option<u32>,
    },
}

impl Failure {
    /// The session has ended.
    pub const SIGNED_OUT: Self = Self::Problem(Problem::SignedOut);

    /// Whether sending the very same once more may help. The first try may have arrived, so it
    /// keeps its key.
    pub fn invites_retry(self) -> bool {
        matches!(
            self,
            Self::Offline
                | Self::NoAnswer
                | Self::Problem(Problem::Unavailable | Problem::SignedOut)
        )
    }

    /// Whether the session has ended.
    pub fn is_signed_out(self) -> bool {
        self == Self::SIGNED_OUT
    }
}
