//! The administrator's screens: what was done, who is signed in, and how the exchange with other
//! countries goes.

mod audit;
mod csv;
mod employees;
mod exchange;
mod list;
mod search;
mod table;

pub use audit::AuditScreen;
pub use employees::EmployeesScreen;
pub use exchange::ExchangeScreen;
