//! Formats that a person defines: checked before they read anything, and kept with what they read.

use itoguchi::ingest::formats::Definition;
use itoguchi::model::{RowSet, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Mode, Session, find, import};

const PBX: &str = r#"
name = "pbx"
title = "構内交換機の発着信記録"
pattern = '^(?P<time>\d+/\d+/\d+ \S+) (?P<direction>発|着) (?P<number>[\d-]+) (?P<seconds>\d+)秒$'
time = "%d/%m/%Y %H:%M:%S"
samples = ["01/04/2026 08:15:00 発 03-1234-5678 35秒", "02/04/2026 23:59:59 着 0312345678 1秒"]
"#;

#[test]
fn a_definition_is_checked_against_its_samples() {
    assert_eq!(Definition::from_toml(PBX).unwrap().name, "pbx");
    for (from, to, why) in [
        ("発|着", "内|外", "does not match"),
        ("%d/%m/%Y", "%Y-%m-%d", "is no time"),
        ("(?P<time>", "(?P<time", "pattern"),
        ("name = \"pbx\"", "name = \"P B X\"", "a-z"),
        ("samples = [", "examples = [", "examples"),
        ("(?P<direction>", "(?P<seconds>", "pattern"),
    ] {
        let error = Definition::from_toml(&PBX.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    // An expression that would take gigabytes is refused, not built.
    assert!(Definition::from_toml(&PBX.replace(r"\d+)秒", r"(\d{1000}){1000})秒")).is_err());
}

#[test]
fn what_a_definition_read_is_read_the_same_without_it() {
    let dir = tempfile::tempdir().unwrap();
    let (toml, log, store) =
        (dir.path().join("pbx.toml"), dir.path().join("calls.log"), dir.path().join("case.itoguchi"));
    std::fs::write(&toml, PBX).unwrap();
    let text = "03/04/2026 10:00:00 発 090-1234-5678 120秒\nsomething else\n\n04/04/2026 11:00:00 着 0312345678 5秒\n";
    std::fs::write(&log, text).unwrap();
    let session = Session::create(&store, "11", "取扱者", None).unwrap();
    let options = AddOptions {
        format: Some(toml.to_str().unwrap().to_owned()),
        zone: Some("Asia/Tokyo".to_owned()),
        ..AddOptions::default()
    };
    let mut rows = Vec::new();
    import::add(&session, None, &[log], &options, &Ticket::new(), &mut |outcome| match outcome {
        Outcome::Added { row, .. } => rows.push(row),
        Outcome::Failed { error, .. } => panic!("{error}"),
    })
    .unwrap();
    assert_eq!(
        (&rows[0]["rows"], &rows[0]["rejects"], &rows[0]["skipped"], &rows[0]["lines"]),
        (&3.into(), &1.into(), &1.into(), &4.into())
    );
    assert_eq!(rows[0]["first"], "2026-04-03T10:00:00+09:00");
    drop(session);
    std::fs::remove_file(&toml).unwrap();
    let session = Session::open(&store, Mode::Read, "取扱者", None).unwrap();
    let rows_of = |query: &str| -> RowSet { find::search(&session, query, None, None, &Ticket::new()).unwrap().rows };
    assert_eq!(rows_of("seconds:>60").len(), 1);
    assert_eq!(rows_of("direction:着").len(), 1);
    let broken = AddOptions { format: Some("/no/such.toml".to_owned()), ..AddOptions::default() };
    assert!(import::add(&session, None, &[], &broken, &Ticket::new(), &mut |_| {}).is_err());
}
