//! What a test's service is started with: build, settings, sign-in provider and gateway.

use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use shared::country::Country;
use xtask::{
    build::Profile,
    provider::Provider,
    workerd::{Local, Workerd},
};

use crate::gateway::Gateway;

/// The sign-in provider of all systems of a program. It starts with the first sign-in and ends with
/// the program.
///
/// # Panics
/// When there is no port for it.
#[expect(clippy::expect_used, reason = "a test cannot go on without its system")]
pub static PROVIDER: LazyLock<Provider> =
    // Its host is not the portal's, as in production: browsers then treat the two as unrelated.
    LazyLock::new(|| Provider::reserve("localhost", [0]).expect("a port"));

/// The countries that a service exchanges keys with.
#[derive(Clone)]
pub struct Partners {
    /// The gateway between them.
    pub gateway: Arc<Gateway>,
    /// The service's own country.
    pub country: Country,
    /// The codes of the other countries, separated by spaces.
    pub participants: &'static str,
}

/// The build and settings of a service.
pub struct Setup {
    /// The profile of the build.
    pub profile: Profile,
    /// Values that replace those of the local settings.
    pub settings: Vec<(String, String)>,
    /// The exchange with other countries, if there is one.
    pub partners: Option<Partners>,
    /// Whether the cron trigger `* * * * *` fires, every minute.
    pub scheduled: bool,
    /// Whether the service's clock is moved to a morning. That of the platform cannot be moved, nor
    /// that of a release.
    pub morning: bool,
}

/// The development build, without an exchange and with jobs that only tests run.
impl Default for Setup {
    fn default() -> Self {
        Self {
            profile: Profile::Dev,
            settings: Vec::new(),
            partners: None,
            scheduled: false,
            morning: true,
        }
    }
}

/// Starts workerd as `setup` says, with its data in the folder `data`.
#[expect(clippy::expect_used, reason = "a test cannot go on without its system")]
pub fn start(setup: &Setup, data: &Path, port: Option<u16>) -> Workerd {
    let settings: Vec<_> = setup
        .settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let exchange = setup.partners.as_ref().map(|partners| {
        partners
            .gateway
            .exchange(partners.country, partners.participants)
    });
    let local = Local {
        host: "127.0.0.1",
        provider: &PROVIDER,
        scheduled: setup.scheduled,
        settings: &settings,
        exchange,
    };
    Workerd::start(setup.profile, data, port, &local).expect("workerd starts")
}
