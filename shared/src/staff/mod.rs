//! The rules for GGD employees, who validate codes: who may sign in, for how long, and how many
//! wrong codes block an employee (design §4.3.2, §4.3.6, §4.3.9, §4.3.15).

pub mod employee;
pub mod idempotency;
pub mod session;
pub mod sign_in;
pub mod throttle;
pub mod token;
