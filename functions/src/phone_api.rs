//! What phones call to register and to upload their keys (design §4.1).
//!
//! Every answer looks the same and takes the same road: read the body, one call to an Intake, one row written there.
//! Nobody who watches the line learns which of the three was called or what came of it.

use shared::{Timestamp, api, base64, enrolment::IntakeNumber, problem::Problem, upload};
use url::Url;
use worker::{Env, Result, console_error};

use crate::{
    answer,
    config::Config,
    intake::{self, PhoneCommand, SignedBody},
    random, request,
};

/// `POST /v2/register`: a new enrolment. The body is ignored, whatever it is.
pub async fn register(
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    if let Err(refusal) = admit(request, env).await? {
        return Ok(refusal);
    }
    let intake = IntakeNumber::random(&mut random::generator()?);
    match intake::phone(env, intake, PhoneCommand::Register, now).await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            console_error!("registration failed: {error}");
            answer::phone(&api::Registration::failure().to_body())
        }
    }
}

/// `POST /v1/postkeys`: keys for an enrolment, signed with its confirmation key.
pub async fn post_keys(
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    upload(request, url, env, now, PhoneCommand::Upload).await
}

/// `POST /v1/stopkeys`: the decoy. It looks like an upload and leaves nothing behind.
pub async fn stop_keys(
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    upload(request, url, env, now, PhoneCommand::Decoy).await
}

async fn upload(
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
    command: impl FnOnce(SignedBody) -> PhoneCommand,
) -> Result<web_sys::Response> {
    let body = match admit(request, env).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(refusal),
    };
    // Without a bucket or signature the Intake is asked all the same, so that a refusal costs what an upload costs.
    let intake = match upload::bucket_of(&body) {
        Some(bucket) => bucket.intake(),
        None => IntakeNumber::random(&mut random::generator()?),
    };
    let upload = SignedBody {
        body,
        signature: signature(url).unwrap_or_default(),
    };
    match intake::phone(env, intake, command(upload), now).await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            console_error!("upload failed: {error}");
            answer::phone(&api::upload_answer())
        }
    }
}

/// The body of a request that may come in, or the answer to one that may not.
async fn admit(
    request: &web_sys::Request,
    env: &Env,
) -> Result<std::result::Result<Vec<u8>, web_sys::Response>> {
    if request.method() != "POST" {
        return answer::method_not_allowed("POST").map(Err);
    }
    if !Config::of(env)?.phone_api {
        return answer::problem(Problem::Gone).map(Err);
    }
    match request::body(request).await {
        Ok(body) => Ok(Ok(body)),
        Err(Problem::TooLarge) => answer::problem(Problem::TooLarge).map(Err),
        // A body that breaks off is as good as an empty one.
        Err(_) => Ok(Ok(Vec::new())),
    }
}

/// The signature in the query. A plus sign that was not encoded arrives as a space.
fn signature(url: &Url) -> Option<[u8; 32]> {
    let (_, value) = url.query_pairs().find(|(name, _)| name == "sig")?;
    base64::decode(&value.replace(' ', "+"))
}
