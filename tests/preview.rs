//! What a preview shows is what is stored afterwards, for every kind of file, and it does not read on when it has enough.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::model::{RowSet, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome, add};
use itoguchi::workbench::preview::preview;
use itoguchi::workbench::{Session, find};
use std::path::{Path, PathBuf};

fn files(below: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

fn options() -> AddOptions {
    AddOptions { zone: Some("Asia/Tokyo".into()), year: Some(2026), ..AddOptions::default() }
}

#[test]
fn a_preview_shows_what_will_be_stored() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&root.join("assets/demo"), &mut all);
    files(&root.join("tests/data/formats"), &mut all);
    assert!(all.len() > 30);
    let folder = tempfile::tempdir().unwrap();
    let session = Session::create(&folder.path().join("a.itoguchi"), "11", "訓練太郎", None).unwrap();
    let mut shown = 0;
    for path in &all {
        let seen = preview(path, &options(), usize::MAX).unwrap();
        let mut evidence = None;
        add(&session, None, std::slice::from_ref(path), &options(), &Ticket::new(), &mut |outcome| match outcome {
            Outcome::Added { evidence: one, .. } => drop(evidence.get_or_insert(one)),
            Outcome::Failed { .. } => {}
        })
        .unwrap();
        let one = evidence.unwrap();
        let Some(reading) = &one.reading else {
            assert!(seen.rows.is_empty(), "{}", path.display());
            continue;
        };
        assert_eq!((&seen.format, &seen.encoding), (&reading.form.format, &reading.form.encoding));
        assert_eq!((seen.rows.len(), seen.whole), (reading.rows as usize, true), "{}", path.display());
        let rows = RowSet::of(one.key, (0..reading.rows).collect());
        let mut at = seen.rows.iter();
        find::each_row(&session, &rows, u64::MAX, &mut |row| {
            let seen = at.next().unwrap();
            assert_eq!(
                (row.offset, row.len, row.when, row.reject),
                (seen.offset, u64::from(seen.len), seen.when, seen.reject)
            );
            assert_eq!((&row.text, &row.fields), (&seen.text, &seen.fields), "{}", path.display());
            shown += 1;
            Ok(())
        })
        .unwrap();
    }
    assert!(shown > 1_000, "{shown}");
}

#[test]
fn a_large_file_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let line = "192.0.2.1 - - [01/Apr/2026:08:15:00 +0900] \"GET / HTTP/1.1\" 200 5\n";
    std::fs::write(&path, line.repeat(1_200_000)).unwrap();
    let seen = preview(&path, &options(), 10_000).unwrap();
    assert_eq!((seen.rows.len(), seen.whole, seen.format.as_str()), (10_000, false, "access"));
    assert_eq!(seen.rows[9_999].offset, 9_999 * line.len() as u64);
    // What would have to be read for ever is cut off: here a first record without end.
    std::fs::write(&path, vec![b'a'; 80 << 20]).unwrap();
    let seen = preview(&path, &options(), 10_000).unwrap();
    assert!(!seen.whole && seen.rows.len() < 100);
}
