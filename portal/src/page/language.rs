//! The choice between Dutch and English, which is the only thing that the portal stores.

use leptos::prelude::*;
use shared::language::Language;
use web_sys::Storage;

use crate::{
    part::click,
    texts::{self, text},
};

const STORED_AS: &str = "language";

/// The first language: the one that was chosen last, or else the one that the browser prefers.
pub fn preferred() -> Language {
    let stored = storage().and_then(|storage| storage.get_item(STORED_AS).ok()?);
    let languages = window().navigator().languages();
    choose(
        stored.as_deref(),
        languages.iter().filter_map(|tag| tag.as_string()),
    )
}

fn choose(stored: Option<&str>, mut preferred: impl Iterator<Item = String>) -> Language {
    stored
        .and_then(|tag| tag.parse().ok())
        .or_else(|| preferred.find_map(|tag| spoken(&tag)))
        .unwrap_or(Language::Dutch)
}

/// The language of a browser's preference, for example `en-GB`.
fn spoken(tag: &str) -> Option<Language> {
    let language = tag.split('-').next()?;
    language.to_ascii_lowercase().parse().ok()
}

fn remember(language: Language) {
    if let Some(storage) = storage() {
        // A browser that stores nothing asks again next time.
        let _ = storage.set_item(STORED_AS, language.tag());
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

/// The button that changes to the other language. What is filled in stays.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let language = texts::language();
    let other = move || match language.get() {
        Language::Dutch => Language::English,
        Language::English => Language::Dutch,
    };
    // The page itself says in which language it is.
    Effect::new(move || {
        if let Some(page) = document().document_element() {
            let _ = page.set_attribute("lang", language.get().tag());
        }
    });

    view! {
        <button
            type="button"
            class="plain"
            id="language"
            lang=move || other().tag()
            on:click=click(move || {
                let other = untrack(other);
                language.set(other);
                remember(other);
            })
        >
            {text(|texts| texts.frame.other_language)}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(stored: Option<&str>, preferred: &[&str]) -> Language {
        choose(stored, preferred.iter().map(|tag| (*tag).to_owned()))
    }

    #[test]
    fn the_stored_language_comes_before_the_browsers() {
        assert_eq!(chosen(Some("en"), &["nl"]), Language::English);
        assert_eq!(chosen(Some("fr"), &["en-GB"]), Language::English);
    }

    #[test]
    fn the_first_preference_that_the_portal_speaks_counts() {
        assert_eq!(chosen(None, &["fr", "EN-us", "nl"]), Language::English);
        assert_eq!(chosen(None, &["nl-BE", "en"]), Language::Dutch);
        assert_eq!(chosen(None, &["fr", ""]), Language::Dutch);
        assert_eq!(chosen(None, &[]), Language::Dutch);
    }
}
