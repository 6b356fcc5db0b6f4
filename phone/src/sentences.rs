//! What a phone that is being tried says to the person who tries it, on the command line and on the
//! page. What an app says to its owner comes from the service ([`crate::Notification`]).

use shared::{Timestamp, time::netherlands};

use crate::phone::Code;

/// Nothing was found.
pub const NO_EXPOSURE: &str = "No exposure to somebody who was infectious is known.";

/// There was nothing to download.
pub const NOTHING_NEW: &str = "Nothing new is published.";

/// The service has told its phones to stop.
pub const SERVICE_HAS_ENDED: &str = "The service has ended; the app may be removed.";

/// Until when a code is valid.
pub fn validity(code: &Code) -> String {
    format!(
        "It is valid until {} in the Netherlands.",
        local(code.valid_until)
    )
}

/// So many keys were uploaded.
pub fn uploaded(keys: usize) -> String {
    format!("{keys} keys are uploaded. They are published once the GGD has confirmed the code.")
}

/// A moment in the Netherlands.
pub fn local(time: Timestamp) -> String {
    let time = netherlands::amsterdam().to_datetime(time);
    time.strftime("%H:%M on %-d %B").to_string()
}
