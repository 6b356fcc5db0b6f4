//! What a phone tells its owner after an exposure, in the owner's language. The texts are the
//! service's.

use serde::Serialize;
use shared::{
    Date, Timestamp,
    language::Language,
    publication::documents::{Detail, ExposureDates, Text},
    time::netherlands,
};

use crate::phone::Phone;

/// A notification, and the advice that opens with it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub language: Language,
    pub date: Date,
    /// How many days ago that is.
    pub days_ago: u32,
    pub title: String,
    /// What happened.
    pub body: String,
    /// What to do, given how long ago it was.
    pub advice: Vec<Advice>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Advice {
    pub title: String,
    pub body: String,
}

impl Phone {
    /// The notification of the last day with a risk, if there was one, and the service's texts have
    /// been fetched.
    pub fn notification(&self, now: Timestamp, language: Language) -> Option<Notification> {
        let exposure = ExposureDates {
            date: self.checked.exposure(now)?.date,
            today: netherlands::today(now),
        };
        let texts = self.checked.resource_bundle()?;
        let fill = |text: &Text| {
            text.fill(exposure, |detail| match detail {
                Detail::Date(date) => language.day(date),
                Detail::DaysAgo(days) => language.days_ago(days),
            })
        };
        let notification = texts.notification(language.tag());
        let advice = texts.advice(language.tag(), exposure.days_ago());
        Some(Notification {
            language,
            date: exposure.date,
            days_ago: exposure.days_ago(),
            title: fill(&notification.title),
            body: fill(&notification.body),
            advice: advice
                .iter()
                .map(|paragraph| Advice {
                    title: fill(&paragraph.title),
                    body: fill(&paragraph.body),
                })
                .collect(),
        })
    }
}
