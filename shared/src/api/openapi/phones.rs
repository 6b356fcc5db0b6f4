//! Registration and upload (design §4.1).

use serde_json::{Map, Value, json};

use super::{
    operation::{Answer, Operation},
    schemas::{Schemas, base64},
};
use crate::{
    api::{PHONE_ANSWER_BYTES, Registration, problem::Problem, routes::PhoneRoute},
    enrolment::upload::UploadJson,
};

/// The tag of these operations.
pub const TAG: &str = "phones";

/// The name of the schema of answers to uploads and decoys.
const UPLOAD_ANSWER: &str = "UploadAnswer";

/// The operation of `route`.
pub fn operation(route: PhoneRoute, schemas: &mut Schemas) -> Operation {
    let operation = match route {
        PhoneRoute::Register => Operation::new(TAG, "register", "Get a new enrolment")
            .description("The service ignores the body. Phones send the member `padding`.")
            .body(&json!({ "type": "object" }))
            .answer(
                200,
                answer("An enrolment, or none.", &schemas.answer::<Registration>()),
            ),
        PhoneRoute::PostKeys => upload(
            Operation::new(TAG, "postKeys", "Upload keys")
                .description("The answer does not tell whether the keys are accepted."),
            schemas,
        ),
        PhoneRoute::StopKeys => upload(
            Operation::new(TAG, "stopKeys", "Send a decoy")
                .description("A decoy looks like an upload. The service stores nothing of it."),
            schemas,
        ),
    };
    operation.problems(&[Problem::Gone, Problem::TooLarge, Problem::Unavailable])
}

fn upload(operation: Operation, schemas: &mut Schemas) -> Operation {
    let answer_schema = json!({ "$ref": format!("#/components/schemas/{UPLOAD_ANSWER}") });
    let signature = base64(
        32,
        "The HMAC-SHA256 of the body with the confirmation key, URL-encoded.",
    );
    operation
        .parameters(&[json!({
            "name": PhoneRoute::SIGNATURE,
            "in": "query",
            "required": true,
            "schema": signature,
        })])
        .body(&schemas.request::<UploadJson>())
        .answer(200, answer("The request was received.", &answer_schema))
}

fn answer(description: &str, schema: &Value) -> Answer {
    Answer::private(description)
        .header(
            "Content-Length",
            "One size, so that an eavesdropper cannot tell the answers apart.",
            json!({ "type": "integer", "const": PHONE_ANSWER_BYTES }),
        )
        .json(schema)
}

/// Adds to the schemas of answers the member that fills them up.
pub fn pad(schemas: &mut Map<String, Value>) {
    let padding = json!({
        "description": "Fills the answer up to its size.",
        "type": "string",
        "pattern": "^0*$",
    });
    let upload = json!({
        "description": "The answer to every upload and decoy.",
        "type": "object",
        "properties": { "padding": padding },
        "required": ["padding"],
        "unevaluatedProperties": false,
    });
    schemas.insert(UPLOAD_ANSWER.to_owned(), upload);
    if let Some(registration) = schemas.get_mut("Registration") {
        registration["properties"]["padding"] = padding;
        if let Some(required) = registration["required"].as_array_mut() {
            required.push(json!("padding"));
        }
    }
}
