//! Answers downloads of published content: the index, the manifest, and the files that they name
//! (design §4.2.1, §4.2.6–8).

use shared::{
    Timestamp,
    api::{Content, problem::Problem},
};
use worker::Env;

use crate::platform::{answer, answer::FileHeaders, content_store::ContentStore, failure::Result};

/// How long a cache may keep the manifest and the index.
const SHORT_CACHE: &str = "max-age=300";

/// Answers with `content`; only with its headers if the caller has it, or asks by HEAD.
pub async fn answer(
    content: Content,
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
) -> Result<web_sys::Response> {
    let Some(stored) = ContentStore::of(env)?.get(content, now).await? else {
        return answer::problem(Problem::NotFound);
    };
    let cache_control = match content {
        Content::File(..) => {
            format!(
                "public, immutable, max-age={}",
                stored.expires_at - now.as_second()
            )
        }
        Content::Index | Content::Manifest => SHORT_CACHE.to_owned(),
    };
    let etag = stored.id.to_string();
    let headers = FileHeaders {
        etag: &etag,
        content_type: content_type(content),
        cache_control: &cache_control,
        length: stored.bytes.len(),
    };
    let known = request.headers().get("if-none-match")?;
    if known.is_some_and(|known| names(&known, &etag)) {
        return headers.not_modified();
    }
    let head = request.method() == "HEAD";
    headers.found((!head).then_some(stored.bytes.as_slice()))
}

const fn content_type(content: Content) -> &'static str {
    match content {
        Content::Index => "text/plain; charset=utf-8",
        Content::File(..) | Content::Manifest => "application/zip",
    }
}

/// Whether an `If-None-Match` header names `etag` (RFC 9110 §13.1.2: weak comparison).
fn names(header: &str, etag: &str) -> bool {
    header.split(',').map(str::trim).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(etag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_etag_is_named_alone_in_a_list_weak_or_by_a_star() {
        for header in [
            r#""ab12""#,
            r#"W/"ab12""#,
            r#""00", "ab12""#,
            r#""00","ab12" , "ff""#,
            "*",
            " * ",
        ] {
            assert!(names(header, "ab12"), "{header}");
        }
    }

    #[test]
    fn another_etag_or_none_is_not_named() {
        for header in [
            "",
            ",",
            "ab12",
            r#""ab12"#,
            r#"ab12""#,
            r#"w/"ab12""#,
            r#""AB12""#,
            r#""ab1""#,
            r#""ab123""#,
            r#""00", "ff""#,
            r#"""#,
        ] {
            assert!(!names(header, "ab12"), "{header}");
        }
    }
}
