//! Answers with the countries that keys are exchanged with (design §4.2.9).

use shared::api::CountriesAnswer;
use worker::Env;

use crate::platform::{answer, failure::Result, settings};

pub fn answer(env: &Env) -> Result<web_sys::Response> {
    let participants = settings::participants(env)?;
    answer::public_json(
        &CountriesAnswer::from(&*participants),
        "public, max-age=300",
    )
}
