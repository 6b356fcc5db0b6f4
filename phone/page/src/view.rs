//! The page: where the phones met, the phones, and the service's part.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    meetings::Meetings,
    pair::{Pair, Side},
    phone_view::{Outcome, PhoneView},
    service::{self, Failure},
};

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let pair = RwSignal::new(None::<Pair>);
    let failure = RwSignal::new(None::<String>);
    let outcomes = [RwSignal::new(None::<Outcome>), RwSignal::new(None)];
    let [first, second] = outcomes;
    spawn_local(async move {
        match service::connect().await {
            Ok(connection) => pair.set(Some(Pair::load(connection.now))),
            Err(error) => failure.set(Some(error.to_string())),
        }
    });
    Effect::new(move |_| {
        pair.with(|pair| pair.as_ref().map(Pair::save));
    });

    view! {
        <h1>"Two phones to try"</h1>
        <p class="intro">
            "Two people have met. One of them falls ill, reads out a code to the GGD, and shares keys; the other one \
             is warned. Both phones run in this page, with the same code as the command line. The employees’ portal is "
            <a href="/" target="_blank">"in another tab"</a>
            "."
        </p>
        <p class="failure" role="alert">{failure}</p>
        <Show when=move || pair.with(Option::is_some)>
            <Meetings pair />
            <div class="phones">
                <PhoneView pair side=Side::First name="Anna’s phone" outcome=first />
                <PhoneView pair side=Side::Second name="Bram’s phone" outcome=second />
            </div>
            <Publication />
            <StartOver pair outcomes failure />
        </Show>
    }
}

/// The service publishes by itself; nobody has to wait for it here.
#[component]
fn Publication() -> impl IntoView {
    let said = RwSignal::new("");
    let publish = move |_| {
        said.set("The service is publishing…");
        spawn_local(async move {
            said.set(match service::publish().await {
                Ok(()) => "The service has published what may be published.",
                Err(_) => "The service could not publish; its log says why.",
            });
        });
    };
    view! {
        <section class="card" aria-labelledby="publication">
            <h2 id="publication">"The service"</h2>
            <p>
                "Keys are published once the GGD has confirmed the code and the keys are shared, in whichever order, \
                 and two hours have passed since a key was last used. The service looks every minute."
            </p>
            <button type="button" on:click=publish>"Publish now"</button>
            <p role="status">{said}</p>
        </section>
    }
}

/// Forgets both phones and begins with two others.
#[component]
fn StartOver(
    pair: RwSignal<Option<Pair>>,
    outcomes: [RwSignal<Option<Outcome>>; 2],
    failure: RwSignal<Option<String>>,
) -> impl IntoView {
    let start_over = move |_| {
        spawn_local(async move {
            let begun: Result<(), Failure> = async {
                pair.set(Some(Pair::new(service::connect().await?.now)));
                for outcome in outcomes {
                    outcome.set(None);
                }
                Ok(())
            }
            .await;
            failure.set(begun.err().map(|error| error.to_string()));
        });
    };
    view! {
        <p>
            <button type="button" class="quiet" on:click=start_over>"Start over with two new phones"</button>
        </p>
    }
}
