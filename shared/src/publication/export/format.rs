//! What both the writer and the reader of an exposure key set know of its format.

use jiff::Timestamp;

/// The first 16 bytes of `export.bin`.
pub(super) const HEADER: &[u8; 16] = b"EK Export v1    ";

/// The name of the zip's entry with the keys.
pub(super) const BIN: &str = "export.bin";

/// The name of the zip's entry with the signature.
pub(super) const SIG: &str = "export.sig";

/// The object identifier of ECDSA with SHA-256 (X9.62).
pub(super) const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";

/// The time span that a file covers: start included, end not. No two files have the same, since
/// phones tell files apart by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Window {
    /// The end of the previous file's window, or a day before the first file's end.
    pub start: Timestamp,
    /// When the file was made.
    pub end: Timestamp,
}
