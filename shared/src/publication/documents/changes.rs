//! Test helper: a document with one wrong value is refused for the right reason.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A JSON pointer, the value to put there, and words that the error must contain.
pub type Change<'a> = (&'a str, Value, &'a str);

/// Asserts that `document` is taken as it is, and refused after each of `changes`.
pub fn each_change_is_refused<T: DeserializeOwned>(document: &Value, changes: &[Change]) {
    assert!(serde_json::from_value::<T>(document.clone()).is_ok());
    for (place, value, words) in changes {
        let mut changed = document.clone();
        *changed.pointer_mut(place).unwrap() = value.clone();
        let error = serde_json::from_str::<T>(&changed.to_string())
            .err()
            .unwrap_or_else(|| panic!("{place} may be {value}"))
            .to_string();
        assert!(error.contains(words), "{place} {value}: {error}");
    }
}
