//! Sentences for the person who tries a phone, on the command line and on the page. The texts that
//! an app shows to its owner come from the service ([`crate::Notification`]).

use shared::{Timestamp, time::netherlands};

use crate::phone::Code;

/// A check found no exposure.
pub const NO_EXPOSURE: &str = "No exposure to an infectious person is known.";

/// A check found no new file.
pub const NOTHING_NEW: &str = "Nothing new is published.";

/// The service has told its phones to stop.
pub const SERVICE_HAS_ENDED: &str = "The service has ended; the app may be removed.";

/// The end of a code's validity.
pub fn validity(code: &Code) -> String {
    format!(
        "It is valid until {} in the Netherlands.",
        local(code.valid_until)
    )
}

/// The number of keys that were uploaded.
pub fn uploaded(keys: usize) -> String {
    format!("{keys} keys are uploaded. They are published once the GGD has confirmed the code.")
}

/// A time in the Netherlands.
pub fn local(time: Timestamp) -> String {
    let time = netherlands::amsterdam().to_datetime(time);
    time.strftime("%H:%M on %-d %B").to_string()
}
