//! The code read back over the telephone, symbol by symbol, so that the caller can compare.

use leptos::prelude::*;
use shared::language::Language;

use crate::{
    call::CodeEntry,
    part::{click, each, part},
    texts::{self, Texts},
};

/// The groups in which a code is written.
const GROUPS: [usize; 3] = [3, 2, 2];

/// Shows or hides the words. They follow what is typed.
#[component]
pub fn Spelling(entry: CodeEntry) -> impl IntoView {
    let texts = texts::current();
    let shown = entry.spelled;
    let words = move || {
        let symbols = entry.symbols();
        (shown.get() && !symbols.is_empty()).then(|| {
            let texts = texts.get();
            let dutch = texts.form.code.dutch_words.map(|label| {
                let words = groups(&symbols, Texts::of(Language::Dutch)).join(", – ");
                view! { <p class="hint">{label} " " <span lang="nl">{words}</span></p> }
            });
            let groups = each(groups(&symbols, texts), |group| view! { <li>{group}</li> });
            view! {
                <p class="visually-hidden">{texts.form.code.spelled}</p>
                <ol class="spelling" translate="no">{groups}</ol>
                {dutch}
            }
        })
    };

    view! {
        <button
            type="button"
            class="quiet"
            id="spell"
            aria-expanded=move || shown.get().to_string()
            aria-controls="spelling"
            on:click=click(move || shown.update(|shown| *shown = !*shown))
        >
            {part(move || {
                let texts = &texts.get().form.code;
                if shown.get() { texts.spell_hide } else { texts.spell }
            })}
        </button>
        <div id="spelling" role="status">{words}</div>
    }
}

/// The words of each group of the code's symbols.
fn groups(symbols: &str, texts: &Texts) -> Vec<String> {
    let mut words = symbols
        .chars()
        .map(|symbol| match (texts.form.code.word)(symbol) {
            Some(word) => word.to_owned(),
            None => symbol.to_string(),
        });
    GROUPS
        .into_iter()
        .map(|length| words.by_ref().take(length).collect::<Vec<_>>().join(", "))
        .take_while(|group| !group.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use shared::enrolment::code::ALPHABET;

    use super::*;

    #[test]
    fn the_words_stand_in_the_groups_of_the_code() {
        assert_eq!(
            groups("L8T6LJV", Texts::of(Language::Dutch)),
            ["Lodewijk, acht, Teunis", "zes, Lodewijk", "Jan, Victor"]
        );
        assert_eq!(
            groups("L8T6", Texts::of(Language::English)),
            ["Lima, eight, Tango", "six"]
        );
        assert!(groups("", Texts::of(Language::English)).is_empty());
    }

    #[test]
    fn every_symbol_has_a_word() {
        for language in [Language::Dutch, Language::English] {
            let word = Texts::of(language).form.code.word;
            for symbol in ALPHABET.chars() {
                let word = word(symbol).unwrap();
                assert!(
                    symbol.is_ascii_digit() || word.starts_with(symbol),
                    "{word}"
                );
            }
        }
    }
}
