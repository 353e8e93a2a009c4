//! Making, opening and closing a case file; a file from elsewhere is hostile until it has shown its schema.

use super::error::{Error, Result};
use super::schema::{APPLICATION_ID, STEPS, VERSION};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// How a case file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For work: one writer, WAL while open, one plain file afterwards.
    Write,
    /// For reading: not one byte of the file changes.
    Read,
    /// A file from elsewhere: read-only, and checked page by page before anything is believed.
    Foreign,
}

pub(super) fn create(path: &Path) -> Result<Connection> {
    if path.exists() {
        return Err(Error::Exists(path.to_owned()));
    }
    refuse_network(path)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Error::File { what: "the folder does not exist", source, path: parent.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch("PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL;")?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrate(&connection, 0)?;
    prepare_writer(&connection)?;
    Ok(connection)
}

pub(super) fn open(path: &Path, mode: Mode) -> Result<Connection> {
    sniff(path)?;
    let connection = match mode {
        Mode::Write => {
            refuse_network(path)?;
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?
        }
        Mode::Read | Mode::Foreign => open_reader(path)?,
    };
    harden(&connection)?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(Error::NotAStore { reason: "another program's database".into(), path: path.to_owned() });
    }
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > VERSION {
        return Err(Error::Newer { found: version, known: VERSION, path: path.to_owned() });
    }
    if mode == Mode::Foreign {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Error::Damaged(verdict));
        }
    }
    if mode == Mode::Write {
        if version < VERSION {
            migrate(&connection, version)?;
        }
        check_schema(&connection, path, VERSION)?;
        prepare_writer(&connection)?;
    } else {
        check_schema(&connection, path, version)?;
    }
    Ok(connection)
}

/// A reader for the pool of an open store.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-8000;")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The last one out leaves one plain file.
pub(super) fn close(connection: &Connection) -> Result<()> {
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA incremental_vacuum;")?;
    let _: String = connection.query_row("PRAGMA journal_mode=DELETE", [], |row| row.get(0))?;
    Ok(())
}

fn prepare_writer(connection: &Connection) -> Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    let _: String = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
    connection.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=FAST; PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=4000;",
    )?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn harden(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.execute_batch("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;")?;
    Ok(())
}

fn migrate(connection: &Connection, from: i64) -> Result<()> {
    for (step, version) in STEPS.iter().zip(1_i64..).filter(|(_, version)| *version > from) {
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {step} PRAGMA user_version={version}; COMMIT;"))?;
    }
    Ok(())
}

/// The schema a version must have, as SQLite itself writes it: name and text of every object.
fn expected_schema(version: i64) -> Result<Vec<(String, String)>> {
    let memory = Connection::open_in_memory()?;
    for (step, _) in STEPS.iter().zip(1_i64..).filter(|(_, number)| *number <= version) {
        memory.execute_batch(step)?;
    }
    read_schema(&memory)
}

fn read_schema(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut query = connection.prepare("SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name, type")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn check_schema(connection: &Connection, path: &Path, version: i64) -> Result<()> {
    let (found, expected) = (read_schema(connection)?, expected_schema(version)?);
    let odd = found
        .iter()
        .find(|object| !expected.contains(object))
        .or_else(|| expected.iter().find(|object| !found.contains(object)));
    match odd {
        Some((object, _)) => Err(Error::Schema { object: object.clone(), path: path.to_owned() }),
        None => Ok(()),
    }
}

fn sniff(path: &Path) -> Result<()> {
    use std::io::Read as _;
    let fail = |what| move |source| Error::File { what, source, path: path.to_owned() };
    if path.is_dir() {
        return Err(Error::NotAStore { reason: "a folder".into(), path: path.to_owned() });
    }
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(fail("the case file cannot be opened"))?;
    file.take(16).read_to_end(&mut head).map_err(fail("the case file cannot be read"))?;
    if head != b"SQLite format 3\0" {
        let reason = if head.is_empty() { "empty" } else { "not a database" };
        return Err(Error::NotAStore { reason: reason.into(), path: path.to_owned() });
    }
    Ok(())
}

/// SQLite's locks are not to be trusted on network shares.
fn refuse_network(path: &Path) -> Result<()> {
    let Ok(mounts) = std::fs::read_to_string("/proc/mounts") else { return Ok(()) };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(full) = parent.canonicalize() else { return Ok(()) };
    let mut best = ("", "");
    for line in mounts.lines() {
        let mut parts = line.split(' ').skip(1);
        if let (Some(at), Some(kind)) = (parts.next(), parts.next())
            && full.starts_with(at)
            && at.len() >= best.0.len()
        {
            best = (at, kind);
        }
    }
    let kind = best.1;
    if ["nfs", "cifs", "smb", "afs", "fuse.sshfs", "davfs"].iter().any(|share| kind.starts_with(share)) {
        return Err(Error::Network { kind: kind.to_owned(), path: path.to_owned() });
    }
    Ok(())
}
