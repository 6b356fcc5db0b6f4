//! Signing in by the organisation's OpenID Connect provider, and signing out (design §4.3.1–5).

use serde_json::{Value, json};

use super::{
    operation::{Answer, Operation},
    schemas::Schemas,
};
use crate::{
    api::{LogoutAnswer, problem::Problem, routes::SignInRoute},
    staff::sign_in::SignInRefusal,
};

/// The tag of these operations.
pub const TAG: &str = "sign-in";

/// The operation of `route`.
pub fn operation(route: SignInRoute, schemas: &mut Schemas) -> Operation {
    match route {
        SignInRoute::Login => Operation::new(TAG, "login", "Begin to sign in")
            .answer(
                303,
                set_cookie(redirect(
                    "The browser goes to the provider, or back to the portal if the provider does \
                     not answer.",
                    json!({ "type": "string", "minLength": 1 }),
                )),
            )
            .problems(&[Problem::Unavailable]),
        SignInRoute::Callback => Operation::new(TAG, "callback", "Complete a sign-in")
            .description("The provider sends the browser here.")
            .parameters(
                &["state", "code", "iss"].map(
                    |name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }),
                ),
            )
            .security(json!([{ "signIn": [] }]))
            .answer(
                303,
                set_cookie(redirect(
                    "The browser goes to the portal: signed in, or with the reason for a refusal.",
                    json!({ "enum": portal_locations() }),
                )),
            )
            .problems(&[Problem::Unavailable]),
        SignInRoute::Logout => Operation::new(TAG, "logout", "Sign out")
            .description("Without a session it does nothing.")
            .parameters(&[origin()])
            .body(&json!({ "type": "object" }))
            .security(json!([session(), {}]))
            .answer(
                200,
                set_cookie(Answer::private("The session is ended."))
                    .json(&schemas.answer::<LogoutAnswer>()),
            )
            .problems(&[
                Problem::Forbidden,
                Problem::UnsupportedMediaType,
                Problem::Unavailable,
            ]),
    }
}

/// The cookies that authorise requests.
pub fn security_schemes() -> Value {
    json!({
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-session",
            "description": "The session of an employee.",
        },
        "signIn": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-sign-in",
            "description": "The browser in which a sign-in began.",
        },
    })
}

/// The requirement of a session.
pub fn session() -> Value {
    json!({ "session": [] })
}

/// The header that names the page which sends a request.
pub fn origin() -> Value {
    json!({
        "name": "Origin",
        "in": "header",
        "required": true,
        "description": "The portal's own origin.",
        "schema": { "type": "string" },
    })
}

fn redirect(description: &str, location: Value) -> Answer {
    Answer::private(description).header("Location", "Where the browser goes.", location)
}

fn set_cookie(answer: Answer) -> Answer {
    answer.optional_header(
        "Set-Cookie",
        "The cookie of the session or of the browser that signs in, or its removal.",
        json!({ "type": "string", "pattern": "^__Host-(session|sign-in)=[^;]*; Path=/; Secure; " }),
    )
}

fn portal_locations() -> Vec<String> {
    let refusals = SignInRefusal::ALL.into_iter();
    let refused = refusals.map(|reason| format!("/?{}={reason}", SignInRefusal::PARAMETER));
    ["/".to_owned()].into_iter().chain(refused).collect()
}
