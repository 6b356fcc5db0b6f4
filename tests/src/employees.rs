//! What employees do at a test's service: sign in, and validate codes.

use phone::Phone;
use serde_json::json;
use shared::{
    enrolment::code::ValidationCode,
    time::{UtcDay, netherlands},
};
use ureq::{Body, http::Response};
use xtask::provider::DemoUser;

use crate::{answer::header, browser::Browser, system::System};

impl System {
    /// A phone that has registered and uploaded its keys, and whose code is validated; its owner
    /// fell ill three days ago.
    ///
    /// # Panics
    /// When a step is refused.
    pub fn validated_phone(&self, seed: u64) -> Phone {
        let mut phone = self.phone(seed);
        let code = self.code(&mut phone);
        self.share(&mut phone);
        assert_eq!(self.validate(code, true, 3), 200, "the code is accepted");
        phone
    }

    /// Validates `code`, as a GGD employee, for a person who fell ill or was tested `days_ago`.
    /// Returns the status of the answer.
    pub fn validate(&self, code: ValidationCode, symptomatic: bool, days_ago: u32) -> u16 {
        let body = self.validation(code, symptomatic, days_ago);
        let answer = self.as_demo_user(DemoUser::Employee, |browser| {
            browser.post("api/validations", &body)
        });
        answer.status().as_u16()
    }

    /// The body of a validation of `code`.
    pub fn validation(
        &self,
        code: ValidationCode,
        symptomatic: bool,
        days_ago: u32,
    ) -> serde_json::Value {
        let today = UtcDay::of_date(netherlands::today(self.now()));
        let date = today.minus(days_ago).date();
        json!({ "code": code.to_string(), "symptomatic": symptomatic, "date": date })
    }

    /// The answer to a request that `user` sends, who signs in if necessary.
    ///
    /// # Panics
    /// When the user cannot sign in.
    #[expect(
        clippy::expect_used,
        reason = "a test cannot go on without the session"
    )]
    pub fn as_demo_user(
        &self,
        user: DemoUser,
        ask: impl Fn(&Browser<'_>) -> Response<Body>,
    ) -> Response<Body> {
        let mut sessions = self.sessions.lock().expect("no panic before");
        if let Some(session) = sessions.get(&user) {
            let answer = ask(&Browser::with_session(self, session));
            if answer.status() != 401 {
                return answer;
            }
        }
        let browser = self.sign_in(user);
        let session = browser.session().expect("a session");
        sessions.insert(user, session);
        ask(&browser)
    }

    /// A new browser in which `user` has signed in.
    ///
    /// # Panics
    /// When the sign-in fails.
    pub fn sign_in(&self, user: DemoUser) -> Browser<'_> {
        let browser = Browser::new(self);
        let end = browser.sign_in(user);
        assert_eq!(header(&end, "location"), "/", "{}", self.log());
        browser
    }

    /// A new browser without a session.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }
}
