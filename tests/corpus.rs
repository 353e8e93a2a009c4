//! Logs whose makers or readers say what must come out of them: all of it is compared, and the score is printed.
//!
//! Skipped where the corpus is absent.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail, and says how it went")]

use itoguchi::ingest::{HEAD, Overrides, Reader, Settler, detect, encoding, form, parse};
use itoguchi::model::record::When;
use itoguchi::model::{Field, FieldReader as _, Instant};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("ITOGUCHI_SHARED").map(PathBuf::from);
    let root = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")).join("corpus");
    root.is_dir().then_some(root)
}

fn expected(folder: &Path) -> BTreeMap<String, Value> {
    serde_json::from_slice(&std::fs::read(folder.join("EXPECTED.json")).unwrap()).unwrap()
}

/// One record as read.
struct Record {
    at: Option<Instant>,
    is_reject: bool,
    text: String,
    fields: Vec<(String, String)>,
}

impl Record {
    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value)
    }
}

fn read(path: &Path) -> (String, Vec<Record>) {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let head = &bytes[..bytes.len().min(HEAD)];
    let overrides = Overrides { zone: Some("UTC".to_owned()), year: Some(2005), ..Overrides::default() };
    let form = form(head, &detect(head, name.as_bytes()), &overrides).unwrap();
    let mut parsed = parse(&form, &bytes, 0, 0, true, true);
    Settler::new(&form).settle(&mut parsed);
    let records = parsed.records.iter().zip(&parsed.text_ranges).map(|(record, range)| {
        let text = parsed.text[range.start as usize..range.end as usize].to_owned();
        let mut fields: Vec<Field<'_>> = Vec::new();
        Reader.fields(&form, &text, &mut fields);
        let fields = fields.into_iter().map(|field| (field.name.into_owned(), field.value.into_owned())).collect();
        let at = if let When::At { instant, .. } = record.when { Some(instant) } else { None };
        Record { at, is_reject: record.reject.is_some(), text: text.clone(), fields }
    });
    (form.format.clone(), records.collect())
}

/// Facts compared, those that hold, and what the others say.
#[derive(Default)]
struct Score {
    all: usize,
    good: usize,
    wrong: Vec<String>,
}

impl Score {
    fn fact(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.all += 1;
        self.good += usize::from(holds);
        if !holds {
            self.wrong.push(what());
        }
    }

    fn tell(&self, name: &str, least: usize) {
        println!("{name}: {} of {} facts", self.good, self.all);
        assert!(self.all > 0 && self.good * 100 >= self.all * least, "{name}\n{}", self.wrong.join("\n"));
    }
}

fn instant(text: &str) -> Option<Instant> {
    let stamp = itoguchi::ingest::times::whole(text, false)?;
    let mut clock = itoguchi::ingest::times::Clock::new(&itoguchi::model::time::TimeSetting {
        zone: Some("UTC".to_owned()),
        ..Default::default()
    });
    clock.place(&stamp).when.instant()
}

#[test]
fn cloud_trails_are_read_event_by_event() {
    let Some(root) = corpus() else { return };
    let folder = root.join("json-logs/aws-cloudtrail-stratus");
    let mut score = Score::default();
    for (name, facts) in expected(&folder) {
        let (format, records) = read(&folder.join(&name));
        score.fact(format == "json" && records.len() as u64 == facts["records"].as_u64().unwrap(), || {
            format!("{name}: {format}, {} records not {}", records.len(), facts["records"])
        });
        let mut names: BTreeMap<&str, u64> = BTreeMap::new();
        records.iter().for_each(|record| *names.entry(record.field("eventname")).or_default() += 1);
        // The twelve most frequent are listed.
        let listed = facts["event_names"].as_object().unwrap();
        let same = listed.iter().all(|(event, count)| names.get(event.as_str()).copied() == count.as_u64());
        score.fact(same, || format!("{name}: {names:?}"));
        let ips: BTreeSet<&str> = records.iter().map(|record| record.field("sourceipaddress")).collect();
        score.fact(ips.len() as u64 == facts["source_ips"].as_u64().unwrap(), || format!("{name}: {ips:?}"));
        let times = || records.iter().filter_map(|record| record.at);
        for (key, got) in [("first", times().min()), ("last", times().max())] {
            score.fact(got.is_some() && got == instant(facts[key].as_str().unwrap()), || {
                format!("{name}: {key} {got:?}")
            });
        }
    }
    score.tell("CloudTrail", 100);
}

#[test]
fn alerts_are_the_same_from_an_array_and_from_lines() {
    let Some(root) = corpus() else { return };
    let folder = root.join("json-logs/suricata-eve-alerts");
    let mut score = Score::default();
    for (name, facts) in expected(&folder) {
        let (array, from_array) = read(&folder.join(&name).join("alerts-only.json"));
        let (lines, from_lines) = read(&folder.join(&name).join("eve.jsonl"));
        assert_eq!((array.as_str(), lines.as_str()), ("json", "jsonl"));
        for records in [&from_array, &from_lines] {
            score.fact(records.len() as u64 == facts["alerts"].as_u64().unwrap(), || {
                format!("{name}: {}", records.len())
            });
            let distinct =
                |field: &str| records.iter().map(|record| record.field(field)).collect::<BTreeSet<_>>().len() as u64;
            score.fact(distinct("src_ip") == facts["distinct_src_ips"].as_u64().unwrap(), || format!("{name}: src_ip"));
            score.fact(distinct("alert.signature_id") == facts["distinct_signature_ids"].as_u64().unwrap(), || {
                format!("{name}: ids")
            });
            let first = records.iter().filter_map(|record| record.at).min();
            score.fact(first.is_some() && first == instant(facts["first"].as_str().unwrap()), || {
                format!("{name}: {first:?}")
            });
        }
        let same = from_array.iter().zip(&from_lines).all(|(a, b)| a.fields == b.fields && a.at == b.at);
        score.fact(same, || format!("{name}: fields differ"));
    }
    score.tell("Suricata", 100);
}

#[test]
fn data_sets_of_windows_and_cloud_events_keep_every_record() {
    let Some(root) = corpus() else { return };
    let folder = root.join("json-logs/security-datasets");
    let mut score = Score::default();
    for (name, facts) in expected(&folder) {
        let (format, records) = read(&folder.join(&name));
        let wanted = facts["records"].as_u64().unwrap();
        if wanted == 0 {
            // Not JSON at all: audit lines.
            continue;
        }
        score.fact(records.len() as u64 == wanted, || format!("{name}: {format} {} not {wanted}", records.len()));
        score
            .fact(records.iter().all(|record| record.at.is_some() && !record.is_reject), || format!("{name}: undated"));
        if let Some(counts) = facts.get("by_event_id_or_name").and_then(Value::as_object) {
            let known = ["eventid", "eventname", "operation", "operationname", "event_id"];
            let mut names: BTreeMap<String, u64> = BTreeMap::new();
            for record in &records {
                let value = known.iter().map(|field| record.field(field)).find(|value| !value.is_empty());
                *names.entry(value.unwrap_or("").to_owned()).or_default() += 1;
            }
            score.fact(serde_json::to_value(&names).unwrap() == Value::Object(counts.clone()), || {
                format!("{name}: {names:?}")
            });
        }
    }
    score.tell("Security datasets", 95);
}

/// What the reference program says: times are its own strings, `0000` where a line has no year, no offset where it has no zone.
fn is_time(wanted: &str, got: Instant) -> bool {
    let local = got.timestamp().strftime("%m-%dT%H:%M:%S").to_string();
    if wanted.starts_with("000") {
        return wanted.get(5..19) == Some(local.as_str());
    }
    instant(wanted) == Some(got) || instant(wanted).is_some_and(|at| at.0 / 1_000_000_000 == got.0 / 1_000_000_000)
}

#[test]
fn records_a_reference_program_checks_hold_the_same_values() {
    let Some(root) = corpus() else { return };
    let folder = root.join("logs/plaso");
    let mut score = Score::default();
    for (name, facts) in expected(&folder) {
        if !["iis/", "jsonl/", "syslog/", "apache", "windows_firewall", "vsftpd", "audit"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            continue;
        }
        let (_, records) = read(&folder.join(&name));
        let mut read: Vec<&Record> = records.iter().filter(|record| !record.is_reject).collect();
        for test in facts["plaso_tests"].as_array().into_iter().flatten() {
            let count = test["number_of_records"].as_u64().unwrap_or(0);
            // It gives up on a line that is not of the format; here that is a record, marked so.
            let tolerated = test["number_of_warnings"].as_u64().unwrap_or(0) + 4;
            score.fact((read.len() as u64).abs_diff(count) <= tolerated, || {
                format!("{name}: {} not {count}", read.len())
            });
            if read.len() as u64 != count {
                read.retain(|record| record.at.is_some());
            }
            for checked in test["checked_records"].as_array().into_iter().flatten() {
                for (key, wanted) in checked["values"].as_object().unwrap() {
                    let text = match wanted {
                        Value::String(text) => text.clone(),
                        Value::Number(number) => number.to_string(),
                        _ => continue,
                    };
                    // Names it makes up, words for numbers, and texts it puts together.
                    if matches!(key.as_str(), "data_type" | "facility" | "severity" | "username") {
                        continue;
                    }
                    let holds = |record: &Record| {
                        if key.ends_with("_time") {
                            return record.at.is_some_and(|at| is_time(&text, at));
                        }
                        record.fields.iter().any(|(_, value)| *value == text) || record.text.contains(&text)
                    };
                    score.fact(read.iter().any(|record| holds(record)), || format!("{name}: {key} {text}"));
                }
            }
        }
    }
    score.tell("Reference values", 95);
}

#[test]
fn logs_split_by_hand_have_the_same_parts() {
    let Some(root) = corpus() else { return };
    let folder = root.join("logs/loghub");
    let mut score = Score::default();
    for (name, process, pid) in [("OpenSSH_2k", "", "Pid"), ("Linux_2k", "Component", "PID")] {
        let (_, records) = read(&folder.join(format!("{name}.log")));
        let (_, gold) = read(&folder.join(format!("{name}.log_structured.csv")));
        assert_eq!((records.len(), gold.len()), (2_000, 2_000));
        for (record, gold) in records.iter().zip(&gold) {
            let same = |ours: &str, theirs: &str| {
                // The table trimmed what it cut out.
                theirs.is_empty() || record.field(ours).trim() == gold.field(&theirs.to_lowercase()).trim()
            };
            score.fact(same("pid", pid), || format!("pid: {}", record.text));
            score.fact(same("process", process), || format!("process: {}", record.text));
            score.fact(same("message", "Content"), || format!("message: {}", record.text));
            let clock = record.at.map(|at| at.timestamp().strftime("%H:%M:%S").to_string());
            score.fact(clock.as_deref() == Some(gold.field("time")), || format!("time: {}", record.text));
        }
    }
    score.tell("Logs split by hand", 98);
}

#[test]
fn golden_zeek_logs_have_as_many_rows() {
    let Some(root) = corpus() else { return };
    let folder = root.join("pcap/zeek-traces");
    let mut score = Score::default();
    for (name, facts) in expected(&folder) {
        for (log, rows) in facts["log_rows"].as_object().into_iter().flatten() {
            let text = std::fs::read_to_string(folder.join(format!("{name}.expected")).join(log)).unwrap();
            if !text.contains("\n#fields") {
                // Cut to some columns by the test suite: no log of Zeek's any more.
                continue;
            }
            let (format, records) = read(&folder.join(format!("{name}.expected")).join(log));
            let fits = records.iter().all(|record| record.fields.iter().all(|(name, _)| !name.starts_with("column_")));
            let right = format == "zeek" && records.len() as u64 == rows.as_u64().unwrap() && fits;
            score.fact(right, || format!("{name}/{log}: {format} {} not {rows}", records.len()));
        }
    }
    score.tell("Zeek", 100);
}

#[test]
fn encodings_are_told_as_they_are() {
    let Some(root) = corpus() else { return };
    let folder = root.join("encodings/chardet");
    let mut score = Score::default();
    for (name, facts) in expected(&folder) {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        let wanted = encoding::from_label(facts["encoding"].as_str().unwrap()).map(encoding::label);
        let got = detect(&bytes[..bytes.len().min(HEAD)], b"").encoding;
        score.fact(wanted == Some(got), || format!("{name}: {got} not {wanted:?}"));
    }
    score.tell("Encodings", 90);
}
