//! Gives each request from outside to the file that answers its route.

use shared::api::{
    problem::Problem,
    routes::{Route, RouteError},
};
use url::Url;
use worker::{Env, Result, console_error};

#[cfg(feature = "test-controls")]
use crate::routes::test_controls;
use crate::{
    platform::{answer, clock, request},
    routes::{content, countries, employees, phone, sign_in},
};

/// Answers `request`. An error inside is logged and answered as unavailable: causes never leave the
/// service.
pub async fn route(request: web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    let url = match request::url(&request) {
        Ok(url) => url,
        Err(problem) => return answer::problem(problem),
    };
    let route = Route::parse(&request.method(), url.path());
    dispatch(route, &request, &url, env).await.or_else(|error| {
        // Not the path itself: the sender can put anything into it.
        let name = route.map_or("another path", |route| route.endpoint().path);
        console_error!("{name} failed: {error}");
        answer::problem(Problem::Unavailable)
    })
}

async fn dispatch(
    route: std::result::Result<Route, RouteError>,
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
) -> Result<web_sys::Response> {
    let now = clock::now(env).await?;
    match route {
        Ok(Route::Content(content)) => content::answer(content, request, env, now).await,
        Ok(Route::Countries) => countries::answer(env),
        Ok(Route::Employee(route)) => employees::answer(route, request, url, env, now).await,
        Ok(Route::Phone(route)) => phone::answer(route, request, url, env, now).await,
        Ok(Route::SignIn(route)) => sign_in::answer(route, request, url, env, now).await,
        #[cfg(feature = "test-controls")]
        Err(RouteError::NotFound) => test_controls::answer(request, url, env, now).await,
        Err(error) => answer::no_route(error),
    }
}
