//! The field for the first day of illness, or the date of the test: a list of the last days, and a
//! date for older ones.

use std::iter::successors;

use leptos::prelude::*;
use shared::{
    Date, Timestamp,
    keys::{
        illness,
        illness::{DateError, Illness},
    },
    time::netherlands::today,
};

use super::field::{FieldError, invalid};
use crate::{
    part::{each, part},
    texts::{self, text},
};

/// How many days the list offers: almost everybody who is called fell ill in the last three weeks.
const LISTED_DAYS: usize = 22;

const LIST: &str = "date";
const EARLIER: &str = "earlier";

/// What is chosen, and whether the employee is done with it.
#[derive(Clone, Copy)]
pub struct DateEntry {
    /// A date of the list, [`EARLIER`], or nothing yet.
    listed: RwSignal<String>,
    earlier: RwSignal<String>,
    settled: RwSignal<bool>,
}

impl DateEntry {
    /// Nothing chosen.
    pub fn new() -> Self {
        Self {
            listed: RwSignal::new(String::new()),
            earlier: RwSignal::new(String::new()),
            settled: RwSignal::new(false),
        }
    }

    /// Forgets it.
    pub fn clear(self) {
        self.listed.set(String::new());
        self.earlier.set(String::new());
        self.settled.set(false);
    }

    /// The date in the form `YYYY-MM-DD`; whether it is one is for [`Illness::parse`] to say.
    pub fn text(self) -> String {
        if self.is_earlier() {
            self.earlier.get()
        } else {
            self.listed.get()
        }
    }

    /// Whether nothing is chosen.
    pub fn is_empty(self) -> bool {
        self.listed.read().is_empty()
    }

    /// From now until the next change, what is missing counts as an error.
    pub fn settle(self) {
        self.settled.set(true);
    }

    /// The id of the element in which the date is to be mended.
    pub fn id(self) -> &'static str {
        if self.is_earlier() { EARLIER } else { LIST }
    }

    fn is_earlier(self) -> bool {
        *self.listed.read() == EARLIER
    }

    fn error(self, now: Timestamp) -> Option<DateError> {
        // Which dates are possible does not depend on symptoms.
        let error = Illness::parse(true, &self.text(), now).err();
        error.filter(|_| self.settled.get())
    }
}

/// The label, the list, and the date input for a day that is not in the list.
#[component]
pub fn DateField(
    /// What is chosen.
    entry: DateEntry,
    /// Whether the person has symptoms, once that is known: it decides what is asked for.
    #[prop(into)]
    symptomatic: Signal<Option<bool>>,
    /// The time.
    #[prop(into)]
    now: Signal<Timestamp>,
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
            <p class="hint" id="date-hint">{part(move || (texts.get().form.date.hint)(symptomatic.get()))}</p>
            <select
                id=LIST
                autocomplete="off"
                required
                aria-describedby="date-error date-hint"
                aria-invalid=move || invalid(list_error().is_some())
                on:change=move |event| {
                    entry.settled.set(false);
                    entry.listed.set(event_target_value(&event));
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
                    list_error().map(|_| (texts.get().form.date.missing)(symptomatic.get()).to_owned())
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
    let oldest = move || illness::oldest(now.get());
    let error = move || entry.error(now.get());

    view! {
        <div class="field">
            <label for=EARLIER>{text(|texts| texts.form.date.earlier_label)}</label>
            <p class="hint" id="earlier-hint">
                {part(move || (texts.get().form.date.earlier_hint)(&texts.get().day(oldest())))}
            </p>
            <input
                id=EARLIER
                type="date"
                autocomplete="off"
                required
                min=move || oldest().to_string()
                max=move || newest().to_string()
                // The list may have been left and come back to.
                prop:value=entry.earlier
                aria-describedby="earlier-error earlier-hint"
                aria-invalid=move || invalid(error().is_some())
                on:input=move |event| {
                    entry.settled.set(false);
                    entry.earlier.set(event_target_value(&event));
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
