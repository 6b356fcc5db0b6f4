//! The screen for everyone, signed in or not: what happens with data, which countries take part,
//! and how accessible the portal is.

mod countries;
mod screen;

pub use screen::AboutScreen;
