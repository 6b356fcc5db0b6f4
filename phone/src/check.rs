//! Checking for exposures: download what is new, verify it, match it, and forget the keys again.

use serde::Serialize;
use shared::{
    Timestamp,
    publication::{content::ContentId, export::ExportHeader},
    time::Interval,
};

use crate::{
    checked::CheckFailure,
    exposure::{self, ExposureDay},
    matching::Heard,
    phone::Phone,
    service::{Service, ServiceError},
};

/// The progress of a check.
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
    /// The files that were refused or could not be fetched. The next check tries them again.
    pub failures: Vec<CheckFailure>,
    /// The last day with a risk, found in this check or before.
    pub exposure: Option<ExposureDay>,
    /// Whether the owner has not been warned of it before.
    pub is_new: bool,
    /// Whether the service has ended, and the app may be removed.
    pub has_ended: bool,
}

/// A file that was downloaded, verified and matched.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedFile {
    pub id: ContentId,
    /// How many keys it has.
    pub keys: usize,
    /// How many windows of exposure they made.
    pub windows: usize,
}

impl Phone {
    /// Downloads what is new, and finds out whether the owner was near an infectious person.
    ///
    /// A file that is refused or missing does not stop the others, nor does a document that has a
    /// former one.
    ///
    /// # Errors
    /// The manifest, or a first document, is refused or cannot be fetched.
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
            .filter(|id| self.checked.is_new(id))
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
                Err(error) => failures.push(CheckFailure { id: *id, error }),
            }
        }

        let exposure = self.checked.exposure(now);
        let is_new = self.checked.warn(exposure.map(|exposure| exposure.date));
        Ok(CheckReport {
            files,
            failures,
            exposure,
            is_new,
            has_ended: self.checked.has_ended(),
        })
    }

    /// Matches a file. Its keys are dropped at the end.
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
        self.checked.add(id, made_at, windows);
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use rand::{SeedableRng as _, rngs::StdRng};
    use serde_json::{Value, json};

    use super::*;
    use crate::service::VerifyingKeys;

    fn now() -> Timestamp {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    /// The address of no service.
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
            let mut checked = serde_json::to_value(&phone.checked).unwrap();
            checked["app_config"] = json!({ "id": ContentId::of(b"app"), "json": config });
            phone.checked = serde_json::from_value(checked).unwrap();
            let first = block_on(phone.work_in_background(&service, now(), &mut random));
            let then = phone.next_wake().unwrap_or(now());
            let second = block_on(phone.work_in_background(&service, then, &mut random));
            first.is_ok() && second.is_ok()
        };
        // A decoy finds no service to receive it.
        assert!(!works(""));
        assert!(works("deactivated"));
    }
}
