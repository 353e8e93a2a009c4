//! What the extractor finds in text: our tables of sentences and traps, generated evidence with exact truth, and the
//! promises that hold for any text.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use itoguchi::indicators::{CANON_VERSION, Indicators, defanged, documentation, kind_alias};
use itoguchi::model::{Extractor as _, Hits};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn find(text: &str) -> Hits {
    let mut hits = Hits::default();
    Indicators::new().find(text, &mut hits);
    hits
}

/// The finds of a text as the tables write them.
fn listed(text: &str) -> BTreeSet<String> {
    let hits = find(text);
    let line = |(hit, value): (&itoguchi::model::Hit, &str)| {
        let implied = if hit.implied { " implied" } else { "" };
        let unverified = if hit.verified { "" } else { " unverified" };
        let decoded = if hit.decoded.is_none() { String::new() } else { format!(" decoded:{}", hit.decoded) };
        format!("{} {value}{implied}{unverified}{decoded}", hit.kind)
    };
    hits.iter().map(line).collect()
}

/// What holds for the finds of any text.
fn assert_sound(text: &str) {
    let hits = find(text);
    let mut last = 0;
    for (hit, value) in hits.iter() {
        let (start, end) = (hit.span.start as usize, hit.span.end as usize);
        let cut = text.get(start..end).unwrap_or_else(|| panic!("{:?} cuts a character of {text:?}", hit.span));
        assert!(!cut.is_empty(), "{text:?}");
        assert!(!cut.contains('\n') || !hit.decoded.is_none(), "{cut:?} in {text:?}");
        assert!(last <= start, "not in order: {text:?}");
        last = start;
        let again = Indicators::new().canonical(hit.kind, value);
        assert_eq!(again.as_deref(), Some(value), "{}: canonical twice is not canonical once", hit.kind);
        if !hit.decoded.is_none() {
            continue;
        }
        // The host of a URL may be spelt as no address by itself is (`http://3405803781/`).
        let whole = if hit.implied { again } else { Indicators::new().canonical(hit.kind, cut) };
        assert_eq!(whole.as_deref(), Some(value), "{}: {cut:?} read alone differs from what was found", hit.kind);
    }
}

/// The sentences of a folder below `tests/data/indicators`, each with what is to be found in it.
fn tables(folder: &str) -> Vec<(String, Vec<String>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/indicators").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "txt"));
    files.sort();
    let mut cases: Vec<(String, Vec<String>)> = Vec::new();
    for path in files {
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(text) = line.strip_prefix("> ") {
                cases.push((text.replace('⏎', "\n"), Vec::new()));
            } else if !line.is_empty() && !line.starts_with('#') {
                cases.last_mut().unwrap().1.push(line.to_owned());
            }
        }
    }
    cases
}

/// Where what is found differs from what a table says.
fn differences(cases: &[(String, Vec<String>)]) -> String {
    let mut wrong = String::new();
    for (text, expected) in cases {
        let expected: BTreeSet<String> = expected.iter().cloned().collect();
        let found = listed(text);
        if found != expected {
            let missing: Vec<_> = expected.difference(&found).collect();
            let surplus: Vec<_> = found.difference(&expected).collect();
            writeln!(wrong, "{text}\n  missing {missing:?}\n  surplus {surplus:?}").unwrap();
        }
        assert_sound(text);
    }
    wrong
}

#[test]
fn the_tables_hold() {
    let cases = tables("");
    assert!(cases.len() >= 120);
    let wrong = differences(&cases);
    assert!(wrong.is_empty(), "{wrong}");
}

/// Complaints, chat, mail, statements and reports as they are written in Japan, and traps among them.
#[test]
fn the_japanese_corpus_holds() {
    let cases = tables("japanese");
    let traps = cases.iter().filter(|(_, expected)| expected.is_empty()).count();
    assert!(cases.len() >= 400 && traps * 3 >= cases.len(), "{traps} traps in {}", cases.len());
    for about in Indicators::new().kinds() {
        let line = |line: &String| line.split(' ').next() == Some(about.kind.tag());
        let times = cases.iter().filter(|(_, expected)| expected.iter().any(line)).count();
        assert!(times >= 2, "{} stands in {times} sentences", about.kind);
    }
    let wrong = differences(&cases);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn all_tables_in_one_text_give_what_each_line_gives() {
    let cases: Vec<_> = tables("").into_iter().chain(tables("japanese")).collect();
    // An empty line between: a mailer's line break joins lines.
    let text = cases.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("\n\n");
    let found: usize = cases.iter().map(|(text, _)| find(text).len()).sum();
    assert_eq!(find(&text).len(), found);
    assert_sound(&text);
}

/// The lines of the golden vectors: kind, text, canonical form or why there is none.
fn vectors() -> Vec<(String, String, String)> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/indicators/vectors.tsv")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let cells = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        (cells[0].to_owned(), cells[1].to_owned(), cells[2].to_owned())
    };
    lines.map(cells).collect()
}

#[test]
fn canonical_forms_and_checks_are_those_of_the_vectors() {
    let (indicators, mut wrong) = (Indicators::new(), String::new());
    assert_eq!(CANON_VERSION, 2, "a new version needs its vectors looked at");
    for (kind, text, expected) in vectors() {
        let read = indicators.read(kind_alias(&kind).unwrap(), &text);
        let got = read.map_or("-".to_owned(), |form| format!("{}{}", if form.verified { "" } else { "?" }, form.value));
        if got != expected {
            writeln!(wrong, "{kind} {text}: {got}, not {expected}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    for about in indicators.kinds() {
        let of = |wanted: bool| {
            vectors().iter().filter(|(kind, _, form)| kind == about.kind.tag() && (form != "-") == wanted).count()
        };
        assert!(of(true) > 0 && of(false) > 0, "{} has no vector, or none that is refused", about.kind);
    }
}

#[test]
fn what_is_defanged_is_read_back_alone_and_in_a_sentence() {
    let indicators = Indicators::new();
    for (kind, _, value) in vectors().into_iter().filter(|(_, _, form)| form != "-") {
        let (kind, value) = (kind_alias(&kind).unwrap(), value.trim_start_matches('?'));
        let safe = defanged(kind, value);
        assert_eq!(indicators.canonical(kind, &safe).as_deref(), Some(value), "{kind} {safe}");
        let opens = matches!(kind.tag(), "ipv4" | "ipv6" | "domain" | "url" | "email" | "onion");
        assert_eq!(opens, safe != value && kind.tag() != "invite", "{kind} {safe}");
        if opens {
            let sentence = format!("通信先は「{safe}」であった。");
            assert!(
                listed(&sentence).iter().any(|line| *line == format!("{kind} {value}")),
                "{sentence}: {:?}",
                listed(&sentence)
            );
        }
    }
}

/// The folder of shared test data, where there is one.
fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let dir = std::env::var_os("ITOGUCHI_SHARED").map_or_else(beside, PathBuf::from);
    dir.is_dir().then_some(dir)
}

/// Rows (from 1) on which each value was found.
fn rows_of(text: &str) -> BTreeMap<(String, String), BTreeSet<u64>> {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut rows: BTreeMap<(String, String), BTreeSet<u64>> = BTreeMap::new();
    let hits = find(text);
    for (hit, value) in hits.iter() {
        let row = starts.partition_point(|start| *start <= hit.span.start as usize) as u64;
        rows.entry((hit.kind.tag().to_owned(), value.to_owned())).or_default().insert(row);
    }
    rows
}

fn check_truth(text: &str, truth: &serde_json::Value, what: &str, wrong: &mut String) {
    let found = rows_of(text);
    let entries = |name: &str| truth[name].as_array().unwrap().clone();
    for entry in entries("needles").into_iter().chain(entries("pii")) {
        let name = entry["type"].as_str().or_else(|| entry["kind"].as_str()).unwrap();
        let Some(kind) = kind_alias(name) else { continue };
        let value = Indicators::new().canonical(kind, entry["value"].as_str().unwrap()).unwrap();
        let rows: BTreeSet<u64> =
            entry["rows"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).collect();
        let got = found.get(&(kind.tag().to_owned(), value.clone())).cloned().unwrap_or_default();
        if got != rows {
            writeln!(wrong, "{what}: {kind} {value}: found on {got:?}, planted on {rows:?}: {}", entry["spellings"])
                .unwrap();
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    for entry in entries("near_misses") {
        let value = entry["value"].as_str().unwrap();
        for row in entry["rows"].as_array().unwrap() {
            let line = lines[usize::try_from(row.as_u64().unwrap()).unwrap() - 1];
            let at = line.find(value).unwrap();
            let hits = find(line);
            let touches =
                |hit: &itoguchi::model::Hit| (hit.span.start as usize) < at + value.len() && hit.span.end as usize > at;
            if let Some((hit, _)) = hits.iter().find(|(hit, _)| touches(hit) && hit.kind.tag() != "url") {
                writeln!(wrong, "{what}: {value} reported as {}", hit.kind).unwrap();
            }
        }
    }
}

#[test]
fn everything_planted_is_found_on_its_rows_and_no_look_alike() {
    let Some(generator) = shared().map(|dir| dir.join("bench/gen_logs.py")).filter(|path| path.is_file()) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for seed in ["1", "7", "23"] {
        let out = dir.path().join(seed);
        let made = Command::new("python3")
            .arg(&generator)
            .args(["--format", "all", "--rows", "3000", "--quiet", "--seed", seed, "--out"])
            .arg(&out)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        for name in ["access.log", "auth.log", "eve.jsonl", "bank.csv", "exchange.csv", "notes.txt"] {
            let text = fs::read_to_string(out.join(name)).unwrap();
            let truth = fs::read_to_string(out.join(format!("{name}.truth.json"))).unwrap();
            check_truth(&text, &serde_json::from_str(&truth).unwrap(), &format!("{name} {seed}"), &mut wrong);
        }
        // As banks and exchanges export them.
        for format in ["bank", "exchange", "notes"] {
            let path = out.join(format!("{format}-cp932"));
            let options =
                ["--rows", "1500", "--quiet", "--seed", seed, "--encoding", "cp932", "--format", format, "--out"];
            assert!(Command::new("python3").arg(&generator).args(options).arg(&path).status().unwrap().success());
            let bytes = fs::read(&path).unwrap();
            let (text, _, lossy) = encoding_rs::SHIFT_JIS.decode(&bytes);
            assert!(!lossy);
            let truth = fs::read_to_string(out.join(format!("{format}-cp932.truth.json"))).unwrap();
            check_truth(&text, &serde_json::from_str(&truth).unwrap(), &format!("{format} cp932 {seed}"), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn marks_describe_and_documentation_is_never_benign() {
    let indicators = Indicators::new();
    let mark = |kind: &str, value: &str| indicators.benign(kind_alias(kind).unwrap(), value).is_some();
    for (kind, value) in [
        ("ipv4", "10.0.0.1"),
        ("ipv4", "127.0.0.1"),
        ("ipv4", "100.64.1.1"),
        ("ipv4", "8.8.8.8"),
        ("ipv6", "fe80::1"),
        ("domain", "www.google.com"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e"),
    ] {
        assert!(mark(kind, value), "{kind} {value}");
    }
    for (kind, value) in [("ipv4", "203.0.113.5"), ("ipv6", "2001:db8::1"), ("domain", "login.example.jp")] {
        assert!(!mark(kind, value) && documentation(kind_alias(kind).unwrap(), value), "{kind} {value}");
    }
    assert!(!find("10.0.0.1 www.google.com").is_empty(), "a mark never drops");
}

/// Texts that make a careless scanner go back and forth.
#[test]
fn hostile_texts_end() {
    let parts = [
        "a",
        "1",
        ".",
        "1.",
        "a.",
        "@",
        "a@",
        "a@a.",
        "[",
        "[.]",
        "a[.]",
        "(",
        "://",
        "http://",
        "http://a.jp/",
        "http://あ.",
        ":",
        "a:",
        "::",
        "-",
        "1-",
        "1 ",
        "0 ",
        "+81 ",
        "0x",
        "bc1",
        "f",
        "。",
        "a。",
        "０",
        "あ.",
        "。jp",
        "%40",
        "\\n",
        "\\u3042",
        "普通 1234567 ",
        "記号10530 番号",
        "CVE-",
        "_",
        "a_1.",
        "http://(",
        "http://a.jp/)",
        "\u{feff}",
        "\u{200b}a",
        "xn--",
        "http://xn--",
        "%40",
        "a%40b.",
        "%3A%2F%2F",
        "=3D",
        "=3D\"=E3=81",
        "aHR0cDovL2V4YW1wbGUu",
        "68747470",
        "〇",
        "〇九",
        "の0",
        "090の1234の",
        "LINE ID:",
        "Telegram @",
        "@a",
        "T1566.",
        "AS1",
        "MAC ",
        "00:",
        "4111 1111 ",
        "<http://a.jp/\n",
        "https://t.me/",
        "https://line.me/ti/p/~",
        "1111111111111111111111111",
        "abcdefghijklmnopqrstuvwxy/",
    ];
    for part in parts {
        find(&part.repeat(60_000 / part.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_harm(text in "\\PC{0,200}") {
        assert_sound(&text);
    }

    #[test]
    fn texts_made_of_pieces_are_read_without_harm(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "203.0.113.5", "example.jp", "例え", "。", "．", ".", "@", "＠", "[.]", "(at)", "hxxps://", "http://", "/", "?a=", ":", "::",
                "2001:db8::1", "user", "+", "%40", "090", "-", "ー", "1234", "5678", " ", "　", "「", "」", "です", "普通", "記号10530", "番号",
                "０９０", "ｊｐ", "\\n", "\n", "+81", "(", ")", "（", "）", "0", "0x", "f", "CVE-2026-", "_", "☆", "ドット", "\u{200b}", "\u{feff}",
                "銀行(9998)", "支店(998)", "12345671", "bc1q", ".onion", "xn--", "www.", "com", "test", ",", "'", "\"",
            ]),
            0..14,
        )
    ) {
        assert_sound(&pieces.concat());
    }

    #[test]
    fn what_is_canonical_stays_so_whatever_it_was_made_of(text in "[ -~。．ａ-ｚ０-９ー例え\\[\\]]{0,60}") {
        let indicators = Indicators::new();
        for about in indicators.kinds() {
            if let Some(value) = indicators.canonical(about.kind, &text) {
                let again = indicators.canonical(about.kind, &value);
                prop_assert_eq!(again.as_deref(), Some(value.as_str()), "{} of {:?}", about.kind, text);
            }
        }
    }

    #[test]
    fn urls_and_mails_stay_themselves_when_defanged_and_read(
        label in "[a-z][a-z0-9-]{0,8}[a-z0-9]",
        zone in prop::sample::select(vec!["jp", "com", "co.jp", "xn--q9jyb4c", "test"]),
        path in "(/[a-zA-Z0-9._~%()!$*+;=:@-]{0,12}){0,3}",
        query in "(\\?[a-z]{1,4}=[a-zA-Z0-9._/%'{}-]{0,12})?",
        port in prop::option::of(1_u16..),
        scheme in prop::sample::select(vec!["http", "https", "ftp", "HTTPS"]),
    ) {
        let indicators = Indicators::new();
        let (url, email) = (kind_alias("url").unwrap(), kind_alias("email").unwrap());
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let written = format!("{scheme}://{label}.{zone}{port}{path}{query}");
        let value = indicators.canonical(url, &written);
        prop_assert!(value.is_some(), "{}", written);
        let value = value.unwrap();
        prop_assert_eq!(indicators.canonical(url, &value), Some(value.clone()));
        prop_assert_eq!(indicators.canonical(url, &defanged(url, &value)), Some(value));
        let mail = indicators.canonical(email, &format!("{label}@{label}.{zone}")).unwrap();
        prop_assert_eq!(indicators.canonical(email, &defanged(email, &mail)), Some(mail));
    }

    #[test]
    fn defanged_addresses_come_back(octets in any::<[u8; 4]>(), dot in prop::sample::select(vec![".", "[.]", "(.)", "{.}", "[dot]", "(ドット)", "。", "．", "｡"])) {
        let plain = octets.map(|octet| octet.to_string()).join(".");
        let text = format!("通信先「{}」", plain.replace('.', dot));
        let expected = format!("ipv4 {plain}");
        prop_assert_eq!(listed(&text), BTreeSet::from([expected]));
    }
}
