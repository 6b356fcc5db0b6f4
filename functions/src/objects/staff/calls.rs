//! The calls to Staff.

use serde::{Deserialize, Serialize};
use shared::{
    api::{
        AuditAnswer, Outcome, SessionAnswer, SignOutAnswer, SignOutRequest, SignedInAnswer,
        ValidationAnswer, ValidationRequest, problem::Problem,
    },
    staff::{
        employee::{EmployeeId, Role},
        idempotency::RequestHashes,
        sign_in::{RefusedSignIn, SignInRefusal},
        token::{Browser, Nonce, Session, State, Token, TokenHash, Verifier},
    },
};

use crate::platform::{
    call::{Call, Done},
    object::Address,
};

/// Addresses Staff, of which there is one.
pub struct StaffAddress;

impl Address for StaffAddress {
    const BINDING: &'static str = "STAFF";

    fn name(&self) -> String {
        // The name of the stored data, from when the class had another one.
        "desk".to_owned()
    }
}

/// Begins a sign-in.
#[derive(Deserialize, Serialize)]
pub struct BeginSignIn {
    pub state: TokenHash<State>,
    pub browser: TokenHash<Browser>,
    pub nonce: Token<Nonce>,
    pub verifier: Token<Verifier>,
}

impl Call for BeginSignIn {
    const NAME: &'static str = "begin-sign-in";
    type Address = StaffAddress;
    type Reply = Done;
}

/// Removes and returns the sign-in with this state that this browser began: each has one callback.
#[derive(Deserialize, Serialize)]
pub struct TakeSignIn {
    pub state: TokenHash<State>,
    pub browser: TokenHash<Browser>,
}

impl Call for TakeSignIn {
    const NAME: &'static str = "take-sign-in";
    type Address = StaffAddress;
    type Reply = Option<TakenSignIn>;
}

/// A sign-in that reached its callback.
#[derive(Deserialize, Serialize)]
pub struct TakenSignIn {
    pub nonce: Token<Nonce>,
    pub verifier: Token<Verifier>,
    /// Whether the browser has no other sign-in under way.
    pub last: bool,
}

/// Opens a session.
#[derive(Deserialize, Serialize)]
pub struct OpenSession {
    pub session: TokenHash<Session>,
    pub employee: EmployeeId,
    /// The name to show.
    pub name: String,
    pub role: Role,
}

impl Call for OpenSession {
    const NAME: &'static str = "open-session";
    type Address = StaffAddress;
    type Reply = Done;
}

/// Records that a sign-in was refused.
#[derive(Deserialize, Serialize)]
pub struct NoteRefused {
    pub employee: EmployeeId,
    pub outcome: Outcome,
}

impl NoteRefused {
    /// The call for a refusal that the audit trail has a name for, of a known employee.
    pub fn of(refused: RefusedSignIn) -> Option<Self> {
        let outcome = match refused.reason {
            SignInRefusal::Role => Outcome::NoRole,
            SignInRefusal::SecondFactor => Outcome::NoSecondFactor,
            SignInRefusal::Failed => return None,
        };
        let employee = refused.employee?;
        Some(Self { employee, outcome })
    }
}

impl Call for NoteRefused {
    const NAME: &'static str = "note-refused";
    type Address = StaffAddress;
    type Reply = Done;
}

/// Reads a session, which counts as a use of it.
#[derive(Deserialize, Serialize)]
pub struct UseSession {
    pub session: TokenHash<Session>,
}

impl Call for UseSession {
    const NAME: &'static str = "use-session";
    type Address = StaffAddress;
    type Reply = SessionAnswer;
}

/// Ends a session; one that has ended is no error.
#[derive(Deserialize, Serialize)]
pub struct CloseSession {
    pub session: TokenHash<Session>,
}

impl Call for CloseSession {
    const NAME: &'static str = "close-session";
    type Address = StaffAddress;
    type Reply = Done;
}

/// Lists who is signed in, for an administrator.
#[derive(Deserialize, Serialize)]
pub struct ListSessions {
    pub session: TokenHash<Session>,
}

impl Call for ListSessions {
    const NAME: &'static str = "sessions";
    type Address = StaffAddress;
    type Reply = SignedInAnswer;
}

/// Ends every session of an employee, for an administrator.
#[derive(Deserialize, Serialize)]
pub struct SignOut {
    pub session: TokenHash<Session>,
    /// The body, or what is wrong with it: the session is checked first.
    pub request: Result<SignOutRequest, Problem>,
}

impl Call for SignOut {
    const NAME: &'static str = "sign-out";
    type Address = StaffAddress;
    type Reply = SignOutAnswer;
}

/// Reads the audit trail, for an administrator: the newest entries, or those older than
/// [`AuditAnswer::older`] of an earlier reply.
#[derive(Deserialize, Serialize)]
pub struct ReadAudit {
    pub session: TokenHash<Session>,
    /// The query, or what is wrong with it: the session is checked first.
    pub before: Result<Option<i64>, Problem>,
}

impl Call for ReadAudit {
    const NAME: &'static str = "audit";
    type Address = StaffAddress;
    type Reply = AuditAnswer;
}

/// Validates a code on behalf of an employee.
#[derive(Deserialize, Serialize)]
pub struct ValidateCode {
    pub session: TokenHash<Session>,
    /// The body, or what is wrong with it: the session and the throttle are checked first.
    pub request: Result<ValidationRequest, Problem>,
    /// The hashes of the idempotency key and the body, if the client sent a key.
    pub hashes: Option<RequestHashes>,
}

impl Call for ValidateCode {
    const NAME: &'static str = "validate";
    type Address = StaffAddress;
    type Reply = ValidationAnswer;
}

/// Deletes expired data.
#[derive(Deserialize, Serialize)]
pub struct ExpireStaff {}

impl Call for ExpireStaff {
    const NAME: &'static str = "expire";
    type Address = StaffAddress;
    type Reply = Done;
}

#[cfg(test)]
mod tests {
    use shared::base64;

    use super::*;
    use crate::platform::call::tests::{assert_complete, assert_wire};

    #[test]
    fn the_wire_form_of_each_call_stays_as_it_is() {
        let (state, browser) = (base64::encode(&[5; 32]), base64::encode(&[6; 32]));
        let (nonce, verifier) = ("1a".repeat(32), "2b".repeat(32));
        assert_wire::<BeginSignIn>(
            "begin-sign-in",
            &format!(
                r#"{{"state":"{state}","browser":"{browser}","nonce":"{nonce}","verifier":"{verifier}"}}"#
            ),
            "{}",
        );
        let sign_in = format!(r#"{{"state":"{state}","browser":"{browser}"}}"#);
        assert_wire::<TakeSignIn>(
            "take-sign-in",
            &sign_in,
            &format!(r#"{{"nonce":"{nonce}","verifier":"{verifier}","last":true}}"#),
        );
        assert_eq!(serde_json::to_string(&None::<TakenSignIn>).unwrap(), "null");
        assert_wire::<NoteRefused>(
            "note-refused",
            r#"{"employee":"a.dewit","outcome":"no-role"}"#,
            "{}",
        );

        let session = base64::encode(&[7; 32]);
        let only_session = format!(r#"{{"session":"{session}"}}"#);
        assert_wire::<OpenSession>(
            "open-session",
            &format!(
                r#"{{"session":"{session}","employee":"a.dewit","name":"Anna","role":"employee"}}"#
            ),
            "{}",
        );
        assert_wire::<UseSession>(
            "use-session",
            &only_session,
            r#"{"name":"Anna","role":"employee","idleUntil":"2026-11-23T10:15:00Z","until":"2026-11-23T18:00:00Z"}"#,
        );
        assert_wire::<CloseSession>("close-session", &only_session, "{}");
        assert_wire::<ListSessions>(
            "sessions",
            &only_session,
            r#"{"sessions":[{"employee":"a.dewit","name":"Anna","role":"employee","idleUntil":"2026-11-23T10:15:00Z"}]}"#,
        );
        assert_wire::<SignOut>(
            "sign-out",
            &format!(r#"{{"session":"{session}","request":{{"Ok":{{"employee":"a.dewit"}}}}}}"#),
            r#"{"ended":2}"#,
        );
        assert_wire::<ReadAudit>(
            "audit",
            &format!(r#"{{"session":"{session}","before":{{"Err":"/problems/malformed"}}}}"#),
            r#"{"entries":[],"older":7}"#,
        );
        let hash = base64::encode(&[8; 32]);
        assert_wire::<ValidateCode>(
            "validate",
            &format!(
                r#"{{"session":"{session}","request":{{"Ok":{{"code":"L8T6LJV","symptomatic":true,"date":"2026-11-23"}}}},"hashes":{{"key":"{hash}","body":"{hash}"}}}}"#
            ),
            r#"{"infectiousFrom":"2026-11-21"}"#,
        );
        assert_wire::<ExpireStaff>("expire", "{}", "{}");
        assert_complete(include_str!("calls.rs"), include_str!("mod.rs"));
    }

    #[test]
    fn a_refusal_is_noted_when_it_has_a_reason_and_an_owner() {
        let refused = |reason, employee: Option<&str>| RefusedSignIn {
            reason,
            employee: employee.map(|id| id.to_owned().try_into().unwrap()),
        };
        let outcome = |refused| NoteRefused::of(refused).map(|note| note.outcome);
        let anna = Some("a.dewit");
        assert_eq!(
            outcome(refused(SignInRefusal::Role, anna)),
            Some(Outcome::NoRole)
        );
        assert_eq!(
            outcome(refused(SignInRefusal::SecondFactor, anna)),
            Some(Outcome::NoSecondFactor)
        );
        assert_eq!(outcome(refused(SignInRefusal::Failed, anna)), None);
        assert_eq!(outcome(refused(SignInRefusal::Role, None)), None);
    }
}
