//! Reading which paths a Rust source file uses, for the check of the rooms.

/// The paths that a file uses, without those of its unit tests. A path that names a child without
/// `self::` is given with it.
pub fn uses(text: &str) -> Vec<Vec<String>> {
    let text = before_tests(text);
    let children: Vec<_> = text
        .lines()
        .filter_map(|line| declaration(line, "mod "))
        .collect();
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(first) = declaration(line, "use ") else {
            found.extend(inline_paths(line));
            continue;
        };
        let mut tree = first.to_owned();
        while !tree.ends_with(';') {
            let Some(line) = lines.next() else { break };
            tree.push_str(without_comment(line));
        }
        let mut paths = Vec::new();
        flatten(&[], tree.trim_end_matches(';'), &mut paths);
        for path in &mut paths {
            if path
                .first()
                .is_some_and(|first| children.contains(&format!("{first};").as_str()))
            {
                path.insert(0, "self".to_owned());
            }
        }
        found.append(&mut paths);
    }
    found
}

/// The paths in a line of code that begin with `crate` or `super`.
fn inline_paths(line: &str) -> Vec<Vec<String>> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let paths = line.split(|letter| !is_part(letter)).filter_map(|word| {
        let names: Vec<_> = word.split("::").map(str::to_owned).collect();
        let begins = matches!(names.first()?.as_str(), "crate" | "super");
        (begins && names.len() > 1).then_some(names)
    });
    paths.collect()
}

/// The text up to the module of unit tests, which is at the end.
fn before_tests(text: &str) -> &str {
    let start = text.match_indices("#[cfg(test)]\n").find(|(at, mark)| {
        let next = text[at + mark.len()..].lines().next().unwrap_or_default();
        next.contains("mod ") && next.ends_with('{')
    });
    start.map_or(text, |(at, _)| &text[..at])
}

/// What follows `keyword` on a line that begins with it, of any visibility.
fn declaration<'a>(line: &'a str, keyword: &str) -> Option<&'a str> {
    let line = without_comment(line);
    let line = match line.strip_prefix("pub(") {
        Some(rest) => rest.split_once(") ")?.1,
        None => line.strip_prefix("pub ").unwrap_or(line),
    };
    line.strip_prefix(keyword)
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default().trim()
}

/// Adds the paths in a use tree, each with `prefix`.
fn flatten(prefix: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((head, list)) = tree.split_once('{') else {
        let mut path = prefix.to_vec();
        let tree = tree.split(" as ").next().unwrap_or_default();
        path.extend(tree.split("::").map(|name| name.trim().to_owned()));
        // `a::{self}` names `a`.
        path.pop_if(|last| last == "self" && !prefix.is_empty());
        paths.push(path);
        return;
    };
    let mut prefix = prefix.to_vec();
    let names = head.split("::").map(str::trim);
    prefix.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    let list = list.trim_end().strip_suffix('}').unwrap_or(list);
    let mut depth = 0;
    let parts = list.split(|letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    for part in parts.filter(|part| !part.trim().is_empty()) {
        flatten(&prefix, part, paths);
    }
}
