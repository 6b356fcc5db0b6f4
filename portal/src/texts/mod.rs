//! Everything the portal says. A language is one value of [`Texts`]; a text that it lacks does not compile.

mod dutch;

use leptos::prelude::use_context;
use shared::{Date, code::CodeError, dates::DateError, language::Language};

use crate::api::Failure;

pub use dutch::DUTCH;

/// The texts of the language in use, as [`crate::App`] provides them.
pub fn current() -> &'static Texts {
    use_context().unwrap_or(&DUTCH)
}

/// The texts of one language.
pub struct Texts {
    pub language: Language,
    pub product: &'static str,
    pub skip: &'static str,
    pub title: &'static str,
    pub intro: &'static str,
    pub privacy: &'static str,
    pub code: CodeTexts,
    pub symptoms: SymptomsTexts,
    pub date: DateTexts,
    pub infectious: InfectiousTexts,
    pub send: &'static str,
    pub sending: &'static str,
    pub send_again: &'static str,
    /// Stands before words that are for the caller.
    pub say: &'static str,
    pub accepted: AcceptedTexts,
    pub failure: fn(Failure) -> Explanation,
}

pub struct CodeTexts {
    pub label: &'static str,
    pub hint: &'static str,
    pub error: fn(CodeError) -> String,
    pub training: &'static str,
}

pub struct SymptomsTexts {
    pub question: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub missing: &'static str,
}

/// What is asked for depends on whether the person has symptoms, once that is known.
pub struct DateTexts {
    pub label: fn(Option<bool>) -> &'static str,
    pub hint: fn(Option<bool>) -> &'static str,
    pub missing: fn(Option<bool>) -> &'static str,
    pub choose: &'static str,
    pub earlier: &'static str,
    pub earlier_label: &'static str,
    /// With the oldest possible day.
    pub earlier_hint: fn(&str) -> String,
    /// With the oldest possible day.
    pub error: fn(DateError, &str) -> String,
}

pub struct InfectiousTexts {
    pub label: &'static str,
    /// With or without symptoms.
    pub why: fn(bool) -> &'static str,
}

pub struct AcceptedTexts {
    pub heading: &'static str,
    pub practice: &'static str,
    /// The words for the caller, with the first infectious day.
    pub say: fn(&str) -> Vec<String>,
    pub unseen: &'static str,
    pub next_caller: &'static str,
}

/// What went wrong and what to do about it.
pub struct Explanation {
    pub heading: &'static str,
    /// The words for the caller.
    pub say: Option<&'static str>,
    /// What the employee does next.
    pub next: Vec<String>,
}

impl Texts {
    /// A day, as people say it.
    pub fn day(&self, date: Date) -> String {
        self.language.day(date)
    }

    /// A day and how many days ago it is.
    pub fn day_ago(&self, date: Date, days: u32) -> String {
        format!("{} ({})", self.day(date), self.language.days_ago(days))
    }
}
