//! Parts of a view that follow what they are made of.
//!
//! Leptos makes code of its own for every closure in a view. Boxed, all of them are of one type,
//! which saves a good tenth of what a browser downloads.

use leptos::prelude::*;

/// A part of a view that is made anew whenever a signal that it reads changes.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

/// The part that `view` makes.
pub fn part<V: IntoView + 'static>(mut view: impl FnMut() -> V + Send + 'static) -> Part {
    Box::new(move || view().into_any())
}

/// One part of a view for each of `items`.
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

/// What a click does.
pub type Click = Box<dyn FnMut(leptos::ev::MouseEvent)>;

/// A click does `act`.
pub fn click(mut act: impl FnMut() + 'static) -> Click {
    Box::new(move |_| act())
}
