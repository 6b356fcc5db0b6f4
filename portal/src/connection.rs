//! Whether the computer has a connection at all. What it has says nothing of the service, but what
//! it lacks is certain.

use leptos::{ev, leptos_dom::helpers::window_event_listener, prelude::*};

use crate::{part::part, texts::text};

/// Whether there is a connection now.
pub fn is_there() -> bool {
    window().navigator().on_line()
}

/// Says that there is no connection, for as long as there is none, and that it is back.
#[component]
pub fn ConnectionNote() -> impl IntoView {
    let there = RwSignal::new(is_there());
    let was_away = RwSignal::new(!is_there());
    let offline = window_event_listener(ev::offline, move |_| {
        there.set(false);
        was_away.set(true);
    });
    let online = window_event_listener(ev::online, move |_| there.set(true));
    on_cleanup(move || {
        offline.remove();
        online.remove();
    });

    view! {
        <div class="connection" class:away=move || !there.get() role="status">
            {part(move || match (there.get(), was_away.get()) {
                (false, _) => Some(view! { <p>{text(|texts| texts.connection.away)}</p> }.into_any()),
                (true, true) => Some(view! { <p>{text(|texts| texts.connection.back)}</p> }.into_any()),
                (true, false) => None,
            })}
        </div>
    }
}
