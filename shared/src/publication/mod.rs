//! What phones download: exposure key sets, the manifest that lists them, and other signed
//! documents (design §4.2.2–5).

mod archive;
pub mod content;
pub mod documents;
pub mod export;
pub mod padding;
pub mod signing;
