//! The JSON schemas of the types in requests and answers.

use std::borrow::Cow;

use schemars::{
    JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema,
    transform::RecursiveTransform,
};
use serde_json::{Map, Value, json};

use crate::{
    api::problem::ProblemDocument,
    country::Country,
    enrolment::{BucketId, ConfirmationKey, code::ValidationCode},
    keys::tek::KeyData,
    staff::employee::{EmployeeId, Role},
};

/// Collects the schemas that operations refer to.
pub struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = Cow::Borrowed("/components/schemas");
            settings.meta_schema = None;
            settings
                .transforms
                .push(Box::new(RecursiveTransform(unwrap_description)));
        });
        let mut answers = settings.clone().for_serialize().into_generator();
        answers.subschema_for::<ProblemDocument>();
        Self {
            requests: settings.for_deserialize().into_generator(),
            answers,
        }
    }
}

impl Schemas {
    /// A reference to the schema of `T`, which is sent to the service.
    pub fn request<T: JsonSchema>(&mut self) -> Value {
        self.requests.subschema_for::<T>().to_value()
    }

    /// A reference to the schema of `T`, which the service sends.
    pub fn answer<T: JsonSchema>(&mut self) -> Value {
        self.answers.subschema_for::<T>().to_value()
    }

    /// Every schema by its name. The service ignores unknown members of requests; its answers have
    /// none.
    pub fn into_components(mut self) -> Map<String, Value> {
        let mut answers = self.answers.take_definitions(true);
        for schema in answers.values_mut() {
            if schema["type"] == "object" {
                schema["unevaluatedProperties"] = json!(false);
            }
        }
        answers.extend(self.requests.take_definitions(true));
        answers
    }
}

/// Joins the lines of a doc comment.
fn unwrap_description(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

/// Describes `$type`, which serde reads and writes by hand.
macro_rules! schema {
    ($type:ident, $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema!(BucketId, base64(32, "The bucket of an enrolment."));
schema!(
    ConfirmationKey,
    base64(32, "The key with which a phone signs its uploads.")
);
schema!(KeyData, base64(16, "A temporary exposure key."));
schema!(
    ValidationCode,
    json_schema!({
        "description": "A validation code; the last symbol is a check symbol.",
        "type": "string",
        "pattern": "^[BCFGJLQRSTUVXYZ2-9]{7}$",
    })
);
schema!(
    EmployeeId,
    json_schema!({
        "description": "The identifier that the sign-in provider gives an employee.",
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
    })
);
schema!(
    Role,
    json_schema!({
        "description": "What an employee may do.",
        "enum": [Role::Employee, Role::Administrator],
    })
);
schema!(
    Country,
    json_schema!({
        "description": "The code of a country (ISO 3166-1, two letters).",
        "type": "string",
        "pattern": "^[A-Z]{2}$",
    })
);

/// Bytes in standard base64 with padding.
pub fn base64(bytes: usize, description: &str) -> Schema {
    let symbols = (bytes * 4).div_ceil(3);
    let padding = "=".repeat(bytes.div_ceil(3) * 4 - symbols);
    json_schema!({
        "description": format!("{description} {bytes} bytes in base64."),
        "type": "string",
        "contentEncoding": "base64",
        "pattern": format!("^[A-Za-z0-9+/]{{{symbols}}}{padding}$"),
    })
}
