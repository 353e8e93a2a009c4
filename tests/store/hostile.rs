//! A store from elsewhere: what was added, changed or broken is named and refused.

use super::desk::{Desk, Log, author};
use itoguchi::model::statement::{Note, Statement};
use itoguchi::model::{Chunk, Corpus as _, Edit, Id, NamedSet, Ticket};
use itoguchi::store::{Error, Mode, ReceivedEntry, SightingFilter, Store, TrustRow};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

fn closed() -> (tempfile::TempDir, PathBuf) {
    let desk = Desk::new();
    let case = desk.case("令和8年第2号");
    desk.import(&Log::new(2000, 200), Some(case), "access.log");
    let Desk { store, path, folder } = desk;
    store.close().unwrap();
    (folder, path)
}

fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open_with_flags(path, OpenFlags::default()).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn any_extra_or_missing_object_is_named() {
    for (sql, object) in [
        ("CREATE TRIGGER evil AFTER INSERT ON evidence BEGIN DELETE FROM evidence; END", "trigger evil"),
        ("CREATE VIEW evil AS SELECT 1", "view evil"),
        ("CREATE TABLE evil (a)", "table evil"),
        ("CREATE INDEX evil ON evidence(name)", "index evil"),
        ("DROP TRIGGER audit_no_delete", "trigger audit_no_delete"),
        ("ALTER TABLE evidence ADD COLUMN evil TEXT", "table evidence"),
    ] {
        let (_folder, path) = closed();
        tamper(&path, sql);
        for mode in [Mode::Write, Mode::Read, Mode::Foreign] {
            match Store::open(&path, mode) {
                Err(Error::Schema { object: found, .. }) => assert_eq!(found, object),
                other => panic!("{sql}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_future_version_is_refused_and_left_alone() {
    let (_folder, path) = closed();
    tamper(&path, "PRAGMA user_version=99");
    let before = std::fs::read(&path).unwrap();
    for mode in [Mode::Write, Mode::Read, Mode::Foreign] {
        assert!(matches!(Store::open(&path, mode), Err(Error::Newer { found: 99, .. })));
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_changed_trail_is_noticed() {
    let bad = |store: &Store| {
        let checks = store.audit_verify().unwrap();
        checks.into_iter().filter(|check| check.ok == Some(false)).map(|check| check.check).collect::<Vec<_>>()
    };
    let unlock = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;";
    let lock = "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
        CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;";
    for (sql, check) in [
        ("UPDATE audit SET entry=replace(entry, 'begin', 'abort') WHERE seq=3;", "chain"),
        ("UPDATE audit SET hash=zeroblob(32) WHERE seq=2;", "chain"),
        ("DELETE FROM audit_content WHERE seq=2; DELETE FROM audit WHERE seq=2;", "chain"),
        ("UPDATE audit_content SET operator='somebody else' WHERE seq=2;", "commitments"),
        ("UPDATE audit_content SET content=NULL WHERE seq=2;", "commitments"),
    ] {
        let (_folder, path) = closed();
        tamper(&path, &format!("PRAGMA foreign_keys=OFF; {unlock} {sql} {lock}"));
        let store = Store::open(&path, Mode::Read).unwrap();
        assert_eq!(bad(&store), [check], "{sql}");
    }
    // A trail cut at its end is whole in itself: only a head held elsewhere shows it.
    let (_folder, path) = closed();
    let head = Store::open(&path, Mode::Read).unwrap().audit_head().unwrap();
    let cut = format!("DELETE FROM audit_content WHERE seq={0}; DELETE FROM audit WHERE seq={0};", head.count);
    tamper(&path, &format!("{unlock} {cut} {lock}"));
    let store = Store::open(&path, Mode::Read).unwrap();
    assert!(bad(&store).is_empty());
    assert!(store.audit_verify_with(&[head]).unwrap().iter().any(|check| check.ok == Some(false)));
}

#[test]
fn the_trail_cannot_be_edited_by_an_ordinary_hand() {
    let (_folder, path) = closed();
    let connection = Connection::open_with_flags(&path, OpenFlags::default()).unwrap();
    for sql in ["UPDATE audit SET hash=zeroblob(32)", "DELETE FROM audit"] {
        assert!(connection.execute_batch(sql).unwrap_err().to_string().contains("only grows"));
    }
}

#[test]
fn broken_blocks_are_errors_and_never_panics() {
    for sql in [
        "UPDATE content SET data=x'00'",
        "UPDATE content SET data=substr(data, 1, length(data)/2)",
        "UPDATE row_index SET data=x'28b52ffd'",
        "UPDATE band SET data=zeroblob(20)",
        "UPDATE run_block SET data=substr(data, 9)",
        "UPDATE run_block SET len=9223372036854775807",
        "UPDATE chunk SET len=4000000000",
        "UPDATE chunk SET rows=4294967295, len=16777216",
        "UPDATE chunk SET offset=9223372036854775807",
        "UPDATE segment SET gram_bits=3, blocks=70000",
        "UPDATE kind_rows SET rows=x'ff'",
        "UPDATE run SET first_block=9223372036854775807, blocks=9223372036854775807",
        "UPDATE reading SET form='{'",
        "UPDATE run_block SET last_key=x'ff'",
    ] {
        let (_folder, path) = closed();
        tamper(&path, sql);
        let Ok(store) = Store::open(&path, Mode::Foreign) else { continue };
        let key = itoguchi::model::EvidenceKey(1);
        let probe = itoguchi::model::skip::Probe::of(b"203.0.113.7 example");
        let reading = itoguchi::model::ReadingKey(1);
        let _ = store.readings().map(drop);
        let _ = store.candidates(reading, &probe).map(drop);
        let _ = (0..12).filter_map(|seq| store.chunk(reading, seq).ok()).count();
        let blocks = (0..12).flat_map(|seq| (0..5).map(move |block| (seq, block)));
        let _ = blocks.filter_map(|(seq, block)| store.block_in(reading, seq, block, Chunk::default()).ok()).count();
        let _ = store.named(&NamedSet::Kind(super::desk::IPV4)).map(drop);
        let _ = store.rows_of(super::desk::IPV4, "203.0.113.7");
        let _ = store.sightings(&SightingFilter::default());
        let _ = (
            store.record(key, 5),
            store.record(key, u32::MAX),
            store.row_at(key, u64::MAX),
            store.read_range(key, 9, 9),
        );
        let _ = (store.rehash(key, &Ticket::new()), store.evidence(), store.cases());
        let fine = store.check().is_ok_and(|checks| checks.iter().all(|check| check.ok == Some(true)))
            && store.rehash(key, &Ticket::new()).unwrap_or(false)
            && store.named(&NamedSet::Kind(super::desk::IPV4)).is_ok()
            && store.candidates(reading, &probe).is_ok();
        assert!(!fine, "{sql} went unnoticed");
    }
}

#[test]
fn a_store_cut_short_is_damaged_not_believed() {
    let (_folder, path) = closed();
    let whole = std::fs::read(&path).unwrap();
    for len in [50, 100, 16384, whole.len() / 2, whole.len() - 1, whole.len() - 16384] {
        std::fs::write(&path, &whole[..len]).unwrap();
        assert!(Store::open(&path, Mode::Foreign).is_err(), "{len}");
    }
    std::fs::write(&path, &whole).unwrap();
    Store::open(&path, Mode::Write).unwrap().audit("still", "fine", "", &author()).unwrap();
}

/// Names of the checks that fail.
fn failing(path: &Path) -> Vec<String> {
    let store = Store::open(path, Mode::Read).unwrap();
    store.check().unwrap().into_iter().filter(|check| check.ok == Some(false)).map(|check| check.check).collect()
}

#[test]
fn a_table_changed_beside_the_trail_is_noticed() {
    for (sql, check) in [
        ("UPDATE evidence SET sha256=zeroblob(32)", "trail-evidence"),
        ("UPDATE statement SET body=replace(body, '不正アクセス', '誤り') WHERE noun='case'", "trail-statements"),
        ("DELETE FROM statement WHERE noun='note'", "trail-statements"),
        (
            "INSERT INTO statement SELECT 'note', 'n9', case_key, body, operator, at FROM statement WHERE noun='note'",
            "trail-statements",
        ),
        ("UPDATE trust SET may='prepare,approve'", "trail-books"),
        ("UPDATE trust SET public_key='ssh-ed25519 BBBB'", "trail-books"),
        ("UPDATE setting SET value='false'", "trail-books"),
        ("INSERT INTO setting VALUES ('x', 'y')", "trail-books"),
        ("DELETE FROM received", "trail-books"),
        ("UPDATE received SET body='{}'", "trail-books"),
    ] {
        let (_folder, path) = closed();
        let store = Store::open(&path, Mode::Write).unwrap();
        let note = Note { id: Id("n1".into()), case: None, text: "確認".into(), cited: Vec::new() };
        store.apply(&Edit::Put(Statement::Note(note)), &author()).unwrap();
        let row = |may: &str| TrustRow {
            public_key: "ssh-ed25519 AAAA".into(),
            unit: super::desk::unit(),
            name: "山田 太郎".into(),
            may: vec![may.into()],
        };
        store.trust(&row("approve"), &author()).unwrap();
        store.trust(&row("prepare"), &author()).unwrap();
        store.set_setting("training", "true", &author()).unwrap();
        let entry = ReceivedEntry {
            bundle: "b1".into(),
            origin: "s1".into(),
            sender: "27".into(),
            sequence: 1,
            tagmanifest: "0".repeat(64),
            quarantined: None,
            body: "{\"a\":1}".into(),
            at: author().at,
        };
        store.record_received(&entry, &author()).unwrap();
        store.close().unwrap();
        assert!(failing(&path).is_empty(), "{:?}", failing(&path));
        tamper(&path, sql);
        assert_eq!(failing(&path), [check], "{sql}");
    }
}

#[test]
#[cfg(unix)]
fn links_as_side_files_are_refused_and_a_linked_store_is_judged_by_its_own() {
    use std::os::unix::fs::symlink;
    let (folder, path) = closed();
    let victim = folder.path().join("victim.txt");
    std::fs::write(&victim, "precious").unwrap();
    for end in ["-wal", "-journal", "-shm"] {
        let side = PathBuf::from(format!("{}{end}", path.display()));
        symlink(&victim, &side).unwrap();
        for mode in [Mode::Write, Mode::Read, Mode::Foreign] {
            assert!(matches!(Store::open(&path, mode), Err(Error::NotClosed(_))), "{end} {mode:?}");
        }
        std::fs::remove_file(&side).unwrap();
    }
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    // Through a link the side files are those of the file itself.
    let link = folder.path().join("link.itoguchi");
    symlink(&path, &link).unwrap();
    Store::open(&link, Mode::Foreign).unwrap();
    std::fs::write(format!("{}-wal", path.display()), b"left behind").unwrap();
    assert!(matches!(Store::open(&link, Mode::Foreign), Err(Error::NotClosed(_))));
}

#[test]
#[cfg(unix)]
fn a_store_replaced_while_open_takes_nothing_more() {
    let (folder, path) = closed();
    let (_other_folder, other) = closed();
    let store = Store::open(&path, Mode::Write).unwrap();
    store.audit("first", "x", "", &author()).unwrap();
    std::fs::rename(&path, folder.path().join("aside")).unwrap();
    std::fs::rename(&other, &path).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(store.audit("second", "x", "", &author()), Err(Error::Replaced(_))));
    assert!(matches!(store.evidence(), Err(Error::Replaced(_))), "no reading of another store as this one");
    drop(store);
    assert!(std::fs::read(&path).unwrap() == before, "the other file is left alone");
}

#[test]
fn oversized_values_are_bounded() {
    for sql in [
        "UPDATE content SET data=zeroblob(300000000)",
        "UPDATE statement SET body=hex(zeroblob(140000000))",
        "UPDATE evidence SET name=zeroblob(300000000)",
        "UPDATE row_index SET data=zeroblob(60000000)",
        "UPDATE audit_content SET content=hex(zeroblob(140000000)) WHERE seq=1",
    ] {
        let (_folder, path) = closed();
        tamper(&path, sql);
        let Ok(store) = Store::open(&path, Mode::Foreign) else { continue };
        let checks = store.check();
        let noticed = checks.as_ref().map_or(true, |checks| checks.iter().any(|check| check.ok == Some(false)));
        assert!(noticed || store.rehash(itoguchi::model::EvidenceKey(1), &Ticket::new()).is_err(), "{sql}: {checks:?}");
    }
}

/// Bytes bent anywhere in the file: refused, noticed, or of no consequence; never a panic.
#[test]
fn bent_bytes_never_panic() {
    let desk = Desk::new();
    let case = desk.case("A");
    desk.import(&Log::new(120, 40), Some(case), "a.log");
    let Desk { store, path, folder: _folder } = desk;
    store.close().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    let mut roll = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % sides as u64).unwrap()
    };
    for _ in 0..400 {
        let mut bent = whole.clone();
        for _ in 0..=roll(6) {
            // Headers and cell pointers stand at the start of pages: that is where most goes wrong.
            let at = if roll(2) == 0 { roll(whole.len()) } else { roll(whole.len() / 16384) * 16384 + roll(200) };
            bent[at] = u8::try_from(roll(256)).unwrap();
        }
        std::fs::write(&path, &bent).unwrap();
        for mode in [Mode::Foreign, Mode::Read] {
            let Ok(store) = Store::open(&path, mode) else { continue };
            let key = itoguchi::model::EvidenceKey(1);
            let probe = itoguchi::model::skip::Probe::of(b"203.0.113.7");
            let _ = (store.check().is_ok(), store.rehash(key, &Ticket::new()).is_ok(), store.cases().is_ok());
            let _ = (store.sightings(&SightingFilter::default()).is_ok(), store.audit_entries(99).is_ok());
            for reading in store.readings().unwrap_or_default() {
                let _ = (store.candidates(reading.key, &probe).is_ok(), store.chunk(reading.key, 0).is_ok());
            }
        }
    }
}
