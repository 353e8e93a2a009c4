//! Windows event logs: what the corpus says must come out of them, and what never happens whatever is broken.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::ingest::{Cutter, Overrides, Parsed, Reader, Settler, Watched, detect, form, parse};
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::{FieldReader as _, Lang, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Session, find, import};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("ITOGUCHI_SHARED").map(PathBuf::from);
    let root = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")).join("corpus");
    root.is_dir().then_some(root)
}

fn read(bytes: &[u8]) -> (ReadingForm, Parsed) {
    let detection = detect(bytes, b"log.evtx");
    assert_eq!(detection.format, "evtx");
    let form = form(bytes, &detection, &Overrides::default()).unwrap();
    let (mut cutter, mut settler, mut all) = (Cutter::new(&form), Settler::new(&form), Parsed::default());
    let mut at = 0;
    while at < bytes.len() {
        let end = bytes.len().min(at + (2 << 20));
        let cut = cutter.cut(&bytes[at..end], 1 << 20, end == bytes.len());
        assert!(cut.len > 0);
        let mut part = parse(&form, &bytes[at..at + cut.len], at as u64, 0, at == 0, at + cut.len == bytes.len());
        settler.settle(&mut part);
        let base = u32::try_from(all.text.len()).unwrap();
        all.text.push_str(&part.text);
        all.text_ranges.extend(part.text_ranges.iter().map(|range| range.start + base..range.end + base));
        all.records.append(&mut part.records);
        at += cut.len;
    }
    (form, all)
}

fn texts(parsed: &Parsed) -> impl Iterator<Item = &str> {
    parsed.text_ranges.iter().map(|range| &parsed.text[range.start as usize..range.end as usize])
}

fn field<'f>(fields: &'f [itoguchi::model::Field<'_>], name: &str) -> Option<&'f str> {
    fields.iter().find(|field| field.name == name).map(|field| field.value.as_ref())
}

#[test]
fn every_log_of_the_corpus_gives_what_evtx_dump_gives() {
    let Some(root) = corpus() else { return };
    let (mut files, mut records, mut wrong) = (0, 0, Vec::new());
    for source in ["omerbenamram-evtx", "evtx-attack-samples", "hayabusa-sample-evtx"] {
        let folder = root.join("evtx").join(source);
        let Ok(expected) = std::fs::read(folder.join("EXPECTED.json")) else { continue };
        let expected: BTreeMap<String, Value> = serde_json::from_slice(&expected).unwrap();
        for (name, facts) in expected {
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            let (form, parsed) = read(&bytes);
            files += 1;
            records += parsed.records.len();
            let mut counts: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
            for text in texts(&parsed) {
                let mut fields = Vec::new();
                Reader.fields(&form, text, &mut fields);
                for (plural, name) in [
                    ("event_ids", "event_id"),
                    ("channels", "channel"),
                    ("computers", "computer"),
                    ("providers", "provider"),
                ] {
                    // The list of expected counts was made with Python, where nothing is None.
                    let value = field(&fields, name)
                        .filter(|value| !matches!(*value, "" | "null"))
                        .unwrap_or("None")
                        .to_owned();
                    *counts.entry(plural).or_default().entry(value).or_default() += 1;
                }
            }
            let mut differs = Vec::new();
            if facts["records"].as_u64() != Some(parsed.records.len() as u64) {
                differs.push(format!("records {} not {}", parsed.records.len(), facts["records"]));
            }
            for (plural, got) in counts {
                if facts.get(plural).is_some_and(|wanted| *wanted != serde_json::to_value(&got).unwrap()) {
                    differs.push(format!("{plural} {got:?} not {}", facts[plural]));
                }
            }
            let mut times: Vec<_> = parsed.records.iter().filter_map(|record| record.when.instant()).collect();
            times.sort_unstable();
            for (key, got) in [("first_time", times.first()), ("last_time", times.last())] {
                let wanted = facts.get(key).map(|wanted| wanted.as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
                if wanted.is_some() && wanted != got.map(|got| got.timestamp()) {
                    differs.push(format!("{key} {got:?} not {}", facts[key]));
                }
            }
            let mut watched = Watched::new(bytes.as_slice());
            watched.read_to_end(&mut Vec::new()).unwrap();
            if watched.records() != Some(parsed.records.len() as u64) || watched.damage(Lang::En).is_some() {
                println!(
                    "{name}: {:?} announced, {} read, {:?}",
                    watched.records(),
                    parsed.records.len(),
                    watched.damage(Lang::En)
                );
            }
            // What a record is said to be stands where it is said to stand.
            for record in &parsed.records {
                let start = usize::try_from(record.offset).unwrap();
                assert_eq!(&bytes[start..start + 4], b"\x2a\x2a\0\0", "{name}");
                let len = u32::from_le_bytes(bytes[start + 4..start + 8].try_into().unwrap());
                assert_eq!(record.len, len, "{name}");
            }
            if !differs.is_empty() {
                wrong.push(format!("{source}/{name}: {}", differs.join("; ")));
            }
        }
    }
    println!("evtx corpus: {} of {files} files as expected, {records} records", files - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_text_of_a_record_is_the_line_evtx_dump_writes() {
    let Some(root) = corpus() else { return };
    let folder = root.join("evtx/omerbenamram-evtx");
    let (mut same, mut all) = (0, 0);
    for name in
        ["Security_short_selected.evtx", "MSExchange_Management_wec.evtx", "new-user-security.evtx", "issue_201.evtx"]
    {
        let Ok(expected) = std::fs::read_to_string(folder.join(format!("{name}.expected.jsonl"))) else { continue };
        let (_, parsed) = read(&std::fs::read(folder.join(name)).unwrap());
        let wanted: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for text in texts(&parsed) {
            all += 1;
            same += usize::from(wanted.contains(&serde_json::from_str(text).unwrap()));
        }
    }
    println!("evtx lines: {same} of {all} equal");
    assert_eq!(same, all);
}

#[test]
fn an_event_is_found_by_its_text_and_cited_by_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/evtx");
    let session = Session::create(&dir.path().join("case.itoguchi"), "11", "取扱者", None).unwrap();
    let mut rows = Vec::new();
    for name in ["two_blocks", "damaged_block"] {
        let file = dir.path().join(format!("{name}.evtx"));
        std::fs::copy(fixtures.join(format!("{name}.in")), &file).unwrap();
        import::add(&session, None, &[file], &AddOptions::default(), &Ticket::new(), &mut |outcome| match outcome {
            Outcome::Added { row, .. } => rows.push(row),
            Outcome::Failed { error, .. } => panic!("{error}"),
        })
        .unwrap();
    }
    let facts = |at: usize| (rows[at]["format"].as_str(), rows[at]["rows"].as_u64(), rows[at]["lines"].is_null());
    assert_eq!(facts(0), (Some("evtx"), Some(3), true));
    assert!(rows[0]["damaged"].is_null());
    assert_eq!(facts(1), (Some("evtx"), Some(1), true));
    let damaged = rows[1]["damaged"].as_str().unwrap();
    for told in ["読めないブロック1個（位置 4096）", "検査値の合わない", "途中で切れている", "読めない記録1件"]
    {
        assert!(damaged.contains(told), "{damaged}");
    }
    // By word, by field, by address: the text is the decoded layer, the place is that in the file.
    for query in ["更新サービス", "event_id:7045", "servicename:更新サービス", "user:S-1-5-18"] {
        let found = find::search(&session, query, None, None, &Ticket::new()).unwrap();
        assert_eq!(found.rows.len(), 2, "{query}");
        find::each_row(&session, &found.rows, 10, &mut |row| {
            assert!(row.text.contains("更新サービス") && row.len > 1_000);
            let bytes = session.store.read_range(row.key, row.offset, row.len).unwrap();
            assert!(bytes.starts_with(b"\x2a\x2a\0\0") && bytes.len() as u64 == row.len);
            let citation = session.store.citation(row.key, row.row).unwrap();
            assert_eq!((citation.offset, citation.len), (row.offset, row.len));
            Ok(())
        })
        .unwrap();
    }
    let found = find::search(&session, "ip:203.0.113.5", None, None, &Ticket::new()).unwrap();
    assert_eq!(found.rows.len(), 1);
}
