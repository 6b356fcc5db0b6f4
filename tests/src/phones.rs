//! Phones that register at a service, upload their keys and look for exposures, and the files that
//! they download.

use std::fs;

use phone::{CheckReport, Phone, Service, ServiceError, VerifyingKeys};
use pollster::block_on;
use rand::{SeedableRng as _, rngs::StdRng};
use shared::{
    enrolment::code::ValidationCode, keys::conversion::DiagnosisKey,
    publication::export::ExposureKeySet,
};

use crate::{environment::random, system::System};

impl System {
    /// The client with which phones call the service.
    pub fn service(&self) -> Service {
        self.service_at(&self.address())
    }

    /// The client with which phones call the service at another `address`.
    #[expect(clippy::expect_used, reason = "tests give addresses")]
    pub fn service_at(&self, address: &str) -> Service {
        Service::new(address.parse().expect("a URL"), self.verifying_keys())
    }

    /// The public keys that phones trust.
    #[expect(clippy::expect_used, reason = "a test cannot go on without keys")]
    pub fn verifying_keys(&self) -> VerifyingKeys {
        let read = |name| fs::read_to_string(self.data().join("keys").join(name));
        VerifyingKeys::from_pem(
            &read("manifest.pub.pem").expect("the service has keys"),
            &read("export.pub.pem").expect("the service has keys"),
        )
        .expect("they are keys")
    }

    /// The exposure key sets that can be downloaded now, oldest first, verified as by a phone.
    ///
    /// # Panics
    /// When a phone would refuse one of them.
    #[expect(clippy::expect_used, reason = "a test cannot go on without them")]
    pub fn published_files(&self) -> Vec<ExposureKeySet> {
        let service = self.service();
        let manifest = block_on(service.manifest()).expect("a manifest");
        let files = manifest.exposure_key_sets.into_iter();
        files
            .map(|id| block_on(service.exposure_key_set(id)).expect("an exposure key set"))
            .collect()
    }

    /// The diagnosis keys that can be downloaded now.
    pub fn published(&self) -> Vec<DiagnosisKey> {
        let files = self.published_files();
        files
            .iter()
            .flat_map(|file| file.diagnosis_keys())
            .collect()
    }

    /// The paths in `index.txt`.
    #[expect(clippy::expect_used, reason = "a test cannot go on without an answer")]
    pub fn index(&self) -> Vec<String> {
        let text = self.get("index.txt", &[]).into_body().read_to_string();
        text.expect("an index").lines().map(str::to_owned).collect()
    }

    /// A phone that has been in use for 14 days. Its keys depend on `seed`.
    pub fn phone(&self, seed: u64) -> Phone {
        Phone::new(self.now(), &mut StdRng::seed_from_u64(seed))
    }

    /// The code of `phone`, which registers if it has none.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    pub fn code(&self, phone: &mut Phone) -> ValidationCode {
        block_on(phone.code(&self.service(), self.now(), &mut random()))
            .expect("a registration")
            .code
    }

    /// Uploads the keys of `phone`.
    #[expect(clippy::expect_used, reason = "a test cannot go on without it")]
    pub fn share(&self, phone: &mut Phone) {
        block_on(phone.share(&self.service(), self.now(), &mut random())).expect("an upload");
    }

    /// Looks for exposures of `phone`.
    pub fn check(&self, phone: &mut Phone) -> Result<CheckReport, ServiceError> {
        block_on(phone.check(&self.service(), self.now(), |_| ()))
    }
}
