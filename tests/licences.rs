//! Every crate the program may be built from is named with its licence in `assets/licences.txt`, and no other.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::path::Path;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// `name vVERSION` of every package of the lock file but our own.
fn locked() -> BTreeSet<String> {
    let lock: toml::Table = toml::from_str(&read("Cargo.lock")).unwrap();
    let packages = lock["package"].as_array().unwrap().iter().filter(|package| package.get("source").is_some());
    packages
        .map(|package| format!("{} v{}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap()))
        .collect()
}

#[test]
fn every_crate_is_listed_with_a_permissive_licence() {
    let text = read("assets/licences.txt");
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    let listed: BTreeSet<String> = lines.clone().map(|(crate_and_version, _)| crate_and_version.to_owned()).collect();
    let locked = locked();
    let missing: Vec<_> = locked.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&locked).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "assets/licences.txt: add with the `license` of their Cargo.toml {missing:#?}\ntake out {stale:#?}"
    );
    let fine =
        ["MIT", "Apache-2.0", "BSD", "ISC", "Zlib", "BSL-1.0", "0BSD", "Unlicense", "CC0-1.0", "Unicode", "OFL-1.1"];
    for (name, licence) in lines {
        assert!(fine.iter().any(|known| licence.contains(known)), "{name} is under `{licence}`");
    }
}
