//! What a phone remembers of its checks: which files it has matched, what they showed, and the
//! documents that came with them.
//!
//! It also refuses a manifest that is older than what the phone has seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    Date, Timestamp,
    keys::tek::MAX_KEY_AGE_DAYS,
    publication::{
        content::{ContentId, DocumentError, Manifest},
        documents::{AppConfig, ResourceBundle, RiskCalculationParameters},
    },
    time::{DAY_SECONDS, UtcDay, shift},
};

use crate::{
    exposure::{self, ExposureDay, ExposureWindow},
    service::{PublishedDocument, Service, ServiceError},
};

/// A phone remembers this long that it has matched a file, so that an older manifest that names the
/// file again does not count its windows twice. After that nothing that was heard can match it.
const FILE_DAYS: i64 = 15;

/// The newest file stays on the manifest for at least this long after it was made. A file ends 14
/// days after the oldest upload in it, and an upload waits up to two days and a half for the GGD
/// and for its release.
const LISTED_DAYS: i64 = 11;

/// What a phone remembers of its checks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Checked {
    /// The files that it has matched, and when each was made.
    files: BTreeMap<ContentId, Timestamp>,
    app_config: Option<Document<AppConfig>>,
    resource_bundle: Option<Document<ResourceBundle>>,
    risk_calculation_parameters: Option<Document<RiskCalculationParameters>>,
    /// The former documents, and when another one took their place.
    replaced: BTreeMap<ContentId, Timestamp>,
    /// The windows of the past 14 days.
    windows: Vec<ExposureWindow>,
    /// The last day of which the owner has been warned.
    warned: Option<Date>,
}

/// A document, and its JSON, from which a stored phone reads it by the same rules.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(
    try_from = "StoredDocument",
    into = "StoredDocument",
    bound = "T: Clone + DeserializeOwned"
)]
struct Document<T> {
    id: ContentId,
    json: Value,
    content: T,
}

#[derive(Deserialize, Serialize)]
struct StoredDocument {
    id: ContentId,
    json: Value,
}

impl<T: DeserializeOwned> TryFrom<StoredDocument> for Document<T> {
    type Error = serde_json::Error;

    fn try_from(StoredDocument { id, json }: StoredDocument) -> Result<Self, Self::Error> {
        let content = T::deserialize(&json)?;
        Ok(Self { id, json, content })
    }
}

impl<T> From<Document<T>> for StoredDocument {
    fn from(Document { id, json, .. }: Document<T>) -> Self {
        Self { id, json }
    }
}

/// A file that a phone does not trust or could not get.
#[derive(Clone, Debug, Serialize)]
pub struct CheckFailure {
    pub id: ContentId,
    #[serde(serialize_with = "as_text")]
    pub error: ServiceError,
}

fn as_text<S: Serializer>(error: &ServiceError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

impl Checked {
    /// Forgets what is older than 14 days.
    pub fn forget_before(&mut self, now: Timestamp) {
        let oldest = UtcDay::of(now).minus(MAX_KEY_AGE_DAYS);
        self.windows.retain(|window| window.day >= oldest);
        self.warned = self.warned.filter(|date| *date >= oldest.date());
        let oldest = shift(now, -FILE_DAYS * DAY_SECONDS);
        self.files.retain(|_, made_at| *made_at >= oldest);
        self.replaced
            .retain(|_, replaced_at| *replaced_at >= oldest);
    }

    /// The service's configuration of phones, once it was fetched.
    pub fn app_config(&self) -> Option<&AppConfig> {
        self.app_config.as_ref().map(|document| &document.content)
    }

    /// Whether the service has told its phones to stop.
    pub fn has_ended(&self) -> bool {
        self.app_config().is_some_and(AppConfig::is_deactivated)
    }

    /// The texts to show, once they were fetched.
    pub fn resource_bundle(&self) -> Option<&ResourceBundle> {
        self.resource_bundle
            .as_ref()
            .map(|document| &document.content)
    }

    /// Whether the file has not been matched yet.
    pub fn is_new(&self, id: &ContentId) -> bool {
        !self.files.contains_key(id)
    }

    /// Remembers the windows of a file that was made at `made_at`.
    pub fn add(&mut self, id: ContentId, made_at: Timestamp, windows: Vec<ExposureWindow>) {
        self.windows.extend(windows);
        self.files.insert(id, made_at);
    }

    /// Remembers that the owner is warned of `date`, and returns whether that is new.
    pub fn warn(&mut self, date: Option<Date>) -> bool {
        let is_new = date > self.warned;
        self.warned = date.max(self.warned);
        is_new
    }

    /// The last day with a risk, by the parameters of the last check.
    pub fn exposure(&self, now: Timestamp) -> Option<ExposureDay> {
        let parameters = &self.risk_calculation_parameters.as_ref()?.content;
        exposure::exposures(&self.windows, parameters, now).pop()
    }

    /// Refuses a manifest that is older than the last one. It is signed but not dated. One that
    /// lacks the newest file that this phone has seen is older than that file, unless the file
    /// has had time to end. One without any new file is older, too, if it names a document that
    /// another one has replaced: a service that goes back to a former document says so with its
    /// next file.
    pub fn refuse_old(&self, manifest: &Manifest, now: Timestamp) -> Result<(), ServiceError> {
        let newest = self.files.iter().max_by_key(|(_, made_at)| **made_at);
        let lacks_newest = newest.is_some_and(|(id, made_at)| {
            now < shift(*made_at, LISTED_DAYS * DAY_SECONDS)
                && !manifest.exposure_key_sets.contains(id)
        });
        let mut files = manifest.exposure_key_sets.iter();
        let names_replaced = manifest
            .documents()
            .iter()
            .any(|id| self.replaced.contains_key(id));
        if lacks_newest || (names_replaced && files.all(|id| self.files.contains_key(id))) {
            return Err(ServiceError::OldManifest);
        }
        Ok(())
    }

    /// Fetches the documents that are new. If one cannot be fetched, the former one stays, if there
    /// is one.
    pub async fn update_documents(
        &mut self,
        service: &Service,
        manifest: &Manifest,
        now: Timestamp,
        failures: &mut Vec<CheckFailure>,
    ) -> Result<(), ServiceError> {
        let mut update = Update {
            service,
            now,
            replaced: &mut self.replaced,
            failures,
        };
        update
            .document(&mut self.app_config, manifest.app_config)
            .await?;
        update
            .document(&mut self.resource_bundle, manifest.resource_bundle)
            .await?;
        let parameters = manifest.risk_calculation_parameters;
        update
            .document(&mut self.risk_calculation_parameters, parameters)
            .await
    }
}

struct Update<'a> {
    service: &'a Service,
    now: Timestamp,
    replaced: &'a mut BTreeMap<ContentId, Timestamp>,
    failures: &'a mut Vec<CheckFailure>,
}

impl Update<'_> {
    async fn document<T: PublishedDocument>(
        &mut self,
        stored: &mut Option<Document<T>>,
        id: ContentId,
    ) -> Result<(), ServiceError> {
        let before = stored.as_ref().map(|document| document.id);
        if before == Some(id) {
            return Ok(());
        }
        match (fetch(self.service, id).await, before) {
            (Ok(document), _) => {
                *stored = Some(document);
                self.replaced.remove(&id);
                self.replaced.extend(before.map(|id| (id, self.now)));
            }
            (Err(error), Some(_)) => self.failures.push(CheckFailure { id, error }),
            (Err(error), None) => return Err(error),
        }
        Ok(())
    }
}

async fn fetch<T: PublishedDocument>(
    service: &Service,
    id: ContentId,
) -> Result<Document<T>, ServiceError> {
    let json = service.document::<T>(id).await?;
    let document = Document::try_from(StoredDocument { id, json });
    Ok(document.map_err(|_| DocumentError::Json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn id(text: &str) -> ContentId {
        ContentId::of(text.as_bytes())
    }

    fn manifest(files: &[&str]) -> Manifest {
        Manifest {
            exposure_key_sets: files.iter().map(|file| id(file)).collect(),
            risk_calculation_parameters: id("risk"),
            app_config: id("app"),
            resource_bundle: id("texts"),
        }
    }

    #[test]
    fn a_manifest_without_the_newest_file_is_old_for_eleven_days() {
        let checked = Checked {
            files: [(id("one"), shift(now(), -DAY_SECONDS)), (id("two"), now())].into(),
            ..Checked::default()
        };
        let accepted = |files: &[&str], days| {
            let later = shift(now(), days * DAY_SECONDS);
            checked.refuse_old(&manifest(files), later).is_ok()
        };
        assert!(accepted(&["one", "two"], 0));
        assert!(accepted(&["two", "three"], 0));
        assert!(!accepted(&["one"], 0));
        assert!(!accepted(&[], 10));
        assert!(accepted(&[], 11));
        assert!(Checked::default().refuse_old(&manifest(&[]), now()).is_ok());
    }
}
