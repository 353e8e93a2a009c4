//! The case file: schema, transactions, audit chain, chunks, row index, postings. Alone speaks SQL.
//!
//! One SQLite file a store. Evidence goes in whole and is never changed; everything else is either an index that can be
//! rebuilt from it or a statement somebody made, each in one transaction with its audit entry. The store never reads the
//! clock: every time comes in with its author.

mod audit;
mod books;
mod bytes;
mod check;
mod corpus;
mod error;
mod evidence;
mod filters;
mod import;
mod lists;
mod open;
mod pack;
mod rowindex;
mod runs;
mod schema;
mod seal;
mod sightings;
mod statements;

pub use audit::print_head;
pub use books::{ExportEntry, ReceivedEntry, TrustRow};
pub use bytes::StoredBytes;
pub use check::Check;
pub use error::{Error, Result};
pub use import::{Finish, Import, NewEvidence};
pub use lists::Listed;
pub use open::Mode;
pub use seal::{Fingerprinter, PackedContent, Post, Posts, SealedChunk, pack_content, seal};
pub use sightings::SightingFilter;
pub use statements::CaseRow;

use crate::model::statement::Author;
use crate::model::{ChunkHead, Edit, Id, ReadingKey, Text, Unit};
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One open case file. Shared between threads: one writer behind a lock, readers each with a connection of their own.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    mode: Mode,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    heads: Mutex<HashMap<ReadingKey, Arc<[ChunkHead]>>>,
    history: Mutex<History>,
    facts: Facts,
}

#[derive(Debug)]
struct Facts {
    id: Id,
    unit: Unit,
    secret: [u8; 32],
    print: Fingerprinter,
}

/// Inverse edits since sign-in.
#[derive(Debug, Default)]
struct History {
    undo: Vec<Edit>,
    redo: Vec<Edit>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|err| Error::Refused(format!("no random numbers from the system: {err}")))?;
    Ok(bytes)
}

impl Store {
    /// Makes a new case file for a unit; refuses to overwrite.
    pub fn create(path: &Path, unit: &Unit, author: &Author) -> Result<Self> {
        let connection = open::create(path)?;
        let id = Id::from_random('s', random()?);
        for (key, value) in [
            ("store_id", id.as_str().as_bytes().to_vec()),
            ("unit", unit.path().as_bytes().to_vec()),
            ("secret", random::<32>()?.to_vec()),
            ("fingerprint_key", random::<16>()?.to_vec()),
        ] {
            connection.execute("INSERT INTO meta VALUES (?, ?)", (key, value))?;
        }
        let store = Self::assemble(path, Mode::Write, connection)?;
        store.audit("store.create", store.facts.id.as_str(), unit.path(), author)?;
        Ok(store)
    }

    /// Opens a case file.
    pub fn open(path: &Path, mode: Mode) -> Result<Self> {
        Self::assemble(path, mode, open::open(path, mode)?)
    }

    fn assemble(path: &Path, mode: Mode, connection: Connection) -> Result<Self> {
        let meta = |key: &str| -> Result<Vec<u8>> {
            Ok(connection.query_row("SELECT value FROM meta WHERE key=?", [key], |row| row.get(0))?)
        };
        let damaged = |key: &str| Error::Damaged(format!("meta `{key}`"));
        let text = |key: &str| String::from_utf8(meta(key)?).map_err(|_| damaged(key));
        let facts = Facts {
            id: Id(text("store_id")?),
            unit: Unit::from_path(&text("unit")?).ok_or_else(|| damaged("unit"))?,
            secret: meta("secret")?.try_into().map_err(|_| damaged("secret"))?,
            print: Fingerprinter { key: meta("fingerprint_key")?.try_into().map_err(|_| damaged("fingerprint_key"))? },
        };
        Ok(Self {
            path: path.to_owned(),
            mode,
            writer: Mutex::new(connection),
            readers: Mutex::default(),
            heads: Mutex::default(),
            history: Mutex::default(),
            facts,
        })
    }

    /// Checkpoints and leaves one plain file. Dropping does the same as well as it can.
    pub fn close(self) -> Result<()> {
        lock(&self.readers).clear();
        if self.mode == Mode::Write { open::close(&lock(&self.writer)) } else { Ok(()) }
    }

    /// The unit that holds the store.
    pub fn unit(&self) -> &Unit {
        &self.facts.unit
    }

    /// The store's public id (`s…`).
    pub fn store_id(&self) -> &Id {
        &self.facts.id
    }

    /// Random secret from which object ids in bundles are derived; never leaves the store.
    pub fn secret(&self) -> &[u8; 32] {
        &self.facts.secret
    }

    /// Makes fingerprints for this store's postings.
    pub fn fingerprinter(&self) -> Fingerprinter {
        self.facts.print
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the last edit was, if it can be undone.
    pub fn undoable(&self) -> Option<Text> {
        lock(&self.history).undo.last().map(Edit::label)
    }

    /// What the last undone edit was, if it can be redone.
    pub fn redoable(&self) -> Option<Text> {
        lock(&self.history).redo.last().map(Edit::label)
    }

    /// Runs `work` on a reader of its own.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let held = lock(&self.readers).pop();
        let connection = match held {
            Some(connection) => connection,
            None => open::open_reader(&self.path)?,
        };
        let result = work(&connection);
        lock(&self.readers).push(connection);
        result
    }

    /// Runs `work` in one transaction; nothing of it stays if it fails.
    fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        if self.mode != Mode::Write {
            return Err(Error::Refused("the case file is open for reading only".into()));
        }
        let connection = lock(&self.writer);
        connection.execute_batch("BEGIN IMMEDIATE")?;
        match work(&connection) {
            Ok(value) => {
                connection.execute_batch("COMMIT")?;
                Ok(value)
            }
            Err(err) => {
                // The error that matters is the first one.
                let _ = connection.execute_batch("ROLLBACK");
                Err(err)
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        lock(&self.readers).clear();
        if self.mode == Mode::Write {
            let connection = lock(&self.writer);
            if !connection.is_busy() {
                let _ = open::close(&connection);
            }
        }
    }
}
