//! Checking for exposures: download what is new, verify it, match it, and forget the keys again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    Date, Timestamp,
    keys::tek::MAX_KEY_AGE_DAYS,
    publication::{
        content::{ContentId, DocumentError, Manifest},
        documents::{AppConfig, ResourceBundle, RiskCalculationParameters},
        export::ExportHeader,
    },
    time::{DAY_SECONDS, Interval, UtcDay, shift},
};

use crate::{
    exposure::{self, Exposure, ExposureWindow},
    matching::Heard,
    phone::Phone,
    service::{PublishedDocument, Service, ServiceError},
};

/// For how many days a phone remembers that it has matched a file. Until then the file has ended,
/// and nothing that was heard could match it any more; if an older manifest named it again, its
/// windows would count twice.
const FILE_DAYS: i64 = 15;

/// For how many days after its making the newest file stays on the manifest at least. A file ends
/// 14 days after the oldest upload in it, and an upload waits up to two days and a half for the GGD
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
    /// The documents of before, and when another one took their place.
    replaced: BTreeMap<ContentId, Timestamp>,
    /// What was found in the past 14 days.
    windows: Vec<ExposureWindow>,
    /// The last day of which the owner has been warned.
    warned: Option<Date>,
}

/// A document, and the text of it, from which it is read again by the same rules.
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

/// How far a check is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Files that are matched.
    pub done: usize,
    /// Files that are new.
    pub files: usize,
}

/// What a check found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// The files that were new, oldest first.
    pub files: Vec<CheckedFile>,
    /// The files that could not be fetched or are refused. The next check tries them again.
    pub failures: Vec<Failure>,
    /// The last day with a risk, whenever it was found.
    pub exposure: Option<Exposure>,
    /// Whether the owner has not been warned of it before.
    pub is_new: bool,
    /// Whether the service has ended, and the app may be removed.
    pub has_ended: bool,
}

/// A file that was downloaded, verified and matched.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedFile {
    /// Its name.
    pub id: ContentId,
    /// How many keys it has.
    pub keys: usize,
    /// How many windows of exposure they made.
    pub windows: usize,
}

/// A file that a phone does not trust or could not get.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Its name.
    pub id: ContentId,
    /// Why.
    #[serde(serialize_with = "as_text")]
    pub error: ServiceError,
}

fn as_text<S: Serializer>(error: &ServiceError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

impl Phone {
    /// Downloads what is new and says whether its owner was near somebody who was infectious. A
    /// file that is refused or withheld keeps no other one from being matched, nor does a
    /// document as long as there is the one of before; only a manifest that is refused ends the
    /// check, or a first document.
    pub async fn check(
        &mut self,
        service: &Service,
        now: Timestamp,
        mut progress: impl FnMut(Progress),
    ) -> Result<CheckReport, ServiceError> {
        self.forget_before(now);
        let manifest = service.manifest().await?;
        self.checked.refuse_old(&manifest, now)?;
        let mut failures = Vec::new();
        self.checked
            .update_documents(service, &manifest, now, &mut failures)
            .await?;

        let new: Vec<_> = manifest
            .exposure_key_sets
            .iter()
            .filter(|id| !self.checked.files.contains_key(id))
            .copied()
            .collect();
        let heard = Heard::new(
            self.encounters
                .all()
                .iter()
                .map(|encounter| (Interval::at(encounter.heard_at), encounter.identifier)),
        );
        let mut files = Vec::with_capacity(new.len());
        for (done, id) in new.iter().enumerate() {
            progress(Progress {
                done,
                files: new.len(),
            });
            match self.match_file(*id, service, &heard).await {
                Ok(file) => files.push(file),
                Err(error) => failures.push(Failure { id: *id, error }),
            }
        }

        let exposure = self.checked.exposure(now);
        let date = exposure.map(|exposure| exposure.date);
        let is_new = date > self.checked.warned;
        self.checked.warned = date.max(self.checked.warned);
        Ok(CheckReport {
            files,
            failures,
            exposure,
            is_new,
            has_ended: self.checked.has_ended(),
        })
    }

    /// The keys of the file are gone when this returns.
    async fn match_file(
        &mut self,
        id: ContentId,
        service: &Service,
        heard: &Heard,
    ) -> Result<CheckedFile, ServiceError> {
        let set = service.exposure_key_set(id).await?;
        let ExportHeader { window, .. } = set.header();
        let made_at = window.end;
        let keys: Vec<_> = set.diagnosis_keys().collect();
        drop(set);
        let windows = exposure::windows(&keys, heard, self.encounters.all());
        let file = CheckedFile {
            id,
            keys: keys.len(),
            windows: windows.len(),
        };
        self.checked.windows.extend(windows);
        self.checked.files.insert(id, made_at);
        Ok(file)
    }
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

    /// How the service wants phones to behave, once it has said so.
    pub fn app_config(&self) -> Option<&AppConfig> {
        self.app_config.as_ref().map(|document| &document.content)
    }

    /// Whether the service has told its phones to stop.
    pub fn has_ended(&self) -> bool {
        self.app_config().is_some_and(AppConfig::is_deactivated)
    }

    /// The texts to show, once they are there.
    pub fn resource_bundle(&self) -> Option<&ResourceBundle> {
        self.resource_bundle
            .as_ref()
            .map(|document| &document.content)
    }

    /// The last day with a risk, by the parameters of the last check.
    pub fn exposure(&self, now: Timestamp) -> Option<Exposure> {
        let parameters = &self.risk_calculation_parameters.as_ref()?.content;
        exposure::exposures(&self.windows, parameters, now).pop()
    }

    /// A manifest is signed but not dated. One that lacks the newest file that this phone has seen
    /// is older than that file, unless the file has had time to end. One without any new file
    /// is older, too, if it names a document that another one has replaced: a service that goes
    /// back to a former document says so with its next file.
    fn refuse_old(&self, manifest: &Manifest, now: Timestamp) -> Result<(), ServiceError> {
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

    /// Fetches the documents that are not those of the last check. One that cannot be had leaves
    /// that of before in place, if there is one.
    async fn update_documents(
        &mut self,
        service: &Service,
        manifest: &Manifest,
        now: Timestamp,
        failures: &mut Vec<Failure>,
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

/// The update of the documents in a check.
struct Update<'a> {
    service: &'a Service,
    now: Timestamp,
    replaced: &'a mut BTreeMap<ContentId, Timestamp>,
    failures: &'a mut Vec<Failure>,
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
            (Err(error), Some(_)) => self.failures.push(Failure { id, error }),
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
    use pollster::block_on;
    use rand::{SeedableRng as _, rngs::StdRng};
    use serde_json::json;

    use super::*;
    use crate::service::VerifyingKeys;

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

    /// A service where nobody listens.
    fn nowhere() -> Service {
        let keys = VerifyingKeys::from_pem(
            include_str!("../../shared/tests/fixtures/ed25519.pub.pem"),
            include_str!("../../shared/tests/fixtures/p256.pub.pem"),
        );
        Service::new("http://127.0.0.1:1".parse().unwrap(), keys.unwrap())
    }

    #[test]
    fn a_phone_of_a_service_that_has_ended_sends_nothing_by_itself() {
        let mut random = StdRng::seed_from_u64(1);
        let mut config: Value =
            serde_json::from_str(include_str!("../../functions/content/appconfig.json")).unwrap();
        config["decoyProbability"] = json!(1);
        let service = nowhere();
        let mut works = |ended: &str| {
            config["coronaMelderDeactivated"] = json!(ended);
            let mut phone = Phone::new(now(), &mut random);
            let stored = json!({ "id": id("app"), "json": config });
            phone.checked.app_config = serde_json::from_value(stored).unwrap();
            let first = block_on(phone.work_in_background(&service, now(), &mut random));
            let then = phone.next_wake().unwrap_or(now());
            let second = block_on(phone.work_in_background(&service, then, &mut random));
            first.is_ok() && second.is_ok()
        };
        // Where it would send a decoy, it finds nobody.
        assert!(!works(""));
        assert!(works("deactivated"));
    }
}
