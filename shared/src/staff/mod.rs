//! The rules for employees: who may sign in, for how long, and how many codes may be wrong
//! (design §4.3).

pub mod employee;
pub mod idempotency;
pub mod session;
pub mod sign_in;
pub mod throttle;
pub mod token;
