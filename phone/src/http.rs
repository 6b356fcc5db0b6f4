//! The service as a phone calls it.

use shared::{
    api::Registration,
    content::{ContentId, DocumentError},
    export::ExportError,
};
use thiserror::Error;
use ureq::{Agent, Body, http::Response};
use url::Url;

/// Bytes of a download at most: more than a full exposure key set.
const MAX_DOWNLOAD_BYTES: u64 = 32 * 1024 * 1024;

/// A service at an address.
#[derive(Clone, Debug)]
pub struct Service {
    agent: Agent,
    address: Url,
}

impl Service {
    /// The service at `address`, for example `http://localhost:8787`.
    pub fn new(address: Url) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_secs(60)))
            .build()
            .into();
        Self { agent, address }
    }

    /// Asks for an enrolment.
    pub fn register(&self) -> Result<Registration, ServiceError> {
        let body = self.post("v2/register", br#"{"padding":""}"#)?;
        serde_json::from_slice(&body).map_err(|_| ServiceError::Answer)
    }

    /// Uploads keys. Phones never learn what came of it.
    pub fn post_keys(&self, body: &[u8], signature: &str) -> Result<(), ServiceError> {
        self.post_signed("v1/postkeys", body, signature)
    }

    /// The decoy: looks like an upload, and leaves nothing behind.
    pub fn stop_keys(&self, body: &[u8], signature: &str) -> Result<(), ServiceError> {
        self.post_signed("v1/stopkeys", body, signature)
    }

    fn post_signed(&self, path: &str, body: &[u8], signature: &str) -> Result<(), ServiceError> {
        let mut url = self.url(path);
        url.query_pairs_mut().append_pair("sig", signature);
        self.send(&url, body).map(|_| ())
    }

    /// The zip of the manifest.
    pub fn manifest(&self) -> Result<Vec<u8>, ServiceError> {
        self.get("v6/manifest")
    }

    /// The zip of an exposure key set.
    pub fn exposure_key_set(&self, id: ContentId) -> Result<Vec<u8>, ServiceError> {
        self.get(&format!("v6/exposurekeyset/{id}"))
    }

    fn get(&self, path: &str) -> Result<Vec<u8>, ServiceError> {
        read(self.agent.get(self.url(path).as_str()).call()?)
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<Vec<u8>, ServiceError> {
        self.send(&self.url(path), body)
    }

    fn send(&self, url: &Url, body: &[u8]) -> Result<Vec<u8>, ServiceError> {
        let request = self
            .agent
            .post(url.as_str())
            .content_type("application/json");
        read(request.send(body)?)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.address.clone();
        url.set_path(path);
        url
    }
}

fn read(mut response: Response<Body>) -> Result<Vec<u8>, ServiceError> {
    match response.status().as_u16() {
        200 => Ok(response
            .body_mut()
            .with_config()
            .limit(MAX_DOWNLOAD_BYTES)
            .read_to_vec()?),
        status => Err(ServiceError::Status(status)),
    }
}

/// Why something with the service did not work.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// The answer is not what the service should say.
    #[error("the service gave an answer that cannot be read")]
    Answer,
    /// A document is not to be trusted.
    #[error("the document is refused: {0}")]
    Document(#[from] DocumentError),
    /// An exposure key set is not to be trusted.
    #[error("the exposure key set is refused: {0}")]
    Export(#[from] ExportError),
    /// The connection failed.
    #[error("the service cannot be reached: {0}")]
    Http(#[from] ureq::Error),
    /// The service could not register the phone.
    #[error("the service gave no enrolment; try again later")]
    NoEnrolment,
    /// There is no valid enrolment.
    #[error("this phone has no valid code; ask for one first")]
    NotRegistered,
    /// The bytes are not those that the manifest names.
    #[error("the file is not the one that the manifest names")]
    OtherFile,
    /// The service refused the request.
    #[error("the service answered with status {0}")]
    Status(u16),
}
