//! Parts of a view, boxed.
//!
//! Leptos generates code for the type of every closure in a view. Boxed, all of them are of one
//! type, which makes the download a good tenth smaller.

use leptos::prelude::*;

/// A part of a view that is made again whenever a signal that it reads changes.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

pub fn part<V: IntoView + 'static>(mut view: impl FnMut() -> V + Send + 'static) -> Part {
    Box::new(move || view().into_any())
}

pub fn each<T, V: IntoView + 'static>(
    items: impl IntoIterator<Item = T>,
    mut view: impl FnMut(T) -> V,
) -> Vec<AnyView> {
    let mut views = Vec::new();
    for item in items {
        views.push(view(item).into_any());
    }
    views
}

pub fn paragraphs(texts: Vec<String>) -> impl IntoView {
    each(texts, |text| view! { <p>{text}</p> })
}

pub type Click = Box<dyn FnMut(leptos::ev::MouseEvent)>;

pub fn click(mut act: impl FnMut() + 'static) -> Click {
    Box::new(move |_| act())
}
