//! Whether a request that changes something comes from the portal's own page (design §4.3.13).

use shared::{api::problem::Problem, settings::SignInSettings};

use crate::platform::request;

/// The headers that show which page caused a request.
#[derive(Clone, Copy)]
struct Sender<'a> {
    content_type: Option<&'a str>,
    origin: Option<&'a str>,
}

/// Refuses a request that another site can have caused.
pub fn check(request: &web_sys::Request, config: &SignInSettings) -> Result<(), Problem> {
    let content_type = request::header(request, "content-type");
    let origin = request::header(request, "origin");
    let sender = Sender {
        content_type: content_type.as_deref(),
        origin: origin.as_deref(),
    };
    sender.check(&config.portal_origin)
}

impl Sender<'_> {
    /// A form of another site cannot send JSON, and a script there cannot send this origin.
    fn check(self, portal_origin: &str) -> Result<(), Problem> {
        if !self.content_type.is_some_and(request::is_json) {
            return Err(Problem::UnsupportedMediaType);
        }
        if self.origin == Some(portal_origin) {
            Ok(())
        } else {
            Err(Problem::Forbidden)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTAL: &str = "https://portal.example";

    fn check(content_type: Option<&str>, origin: Option<&str>) -> Result<(), Problem> {
        let sender = Sender {
            content_type,
            origin,
        };
        sender.check(PORTAL)
    }

    #[test]
    fn json_from_the_portals_page_is_accepted() {
        assert_eq!(check(Some("application/json"), Some(PORTAL)), Ok(()));
    }

    #[test]
    fn another_content_type_is_refused_before_the_origin_is_looked_at() {
        for content_type in [None, Some(""), Some("text/plain")] {
            for origin in [None, Some(PORTAL)] {
                let refused = check(content_type, origin);
                assert_eq!(refused, Err(Problem::UnsupportedMediaType));
            }
        }
    }

    #[test]
    fn another_origin_is_refused() {
        for origin in [
            None,
            Some(""),
            Some("null"),
            Some("https://other.example"),
            Some("http://portal.example"),
            Some("https://portal.example/"),
            Some("https://portal.example:8443"),
            Some("https://portal.example.other.example"),
        ] {
            let refused = check(Some("application/json"), origin);
            assert_eq!(refused, Err(Problem::Forbidden), "{origin:?}");
        }
    }
}
