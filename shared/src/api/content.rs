//! The published content that phones download, and its paths (design §4.2.1, §4.2.7).

use crate::publication::content::{ContentId, Manifest};

/// Something that can be downloaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Content {
    /// A content-addressed file.
    File(FileKind, ContentId),
    /// The paths of the exposure key sets as text.
    Index,
    /// The signed list of the files.
    Manifest,
}

/// The kinds of content-addressed files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileKind {
    /// How phones behave.
    AppConfig,
    /// Diagnosis keys.
    ExposureKeySet,
    /// The texts that phones show.
    ResourceBundle,
    /// How phones score an exposure.
    RiskCalculationParameters,
}

/// Why a path is not that of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContentPathError {
    /// The kind is known; what follows is not a content id.
    MalformedId,
    /// There is no such kind.
    NotFound,
}

impl Content {
    /// The file at `path`.
    pub fn parse_file(path: &str) -> Result<Self, ContentPathError> {
        let kinds = FileKind::ALL.into_iter();
        let mut files = kinds.filter_map(|kind| Some((kind, path.strip_prefix(kind.folder())?)));
        let (kind, id) = files.next().ok_or(ContentPathError::NotFound)?;
        let id = id.parse().map_err(|_| ContentPathError::MalformedId)?;
        Ok(Self::File(kind, id))
    }

    /// The path of this file or list.
    pub fn path(self) -> String {
        match self {
            Self::File(kind, id) => format!("{}{id}", kind.folder()),
            Self::Index | Self::Manifest => self.pattern().to_owned(),
        }
    }

    /// The path, with `{id}` in place of a file's content id.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::File(kind, _) => kind.pattern(),
            Self::Index => "/index.txt",
            Self::Manifest => "/v6/manifest",
        }
    }
}

impl FileKind {
    /// All kinds of content-addressed files.
    pub const ALL: [Self; 4] = [
        Self::ExposureKeySet,
        Self::AppConfig,
        Self::RiskCalculationParameters,
        Self::ResourceBundle,
    ];

    /// The path of a file, with `{id}` in place of its content id.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::AppConfig => "/v6/appconfig/{id}",
            Self::ExposureKeySet => "/v6/exposurekeyset/{id}",
            Self::ResourceBundle => "/v6/resourcebundle/{id}",
            Self::RiskCalculationParameters => "/v6/riskcalculationparameters/{id}",
        }
    }

    fn folder(self) -> &'static str {
        self.pattern().trim_end_matches("{id}")
    }
}

/// The text of [`Content::Index`]: the paths of the exposure key sets without leading slash, oldest
/// first, one a line.
pub fn index(manifest: &Manifest) -> String {
    let ids = manifest.exposure_key_sets.iter();
    ids.map(|id| {
        let path = Content::File(FileKind::ExposureKeySet, *id).path();
        format!("{}\n", path.trim_start_matches('/'))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_at_its_path() {
        let id = ContentId::of(b"a file");
        for kind in FileKind::ALL {
            let file = Content::File(kind, id);
            assert_eq!(Content::parse_file(&file.path()), Ok(file));
        }
    }

    #[test]
    fn the_index_has_the_layout_of_googles_key_server() {
        let [first, second, other] = [b"1", b"2", b"3"].map(|bytes| ContentId::of(bytes));
        let manifest = Manifest {
            exposure_key_sets: vec![first, second],
            risk_calculation_parameters: other,
            app_config: other,
            resource_bundle: other,
        };
        let expected = format!("v6/exposurekeyset/{first}\nv6/exposurekeyset/{second}\n");
        assert_eq!(index(&manifest), expected);
    }
}
