//! The settings and secrets of a deployment: what each is called, means and defaults to, and how
//! its text becomes a typed value (design §2.6).
//!
//! [`table`] lists every one, once. The functions read it with the bindings of the Worker,
//! `cargo xtask lint` with `wrangler.toml` and `workerd.capnp`, and a test compares it with
//! `docs/operators.md`. The settings of the exchange come together in the crate `federation`, which
//! knows what a certificate is.

mod sections;
mod setting;
pub mod table;
mod values;

pub use sections::{PhoneSettings, SignInSettings, own_country, participants};
pub use setting::{DefaultValue, Lookup, Setting, TableEntry, WrongSetting};
pub use values::{MAX_RETENTION_DAYS, is_safe};
