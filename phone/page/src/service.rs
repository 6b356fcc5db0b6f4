//! The service that the page was loaded from, and its clock, which tests may have moved.

use gloo_net::http::{Request, Response};
use phone::{Service, ServiceError, VerifyingKeys};
use serde::Deserialize;
use shared::{Timestamp, api::routes::TestRoute, publication::signing::KeyError, time::shift};
use thiserror::Error;
use url::Url;

/// The keys to trust, which an app has built in and the page has to ask for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    /// How many seconds the service's clock is ahead of the real time.
    clock_offset: i64,
    manifest_public_key: String,
    export_public_key: String,
}

/// The service, and its time.
pub struct Connection {
    pub service: Service,
    pub now: Timestamp,
}

/// Why an action on the page failed.
#[derive(Debug, Error)]
pub enum PageFailure {
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
pub async fn ask() -> Result<Connection, PageFailure> {
    let answer = found(Request::get(TestRoute::Phone.path()).send().await?)?;
    let delivered: Delivered = answer.json().await?;
    let trusted =
        VerifyingKeys::from_pem(&delivered.manifest_public_key, &delivered.export_public_key)?;
    Ok(Connection {
        service: Service::new(address().ok_or(PageFailure::NoAddress)?, trusted),
        now: shift(browser_time(), delivered.clock_offset),
    })
}

/// Makes the service publish now, instead of at its next scheduled time.
pub async fn publish() -> Result<(), PageFailure> {
    let publish = Request::post(TestRoute::Publish.path());
    found(publish.send().await?).map(|_| ())
}

fn found(answer: Response) -> Result<Response, PageFailure> {
    match answer.status() {
        200 => Ok(answer),
        status => Err(PageFailure::Status(status)),
    }
}

fn address() -> Option<Url> {
    let origin = web_sys::window()?.location().origin().ok()?;
    origin.parse().ok()
}

fn browser_time() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}
