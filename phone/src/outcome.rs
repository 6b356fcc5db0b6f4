//! The result of a command, in sentences for people and as JSON for programs.

use std::fmt;

use phone::{
    CheckReport, Code, Notification,
    sentences::{self, NO_EXPOSURE, NOTHING_NEW, SERVICE_HAS_ENDED, local},
};
use serde::Serialize;
use shared::Timestamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "command")]
pub enum CommandOutcome {
    /// A phone began.
    New {
        keys: usize,
    },
    /// Two phones were near each other.
    Meet {
        at: Timestamp,
        minutes: u32,
        /// In dB.
        attenuation: u8,
    },
    Code(Code),
    /// Keys were uploaded.
    Share {
        keys: usize,
    },
    Check {
        #[serde(flatten)]
        report: CheckReport,
        notification: Option<Notification>,
    },
    Wake {
        /// When `wake` should be called again at the latest, for a decoy.
        #[serde(rename = "wakeAt")]
        wake_at: Option<Timestamp>,
    },
    Forget,
    Decoy,
}

impl CommandOutcome {
    /// Whether the command did everything that it should.
    pub fn is_complete(&self) -> bool {
        !matches!(self, Self::Check { report, .. } if !report.failures.is_empty())
    }
}

impl fmt::Display for CommandOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { keys } => write!(f, "A new phone with {keys} keys, one a day until today."),
            Self::Meet {
                at,
                minutes,
                attenuation,
            } => write!(
                f,
                "The phones were near each other for {minutes} minutes from {}, \
                 at {attenuation} dB.",
                local(*at)
            ),
            Self::Code(code) => write!(
                f,
                "{}\nRead this code out to the GGD. {}",
                code.code,
                sentences::validity(code)
            ),
            Self::Share { keys } => f.write_str(&sentences::uploaded(*keys)),
            Self::Check {
                report,
                notification,
            } => {
                for file in &report.files {
                    writeln!(f, "{} has {} keys.", file.id, file.keys)?;
                }
                for failure in &report.failures {
                    writeln!(f, "{}: {}.", failure.id, failure.error)?;
                }
                if report.files.is_empty() && report.failures.is_empty() {
                    writeln!(f, "{NOTHING_NEW}")?;
                }
                if report.has_ended {
                    writeln!(f, "{SERVICE_HAS_ENDED}")?;
                }
                match notification {
                    Some(notification) => show(notification, f),
                    None => f.write_str(NO_EXPOSURE),
                }
            }
            Self::Wake { wake_at } => match wake_at {
                Some(time) => write!(f, "All is done. Wake the phone again at {}.", local(*time)),
                None => write!(f, "All is done. Wake the phone again in a few hours."),
            },
            Self::Forget => write!(f, "The phone has forgotten everything."),
            Self::Decoy => write!(
                f,
                "A decoy of a registration and one of an upload are sent."
            ),
        }
    }
}

fn show(notification: &Notification, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\n{}\n{}", notification.title, notification.body)?;
    for advice in &notification.advice {
        write!(f, "\n\n{}\n{}", advice.title, advice.body)?;
    }
    Ok(())
}
