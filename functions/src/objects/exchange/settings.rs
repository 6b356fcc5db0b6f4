//! The settings of the exchange, parsed when it first runs: a wrong one stops the exchange and
//! nothing else.

use std::{cell::OnceCell, rc::Rc};

use federation::{
    certificate::TrustAnchor,
    cursor::MAX_RETENTION_DAYS,
    signing_key::{IdentityError, SigningIdentity},
};
use shared::country::{Country, Participants};
use worker::{Env, Result};

use crate::platform::settings::{bad, own_country, participants, secret, text};

/// Every setting of an exchange that is switched on.
pub struct Settings {
    /// The country of this service.
    pub own: Country,
    /// Those that keys are exchanged with.
    pub participants: Rc<Participants>,
    /// What batches are signed with.
    pub identity: SigningIdentity,
    /// The gateway's operator.
    pub anchor: TrustAnchor,
    /// The gateway's address, without a slash at its end.
    pub url: String,
    /// How many days before today the gateway keeps.
    pub retention_days: u32,
    /// How long an answer may take.
    pub timeout_seconds: u32,
}

impl Settings {
    /// The settings; `None` when the exchange is switched off. Bindings do not change while the
    /// isolate lives.
    pub fn of(env: &Env) -> Result<Option<Rc<Self>>> {
        thread_local! {
            static SETTINGS: OnceCell<Option<Rc<Settings>>> = const { OnceCell::new() };
        }
        SETTINGS.with(|cell| {
            if let Some(settings) = cell.get() {
                return Ok(settings.clone());
            }
            let settings = match text(env, "EFGS_EXCHANGE")?.as_str() {
                "on" => Some(Rc::new(Self::parse(env)?)),
                "off" => None,
                _ => return Err(bad("EFGS_EXCHANGE", "`on` or `off`")),
            };
            Ok(cell.get_or_init(|| settings).clone())
        })
    }

    fn parse(env: &Env) -> Result<Self> {
        let own = own_country(env)?;
        let identity = SigningIdentity::from_pem(
            &secret(env, "EFGS_SIGNING_KEY")?,
            &secret(env, "EFGS_SIGNING_CERTIFICATE")?,
        )
        .map_err(|error| match error {
            IdentityError::Key => bad("EFGS_SIGNING_KEY", "a P-256 or RSA key, PKCS#8 PEM"),
            IdentityError::Certificate => bad("EFGS_SIGNING_CERTIFICATE", CERTIFICATE),
            IdentityError::Mismatch => {
                bad("EFGS_SIGNING_KEY", "the key of EFGS_SIGNING_CERTIFICATE")
            }
        })?;
        // The gateway would refuse every batch.
        if identity.certificate().country() != Some(own) {
            return Err(bad("EFGS_SIGNING_CERTIFICATE", "a certificate of REGION"));
        }
        let url = text(env, "EFGS_URL")?;
        if !url.starts_with("https://") || url.ends_with('/') {
            return Err(bad("EFGS_URL", "https://… without a slash at its end"));
        }
        Ok(Self {
            own,
            participants: participants(env)?,
            identity,
            anchor: TrustAnchor::from_pem(&secret(env, "EFGS_TRUST_ANCHOR")?)
                .map_err(|_| bad("EFGS_TRUST_ANCHOR", CERTIFICATE))?,
            url,
            retention_days: number(env, "EFGS_RETENTION_DAYS", MAX_RETENTION_DAYS)?,
            timeout_seconds: number(env, "EFGS_TIMEOUT_SECONDS", 120)?,
        })
    }
}

/// What a certificate should be.
const CERTIFICATE: &str = "a certificate in PEM with an EC P-256, EC P-384 or RSA key";

fn number(env: &Env, name: &str, most: u32) -> Result<u32> {
    let value = text(env, name)?.parse().ok();
    value
        .filter(|value| (1..=most).contains(value))
        .ok_or_else(|| bad(name, &format!("a number from 1 to {most}")))
}
