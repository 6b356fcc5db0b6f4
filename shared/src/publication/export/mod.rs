//! The exposure key set: the signed file of diagnosis keys that phones download, in the format that
//! Apple and Google define (design §4.2.4).
//!
//! It is a zip of exactly `export.bin` (a 16-byte header and a protobuf message) and `export.sig`
//! (an ECDSA P-256 signature with SHA-256 over all of `export.bin`, in DER). [`build`] writes one;
//! [`ExposureKeySet::open`] verifies and reads one.

mod build;
mod file_sizes;
mod format;
mod open;
pub mod proto;

pub use build::{ExportSettings, build};
pub use file_sizes::{MAX_FILE_KEYS, MIN_FILE_KEYS, file_sizes};
pub use format::Window;
pub use open::{ExportError, ExportHeader, ExposureKeySet};
