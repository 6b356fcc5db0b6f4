//! Staff: the object with the sessions, throttles and audit trail of employees (design §4.3.2,
//! §4.3.8–11, §4.3.15).
//!
//! There is one. It knows employees and never a patient: a code passes through on its way to an
//! Intake, and neither the code nor the date of illness is stored.

mod access;
mod attempts;
mod audit;
pub mod calls;
mod locks;
mod sessions;
mod store;
mod validation;

use shared::{
    Timestamp,
    api::{
        Action, AuditAnswer, Outcome, SessionAnswer, SignOutAnswer, SignedInAnswer,
        ValidationAnswer,
    },
    staff::{
        employee::{EmployeeId, Role},
        session::{SIGN_IN_SECONDS, SessionLifetime},
    },
    time::shift,
};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use self::{
    access::authorise,
    calls::{
        BeginSignIn, CloseSession, ExpireStaff, ListSessions, NoteRefused, OpenSession, ReadAudit,
        SignOut, TakeSignIn, TakenSignIn, UseSession, ValidateCode,
    },
    locks::EmployeeLocks,
    sessions::StoredSession,
    store::StaffStore,
    validation::Validator,
};
use crate::platform::{
    alarm::Alarm,
    call::Done,
    clock,
    failure::Result,
    handler::{self, Handle, dispatch},
};

/// The Durable Object.
#[durable_object(alarm)]
pub struct Staff {
    env: Env,
    store: StaffStore,
    alarm: Alarm,
    locks: EmployeeLocks,
}

impl DurableObject for Staff {
    fn new(state: State, env: Env) -> Self {
        Self {
            env,
            store: StaffStore::open(&state),
            alarm: Alarm::new(&state),
            locks: EmployeeLocks::default(),
        }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        handler::serve(&request, async |received| {
            dispatch!(
                received to self; BeginSignIn, TakeSignIn, OpenSession, NoteRefused, UseSession,
                CloseSession, ListSessions, SignOut, ReadAudit, ValidateCode, ExpireStaff
            )
        })
        .await
    }

    async fn alarm(&self) -> worker::Result<Response> {
        let now = clock::now(&self.env).await?;
        self.alarm.fired();
        self.expire(now).await?;
        Response::empty()
    }
}

impl Handle<BeginSignIn> for Staff {
    async fn handle(&self, call: BeginSignIn, now: Timestamp) -> Result<Done> {
        let end = shift(now, SIGN_IN_SECONDS);
        self.store.begin_sign_in(&call, end)?;
        self.alarm.set(end, now).await?;
        Ok(Done {})
    }
}

impl Handle<TakeSignIn> for Staff {
    async fn handle(&self, call: TakeSignIn, now: Timestamp) -> Result<Option<TakenSignIn>> {
        Ok(self.store.take_sign_in(call.state, call.browser, now)?)
    }
}

impl Handle<OpenSession> for Staff {
    async fn handle(&self, call: OpenSession, now: Timestamp) -> Result<Done> {
        let session = StoredSession {
            employee: call.employee,
            name: call.name,
            role: call.role,
            life: SessionLifetime::starting(now),
        };
        self.store.open_session(call.session, &session)?;
        self.alarm.set(session.life.idle_until(), now).await?;
        self.note(&session.employee, Action::SignIn, Outcome::Done, now)
            .await
    }
}

impl Handle<NoteRefused> for Staff {
    async fn handle(&self, call: NoteRefused, now: Timestamp) -> Result<Done> {
        self.note(&call.employee, Action::SignIn, call.outcome, now)
            .await
    }
}

impl Handle<UseSession> for Staff {
    async fn handle(&self, call: UseSession, now: Timestamp) -> Result<SessionAnswer> {
        Ok(authorise(&self.store, call.session, Role::Employee, now)?.to_answer())
    }
}

impl Handle<CloseSession> for Staff {
    async fn handle(&self, call: CloseSession, now: Timestamp) -> Result<Done> {
        match self.store.close_session(call.session, now)? {
            Some(employee) => {
                self.note(&employee, Action::SignOut, Outcome::Done, now)
                    .await
            }
            None => Ok(Done {}),
        }
    }
}

impl Handle<ListSessions> for Staff {
    async fn handle(&self, call: ListSessions, now: Timestamp) -> Result<SignedInAnswer> {
        authorise(&self.store, call.session, Role::Administrator, now)?;
        Ok(SignedInAnswer {
            sessions: self.store.signed_in(now)?,
        })
    }
}

impl Handle<SignOut> for Staff {
    async fn handle(&self, call: SignOut, now: Timestamp) -> Result<SignOutAnswer> {
        let administrator = authorise(&self.store, call.session, Role::Administrator, now)?;
        let employee = call.request?.employee;
        let ended = self.store.close_sessions_of(&employee, now)?;
        if ended > 0 {
            let action = Action::SignedOutByAdministrator;
            self.store.note(&employee, action, Outcome::Done, now)?;
        }
        let action = Action::SignOutOther;
        self.note(&administrator.employee, action, Outcome::Done, now)
            .await?;
        Ok(SignOutAnswer { ended })
    }
}

impl Handle<ReadAudit> for Staff {
    async fn handle(&self, call: ReadAudit, now: Timestamp) -> Result<AuditAnswer> {
        let administrator = authorise(&self.store, call.session, Role::Administrator, now)?;
        let before = call.before?;
        let noted = self.store.note_audit_read(&administrator.employee, now)?;
        if let Some(end) = noted {
            self.alarm.set(end, now).await?;
        }
        Ok(self.store.audit(before, now)?)
    }
}

impl Handle<ValidateCode> for Staff {
    async fn handle(&self, call: ValidateCode, now: Timestamp) -> Result<ValidationAnswer> {
        let validator = Validator {
            env: &self.env,
            store: &self.store,
            alarm: &self.alarm,
            locks: &self.locks,
        };
        validator.validate(call, now).await
    }
}

impl Handle<ExpireStaff> for Staff {
    async fn handle(&self, _: ExpireStaff, now: Timestamp) -> Result<Done> {
        self.expire(now).await
    }
}

impl Staff {
    /// Adds an entry to the audit trail.
    async fn note(
        &self,
        employee: &EmployeeId,
        action: Action,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Done> {
        let end = self.store.note(employee, action, outcome, now)?;
        self.alarm.set(end, now).await?;
        Ok(Done {})
    }

    /// Deletes expired data, and sets the alarm for the next expiry.
    async fn expire(&self, now: Timestamp) -> Result<Done> {
        if let Some(next) = self.store.expire(now)? {
            self.alarm.set(next, now).await?;
        }
        Ok(Done {})
    }
}
