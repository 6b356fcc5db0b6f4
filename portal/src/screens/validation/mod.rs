//! The screen on which an employee who has an ill person on the telephone enters that person's
//! validation code and first day of illness, with a guide to the conversation beside it.

mod answer;
mod code_field;
mod connection;
mod date_field;
mod failure;
mod field;
mod form;
mod guide;
mod practice;
mod screen;
mod spelling;
mod symptoms;

pub use code_field::ID as CODE_FIELD;
pub use screen::ValidationScreen;
