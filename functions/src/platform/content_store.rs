//! The KV namespace `CONTENT`, which holds what the service publishes until it expires (design
//! §2.2).
//!
//! The key of an entry is its path without the leading slash. The entry's metadata says when it
//! expires, because the platform deletes entries late, and does not know the clock that tests
//! move.

use serde::{Deserialize, Serialize};
use shared::{
    Timestamp,
    api::{Content, FileKind},
    publication::content::ContentId,
};
use worker::{Env, Result, kv::KvStore};

/// The shortest lifetime of an entry on the platform, in seconds. An entry that would expire sooner
/// is not written.
pub const MIN_TTL: i64 = 60;

/// How long a colo may keep a content-addressed file, in seconds; its bytes never change.
const CACHE_SECONDS: u64 = 3_600;

pub struct ContentStore(KvStore);

pub struct StoredContent {
    pub bytes: Vec<u8>,
    pub id: ContentId,
    /// In unix seconds.
    pub expires_at: i64,
}

#[derive(Deserialize, Serialize)]
struct Metadata {
    id: ContentId,
    expires_at: i64,
}

impl ContentStore {
    pub fn of(env: &Env) -> Result<Self> {
        env.kv("CONTENT").map(Self)
    }

    /// Writes a content-addressed file.
    pub async fn put_file(
        &self,
        kind: FileKind,
        id: ContentId,
        bytes: &[u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.put(Content::File(kind, id), id, bytes, expires_at, now)
            .await
    }

    pub async fn put_manifest(
        &self,
        zip: &[u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.put(Content::Manifest, ContentId::of(zip), zip, expires_at, now)
            .await
    }

    pub async fn put_index(&self, text: &str, expires_at: Timestamp, now: Timestamp) -> Result<()> {
        let bytes = text.as_bytes();
        self.put(Content::Index, ContentId::of(bytes), bytes, expires_at, now)
            .await
    }

    async fn put(
        &self,
        content: Content,
        id: ContentId,
        bytes: &[u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let expires_at = expires_at.as_second();
        let ttl = expires_at - now.as_second();
        if ttl < MIN_TTL {
            // The entry would outlive its end, and hardly any phone would find it in time.
            return Ok(());
        }
        let metadata = Metadata { id, expires_at };
        let put = self
            .0
            .put_bytes(&key(content), bytes)?
            .expiration_ttl(ttl.unsigned_abs());
        Ok(put.metadata(metadata)?.execute().await?)
    }

    /// The entry of `content`, unless it has expired.
    pub async fn get(&self, content: Content, now: Timestamp) -> Result<Option<StoredContent>> {
        let mut get = self.0.get(&key(content));
        if let Content::File(..) = content {
            get = get.cache_ttl(CACHE_SECONDS);
        }
        let (bytes, metadata) = get.bytes_with_metadata::<Metadata>().await?;
        let (Some(bytes), Some(Metadata { id, expires_at })) = (bytes, metadata) else {
            return Ok(None);
        };
        Ok((now.as_second() < expires_at).then_some(StoredContent {
            bytes,
            id,
            expires_at,
        }))
    }
}

fn key(content: Content) -> String {
    content.path().trim_start_matches('/').to_owned()
}
