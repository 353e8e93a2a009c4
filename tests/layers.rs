//! The walls between the layers (DESIGN §2), the size of files, and the habits every file keeps.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may import from this crate; `model` is open to all.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("store", &[]),
    ("ingest", &[]),
    ("indicators", &[]),
    ("search", &[]),
    ("graph", &[]),
    ("bundle", &[]),
    ("workbench", &["store", "ingest", "indicators", "search", "graph", "bundle"]),
    ("jobs", &["workbench"]),
    ("cli", &["workbench", "jobs", "app"]),
    ("app", &["workbench", "jobs"]),
];

/// Names that only some layers may use, with the layers that may.
const ALONE: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("egui", &["app"]),
    ("eframe", &["app"]),
    ("clap", &["cli"]),
    ("println!", &["cli"]),
    ("eprintln!", &["cli"]),
    ("age::", &["bundle"]),
    ("ssh_key", &["bundle"]),
    ("petgraph", &["graph"]),
    ("encoding_rs", &["ingest", "bundle"]),
    ("simdutf8", &["ingest"]),
    ("thread::Builder", &["jobs"]),
    ("std::fs", &["store", "workbench"]),
    ("Timestamp::now", &["workbench", "cli"]),
];

const MAX_LINES: usize = 500;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                out.push((path, text));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out
}

/// The layer a source file belongs to: its folder below `src`; `None` for `lib.rs` and `main.rs`.
fn layer(path: &Path) -> Option<String> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let mut parts = below.components();
    let first = parts.next()?.as_os_str().to_str()?.to_owned();
    parts.next().map(|_| first)
}

/// The file without comments and without what follows `#[cfg(test)] mod`: tests may look over a wall.
fn code(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or("");
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn layers_import_only_what_they_may() {
    let may: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer(&path) else { continue };
        let Some(allowed) = may.get(layer.as_str()) else { panic!("no rule for layer {layer}: add it to MAY_IMPORT") };
        let code = code(&text);
        for other in may.keys() {
            let foreign = *other != layer && *other != "model" && !allowed.contains(other);
            if foreign && code.contains(&format!("crate::{other}")) {
                wrong.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the code uses a name, not merely one that ends in it.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn dangerous_things_have_one_home() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer(&path) else { continue };
        let code = code(&text);
        for (name, homes) in ALONE {
            if names(&code, name) && !homes.contains(&layer.as_str()) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not open with //!", path.display()));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("{} has {lines} lines", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_half_done() {
    let marks = ["todo!(", "unimplemented!(", "TODO", "FIXME", "dbg!(", "#[ignore"];
    let wrong: Vec<String> = sources()
        .iter()
        .flat_map(|(path, text)| {
            marks
                .iter()
                .filter(|mark| text.contains(**mark))
                .map(move |mark| format!("{} holds {mark}", path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
