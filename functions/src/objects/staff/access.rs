//! Checks that a session is valid, and that its owner's role allows a call.

use shared::{
    Timestamp,
    api::problem::Problem,
    staff::{
        employee::Role,
        token::{Session, TokenHash},
    },
};

use super::{sessions::StoredSession, store::StaffStore};
use crate::platform::failure::Result;

/// The session, if it has not ended and its owner's role includes `needed`. This counts as a use
/// of the session.
pub fn authorise(
    store: &StaffStore,
    session: TokenHash<Session>,
    needed: Role,
    now: Timestamp,
) -> Result<StoredSession> {
    match store.use_session(session, now)? {
        None => Err(Problem::SignedOut.into()),
        Some(session) if !session.role.includes(needed) => Err(Problem::Forbidden.into()),
        Some(session) => Ok(session),
    }
}
