//! Practising with the training code, which is never sent. Typing a caller's code over it ends the
//! practice.

use leptos::prelude::*;

use super::code_field;
use crate::{
    browser::focus,
    call::{Call, Typed},
    part::{click, part},
    texts::text,
};

fn is_practising(call: Call) -> bool {
    matches!(call.code.typed(), Typed::Training)
}

/// Says that this is no real call, as long as the training code is filled in.
#[component]
pub fn PracticeBanner(call: Call) -> impl IntoView {
    let practising = Memo::new(move |_| is_practising(call));

    view! {
        <div role="status">
            {part(move || practising.get().then(|| view! {
                <div class="banner practice">
                    <p>{text(|texts| texts.practice.banner)}</p>
                    <button
                        type="button"
                        class="quiet"
                        on:click=click(move || {
                            call.clear();
                            focus(code_field::ID);
                        })
                    >
                        {text(|texts| texts.practice.end)}
                    </button>
                </div>
            }))}
        </div>
    }
}

/// Offers to practise, as long as the form is empty.
#[component]
pub fn PracticeOffer(call: Call) -> impl IntoView {
    let empty = Memo::new(move |_| call.is_empty());

    view! {
        {part(move || empty.get().then(|| view! {
            <p class="offer">
                {text(|texts| texts.practice.offer)} " "
                <button
                    type="button"
                    class="link"
                    on:click=click(move || {
                        call.code.practise();
                        focus(code_field::ID);
                    })
                >
                    {text(|texts| texts.practice.begin)}
                </button>
            </p>
        }))}
    }
}
