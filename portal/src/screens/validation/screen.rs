//! The parts of the screen, and when each of them is shown.

use leptos::{either::Either, prelude::*};

use super::{
    answer::AcceptedPanel,
    connection::ConnectionNote,
    failure::FailurePanel,
    form::ValidationForm,
    guide::Guide,
    practice::{PracticeBanner, PracticeOffer},
};
use crate::{call::Call, part::part};

/// The guide, and beside it the form or its result.
#[component]
pub fn ValidationScreen(call: Call) -> impl IntoView {
    // The form exists only until its code is accepted. The next caller gets a new one, so nothing
    // of the one before, least of all the code, stays in the page. A page that has just been
    // opened is read from its top.
    let take_focus = StoredValue::new(false);
    let next_caller = move || {
        take_focus.set_value(true);
        call.clear();
    };

    view! {
        <div class="call">
            <Guide />
            <div class="work">
                <ConnectionNote />
                <PracticeBanner call />
                {part(move || match call.accepted.get() {
                    Some(accepted) => Either::Left(view! {
                        <AcceptedPanel accepted next_caller />
                    }),
                    None => Either::Right(view! {
                        <FailurePanel call />
                        <ValidationForm call take_focus=take_focus.get_value() />
                        <PracticeOffer call />
                    }),
                })}
            </div>
        </div>
    }
}
