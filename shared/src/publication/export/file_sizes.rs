//! How the keys of one publication are divided over files.

/// The most keys in one file. Phones take 750,000; this many fit in a Durable Object's memory
/// beside the rest.
pub const MAX_FILE_KEYS: usize = 200_000;

/// The fewest keys in a file. Padding makes up the difference, so that a file does not show how few
/// people are in it.
pub const MIN_FILE_KEYS: usize = 150;

/// The number of keys in each of the files for `keys` keys: as few files as [`MAX_FILE_KEYS`]
/// allows, of nearly equal size, so that none falls below [`MIN_FILE_KEYS`] when together they
/// reach it.
pub fn file_sizes(keys: usize) -> impl Iterator<Item = usize> {
    let files = keys.div_ceil(MAX_FILE_KEYS);
    (0..files).map(move |file| keys / files + usize::from(file < keys % files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_few_and_none_is_small() {
        for (keys, sizes) in [
            (0, vec![]),
            (150, vec![150]),
            (MAX_FILE_KEYS, vec![MAX_FILE_KEYS]),
            (MAX_FILE_KEYS + 1, vec![100_001, 100_000]),
            (750_000, vec![187_500; 4]),
        ] {
            assert_eq!(file_sizes(keys).collect::<Vec<_>>(), sizes);
        }
    }
}
