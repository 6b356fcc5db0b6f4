//! Answers the portal's requests (design §4.3.7–13), and checks them in the order of design
//! §4.3.14.

use serde::de::DeserializeOwned;
use shared::{
    Timestamp,
    api::{ExchangeReport, problem::Problem, routes::EmployeeRoute},
    staff::{
        employee::Role,
        idempotency::{IdempotencyKey, RequestHashes},
        token::{Session, TokenHash},
    },
};
use url::Url;
use worker::Env;

use crate::{
    objects::{
        ledger::calls::{LedgerAddress, ReportExchange},
        staff::calls::{ListSessions, ReadAudit, SignOut, StaffAddress, UseSession, ValidateCode},
    },
    platform::{answer, call::Call as _, failure::Result, request, settings},
    routes::{cookie, sender},
};

pub async fn answer(
    route: EmployeeRoute,
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    if route.endpoint().methods.changes_something() {
        sender::check(request, &*settings::sign_in(env)?)?;
    }
    let Some(session) = cookie::SESSION.read(request) else {
        // The portal asks for the session first, also before an employee signs in. So this request
        // without a session is not noted as a refusal.
        return if route == EmployeeRoute::Session {
            answer::problem(Problem::SignedOut)
        } else {
            Err(Problem::SignedOut.into())
        };
    };
    let session = session.hash();
    match route {
        EmployeeRoute::Session => {
            let call = UseSession { session };
            answer::json(&call.send(env, StaffAddress, now).await?)
        }
        EmployeeRoute::Sessions => {
            let call = ListSessions { session };
            answer::json(&call.send(env, StaffAddress, now).await?)
        }
        EmployeeRoute::Audit => {
            let before = before(url);
            let call = ReadAudit { session, before };
            answer::json(&call.send(env, StaffAddress, now).await?)
        }
        EmployeeRoute::Exchange => answer::json(&exchange(env, session, now).await?),
        EmployeeRoute::SignOut => {
            let request = parse(&request::body(request).await);
            let call = SignOut { session, request };
            answer::json(&call.send(env, StaffAddress, now).await?)
        }
        EmployeeRoute::Validations => {
            let call = validation(request, session).await?;
            answer::json(&call.send(env, StaffAddress, now).await?)
        }
    }
}

/// The state of the exchange with other countries, for an administrator.
async fn exchange(
    env: &Env,
    session: TokenHash<Session>,
    now: Timestamp,
) -> Result<ExchangeReport> {
    let session = UseSession { session }.send(env, StaffAddress, now).await?;
    if !session.role.includes(Role::Administrator) {
        return Err(Problem::Forbidden.into());
    }
    ReportExchange {}.send(env, LedgerAddress, now).await
}

/// The number of the audit entry before which the page begins; `None` for the newest page.
fn before(url: &Url) -> Result<Option<i64>, Problem> {
    let mut pairs = url.query_pairs();
    match pairs.find(|(name, _)| name == EmployeeRoute::BEFORE) {
        Some((_, number)) => number.parse().map(Some).map_err(|_| Problem::Malformed),
        None => Ok(None),
    }
}

async fn validation(
    request: &web_sys::Request,
    session: TokenHash<Session>,
) -> Result<ValidateCode> {
    let key = match request.headers().get(EmployeeRoute::IDEMPOTENCY_KEY)? {
        Some(key) => key.parse::<IdempotencyKey>().map(Some),
        None => Ok(None),
    };
    let body = request::body(request).await;
    Ok(match key {
        Ok(key) => ValidateCode {
            session,
            request: parse(&body),
            hashes: key
                .zip(body.as_ref().ok())
                .map(|(key, body)| RequestHashes::new(key, body)),
        },
        Err(_) => ValidateCode {
            session,
            request: Err(Problem::Malformed),
            hashes: None,
        },
    })
}

fn parse<T: DeserializeOwned>(body: &Result<Vec<u8>, Problem>) -> Result<T, Problem> {
    match body {
        Ok(body) => serde_json::from_slice(body).map_err(|_| Problem::Malformed),
        Err(problem) => Err(*problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_audit_trail_is_asked_for_by_a_number() {
        let before = |query: &str| {
            let url = format!("https://portal.example/api/audit{query}");
            before(&Url::parse(&url).unwrap())
        };
        assert_eq!(before(""), Ok(None));
        assert_eq!(before("?after=1"), Ok(None));
        assert_eq!(before("?before=17"), Ok(Some(17)));
        assert_eq!(before("?x=&before=-1&before=2"), Ok(Some(-1)));
        for query in [
            "?before",
            "?before=",
            "?before=x",
            "?before=99999999999999999999",
        ] {
            assert_eq!(before(query), Err(Problem::Malformed), "{query}");
        }
    }
}
