//! With what a service is started.

use std::{path::Path, sync::Arc};

use shared::country::Country;
use xtask::{
    build::Profile,
    efgs_keys::KeyKind,
    workerd::{Local, Workerd},
};

use crate::{PROVIDER, System, gateway::Gateway};

/// With whom a service exchanges keys.
#[derive(Clone)]
pub struct Partners {
    /// Through which gateway.
    pub gateway: Arc<Gateway>,
    /// The service's own country.
    pub country: Country,
    /// The codes of the other countries.
    pub participants: &'static str,
}

/// What a service is started with.
pub struct Setup {
    /// The build.
    pub profile: Profile,
    /// Other values for some of its settings.
    pub settings: Vec<(String, String)>,
    /// The exchange with other countries.
    pub partners: Option<Partners>,
    /// Whether the trigger `* * * * *` goes off, every minute.
    pub scheduled: bool,
    /// Whether its clock is moved on to a morning. The platform's cannot be, nor a release's.
    pub morning: bool,
}

/// The development build without other countries, whose jobs tests run themselves.
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

impl System {
    /// Starts the development build on a free port.
    ///
    /// # Panics
    /// When it does not start; `cargo xtask test` builds what it needs.
    pub fn start() -> Self {
        Self::start_build(Profile::Dev)
    }

    /// Starts the development build with other values for some of its settings.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_as(Setup {
            settings: owned(settings),
            ..Setup::default()
        })
    }

    /// Starts the development build with the exchange with other countries, and other values for
    /// some of its settings.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_exchanging(partners: Partners, settings: &[(&str, &str)]) -> Self {
        Self::start_as(Setup {
            settings: owned(settings),
            partners: Some(partners),
            ..Setup::default()
        })
    }

    /// Starts the development build as the Dutch service that exchanges keys with BE and DE, and a
    /// new gateway; DK uploads too. The countries sign with keys of every kind.
    ///
    /// # Panics
    /// When they do not start.
    pub fn start_with_gateway(settings: &[(&str, &str)]) -> (Self, Arc<Gateway>) {
        let gateway = Gateway::for_countries(&[
            ("BE", KeyKind::P384),
            ("DE", KeyKind::Rsa),
            ("DK", KeyKind::P256),
            ("NL", KeyKind::P256),
        ]);
        let partners = Partners {
            gateway: gateway.clone(),
            country: Country::NETHERLANDS,
            participants: "BE DE",
        };
        (Self::start_exchanging(partners, settings), gateway)
    }

    /// Starts the build `profile`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_build(profile: Profile) -> Self {
        Self::start_as(Setup {
            profile,
            morning: profile != Profile::Release,
            ..Setup::default()
        })
    }
}

/// Starts what `setup` says, with its data in `data`.
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

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    settings.iter().map(owned).collect()
}
