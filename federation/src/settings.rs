//! The settings of the exchange with other countries. They are read when it runs, so a wrong one
//! stops the exchange and nothing else.

use shared::{
    country::{Country, Participants},
    settings::{Lookup, WrongSetting, own_country, participants, table},
};

use crate::{
    certificate::TrustAnchor,
    signing_key::{IdentityError, SigningIdentity},
};

/// Every setting of an exchange that is switched on.
pub struct ExchangeSettings {
    /// The country of this service.
    pub own: Country,
    /// The countries that keys are exchanged with.
    pub participants: Participants,
    /// What batches are signed with.
    pub identity: SigningIdentity,
    /// The certificate of the gateway's operator.
    pub anchor: TrustAnchor,
    /// The gateway's address, without a slash at its end.
    pub url: String,
    /// For how many days before today the gateway keeps batches.
    pub retention_days: u32,
    /// The time after which a request is given up.
    pub timeout_seconds: u32,
}

impl ExchangeSettings {
    /// Reads the settings; `None` if the exchange is switched off. The others may be wrong then.
    pub fn read(lookup: &Lookup<'_>) -> Result<Option<Self>, WrongSetting> {
        if !table::EFGS_EXCHANGE.read(lookup)? {
            return Ok(None);
        }
        let own = own_country(lookup)?;
        Ok(Some(Self {
            own,
            identity: identity(own, lookup)?,
            url: table::EFGS_URL.read(lookup)?,
            participants: participants(lookup)?,
            anchor: TrustAnchor::from_pem(&table::EFGS_TRUST_ANCHOR.read(lookup)?)
                .map_err(|_| table::EFGS_TRUST_ANCHOR.wrong())?,
            retention_days: table::EFGS_RETENTION_DAYS.read(lookup)?,
            timeout_seconds: table::EFGS_TIMEOUT_SECONDS.read(lookup)?,
        }))
    }
}

fn identity(own: Country, lookup: &Lookup<'_>) -> Result<SigningIdentity, WrongSetting> {
    let (key, certificate) = (table::EFGS_SIGNING_KEY, table::EFGS_SIGNING_CERTIFICATE);
    let identity = SigningIdentity::from_pem(&key.read(lookup)?, &certificate.read(lookup)?)
        .map_err(|error| match error {
            IdentityError::Key => key.wrong(),
            IdentityError::Certificate => certificate.wrong(),
            IdentityError::Mismatch => key.wrong_unless("the key of EFGS_SIGNING_CERTIFICATE"),
        })?;
    // The gateway would refuse every batch.
    if identity.certificate().country() != Some(own) {
        return Err(certificate.wrong_unless("a certificate of REGION"));
    }
    Ok(identity)
}
