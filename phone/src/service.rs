//! The service as a phone calls it. Every answer is verified here before it is used.

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{
    api::{Content, FileKind, Registration, routes::PhoneRoute},
    publication::{
        content,
        content::{ContentId, DocumentError, Manifest},
        documents::{AppConfig, ResourceBundle, RiskCalculationParameters},
        export::{ExportError, ExposureKeySet},
        signing,
        signing::{ExportVerifyingKey, KeyError, ManifestVerifyingKey},
    },
};
use thiserror::Error;
use url::Url;

use crate::{
    http::{Client, HttpError},
    padding::PhoneRequest,
};

/// The most bytes of a manifest, a document, or an answer to a request. A manifest is read before
/// its signature is verified.
const MAX_DOCUMENT_BYTES: u64 = 1024 * 1024;

/// The most bytes of an exposure key set: more than a full one has.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// A service at an address.
#[derive(Clone, Debug)]
pub struct Service {
    client: Client,
    address: Url,
    trusted: VerifyingKeys,
}

/// The public keys that a phone trusts.
#[derive(Clone, Debug)]
pub struct VerifyingKeys {
    /// Of the manifest and the other documents.
    pub manifest: ManifestVerifyingKey,
    /// Of exposure key sets.
    pub export: ExportVerifyingKey,
}

impl VerifyingKeys {
    /// From the text of `manifest.pub.pem` and of `export.pub.pem`.
    pub fn from_pem(manifest: &str, export: &str) -> Result<Self, KeyError> {
        Ok(Self {
            manifest: signing::manifest_verifying_key(manifest)?,
            export: signing::export_verifying_key(export)?,
        })
    }
}

/// A document that the manifest names.
pub trait PublishedDocument: DeserializeOwned {
    /// The kind of its files.
    const KIND: FileKind;
}

impl PublishedDocument for AppConfig {
    const KIND: FileKind = FileKind::AppConfig;
}

impl PublishedDocument for ResourceBundle {
    const KIND: FileKind = FileKind::ResourceBundle;
}

impl PublishedDocument for RiskCalculationParameters {
    const KIND: FileKind = FileKind::RiskCalculationParameters;
}

impl Service {
    /// The service at `address`, for example `http://localhost:8787`, which signs with the keys
    /// `trusted`.
    pub fn new(address: Url, trusted: VerifyingKeys) -> Self {
        Self {
            client: Client::default(),
            address,
            trusted,
        }
    }

    pub async fn register(&self, request: &PhoneRequest) -> Result<Registration, ServiceError> {
        let body = self.post(PhoneRoute::Register, request).await?;
        serde_json::from_slice(&body).map_err(|_| ServiceError::Answer)
    }

    /// Uploads keys. Phones never learn whether they were accepted.
    pub async fn post_keys(&self, request: &PhoneRequest) -> Result<(), ServiceError> {
        self.post(PhoneRoute::PostKeys, request).await.map(|_| ())
    }

    /// Sends a decoy, which looks like a registration or an upload, and stores nothing.
    pub async fn stop_keys(&self, request: &PhoneRequest) -> Result<(), ServiceError> {
        self.post(PhoneRoute::StopKeys, request).await.map(|_| ())
    }

    /// What can be downloaded now.
    pub async fn manifest(&self) -> Result<Manifest, ServiceError> {
        let zip = match self.get(Content::Manifest, MAX_DOCUMENT_BYTES).await {
            Err(ServiceError::Status(404)) => return Err(ServiceError::NothingPublished),
            zip => zip?,
        };
        Ok(content::open(&zip, &self.trusted.manifest)?)
    }

    /// The verified text of a document that the manifest names.
    pub async fn document<T: PublishedDocument>(
        &self,
        id: ContentId,
    ) -> Result<Value, ServiceError> {
        let zip = self.file(T::KIND, id, MAX_DOCUMENT_BYTES).await?;
        Ok(content::open(&zip, &self.trusted.manifest)?)
    }

    /// An exposure key set that the manifest names.
    pub async fn exposure_key_set(&self, id: ContentId) -> Result<ExposureKeySet, ServiceError> {
        let kind = FileKind::ExposureKeySet;
        let zip = self.file(kind, id, MAX_FILE_BYTES).await?;
        Ok(ExposureKeySet::open(&zip, &self.trusted.export)?)
    }

    async fn file(
        &self,
        kind: FileKind,
        id: ContentId,
        limit: u64,
    ) -> Result<Vec<u8>, ServiceError> {
        let bytes = self.get(Content::File(kind, id), limit).await?;
        if ContentId::of(&bytes) != id {
            return Err(ServiceError::OtherFile);
        }
        Ok(bytes)
    }

    async fn get(&self, content: Content, limit: u64) -> Result<Vec<u8>, ServiceError> {
        let answer = self.client.get(&self.url(&content.path()), limit).await?;
        found(answer.status, answer.body)
    }

    async fn post(
        &self,
        route: PhoneRoute,
        request: &PhoneRequest,
    ) -> Result<Vec<u8>, ServiceError> {
        let mut url = self.url(route.path());
        url.query_pairs_mut()
            .append_pair(PhoneRoute::SIGNATURE, &request.signature);
        let answer = self
            .client
            .post(&url, &request.body, MAX_DOCUMENT_BYTES)
            .await?;
        found(answer.status, answer.body)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.address.clone();
        url.set_path(path);
        url
    }
}

fn found(status: u16, body: Vec<u8>) -> Result<Vec<u8>, ServiceError> {
    match status {
        200 => Ok(body),
        status => Err(ServiceError::Status(status)),
    }
}

/// Why something with the service did not work.
#[derive(Clone, Debug, Error)]
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
    #[error("the service cannot be reached: {0}")]
    Http(#[from] HttpError),
    /// The service could not register the phone.
    #[error("the service gave no enrolment; try again later")]
    NoEnrolment,
    /// There is no valid enrolment.
    #[error("this phone has no valid code; ask for one first")]
    NotRegistered,
    /// There is no manifest yet.
    #[error("the service has not published anything yet; try again in a while")]
    NothingPublished,
    /// The manifest is older than one that was seen before.
    #[error("the manifest is refused: it lacks a file that was published before")]
    OldManifest,
    /// The bytes are not those that the manifest names.
    #[error("the file is refused: it is not the one that the manifest names")]
    OtherFile,
    /// The service refused the request.
    #[error("the service answered with status {0}")]
    Status(u16),
}
