//! The service as the portal sees it (design §4.3): what it is asked, and how that can fail.
//!
//! [`http::Http`] is the service that employees use. Tests bring their own.

pub mod http;
mod json;

use std::{pin::Pin, rc::Rc};

use leptos::prelude::*;
use shared::{
    api::{
        AuditAnswer, ExchangeReport, NamedCountry, SignedIn, ValidationAnswer, ValidationRequest,
        problem::Problem,
    },
    staff::employee::{EmployeeId, Role},
};

/// The answer to a request that was sent.
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<T, RequestFailure>>>>;

/// Asks the service, and leaves the page.
pub trait Service {
    /// Who is signed in. To ask counts as use.
    fn session(&self) -> Reply<CurrentEmployee>;
    /// Ends the session here. The answer is the provider's address, where it is to be ended too.
    fn sign_out(&self) -> Reply<String>;
    fn validate(&self, submission: Submission) -> Reply<ValidationAnswer>;
    /// The newest entries of the audit trail, or those before [`AuditAnswer::older`] of the last
    /// answer.
    fn audit(&self, before: Option<i64>) -> Reply<AuditAnswer>;
    fn sessions(&self) -> Reply<Vec<SignedIn>>;
    fn sign_out_everywhere(&self, employee: EmployeeId) -> Reply<()>;
    /// The state of the exchange with other countries.
    fn exchange(&self) -> Reply<ExchangeReport>;
    /// The countries that keys are exchanged with.
    fn countries(&self) -> Reply<Vec<NamedCountry>>;
    fn leave(&self, location: &str);
}

/// The service, as [`crate::App`] provides it to all screens.
#[derive(Clone, Copy)]
pub struct ServiceHandle(StoredValue<Rc<dyn Service>, LocalStorage>);

impl ServiceHandle {
    /// Provides `service` to all views below.
    pub fn provide(service: Rc<dyn Service>) -> Self {
        let service = Self(StoredValue::new_local(service));
        provide_context(service);
        service
    }

    pub fn find() -> Self {
        expect_context()
    }

    pub fn with<T>(self, call: impl FnOnce(&dyn Service) -> T) -> T {
        self.0.with_value(|service| call(service.as_ref()))
    }
}

/// The employee who is signed in, and for how long. Durations and not times, since the computer's
/// clock may be wrong.
#[derive(Clone, PartialEq)]
pub struct CurrentEmployee {
    /// As the provider writes it.
    pub name: String,
    /// Decides which screens the employee may see.
    pub role: Role,
    /// The session ends after this time without use.
    pub idle_seconds: i64,
    /// The session ends after this time, used or not.
    pub end_seconds: i64,
}

impl CurrentEmployee {
    /// Whether this is the same employee, perhaps in another session.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.role == other.role
    }
}

#[derive(Clone, Debug)]
pub struct Submission {
    pub request: ValidationRequest,
    /// A UUID, the same for every try of one submission, so that the service carries it out once.
    pub idempotency_key: String,
}

/// Why a request to the service brought no answer that can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequestFailure {
    /// The computer has no connection, so nothing was sent.
    Offline,
    /// No answer came: the connection failed, or the service is too slow.
    NoAnswer,
    /// The service refused.
    Problem(Problem),
    /// Too many codes of this employee were refused.
    Throttled {
        /// Until the next try is accepted, if the service said so.
        seconds: Option<u32>,
    },
}

impl RequestFailure {
    pub const SIGNED_OUT: Self = Self::Problem(Problem::SignedOut);

    /// Whether sending the same request once more may help. The first try may have arrived, so the
    /// next one has the same idempotency key.
    pub fn invites_retry(self) -> bool {
        matches!(
            self,
            Self::Offline
                | Self::NoAnswer
                | Self::Problem(Problem::Unavailable | Problem::SignedOut)
        )
    }

    pub fn is_signed_out(self) -> bool {
        self == Self::SIGNED_OUT
    }
}
