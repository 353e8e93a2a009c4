//! What a killed program left beside a case file is put in order before anybody reads.
//!
//! A hot rollback journal or a `-wal` can only be taken in by a connection that may write. Afterwards the store is one
//! plain file again, as its last program should have left it. A store another program has open is left to it.

use super::error::{Error, Result};
use super::open::{Mode, guard, reader, side_files};
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};
use std::path::Path;

/// How a case file was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Found {
    /// One plain file.
    #[default]
    Closed,
    /// Left behind by a program that was killed; put in order. Nothing committed is lost.
    Left,
    /// Read as it is: another program has it open, or nothing may be written here and nothing needs to be.
    InUse,
}

/// Whether side files or the header show that a store was not closed.
pub(super) fn is_left(path: &Path, wal: bool) -> bool {
    let [log, journal, _] = side_files(path);
    wal || log.exists() || journal.exists()
}

/// Puts a store in order that was not closed.
pub(super) fn settle(path: &Path, mode: Mode) -> Result<Found> {
    match take_in(path) {
        Ok(()) => Ok(Found::Left),
        Err(Error::Busy) => Ok(Found::InUse),
        // Without the right to write, what another program has open can still be read, and what needs no rolling back.
        Err(error) if is_denied(&error) && mode == Mode::Read && is_readable(path) => Ok(Found::InUse),
        Err(error) if is_denied(&error) => Err(Error::Unsettled(path.to_owned())),
        Err(error) => Err(error),
    }
}

fn take_in(path: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(Error::ReadOnly);
    }
    guard(&connection)?;
    // Reading the schema rolls back the journal or replays the log; leaving WAL mode writes it home. A journal that was
    // killed before it counted is deleted, under SQLite's lock, on the way back from PERSIST.
    for mode in ["DELETE", "PERSIST", "DELETE"] {
        connection.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(()))?;
    }
    connection.close().map_err(|(_, error)| error.into())
}

/// Whether the file or its folder may not be written: also seen as a journal that cannot be opened or deleted.
fn is_denied(error: &Error) -> bool {
    let Error::Engine(error) = error else { return matches!(error, Error::ReadOnly) };
    let undeletable = |error: &rusqlite::ffi::Error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_DELETE;
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied))
        || error.sqlite_error().is_some_and(undeletable)
}

fn is_readable(path: &Path) -> bool {
    let read = |connection: Connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).is_ok()
    };
    reader(path, Mode::Read).is_ok_and(read)
}
