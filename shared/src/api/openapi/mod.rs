//! The OpenAPI 3.1 description of the service, made from its routes and its types.
//!
//! `docs/openapi.json` is this document. Tests keep it up to date, and provoke every answer in it.

#![expect(
    clippy::indexing_slicing,
    reason = "only tests build the document, of JSON objects that are made here"
)]

mod content;
mod employees;
mod headers;
mod operation;
mod phones;
mod schemas;
mod sign_in;

use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use super::routes::{Endpoint, Route};

/// The document.
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    let mut responses = Map::new();
    let mut paths = Map::new();
    for route in Route::all() {
        let operation = match route {
            Route::Content(content) => content::operation(content),
            Route::Countries => content::countries(&mut schemas),
            Route::Employee(route) => employees::operation(route, &mut schemas),
            Route::Phone(route) => phones::operation(route, &mut schemas),
            Route::SignIn(route) => sign_in::operation(route, &mut schemas),
        };
        let Endpoint { path, methods } = route.endpoint();
        let item = operation.into_path_item(methods, &mut responses);
        paths.insert(path.to_owned(), item);
    }
    let mut schemas = schemas.into_components();
    phones::pad(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Exposure notification",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The routes that phones and the portal use. Any operation can also \
                answer with status 503 and the problem `/problems/unavailable` when something \
                inside fails; the same request can be sent again. A path that is not listed \
                answers with status 404 and the problem `/problems/not-found` if it begins with \
                `/v1/`, `/v2/`, `/v6/`, `/api/`, `/auth/` or `/test/`; any other shows the portal.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": phones::TAG, "description": "Registration and upload, for phones." },
            { "name": content::TAG, "description": "What phones download." },
            { "name": employees::TAG, "description": "The portal, for employees." },
            { "name": sign_in::TAG, "description": "Signing in and out." },
        ],
        "paths": paths,
        "components": {
            "headers": headers::components(),
            "responses": responses,
            "schemas": schemas,
            "securitySchemes": sign_in::security_schemes(),
        },
    })
}
