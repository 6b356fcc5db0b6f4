//! The list of countries that keys are exchanged with.

use leptos::{prelude::*, task::spawn_local};
use shared::{api::NamedCountry, language::Language};

use crate::{
    part::{click, each, part},
    service::ServiceHandle,
    texts::{self, text},
};

#[derive(Clone)]
enum Known {
    Asking,
    Failed,
    Countries(Vec<NamedCountry>),
}

/// The list, in alphabetical order of the language.
#[component]
pub fn CountryList() -> impl IntoView {
    let texts = texts::current();
    let service = ServiceHandle::find();
    let known = RwSignal::new(Known::Asking);
    let ask = move || {
        known.set(Known::Asking);
        let answer = service.with(|service| service.countries());
        spawn_local(async move {
            let answer = answer.await.map_or(Known::Failed, Known::Countries);
            // The screen may be gone, and its signals with it.
            let _ = known.try_set(answer);
        });
    };
    ask();

    view! {
        <div role="status">
            {part(move || match known.get() {
                Known::Asking => view! { <p>{text(|texts| texts.lists.loading)}</p> }.into_any(),
                Known::Failed => view! {
                    <p>{text(|texts| texts.about.countries_failed)}</p>
                    <p>
                        <button type="button" class="quiet" on:click=click(ask)>
                            {text(|texts| texts.lists.again)}
                        </button>
                    </p>
                }
                .into_any(),
                Known::Countries(countries) if countries.is_empty() => view! {
                    <p>{text(|texts| texts.about.countries_none)}</p>
                }
                .into_any(),
                Known::Countries(countries) => {
                    let names = names(countries, texts.get().language);
                    view! {
                        <ul class="countries">
                            {each(names, |name| view! { <li>{name}</li> })}
                        </ul>
                    }
                    .into_any()
                }
            })}
        </div>
    }
}

fn names(countries: Vec<NamedCountry>, language: Language) -> Vec<String> {
    let name = |country: NamedCountry| match language {
        Language::Dutch => country.nl,
        Language::English => country.en,
    };
    let mut names: Vec<_> = countries.into_iter().map(name).collect();
    names.sort_unstable();
    names
}
