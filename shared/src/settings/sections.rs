//! Settings that are needed together. Each section is read by what needs it, so a wrong setting
//! stops only that: phones can go on while employees cannot sign in.

use super::{
    setting::{Lookup, WrongSetting},
    table,
};
use crate::{
    api::routes::SignInRoute,
    country::{Country, Participants},
    publication::{
        export::ExportSettings,
        signing::{ExportSigningKey, ManifestSigningKey},
    },
    staff::sign_in::SignInRules,
};

/// What phones and the publication need.
pub struct PhoneSettings {
    /// Whether phones can register and upload. If not, the service has ended for them: 410.
    pub phone_api: bool,
    /// What every exposure key set says of itself.
    pub export: ExportSettings,
    /// Signs exposure key sets.
    pub export_signing_key: ExportSigningKey,
    /// Signs the manifest and the other documents.
    pub manifest_signing_key: ManifestSigningKey,
}

impl PhoneSettings {
    /// Reads the section.
    pub fn read(lookup: &Lookup<'_>) -> Result<Self, WrongSetting> {
        Ok(Self {
            phone_api: table::PHONE_API.read(lookup)?,
            export: ExportSettings {
                region: table::REGION.read(lookup)?,
                key_id: table::EXPORT_KEY_ID.read(lookup)?,
                key_version: table::EXPORT_KEY_VERSION.read(lookup)?,
            },
            export_signing_key: table::EXPORT_SIGNING_KEY.read(lookup)?,
            manifest_signing_key: table::MANIFEST_SIGNING_KEY.read(lookup)?,
        })
    }
}

/// What signing in needs, and the portal that employees sign in to (design §4.3.1).
pub struct SignInSettings {
    /// The URL of the organisation's OpenID Connect provider, exactly as the provider writes it.
    pub issuer: String,
    /// The origin of the portal, without a slash at the end. Only its pages may change anything.
    pub portal_origin: String,
    /// The provider's name for this service.
    pub client_id: String,
    /// Proves to the provider that it is this service.
    pub client_secret: String,
    /// Who may sign in.
    pub rules: SignInRules,
}

impl SignInSettings {
    /// Reads the section.
    pub fn read(lookup: &Lookup<'_>) -> Result<Self, WrongSetting> {
        Ok(Self {
            issuer: table::OIDC_ISSUER.read(lookup)?,
            portal_origin: table::PORTAL_ORIGIN.read(lookup)?,
            client_id: table::OIDC_CLIENT_ID.read(lookup)?,
            client_secret: table::OIDC_CLIENT_SECRET.read(lookup)?,
            rules: SignInRules {
                employee_claim: table::OIDC_EMPLOYEE_CLAIM.read(lookup)?,
                role_claim: table::OIDC_ROLE_CLAIM.read(lookup)?,
                employee_role: table::OIDC_EMPLOYEE_ROLE.read(lookup)?,
                administrator_role: table::OIDC_ADMINISTRATOR_ROLE.read(lookup)?,
                second_factor: table::OIDC_SECOND_FACTOR.read(lookup)?,
            },
        })
    }

    /// The URL to which the provider sends the browser back.
    pub fn callback(&self) -> String {
        format!("{}{}", self.portal_origin, SignInRoute::Callback.path())
    }

    /// The portal's first page.
    pub fn portal(&self) -> String {
        format!("{}/", self.portal_origin)
    }
}

/// The country of this service.
pub fn own_country(lookup: &Lookup<'_>) -> Result<Country, WrongSetting> {
    let region = table::REGION.read(lookup)?;
    region
        .parse()
        .map_err(|_| table::REGION.wrong_unless("the code of a country that can take part"))
}

/// The countries that keys are exchanged with.
pub fn participants(lookup: &Lookup<'_>) -> Result<Participants, WrongSetting> {
    let own = own_country(lookup)?;
    let participants = table::EFGS_COUNTRIES.read(lookup)?;
    if participants.include(own) {
        return Err(table::EFGS_COUNTRIES.wrong());
    }
    Ok(participants)
}
