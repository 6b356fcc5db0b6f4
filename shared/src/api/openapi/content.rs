//! Published content (design §4.2.1, §4.2.6–9).

use serde_json::json;

use super::{
    operation::{Answer, Operation},
    schemas::Schemas,
};
use crate::api::{Content, CountriesAnswer, FileKind, problem::Problem};

/// The tag of these operations.
pub const TAG: &str = "content";

/// The answer when the caller's copy is still the same.
const NOT_MODIFIED: &str = "The copy that the request names is still the same.";

/// The operation of `content`.
pub fn operation(content: Content) -> Operation {
    let (operation, media_type, media) = match content {
        Content::File(kind, _) => return file(kind),
        Content::Index => (
            Operation::new(TAG, "index", "List the exposure key sets as text").description(
                "The paths without leading slash, oldest first: the layout of Google's key \
                 server.",
            ),
            "text/plain; charset=utf-8",
            json!({ "schema": {
                "type": "string",
                "pattern": "^(v6/exposurekeyset/[0-9a-f]{64}\n)*$",
            } }),
        ),
        Content::Manifest => (
            Operation::new(TAG, "manifest", "Download the manifest").description(&signed(
                "The ids of every file: `exposureKeySets` (oldest first), \
                 `riskCalculationParameters`, `appConfig` and `resourceBundle`.",
            )),
            "application/zip",
            json!({}),
        ),
    };
    let answer = |description| etag(Answer::public(description).fixed_header("ShortLife"));
    operation
        .parameters(&[if_none_match()])
        .answer(200, answer("The content.").content(media_type, media))
        .answer(304, answer(NOT_MODIFIED).named("NotModified"))
        .problems(&[Problem::NotFound])
}

fn file(kind: FileKind) -> Operation {
    let (id, summary, description) = match kind {
        FileKind::AppConfig => (
            "appConfig",
            "Download the configuration of phones",
            signed("How phones behave."),
        ),
        FileKind::ExposureKeySet => (
            "exposureKeySet",
            "Download an exposure key set",
            "A zip of `export.bin` and `export.sig`, as Apple and Google define them.".to_owned(),
        ),
        FileKind::ResourceBundle => (
            "resourceBundle",
            "Download the texts of phones",
            signed("The texts that phones show."),
        ),
        FileKind::RiskCalculationParameters => (
            "riskCalculationParameters",
            "Download the parameters of the risk calculation",
            signed("How phones score an exposure."),
        ),
    };
    let answer = |description| {
        etag(Answer::public(description)).header(
            "Cache-Control",
            "Caches keep the file until it expires.",
            json!({ "type": "string", "pattern": "^public, immutable, max-age=[0-9]+$" }),
        )
    };
    let id_parameter = json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": "The content id: the SHA-256 of the file.",
        "schema": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
    });
    Operation::new(TAG, id, summary)
        .description(&description)
        .parameters(&[id_parameter, if_none_match()])
        .answer(
            200,
            answer("The file.")
                .content("application/zip", json!({}))
                .named("File"),
        )
        .answer(304, answer(NOT_MODIFIED).named("FileNotModified"))
        .problems(&[Problem::Malformed, Problem::NotFound])
}

/// The operation of [`Route::Countries`](crate::api::routes::Route::Countries).
pub fn countries(schemas: &mut Schemas) -> Operation {
    let answer = Answer::public("The countries.")
        .fixed_header("PublicShortLife")
        .json(&schemas.answer::<CountriesAnswer>());
    Operation::new(
        TAG,
        "countries",
        "List the countries that keys are exchanged with",
    )
    .answer(200, answer)
    .problems(&[Problem::Unavailable])
}

/// The description of a signed document.
fn signed(content: &str) -> String {
    format!(
        "{content} A zip of `content.bin` (JSON) and `content.sig` (its Ed25519 signature, 64 \
         bytes)."
    )
}

fn etag(answer: Answer) -> Answer {
    answer.header(
        "ETag",
        "The content id in quotes.",
        json!({ "type": "string", "pattern": "^\"[0-9a-f]{64}\"$" }),
    )
}

fn if_none_match() -> serde_json::Value {
    json!({
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of the caller's copy.",
        "schema": { "type": "string" },
    })
}
