//! With which countries keys are exchanged, for everybody who asks (design §4.2).

use shared::api::CountriesAnswer;
use worker::{Env, Result};

use crate::platform::{answer, settings};

/// `GET /v1/countries`.
pub fn answer(request: &web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    if request.method() != "GET" {
        return answer::method_not_allowed("GET");
    }
    let participants = settings::participants(env)?;
    answer::public_json(
        &CountriesAnswer::from(&*participants),
        "public, max-age=300",
    )
}
