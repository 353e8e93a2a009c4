//! Message templates: measured against what people grouped by hand, and exact over any rows.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::model::{EvidenceKey, RowSet, Ticket};
use itoguchi::search::{Asked, Miner, Rows, Scope, Templates, templates};
use itoguchi::workbench::import::{AddOptions, add};
use itoguchi::workbench::{Session, find};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The loghub samples: real logs of which people said which lines are one event. Skipped where the corpus is absent.
fn samples() -> Vec<PathBuf> {
    let shared = std::env::var_os("ITOGUCHI_SHARED").map(PathBuf::from);
    let root =
        shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")).join("corpus/logs/loghub");
    let Ok(files) = std::fs::read_dir(root) else { return Vec::new() };
    let mut all: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.to_string_lossy().ends_with("_structured.csv"));
    all.sort();
    all
}

fn cells(line: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => out.last_mut().unwrap().push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

fn mined<'t>(texts: impl IntoIterator<Item = &'t str>) -> Templates {
    let mut miner = Miner::default();
    for (row, text) in (0..).zip(texts) {
        miner.add(text, (EvidenceKey(1), row));
    }
    miner.finish(&Ticket::new()).unwrap()
}

/// Share of lines whose group is exactly the group people made (Zhu et al., "Tools and Benchmarks for Automated Log
/// Parsing", 2019).
fn accuracy(lines: &[(String, String)]) -> (f64, usize, usize) {
    let found = mined(lines.iter().map(|(text, _)| text.as_str()));
    let mut truth: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut ours: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (at, (text, event)) in lines.iter().enumerate() {
        truth.entry(event).or_default().insert(at);
        ours.entry(found.of(text).unwrap()).or_default().insert(at);
    }
    let groups: BTreeSet<&BTreeSet<usize>> = truth.values().collect();
    let right: usize = ours.values().filter(|group| groups.contains(group)).map(BTreeSet::len).sum();
    (right as f64 / lines.len() as f64, ours.len(), truth.len())
}

#[test]
fn groups_are_those_that_people_made() {
    let mut scores = Vec::new();
    for path in samples() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut rows = text.lines().map(cells);
        let head = rows.next().unwrap();
        let column = |name: &str| head.iter().position(|cell| cell == name).unwrap();
        let (content, event) = (column("Content"), column("EventId"));
        let lines: Vec<(String, String)> =
            rows.map(|mut row| (std::mem::take(&mut row[content]), std::mem::take(&mut row[event]))).collect();
        let (score, ours, truth) = accuracy(&lines);
        let name = path.file_name().unwrap().to_string_lossy().replace("_2k.log_structured.csv", "");
        println!("{name}: {} lines, {ours} templates for {truth} events, grouping accuracy {score:.4}", lines.len());
        assert!(score >= 0.9, "{name} {score}");
        scores.push(score);
    }
    if !scores.is_empty() {
        println!("mean of {}: {:.4}", scores.len(), scores.iter().sum::<f64>() / scores.len() as f64);
    }
}

#[test]
fn five_kinds_of_line_read_as_five_and_the_rare_one_stands_first() {
    let mut lines: Vec<String> = Vec::new();
    let users = ["kato", "sato", "suzuki", "tanaka", "ito"];
    for at in 0..2_000_usize {
        let (user, host) = (users[at % 5], at % 250);
        lines.push(format!("Failed password for invalid user {user} from 203.0.113.{host} port {at} ssh2"));
        lines.push(format!("session opened for user {user} by (uid={})", at % 7));
        lines.push(format!("利用者「{user}」が {at} 件の伝票を印刷しました"));
        lines.push(format!("Connection closed by 203.0.113.{host}"));
    }
    lines.insert(4_321, "Accepted publickey for root from 198.51.100.7 port 40022 ssh2".to_owned());
    let found = mined(lines.iter().map(String::as_str));
    let texts: Vec<(&str, u64)> = found.list.iter().map(|one| (one.text.as_str(), one.count)).collect();
    assert_eq!(
        texts,
        [
            ("Accepted publickey for root from <*> port <*> <*>", 1),
            ("Connection closed by <*>", 2_000),
            ("Failed password for invalid user <*> from <*> port <*> <*>", 2_000),
            ("session opened for user <*> by (uid=<*>)", 2_000),
            ("利用者「<*>」が <*> 件の伝票を印刷しました", 2_000),
        ]
    );
    assert_eq!((found.list[0].first, found.total, found.others), ((EvidenceKey(1), 4_321), 8_001, 0));
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{1,2}( [a-d]{1,2}){0,5}",
        "(up|down) [a-z]{1,3} (from|to) [0-9a-f:.]{1,8}( \\([a-z0-9]{0,3}\\))?",
        "\\PC{0,20}",
        "[ \\t]{0,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_in_exactly_one_template_whatever_the_order(
        lines in prop::collection::vec(line(), 0..80), turn in any::<prop::sample::Index>(),
    ) {
        let found = mined(lines.iter().map(String::as_str));
        let mut counts = vec![0_u64; found.list.len()];
        for (row, text) in (0..).zip(&lines) {
            let number = found.of(text).unwrap();
            counts[number] += 1;
            prop_assert!(found.list[number].first.1 <= row);
        }
        prop_assert_eq!(&counts, &found.list.iter().map(|one| one.count).collect::<Vec<_>>());
        prop_assert!(found.list.is_sorted_by_key(|one| one.count));
        let mut turned = lines.clone();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
        }
        let again = mined(turned.iter().map(String::as_str));
        let texts = |found: &Templates| found.list.iter().map(|one| (one.text.clone(), one.count)).collect::<Vec<_>>();
        prop_assert_eq!(texts(&found), texts(&again));
    }
}

#[test]
fn what_does_not_fit_is_counted_and_never_lost() {
    let mut miner = Miner::default();
    let name = |mut at: u32| {
        let mut out = String::new();
        for _ in 0..5 {
            out.push(char::from(b'a' + u8::try_from(at % 20).unwrap()));
            at /= 20;
        }
        out
    };
    for at in 0..100_000 {
        miner.add(&name(at), (EvidenceKey(1), at));
    }
    let found = miner.finish(&Ticket::new()).unwrap();
    let counted: u64 = found.list.iter().map(|one| one.count).sum();
    assert_eq!((found.total, counted + found.others, found.list.len()), (100_000, 100_000, 1 << 16));
}

#[test]
fn templates_of_a_store_give_their_rows_back() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::create(&folder.path().join("a.itoguchi"), "11", "訓練太郎", None).unwrap();
    let path = folder.path().join("auth.log");
    let mut text = String::new();
    for at in 0..3_000 {
        let user = ["kato", "sato", "ito", "abe", "mori"][at % 5];
        let message = match at {
            1_500 => "Accepted password for kato from 198.51.100.9 port 22 ssh2".to_owned(),
            _ if at % 3 == 0 => format!("Invalid user {user} from 203.0.113.{}", at % 250),
            _ => format!("Failed password for {user} from 203.0.113.{} port {at} ssh2", at % 250),
        };
        writeln!(text, "Apr  1 08:{:02}:{:02} bastion sshd[{at}]: {message}", at / 60 % 60, at % 60).unwrap();
    }
    std::fs::write(&path, &text).unwrap();
    let options = AddOptions { zone: Some("Asia/Tokyo".into()), year: Some(2026), ..AddOptions::default() };
    add(&session, None, &[path], &options, &Ticket::new(), &mut |_| {}).unwrap();
    let scope = Scope::default();
    let all = Asked { rows: Rows::All(&scope), field: None, corpus: &*session.store, reader: &*session.reader };
    let found = templates(all, &Ticket::new()).unwrap();
    let texts: Vec<(&str, u64)> = found.list.iter().map(|one| (one.text.as_str(), one.count)).collect();
    assert_eq!(
        texts,
        [
            ("Accepted password for kato from <*> port <*> <*>", 1),
            ("Invalid user <*> from <*>", 999),
            ("Failed password for <*> from <*> port <*> <*>", 2_000),
        ]
    );
    let rows = |which: &[usize]| found.rows(which, all, &Ticket::new()).unwrap();
    assert_eq!(rows(&[0]), RowSet::of(EvidenceKey(1), [1_500].into_iter().collect()));
    assert_eq!(rows(&[1, 2]).len(), 2_999);
    // Over a part of the rows, of one field.
    let some = find::search(&session, "Invalid", None, None, &Ticket::new()).unwrap().rows;
    let part = Asked { rows: Rows::Only(&some), field: Some("host"), ..all };
    let hosts = templates(part, &Ticket::new()).unwrap();
    assert_eq!((hosts.list.len(), hosts.list[0].text.as_str(), hosts.list[0].count), (1, "bastion", 999));
    let none = templates(Asked { field: Some("nosuch"), ..all }, &Ticket::new()).unwrap();
    assert_eq!((none.list.len(), none.absent, none.total), (0, 3_000, 3_000));
    let stopped = Ticket::new();
    stopped.cancel();
    assert!(templates(all, &stopped).is_err());
}
