//! Everything the portal says. A language is one value of [`Texts`], so the compiler finds a text
//! that it lacks.

mod dutch;
mod english;
mod types;

use leptos::prelude::*;
use shared::{Date, Timestamp, country::Country, language::Language, time::netherlands::amsterdam};

pub use types::{
    EmployeesTexts, Explanation, HeadingTexts, Question, Section, SignInTexts, Step, Texts,
};

/// Provides the first language to all views below.
pub fn provide(language: Language) -> RwSignal<Language> {
    let language = RwSignal::new(language);
    provide_context(language);
    language
}

pub fn language() -> RwSignal<Language> {
    expect_context()
}

/// The texts of the language in use. A closure of a view that reads the signal follows a change.
pub fn current() -> Signal<&'static Texts> {
    let language = language();
    Signal::derive(move || Texts::of(language.get()))
}

/// Picks one of the texts.
pub type Say = fn(&'static Texts) -> &'static str;

/// One text in the language in use.
///
/// All of them are of one type, so that the code that makes a text follow the language is
/// downloaded once.
pub fn text(pick: Say) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    let language = language();
    move || pick(Texts::of(language.get()))
}

impl Texts {
    /// The texts of `language`.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Dutch => &dutch::DUTCH,
            Language::English => &english::ENGLISH,
        }
    }

    pub fn country(&self, country: Country) -> &'static str {
        match self.language {
            Language::Dutch => country.dutch(),
            Language::English => country.english(),
        }
    }

    /// A day in words.
    pub fn day(&self, date: Date) -> String {
        self.language.day(date)
    }

    /// A day and how many days ago it is.
    pub fn day_ago(&self, date: Date, days: u32) -> String {
        format!("{} ({})", self.day(date), self.language.days_ago(days))
    }

    /// A day and a time in the Netherlands.
    pub fn day_and_time(&self, time: Timestamp) -> String {
        let day = amsterdam().to_datetime(time).date();
        format!("{}, {}", self.day(day), time_of_day(time))
    }
}

/// Hours and minutes in the Netherlands.
pub fn time_of_day(time: Timestamp) -> String {
    let time = amsterdam().to_datetime(time);
    format!("{:02}:{:02}", time.hour(), time.minute())
}
