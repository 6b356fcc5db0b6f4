//! Everything the portal says. A language is one value of [`Texts`]; a text that it lacks does not
//! compile.

mod dutch;
mod english;
mod types;

use leptos::prelude::*;
use shared::{Date, Timestamp, country::Country, language::Language};

use crate::clock::time_of_day;

pub use types::{EmployeesTexts, HeadingTexts, Question, Section, Step, Texts};

/// Sets the language to begin with for everything below.
pub fn provide(language: Language) -> RwSignal<Language> {
    let language = RwSignal::new(language);
    provide_context(language);
    language
}

/// The language in use.
pub fn language() -> RwSignal<Language> {
    expect_context()
}

/// The texts of the language in use. Whoever reads the signal inside a closure of a view follows a
/// change.
pub fn current() -> Signal<&'static Texts> {
    let language = language();
    Signal::derive(move || Texts::of(language.get()))
}

/// Which of the texts.
pub type Say = fn(&'static Texts) -> &'static str;

/// One text in the language in use.
///
/// All of them are one type, and cost the download only once what makes a text of a page follow the
/// language.
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

    /// The name of a country.
    pub fn country(&self, country: Country) -> &'static str {
        match self.language {
            Language::Dutch => country.dutch(),
            Language::English => country.english(),
        }
    }

    /// A day, as people say it.
    pub fn day(&self, date: Date) -> String {
        self.language.day(date)
    }

    /// A day and how many days ago it is.
    pub fn day_ago(&self, date: Date, days: u32) -> String {
        format!("{} ({})", self.day(date), self.language.days_ago(days))
    }

    /// A day and a time in the Netherlands.
    pub fn moment(&self, time: Timestamp) -> String {
        let day = shared::time::netherlands::amsterdam()
            .to_datetime(time)
            .date();
        format!("{}, {}", self.day(day), time_of_day(time))
    }
}
