//! The two cookies: of a session, and of a sign-in that has begun (design §4.3).
//!
//! `__Host-` in their names lets browsers take them only from this very host, over a secure
//! connection, for every path; so no neighbouring host can plant one.

use shared::staff::{session::SIGN_IN_SECONDS, token::Token};

/// A cookie whose value is a [`Token`].
#[derive(Clone, Copy)]
pub enum Cookie {
    /// Of a session. Pages of other sites cannot make the browser send it.
    Session,
    /// Of the browser in which a sign-in has begun. The way back from the provider begins at
    /// another site, so it has to come along then; it is good for nothing else.
    SignIn,
}

impl Cookie {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "__Host-session",
            Self::SignIn => "__Host-sign-in",
        }
    }

    const fn same_site(self) -> &'static str {
        match self {
            Self::Session => "Strict",
            Self::SignIn => "Lax",
        }
    }

    /// The token that came with `request`.
    pub fn read(self, request: &web_sys::Request) -> Option<Token> {
        let header = request.headers().get("cookie").ok().flatten()?;
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .and_then(|(_, value)| value.parse().ok())
    }

    /// The header `Set-Cookie` that gives `token` to the browser.
    pub fn set(self, token: &Token) -> String {
        let life = match self {
            // The service ends it; the browser forgets it with the window.
            Self::Session => String::new(),
            Self::SignIn => format!("; Max-Age={SIGN_IN_SECONDS}"),
        };
        self.header(&token.to_string(), &life)
    }

    /// The header `Set-Cookie` that takes it away.
    pub fn remove(self) -> String {
        self.header("", "; Max-Age=0")
    }

    fn header(self, value: &str, life: &str) -> String {
        format!(
            "{}={value}; Path=/; Secure; HttpOnly; SameSite={}{life}",
            self.name(),
            self.same_site()
        )
    }
}
