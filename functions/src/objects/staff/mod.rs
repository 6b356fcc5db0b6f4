//! The Desk: who is signed in, how many codes each got wrong, and what was done (design §2, §4.3).
//!
//! There is one. It knows employees and never a patient: a code passes through on its way to an
//! Intake, and neither it nor a date of illness is stored.

mod attempts;
mod audit;
mod sessions;
mod store;
mod validation;

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    Timestamp,
    api::{
        Action, AuditAnswer, Outcome, Session, SignOutAnswer, SignOutRequest, SignedInAnswer,
        ValidationAnswer, problem::Problem,
    },
    staff::{
        employee::{EmployeeId, Role},
        session::{SIGN_IN_SECONDS, SessionLifetime},
        sign_in::{AdmittedEmployee, RefusedSignIn, SignInRefusal},
        token::{
            Browser, Nonce, Session as SessionToken, State as SignInState, Token, TokenHash,
            Verifier,
        },
    },
    time::shift,
};
use wasm_bindgen_futures::JsFuture;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::platform::{
    alarm::Alarm,
    answer, clock,
    object::{Command, Object, Received},
};
use sessions::StoredSession;
use store::StaffStore;
use validation::Turns;

pub use validation::ValidationCall;

const BEGIN_SIGN_IN: &str = "begin-sign-in";
const TAKE_SIGN_IN: &str = "take-sign-in";
const OPEN_SESSION: &str = "open-session";
const NOTE_REFUSED: &str = "note-refused";
const USE_SESSION: &str = "use-session";
const CLOSE_SESSION: &str = "close-session";
const SESSIONS: &str = "sessions";
const SIGN_OUT: &str = "sign-out";
const AUDIT: &str = "audit";
const VALIDATE: &str = "validate";
const EXPIRE: &str = "expire";

/// What the Desk answers to a request of an employee.
#[derive(Deserialize, Serialize)]
pub enum Verdict<T> {
    /// It is done.
    Done(T),
    /// It is refused.
    Refused(Problem),
    /// Too many codes were refused. The next may be tried in so many seconds.
    Throttled(i64),
}

/// A sign-in that has begun.
#[derive(Deserialize, Serialize)]
pub struct PendingSignIn {
    /// Of the token `state`, by which the way back is recognised.
    pub state: TokenHash<SignInState>,
    /// Of the token that the browser holds.
    pub browser: TokenHash<Browser>,
    /// What the ID token must hold.
    pub nonce: Token<Nonce>,
    /// What proves to the provider that the code is ours (RFC 7636).
    pub verifier: Token<Verifier>,
}

/// A sign-in that came back.
#[derive(Deserialize, Serialize)]
pub struct TakenSignIn {
    /// What the ID token must hold.
    pub nonce: Token<Nonce>,
    /// What proves to the provider that the code is ours.
    pub verifier: Token<Verifier>,
    /// Whether no other sign-in of the same browser is on its way.
    pub last: bool,
}

/// Notes that a sign-in has begun.
pub async fn begin_sign_in(env: &Env, pending: &PendingSignIn, now: Timestamp) -> Result<()> {
    call(env, BEGIN_SIGN_IN, pending, now).await
}

/// The sign-in with this state that this browser began. It is gone afterwards: each comes back
/// once.
pub async fn take_sign_in(
    env: &Env,
    state: TokenHash<SignInState>,
    browser: TokenHash<Browser>,
    now: Timestamp,
) -> Result<Option<TakenSignIn>> {
    call(env, TAKE_SIGN_IN, &(state, browser), now).await
}

/// Begins a session of `employee`.
pub async fn open_session(
    env: &Env,
    session: TokenHash<SessionToken>,
    employee: AdmittedEmployee,
    now: Timestamp,
) -> Result<()> {
    let AdmittedEmployee { id, name, role } = employee;
    call(env, OPEN_SESSION, &(session, id, name, role), now).await
}

/// Notes that a sign-in was refused, if it is known whose.
pub async fn note_refused(env: &Env, refused: RefusedSignIn, now: Timestamp) -> Result<()> {
    let outcome = match refused.reason {
        SignInRefusal::Role => Outcome::NoRole,
        SignInRefusal::SecondFactor => Outcome::NoSecondFactor,
        SignInRefusal::Failed => return Ok(()),
    };
    let Some(employee) = refused.employee else {
        return Ok(());
    };
    call(env, NOTE_REFUSED, &(employee, outcome), now).await
}

/// Whose session it is. That is a use of it.
pub async fn session(
    env: &Env,
    session: TokenHash<SessionToken>,
    now: Timestamp,
) -> Result<Verdict<Session>> {
    call(env, USE_SESSION, &session, now).await
}

/// Ends a session; one that has ended is no error.
pub async fn close_session(
    env: &Env,
    session: TokenHash<SessionToken>,
    now: Timestamp,
) -> Result<()> {
    call(env, CLOSE_SESSION, &session, now).await
}

/// Who is signed in, for an administrator.
pub async fn sessions(
    env: &Env,
    session: TokenHash<SessionToken>,
    now: Timestamp,
) -> Result<Verdict<SignedInAnswer>> {
    call(env, SESSIONS, &session, now).await
}

/// Ends every session of an employee, for an administrator.
pub async fn sign_out(
    env: &Env,
    session: TokenHash<SessionToken>,
    request: std::result::Result<SignOutRequest, Problem>,
    now: Timestamp,
) -> Result<Verdict<SignOutAnswer>> {
    call(env, SIGN_OUT, &(session, request), now).await
}

/// What was done, for an administrator: the newest, or what is older than [`AuditAnswer::older`] of
/// the answer before.
pub async fn audit(
    env: &Env,
    session: TokenHash<SessionToken>,
    before: std::result::Result<Option<i64>, Problem>,
    now: Timestamp,
) -> Result<Verdict<AuditAnswer>> {
    call(env, AUDIT, &(session, before), now).await
}

/// Confirms an enrolment on behalf of an employee.
pub async fn validate(
    env: &Env,
    validation: &ValidationCall,
    now: Timestamp,
) -> Result<Verdict<ValidationAnswer>> {
    call(env, VALIDATE, validation, now).await
}

/// Deletes what has ended by `now`.
#[cfg(feature = "test-controls")]
pub async fn expire(env: &Env, now: Timestamp) -> Result<()> {
    call(env, EXPIRE, &(), now).await
}

async fn call<A: DeserializeOwned>(
    env: &Env,
    command: &'static str,
    argument: &impl Serialize,
    now: Timestamp,
) -> Result<A> {
    Object::new("DESK", "desk")
        .call(env, &Command::new(command, now), argument)
        .await?
        .ok_or_else(|| "the Desk refused a command".into())
}

/// The Durable Object.
#[durable_object(alarm)]
pub struct Desk {
    state: State,
    env: Env,
    store: StaffStore,
    alarm: Alarm,
    turns: Turns,
}

impl DurableObject for Desk {
    fn new(state: State, env: Env) -> Self {
        let store = StaffStore::open(&state);
        Self {
            state,
            env,
            store,
            alarm: Alarm::default(),
            turns: Turns::default(),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        self.answer(request.inner()).await.map(Response::from)
    }

    async fn alarm(&self) -> Result<Response> {
        let now = clock::now(&self.env).await?;
        self.alarm.has_gone_off();
        self.expire(now).await?;
        Response::empty()
    }
}

impl Desk {
    async fn answer(&self, request: &web_sys::Request) -> Result<web_sys::Response> {
        let command = Received::read(&request.url())?;
        let body = JsFuture::from(request.array_buffer()?).await?;
        let body = Uint8Array::new(&body).to_vec();
        let now = command.now;
        match command.name.as_str() {
            BEGIN_SIGN_IN => {
                let end = shift(now, SIGN_IN_SECONDS);
                self.store.begin_sign_in(&read(&body)?, end)?;
                self.wake(end, now).await?;
                answer::json(&())
            }
            TAKE_SIGN_IN => {
                let (state, browser) = read(&body)?;
                answer::json(&self.store.take_sign_in(state, browser, now)?)
            }
            OPEN_SESSION => {
                let (session, employee, name, role) = read(&body)?;
                self.open_session(session, employee, name, role, now)
                    .await?;
                answer::json(&())
            }
            NOTE_REFUSED => {
                let (employee, outcome) = read(&body)?;
                self.note(&employee, Action::SignIn, outcome, now).await?;
                answer::json(&())
            }
            USE_SESSION => {
                let session = self.session(read(&body)?, Role::Employee, now)?;
                answer::json(&session.map(|session| session.to_answer()).verdict())
            }
            CLOSE_SESSION => {
                self.close_session(read(&body)?, now).await?;
                answer::json(&())
            }
            SESSIONS => {
                let administrator = self.session(read(&body)?, Role::Administrator, now)?;
                let answer = match administrator {
                    Ok(_) => Ok(SignedInAnswer {
                        sessions: self.store.signed_in(now)?,
                    }),
                    Err(problem) => Err(problem),
                };
                answer::json(&answer.verdict())
            }
            SIGN_OUT => {
                let (session, request) = read(&body)?;
                answer::json(&self.sign_out(session, request, now).await?.verdict())
            }
            AUDIT => {
                let (session, before) = read(&body)?;
                answer::json(&self.audit(session, before, now).await?.verdict())
            }
            VALIDATE => answer::json(&self.validate(read(&body)?, now).await?),
            EXPIRE => {
                self.expire(now).await?;
                answer::json(&())
            }
            _ => Err("unknown command".into()),
        }
    }

    /// The session, if it has not ended and its owner may do what `needed` stands for. That is a
    /// use of it.
    fn session(
        &self,
        session: TokenHash<SessionToken>,
        needed: Role,
        now: Timestamp,
    ) -> Result<std::result::Result<StoredSession, Problem>> {
        Ok(match self.store.use_session(session, now)? {
            None => Err(Problem::SignedOut),
            Some(session) if !session.role.includes(needed) => Err(Problem::Forbidden),
            Some(session) => Ok(session),
        })
    }

    async fn open_session(
        &self,
        id: TokenHash<SessionToken>,
        employee: EmployeeId,
        name: String,
        role: Role,
        now: Timestamp,
    ) -> Result<()> {
        let session = StoredSession {
            employee,
            name,
            role,
            life: SessionLifetime::starting(now),
        };
        self.store.open_session(id, &session)?;
        self.wake(session.life.idle_until(), now).await?;
        self.note(&session.employee, Action::SignIn, Outcome::Done, now)
            .await
    }

    async fn close_session(&self, session: TokenHash<SessionToken>, now: Timestamp) -> Result<()> {
        match self.store.close_session(session, now)? {
            Some(employee) => {
                self.note(&employee, Action::SignOut, Outcome::Done, now)
                    .await
            }
            None => Ok(()),
        }
    }

    async fn sign_out(
        &self,
        session: TokenHash<SessionToken>,
        request: std::result::Result<SignOutRequest, Problem>,
        now: Timestamp,
    ) -> Result<std::result::Result<SignOutAnswer, Problem>> {
        let administrator = match self.session(session, Role::Administrator, now)? {
            Ok(session) => session.employee,
            Err(problem) => return Ok(Err(problem)),
        };
        let employee = match request {
            Ok(request) => request.employee,
            Err(problem) => return Ok(Err(problem)),
        };
        let ended = self.store.close_sessions_of(&employee, now)?;
        if ended > 0 {
            let action = Action::SignedOutByAdministrator;
            self.store.note(&employee, action, Outcome::Done, now)?;
        }
        self.note(&administrator, Action::SignOutOther, Outcome::Done, now)
            .await?;
        Ok(Ok(SignOutAnswer { ended }))
    }

    async fn audit(
        &self,
        session: TokenHash<SessionToken>,
        before: std::result::Result<Option<i64>, Problem>,
        now: Timestamp,
    ) -> Result<std::result::Result<AuditAnswer, Problem>> {
        let administrator = match self.session(session, Role::Administrator, now)? {
            Ok(session) => session.employee,
            Err(problem) => return Ok(Err(problem)),
        };
        let before = match before {
            Ok(before) => before,
            Err(problem) => return Ok(Err(problem)),
        };
        if let Some(end) = self.store.note_audit_read(&administrator, now)? {
            self.wake(end, now).await?;
        }
        self.store.audit(before, now).map(Ok)
    }

    /// Puts something into the audit trail.
    async fn note(
        &self,
        employee: &EmployeeId,
        action: Action,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<()> {
        let end = self.store.note(employee, action, outcome, now)?;
        self.wake(end, now).await
    }

    /// Deletes what has ended and sets the alarm for what is left.
    async fn expire(&self, now: Timestamp) -> Result<()> {
        match self.store.expire(now)? {
            Some(next) => self.wake(next, now).await,
            None => Ok(()),
        }
    }

    /// Makes sure that what ends at `end` is deleted then.
    async fn wake(&self, end: Timestamp, now: Timestamp) -> Result<()> {
        self.alarm.set(&self.state.storage(), end, now).await
    }
}

/// The answer to a request that can only be done or refused.
trait IntoVerdict<T> {
    fn verdict(self) -> Verdict<T>;
}

impl<T> IntoVerdict<T> for std::result::Result<T, Problem> {
    fn verdict(self) -> Verdict<T> {
        match self {
            Ok(done) => Verdict::Done(done),
            Err(problem) => Verdict::Refused(problem),
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    Ok(serde_json::from_slice(body)?)
}
