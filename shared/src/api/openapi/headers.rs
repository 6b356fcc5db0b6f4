//! The headers of answers.

use serde_json::{Map, Value, json};

/// The headers that have one value in every answer that has them: name in the document, name, value
/// and description.
const FIXED: [(&str, &str, &str, &str); 7] = [
    (
        "StrictTransportSecurity",
        "Strict-Transport-Security",
        "max-age=63072000; includeSubDomains",
        "Browsers return over a secure connection only.",
    ),
    (
        "ContentTypeOptions",
        "X-Content-Type-Options",
        "nosniff",
        "Browsers take the content type as it is.",
    ),
    (
        "NoStore",
        "Cache-Control",
        "no-store, no-transform",
        "No cache keeps the answer.",
    ),
    (
        "ResourcePolicy",
        "Cross-Origin-Resource-Policy",
        "same-origin",
        "Pages of other sites cannot embed the answer.",
    ),
    (
        "ReferrerPolicy",
        "Referrer-Policy",
        "no-referrer",
        "Browsers send no address on.",
    ),
    (
        "ShortLife",
        "Cache-Control",
        "max-age=300",
        "Caches keep the answer for five minutes.",
    ),
    (
        "PublicShortLife",
        "Cache-Control",
        "public, max-age=300",
        "Caches keep the answer for five minutes.",
    ),
];

/// The headers of every answer.
pub const ALWAYS: [&str; 2] = ["StrictTransportSecurity", "ContentTypeOptions"];

/// The headers of every answer that is for the caller alone.
pub const PRIVATE: [&str; 3] = ["NoStore", "ResourcePolicy", "ReferrerPolicy"];

/// The HTTP name of a fixed header, and a reference to it.
pub fn fixed(component: &str) -> Option<(&'static str, Value)> {
    let (component, name, ..) = FIXED.iter().find(|(known, ..)| *known == component)?;
    let reference = json!({ "$ref": format!("#/components/headers/{component}") });
    Some((name, reference))
}

/// The fixed headers.
pub fn components() -> Map<String, Value> {
    let fixed = FIXED.iter();
    fixed
        .map(|(component, _, value, description)| {
            let header = header(description, json!({ "type": "string", "const": value }));
            ((*component).to_owned(), header)
        })
        .collect()
}

/// A header that every such answer has.
pub fn header(description: &str, schema: Value) -> Value {
    json!({ "description": description, "required": true, "schema": schema })
}
