//! The page around the screens: the app that chooses one, the header and the footer, the addresses,
//! and the language.

mod app;
mod frame;
mod language;
mod navigation;

pub use app::App;
pub use language::preferred;
