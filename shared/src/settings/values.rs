//! The parsers of settings: switches, URLs, lists of countries, and so on.

use std::str::FromStr;

use url::{Host, Url};

/// The most days before today for which a gateway may keep batches. An exposure key set of ours
/// expires 14 days after the oldest of the batches that its keys came in, so older batches would
/// make it expire too early.
pub const MAX_RETENTION_DAYS: u32 = 7;

pub(super) fn switch(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

pub(super) fn region(text: &str) -> Option<String> {
    let is_region = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    is_region.then(|| text.to_owned())
}

/// The id or version of a verification key, in the characters that phones take.
pub(super) fn key_name(text: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    not_empty(text).filter(|text| text.bytes().all(fits))
}

pub(super) fn not_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A secret that another parser reads together with others.
pub(super) fn any(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(super) fn up_to<const MOST: u32>(text: &str) -> Option<u32> {
    text.parse()
        .ok()
        .filter(|number| (1..=MOST).contains(number))
}

pub(super) fn cron(text: &str) -> Option<String> {
    (text.split_ascii_whitespace().count() == 5).then(|| text.to_owned())
}

pub(super) fn gateway(text: &str) -> Option<String> {
    (text.starts_with("https://") && !text.ends_with('/')).then(|| text.to_owned())
}

pub(super) fn safe_url(text: &str) -> Option<String> {
    Url::parse(text)
        .is_ok_and(|url| is_safe(&url))
        .then(|| text.to_owned())
}

/// A safe URL of nothing but an origin, written as browsers write it in `Origin`.
pub(super) fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    (is_safe(&url) && url.origin().ascii_serialization() == text).then(|| text.to_owned())
}

pub(super) fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Whether what goes to `url` and comes from it is protected from others: by TLS, or because it
/// does not leave this machine.
pub fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        },
        _ => false,
    }
}
