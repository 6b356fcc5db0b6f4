//! Which path is answered by whom.

use shared::api::problem::Problem;
use url::Url;
use worker::{Env, Result, console_error};

use crate::{
    platform::{answer, clock, request},
    routes::{
        content, countries, employees, phone,
        phone::PhoneRoute::{PostKeys, Register, StopKeys},
        sign_in,
    },
};

/// Answers `request`. What goes wrong inside is logged and answered as unavailable: causes never
/// leave the service.
pub async fn route(request: web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    let url = match request::url(&request) {
        Ok(url) => url,
        Err(problem) => return answer::problem(problem),
    };
    dispatch(&request, &url, env).await.or_else(|error| {
        console_error!("{} failed: {error}", route_name(url.path()));
        answer::problem(Problem::Unavailable)
    })
}

async fn dispatch(request: &web_sys::Request, url: &Url, env: &Env) -> Result<web_sys::Response> {
    let now = clock::now(env).await?;
    match url.path() {
        "/v2/register" => phone::answer(Register, request, url, env, now).await,
        "/v1/postkeys" => phone::answer(PostKeys, request, url, env, now).await,
        "/v1/stopkeys" => phone::answer(StopKeys, request, url, env, now).await,
        "/index.txt" => content::answer(request, env, now, "index.txt").await,
        path if path.starts_with("/v6/") => {
            content::answer(request, env, now, path.trim_start_matches('/')).await
        }
        "/v1/countries" => countries::answer(request, env),
        path if path.starts_with("/api/") => employees::answer(request, env, now, path).await,
        path if path.starts_with("/auth/") => sign_in::answer(request, url, env, now).await,
        #[cfg(feature = "test-controls")]
        path if path.starts_with("/test/") => {
            crate::routes::test_controls::answer(request, env, now, path).await
        }
        _ => answer::problem(Problem::NotFound),
    }
}

/// The part of a path that names the route. The rest may be anything that somebody sent, and stays
/// out of the log.
fn route_name(path: &str) -> &str {
    match path {
        "/v2/register" | "/v1/postkeys" | "/v1/stopkeys" | "/v1/countries" | "/index.txt"
        | "/api/validations" | "/api/session" | "/api/sessions" | "/api/sign-out"
        | "/api/audit" | "/api/exchange" | "/auth/login" | "/auth/callback" | "/auth/logout" => {
            path
        }
        _ if path.starts_with("/v6/") => "/v6/",
        _ => "another path",
    }
}
