//! Answers phones that register, upload their keys, or send a decoy (design §4.1.1–6).
//!
//! Every request takes the same path, whatever its route and its outcome: its body is read, a
//! bucket and a signature are looked for, and one Intake is called. All answers look the same. So
//! an observer of the network learns nothing from an answer or its time.

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
        // A body that breaks off counts as an empty one.
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
    let (_, value) = url
        .query_pairs()
        .find(|(name, _)| name == PhoneRoute::SIGNATURE)?;
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
