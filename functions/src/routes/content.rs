//! What phones download (design §4.2).

use shared::{Timestamp, api::problem::Problem};
use worker::{Env, Result};

use crate::platform::{
    answer,
    answer::File,
    content_store::{ContentStore, Entry, PathError},
};

/// How long anybody may keep the manifest and the index.
const SHORT: &str = "max-age=300";

/// `GET` or `HEAD` of `path`, which has no leading slash.
pub async fn answer(
    request: &web_sys::Request,
    env: &Env,
    now: Timestamp,
    path: &str,
) -> Result<web_sys::Response> {
    let entry = match Entry::at(path) {
        Ok(entry) => entry,
        Err(PathError::MalformedId) => return answer::problem(Problem::Malformed),
        Err(PathError::Unknown) => return answer::problem(Problem::NotFound),
    };
    let head = match request.method().as_str() {
        "GET" => false,
        "HEAD" => true,
        _ => return answer::method_not_allowed("GET, HEAD"),
    };
    let Some(stored) = ContentStore::of(env)?.get(entry, now).await? else {
        return answer::problem(Problem::NotFound);
    };
    let cache_control = match entry {
        Entry::File(..) => {
            format!(
                "public, immutable, max-age={}",
                stored.expires_at - now.as_second()
            )
        }
        Entry::Index | Entry::Manifest => SHORT.to_owned(),
    };
    let etag = stored.id.to_string();
    let file = File {
        etag: &etag,
        content_type: entry.content_type(),
        cache_control: &cache_control,
        length: stored.bytes.len(),
    };
    let known = request.headers().get("if-none-match")?;
    if known.is_some_and(|known| names(&known, &etag)) {
        return file.not_modified();
    }
    file.found((!head).then_some(stored.bytes.as_slice()))
}

/// Whether an `If-None-Match` header names `etag` (RFC 9110 §13.1.2: weak comparison).
fn names(header: &str, etag: &str) -> bool {
    header.split(',').map(str::trim).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(etag)
    })
}
