//! The screen with the audit trail: who did what and when, with which outcome. The service keeps it
//! for 14 days.

use leptos::prelude::*;
use shared::{api::AuditEntry, time::netherlands::today};

use super::{
    csv::{csv, save},
    list::{ListBar, Loaded, LoadingNote},
    search::{Search, SearchForm},
    table::ListTable,
};
use crate::{
    browser::Clock,
    part::{click, each, part},
    service::{Reply, Service},
    texts::{self, text},
};

/// How many entries are shown at first, and how many more with each press of the button. Some
/// screen readers are slow with a table of thousands.
const PAGE: usize = 100;

/// The search, the table and the file.
#[component]
pub fn AuditScreen(clock: Clock) -> impl IntoView {
    let texts = texts::current();
    let loaded = Loaded::new();
    let older = RwSignal::new(None);
    let ask = move |before| {
        move |service: &dyn Service| -> Reply<Vec<AuditEntry>> {
            let answer = service.audit(before);
            Box::pin(async move {
                let answer = answer.await?;
                // The employee may have left this screen.
                let _ = older.try_set(answer.older);
                Ok(answer.entries)
            })
        }
    };
    let load = move || loaded.load(ask(None));
    let load_older = move || loaded.load_more(ask(older.get_untracked()));
    load();
    let search = Search::new();
    let shown = RwSignal::new(PAGE);
    let found = Memo::new(move |_| {
        let list = loaded.list.read();
        let entries = list.iter().flatten();
        entries
            .filter(|entry| search.finds(entry))
            .cloned()
            .collect::<Vec<_>>()
    });
    let is_loaded = Memo::new(move |_| loaded.list.read().is_some());
    let more = Memo::new(move |_| found.read().len() > shown.get());
    let count = move || {
        let all = loaded.list.read().as_ref()?.len();
        Some((texts.get().audit.count)(found.read().len(), all))
    };
    let export = move |_| {
        let texts = texts.get_untracked();
        let name = format!("{}-{}.csv", texts.audit.file, today(clock()));
        // A browser that can save no file says so itself.
        let _ = save(&name, &csv(&found.read_untracked(), texts));
    };
    let rows = move || {
        let texts = texts.get();
        let row = |entry: &AuditEntry| {
            view! {
                <tr>
                    <td>
                        <time datetime=entry.at.to_string()>{texts.day_and_time(entry.at)}</time>
                    </td>
                    <td>{entry.employee.as_str().to_owned()}</td>
                    <td>{(texts.audit.of_action)(entry.action)}</td>
                    <td>{(texts.audit.of_outcome)(entry.outcome)}</td>
                </tr>
            }
        };
        each(found.read().iter().take(shown.get()), row)
    };

    view! {
        <p class="prose">{text(|texts| texts.audit.intro)}</p>
        <LoadingNote loaded again=load />
        {part(move || is_loaded.get().then(|| view! {
            <SearchForm search />
            <ListBar count=part(count) refresh=click(load)>
                <button type="button" class="quiet" id="export" on:click=export>
                    {text(|texts| texts.audit.export)}
                </button>
            </ListBar>
            <ListTable
                caption=|texts| texts.audit.caption
                columns=&[
                    |texts| texts.audit.time,
                    |texts| texts.audit.employee,
                    |texts| texts.audit.action,
                    |texts| texts.audit.outcome,
                ]
                rows=part(rows)
            />
            {part(move || more.get().then(|| view! {
                <button
                    type="button"
                    class="quiet"
                    id="more"
                    on:click=click(move || shown.update(|shown| *shown += PAGE))
                >
                    {text(|texts| texts.audit.more)}
                </button>
            }))}
            {part(move || older.get().is_some().then(|| view! {
                <div class="bar">
                    <p>{text(|texts| texts.audit.there_are_older)}</p>
                    <button type="button" class="quiet" id="older" on:click=click(load_older)>
                        {text(|texts| texts.audit.older)}
                    </button>
                </div>
            }))}
        }))}
    }
}
