//! Which language the portal speaks: what was chosen last, else what the browser prefers.
//!
//! The choice is the only thing that the portal stores.

use leptos::prelude::*;
use shared::language::Language;
use web_sys::Storage;

use crate::{
    part::click,
    texts::{self, text},
};

const STORED_AS: &str = "language";

/// The language to begin with.
pub fn preferred() -> Language {
    let chosen = storage()
        .and_then(|storage| storage.get_item(STORED_AS).ok()?)
        .and_then(|tag| tag.parse().ok());
    chosen.unwrap_or_else(|| {
        window()
            .navigator()
            .languages()
            .iter()
            .filter_map(|tag| spoken(&tag.as_string()?))
            .next()
            .unwrap_or(Language::Dutch)
    })
}

/// The language that somebody understands whose browser asks for `tag`, for example `en-GB`.
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

/// Changes to the other language. What is filled in stays.
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
