//! The portal's requests on behalf of an employee (design §4.3.7–15).

use serde_json::json;

use super::{
    operation::{Answer, Operation},
    schemas::Schemas,
    sign_in::{origin, session},
};
use crate::api::{
    AuditAnswer, ExchangeReport, SessionAnswer, SignOutAnswer, SignOutRequest, SignedInAnswer,
    ValidationAnswer, ValidationRequest, problem::Problem, routes::EmployeeRoute,
};

/// The tag of these operations.
pub const TAG: &str = "employees";

/// The problems of a request that changes something.
const CHANGING: [Problem; 5] = [
    Problem::Malformed,
    Problem::Forbidden,
    Problem::TooLarge,
    Problem::UnsupportedMediaType,
    Problem::Unavailable,
];

/// The operation of `route`.
pub fn operation(route: EmployeeRoute, schemas: &mut Schemas) -> Operation {
    let operation = match route {
        EmployeeRoute::Audit => Operation::new(TAG, "audit", "Read the audit trail")
            .description("For administrators. A page holds 10,000 entries at most.")
            .parameters(&[json!({
                "name": EmployeeRoute::BEFORE,
                "in": "query",
                "description": "The member `older` of the page before.",
                "schema": { "type": "integer" },
            })])
            .answer(
                200,
                Answer::private("A page of the audit trail.")
                    .json(&schemas.answer::<AuditAnswer>()),
            )
            .problems(&[Problem::Malformed, Problem::Forbidden]),
        EmployeeRoute::Exchange => Operation::new(
            TAG,
            "exchange",
            "Read the state of the exchange with other countries",
        )
        .description("For administrators.")
        .answer(
            200,
            Answer::private("The state of the exchange.").json(&schemas.answer::<ExchangeReport>()),
        )
        .problems(&[Problem::Forbidden]),
        EmployeeRoute::Session => Operation::new(TAG, "session", "Read and prolong the session")
            .answer(
                200,
                Answer::private("The session.").json(&schemas.answer::<SessionAnswer>()),
            ),
        EmployeeRoute::Sessions => Operation::new(TAG, "sessions", "List who is signed in")
            .description("For administrators.")
            .answer(
                200,
                Answer::private("The employees who are signed in.")
                    .json(&schemas.answer::<SignedInAnswer>()),
            )
            .problems(&[Problem::Forbidden]),
        EmployeeRoute::SignOut => {
            Operation::new(TAG, "signOut", "End every session of an employee")
                .description("For administrators.")
                .parameters(&[origin()])
                .body(&schemas.request::<SignOutRequest>())
                .answer(
                    200,
                    Answer::private("The sessions are ended.")
                        .json(&schemas.answer::<SignOutAnswer>()),
                )
                .problems(&CHANGING)
        }
        EmployeeRoute::Validations => Operation::new(TAG, "validate", "Validate a code")
            .parameters(&[origin(), idempotency_key()])
            .body(&schemas.request::<ValidationRequest>())
            .answer(
                200,
                Answer::private("The code is accepted.")
                    .json(&schemas.answer::<ValidationAnswer>()),
            )
            .problems(&CHANGING)
            .problems(&[
                Problem::InvalidCode,
                Problem::InvalidDate,
                Problem::CodeNotAccepted,
                Problem::Throttled,
            ]),
    };
    operation
        .problems(&[Problem::SignedOut])
        .security(json!([session()]))
}

fn idempotency_key() -> serde_json::Value {
    json!({
        "name": EmployeeRoute::IDEMPOTENCY_KEY,
        "in": "header",
        "description": "A random UUID. The same key, employee and body within ten minutes give the \
            first answer again.",
        "schema": {
            "type": "string",
            "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        },
    })
}
