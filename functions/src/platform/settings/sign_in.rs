//! The settings of signing in, and of the portal that employees sign in to (design §4.3).

use std::{cell::OnceCell, rc::Rc};

use openidconnect::{ClientId, ClientSecret, IssuerUrl};
use shared::{
    api::routes::SignInRoute,
    staff::sign_in::{SecondFactor, SignInRules},
};
use url::{Host, Url};
use worker::{Env, Result};

use super::{bad, matching, once, secret, text};

/// What signing in needs.
pub struct SignInConfig {
    /// The origin of the portal, without a slash at the end: the only one whose pages may change
    /// anything.
    pub portal_origin: String,
    /// The organisation's OpenID Connect provider.
    pub issuer: IssuerUrl,
    /// As whom the provider knows this service.
    pub client_id: ClientId,
    /// By which it believes that.
    pub client_secret: ClientSecret,
    /// Who may sign in.
    pub rules: SignInRules,
}

impl SignInConfig {
    /// The settings; parsed by the first request of the isolate that needs them.
    pub fn of(env: &Env) -> Result<Rc<Self>> {
        thread_local! {
            static CONFIG: OnceCell<Rc<SignInConfig>> = const { OnceCell::new() };
        }
        once(&CONFIG, || Self::parse(env))
    }

    /// Where the provider sends the browser back to.
    pub fn callback(&self) -> String {
        format!("{}{}", self.portal_origin, SignInRoute::Callback.path())
    }

    /// The portal's first page.
    pub fn portal(&self) -> String {
        format!("{}/", self.portal_origin)
    }

    fn parse(env: &Env) -> Result<Self> {
        let claim = |name| matching(env, name, "the name of a claim", |text| !text.is_empty());
        let role = |name| matching(env, name, "the name of a role", |text| !text.is_empty());
        let id = |name| matching(env, name, "an id", |text| !text.is_empty());
        let issuer = matching(env, "OIDC_ISSUER", "an https URL", |text| {
            Url::parse(text).is_ok_and(|url| is_safe(&url))
        })?;
        let second_factor: SecondFactor =
            text(env, "OIDC_SECOND_FACTOR")?.parse().map_err(|_| {
                bad(
                    "OIDC_SECOND_FACTOR",
                    "values of acr and amr such as `amr:otp`",
                )
            })?;
        Ok(Self {
            portal_origin: matching(env, "PORTAL_ORIGIN", "`https://` and a host", |text| {
                Url::parse(text)
                    .is_ok_and(|url| is_safe(&url) && url.origin().ascii_serialization() == text)
            })?,
            issuer: IssuerUrl::new(issuer).map_err(|_| bad("OIDC_ISSUER", "an https URL"))?,
            client_id: ClientId::new(id("OIDC_CLIENT_ID")?),
            client_secret: ClientSecret::new(secret(env, "OIDC_CLIENT_SECRET")?),
            rules: SignInRules {
                employee_claim: claim("OIDC_EMPLOYEE_CLAIM")?,
                role_claim: claim("OIDC_ROLE_CLAIM")?,
                employee_role: role("OIDC_EMPLOYEE_ROLE")?,
                administrator_role: role("OIDC_ADMINISTRATOR_ROLE")?,
                second_factor,
            },
        })
    }
}

/// Whether nobody on the way can read or change what goes to `url` and comes from it.
pub fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        },
        _ => false,
    }
}
