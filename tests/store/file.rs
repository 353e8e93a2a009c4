//! The file itself: one plain file when closed, not a byte changed by reading, clear words for everything that is none.

use super::desk::{Desk, Log, author, unit};
use itoguchi::model::{Corpus as _, Explain as _, Lang};
use itoguchi::store::{Error, Found, Mode, Store};
use std::fs;
use std::path::Path;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn filled() -> Desk {
    let desk = Desk::new();
    let case = desk.case("令和8年第1号");
    desk.import(&Log::new(3000, 300), Some(case), "access.log");
    desk
}

#[test]
fn a_closed_store_is_one_plain_file_that_reading_does_not_touch() {
    let desk = filled();
    assert!(names(desk.folder.path()).len() > 1, "open for work it has side files");
    let desk = desk.reopen(Mode::Read);
    assert_eq!(names(desk.folder.path()).len(), 1);
    let before = (fs::read(&desk.path).unwrap(), fs::metadata(&desk.path).unwrap().modified().unwrap());
    assert_eq!(desk.store.cases().unwrap()[0].record_count, 3000);
    assert_eq!(desk.store.readings().unwrap().len(), 1);
    assert!(matches!(desk.store.audit("x", "y", "z", &author()), Err(Error::ReadOnly)));
    assert_eq!(names(desk.folder.path()).len(), 1);
    let desk = desk.reopen(Mode::Foreign);
    assert!(desk.store.check().unwrap().iter().all(|check| check.ok == Some(true)));
    let Desk { store, path, folder } = desk;
    store.close().unwrap();
    assert_eq!((fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap()), before);
    assert_eq!(names(folder.path()).len(), 1);
}

#[cfg(unix)]
#[test]
fn read_only_media_are_enough_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let Desk { store, path, folder } = filled();
    store.close().unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let store = Store::open(&path, Mode::Read).unwrap();
    assert_eq!(store.evidence().unwrap().len(), 1);
    drop(store);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(names(folder.path()).len(), 1);
}

#[test]
fn a_leftover_is_reported_and_nothing_in_it_is_lost() {
    let desk = filled();
    let copy = desk.folder.path().join("killed.itoguchi");
    let wal = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        std::path::PathBuf::from(name)
    };
    desk.store.audit("last", "thing", "said", &author()).unwrap();
    fs::copy(&desk.path, &copy).unwrap();
    fs::copy(wal(&desk.path), wal(&copy)).unwrap();
    assert!(matches!(Store::open(&copy, Mode::Foreign), Err(Error::NotClosed(_))));
    for mode in [Mode::Read, Mode::Write] {
        fs::copy(&desk.path, &copy).unwrap();
        fs::copy(wal(&desk.path), wal(&copy)).unwrap();
        let store = Store::open(&copy, mode).unwrap();
        assert_eq!(store.found(), Found::Left);
        assert_eq!(store.audit_head().unwrap(), desk.store.audit_head().unwrap());
        assert!(store.check().unwrap().iter().all(|check| check.ok == Some(true)));
        store.close().unwrap();
        assert!(!wal(&copy).exists());
    }
    assert_eq!(Store::open(&copy, Mode::Read).unwrap().found(), Found::Closed);
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let desk = Desk::new();
    assert!(matches!(Store::create(&desk.path, &unit(), &author()), Err(Error::Exists(_))));
    let text = desk.folder.path().join("memo.txt");
    fs::write(&text, "memo").unwrap();
    assert!(matches!(Store::create(&text, &unit(), &author()), Err(Error::Exists(_))));
    assert!(matches!(desk.store.backup(&text), Err(Error::Exists(_))));
    assert_eq!(fs::read(&text).unwrap(), b"memo");
}

#[test]
fn what_is_no_store_is_refused_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text.itoguchi"), "a text file named like a store\n".repeat(9)).unwrap();
    fs::write(path("empty.itoguchi"), "").unwrap();
    let other = rusqlite::Connection::open_with_flags(path("other.itoguchi"), rusqlite::OpenFlags::default()).unwrap();
    other.execute_batch("CREATE TABLE t (a)").unwrap();
    drop(other);
    for name in ["text.itoguchi", "empty.itoguchi", "other.itoguchi", "."] {
        for mode in [Mode::Write, Mode::Read, Mode::Foreign] {
            let error = Store::open(&path(name), mode).unwrap_err();
            assert!(matches!(error, Error::NotAStore { .. }), "{name}: {error}");
            assert!(error.what(Lang::Ja).contains("ではありません"), "{}", error.what(Lang::Ja));
        }
    }
    assert!(matches!(Store::open(&path("missing.itoguchi"), Mode::Read), Err(Error::File { .. })));
    assert_eq!(names(folder.path()).len(), 3, "nothing was made by asking");
}

#[test]
fn a_backup_is_a_whole_closed_store() {
    let desk = filled();
    let copy = desk.folder.path().join("copy.itoguchi");
    desk.store.backup(&copy).unwrap();
    let held = Store::open(&copy, Mode::Foreign).unwrap();
    assert_eq!(held.audit_head().unwrap(), desk.store.audit_head().unwrap());
    assert!(held.check().unwrap().iter().all(|check| check.ok == Some(true)));
    assert_eq!(held.store_id(), desk.store.store_id());
}
