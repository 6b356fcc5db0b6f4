//! The service that the page came from, and its clock, which tests may have moved.

use gloo_net::http::{Request, Response};
use phone::{Service, ServiceError, VerifyingKeys};
use serde::Deserialize;
use shared::{Timestamp, api::routes::TestRoute, publication::signing::KeyError, time::shift};
use thiserror::Error;
use url::Url;

/// What an app is delivered with, and the page has to ask for: which keys to trust.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    /// By how many seconds the service's clock is ahead.
    clock_offset: i64,
    manifest_public_key: String,
    export_public_key: String,
}

/// What the service said.
pub struct Answer {
    /// The service.
    pub service: Service,
    /// The time.
    pub now: Timestamp,
}

/// Why nothing came of a call.
#[derive(Debug, Error)]
pub enum Failure {
    #[error("the service cannot be reached: {0}")]
    Http(#[from] gloo_net::Error),
    #[error("the service has no key to trust: {0}")]
    Key(#[from] KeyError),
    #[error(transparent)]
    Phone(#[from] ServiceError),
    #[error("the service answered with status {0}")]
    Status(u16),
    #[error("the page has no address")]
    NoAddress,
}

/// Asks the service which keys to trust and what time it is.
pub async fn ask() -> Result<Answer, Failure> {
    let answer = found(Request::get(TestRoute::Phone.path()).send().await?)?;
    let delivered: Delivered = answer.json().await?;
    let trusted =
        VerifyingKeys::from_pem(&delivered.manifest_public_key, &delivered.export_public_key)?;
    Ok(Answer {
        service: Service::new(address().ok_or(Failure::NoAddress)?, trusted),
        now: shift(browser_time(), delivered.clock_offset),
    })
}

/// Lets the service publish what it may, instead of waiting for its schedule.
pub async fn publish() -> Result<(), Failure> {
    let publish = Request::post(TestRoute::Publish.path());
    found(publish.send().await?).map(|_| ())
}

fn found(answer: Response) -> Result<Response, Failure> {
    match answer.status() {
        200 => Ok(answer),
        status => Err(Failure::Status(status)),
    }
}

fn address() -> Option<Url> {
    let origin = web_sys::window()?.location().origin().ok()?;
    origin.parse().ok()
}

fn browser_time() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}
