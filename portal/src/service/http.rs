//! The service over HTTP, at the address that the page was loaded from (design §4.3).

use std::{cell::Cell, rc::Rc};

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    api::{
        AuditAnswer, CountriesAnswer, ExchangeReport, LogoutAnswer, NamedCountry, SessionAnswer,
        SignOutAnswer, SignOutRequest, SignedIn, SignedInAnswer, ValidationAnswer,
        problem::Problem,
        routes::{EmployeeRoute, Route, SignInRoute},
    },
    staff::employee::EmployeeId,
};
use web_sys::{AbortSignal, window};

use super::{CurrentEmployee, Reply, RequestFailure, Service, Submission, json};
use crate::browser::{is_online, now};

/// After this time without an answer a request has failed. A caller is waiting on the telephone.
const TIMEOUT_MS: u32 = 15_000;

/// The service that the page was loaded from.
#[derive(Default)]
pub struct Http {
    /// How many seconds the service's clock is ahead of this computer's. Zero until it has
    /// answered.
    ahead: Rc<Cell<i64>>,
}

impl Service for Http {
    fn session(&self) -> Reply<CurrentEmployee> {
        let ahead = self.ahead.clone();
        Box::pin(async move {
            let session: SessionAnswer = ask(EmployeeRoute::Session.path()).await?;
            let now_here = now().as_second();
            if let Some(now_at_service) = session.answered_at() {
                ahead.set(now_at_service.as_second() - now_here);
            }
            let now = now_here + ahead.get();
            Ok(CurrentEmployee {
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
                .header(EmployeeRoute::IDEMPOTENCY_KEY, &submission.idempotency_key);
            send(request, &submission.request).await
        })
    }

    fn audit(&self, before: Option<i64>) -> Reply<AuditAnswer> {
        Box::pin(async move {
            let path = EmployeeRoute::Audit.path();
            let name = EmployeeRoute::BEFORE;
            match before {
                Some(before) => ask(&format!("{path}?{name}={before}")).await,
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
            // It fails only for a text that is no address.
            let _ = window.location().assign(location);
        }
    }
}

async fn ask<T: DeserializeOwned>(path: &str) -> Result<T, RequestFailure> {
    let request = with_timeout(Request::get(path)).build();
    read(answer(request).await?).await
}

async fn send<T: DeserializeOwned>(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Result<T, RequestFailure> {
    let request = with_timeout(request).json(body);
    read(answer(request).await?).await
}

fn with_timeout(request: RequestBuilder) -> RequestBuilder {
    request.abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)))
}

async fn answer(request: Result<Request, gloo_net::Error>) -> Result<Response, RequestFailure> {
    if !is_online() {
        return Err(RequestFailure::Offline);
    }
    let request = request.map_err(|_| RequestFailure::Problem(Problem::Malformed))?;
    request.send().await.map_err(|_| RequestFailure::NoAnswer)
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, RequestFailure> {
    let body = response
        .text()
        .await
        .map_err(|_| RequestFailure::NoAnswer)?;
    if response.ok() {
        // A proxy answered in the service's place.
        json::read(&body).ok_or(RequestFailure::Problem(Problem::Unavailable))
    } else {
        Err(failure(&response, &body))
    }
}

/// What the portal reads of a problem document.
#[derive(Deserialize)]
struct ProblemDocument {
    #[serde(rename = "type")]
    problem: Problem,
}

fn failure(response: &Response, body: &str) -> RequestFailure {
    let problem = json::read::<ProblemDocument>(body)
        .map_or(Problem::Unavailable, |document| document.problem);
    match problem {
        Problem::Throttled => RequestFailure::Throttled {
            seconds: response
                .headers()
                .get("Retry-After")
                .and_then(|seconds| seconds.parse().ok()),
        },
        problem => RequestFailure::Problem(problem),
    }
}
