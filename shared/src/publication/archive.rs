//! Zip files with a fixed set of entries: the container of everything that phones download
//! (design §4.2.3–4).

use std::io::{Cursor, Read as _, Write as _};

use thiserror::Error;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Why a zip file cannot be written, or is not the expected one.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ArchiveError {
    /// The file is not a zip, is cut off, or is damaged.
    #[error("not a readable zip file")]
    Unreadable,
    /// There is not enough memory to pack the entries.
    #[error("the zip file cannot be written")]
    Unwritable,
    /// The entries are not the expected ones.
    #[error("unexpected entries")]
    Entries,
    /// An entry is larger than its limit.
    #[error("an entry is too large")]
    TooLarge,
}

/// The zip of `entries`, which are names and contents. The same entries always give the same bytes.
pub(crate) fn pack(entries: &[(&str, &[u8])]) -> Result<Vec<u8>, ArchiveError> {
    let total: usize = entries.iter().map(|(_, content)| content.len()).sum();
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(total * 2 / 3 + 512)));
    let options = SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(COMPRESSION_LEVEL));
    for (name, content) in entries {
        zip.start_file(*name, options)
            .map_err(|_| ArchiveError::Unwritable)?;
        zip.write_all(content)
            .map_err(|_| ArchiveError::Unwritable)?;
    }
    Ok(zip
        .finish()
        .map_err(|_| ArchiveError::Unwritable)?
        .into_inner())
}

/// The contents of a zip with exactly the entries `names`, each with its limit in bytes, in that
/// order.
pub(crate) fn unpack<const N: usize>(
    bytes: &[u8],
    names: [(&str, u64); N],
) -> Result<[Vec<u8>; N], ArchiveError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::Unreadable)?;
    if zip.len() != N {
        return Err(ArchiveError::Entries);
    }
    let mut contents = [const { Vec::new() }; N];
    for (content, (name, limit)) in contents.iter_mut().zip(names) {
        let entry = zip.by_name(name).map_err(|error| match error {
            zip::result::ZipError::FileNotFound => ArchiveError::Entries,
            _ => ArchiveError::Unreadable,
        })?;
        // The size in the directory is a claim of the sender; the limit applies to what is
        // unpacked.
        entry
            .take(limit + 1)
            .read_to_end(content)
            .map_err(|_| ArchiveError::Unreadable)?;
        if content.len() as u64 > limit {
            return Err(ArchiveError::TooLarge);
        }
    }
    Ok(contents)
}

/// The deflate level with the best ratio of size to time for an exposure key set (`cargo xtask
/// bench export` prints both). Every phone downloads every file, so a byte saved is saved a million
/// times. A key takes 17.7 bytes, 16 of them random; 18.8 at one level less. One level more saves
/// nothing worth its time.
const COMPRESSION_LEVEL: i64 = 5;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packed_entries_are_unpacked() {
        let zip = pack(&[("a", b"one"), ("b", b"")]).unwrap();
        assert_eq!(
            unpack(&zip, [("b", 0), ("a", 3)]).unwrap(),
            [b"".to_vec(), b"one".to_vec()]
        );
        assert_eq!(pack(&[("a", b"one"), ("b", b"")]).unwrap(), zip);
    }

    #[test]
    fn unexpected_and_large_entries_are_refused() {
        let zip = pack(&[("a", b"one"), ("b", b"two")]).unwrap();
        assert_eq!(unpack(&zip, [("a", 3)]), Err(ArchiveError::Entries));
        assert_eq!(
            unpack(&zip, [("a", 3), ("c", 3)]),
            Err(ArchiveError::Entries)
        );
        assert_eq!(
            unpack(&zip, [("a", 3), ("b", 2)]),
            Err(ArchiveError::TooLarge)
        );
        assert_eq!(
            unpack(&zip[..zip.len() / 2], [("a", 3), ("b", 3)]),
            Err(ArchiveError::Unreadable)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_without_panic(bytes: Vec<u8>) {
            prop_assert!(unpack(&bytes, [("a", 10)]).is_err());
        }

        #[test]
        fn a_damaged_zip_never_gives_other_contents(place: prop::sample::Index, bit in 0..8u32) {
            let mut zip = pack(&[("a", b"some text, some text, some text")]).unwrap();
            let place = place.index(zip.len());
            zip[place] ^= 1 << bit;
            if let Ok([content]) = unpack(&zip, [("a", 100)]) {
                prop_assert_eq!(content, b"some text, some text, some text");
            }
        }
    }
}
