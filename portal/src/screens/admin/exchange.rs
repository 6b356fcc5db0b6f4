//! The screen with the exchange with other countries: the last runs, and the quarantined keys.

use leptos::prelude::*;
use shared::api::{ExchangeReport, LastRun};

use super::{
    list::{ListBar, Loaded, LoadingNote},
    table::ListTable,
};
use crate::{
    part::{click, each, part},
    texts::{self, text},
};

#[component]
pub fn ExchangeScreen() -> impl IntoView {
    let texts = texts::current();
    // The report is loaded as a list of one.
    let loaded = Loaded::<ExchangeReport>::new();
    let load = move || {
        loaded.load(|service| {
            let report = service.exchange();
            Box::pin(async { report.await.map(|report| vec![report]) })
        });
    };
    load();
    let report = Memo::new(move |_| loaded.list.read().as_ref()?.first().cloned());
    let last = move |run: fn(&ExchangeReport) -> Option<LastRun>| {
        move || {
            let texts = texts.get();
            match run(report.read().as_ref()?) {
                Some(LastRun { at, outcome }) => Some(format!(
                    "{}: {}",
                    texts.day_and_time(at),
                    (texts.exchange.outcome)(outcome)
                )),
                None => Some(texts.exchange.never.to_owned()),
            }
        }
    };
    let count = move || {
        let report = report.read();
        Some((texts.get().exchange.count)(
            report.as_ref()?.quarantined.len(),
        ))
    };
    let rows = move || {
        let texts = texts.get();
        let quarantined = report.get().map(|report| report.quarantined);
        each(quarantined.unwrap_or_default(), |entry| {
            let country = match entry.country {
                Some(country) => texts.country(country),
                None if entry.reason.affects_whole_batch() => texts.exchange.all_of_it,
                None => texts.exchange.unknown,
            };
            view! {
                <tr>
                    <td>
                        <time datetime=entry.at.to_string()>{texts.day_and_time(entry.at)}</time>
                    </td>
                    <td class="tag">{entry.tag}</td>
                    <td>{country}</td>
                    <td>{(texts.exchange.reason)(entry.reason)}</td>
                </tr>
            }
        })
    };

    view! {
        <p class="prose">{text(|texts| texts.exchange.intro)}</p>
        <LoadingNote loaded again=load />
        {part(move || report.read().is_some().then(|| view! {
            <dl class="runs">
                <dt>{text(|texts| texts.exchange.upload)}</dt>
                <dd id="last-upload">{last(|report| report.last_upload)}</dd>
                <dt>{text(|texts| texts.exchange.download)}</dt>
                <dd id="last-download">{last(|report| report.last_download)}</dd>
            </dl>
            <ListBar count=part(count) refresh=click(load) />
            <ListTable
                caption=|texts| texts.exchange.caption
                columns=&[
                    |texts| texts.audit.time,
                    |texts| texts.exchange.tag,
                    |texts| texts.exchange.country,
                    |texts| texts.exchange.why,
                ]
                rows=part(rows)
            />
        }))}
    }
}
