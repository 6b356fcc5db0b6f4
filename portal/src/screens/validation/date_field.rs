//! The field for the first day of illness, or the date of the test: a list of the last days, and a
//! date for older ones.

use std::iter::successors;

use leptos::prelude::*;
use shared::{Date, Timestamp, keys::illness::oldest, time::netherlands::today};

use super::field::{FieldError, invalid};
use crate::{
    call::{DateEntry, EARLIER},
    part::{each, part},
    texts::{self, text},
};

/// The days in the list: almost all callers fell ill in the last three weeks.
const LISTED_DAYS: usize = 22;

pub const LIST: &str = "date";

/// The id of the input for a day that is not in the list.
pub const INPUT: &str = "earlier";

/// The label, the list, and the date input for a day that is not in the list.
#[component]
pub fn DateField(
    entry: DateEntry,
    /// Whether the person has symptoms, once that is known: it decides what is asked for.
    #[prop(into)]
    symptomatic: Signal<Option<bool>>,
    #[prop(into)] now: Signal<Timestamp>,
) -> impl IntoView {
    let texts = texts::current();
    let this_day = Memo::new(move |_| today(now.get()));
    let is_earlier = Memo::new(move |_| entry.is_earlier());
    let list_error = move || entry.error(now.get()).filter(|_| !entry.is_earlier());
    let days = move || {
        let days = days_back(this_day.get()).take(LISTED_DAYS).zip(0..);
        each(days, |(day, ago)| {
            let value = day.to_string();
            let chosen = {
                let value = value.clone();
                move || *entry.listed.read() == value
            };
            view! {
                <option value=value prop:selected=chosen>
                    {part(move || texts.get().day_ago(day, ago))}
                </option>
            }
        })
    };

    view! {
        <div class="field">
            <label for=LIST>{part(move || (texts.get().form.date.label)(symptomatic.get()))}</label>
            <p class="hint" id="date-hint">
                {part(move || (texts.get().form.date.hint)(symptomatic.get()))}
            </p>
            <select
                id=LIST
                autocomplete="off"
                required
                aria-describedby="date-error date-hint"
                aria-invalid=move || invalid(list_error().is_some())
                on:change=move |event| {
                    entry.choose(event_target_value(&event));
                }
            >
                <option value="" prop:selected=move || entry.listed.read().is_empty()>
                    {text(|texts| texts.form.date.choose)}
                </option>
                {days}
                <option value=EARLIER prop:selected=move || entry.is_earlier()>
                    {text(|texts| texts.form.date.earlier)}
                </option>
            </select>
            <FieldError
                id="date-error"
                text=Signal::derive(move || {
                    let missing = texts.get().form.date.missing;
                    list_error().map(|_| missing(symptomatic.get()).to_owned())
                })
            />
        </div>
        {part(move || is_earlier.get().then(|| view! { <EarlierField entry now /> }))}
    }
}

#[component]
fn EarlierField(entry: DateEntry, now: Signal<Timestamp>) -> impl IntoView {
    let texts = texts::current();
    let newest = move || today(now.get());
    let oldest = move || oldest(now.get());
    let error = move || entry.error(now.get());

    view! {
        <div class="field">
            <label for=INPUT>{text(|texts| texts.form.date.earlier_label)}</label>
            <p class="hint" id="earlier-hint">
                {part(move || (texts.get().form.date.earlier_hint)(&texts.get().day(oldest())))}
            </p>
            <input
                id=INPUT
                type="date"
                autocomplete="off"
                required
                min=move || oldest().to_string()
                max=move || newest().to_string()
                // It keeps a day while another one is chosen in the list.
                prop:value=entry.earlier
                aria-describedby="earlier-error earlier-hint"
                aria-invalid=move || invalid(error().is_some())
                on:input=move |event| {
                    entry.enter(event_target_value(&event));
                }
                on:blur=move |_| {
                    if !entry.earlier.read_untracked().is_empty() {
                        entry.settle();
                    }
                }
            />
            <FieldError
                id="earlier-error"
                text=Signal::derive(move || {
                    let texts = texts.get();
                    error().map(|error| (texts.form.date.error)(error, &texts.day(oldest())))
                })
            />
        </div>
    }
}

/// `day` and the days before it, newest first.
fn days_back(day: Date) -> impl Iterator<Item = Date> {
    successors(Some(day), |day| day.yesterday().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_go_back_over_the_ends_of_months() {
        let days: Vec<_> = days_back("2028-03-01".parse().unwrap()).take(3).collect();
        let expected = ["2028-03-01", "2028-02-29", "2028-02-28"];
        assert_eq!(days, expected.map(|day| day.parse().unwrap()));
    }
}
