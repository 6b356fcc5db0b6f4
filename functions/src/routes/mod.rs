//! The answers to requests from outside, in one file for each audience.

pub mod content;
pub mod cookie;
pub mod countries;
pub mod employees;
pub mod phone;
pub mod router;
pub mod sender;
pub mod sign_in;
#[cfg(feature = "test-controls")]
pub mod test_controls;
