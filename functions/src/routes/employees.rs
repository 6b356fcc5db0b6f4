//! What the portal calls (design §4.3).
//!
//! A request is looked at in one order: method, content type, origin, session, throttle, body.

use serde::{Serialize, de::DeserializeOwned};
use shared::{
    Timestamp,
    api::{ExchangeReport, problem::Problem, routes::EmployeeRoute},
    settings::SignInSettings,
    staff::{
        employee::Role,
        idempotency::{IdempotencyKey, RequestHashes},
        token::{Session, TokenHash},
    },
};
use url::Url;
use worker::{Env, Result};

use crate::{
    objects::{
        ledger, staff,
        staff::{ValidationCall, Verdict},
    },
    platform::{answer, request, security_log::SecurityLog, settings},
    routes::cookie,
};

/// Answers a request of the portal.
pub async fn answer(
    route: EmployeeRoute,
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let changes_something = route.endpoint().methods.changes_something();
    if changes_something && let Err(problem) = check_sender(request, &*settings::sign_in(env)?) {
        return refuse(request, env, problem, now).await;
    }
    let Some(session) = cookie::SESSION.read(request) else {
        // Whoever opens the portal asks for it first, and is not signed in.
        return if route == EmployeeRoute::Session {
            answer::problem(Problem::SignedOut)
        } else {
            refuse(request, env, Problem::SignedOut, now).await
        };
    };
    let session = session.hash();
    match route {
        EmployeeRoute::Session => {
            give(request, env, staff::session(env, session, now).await?, now).await
        }
        EmployeeRoute::Sessions => {
            give(request, env, staff::sessions(env, session, now).await?, now).await
        }
        EmployeeRoute::Audit => {
            let before = before(url);
            let verdict = staff::audit(env, session, before, now).await?;
            give(request, env, verdict, now).await
        }
        EmployeeRoute::Exchange => {
            give(request, env, exchange(env, session, now).await?, now).await
        }
        EmployeeRoute::SignOut => {
            let wanted = parse(&request::body(request).await);
            let verdict = staff::sign_out(env, session, wanted, now).await?;
            give(request, env, verdict, now).await
        }
        EmployeeRoute::Validations => {
            let call = validation(request, session).await?;
            give(request, env, staff::validate(env, &call, now).await?, now).await
        }
    }
}

/// A changing request comes from a page of our own, and as JSON, which no form of another site can
/// send.
pub fn check_sender(
    request: &web_sys::Request,
    config: &SignInSettings,
) -> std::result::Result<(), Problem> {
    if !request::is_json(request) {
        return Err(Problem::UnsupportedMediaType);
    }
    let origin = request.headers().get("origin").ok().flatten();
    if origin.as_deref() == Some(&config.portal_origin) {
        Ok(())
    } else {
        Err(Problem::Forbidden)
    }
}

/// Answers that it is refused, and notes from where it was tried if somebody may be trying what is
/// not allowed.
pub async fn refuse(
    request: &web_sys::Request,
    env: &Env,
    problem: Problem,
    now: Timestamp,
) -> Result<web_sys::Response> {
    SecurityLog::note(request, env, problem, now).await;
    answer::problem(problem)
}

async fn give<T: Serialize>(
    request: &web_sys::Request,
    env: &Env,
    verdict: Verdict<T>,
    now: Timestamp,
) -> Result<web_sys::Response> {
    match verdict {
        Verdict::Done(done) => answer::json(&done),
        Verdict::Refused(problem) => refuse(request, env, problem, now).await,
        Verdict::Throttled(retry_after) => {
            SecurityLog::note(request, env, Problem::Throttled, now).await;
            answer::throttled(retry_after)
        }
    }
}

/// How the exchange with other countries goes, for an administrator.
async fn exchange(
    env: &Env,
    session: TokenHash<Session>,
    now: Timestamp,
) -> Result<Verdict<ExchangeReport>> {
    Ok(match staff::session(env, session, now).await? {
        Verdict::Done(session) if session.role.includes(Role::Administrator) => {
            Verdict::Done(ledger::exchange_report(env, now).await?)
        }
        Verdict::Done(_) => Verdict::Refused(Problem::Forbidden),
        Verdict::Refused(problem) => Verdict::Refused(problem),
        Verdict::Throttled(seconds) => Verdict::Throttled(seconds),
    })
}

/// Where in the audit trail the answer is to begin: behind the entry with this number, or at the
/// newest one.
fn before(url: &Url) -> std::result::Result<Option<i64>, Problem> {
    let mut pairs = url.query_pairs();
    match pairs.find(|(name, _)| name == "before") {
        Some((_, number)) => number.parse().map(Some).map_err(|_| Problem::Malformed),
        None => Ok(None),
    }
}

async fn validation(
    request: &web_sys::Request,
    session: TokenHash<Session>,
) -> Result<ValidationCall> {
    let key = match request.headers().get("idempotency-key")? {
        Some(key) => key.parse::<IdempotencyKey>().map(Some),
        None => Ok(None),
    };
    let body = request::body(request).await;
    Ok(match key {
        Ok(key) => ValidationCall {
            session,
            request: parse(&body),
            repeatable: key
                .zip(body.as_ref().ok())
                .map(|(key, body)| RequestHashes::new(key, body)),
        },
        Err(_) => ValidationCall {
            session,
            request: Err(Problem::Malformed),
            repeatable: None,
        },
    })
}

fn parse<T: DeserializeOwned>(
    body: &std::result::Result<Vec<u8>, Problem>,
) -> std::result::Result<T, Problem> {
    match body {
        Ok(body) => serde_json::from_slice(body).map_err(|_| Problem::Malformed),
        Err(problem) => Err(*problem),
    }
}
