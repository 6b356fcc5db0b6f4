//! The check that `use` lines between the files of the workspace go in one direction.
//!
//! In each crate no two files use each other, directly or by way of others; a crate uses only the
//! crates below it; and the rooms of a crate use each other in one direction. A file uses
//! another one by a `use` line, or by a path that begins with `crate` or `super`; declarations
//! (`mod x;`) and unit tests do not count.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::use_lines::uses;

/// Each crate, where its sources are, and the crates of the workspace that it may use.
const CRATES: [(&str, &str, &[&str]); 8] = [
    ("shared", "shared/src", &[]),
    ("federation", "federation/src", &["shared"]),
    ("functions", "functions/src", &["federation", "shared"]),
    ("portal", "portal/src", &["shared"]),
    ("phone", "phone/src", &["shared"]),
    ("phone_page", "phone/page/src", &["phone", "shared"]),
    ("xtask", "xtask/src", &["federation", "phone", "shared"]),
    (
        "tests",
        "tests/src",
        &["federation", "phone", "shared", "xtask"],
    ),
];

/// The rooms of each crate that has any, and the rooms in a room: each may use those after it.
const ROOMS: [(&str, &[&str], &[&str]); 5] = [
    ("functions", &[], &["routes", "objects", "platform"]),
    ("functions", &["objects"], &["staff", "ledger", "intake"]),
    // With the line above: neither of the two uses the other.
    ("functions", &["objects"], &["ledger", "staff"]),
    (
        "portal",
        &[],
        &["page", "screens", "session", "call", "service", "texts"],
    ),
    (
        "shared",
        &[],
        &[
            "settings",
            "api",
            "publication",
            "enrolment",
            "staff",
            "keys",
            "time",
        ],
    ),
];

/// A source file.
struct File {
    /// Its path in the crate's folder of sources.
    name: String,
    /// The path of its module.
    module: Vec<String>,
    /// The paths that it uses.
    uses: Vec<Vec<String>>,
}

impl File {
    fn new(name: &str, text: &str) -> Self {
        let stem = name.trim_end_matches(".rs");
        let mut module: Vec<_> = stem.split('/').map(str::to_owned).collect();
        module.pop_if(|last| *last == "mod" || (*last == "lib" && stem == "lib"));
        Self {
            name: name.to_owned(),
            module,
            uses: uses(text),
        }
    }
}

/// What is wrong with the `use` lines of the crate `name` with these files: names and texts.
fn wrong_uses(name: &str, sources: &[(String, String)]) -> Vec<String> {
    let files: Vec<_> = sources
        .iter()
        .map(|(name, text)| File::new(name, text))
        .collect();
    let by_module: BTreeMap<_, _> = files
        .iter()
        .enumerate()
        .map(|(number, file)| (file.module.clone(), number))
        .collect();
    let mut wrong = Vec::new();
    // For each file the files that it uses, each with the path that names it.
    let mut edges = vec![BTreeMap::new(); files.len()];
    for (number, file) in files.iter().enumerate() {
        for path in &file.uses {
            if let Some(other) = forbidden_crate(name, path) {
                wrong.push(format!(
                    "{name}: {} uses `{}`, but {name} must not use {other}",
                    file.name,
                    path.join("::")
                ));
            }
            let Some(used) = resolve(file, path, &by_module) else {
                continue;
            };
            if used != number {
                edges[number].entry(used).or_insert(path);
            }
            if let Some((from, to)) = upwards(name, &file.module, &files[used].module) {
                wrong.push(format!(
                    "{name}: {} uses `{}`, but {from} must not use {to}",
                    file.name,
                    path.join("::")
                ));
            }
        }
    }
    while let Some(circle) = circle(&edges) {
        let steps = circle.iter().zip(circle.iter().cycle().skip(1));
        let steps: Vec<_> = steps
            .map(|(from, to)| {
                format!(
                    "{} uses `{}`",
                    files[*from].name,
                    edges[*from][to].join("::")
                )
            })
            .collect();
        wrong.push(format!("{name}: a circle: {}", steps.join(", ")));
        // Without its first step the next circle is found.
        edges[circle[0]].remove(&circle[circle.len().min(2) - 1]);
    }
    wrong
}

/// The crate of the workspace that `path` uses and `name` must not.
fn forbidden_crate<'a>(name: &str, path: &'a [String]) -> Option<&'a str> {
    let (_, _, allowed) = CRATES.iter().find(|(other, ..)| *other == name)?;
    let used = path.first()?.as_str();
    let known = CRATES.iter().any(|(other, ..)| *other == used);
    (known && used != name && !allowed.contains(&used)).then_some(used)
}

/// The rooms of two modules of the crate `name`, if the first module must not use the second.
fn upwards(name: &str, from: &[String], to: &[String]) -> Option<(&'static str, &'static str)> {
    let mut of_crate = ROOMS.iter().filter(|(other, ..)| *other == name);
    of_crate.find_map(|(_, parent, rooms)| {
        let room = |module: &[String]| {
            let (above, rest) = module.split_at_checked(parent.len())?;
            let first = rest.first().filter(|_| above == *parent)?;
            rooms.iter().position(|room| room == first)
        };
        let (from, to) = (room(from)?, room(to)?);
        (from > to).then(|| (rooms[from], rooms[to]))
    })
}

/// The file that holds what `path` names in `file`; `None` for another crate.
fn resolve(file: &File, path: &[String], files: &BTreeMap<Vec<String>, usize>) -> Option<usize> {
    let mut module = file.module.clone();
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match first.as_str() {
            "crate" => module.clear(),
            "self" => {}
            "super" => {
                module.pop()?;
            }
            _ => break,
        }
        rest = tail;
    }
    let mut found = (rest.len() < path.len()).then(|| files.get(&module).copied())?;
    for name in rest {
        module.push(name.clone());
        found = files.get(&module).copied().or(found);
    }
    found
}

/// Files that use each other in a circle.
fn circle(edges: &[BTreeMap<usize, &Vec<String>>]) -> Option<Vec<usize>> {
    fn visit(
        file: usize,
        edges: &[BTreeMap<usize, &Vec<String>>],
        path: &mut Vec<usize>,
        done: &mut [bool],
    ) -> Option<Vec<usize>> {
        if let Some(start) = path.iter().position(|earlier| *earlier == file) {
            return Some(path[start..].to_vec());
        }
        if done[file] {
            return None;
        }
        path.push(file);
        let found = edges[file]
            .keys()
            .find_map(|used| visit(*used, edges, path, done));
        path.pop();
        done[file] = true;
        found
    }
    let mut done = vec![false; edges.len()];
    (0..edges.len()).find_map(|file| visit(file, edges, &mut Vec::new(), &mut done))
}

/// The Rust files below `folder`: their paths in it, and their texts.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs_err::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                found.push((name.to_owned(), fs_err::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_use_goes_the_right_way() {
    let wrong: Vec<_> = CRATES
        .iter()
        .flat_map(|(name, folder, _)| wrong_uses(name, &sources(&crate::root().join(folder))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong in the crate `name` when it has these files.
fn wrong_in(name: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    wrong_uses(name, &files)
}

#[test]
fn a_use_of_a_room_before_is_named() {
    let wrong = wrong_in(
        "functions",
        &[
            ("lib.rs", "mod objects;\nmod routes;\n"),
            ("objects/mod.rs", "pub mod intake;\n"),
            (
                "objects/intake.rs",
                "use crate::{\n    routes::{\n        phone::Answer,\n    },\n};\n",
            ),
            ("routes/mod.rs", "pub mod phone;\n"),
            ("routes/phone.rs", "use crate::objects::intake::Intake;\n"),
        ],
    );
    assert_eq!(
        wrong,
        [
            "functions: objects/intake.rs uses `crate::routes::phone::Answer`, \
             but objects must not use routes",
            "functions: a circle: objects/intake.rs uses `crate::routes::phone::Answer`, \
             routes/phone.rs uses `crate::objects::intake::Intake`",
        ]
    );
}

#[test]
fn a_use_of_a_room_before_is_named_in_each_crate_that_has_rooms() {
    let keys = ("keys/tek.rs", "use crate::enrolment::code::Code;\n");
    assert_eq!(
        wrong_in("shared", &[keys, ("enrolment/code.rs", "")]),
        ["shared: keys/tek.rs uses `crate::enrolment::code::Code`, \
             but keys must not use enrolment"]
    );
    let texts = ("texts/mod.rs", "use crate::screens::about::About;\n");
    assert_eq!(
        wrong_in("portal", &[("screens/about.rs", ""), texts]),
        ["portal: texts/mod.rs uses `crate::screens::about::About`, \
             but texts must not use screens"]
    );
}

#[test]
fn a_use_between_objects_that_must_not_know_each_other_is_named() {
    let wrong = |from: &str, to: &str| {
        let name = format!("objects/{from}/mod.rs");
        let text = format!("use crate::objects::{to}::keys::Keys;\n");
        let used = format!("objects/{to}/keys.rs");
        let files = [(name.as_str(), text.as_str()), (used.as_str(), "")];
        wrong_in("functions", &files)
    };
    for (from, to) in [
        ("intake", "ledger"),
        ("intake", "staff"),
        ("ledger", "staff"),
        ("staff", "ledger"),
    ] {
        let expected = format!(
            "functions: objects/{from}/mod.rs uses `crate::objects::{to}::keys::Keys`, \
             but {from} must not use {to}"
        );
        assert_eq!(wrong(from, to), [expected]);
    }
    assert!(wrong("ledger", "intake").is_empty());
    assert!(wrong("staff", "intake").is_empty());
}

#[test]
fn a_comment_after_a_use_line_ends_it() {
    let wrong = wrong_in(
        "functions",
        &[
            ("lib.rs", "mod platform; // Cloudflare\nmod routes;\n"),
            (
                "platform/sql.rs",
                "use std::{ // for rows\n    fmt, // Display\n}; // done\n\
                 use crate::routes::phone; // wrong\n",
            ),
            ("routes/phone.rs", ""),
        ],
    );
    assert_eq!(
        wrong,
        ["functions: platform/sql.rs uses `crate::routes::phone`, \
             but platform must not use routes"]
    );
}

#[test]
fn a_path_without_a_use_line_counts() {
    let wrong = wrong_in(
        "functions",
        &[
            ("lib.rs", "mod platform;\nmod routes;\n"),
            (
                "platform/clock.rs",
                "fn now() {\n    // crate::routes::ignored\n    crate::routes::test::offset(1);\n}\n",
            ),
            ("routes/test.rs", ""),
        ],
    );
    assert_eq!(
        wrong,
        [
            "functions: platform/clock.rs uses `crate::routes::test::offset`, \
             but platform must not use routes"
        ]
    );
}

#[test]
fn a_circle_of_a_module_and_its_child_is_named() {
    let wrong = wrong_in(
        "functions",
        &[
            ("lib.rs", "mod platform;\n"),
            (
                "platform/mod.rs",
                "mod sql;\n\npub use sql::Row;\npub struct Value;\n",
            ),
            ("platform/sql.rs", "use super::Value;\n"),
        ],
    );
    assert_eq!(
        wrong,
        [
            "functions: a circle: platform/mod.rs uses `self::sql::Row`, \
             platform/sql.rs uses `super::Value`"
        ]
    );
}

#[test]
fn a_use_of_a_crate_above_is_named() {
    let file = |text: &str| [("lib.rs".to_owned(), text.to_owned())];
    let text = "use std::fmt;\nuse federation::cursor::Cursor;\n";
    assert_eq!(
        wrong_uses("shared", &file(text)),
        ["shared: lib.rs uses `federation::cursor::Cursor`, but shared must not use federation"]
    );
    assert!(wrong_uses("functions", &file(text)).is_empty());
}

#[test]
fn siblings_and_unit_tests_use_what_they_need() {
    let wrong = wrong_in(
        "functions",
        &[
            ("lib.rs", "mod objects;\nuse objects::Intake;\n"),
            (
                "objects/mod.rs",
                "mod calls;\nmod store;\npub struct Intake;\nuse self::{calls::Call, store::Store};\n",
            ),
            (
                "objects/calls.rs",
                "pub struct Call;\n\n#[cfg(test)]\nmod tests {\n    use super::super::store::Store;\n}\n",
            ),
            (
                "objects/store.rs",
                "use super::calls::{self, Call as Other};\npub(crate) struct Store;\n",
            ),
        ],
    );
    assert!(wrong.is_empty(), "{wrong:?}");
}
