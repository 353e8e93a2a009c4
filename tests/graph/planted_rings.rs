//! Rings planted by the shared generator are found, hubs glue nothing, look-alikes stay apart.

use itoguchi::graph::correlate::Options;
use itoguchi::graph::{CaseFacts, CaseValue, Correlator};
use itoguchi::model::{CaseKey, Id, Instant, Kind, Unit};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn shared() -> PathBuf {
    std::env::var_os("ITOGUCHI_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

/// The spellings the generator plants, undone; the product's own canonical forms are tested with their layer.
fn canonical(kind: &str, value: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap(),
        _ => c,
    };
    let plain: String = value.chars().map(narrow).collect();
    match kind {
        "btc" => plain,
        "phone" => {
            let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
            format!("+81{}", digits.strip_prefix("81").or_else(|| digits.strip_prefix('0')).unwrap())
        }
        "bank" => plain.replace(' ', "-"),
        _ => plain
            .to_lowercase()
            .replace("[.]", ".")
            .replace("[@]", "@")
            .replace("hxxp", "http")
            .trim_end_matches('.')
            .to_owned(),
    }
}

fn kind_of(tag: &str) -> Kind {
    Kind::from_tag(if tag == "bank" { "bank_account" } else { tag }).unwrap()
}

struct Store {
    cases: Vec<CaseFacts>,
    index: BTreeMap<String, u32>,
    correlator: Correlator,
}

fn read(dir: &Path) -> Store {
    let mut store = Store { cases: Vec::new(), index: BTreeMap::new(), correlator: Correlator::default() };
    let text = std::fs::read_to_string(dir.join("all.jsonl")).unwrap();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let of = |key: &str| row[key].as_str().unwrap();
        let number = of("case").to_owned();
        let next = u32::try_from(store.cases.len()).unwrap();
        let case = *store.index.entry(number.clone()).or_insert(next);
        if case == next {
            store.cases.push(CaseFacts {
                key: CaseKey(i64::from(next)),
                id: Id(format!("c{next}")),
                number: Some(number),
                title: String::new(),
                unit: Unit::from_path(of("pref")).unwrap(),
            });
        }
        let at = of("first").parse::<jiff::Timestamp>().ok().and_then(Instant::from_timestamp);
        let value = canonical(of("type"), of("value"));
        let benign = value.starts_with("10.");
        store.correlator.add(&CaseValue {
            first: at,
            last: at,
            benign,
            ..CaseValue::new(case, kind_of(of("type")), &value)
        });
    }
    store
}

#[test]
fn planted_rings_are_found_with_hubs_present() {
    let script = shared().join("bench/gen_cases.py");
    let dir = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(&script)
        .args(["--prefs", "12", "--cases", "120", "--per-case", "30", "--rings", "60", "--hubs", "12", "--single"])
        .args(["--seed", "5", "--out"])
        .arg(dir.path())
        .output();
    if !script.exists() || !made.is_ok_and(|out| out.status.success()) {
        return;
    }
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(dir.path().join("truth.json")).unwrap()).unwrap();
    let store = read(dir.path());
    let found = store.correlator.finish(&store.cases, &|_| 0.5, &Options::default());
    let index = |case: &Value| store.index[case.as_str().unwrap()];
    let rings: Vec<BTreeSet<u32>> = truth["rings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ring| ring["cases"].as_array().unwrap().iter().map(index).collect())
        .collect();
    let top: Vec<BTreeSet<u32>> =
        found.clusters.iter().take(rings.len()).map(|cluster| cluster.cases.iter().copied().collect()).collect();
    let whole = rings.iter().filter(|ring| top.iter().any(|cluster| ring.is_subset(cluster))).count();
    assert!(whole * 100 >= rings.len() * 99, "{whole} of {}", rings.len());
    let ringed: BTreeSet<u32> = rings.iter().flatten().copied().collect();
    let strange =
        found.clusters.iter().flat_map(|cluster| &cluster.cases).filter(|case| !ringed.contains(case)).count();
    assert_eq!(strange, 0, "cases tied by nothing but hubs");
    for near in truth["near"].as_array().unwrap() {
        let value = |at: usize| canonical(near["type"].as_str().unwrap(), near["values"][at].as_str().unwrap());
        let both = [value(0), value(1)];
        assert!(found.values.iter().all(|shared| !both.contains(&shared.value)), "{both:?}");
    }
}
