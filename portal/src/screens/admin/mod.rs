//! The administrator's screens: the audit trail, the employees who are signed in, and the exchange
//! with other countries.

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
