//! The table of an administrator's list.

use leptos::prelude::*;

use crate::{
    part::{Part, each},
    texts::{Say, text},
};

/// The table. It may be wider than the screen, and is then scrolled by the keyboard too.
#[component]
pub fn ListTable(caption: Say, columns: &'static [Say], rows: Part) -> impl IntoView {
    let headings = each(columns, |heading| {
        view! { <th scope="col">{text(*heading)}</th> }
    });

    view! {
        <div class="table" tabindex="0" role="region" aria-labelledby="caption">
            <table>
                <caption id="caption">{text(caption)}</caption>
                <thead>
                    <tr>{headings}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
