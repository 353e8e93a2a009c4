//! What a preview shows is what is stored afterwards, for every kind of file, and it does not read on when it has enough.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::model::{RowSet, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome, add};
use itoguchi::workbench::preview::{preview, stream};
use itoguchi::workbench::{Error, Session, find};
use std::io::Write as _;
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
        let found = preview(path, &options(), usize::MAX).unwrap();
        let mut evidence = None;
        add(&session, None, std::slice::from_ref(path), &options(), &Ticket::new(), &mut |outcome| match outcome {
            Outcome::Added { evidence: one, .. } => drop(evidence.get_or_insert(one)),
            Outcome::Failed { .. } => {}
        })
        .unwrap();
        let one = evidence.unwrap();
        let Some(reading) = &one.reading else {
            assert!(found.rows.is_empty(), "{}", path.display());
            continue;
        };
        assert_eq!((&found.format, &found.encoding), (&reading.form.format, &reading.form.encoding));
        assert_eq!((found.rows.len(), found.whole), (reading.rows as usize, true), "{}", path.display());
        let rows = RowSet::of(one.key, (0..reading.rows).collect());
        let mut at = found.rows.iter();
        find::each_row(&session, &rows, u64::MAX, &mut |row| {
            let seen = at.next().unwrap();
            let fields = found.fields(seen).into_iter();
            let fields: Vec<_> = fields.map(|field| (field.name.into_owned(), field.value.into_owned())).collect();
            assert_eq!(
                (row.offset, row.len, row.when, row.reject),
                (seen.offset, u64::from(seen.len), seen.when, seen.reject)
            );
            assert_eq!((&row.text, &row.fields), (&seen.text, &fields), "{}", path.display());
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

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn of_what_holds_others_the_first_member_with_records_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let line = "192.0.2.1 - - [01/Apr/2026:08:15:00 +0900] \"GET / HTTP/1.1\" 200 5\n";
    let log = line.repeat(20_000);
    let image = b"\x89PNG\r\n\x1a\n nothing to read".as_slice();
    let plain = gzipped(log.as_bytes());
    for (name, bytes, member) in [
        ("access.log.gz", plain.clone(), vec!["access.log"]),
        ("case.zip", zipped(&[("a.png", image), ("logs/access.log", log.as_bytes())]), vec!["logs/access.log"]),
        ("deep.zip", zipped(&[("a.png", image), ("access.log.gz", &plain)]), vec!["access.log.gz", "access.log"]),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let seen = preview(&path, &options(), 10_000).unwrap();
        assert_eq!(
            (seen.container, seen.format.as_str(), seen.member),
            (true, "access", member.iter().map(|name| (*name).to_owned()).collect()),
            "{name}"
        );
        assert_eq!((seen.rows.len(), seen.whole), (10_000, false), "{name}");
        assert_eq!(
            (seen.rows[9_999].offset, seen.rows[9_999].text.as_str()),
            (9_999 * line.len() as u64, line.trim_end())
        );
    }
    // Nothing in it can be read: that is no error.
    let path = folder.path().join("pictures.zip");
    std::fs::write(&path, zipped(&[("a.png", image), ("b.png", image)])).unwrap();
    let seen = preview(&path, &options(), 10).unwrap();
    assert_eq!((seen.container, seen.format.as_str(), seen.rows.len()), (true, "zip", 0));
}

#[test]
fn it_tells_as_it_goes_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, "192.0.2.1 - - [01/Apr/2026:08:15:00 +0900] \"GET / HTTP/1.1\" 200 5\n".repeat(60_000))
        .unwrap();
    let mut told = Vec::new();
    let seen = stream(&path, &options(), 10_000, &Ticket::new(), &mut |seen| told.push(seen.rows.len())).unwrap();
    assert!(told.len() > 1 && told.is_sorted() && told.last() == Some(&seen.rows.len()), "{told:?}");
    let ticket = Ticket::new();
    let stopped = stream(&path, &options(), 10_000, &ticket, &mut |_| ticket.cancel());
    assert!(matches!(stopped, Err(Error::Cancelled)));
}
