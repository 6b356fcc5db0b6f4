//! One phone: its three buttons, and what it tells its owner.

use leptos::{prelude::*, task::spawn_local};
use phone::{CheckReport, Code, Notification, Phone};
use shared::{Timestamp, dates, language::Language};

use crate::{
    pair::{Pair, Side, generator},
    service::{self, Connection, Failure},
};

/// What an owner can do.
#[derive(Clone, Copy)]
enum Deed {
    ShowCode,
    Share,
    Check,
}

/// What came of it.
#[derive(Clone)]
pub enum Outcome {
    Code(Code),
    /// So many keys.
    Shared(usize),
    Checked {
        report: CheckReport,
        at: Timestamp,
    },
    Failed(String),
}

/// One phone of the pair.
#[component]
pub fn PhoneView(
    pair: RwSignal<Option<Pair>>,
    side: Side,
    name: &'static str,
    /// What came of the last thing that its owner did.
    outcome: RwSignal<Option<Outcome>>,
) -> impl IntoView {
    let language = RwSignal::new("en".to_owned());
    let busy = RwSignal::new(false);
    let act = move |deed| {
        let phone = pair.with_untracked(|pair| pair.as_ref().map(|pair| pair.phone(side).clone()));
        let Some(mut phone) = phone.filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let done = perform(deed, &mut phone).await;
            pair.update(|pair| {
                if let Some(pair) = pair {
                    pair.replace(side, phone);
                }
            });
            outcome.set(Some(
                done.unwrap_or_else(|error| Outcome::Failed(error.to_string())),
            ));
            busy.set(false);
        });
    };
    // Read again when the language changes.
    let notification = move |at| {
        let language = language.get().parse().unwrap_or(Language::English);
        pair.with(|pair| pair.as_ref()?.phone(side).notification(at, language))
    };
    let button = move |deed, label| {
        // Not `disabled` while busy: that would take the keyboard's place away.
        view! {
            <button type="button" aria-disabled=move || busy.get().to_string() on:click=move |_| act(deed)>
                {label}
            </button>
        }
    };

    view! {
        <section class="card phone" aria-label=name>
            <h2>{name}</h2>
            <label class="language">
                "Language"
                <select bind:value=language>
                    <option value="en">"English"</option>
                    <option value="nl">"Nederlands"</option>
                </select>
            </label>
            <div class="buttons">
                {button(Deed::ShowCode, "Show code")} {button(Deed::Share, "Share keys")}
                {button(Deed::Check, "Check for exposures")}
            </div>
            <div class="outcome" role="status">
                {move || if busy.get() {
                    Some(view! { <p>"One moment…"</p> }.into_any())
                } else {
                    outcome.get().map(|outcome| show(outcome, notification))
                }}
            </div>
        </section>
    }
}

/// Does it. Whatever comes of it, the phone remembers what it did.
async fn perform(deed: Deed, phone: &mut Phone) -> Result<Outcome, Failure> {
    let Connection { service, now } = service::connect().await?;
    let mut random = generator();
    match deed {
        Deed::ShowCode => Ok(Outcome::Code(phone.code(&service, now, &mut random).await?)),
        Deed::Share => Ok(Outcome::Shared(
            phone.share(&service, now, &mut random).await?,
        )),
        Deed::Check => {
            let report = phone.check(&service, now, |_| ()).await?;
            phone.work_in_background(&service, now, &mut random).await?;
            Ok(Outcome::Checked { report, at: now })
        }
    }
}

fn show(outcome: Outcome, notification: impl Fn(Timestamp) -> Option<Notification>) -> AnyView {
    match outcome {
        Outcome::Code(Code { code, valid_until }) => view! {
            <p>"Read this code out to the GGD:"</p>
            <p class="code">{code.to_string()}</p>
            <p>{format!("It is valid until {}.", local(valid_until))}</p>
        }
        .into_any(),
        Outcome::Shared(keys) => view! {
            <p>{format!("{keys} keys are uploaded. They are published once the GGD has confirmed the code.")}</p>
        }
        .into_any(),
        Outcome::Checked { report, at } => view! {
            <p>{downloaded(&report)}</p>
            {notification(at).map_or_else(
                || view! { <p>"No exposure to somebody who was infectious is known."</p> }.into_any(),
                warn,
            )}
        }
        .into_any(),
        Outcome::Failed(error) => view! { <p class="failure">{error}</p> }.into_any(),
    }
}

fn downloaded(report: &CheckReport) -> String {
    let keys: usize = report.files.iter().map(|file| file.keys).sum();
    match (report.files.len(), report.failures.len()) {
        (0, 0) => "Nothing new is published.".to_owned(),
        (1, 0) => format!("One new file with {keys} keys is downloaded, verified and compared."),
        (files, 0) => {
            format!("{files} new files with {keys} keys are downloaded, verified and compared.")
        }
        (files, refused) => {
            format!("{files} new files are compared; {refused} are refused or cannot be had now.")
        }
    }
}

fn warn(notification: Notification) -> AnyView {
    let advice = notification.advice.into_iter().map(|advice| {
        view! {
            <h4>{advice.title}</h4>
            <p>{advice.body}</p>
        }
    });
    view! {
        <article class="warning" lang=notification.language.tag()>
            <h3>{notification.title}</h3>
            <p>{notification.body}</p>
            {advice.collect_view()}
        </article>
    }
    .into_any()
}

fn local(time: Timestamp) -> String {
    let time = dates::amsterdam().to_datetime(time);
    time.strftime("%H:%M on %-d %B, in the Netherlands")
        .to_string()
}
