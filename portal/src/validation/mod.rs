//! The screen on which an employee who has an ill person on the telephone enters that person's
//! validation code and first day of illness, with a guide to the conversation beside it.

mod answer;
mod call;
mod code_field;
mod date_field;
mod failure;
mod field;
mod form;
mod guide;
mod practice;
mod screen;
mod spelling;
mod symptoms;

pub use answer::paragraphs;
pub use call::Call;
pub use code_field::ID as CODE_FIELD;
pub use field::focus;
pub use screen::ValidationScreen;
