//! What the employee has typed as the validation code, and when to speak of an error in it.

use leptos::prelude::*;
use shared::enrolment::code::{
    CodeError, LENGTH, TRAINING_CODE, ValidationCode, grouped, is_separator,
};

/// The text of the code's field, and whether the employee has left the field.
#[derive(Clone, Copy)]
pub struct CodeEntry {
    text: RwSignal<String>,
    settled: RwSignal<bool>,
    /// Whether the code is shown in words.
    pub spelled: RwSignal<bool>,
}

pub enum Typed {
    /// A code that may be sent.
    Code(ValidationCode),
    Training,
    /// No code, or not yet.
    Wrong(CodeError),
}

impl CodeEntry {
    pub fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            settled: RwSignal::new(false),
            spelled: RwSignal::new(false),
        }
    }

    pub fn clear(self) {
        self.text.set(String::new());
        self.settled.set(false);
        self.spelled.set(false);
    }

    /// Fills in the code to practise with.
    pub fn practise(self) {
        self.text.set(grouped(TRAINING_CODE));
    }

    pub fn enter(self, text: String) {
        self.settled.set(false);
        self.text.set(text);
    }

    /// The same code in another spelling.
    pub fn respell(self, text: String) {
        self.text.set(text);
    }

    pub fn text(self) -> String {
        self.text.get()
    }

    /// The symbols of the text, as codes are written.
    pub fn symbols(self) -> String {
        symbols(&self.text.read())
    }

    pub fn typed(self) -> Typed {
        let symbols = self.symbols();
        if symbols == TRAINING_CODE {
            Typed::Training
        } else {
            symbols.parse().map_or_else(Typed::Wrong, Typed::Code)
        }
    }

    pub fn is_empty(self) -> bool {
        self.text.read().is_empty()
    }

    /// From now until the next change, a missing symbol counts as an error.
    pub fn settle(self) {
        self.settled.set(true);
    }

    /// Settles a field that still holds the `text` with which the employee left it. The field may
    /// be gone by now.
    pub fn settle_if_unchanged(self, text: &str) {
        let is_same = self.text.try_with_untracked(|now| now == text);
        if !text.is_empty() && is_same == Some(true) {
            self.settle();
        }
    }

    /// The error to show. A symbol that is in no code is named at once; an error that more typing
    /// may mend, only when settled.
    pub fn error(self) -> Option<CodeError> {
        let Typed::Wrong(error) = self.typed() else {
            return None;
        };
        let hopeless = match error {
            CodeError::Symbol(_) => !TRAINING_CODE.starts_with(&self.symbols()),
            CodeError::Length(found) => found > LENGTH,
            CodeError::Check => false,
        };
        (hopeless || self.settled.get()).then_some(error)
    }
}

/// The symbols of `text` as codes are written: upper case, nothing between them.
pub fn symbols(text: &str) -> String {
    text.chars()
        .filter(|character| !is_separator(*character))
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_while_typing(text: &str) -> Option<CodeError> {
        let entry = CodeEntry::new();
        entry.enter(text.to_owned());
        entry.error()
    }

    fn error_when_left(text: &str) -> Option<CodeError> {
        let entry = CodeEntry::new();
        entry.enter(text.to_owned());
        entry.settle_if_unchanged(text);
        entry.error()
    }

    #[test]
    fn only_an_error_that_more_typing_cannot_mend_is_shown_while_typing() {
        let _owner = Owner::new_root(None);
        assert_eq!(error_while_typing("l8o"), Some(CodeError::Symbol('O')));
        assert_eq!(error_while_typing("L8T-6L-JVB"), Some(CodeError::Length(8)));
        for text in ["", "L8T6LJ", "8LT6LJV", "00", "0000000"] {
            assert_eq!(error_while_typing(text), None, "{text}");
        }
    }

    #[test]
    fn every_error_is_shown_when_the_field_is_left_with_something_in_it() {
        let _owner = Owner::new_root(None);
        assert_eq!(error_when_left("L8T6LJ"), Some(CodeError::Length(6)));
        assert_eq!(error_when_left("8LT6LJV"), Some(CodeError::Check));
        for text in ["", "l8t 6l-jv", "000-00-00"] {
            assert_eq!(error_when_left(text), None, "{text}");
        }
    }

    #[test]
    fn the_next_change_takes_an_error_back() {
        let _owner = Owner::new_root(None);
        let entry = CodeEntry::new();
        entry.enter("8LT6LJV".to_owned());
        entry.settle();
        assert!(entry.error().is_some());
        entry.enter("8LT6LJ".to_owned());
        assert_eq!(entry.error(), None);
    }

    #[test]
    fn a_code_is_the_same_however_it_is_spelled() {
        for text in ["l8t 6l-jv", "L8T6LJV", " l8t6l–jv ", "L-8-T-6-L-J-V"] {
            assert_eq!(symbols(text), "L8T6LJV");
        }
    }
}
