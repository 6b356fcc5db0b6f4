//! The URL of a [call](super::call) to an object: its name, and the time of the request that led to
//! it.

use shared::Timestamp;
use url::Url;

use crate::platform::failure::Result;

#[derive(Debug, Eq, PartialEq)]
pub struct Head {
    pub name: String,
    /// When the request that led to the call came in, in whole seconds.
    pub now: Timestamp,
    /// Names and values that go with a body that is not JSON.
    pub details: Vec<(String, String)>,
}

impl Head {
    pub fn new(name: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            now,
            details: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: String) -> Self {
        self.details.push((name.to_owned(), value));
        self
    }

    pub fn detail(&self, name: &str) -> Option<&str> {
        let (_, value) = self.details.iter().find(|(other, _)| other == name)?;
        Some(value)
    }

    /// The URL. The platform ignores its host. Names and values need no escaping.
    pub fn to_url(&self) -> String {
        let mut url = format!("https://object/{}?now={}", self.name, self.now.as_second());
        for (name, value) in &self.details {
            url.extend(["&", name, "=", value]);
        }
        url
    }

    pub fn parse(url: &str) -> Result<Self> {
        let url = Url::parse(url)?;
        let mut details: Vec<_> = url.query_pairs().into_owned().collect();
        let now = details.iter().position(|(name, _)| name == "now");
        let (_, now) = details.remove(now.ok_or("a call without a time")?);
        let now = now.parse().map_err(|_| "a call without a time")?;
        Ok(Self {
            name: url.path().trim_start_matches('/').to_owned(),
            now: Timestamp::from_second(now).map_err(|_| "a call without a time")?,
            details,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_back_from_its_url() {
        let now = Timestamp::from_second(1_764_230_400).unwrap();
        let head = Head::new("phone", now).with("route", "register".to_owned());
        let url = "https://object/phone?now=1764230400&route=register";
        assert_eq!(head.to_url(), url);
        assert_eq!(Head::parse(url).unwrap(), head);
        for wrong in [
            "publish",
            "https://object/publish",
            "https://object/publish?now=x",
        ] {
            assert!(Head::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn unknown_details_in_a_url_are_ignored() {
        let head = Head::parse("https://object/publish?later=1&now=1764230400").unwrap();
        assert_eq!(head.name, "publish");
        assert_eq!(head.now.as_second(), 1_764_230_400);
    }
}
