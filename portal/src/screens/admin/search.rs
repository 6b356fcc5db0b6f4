//! The search in the audit trail: by employee, action, outcome and day.

use std::fmt::Debug;

use leptos::prelude::*;
use shared::{
    api::{Action, AuditEntry, Outcome},
    time::netherlands::amsterdam,
};

use crate::{
    part::{each, part},
    texts::{self, Say, Texts, text},
};

/// The fields of the search. An empty one matches anything.
#[derive(Clone, Copy)]
pub struct Search {
    employee: RwSignal<String>,
    action: RwSignal<String>,
    outcome: RwSignal<String>,
    day: RwSignal<String>,
}

impl Search {
    pub fn new() -> Self {
        let anything = || RwSignal::new(String::new());
        Self {
            employee: anything(),
            action: anything(),
            outcome: anything(),
            day: anything(),
        }
    }

    /// Whether `entry` matches every field.
    pub fn finds(self, entry: &AuditEntry) -> bool {
        let is = |wanted: RwSignal<String>, value: &dyn Fn() -> String| {
            let wanted = wanted.read();
            wanted.is_empty() || *wanted == value()
        };
        let day = || amsterdam().to_datetime(entry.at).date().to_string();
        let part = self.employee.get().trim().to_ascii_lowercase();
        entry.employee.as_str().to_ascii_lowercase().contains(&part)
            && is(self.action, &|| key(entry.action))
            && is(self.outcome, &|| key(entry.outcome))
            && is(self.day, &day)
    }
}

/// The value of a list's option.
fn key(value: impl Debug) -> String {
    format!("{value:?}")
}

/// The text of an option, by its place in the list.
type SayAt = fn(&Texts, usize) -> &'static str;

/// The table follows each change at once.
#[component]
pub fn SearchForm(search: Search) -> impl IntoView {
    view! {
        <form
            class="search"
            role="search"
            autocomplete="off"
            aria-label=text(|texts| texts.audit.search)
            on:submit=|event| event.prevent_default()
        >
            <div class="field">
                <label for="by-employee">{text(|texts| texts.audit.employee)}</label>
                <input
                    id="by-employee"
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    on:input=move |event| search.employee.set(event_target_value(&event))
                />
            </div>
            <ChoiceField
                id="by-action"
                label=|texts| texts.audit.action
                value=search.action
                keys=Action::ALL.map(key).into()
                say=|texts, place| {
                    Action::ALL.get(place).map_or("", |action| (texts.audit.of_action)(*action))
                }
            />
            <ChoiceField
                id="by-outcome"
                label=|texts| texts.audit.outcome
                value=search.outcome
                keys=Outcome::ALL.map(key).into()
                say=|texts, place| {
                    Outcome::ALL.get(place).map_or("", |outcome| (texts.audit.of_outcome)(*outcome))
                }
            />
            <div class="field">
                <label for="by-day">{text(|texts| texts.audit.day)}</label>
                <input
                    id="by-day"
                    type="date"
                    autocomplete="off"
                    on:input=move |event| search.day.set(event_target_value(&event))
                />
            </div>
        </form>
    }
}

/// A field with a list of options, of which one is for anything.
#[component]
fn ChoiceField(
    id: &'static str,
    label: Say,
    value: RwSignal<String>,
    keys: Vec<String>,
    say: SayAt,
) -> impl IntoView {
    let texts = texts::current();
    let options = each(keys.into_iter().enumerate(), |(place, key)| {
        view! { <option value=key>{part(move || say(texts.get(), place))}</option> }
    });

    view! {
        <div class="field">
            <label for=id>{text(label)}</label>
            <select
                id=id
                autocomplete="off"
                on:change=move |event| value.set(event_target_value(&event))
            >
                <option value="">{text(|texts| texts.audit.any)}</option>
                {options}
            </select>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            // Monday in the Netherlands already.
            at: "2026-11-22T23:15:00Z".parse().unwrap(),
            employee: "a.DeWit".to_owned().try_into().unwrap(),
            action: Action::Validation,
            outcome: Outcome::NotAccepted,
        }
    }

    /// Whether a search with one field set finds the entry.
    fn finds(field: fn(&Search) -> RwSignal<String>, text: &str) -> bool {
        let search = Search::new();
        field(&search).set(text.to_owned());
        search.finds(&entry())
    }

    #[test]
    fn an_empty_search_finds_every_entry() {
        let _owner = Owner::new_root(None);
        assert!(Search::new().finds(&entry()));
    }

    #[test]
    fn an_employee_is_found_by_a_part_of_the_account_in_any_case() {
        let _owner = Owner::new_root(None);
        assert!(finds(|search| search.employee, " dewit"));
        assert!(!finds(|search| search.employee, "bakker"));
    }

    #[test]
    fn an_action_an_outcome_and_a_day_are_found_when_they_are_the_same() {
        let _owner = Owner::new_root(None);
        assert!(finds(|search| search.action, "Validation"));
        assert!(!finds(|search| search.action, "SignIn"));
        assert!(finds(|search| search.outcome, "NotAccepted"));
        assert!(!finds(|search| search.outcome, "Accepted"));
        assert!(finds(|search| search.day, "2026-11-23"));
        assert!(!finds(|search| search.day, "2026-11-22"));
    }
}
