//! The parts of the screen: the facts of the privacy statement, the countries, and the
//! accessibility statement.

use leptos::prelude::*;

use super::countries::CountryList;
use crate::{
    part::{each, part},
    texts::{self, Section, text},
};

#[component]
pub fn AboutScreen() -> impl IntoView {
    let texts = texts::current();

    view! {
        <div class="prose">
            {part(move || each(texts.get().about.privacy, section))}
            <section>
                <h2>{text(|texts| texts.about.countries_heading)}</h2>
                <p>{text(|texts| texts.about.countries_intro)}</p>
                <CountryList />
            </section>
            {part(move || each(texts.get().about.accessibility, section))}
        </div>
    }
}

fn section(section: &'static Section) -> impl IntoView {
    view! {
        <section>
            <h2>{section.heading}</h2>
            {each(section.paragraphs, |paragraph| view! { <p>{*paragraph}</p> })}
            {(!section.points.is_empty()).then(|| view! {
                <ul>{each(section.points, |point| view! { <li>{*point}</li> })}</ul>
            })}
        </section>
    }
}
