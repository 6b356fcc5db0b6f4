//! On which days the owners of the phones met, and a form for another meeting.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::language::Language;

use crate::{
    pair::{Meeting, Pair},
    service,
};

/// The days that can be chosen, as many ago.
const DAYS_AGO: std::ops::RangeInclusive<u32> = 1..=13;

/// How long they met, in minutes.
const MINUTES: [u32; 4] = [5, 15, 20, 60];

/// How far apart they were, and how many dB that takes away.
const DISTANCES: [(&str, u8); 3] = [
    ("at arm’s length", 50),
    ("across a table", 60),
    ("across a hall", 80),
];

/// The meetings so far, and a form for one more.
#[component]
pub fn Meetings(pair: RwSignal<Option<Pair>>) -> impl IntoView {
    let days_ago = RwSignal::new("2".to_owned());
    let minutes = RwSignal::new("20".to_owned());
    let attenuation = RwSignal::new("50".to_owned());
    let said = RwSignal::new(String::new());
    let meet = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let chosen = (
            days_ago.get_untracked().parse(),
            minutes.get_untracked().parse(),
            attenuation.get_untracked().parse(),
        );
        let (Ok(days_ago), Ok(minutes), Ok(attenuation)) = chosen else {
            return;
        };
        spawn_local(async move {
            match service::connect().await {
                Ok(connection) => {
                    pair.update(|pair| {
                        if let Some(pair) = pair {
                            pair.meet(days_ago, minutes, attenuation, connection.now);
                        }
                    });
                    said.set("They have met once more.".to_owned());
                }
                Err(error) => said.set(error.to_string()),
            }
        });
    };
    let list = move || {
        pair.with(|pair| {
            let meetings = pair.iter().flat_map(|pair| pair.meetings.iter());
            meetings
                .map(|meeting| view! { <li>{describe(meeting)}</li> })
                .collect_view()
        })
    };

    view! {
        <section class="card" aria-labelledby="meetings">
            <h2 id="meetings">"They met"</h2>
            <ul>{list}</ul>
            <form on:submit=meet>
                <label>
                    "When"
                    <select bind:value=days_ago>
                        {DAYS_AGO.map(|days| option(days, Language::English.days_ago(days))).collect_view()}
                    </select>
                </label>
                <label>
                    "How long"
                    <select bind:value=minutes>
                        {MINUTES.map(|minutes| option(minutes, format!("{minutes} minutes"))).collect_view()}
                    </select>
                </label>
                <label>
                    "How near"
                    <select bind:value=attenuation>
                        {DISTANCES.map(|(name, attenuation)| option(attenuation.into(), name.to_owned())).collect_view()}
                    </select>
                </label>
                <button type="submit" class="quiet">"Let them meet again"</button>
            </form>
            <p role="status">{said}</p>
        </section>
    }
}

fn option(value: u32, label: String) -> impl IntoView {
    view! { <option value=value.to_string()>{label}</option> }
}

fn describe(meeting: &Meeting) -> String {
    let Meeting { day, minutes, .. } = meeting;
    let distance = DISTANCES
        .iter()
        .find(|(_, attenuation)| *attenuation == meeting.attenuation)
        .map_or("", |(name, _)| name);
    let day = Language::English.day(*day);
    format!("{day}: {minutes} minutes, {distance}")
}
