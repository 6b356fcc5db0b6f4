//! What `docs/openapi.json` says of the service's answers, and which of them a test has received.

use std::{cell::RefCell, collections::BTreeSet};

use boon::{Compiler, Draft, Schemas};
use serde_json::{Map, Value};
use ureq::{Body, http::Response};

/// Headers of the connection, of which the document need not say anything.
const CONNECTION: [&str; 4] = [
    "connection",
    "content-length",
    "content-type",
    "transfer-encoding",
];

/// The URL under which the validator knows the document.
const RESOURCE: &str = "https://service.example/openapi.json";

/// An answer in the document: path, method, status, and the type of the problem or nothing.
type AnswerName = (String, String, u16, String);

/// The document, and the answers that the service has given.
pub struct Description {
    document: Value,
    seen: RefCell<BTreeSet<AnswerName>>,
}

/// A part of the document, and the pointer to it.
struct Part<'a> {
    pointer: String,
    value: &'a Value,
}

impl Description {
    pub fn new(document: Value) -> Self {
        Self {
            document,
            seen: RefCell::default(),
        }
    }

    /// Every path; those of files end with `{id}`.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        object(&self.document["paths"]).keys()
    }

    /// Records `answer` to a request of `path`, which has no leading slash. Fails unless the
    /// document describes it.
    pub fn check(&self, method: &str, path: &str, answer: Response<Body>) {
        let path = self.pattern(path);
        let status = answer.status().as_u16();
        // The refusal of a method is described with the method that the path takes.
        let method = [method, "GET", "POST"]
            .map(str::to_lowercase)
            .into_iter()
            .find(|method| self.document["paths"][path].get(method).is_some())
            .unwrap();
        let name = format!("{method} {path} {status}");
        let described = self.answer(path, &method, status);
        let described = described.unwrap_or_else(|| panic!("not documented: {name}"));

        self.check_headers(&name, &described, &answer);
        let content_type = answer.headers().get("content-type").cloned();
        let body = answer.into_body().read_to_vec().unwrap();
        let mut problem = "";
        let value: Value;
        match described.value.get("content").filter(|_| method != "head") {
            Some(content) => {
                let (media_type, media) = object(content).iter().next().unwrap();
                assert_eq!(content_type.unwrap(), media_type, "{name}");
                assert!(!body.is_empty(), "{name}");
                if media.get("schema").is_some() {
                    value = match media_type.contains("json") {
                        true => serde_json::from_slice(&body).unwrap(),
                        false => String::from_utf8(body).unwrap().into(),
                    };
                    let pointer = format!("content/{}/schema", escaped(media_type));
                    self.fits(&described.child(&pointer), &value, &name);
                    if media_type.contains("problem") {
                        problem = value["type"].as_str().unwrap();
                    }
                }
            }
            None => assert!(body.is_empty(), "{name}"),
        }
        let answer = (path.to_owned(), method, status, problem.to_owned());
        self.seen.borrow_mut().insert(answer);
    }

    /// The answers of the document that the service has not given.
    pub fn answers_not_seen(&self) -> Vec<AnswerName> {
        let mut documented = BTreeSet::new();
        for (path, operations) in object(&self.document["paths"]) {
            for (method, operation) in object(operations) {
                for status in object(&operation["responses"]).keys() {
                    let status = status.parse().unwrap();
                    let answer = self.answer(path, method, status).unwrap().value;
                    let schema = &answer["content"]["application/problem+json"]["schema"];
                    let problems = match schema["properties"]["type"]["enum"].as_array() {
                        Some(problems) if method != "head" => problems.clone(),
                        _ => vec![Value::from("")],
                    };
                    documented.extend(problems.iter().map(|problem| {
                        let problem = problem.as_str().unwrap().to_owned();
                        (path.clone(), method.clone(), status, problem)
                    }));
                }
            }
        }
        let seen = self.seen.borrow();
        documented.difference(&seen).cloned().collect()
    }

    fn check_headers(&self, name: &str, described: &Part<'_>, answer: &Response<Body>) {
        let headers = object(&described.value["headers"]);
        for header in headers.keys() {
            let name = format!("{name} {header}");
            let described = self
                .part(described.child(&format!("headers/{header}")))
                .unwrap();
            let values: Vec<_> = answer.headers().get_all(header).iter().collect();
            let required = described.value["required"] == true;
            assert!(!required || !values.is_empty(), "missing: {name}");
            for value in values {
                let value = value.to_str().unwrap();
                let value = match described.value["schema"]["type"] == "integer" {
                    true => value.parse::<u64>().unwrap().into(),
                    false => value.into(),
                };
                self.fits(&described.child("schema"), &value, &name);
            }
        }
        for header in answer.headers().keys().map(|header| header.as_str()) {
            let known = headers
                .keys()
                .any(|known| known.eq_ignore_ascii_case(header));
            assert!(
                known || CONNECTION.contains(&header),
                "not documented: {name} {header}"
            );
        }
    }

    /// Fails unless `value` fits the schema at `pointer`.
    fn fits(&self, pointer: &str, value: &Value, name: &str) {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.enable_content_assertions();
        compiler
            .add_resource(RESOURCE, self.document.clone())
            .unwrap();
        // The fragment of a URL holds neither braces nor spaces.
        let fragment = pointer
            .replace('{', "%7B")
            .replace('}', "%7D")
            .replace(' ', "%20");
        let schema = compiler.compile(&format!("{RESOURCE}#{fragment}"), &mut schemas);
        if let Err(error) = schemas.validate(value, schema.expect("a schema")) {
            panic!("{name}: {error:#}\n{value:#}");
        }
    }

    fn answer(&self, path: &str, method: &str, status: u16) -> Option<Part<'_>> {
        let path = escaped(path);
        self.part(format!("/paths/{path}/{method}/responses/{status}"))
    }

    /// What is at `pointer`, or what that refers to.
    fn part(&self, pointer: String) -> Option<Part<'_>> {
        let value = self.document.pointer(&pointer)?;
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.part(reference.trim_start_matches('#').to_owned()),
            None => Some(Part { pointer, value }),
        }
    }

    /// The path of the document that fits `path`.
    fn pattern(&self, path: &str) -> &String {
        let path = format!("/{}", path.split('?').next().unwrap());
        let fits = |pattern: &&String| match pattern.strip_suffix("{id}") {
            Some(folder) => path.starts_with(folder),
            None => path == **pattern,
        };
        let found = self.paths().find(fits);
        found.unwrap_or_else(|| panic!("not documented: {path}"))
    }
}

impl Part<'_> {
    fn child(&self, pointer: &str) -> String {
        format!("{}/{pointer}", self.pointer)
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

/// `name` as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
