//! The JSON that phones and the portal exchange with the service (design §4.1.1–4, §4.2.9,
//! §4.3.7–12).

mod audit;
mod content;
mod countries;
mod exchange;
#[cfg(feature = "openapi")]
pub mod openapi;
mod phone;
pub mod problem;
pub mod routes;
mod session;
mod validation;

pub use audit::{Action, AuditAnswer, AuditEntry, Outcome};
pub use content::{Content, ContentPathError, FileKind, index};
pub use countries::{CountriesAnswer, NamedCountry};
pub use exchange::{ExchangeReport, LastRun, QuarantineReason, QuarantinedKeys, RunOutcome};
pub use phone::{PHONE_ANSWER_BYTES, Registration, upload_answer};
pub use session::{
    LogoutAnswer, SessionAnswer, SignOutAnswer, SignOutRequest, SignedIn, SignedInAnswer,
};
pub use validation::{Validation, ValidationAnswer, ValidationError, ValidationRequest};
