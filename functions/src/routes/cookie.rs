//! The service's two cookies: one for a session, and one that ties a sign-in to the browser in
//! which it began (design §4.3.1, §4.3.4).
//!
//! With `__Host-` in its name a browser accepts a cookie only from this host itself, over a secure
//! connection and for every path, so a neighbouring host cannot plant one.

use std::marker::PhantomData;

use shared::staff::{
    session::SIGN_IN_SECONDS,
    token::{Browser, Purpose, Session, Token},
};

/// A cookie whose value is a [`Token`] for the purpose `P`.
pub struct Cookie<P> {
    name: &'static str,
    same_site: &'static str,
    /// In seconds; without it the cookie ends with the browser's window.
    max_age: Option<i64>,
    purpose: PhantomData<P>,
}

/// The cookie of a session. It has no age, since the service ends sessions. Pages of other sites
/// cannot make the browser send it.
pub const SESSION: Cookie<Session> = Cookie {
    name: "__Host-session",
    same_site: "Strict",
    max_age: None,
    purpose: PhantomData,
};

/// The cookie of a browser in which a sign-in has begun. The provider's site causes the request to
/// the callback, so the browser must send the cookie with that request too; it gives no access.
pub const SIGN_IN: Cookie<Browser> = Cookie {
    name: "__Host-sign-in",
    same_site: "Lax",
    max_age: Some(SIGN_IN_SECONDS),
    purpose: PhantomData,
};

impl<P: Purpose> Cookie<P> {
    /// The token that came with `request`.
    pub fn read(&self, request: &web_sys::Request) -> Option<Token<P>> {
        self.find(&request.headers().get("cookie").ok().flatten()?)
    }

    /// The token in a header `Cookie`. Of several cookies with the name only the first counts.
    fn find(&self, header: &str) -> Option<Token<P>> {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name)
            .and_then(|(_, value)| value.parse().ok())
    }

    /// The header `Set-Cookie` that gives `token` to the browser.
    pub fn set(&self, token: &Token<P>) -> String {
        self.header(&token.to_string(), self.max_age)
    }

    /// The header `Set-Cookie` that removes it from the browser.
    pub fn remove(&self) -> String {
        self.header("", Some(0))
    }

    fn header(&self, value: &str, max_age: Option<i64>) -> String {
        let max_age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        format!(
            "{}={value}; Path=/; Secure; HttpOnly; SameSite={}{max_age}",
            self.name, self.same_site
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn found(header: &str) -> bool {
        SESSION.find(header) == TEXT.parse().ok()
    }

    #[test]
    fn a_token_is_found_among_other_cookies() {
        for header in [
            format!("__Host-session={TEXT}"),
            format!("a=b; __Host-session={TEXT}; c=d"),
            format!("a=b;__Host-session={TEXT};c"),
            format!(";; __Host-session={TEXT}; __Host-session=other"),
        ] {
            assert!(found(&header), "{header}");
        }
    }

    #[test]
    fn what_is_no_token_under_the_exact_name_is_not_found() {
        for header in [
            String::new(),
            format!("session={TEXT}"),
            format!("__host-session={TEXT}"),
            format!("__Host-session2={TEXT}"),
            format!("__Host-session=\"{TEXT}\""),
            format!("__Host-session={}", TEXT.to_uppercase()),
            format!("__Host-session=other; __Host-session={TEXT}"),
            format!("__Host-sign-in={TEXT}"),
        ] {
            assert!(SESSION.find(&header).is_none(), "{header}");
        }
    }

    #[test]
    fn a_cookie_is_given_and_removed_with_the_same_attributes() {
        let attributes = "Path=/; Secure; HttpOnly; SameSite";
        assert_eq!(
            SESSION.set(&TEXT.parse().unwrap()),
            format!("__Host-session={TEXT}; {attributes}=Strict")
        );
        assert_eq!(
            SESSION.remove(),
            format!("__Host-session=; {attributes}=Strict; Max-Age=0")
        );
        assert_eq!(
            SIGN_IN.set(&TEXT.parse().unwrap()),
            format!("__Host-sign-in={TEXT}; {attributes}=Lax; Max-Age=600")
        );
        assert_eq!(
            SIGN_IN.remove(),
            format!("__Host-sign-in=; {attributes}=Lax; Max-Age=0")
        );
    }
}
