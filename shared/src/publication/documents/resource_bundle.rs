//! The texts that phones show to a person who was near an infectious one, in each language.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use crate::publication::documents::text::Text;

/// The language that is shown when there are no texts in the phone's language.
const FALLBACK: &str = "en";

/// The languages that every bundle must have.
const REQUIRED_LANGUAGES: [&str; 2] = [FALLBACK, "nl"];

/// The keys of the notification's texts. The names are this service's own: CoronaMelder's apps had
/// the notification built in.
const NOTIFICATION_TITLE: &str = "exposure_notification_title";
const NOTIFICATION_BODY: &str = "exposure_notification_body";

/// The document `resourcebundle`.
///
/// Languages are named as in BCP 47 (`nl`), and all of them have the same texts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct ResourceBundle {
    fallback: LanguageTexts,
    languages: BTreeMap<String, LanguageTexts>,
}

/// The texts of one language.
#[derive(Clone, Debug, Eq, PartialEq)]
struct LanguageTexts {
    notification: Paragraph,
    /// The first starts at day 0; each ends where the next starts.
    bands: Vec<Band>,
}

/// The advice for a range of days after an exposure.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Band {
    first_day: u32,
    advice: Vec<Paragraph>,
}

/// A text with its heading.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paragraph {
    /// The heading.
    pub title: Text,
    /// The text below the heading.
    pub body: Text,
}

impl ResourceBundle {
    /// The notification of an exposure, without markup, in `language` or else in English.
    pub fn notification(&self, language: &str) -> &Paragraph {
        &self.language(language).notification
    }

    /// The advice `days_ago` days after an exposure, from top to bottom, in `language` or else in
    /// English. It has at least one paragraph.
    pub fn advice(&self, language: &str, days_ago: u32) -> &[Paragraph] {
        let mut bands = self.language(language).bands.iter().rev();
        bands
            .find(|band| band.first_day <= days_ago)
            .map_or(&[], |band| &band.advice)
    }

    fn language(&self, language: &str) -> &LanguageTexts {
        self.languages.get(language).unwrap_or(&self.fallback)
    }
}

/// Why a document is not a [`ResourceBundle`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ResourceBundleError {
    /// A day is in no band, or in two.
    #[error(
        "the bands of layoutByRelativeExposureDay do not follow one another from day 0 without end"
    )]
    Bands,
    /// The band from this day has no paragraph.
    #[error("the layout from day {0} is empty")]
    EmptyLayout(u32),
    /// A text exists only in some languages.
    #[error("the text {key:?} is not in every language, or not only in {language:?}")]
    Keys {
        /// The language that differs from English.
        language: String,
        /// The key of the text that one of the two lacks.
        key: String,
    },
    /// A required language is missing.
    #[error("there are no texts in {0:?}")]
    Language(&'static str),
    /// The notification has markup, which phones would show as it is written.
    #[error("there is markup in the notification in {0:?}")]
    Markup(String),
    /// A paragraph or the notification refers to a text that does not exist.
    #[error("there is no text {0:?}")]
    Text(String),
}

/// The members of the document.
#[derive(Deserialize)]
struct Json {
    resources: BTreeMap<String, TextsByKey>,
    guidance: JsonGuidance,
}

/// The texts of one language by their keys.
type TextsByKey = BTreeMap<String, Text>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonGuidance {
    layout_by_relative_exposure_day: Vec<JsonBand>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonBand {
    /// The first day.
    exposure_days_lower_boundary: u32,
    /// The last day; missing for the last band.
    exposure_days_upper_boundary: Option<u32>,
    layout: Vec<JsonElement>,
}

/// An element of a layout. `title` and `body` are keys of texts.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum JsonElement {
    Paragraph { title: String, body: String },
}

impl TryFrom<Json> for ResourceBundle {
    type Error = ResourceBundleError;

    fn try_from(json: Json) -> Result<Self, ResourceBundleError> {
        let bands = json.guidance.layout_by_relative_exposure_day;
        check_bands(&bands)?;
        check_keys(&json.resources)?;
        let mut languages = BTreeMap::new();
        for (name, texts) in &json.resources {
            let language = LanguageTexts::of(texts, &bands)?;
            if !language.notification.title.is_plain() || !language.notification.body.is_plain() {
                return Err(ResourceBundleError::Markup(name.clone()));
            }
            languages.insert(name.clone(), language);
        }
        let fallback = languages
            .remove(FALLBACK)
            .ok_or(ResourceBundleError::Language(FALLBACK))?;
        Ok(Self {
            fallback,
            languages,
        })
    }
}

impl LanguageTexts {
    fn of(texts: &TextsByKey, bands: &[JsonBand]) -> Result<Self, ResourceBundleError> {
        let text = |key: &str| {
            let found = texts.get(key).cloned();
            found.ok_or_else(|| ResourceBundleError::Text(key.into()))
        };
        let paragraph = |title: &str, body: &str| {
            Ok(Paragraph {
                title: text(title)?,
                body: text(body)?,
            })
        };
        let band = |band: &JsonBand| {
            let advice = band
                .layout
                .iter()
                .map(|JsonElement::Paragraph { title, body }| paragraph(title, body));
            Ok(Band {
                first_day: band.exposure_days_lower_boundary,
                advice: advice.collect::<Result<_, _>>()?,
            })
        };
        Ok(Self {
            notification: paragraph(NOTIFICATION_TITLE, NOTIFICATION_BODY)?,
            bands: bands.iter().map(band).collect::<Result<_, _>>()?,
        })
    }
}

/// Checks that each day from 0 is in exactly one band, and that no band is empty.
fn check_bands(bands: &[JsonBand]) -> Result<(), ResourceBundleError> {
    let mut next = Some(0);
    for band in bands {
        let first = band.exposure_days_lower_boundary;
        let last = band.exposure_days_upper_boundary;
        if next != Some(first) || last.is_some_and(|last| last < first) {
            return Err(ResourceBundleError::Bands);
        }
        if band.layout.is_empty() {
            return Err(ResourceBundleError::EmptyLayout(first));
        }
        next = last.and_then(|last| last.checked_add(1));
    }
    match next {
        None => Ok(()),
        Some(_) => Err(ResourceBundleError::Bands),
    }
}

/// Checks that the required languages exist, and that all languages have the same keys.
fn check_keys(resources: &BTreeMap<String, TextsByKey>) -> Result<(), ResourceBundleError> {
    for name in REQUIRED_LANGUAGES {
        if !resources.contains_key(name) {
            return Err(ResourceBundleError::Language(name));
        }
    }
    let Some(fallback) = resources.get(FALLBACK) else {
        return Err(ResourceBundleError::Language(FALLBACK));
    };
    for (language, texts) in resources {
        let missing = fallback.keys().find(|key| !texts.contains_key(*key));
        let surplus = texts.keys().find(|key| !fallback.contains_key(*key));
        if let Some(key) = missing.or(surplus) {
            return Err(ResourceBundleError::Keys {
                language: language.clone(),
                key: key.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::publication::documents::{changes::each_change_is_refused, text::ExposureDates};

    pub fn document() -> Value {
        let texts = |language: &str| {
            let text = |name: &str| format!("{name} {language} {{ExposureDate}}");
            json!({
                "exposure_notification_title": text("title"),
                "exposure_notification_body": text("body"),
                "stay_title": text("stay"),
                "stay_body": text("<b>stay</b>"),
                "over_title": text("over"),
                "over_body": text("over"),
            })
        };
        let paragraph = |name: &str| {
            json!({
                "title": format!("{name}_title"),
                "body": format!("{name}_body"),
                "type": "paragraph",
            })
        };
        json!({
            "resources": {"en": texts("en"), "fy": texts("fy"), "nl": texts("nl")},
            "guidance": {"layoutByRelativeExposureDay": [
                {
                    "exposureDaysLowerBoundary": 0,
                    "exposureDaysUpperBoundary": 10,
                    "layout": [paragraph("stay"), paragraph("over")],
                },
                {"exposureDaysLowerBoundary": 11, "layout": [paragraph("over")]},
            ]},
        })
    }

    fn read() -> ResourceBundle {
        serde_json::from_value(document()).unwrap()
    }

    fn filled(text: &Text) -> String {
        let date = "2026-11-23".parse().unwrap();
        text.fill(ExposureDates { date, today: date }, |_| "23".into())
    }

    #[test]
    fn each_day_has_the_advice_of_its_band() {
        for (days_ago, titles) in [
            (0, &["stay nl 23", "over nl 23"][..]),
            (10, &["stay nl 23", "over nl 23"]),
            (11, &["over nl 23"]),
            (u32::MAX, &["over nl 23"]),
        ] {
            let bundle = read();
            let shown: Vec<_> = bundle
                .advice("nl", days_ago)
                .iter()
                .map(|paragraph| filled(&paragraph.title))
                .collect();
            assert_eq!(shown, titles, "{days_ago}");
        }
    }

    #[test]
    fn an_unknown_language_falls_back_to_english() {
        for (language, title) in [
            ("nl", "title nl 23"),
            ("fy", "title fy 23"),
            ("en", "title en 23"),
            ("de", "title en 23"),
            ("", "title en 23"),
        ] {
            assert_eq!(filled(&read().notification(language).title), title);
        }
        assert_eq!(read().advice("de", 3), read().advice("en", 3));
    }

    #[test]
    fn a_document_with_one_wrong_value_is_refused() {
        let band = |number: u32, name: &str| {
            format!("/guidance/layoutByRelativeExposureDay/{number}/{name}")
        };
        let en = &document()["resources"]["en"];
        let surplus = {
            let mut texts = en.clone();
            texts["new"] = json!("new");
            texts
        };
        each_change_is_refused::<ResourceBundle>(
            &document(),
            &[
                ("/resources", json!({"en": en}), "\"nl\""),
                ("/resources", json!({"nl": en}), "\"en\""),
                ("/resources/nl", json!({}), "\"nl\""),
                ("/resources/nl", surplus.clone(), "\"new\""),
                ("/resources/en", surplus, "\"new\""),
                (
                    "/resources",
                    json!({"en": {"stay_title": "x"}, "nl": {"stay_title": "x"}}),
                    "no text",
                ),
                ("/resources/nl/over_body", json!(""), "empty"),
                ("/resources/nl/over_body", json!("{Phone}"), "{Phone}"),
                ("/resources/nl/over_body", json!("<u>x</u>"), "markup"),
                (
                    "/resources/nl/exposure_notification_body",
                    json!("<b>x</b>"),
                    "markup in the notification in \"nl\"",
                ),
                ("/guidance", json!({}), "missing field"),
                (
                    "/guidance/layoutByRelativeExposureDay",
                    json!([]),
                    "from day 0 without end",
                ),
                (
                    &band(0, "exposureDaysLowerBoundary"),
                    json!(1),
                    "from day 0",
                ),
                (&band(0, "exposureDaysUpperBoundary"), json!(9), "follow"),
                (&band(0, "exposureDaysUpperBoundary"), json!(11), "follow"),
                (&band(0, "exposureDaysUpperBoundary"), json!(null), "follow"),
                (&band(1, "exposureDaysLowerBoundary"), json!(10), "follow"),
                (&band(1, "layout"), json!([]), "from day 11 is empty"),
                (&band(1, "layout/0/title"), json!("none"), "\"none\""),
                (&band(1, "layout/0/body"), json!("none"), "\"none\""),
                (&band(1, "layout/0/type"), json!("image"), "image"),
            ],
        );
    }

    #[test]
    fn a_last_band_with_an_end_is_refused() {
        let mut document = document();
        document["guidance"]["layoutByRelativeExposureDay"][1]["exposureDaysUpperBoundary"] =
            json!(20);
        let error = serde_json::from_value::<ResourceBundle>(document).unwrap_err();
        assert_eq!(error.to_string(), ResourceBundleError::Bands.to_string());
    }
}
