//! HTTP with a connection pool of its own. Calls block the thread; the futures are ready when they
//! return.

use std::time::Duration;

use ureq::{Agent, Body, http::Response};
use url::Url;

use super::answer::{HttpAnswer, HttpError};

/// Connections that stay open between requests.
#[derive(Clone, Debug)]
pub struct Client(Agent);

impl Default for Client {
    fn default() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // The service never redirects. A redirection comes from an attacker on the way.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self(config.into())
    }
}

impl Client {
    /// `GET` of an answer of up to `limit` bytes.
    pub async fn get(&self, url: &Url, limit: u64) -> Result<HttpAnswer, HttpError> {
        read(self.0.get(url.as_str()).call(), limit)
    }

    /// `POST` of JSON, with an answer of up to `limit` bytes.
    pub async fn post(&self, url: &Url, json: &[u8], limit: u64) -> Result<HttpAnswer, HttpError> {
        let request = self.0.post(url.as_str()).content_type("application/json");
        read(request.send(json), limit)
    }
}

fn read(answer: Result<Response<Body>, ureq::Error>, limit: u64) -> Result<HttpAnswer, HttpError> {
    let failed = |error: ureq::Error| HttpError(error.to_string());
    let mut answer = answer.map_err(failed)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(limit);
    Ok(HttpAnswer {
        status,
        body: body.read_to_vec().map_err(failed)?,
    })
}
