//! Dispatches each request from outside to the file that answers its route, and turns a failure
//! into an answer.

use shared::{
    Timestamp,
    api::{
        problem::Problem,
        routes::{Route, RouteError},
    },
};
use url::Url;
use worker::{Env, console_error};

#[cfg(feature = "test-controls")]
use crate::routes::test_controls;
use crate::{
    platform::{
        answer, clock,
        failure::{Failure, Result},
        request,
        security_log::SecurityLog,
    },
    routes::{content, countries, employees, phone, sign_in},
};

/// Answers `request`. A fault of the service is logged and answered as unavailable: causes never
/// leave the service.
pub async fn route(request: web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    let url = match request::url(&request) {
        Ok(url) => url,
        Err(problem) => return answer::problem(problem),
    };
    let route = Route::parse(&request.method(), url.path());
    let answered = async {
        let now = clock::now(env).await?;
        match dispatch(route, &request, &url, env, now).await {
            Ok(answer) => Ok(answer),
            Err(failure) => refuse(failure, &request, env, now).await,
        }
    };
    answered.await.or_else(|error| {
        // Not the path itself: the sender can put anything into it.
        let name = route.map_or("another path", |route| route.endpoint().path);
        console_error!("{name} failed: {error}");
        answer::problem(Problem::Unavailable)
    })
}

async fn dispatch(
    route: Result<Route, RouteError>,
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
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

/// Answers a request that is refused, and notes the refusal in the security log if it may be part
/// of an attack. A fault of the service is left to the caller.
async fn refuse(
    failure: Failure,
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    match failure {
        Failure::Refused(problem) => {
            SecurityLog::note(request, env, problem, now).await;
            answer::problem(problem)
        }
        Failure::Throttled { retry_after } => {
            SecurityLog::note(request, env, Problem::Throttled, now).await;
            answer::throttled(retry_after)
        }
        Failure::Internal(_) => Err(failure),
    }
}
