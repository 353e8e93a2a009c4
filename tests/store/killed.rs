//! What a kill leaves: a hot journal, a `-wal` cut anywhere, a header half way between two modes. Reading is possible after
//! each, nothing committed is lost, and one plain file remains.

use super::desk::{Desk, Log, author};
use itoguchi::model::audit::AuditHead;
use itoguchi::store::{Error, Found, Mode, Store, in_use};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PAGE: usize = 16384;

fn side(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}-{end}", path.display()))
}

/// A closed store, its head, and a second name in its folder for what a kill would leave.
fn closed() -> (tempfile::TempDir, PathBuf, PathBuf, AuditHead) {
    let desk = Desk::new();
    let case = desk.case("令和8年第3号");
    desk.import(&Log::new(3000, 300), Some(case), "access.log");
    let head = desk.store.audit_head().unwrap();
    let Desk { store, path, folder } = desk;
    store.close().unwrap();
    let left = folder.path().join("left.itoguchi");
    (folder, path, left, head)
}

/// Copies a store with whatever lies beside it, as a kill at this moment would leave them.
fn leave(path: &Path, left: &Path) {
    fs::copy(path, left).unwrap();
    for end in ["wal", "journal"] {
        drop(fs::remove_file(side(left, end)));
        if side(path, end).exists() {
            fs::copy(side(path, end), side(left, end)).unwrap();
        }
    }
    drop(fs::remove_file(side(left, "shm")));
}

/// Opens what was left, demands that it is sound, and that one plain file remains. Returns its head.
fn opened(left: &Path, mode: Mode) -> AuditHead {
    let store = Store::open(left, mode).unwrap();
    assert_eq!(store.found(), Found::Left);
    for check in store.check().unwrap() {
        assert_eq!(check.ok, Some(true), "{check:?}");
    }
    let head = store.audit_head().unwrap();
    store.close().unwrap();
    for end in ["wal", "journal", "shm"] {
        assert!(!side(left, end).exists(), "{end} stays");
    }
    assert_eq!(Store::open(left, Mode::Foreign).unwrap().audit_head().unwrap(), head);
    head
}

fn raw(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::default()).unwrap()
}

/// A rollback journal that puts back `pages` of `original` (<https://sqlite.org/fileformat2.html#the_rollback_journal>).
fn journal(original: &[u8], pages: &[usize]) -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).unwrap().to_be_bytes();
    let mut out = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    for value in [pages.len(), 7, original.len() / PAGE, 512, PAGE] {
        out.extend(number(value));
    }
    out.resize(512, 0);
    for page in pages {
        let bytes = &original[(page - 1) * PAGE..][..PAGE];
        let sum: usize = (1..PAGE - 199)
            .rev()
            .filter(|at| (PAGE - 200 - at).is_multiple_of(200))
            .map(|at| usize::from(bytes[at]))
            .sum();
        out.extend(number(*page));
        out.extend(bytes);
        out.extend(number(7 + sum));
    }
    out
}

#[test]
fn a_header_on_its_way_to_another_mode_is_put_back() {
    let (_folder, path, left, head) = closed();
    let whole = fs::read(&path).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        // Killed before, and after, the changed first page reached the file; half of it; and with a page more than before.
        for (changed, extra) in [(0, 0), (100, 0), (4096, 0), (PAGE, 0), (PAGE, PAGE), (PAGE, 4096)] {
            let mut bytes = whole.clone();
            bytes[18..20].copy_from_slice(&[2, 2]);
            bytes[100..PAGE].fill(0xee);
            bytes[changed..PAGE].copy_from_slice(&whole[changed..PAGE]);
            bytes.resize(whole.len() + extra, 0x55);
            fs::write(&left, &bytes).unwrap();
            fs::write(side(&left, "journal"), journal(&whole, &[1])).unwrap();
            assert_eq!(opened(&left, mode), head, "{changed} {extra}");
            if mode == Mode::Read {
                assert!(fs::read(&left).unwrap() == whole, "exactly the bytes before");
            }
        }
        // Killed when the header had been written and its log had not been made, or was gone already.
        let mut bytes = whole.clone();
        bytes[18..20].copy_from_slice(&[2, 2]);
        fs::write(&left, &bytes).unwrap();
        assert_eq!(opened(&left, mode), head);
        fs::write(&left, &bytes).unwrap();
        fs::write(side(&left, "wal"), "").unwrap();
        assert_eq!(opened(&left, mode), head);
        // Killed before the journal counted.
        for begun in [&[][..], &[0; 512][..]] {
            fs::write(&left, &whole).unwrap();
            fs::write(side(&left, "journal"), begun).unwrap();
            assert_eq!(opened(&left, mode), head);
        }
    }
}

#[test]
fn a_hot_journal_of_a_great_change_is_rolled_back() {
    let (_folder, path, left, head) = closed();
    let mut connection = raw(&path);
    connection.pragma_update(None, "cache_size", 2).unwrap();
    let tx = connection.transaction().unwrap();
    tx.execute_batch("UPDATE content SET data=zeroblob(90000); UPDATE band SET data=zeroblob(70000);").unwrap();
    leave(&path, &left);
    assert!(fs::read(&path).unwrap() != fs::read(&left).unwrap() || side(&left, "journal").exists());
    let whole = fs::metadata(side(&left, "journal")).unwrap().len();
    assert!(whole > 512, "the change reached the file before its end");
    tx.rollback().unwrap();
    assert_eq!(opened(&left, Mode::Read), head);
}

#[test]
fn a_log_cut_anywhere_gives_back_what_was_committed() {
    let (_folder, path, left, before) = closed();
    let store = Store::open(&path, Mode::Write).unwrap();
    let mut heads = vec![before];
    for n in 0..6 {
        store.audit("kept", &format!("{n}"), "said", &author()).unwrap();
        heads.push(store.audit_head().unwrap());
    }
    let log = fs::read(side(&path, "wal")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for cut in (0..log.len()).step_by(log.len() / 40).chain([1, 31, 32, 33, log.len()]) {
        leave(&path, &left);
        fs::write(side(&left, "wal"), &log[..cut]).unwrap();
        let head = opened(&left, Mode::Read);
        seen.insert(heads.iter().position(|known| *known == head).expect("a state that was committed"));
    }
    assert!(seen.len() > 4 && seen.contains(&0) && seen.contains(&6), "{seen:?}");
}

#[test]
fn side_files_never_touch_what_is_no_store() {
    let (folder, path, _left, _head) = closed();
    let whole = fs::read(&path).unwrap();
    let text = folder.path().join("memo.itoguchi");
    let other = folder.path().join("other.itoguchi");
    raw(&other).execute_batch("CREATE TABLE t (a)").unwrap();
    fs::write(&text, "a text named like a store\n".repeat(9)).unwrap();
    for file in [&text, &other] {
        let before = fs::read(file).unwrap();
        fs::write(side(file, "journal"), journal(&whole, &[1])).unwrap();
        for mode in [Mode::Read, Mode::Write] {
            assert!(matches!(Store::open(file, mode), Err(Error::NotAStore { .. })));
        }
        assert!(fs::read(file).unwrap() == before && side(file, "journal").exists());
    }
    // A newer program's store is left to the newer program, also where it was killed.
    let mut newer = whole;
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    newer[18..20].copy_from_slice(&[2, 2]);
    fs::write(&text, &newer).unwrap();
    fs::remove_file(side(&text, "journal")).unwrap();
    assert!(matches!(Store::open(&text, Mode::Read), Err(Error::Newer { found: 99, .. })));
    assert!(fs::read(&text).unwrap() == newer);
}

#[test]
fn a_store_in_use_is_read_as_it_is_and_left_to_its_user() {
    let desk = Desk::new();
    desk.store.audit("first", "1", "said", &author()).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_itoguchi")).args(["--json", "check"]).arg(&desk.path).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(out.stderr.is_empty(), "nothing was left behind: {}", String::from_utf8_lossy(&out.stderr));
    assert!(side(&desk.path, "wal").exists());
    desk.store.audit("second", "2", "said", &author()).unwrap();
    // A second opening in one process must not drop the locks of the first.
    let second = Store::open(&desk.path, Mode::Read).unwrap();
    assert_eq!(second.audit_head().unwrap(), desk.store.audit_head().unwrap());
    drop(second);
    assert!(in_use(&desk.path) && in_use(&side(&desk.path, "wal")) && !in_use(&desk.folder.path().join("other")));
    let out = Command::new(env!("CARGO_BIN_EXE_itoguchi")).args(["--json", "check"]).arg(&desk.path).output().unwrap();
    assert!(out.status.success() && side(&desk.path, "wal").exists());
    desk.store.close().unwrap();
    assert!(!in_use(&desk.path));
}

#[test]
fn the_program_killed_at_any_moment_leaves_a_store_that_reads() {
    let (folder, path, left, _head) = closed();
    let log = folder.path().join("access.log");
    fs::write(&log, Log::new(6000, 500).bytes).unwrap();
    let add = |store: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_itoguchi"));
        command.args(["evidence", "add"]).arg(store).arg("-").arg(&log).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    fs::copy(&path, &left).unwrap();
    let begun = Instant::now();
    assert!(add(&left).status().unwrap().success());
    let takes = begun.elapsed();
    for round in 0..16 {
        leave(&path, &left);
        let mut child = add(&left).spawn().unwrap();
        std::thread::sleep(takes * round / 15);
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(&left, Mode::Read).unwrap();
        assert!(store.check().unwrap().iter().all(|check| check.ok == Some(true)), "round {round}");
        drop(store);
        assert!(!side(&left, "wal").exists() && !side(&left, "journal").exists(), "round {round}");
    }
    assert!(takes > Duration::from_millis(20), "long enough to be killed in its midst");
}

/// Rows that belong to no evidence people see: hidden evidences, and chunks and contents of such.
fn hidden(store: &Path) -> [i64; 3] {
    let connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get(0)).unwrap();
    let shown = "SELECT key FROM evidence WHERE state!='rereading'";
    [
        count("SELECT count(*) FROM evidence WHERE state='rereading'"),
        count(&format!("SELECT count(*) FROM chunk WHERE evidence NOT IN ({shown})")),
        count(&format!("SELECT count(*) FROM content WHERE key>>32 NOT IN ({shown})")),
    ]
}

#[test]
fn a_reading_killed_at_any_moment_is_cleared_by_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let (path, left) = (folder.path().join("case.itoguchi"), folder.path().join("left.itoguchi"));
    let log = folder.path().join("access.log");
    fs::write(&log, Log::new(20_000, 500).bytes).unwrap();
    let program = |arguments: &[&str], store: &Path, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_itoguchi"));
        command.args(arguments).arg(store).args(more).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert!(program(&["new"], &path, &["--unit", "11"]).status().unwrap().success());
    assert!(program(&["evidence", "add"], &path, &["-", log.to_str().unwrap()]).status().unwrap().success());
    let store = Store::open(&path, Mode::Read).unwrap();
    let before = store.evidence().unwrap().swap_remove(0);
    drop(store);
    // Read as UTF-16 it is cut elsewhere, so that contents are written a second time.
    let read = |store: &Path| program(&["evidence", "read"], store, &[before.id.as_str(), "--encoding", "utf-16le"]);
    fs::copy(&path, &left).unwrap();
    let begun = Instant::now();
    assert!(read(&left).status().unwrap().success());
    let takes = begun.elapsed();
    let mut broken = 0;
    for round in 0..16 {
        leave(&path, &left);
        let mut child = read(&left).spawn().unwrap();
        std::thread::sleep(takes * round / 15);
        child.kill().unwrap();
        child.wait().unwrap();
        drop(Store::open(&left, Mode::Read).unwrap());
        broken += u32::from(hidden(&left)[0] > 0);
        let store = Store::open(&left, Mode::Write).unwrap();
        assert!(store.check().unwrap().iter().all(|check| check.ok == Some(true)), "round {round}");
        let now = store.evidence().unwrap().swap_remove(0);
        assert_eq!((now.sha256, now.id), (before.sha256, before.id.clone()), "round {round}");
        store.close().unwrap();
        assert_eq!(hidden(&left), [0, 0, 0], "round {round}");
    }
    assert!(broken > 0, "some kill came in the midst of a reading");
}
