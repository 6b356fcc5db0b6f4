//! The page: the meetings, the two phones, and a button that makes the service publish.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    meetings::Meetings,
    pair::{Pair, Side},
    phone_view::PhoneView,
    service,
    story::Story,
};

#[component]
pub fn Page() -> impl IntoView {
    let story = Story::new();
    story.begin();
    Effect::new(move |_| {
        story.pair.with(|pair| pair.as_ref().map(Pair::save));
    });

    view! {
        <h1>"Two phones to try"</h1>
        <p class="intro">
            "Two people have met. One of them falls ill, reads out a code to the GGD, and shares \
             keys; the other one is warned. Both phones run in this page, with the same code as \
             the command line. The employees’ portal is "
            <a href="/" target="_blank">"in another tab"</a>
            "."
        </p>
        <p class="failure" role="alert">{story.failure}</p>
        <Show when=move || story.pair.with(Option::is_some)>
            <Meetings story />
            <div class="phones">
                <PhoneView story side=Side::First name="Anna’s phone" />
                <PhoneView story side=Side::Second name="Bram’s phone" />
            </div>
            <Publication />
            <p>
                <button type="button" class="quiet" on:click=move |_| story.start_over()>
                    "Start over with two new phones"
                </button>
            </p>
        </Show>
    }
}

/// The service publishes by itself. The button saves waiting for it.
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
                "Keys are published once the GGD has confirmed the code and the keys are shared, \
                 in whichever order, and two hours have passed since a key was last used. The \
                 service looks every minute."
            </p>
            <button type="button" on:click=publish>"Publish now"</button>
            <p role="status">{said}</p>
        </section>
    }
}
