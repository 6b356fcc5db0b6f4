//! The organisation's OpenID Connect provider: its metadata, the URLs that browsers are sent to,
//! and the verification of its ID tokens.

use std::{cell::RefCell, rc::Rc};

use openidconnect::{
    AdditionalClaims, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    IdToken, IdTokenFields, IdTokenVerifier, IssuerUrl, LogoutRequest, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
        CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    Timestamp,
    settings::{SignInSettings, is_safe},
    staff::{
        sign_in::Claims,
        token::{Nonce, State, Token, Verifier},
    },
};
use thiserror::Error;
use url::Url;

use super::http;
use crate::{objects::staff::calls::TakenSignIn, platform::clock};

/// How long the provider's metadata and keys are used before they are fetched again, in seconds.
const MAX_AGE: i64 = 3_600;

/// The age at which they are fetched again for a token that names an unknown key, in seconds. The
/// provider may have a new key; but forged tokens must not cause a request each.
const MIN_AGE: i64 = 60;

/// How far the time of issue of an ID token can be from now, in seconds. The provider issues it on
/// request, so this allows for a difference of the clocks.
const TOKEN_AGE: i64 = 300;

/// The accepted signature algorithms: those whose signing key only the provider has.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The provider's metadata and keys, and when they were fetched.
pub struct Provider {
    metadata: ProviderMetadataWithLogout,
    fetched_at: Timestamp,
}

/// The secrets that tie the steps of a sign-in together.
pub struct Secrets {
    /// Comes back in the query of the callback.
    pub state: Token<State>,
    /// Comes back in the ID token.
    pub nonce: Token<Nonce>,
    /// Goes to the provider with the code.
    pub verifier: Token<Verifier>,
}

/// Why an employee cannot be signed in. The text is for the log, and quotes nothing that was sent.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ProviderError {
    #[error("the provider's metadata or keys cannot be had")]
    Discovery,
    #[error("an address of the provider is neither https nor local")]
    Unsafe,
    #[error("the provider gives no token for the code")]
    Exchange,
    #[error("the provider gives no ID token")]
    NoToken,
    #[error("the ID token is refused: {0}")]
    Token(&'static str),
}

thread_local! {
    static PROVIDER: RefCell<Option<Rc<Provider>>> = const { RefCell::new(None) };
}

impl Provider {
    /// The provider as it was an hour ago at most.
    pub async fn current(
        config: &SignInSettings,
        now: Timestamp,
    ) -> Result<Rc<Self>, ProviderError> {
        match PROVIDER.with_borrow(Clone::clone) {
            Some(known) if known.age(now) < MAX_AGE => Ok(known),
            _ => Self::fetch(config, now).await,
        }
    }

    /// Fetches the provider's metadata and keys.
    async fn fetch(config: &SignInSettings, now: Timestamp) -> Result<Rc<Self>, ProviderError> {
        let metadata = ProviderMetadataWithLogout::discover_async(issuer(config)?, &http::send)
            .await
            .map_err(|_| ProviderError::Discovery)?;
        let urls = [
            Some(metadata.authorization_endpoint().url()),
            Some(metadata.jwks_uri().url()),
            metadata.token_endpoint().map(|endpoint| endpoint.url()),
        ];
        if !urls.into_iter().all(|url| url.is_some_and(is_safe)) {
            return Err(ProviderError::Unsafe);
        }
        let provider = Rc::new(Self {
            metadata,
            fetched_at: now,
        });
        PROVIDER.set(Some(provider.clone()));
        Ok(provider)
    }

    fn age(&self, now: Timestamp) -> i64 {
        now.as_second() - self.fetched_at.as_second()
    }

    /// The URL at which the browser signs in.
    pub fn sign_in_url(
        &self,
        config: &SignInSettings,
        secrets: &Secrets,
    ) -> Result<Url, ProviderError> {
        let client = self.client(config)?;
        let state = CsrfToken::new(secrets.state.to_string());
        let nonce = openidconnect::Nonce::new(secrets.nonce.to_string());
        let verifier = PkceCodeVerifier::new(secrets.verifier.to_string());
        let request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || state,
                move || nonce,
            )
            .add_scope(Scope::new("profile".to_owned()))
            // The employee authenticates even if the provider has a session: another person may sit
            // at the computer now.
            .add_prompt(CoreAuthPrompt::Login)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let second_factors = config.rules.second_factor.acr_values();
        let request = second_factors.fold(request, |request, value| {
            request.add_auth_context_value(AuthenticationContextClass::new(value.to_owned()))
        });
        Ok(request.url().0)
    }

    /// The URL at which the browser signs out; `None` if the provider has none. It carries no ID
    /// token, since none is kept, so the provider may ask the employee to confirm.
    pub fn sign_out_url(&self, config: &SignInSettings) -> Option<Url> {
        let endpoint = self
            .metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()?;
        if !is_safe(endpoint.url()) {
            return None;
        }
        let portal = PostLogoutRedirectUrl::new(config.portal()).ok()?;
        let request = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(config.client_id.clone()))
            .set_post_logout_redirect_uri(portal);
        Some(request.http_get_url())
    }

    /// The claims of the ID token that the provider gives for `code`, if the token is genuine,
    /// issued to this service, and part of this sign-in.
    pub async fn claims(
        &self,
        config: &SignInSettings,
        code: String,
        sign_in: &TakenSignIn,
        now: Timestamp,
    ) -> Result<Claims, ProviderError> {
        let token = self.exchange(config, code, sign_in).await?;
        let nonce = openidconnect::Nonce::new(sign_in.nonce.to_string());
        let checked = token.claims(&self.verifier(config)?, &nonce);
        let claims = match checked {
            Err(error) if names_unknown_key(&error) && self.age(now) >= MIN_AGE => {
                let renewed = Self::fetch(config, now).await?;
                token.claims(&renewed.verifier(config)?, &nonce)
            }
            checked => checked,
        };
        let claims = claims.map_err(|error| ProviderError::Token(kind(&error)))?;
        // The library does not check the party that the token was issued to (OpenID Connect Core
        // §3.1.3.7, step 5).
        let party = claims.authorized_party();
        if party.is_some_and(|party| **party != config.client_id) {
            return Err(ProviderError::Token("audience"));
        }
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err(ProviderError::Token("claims")),
        }
    }

    async fn exchange(
        &self,
        config: &SignInSettings,
        code: String,
        sign_in: &TakenSignIn,
    ) -> Result<ProviderIdToken, ProviderError> {
        let client = self.client(config)?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| ProviderError::Discovery)?
            .set_pkce_verifier(PkceCodeVerifier::new(sign_in.verifier.to_string()))
            .request_async(&http::send)
            .await
            .map_err(|_| ProviderError::Exchange)?;
        answer.id_token().cloned().ok_or(ProviderError::NoToken)
    }

    fn verifier(
        &self,
        config: &SignInSettings,
    ) -> Result<IdTokenVerifier<'static, CoreJsonWebKey>, ProviderError> {
        let now = clock::real().as_second();
        // Without the client secret: a verifier that has it accepts tokens signed with it.
        let verifier = IdTokenVerifier::new_public_client(
            ClientId::new(config.client_id.clone()),
            issuer(config)?,
            self.metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_other_audience_verifier_fn(|_| false)
        .set_time_fn(move || chrono::DateTime::from_timestamp(now, 0).unwrap_or_default())
        .set_issue_time_verifier_fn(move |issued| {
            if (issued.timestamp() - now).abs() <= TOKEN_AGE {
                Ok(())
            } else {
                Err("not issued just now".to_owned())
            }
        });
        Ok(verifier)
    }

    fn client(&self, config: &SignInSettings) -> Result<ProviderClient, ProviderError> {
        let callback = RedirectUrl::new(config.callback()).map_err(|_| ProviderError::Unsafe)?;
        let client = Client::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(config.client_id.clone()),
            Some(ClientSecret::new(config.client_secret.clone())),
        );
        Ok(client.set_redirect_uri(callback))
    }
}

fn issuer(config: &SignInSettings) -> Result<IssuerUrl, ProviderError> {
    IssuerUrl::new(config.issuer.clone()).map_err(|_| ProviderError::Unsafe)
}

/// Whether the token is signed with an unknown key.
fn names_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)
    )
}

/// What is wrong with a token, without its content.
const fn kind(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "expired",
        ClaimsVerificationError::InvalidAudience(_) => "audience",
        ClaimsVerificationError::InvalidIssuer(_) => "issuer",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::NoMatchingKey => "signed by an unknown key",
            SignatureVerificationError::NoSignature => "not signed",
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_) => "signature algorithm",
            _ => "signature",
        },
        _ => "claims",
    }
}

/// The claims that the library has no field for, among them the role.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct OtherClaims {
    #[serde(flatten)]
    claims: Claims,
}

impl AdditionalClaims for OtherClaims {}

type ProviderIdToken = IdToken<
    OtherClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type ProviderTokenResponse = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type ProviderClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    ProviderTokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;
