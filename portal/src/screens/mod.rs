//! The screens of the portal, a room each. They know the session, the service and the texts, and
//! none of those knows a screen.

pub mod about;
pub mod admin;
pub mod sign_in;
pub mod validation;
