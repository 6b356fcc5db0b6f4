//! The check that lines of code, comments and documents have at most 100 columns.

use std::{path::Path, process::Command};

use anyhow::ensure;
use fs_err as fs;

use crate::{Result, process, root};

/// The most columns of a line. rustfmt keeps code to it, but not comments and text.
const COLUMNS: usize = 100;

/// Kinds of files that people read.
const EXTENSIONS: [&str; 8] = ["capnp", "css", "html", "js", "md", "mjs", "rs", "toml"];

/// Looks at every file that is, or is about to be, in the repository. The error lists the places.
pub fn check() -> Result {
    let files = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let files = process::output(Command::new("git").current_dir(root()).args(files))?;
    let mut places = Vec::new();
    for file in files.lines().map(Path::new) {
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        let path = root().join(file);
        // A file that was deleted is listed until that is committed.
        if EXTENSIONS.contains(&&*extension) && path.is_file() {
            let text = fs::read_to_string(&path)?;
            let numbers = too_long(&text, extension == "md");
            places.extend(numbers.map(|number| format!("{}:{number}", file.display())));
        }
    }
    let list = places.join("\n  ");
    ensure!(list.is_empty(), "more than {COLUMNS} columns:\n  {list}");
    Ok(())
}

/// The numbers of the lines that are too long and could be broken.
fn too_long(text: &str, markdown: bool) -> impl Iterator<Item = usize> {
    let mut in_code = false;
    text.lines().zip(1..).filter_map(move |(line, number)| {
        in_code ^= markdown && line.trim_start().starts_with("```");
        let long = line.chars().count() > COLUMNS;
        let excused = if markdown {
            in_code || line.trim_start().starts_with(['|', '`']) || has_link(line)
        } else {
            has_link(line) || is_literal(line)
        };
        (long && !excused).then_some(number)
    })
}

fn has_link(line: &str) -> bool {
    line.contains("://") || line.contains("](")
}

/// Whether a literal is what goes beyond the last column; nothing breaks those by itself.
fn is_literal(line: &str) -> bool {
    let text = line.trim_start();
    if text.starts_with('"') || text.contains("r#\"") || !text.contains(' ') {
        return true;
    }
    let comment = ["//", "#", "*"].iter().any(|mark| text.starts_with(mark));
    let start: String = line.chars().take(COLUMNS).collect();
    let quotes = start.matches('"').count() - start.matches("\\\"").count();
    !comment && quotes % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_found_unless_nothing_can_break_them() {
        let long = "word ".repeat(21);
        let of = |text: &str, markdown| too_long(text, markdown).collect::<Vec<_>>();
        assert_eq!(of(&format!("short\n{long}\n"), false), [2]);
        assert_eq!(of(&format!("// \"{long}\"\n"), false), [1]);
        assert!(of(&format!("say(\"{long}\")\n"), false).is_empty());
        assert!(of(&format!("// https://example.org {long}\n"), false).is_empty());
        assert_eq!(of(&format!("{long}\n| {long} |\n"), true), [1]);
        assert_eq!(of(&format!("```\n{long}\n```\n{long}\n"), true), [4]);
    }
}
