//! What phones call to register and to upload their keys (design §4.1).
//!
//! Every answer looks the same and every request takes the same road, whichever of the three routes
//! was called and whatever comes of it: read the body, look for a bucket and a signature in it, one
//! call to an Intake. Nobody who watches the line learns anything from the answer or from its time.

use shared::{
    Timestamp, api,
    api::{problem::Problem, routes::PhoneRoute},
    base64,
    enrolment::{intake::IntakeNumber, upload},
};
use url::Url;
use worker::{Env, console_error};

use crate::{
    objects::intake::calls::PhoneCall,
    platform::{answer, failure::Result, random, request, settings},
};

/// Answers a phone's request.
pub async fn answer(
    route: PhoneRoute,
    request: &web_sys::Request,
    url: &Url,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    if !settings::phone(env)?.phone_api {
        return answer::problem(Problem::Gone);
    }
    let body = match request::body(request).await {
        Ok(body) => body,
        Err(Problem::TooLarge) => return answer::problem(Problem::TooLarge),
        // A body that breaks off is as good as an empty one.
        Err(_) => Vec::new(),
    };
    let any = IntakeNumber::random(&mut random::generator()?);
    let intake = match upload::bucket_of(&body) {
        Some(bucket) if route != PhoneRoute::Register => bucket.intake(),
        _ => any,
    };
    let call = PhoneCall {
        route,
        body,
        signature: signature(url).unwrap_or_default(),
    };
    call.send(env, intake, now).await.or_else(|error| {
        console_error!("a phone's request failed: {error}");
        answer::phone(&match route {
            PhoneRoute::Register => api::Registration::failure().to_body(),
            PhoneRoute::PostKeys | PhoneRoute::StopKeys => api::upload_answer(),
        })
    })
}

/// The signature in the query. A plus sign that was not encoded arrives as a space.
fn signature(url: &Url) -> Option<[u8; 32]> {
    let (_, value) = url.query_pairs().find(|(name, _)| name == "sig")?;
    base64::decode(&value.replace(' ', "+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_read_with_its_plus_signs_encoded_or_not() {
        let signature = |query: &str| {
            let url = format!("https://service.example/v1/postkeys{query}");
            signature(&Url::parse(&url).unwrap())
        };
        let bytes = [0xfb; 32];
        let text = base64::encode(&bytes);
        assert!(text.contains('+'));
        assert_eq!(signature(&format!("?sig={text}")), Some(bytes));
        let encoded = text.replace('+', "%2B").replace('=', "%3D");
        assert_eq!(signature(&format!("?x=1&sig={encoded}")), Some(bytes));
        for query in ["", "?sig", "?sig=", "?sig=AAAA", "?sig=%00%ff", "?SIG=AAAA"] {
            assert_eq!(signature(query), None, "{query}");
        }
    }
}
