//! The service over HTTP, from which the page came (design §4.3).

use std::{cell::Cell, rc::Rc};

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    api::{
        AuditAnswer, CountriesAnswer, ExchangeReport, LogoutAnswer, NamedCountry, Session,
        SignOutAnswer, SignOutRequest, SignedIn, SignedInAnswer, ValidationAnswer,
        problem::Problem,
        routes::{EmployeeRoute, Route, SignInRoute},
    },
    staff::employee::EmployeeId,
};
use web_sys::{AbortSignal, window};

use crate::{
    clock::browser_clock,
    connection, json,
    service::{Employee, Failure, Reply, Service, Submission},
};

/// The header by which the service knows a repeated submission.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A caller waits on the telephone, so silence is called a failure before it becomes awkward.
const PATIENCE_MS: u32 = 15_000;

/// The service that the page came from.
#[derive(Default)]
pub struct Http {
    /// By how many seconds its clock is ahead of this computer's, as far as is known.
    ahead: Rc<Cell<i64>>,
}

impl Service for Http {
    fn session(&self) -> Reply<Employee> {
        let ahead = self.ahead.clone();
        Box::pin(async move {
            let session: Session = ask(EmployeeRoute::Session.path()).await?;
            let here = browser_clock().as_second();
            if let Some(there) = session.answered_at() {
                ahead.set(there.as_second() - here);
            }
            let now = here + ahead.get();
            Ok(Employee {
                name: session.name,
                role: session.role,
                idle_seconds: session.idle_until.as_second() - now,
                end_seconds: session.until.as_second() - now,
            })
        })
    }

    fn sign_out(&self) -> Reply<String> {
        Box::pin(async {
            let nothing = serde_json::Map::new();
            let answer: LogoutAnswer =
                send(Request::post(SignInRoute::Logout.path()), &nothing).await?;
            Ok(answer.location)
        })
    }

    fn validate(&self, submission: Submission) -> Reply<ValidationAnswer> {
        Box::pin(async move {
            let request = Request::post(EmployeeRoute::Validations.path())
                .header(IDEMPOTENCY_KEY, &submission.idempotency_key);
            send(request, &submission.request).await
        })
    }

    fn audit(&self, before: Option<i64>) -> Reply<AuditAnswer> {
        Box::pin(async move {
            let path = EmployeeRoute::Audit.path();
            match before {
                Some(before) => ask(&format!("{path}?before={before}")).await,
                None => ask(path).await,
            }
        })
    }

    fn sessions(&self) -> Reply<Vec<SignedIn>> {
        Box::pin(async {
            let answer: SignedInAnswer = ask(EmployeeRoute::Sessions.path()).await?;
            Ok(answer.sessions)
        })
    }

    fn sign_out_everywhere(&self, employee: EmployeeId) -> Reply<()> {
        Box::pin(async {
            let request = SignOutRequest { employee };
            let _: SignOutAnswer =
                send(Request::post(EmployeeRoute::SignOut.path()), &request).await?;
            Ok(())
        })
    }

    fn exchange(&self) -> Reply<ExchangeReport> {
        Box::pin(ask(EmployeeRoute::Exchange.path()))
    }

    fn countries(&self) -> Reply<Vec<NamedCountry>> {
        Box::pin(async {
            let answer: CountriesAnswer = ask(Route::Countries.endpoint().path).await?;
            Ok(answer.countries)
        })
    }

    fn leave(&self, location: &str) {
        if let Some(window) = window() {
            // It fails only for what is no address.
            let _ = window.location().assign(location);
        }
    }
}

async fn ask<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let request = with_patience(Request::get(path)).build();
    read(answer(request).await?).await
}

async fn send<T: DeserializeOwned>(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Result<T, Failure> {
    let request = with_patience(request).json(body);
    read(answer(request).await?).await
}

fn with_patience(request: RequestBuilder) -> RequestBuilder {
    request.abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)))
}

async fn answer(request: Result<Request, gloo_net::Error>) -> Result<Response, Failure> {
    if !connection::is_there() {
        return Err(Failure::Offline);
    }
    let request = request.map_err(|_| Failure::Problem(Problem::Malformed))?;
    request.send().await.map_err(|_| Failure::NoAnswer)
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let body = response.text().await.map_err(|_| Failure::NoAnswer)?;
    if response.ok() {
        // Something between here and the service answered in its place.
        json::read(&body).ok_or(Failure::Problem(Problem::Unavailable))
    } else {
        Err(failure(&response, &body))
    }
}

/// What the portal reads of a problem document.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "type")]
    problem: Problem,
}

fn failure(response: &Response, body: &str) -> Failure {
    let problem =
        json::read::<Refusal>(body).map_or(Problem::Unavailable, |refusal| refusal.problem);
    match problem {
        Problem::Throttled => Failure::Throttled {
            seconds: response
                .headers()
                .get("Retry-After")
                .and_then(|seconds| seconds.parse().ok()),
        },
        problem => Failure::Problem(problem),
    }
}
