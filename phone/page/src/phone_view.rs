//! One phone: its three buttons, and its answer to its owner.

use leptos::prelude::*;
use phone::{
    CheckReport, Notification, Phone,
    sentences::{self, NO_EXPOSURE, NOTHING_NEW, SERVICE_HAS_ENDED},
};
use shared::{Timestamp, language::Language};

use crate::{
    pair::{Side, generator},
    service::{self, PageFailure},
    story::{DeedOutcome, Story},
};

#[derive(Clone, Copy)]
enum Deed {
    ShowCode,
    Share,
    Check,
}

/// One phone of the pair.
#[component]
pub fn PhoneView(story: Story, side: Side, name: &'static str) -> impl IntoView {
    let outcome = story.outcome(side);
    let language = RwSignal::new(Language::English.tag().to_owned());
    let act = move |deed| {
        story.alone(async move {
            let phone = story
                .pair
                .with_untracked(|pair| Some(pair.as_ref()?.phone(side).clone()));
            let Some(mut phone) = phone else { return };
            let done = perform(deed, &mut phone).await;
            story.pair.update(|pair| {
                if let Some(pair) = pair {
                    pair.replace(side, phone);
                }
            });
            let failed = |error: PageFailure| DeedOutcome::Failed(error.to_string());
            outcome.set(Some(done.unwrap_or_else(failed)));
        });
    };
    // Read again when the language changes.
    let notification = move |at| {
        let language = language.get().parse().unwrap_or(Language::English);
        story
            .pair
            .with(|pair| pair.as_ref()?.phone(side).notification(at, language))
    };
    let button = move |deed, label| {
        // Not `disabled` while busy: that would take the keyboard's place away.
        let busy = move || story.is_busy().to_string();
        view! {
            <button type="button" aria-disabled=busy on:click=move |_| act(deed)>{label}</button>
        }
    };

    view! {
        <section class="card phone" aria-label=name>
            <h2>{name}</h2>
            <label class="language">
                "Language"
                <select bind:value=language>
                    <option value=Language::English.tag()>"English"</option>
                    <option value=Language::Dutch.tag() lang="nl">"Nederlands"</option>
                </select>
            </label>
            <div class="buttons">
                {button(Deed::ShowCode, "Show code")} {button(Deed::Share, "Share keys")}
                {button(Deed::Check, "Check for exposures")}
            </div>
            <div class="outcome" role="status">
                {move || outcome.get().map(|outcome| show(outcome, notification))}
            </div>
        </section>
    }
}

/// Carries out the owner's action. The phone remembers what it did, even if it failed.
async fn perform(deed: Deed, phone: &mut Phone) -> Result<DeedOutcome, PageFailure> {
    let service::Connection { service, now } = service::ask().await?;
    let mut random = generator();
    match deed {
        Deed::ShowCode => Ok(DeedOutcome::Code(
            phone.code(&service, now, &mut random).await?,
        )),
        Deed::Share => Ok(DeedOutcome::Shared(
            phone.share(&service, now, &mut random).await?,
        )),
        Deed::Check => {
            let report = phone.check(&service, now, |_| ()).await?;
            Ok(DeedOutcome::Checked { report, at: now })
        }
    }
}

fn show(outcome: DeedOutcome, notification: impl Fn(Timestamp) -> Option<Notification>) -> AnyView {
    match outcome {
        DeedOutcome::Code(code) => view! {
            <p>"Read this code out to the GGD:"</p>
            <p class="code">{code.code.to_string()}</p>
            <p>{sentences::validity(&code)}</p>
        }
        .into_any(),
        DeedOutcome::Shared(keys) => view! { <p>{sentences::uploaded(keys)}</p> }.into_any(),
        DeedOutcome::Checked { report, at } => view! {
            <p>{downloaded(&report)}</p>
            {report.has_ended.then(|| view! { <p>{SERVICE_HAS_ENDED}</p> })}
            {notification(at).map_or_else(|| view! { <p>{NO_EXPOSURE}</p> }.into_any(), warn)}
        }
        .into_any(),
        DeedOutcome::Failed(error) => view! { <p class="failure">{error}</p> }.into_any(),
    }
}

fn downloaded(report: &CheckReport) -> String {
    let keys: usize = report.files.iter().map(|file| file.keys).sum();
    match (report.files.len(), report.failures.len()) {
        (0, 0) => NOTHING_NEW.to_owned(),
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
