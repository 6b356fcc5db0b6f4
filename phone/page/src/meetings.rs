//! The meetings of the two phones, and a form for another one.

use leptos::{ev, prelude::*};
use shared::language::Language;

use crate::{
    pair::{FIRST_MEETING, Meeting},
    service,
    story::Story,
};

/// The days that can be chosen, in days ago.
const DAYS_AGO: std::ops::RangeInclusive<u32> = 1..=13;

/// The lengths of a meeting, in minutes.
const MINUTES: [u32; 4] = [5, 15, 20, 60];

/// The distances, and the loss of each in dB: one of each of the buckets that count more than
/// fully, fully, and not at all (`functions/content/riskcalculationparameters.json`).
const DISTANCES: [(&str, u8); 3] = [
    ("at arm’s length", 50),
    ("across a table", 60),
    ("across a hall", 80),
];

/// The meetings so far, and a form for one more.
#[component]
pub fn Meetings(story: Story) -> impl IntoView {
    let (days_ago, minutes, attenuation) = FIRST_MEETING;
    let days_ago = RwSignal::new(days_ago.to_string());
    let minutes = RwSignal::new(minutes.to_string());
    let attenuation = RwSignal::new(attenuation.to_string());
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
        story.alone(async move {
            match service::ask().await {
                Ok(service) => {
                    story.pair.update(|pair| {
                        if let Some(pair) = pair {
                            pair.meet(days_ago, minutes, attenuation, service.now);
                        }
                    });
                    said.set("They have met once more.".to_owned());
                }
                Err(error) => said.set(error.to_string()),
            }
        });
    };
    let list = move || {
        story.pair.with(|pair| {
            let meetings = pair.iter().flat_map(|pair| pair.meetings.iter());
            meetings
                .map(|meeting| view! { <li>{describe(meeting)}</li> })
                .collect_view()
        })
    };
    let days = DAYS_AGO.map(|days| option(days, Language::English.days_ago(days)));
    let lengths = MINUTES.map(|minutes| option(minutes, format!("{minutes} minutes")));
    let distances = DISTANCES.map(|(name, lost)| option(lost.into(), name.to_owned()));

    view! {
        <section class="card" aria-labelledby="meetings">
            <h2 id="meetings">"They met"</h2>
            <ul>{list}</ul>
            <form on:submit=meet>
                <label>"When" <select bind:value=days_ago>{days.collect_view()}</select></label>
                <label>
                    "How long" <select bind:value=minutes>{lengths.collect_view()}</select>
                </label>
                <label>
                    "How near" <select bind:value=attenuation>{distances.collect_view()}</select>
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
