//! Signs employees in and out at the organisation's OpenID Connect provider (design §4.3.1–6).
//!
//! `GET /auth/login` → provider → `GET /auth/callback` → cookie. The browser holds one cookie and
//! none of the provider's tokens, which are read here once and not kept.

mod http;
mod provider;

use shared::{
    Timestamp,
    api::{LogoutAnswer, routes::SignInRoute},
    settings::SignInSettings,
    staff::{
        sign_in::{AdmittedEmployee, RefusedSignIn, SignInRefusal},
        token::{State, Token},
    },
};
use url::Url;
use worker::{Env, console_error};

use crate::{
    objects::staff::calls::{
        BeginSignIn, CloseSession, NoteRefused, OpenSession, StaffAddress, TakeSignIn, TakenSignIn,
    },
    platform::{
        answer,
        call::Call as _,
        failure::Result,
        random,
        security_log::{Reason, SecurityLog},
        settings,
    },
    routes::{cookie, sender},
};
use provider::{Provider, Secrets};

pub async fn answer(
    route: SignInRoute,
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    match route {
        SignInRoute::Login => login(request, env, now).await,
        SignInRoute::Callback => callback(request, url, env, now).await,
        SignInRoute::Logout => logout(request, env, now).await,
    }
}

/// Sends the browser to the provider.
async fn login(request: &web_sys::Request, env: &Env, now: Timestamp) -> Result<web_sys::Response> {
    let config = settings::sign_in(env)?;
    let provider = match Provider::current(&config, now).await {
        Ok(provider) => provider,
        Err(error) => {
            console_error!("a sign-in cannot begin: {error}");
            return back_to_portal(Some(SignInRefusal::Failed), &[]);
        }
    };
    let mut random = random::generator()?;
    // One browser can have several sign-ins under way, each in its own window.
    let browser = cookie::SIGN_IN
        .read(request)
        .unwrap_or_else(|| Token::random(&mut random));
    let secrets = Secrets {
        state: Token::random(&mut random),
        nonce: Token::random(&mut random),
        verifier: Token::random(&mut random),
    };
    let location = match provider.sign_in_url(&config, &secrets) {
        Ok(location) => location,
        Err(error) => {
            console_error!("a sign-in cannot begin: {error}");
            return back_to_portal(Some(SignInRefusal::Failed), &[]);
        }
    };
    let begin = BeginSignIn {
        state: secrets.state.hash(),
        browser: browser.hash(),
        nonce: secrets.nonce,
        verifier: secrets.verifier,
    };
    begin.send(env, StaffAddress, now).await?;
    answer::see_other(location.as_str(), &[cookie::SIGN_IN.set(&browser)])
}

/// Receives the browser from the provider, and sends it to the portal. After a refusal the portal
/// says what to do.
async fn callback(
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let config = settings::sign_in(env)?;
    let Some((callback, browser)) = Callback::read(url).zip(cookie::SIGN_IN.read(request)) else {
        return back_to_portal(Some(SignInRefusal::Failed), &[]);
    };
    let take = TakeSignIn {
        state: callback.state.hash(),
        browser: browser.hash(),
    };
    let Some(sign_in) = take.send(env, StaffAddress, now).await? else {
        SecurityLog::note_reason(request, env, Reason::SignIn, now).await;
        return back_to_portal(Some(SignInRefusal::Failed), &[]);
    };
    let mut cookies = Vec::new();
    if sign_in.last {
        cookies.push(cookie::SIGN_IN.remove());
    }
    match admit(&config, callback, &sign_in, now).await {
        Ok(employee) => {
            let session = Token::random(&mut random::generator()?);
            let open = OpenSession {
                session: session.hash(),
                employee: employee.id,
                name: employee.name,
                role: employee.role,
            };
            open.send(env, StaffAddress, now).await?;
            cookies.push(cookie::SESSION.set(&session));
            back_to_portal(None, &cookies)
        }
        Err(refused) => {
            let reason = refused.reason;
            SecurityLog::note_reason(request, env, Reason::SignIn, now).await;
            if let Some(note) = NoteRefused::of(refused) {
                note.send(env, StaffAddress, now).await?;
            }
            back_to_portal(Some(reason), &cookies)
        }
    }
}

/// The employee who signs in, if the provider names one and the rules admit them.
async fn admit(
    config: &SignInSettings,
    callback: Callback,
    sign_in: &TakenSignIn,
    now: Timestamp,
) -> Result<AdmittedEmployee, RefusedSignIn> {
    let failed = || RefusedSignIn {
        reason: SignInRefusal::Failed,
        employee: None,
    };
    let issuer_is_ours = callback.issuer.is_none_or(|issuer| issuer == config.issuer);
    let code = callback
        .code
        .filter(|_| issuer_is_ours)
        .ok_or_else(failed)?;
    let claims = async {
        let provider = Provider::current(config, now).await?;
        provider.claims(config, code, sign_in, now).await
    };
    let claims = claims.await.map_err(|error| {
        console_error!("a sign-in failed: {error}");
        failed()
    })?;
    config.rules.admit(&claims)
}

/// Ends the session, and answers with the URL that signs the employee out at the provider too.
async fn logout(
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let config = settings::sign_in(env)?;
    sender::check(request, &config)?;
    if let Some(session) = cookie::SESSION.read(request) {
        let close = CloseSession {
            session: session.hash(),
        };
        close.send(env, StaffAddress, now).await?;
    }
    // The session has ended even if the provider does not answer.
    let provider = Provider::current(&config, now).await;
    let location = provider
        .ok()
        .and_then(|provider| provider.sign_out_url(&config))
        .map_or_else(|| config.portal(), |url| url.to_string());
    let answer = answer::json(&LogoutAnswer { location })?;
    answer::with_cookies(answer, &[cookie::SESSION.remove()])
}

/// The query of the callback, which the provider writes.
struct Callback {
    state: Token<State>,
    /// `None` if the provider refused.
    code: Option<String>,
    /// Which provider wrote it; not all of them say so (RFC 9207).
    issuer: Option<String>,
}

impl Callback {
    fn read(url: &Url) -> Option<Self> {
        let parameter = |wanted| {
            let mut pairs = url.query_pairs();
            pairs.find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
        };
        Some(Self {
            state: parameter("state")?.parse().ok()?,
            code: parameter("code"),
            issuer: parameter("iss"),
        })
    }
}

fn back_to_portal(refused: Option<SignInRefusal>, cookies: &[String]) -> Result<web_sys::Response> {
    let location = match refused {
        Some(reason) => format!("/?{}={reason}", SignInRefusal::PARAMETER),
        None => "/".to_owned(),
    };
    answer::see_other(&location, cookies)
}
