//! The Durable Objects, which own all data that is checked before it is changed (design §2.1).
//!
//! Each object has its calls (`calls.rs`), the object itself (`mod.rs`), its tables (`store.rs` and
//! the files that extend it), and what it decides.

pub mod intake;
pub mod ledger;
pub mod staff;
