//! The portal's call to the service, and what can come of it (design §4.3).

use std::{pin::Pin, rc::Rc};

use gloo_net::http::{Request, Response};
use shared::{
    api::{ValidationAnswer, ValidationRequest},
    problem::{Problem, ProblemDocument},
};
use web_sys::AbortSignal;

/// How a submission gets to the service: [`send`], or a test's own.
pub type Sender = Rc<dyn Fn(Submission) -> Pin<Box<dyn Future<Output = Answer>>>>;

/// What came of a submission.
pub type Answer = Result<ValidationAnswer, Failure>;

/// A validation on its way to the service.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The body.
    pub request: ValidationRequest,
    /// A UUID, the same for every try of one submission, by which the service can tell a repeated one from a new one.
    pub idempotency_key: String,
}

/// Why a validation was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No answer came: no connection, a lost one, or a service that is too slow.
    NoAnswer,
    /// The service refused.
    Problem(Problem),
    /// Too many codes of this employee were refused.
    Throttled {
        /// After how many minutes the next try may be made, if the service said so.
        minutes: Option<u32>,
    },
}

impl Failure {
    /// Whether sending the very same once more may help. The first try may have arrived, so it keeps its key.
    pub fn invites_retry(self) -> bool {
        matches!(self, Self::NoAnswer | Self::Problem(Problem::Unavailable))
    }
}

const PATH: &str = "/api/validations";

/// A caller waits on the telephone, so silence is called a failure before it becomes awkward.
const PATIENCE_MS: u32 = 15_000;

/// Sends `submission` to the service that the page came from.
pub async fn send(submission: Submission) -> Answer {
    let response = Request::post(PATH)
        .header("Idempotency-Key", &submission.idempotency_key)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)))
        .json(&submission.request)
        .map_err(|_| Failure::Problem(Problem::Malformed))?
        .send()
        .await
        .map_err(|_| Failure::NoAnswer)?;
    let body = response.text().await.map_err(|_| Failure::NoAnswer)?;
    if response.ok() {
        // Something between here and the service answered in its place.
        serde_json::from_str(&body).map_err(|_| Failure::Problem(Problem::Unavailable))
    } else {
        Err(failure(&response, &body))
    }
}

fn failure(response: &Response, body: &str) -> Failure {
    let problem = serde_json::from_str::<ProblemDocument>(body)
        .map_or(Problem::Unavailable, |document| document.kind);
    match problem {
        Problem::Throttled => Failure::Throttled {
            minutes: response
                .headers()
                .get("Retry-After")
                .and_then(|seconds| seconds.parse::<u32>().ok())
                .map(|seconds| seconds.div_ceil(60)),
        },
        problem => Failure::Problem(problem),
    }
}

/// A random UUID for a new submission.
pub fn idempotency_key() -> String {
    web_sys::window()
        .and_then(|window| window.crypto().ok())
        .map(|crypto| crypto.random_uuid())
        .unwrap_or_default()
}
