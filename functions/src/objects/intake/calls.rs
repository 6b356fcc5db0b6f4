//! The calls to the Intakes.

use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::{Validation, routes::PhoneRoute},
    enrolment::{BucketId, intake::IntakeNumber},
    hidden_debug,
    keys::conversion::DiagnosisKey,
    staff::idempotency::AttemptId,
};
use worker::Env;

use crate::platform::{
    call::{Call, Done},
    failure::{Failure, Result},
    head::Head,
    object::{self, Address},
};

impl Address for IntakeNumber {
    const BINDING: &'static str = "INTAKE";

    fn name(&self) -> String {
        self.get().to_string()
    }
}

/// A phone's request, not parsed. The body of the call is the phone's, byte for byte, so that each
/// request causes the same work.
#[derive(Eq, PartialEq)]
pub struct PhoneCall {
    pub route: PhoneRoute,
    /// The signature of the body; zeros without one.
    pub signature: [u8; 32],
    pub body: Vec<u8>,
}

hidden_debug!(PhoneCall);

impl PhoneCall {
    pub const NAME: &'static str = "phone";

    /// Calls `intake`. The answer is the one that the phone gets.
    pub async fn send(
        &self,
        env: &Env,
        intake: IntakeNumber,
        now: Timestamp,
    ) -> Result<web_sys::Response> {
        let answer = object::fetch(env, &intake, &self.head(now), &self.body).await?;
        if answer.ok() {
            Ok(answer)
        } else {
            Err(object::read_failure(answer).await)
        }
    }

    fn head(&self, now: Timestamp) -> Head {
        Head::new(Self::NAME, now)
            .with("route", route_name(self.route).to_owned())
            .with("signature", hex::encode(self.signature))
    }

    /// The call that [`Self::send`] sent with this head and body.
    pub fn read(head: &Head, body: Vec<u8>) -> Result<Self> {
        let malformed = || Failure::from("a malformed call of a phone");
        let route = head.detail("route");
        let mut routes = PhoneRoute::ALL.into_iter();
        let mut signature = [0; 32];
        hex::decode_to_slice(
            head.detail("signature").ok_or_else(malformed)?,
            &mut signature,
        )
        .map_err(|_| malformed())?;
        Ok(Self {
            route: routes
                .find(|known| Some(route_name(*known)) == route)
                .ok_or_else(malformed)?,
            signature,
            body,
        })
    }
}

/// The name of `route` in a call.
const fn route_name(route: PhoneRoute) -> &'static str {
    match route {
        PhoneRoute::Register => "register",
        PhoneRoute::PostKeys => "postkeys",
        PhoneRoute::StopKeys => "stopkeys",
    }
}

/// Uses a code on behalf of an employee. The same attempt is accepted again for some minutes.
#[derive(Deserialize, Serialize)]
pub struct UseCode {
    pub validation: Validation,
    pub attempt: AttemptId,
}

impl Call for UseCode {
    const NAME: &'static str = "validate";
    type Address = IntakeNumber;
    type Reply = CodeUse;
}

#[derive(Deserialize, Serialize)]
pub struct CodeUse {
    /// False when the code is unknown, expired or used.
    pub accepted: bool,
}

/// Lists uploads with keys that may be published now, a page at a time.
#[derive(Deserialize, Serialize)]
pub struct Release {
    /// The last bucket of the previous page.
    pub after: Option<BucketId>,
}

impl Call for Release {
    const NAME: &'static str = "release";
    type Address = IntakeNumber;
    type Reply = Released;
}

/// A page of uploads with keys to publish.
#[derive(Deserialize, Serialize)]
pub struct Released {
    /// For each person the uploads.
    pub persons: Vec<Vec<ReleasedUpload>>,
    /// The last bucket of the page; `None` on the last page.
    pub next: Option<BucketId>,
}

/// One upload's keys that may be published now. There are none when all that the upload holds is
/// of no use.
#[derive(Deserialize, Serialize)]
pub struct ReleasedUpload {
    /// Its number in its Intake.
    pub id: i64,
    pub uploaded_at: Timestamp,
    pub keys: Vec<DiagnosisKey>,
}

/// Deletes the keys of uploads that [`Release`] listed at the same time, and those that are of no
/// use.
#[derive(Deserialize, Serialize)]
pub struct Confirm {
    /// [`ReleasedUpload::id`] of each.
    pub uploads: Vec<i64>,
}

impl Call for Confirm {
    const NAME: &'static str = "confirm";
    type Address = IntakeNumber;
    type Reply = Done;
}

/// Deletes expired data.
#[derive(Deserialize, Serialize)]
pub struct ExpireIntake {}

impl Call for ExpireIntake {
    const NAME: &'static str = "expire";
    type Address = IntakeNumber;
    type Reply = Done;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::call::tests::{assert_complete, assert_wire};

    #[test]
    fn the_wire_form_of_each_call_stays_as_it_is() {
        assert_wire::<UseCode>(
            "validate",
            r#"{"validation":{"code":"L8T6LJV","illness":{"symptomatic":true,"date":"2026-11-23"}},"attempt":"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU="}"#,
            r#"{"accepted":true}"#,
        );
        assert_wire::<Release>(
            "release",
            r#"{"after":"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU="}"#,
            r#"{"persons":[[{"id":7,"uploaded_at":"2026-11-23T10:00:00Z","keys":[{"key":{"data":"BQUFBQUFBQUFBQUFBQUFBQ==","rolling_start":2661984,"rolling_period":144},"infectiousness":"Peak"}]}]],"next":null}"#,
        );
        assert_wire::<Confirm>("confirm", r#"{"uploads":[7,8]}"#, "{}");
        assert_wire::<ExpireIntake>("expire", "{}", "{}");
        assert_complete(include_str!("calls.rs"), include_str!("mod.rs"));
    }

    #[test]
    fn the_wire_form_of_a_phones_call_stays_as_it_is() {
        let now = Timestamp::from_second(1_764_230_400).unwrap();
        for (route, name) in [
            (PhoneRoute::Register, "register"),
            (PhoneRoute::PostKeys, "postkeys"),
            (PhoneRoute::StopKeys, "stopkeys"),
        ] {
            let call = PhoneCall {
                route,
                signature: [0xab; 32],
                body: b"{".to_vec(),
            };
            let signature = "ab".repeat(32);
            let url =
                format!("https://object/phone?now=1764230400&route={name}&signature={signature}");
            assert_eq!(call.head(now).to_url(), url);
            let head = Head::parse(&url).unwrap();
            assert_eq!(PhoneCall::read(&head, b"{".to_vec()).unwrap(), call);
        }
    }

    #[test]
    fn a_phones_call_without_a_route_or_a_signature_fails() {
        let now = Timestamp::from_second(1_764_230_400).unwrap();
        let head = |route: &str, signature: &str| {
            Head::new("phone", now)
                .with("route", route.to_owned())
                .with("signature", signature.to_owned())
        };
        let read = |head: &Head| PhoneCall::read(head, Vec::new()).is_ok();
        assert!(read(&head("register", &"ab".repeat(32))));
        assert!(!read(&head("other", &"ab".repeat(32))));
        assert!(!read(&head("register", &"ab".repeat(31))));
        assert!(!read(&Head::new("phone", now)));
    }
}
