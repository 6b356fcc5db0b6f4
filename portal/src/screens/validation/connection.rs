//! Tells the employee that the computer has lost its connection, and that it is back.

use leptos::{ev, leptos_dom::helpers::window_event_listener, prelude::*};

use crate::{
    browser::is_online,
    part::part,
    texts::{Say, text},
};

/// Shows nothing as long as the connection has never been lost.
#[component]
pub fn ConnectionNote() -> impl IntoView {
    let online = RwSignal::new(is_online());
    let was_offline = RwSignal::new(!is_online());
    let listeners = [
        window_event_listener(ev::offline, move |_| {
            online.set(false);
            was_offline.set(true);
        }),
        window_event_listener(ev::online, move |_| online.set(true)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));

    view! {
        <div class="connection" class:away=move || !online.get() role="status">
            {part(move || {
                let say: Say = match (online.get(), was_offline.get()) {
                    (false, _) => |texts| texts.connection.away,
                    (true, true) => |texts| texts.connection.back,
                    (true, false) => return None,
                };
                Some(view! { <p>{text(say)}</p> })
            })}
        </div>
    }
}
