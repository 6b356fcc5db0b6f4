//! The KV namespace `CONTENT`: what is written once, read by millions, and disappears by itself
//! (design §2).
//!
//! A file's key is its path, so each name is spelled in one place. Beside the bytes lies when they
//! end, because the platform deletes a little later than it should, and knows nothing of a clock
//! that tests have moved.

use serde::{Deserialize, Serialize};
use shared::{Timestamp, publication::content::ContentId};
use worker::{Env, Result, kv::KvStore};

/// The kinds of content-addressed files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// How phones behave.
    AppConfig,
    /// Diagnosis keys.
    ExposureKeySet,
    /// The texts that phones show.
    ResourceBundle,
    /// How phones score an exposure.
    RiskCalculationParameters,
}

impl Kind {
    /// The path before the file's name.
    const fn folder(self) -> &'static str {
        match self {
            Self::AppConfig => "v6/appconfig/",
            Self::ExposureKeySet => "v6/exposurekeyset/",
            Self::ResourceBundle => "v6/resourcebundle/",
            Self::RiskCalculationParameters => "v6/riskcalculationparameters/",
        }
    }
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entry {
    /// A content-addressed file.
    File(Kind, ContentId),
    /// The paths of the exposure key sets as text.
    Index,
    /// The signed list of what there is.
    Manifest,
}

/// The path is not one of the store's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PathError {
    /// The kind is known, the name is not a content id.
    MalformedId,
    /// No such kind.
    Unknown,
}

impl Entry {
    /// The entry at `path`, which has no leading slash.
    pub fn at(path: &str) -> std::result::Result<Self, PathError> {
        match path {
            INDEX => return Ok(Self::Index),
            MANIFEST => return Ok(Self::Manifest),
            _ => {}
        }
        let kinds = [
            Kind::AppConfig,
            Kind::ExposureKeySet,
            Kind::ResourceBundle,
            Kind::RiskCalculationParameters,
        ];
        for kind in kinds {
            if let Some(id) = path.strip_prefix(kind.folder()) {
                let id = id.parse().map_err(|_| PathError::MalformedId)?;
                return Ok(Self::File(kind, id));
            }
        }
        Err(PathError::Unknown)
    }

    /// The media type of what is there.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Index => "text/plain; charset=utf-8",
            Self::File(..) | Self::Manifest => "application/zip",
        }
    }

    fn key(self) -> String {
        match self {
            Self::File(kind, id) => format!("{}{id}", kind.folder()),
            Self::Index => INDEX.to_owned(),
            Self::Manifest => MANIFEST.to_owned(),
        }
    }
}

const INDEX: &str = "index.txt";
const MANIFEST: &str = "v6/manifest";

/// The shortest life that the platform gives an entry, in seconds. What ends sooner is not written.
pub const MIN_TTL: i64 = 60;

/// How long a colo may keep a content-addressed file, in seconds; its bytes never change.
const CACHE_SECONDS: u64 = 3_600;

/// The namespace.
pub struct ContentStore(KvStore);

/// What is stored.
pub struct Stored {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their name by content.
    pub id: ContentId,
    /// When they end, in unix seconds.
    pub expires_at: i64,
}

#[derive(Deserialize, Serialize)]
struct Metadata {
    id: ContentId,
    expires_at: i64,
}

impl ContentStore {
    /// The namespace that is bound to the Worker.
    pub fn of(env: &Env) -> Result<Self> {
        env.kv("CONTENT").map(Self)
    }

    /// Writes a content-addressed file that ends at `expires_at`.
    pub async fn put_file(
        &self,
        kind: Kind,
        id: ContentId,
        bytes: &[u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.put(Entry::File(kind, id), id, bytes, expires_at, now)
            .await
    }

    /// Replaces the manifest.
    pub async fn put_manifest(
        &self,
        zip: &[u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.put(Entry::Manifest, ContentId::of(zip), zip, expires_at, now)
            .await
    }

    /// Replaces the index.
    pub async fn put_index(&self, text: &str, expires_at: Timestamp, now: Timestamp) -> Result<()> {
        let bytes = text.as_bytes();
        self.put(Entry::Index, ContentId::of(bytes), bytes, expires_at, now)
            .await
    }

    async fn put(
        &self,
        entry: Entry,
        id: ContentId,
        bytes: &[u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let expires_at = expires_at.as_second();
        let ttl = expires_at - now.as_second();
        if ttl < MIN_TTL {
            // It would outlive its end. Nobody would have found it in time either.
            return Ok(());
        }
        let metadata = Metadata { id, expires_at };
        let put = self
            .0
            .put_bytes(&entry.key(), bytes)?
            .expiration_ttl(ttl.unsigned_abs());
        Ok(put.metadata(metadata)?.execute().await?)
    }

    /// What `entry` holds at `now`.
    pub async fn get(&self, entry: Entry, now: Timestamp) -> Result<Option<Stored>> {
        let mut get = self.0.get(&entry.key());
        if let Entry::File(..) = entry {
            get = get.cache_ttl(CACHE_SECONDS);
        }
        let (bytes, metadata) = get.bytes_with_metadata::<Metadata>().await?;
        let (Some(bytes), Some(Metadata { id, expires_at })) = (bytes, metadata) else {
            return Ok(None);
        };
        Ok((now.as_second() < expires_at).then_some(Stored {
            bytes,
            id,
            expires_at,
        }))
    }
}
