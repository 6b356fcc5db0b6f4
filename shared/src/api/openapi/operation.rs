//! Building the description of an operation and of its answers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{headers, headers::header};
use crate::api::{problem, problem::Problem, routes::Methods};

/// What a route does, and every answer that it gives.
pub struct Operation {
    description: Map<String, Value>,
    answers: BTreeMap<u16, Answer>,
    problems: Vec<Problem>,
}

/// An answer.
pub struct Answer {
    /// The name under which operations share it.
    name: Option<String>,
    description: String,
    headers: Map<String, Value>,
    content: Option<(&'static str, Value)>,
}

impl Operation {
    /// An operation without answers. `id` is its name in generated code.
    pub fn new(tag: &str, id: &str, summary: &str) -> Self {
        let description = [
            ("operationId", json!(id)),
            ("summary", json!(summary)),
            ("tags", json!([tag])),
        ];
        Self {
            description: description
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            answers: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// With a longer description.
    pub fn description(self, text: &str) -> Self {
        self.with("description", json!(text))
    }

    /// With parameters.
    pub fn parameters(self, parameters: &[Value]) -> Self {
        self.with("parameters", json!(parameters))
    }

    /// With a JSON body.
    pub fn body(self, schema: &Value) -> Self {
        let content = json!({ "application/json": { "schema": schema } });
        self.with(
            "requestBody",
            json!({ "required": true, "content": content }),
        )
    }

    /// With what authorises the caller.
    pub fn security(self, requirements: Value) -> Self {
        self.with("security", requirements)
    }

    /// With an answer.
    pub fn answer(mut self, status: u16, answer: Answer) -> Self {
        self.answers.insert(status, answer);
        self
    }

    /// With problem documents.
    pub fn problems(mut self, problems: &[Problem]) -> Self {
        self.problems.extend(problems);
        self
    }

    /// The operations of a path that takes `methods`, with the answer to every other method. What
    /// they share goes to `shared`.
    pub fn into_path_item(mut self, methods: Methods, shared: &mut Map<String, Value>) -> Value {
        let mut by_status: BTreeMap<u16, Vec<Problem>> = BTreeMap::new();
        for problem in self.problems.drain(..) {
            by_status.entry(problem.status()).or_default().push(problem);
        }
        for (status, problems) in by_status {
            self.answers
                .insert(status, problem_answer(status, &problems));
        }
        let problem = Problem::MethodNotAllowed;
        self.answers
            .insert(problem.status(), method_not_allowed(methods));
        let mut operation = Value::Object(self.description);
        let answers = self.answers.into_iter();
        operation["responses"] = answers
            .map(|(status, answer)| (status.to_string(), answer.into_json(shared)))
            .collect();
        match methods {
            Methods::Get => json!({ "get": operation }),
            Methods::GetAndHead => json!({ "head": head(&operation), "get": operation }),
            Methods::Post => json!({ "post": operation }),
        }
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.description.insert(name.to_owned(), value);
        self
    }
}

impl Answer {
    /// An answer that others may keep.
    pub fn public(description: &str) -> Self {
        Self {
            name: None,
            description: description.to_owned(),
            headers: headers::ALWAYS.into_iter().filter_map(fixed).collect(),
            content: None,
        }
    }

    /// An answer for the caller alone.
    pub fn private(description: &str) -> Self {
        let mut answer = Self::public(description);
        let private = headers::PRIVATE.into_iter().filter_map(fixed);
        answer.headers.extend(private);
        answer
    }

    /// With a header that has one value.
    pub fn fixed_header(mut self, component: &str) -> Self {
        self.headers.extend(fixed(component));
        self
    }

    /// With a header.
    pub fn header(mut self, name: &str, description: &str, schema: Value) -> Self {
        let header = header(description, schema);
        self.headers.insert(name.to_owned(), header);
        self
    }

    /// With a header that some of these answers lack.
    pub fn optional_header(self, name: &str, description: &str, schema: Value) -> Self {
        let mut answer = self.header(name, description, schema);
        if let Some(header) = answer.headers.get_mut(name) {
            header["required"] = json!(false);
        }
        answer
    }

    /// With a body.
    pub fn content(mut self, media_type: &'static str, media: Value) -> Self {
        self.content = Some((media_type, media));
        self
    }

    /// With a JSON body.
    pub fn json(self, schema: &Value) -> Self {
        self.content("application/json", json!({ "schema": schema }))
    }

    /// With a name under which operations share it.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn into_json(self, shared: &mut Map<String, Value>) -> Value {
        let mut json = json!({ "description": self.description, "headers": self.headers });
        if let Some((media_type, media)) = self.content {
            json["content"] = json!({ media_type: media });
        }
        match self.name {
            Some(name) => {
                let reference = json!({ "$ref": format!("#/components/responses/{name}") });
                shared.insert(name, json);
                reference
            }
            None => json,
        }
    }
}

/// The operation of `HEAD` beside that of `GET`: the same answers, without their bodies.
fn head(get: &Value) -> Value {
    let mut operation = get.clone();
    let id = get["operationId"].as_str().unwrap_or_default();
    operation["operationId"] = json!(format!("{id}Head"));
    if let Some(answers) = operation["responses"].as_object_mut() {
        answers.remove(&Problem::MethodNotAllowed.status().to_string());
    }
    operation
}

/// The problem documents with one status.
fn problem_answer(status: u16, problems: &[Problem]) -> Answer {
    let titles: Vec<_> = problems.iter().map(|problem| problem.title()).collect();
    let mut answer = Answer::private(&format!("{}.", titles.join(", or: ")));
    if let [problem] = problems {
        answer = answer.named(format!("{problem:?}"));
    }
    if problems.contains(&Problem::Throttled) {
        answer = answer.header(
            "Retry-After",
            "In how many seconds the next attempt is possible.",
            json!({ "type": "integer", "minimum": 1 }),
        );
    }
    let schema = json!({
        "$ref": "#/components/schemas/ProblemDocument",
        "properties": { "type": { "enum": problems }, "status": { "const": status } },
    });
    answer.content(problem::CONTENT_TYPE, json!({ "schema": schema }))
}

fn method_not_allowed(methods: Methods) -> Answer {
    let problem = Problem::MethodNotAllowed;
    let allow = json!({ "type": "string", "const": methods.allow() });
    problem_answer(problem.status(), &[problem])
        .named(format!("{problem:?}{methods:?}"))
        .header("Allow", "The methods that the path takes.", allow)
}

fn fixed(component: &str) -> Option<(String, Value)> {
    let (name, reference) = headers::fixed(component)?;
    Some((name.to_owned(), reference))
}
