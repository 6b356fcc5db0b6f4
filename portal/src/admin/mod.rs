//! The administrator's screens: what was done, and who is signed in.

mod audit;
mod csv;
mod employees;
mod list;
mod search;

pub use audit::AuditScreen;
pub use employees::EmployeesScreen;
