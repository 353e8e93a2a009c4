//! The case file: schema, transactions, audit chain, chunks, row index, postings. Alone speaks SQL.
//!
//! One SQLite file a store. Evidence goes in whole and is never changed; everything else is either an index that can be
//! rebuilt from it or a statement somebody made, each in one transaction with its audit entry. The store never reads the
//! clock: every time comes in with its author.

mod agree;
mod audit;
mod bands;
mod books;
mod bytes;
mod cases;
mod check;
mod codec;
mod corpus;
mod derived;
mod edits;
mod entry;
mod error;
mod evidence;
mod expunge;
mod forms;
mod held;
mod import;
mod limited;
mod listed;
mod lists;
mod merge;
mod open;
mod posts;
mod rereading;
mod rowindex;
mod runs;
mod schema;
mod seal;
mod settle;
mod settled;
mod sightings;
mod statements;
mod unite;
mod values;

pub use audit::print_head;
pub use bands::FEW_CHUNKS;
pub use books::{ExportEntry, ReceivedEntry, TrustRow};
pub use bytes::StoredBytes;
pub use cases::CaseRow;
pub use check::Check;
pub use error::{Error, Result};
pub use expunge::Expunged;
pub use held::in_use;
pub use import::{Finish, Import, NewEvidence};
pub use limited::LimitedRole;
pub use lists::Listed;
pub use open::Mode;
pub use posts::Posts;
pub use rereading::{Remapped, Unmapped, Why};
pub use seal::{PackedContent, SealedChunk, pack_content, seal};
pub use settle::Found;
pub use sightings::SightingFilter;

use crate::model::corpus::LayerReader;
use crate::model::statement::Author;
use crate::model::{Id, Text, Unit};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Reading connections kept for the next question.
const READERS: usize = 8;

/// One open case file. Shared between threads: one writer behind a lock, readers each with a connection of their own.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// Which file that was when it was opened.
    place: open::Place,
    mode: Mode,
    found: Found,
    /// `None` unless opened for writing, and after closing.
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
    caches: corpus::Caches,
    history: Mutex<edits::History>,
    facts: Facts,
    layers: Option<Layers>,
    /// Stated later, where the store was made before anybody said whose it is.
    unit: OnceLock<Unit>,
    /// Last, so that it outlives the connections.
    _held: held::Held,
}

/// Who decodes layers.
#[derive(Clone)]
struct Layers(Arc<dyn LayerReader>);

impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Layers")
    }
}

impl std::ops::Deref for Layers {
    type Target = dyn LayerReader;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// What never changes in a store, but for a unit that was left open.
#[derive(Debug)]
struct Facts {
    id: Id,
    unit: Unit,
    secret: [u8; 32],
}

/// Locks whatever became of the thread that held it before: every value here is whole between statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| Error::Refused(Text::new("乱数を得られません", "no random numbers from the system")))?;
    Ok(bytes)
}

impl Store {
    /// Makes a new case file for a unit; refuses to overwrite.
    pub fn create(path: &Path, unit: &Unit, author: &Author) -> Result<Self> {
        let path = absolute(path)?;
        let id = Id::from_random('s', random()?);
        let connection = open::make(&path, |tx| {
            for (key, value) in [
                ("store_id", id.as_str().as_bytes()),
                ("unit", unit.path().as_bytes()),
                ("secret", &random::<32>()?[..]),
            ] {
                tx.execute("INSERT INTO meta VALUES (?,?)", (key, value))?;
            }
            audit::append(tx, "store.create", id.as_str(), unit.path(), author)?;
            Ok(())
        })?;
        let facts = Facts::load(&connection)?;
        Ok(Self::assemble(path, Mode::Write, Found::Closed, facts, Some(connection)))
    }

    /// Opens a case file. See [`Mode`].
    pub fn open(path: &Path, mode: Mode) -> Result<Self> {
        let path = real(path)?;
        let (version, found) = open::inspect(&path, mode)?;
        if mode == Mode::Write {
            let connection = open::writer(&path, version)?;
            let facts = Facts::load(&connection)?;
            let store = Self::assemble(path, mode, found, facts, Some(connection));
            // Where another program is at work, a reading under way is its own.
            if found != Found::InUse {
                store.drop_broken_readings()?;
            }
            return Ok(store);
        }
        let connection = open::reader(&path, mode)?;
        schema::demand_equal(&connection, version, &path)?;
        if mode == Mode::Foreign {
            open::demand_sound(&connection)?;
        }
        let facts = Facts::load(&connection)?;
        let store = Self::assemble(path, mode, found, facts, None);
        store.give_back(connection);
        Ok(store)
    }

    /// Hands over who decodes the layers that records of some formats are read from.
    #[must_use]
    pub fn with_layers(mut self, layers: Arc<dyn LayerReader>) -> Self {
        self.layers = Some(Layers(layers));
        self
    }

    fn assemble(path: PathBuf, mode: Mode, found: Found, facts: Facts, writer: Option<Connection>) -> Self {
        Self {
            _held: held::Held::new(&path),
            place: open::place(&path),
            path,
            mode,
            found,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            caches: corpus::Caches::default(),
            history: Mutex::default(),
            facts,
            unit: OnceLock::new(),
            layers: None,
        }
    }

    /// Checkpoints and leaves one plain file, unless another program still has it open. Dropping does the same as well as
    /// it can.
    pub fn close(self) -> Result<()> {
        self.shut()
    }

    fn shut(&self) -> Result<()> {
        if lock(&self.writer).is_some() {
            self.settle_totals()?;
        }
        lock(&self.readers).clear();
        let Some(connection) = lock(&self.writer).take() else { return Ok(()) };
        connection.flush_prepared_statement_cache();
        match connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(Error::from) {
            // Another program has the file open; the last one to close tidies up.
            Ok(()) | Err(Error::Busy) => {}
            Err(error) => return Err(error),
        }
        connection.close().map_err(|(_, error)| error.into())
    }

    /// How it was opened.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How it was found when it was opened.
    pub fn found(&self) -> Found {
        self.found
    }

    /// The unit that holds the store.
    pub fn unit(&self) -> &Unit {
        self.unit.get().unwrap_or(&self.facts.unit)
    }

    /// States whose store this is, once, where it was made for `open` before anybody said so. Refused as soon as a bundle
    /// left under the old name.
    pub fn state_unit(&self, open: &Unit, unit: &Unit, author: &Author) -> Result<()> {
        if self.unit() != open {
            return Err(Error::Refused(Text::new("所属は既に記録されています", "the unit is stated already")));
        }
        self.write(|connection| {
            let exports: i64 = connection.query_row("SELECT count(*) FROM export", [], |row| row.get(0))?;
            if exports > 0 {
                return Err(Error::Refused(Text::new(
                    "既に束を起案しているため、所属は変えられません",
                    "a bundle was drafted already, so the unit can no longer change",
                )));
            }
            connection.execute("UPDATE meta SET value=? WHERE key='unit'", [unit.path().as_bytes()])?;
            audit::append(connection, "store.unit", self.facts.id.as_str(), unit.path(), author)
        })?;
        // Whoever lost the race was refused above.
        self.unit.get_or_init(|| unit.clone());
        Ok(())
    }

    /// The store's public id (`s…`).
    pub fn store_id(&self) -> &Id {
        &self.facts.id
    }

    /// Random secret from which object ids in bundles are derived; never leaves the store.
    pub fn secret(&self) -> &[u8; 32] {
        &self.facts.secret
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one transaction; nothing of it stays if it fails.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut guard = lock(&self.writer);
        let connection = guard.as_mut().ok_or(Error::ReadOnly)?;
        self.demand_place()?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let out = work(&tx)?;
        tx.commit()?;
        Ok(out)
    }

    /// Runs `work` on a reading connection, in one snapshot.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let held = lock(&self.readers).pop();
        let connection = match held {
            Some(connection) => connection,
            None => {
                let connection = open::reader(&self.path, self.mode)?;
                self.demand_place()?;
                connection
            }
        };
        let out = (|| {
            let snapshot = connection.unchecked_transaction()?;
            let out = work(&snapshot)?;
            snapshot.finish()?;
            Ok(out)
        })();
        self.give_back(connection);
        out
    }

    /// Refuses to go on with another file that was put in this one's place: what is written would be lost with the old
    /// one, what is read would be another store's.
    fn demand_place(&self) -> Result<()> {
        if open::place(&self.path) == self.place { Ok(()) } else { Err(Error::Replaced(self.path.clone())) }
    }

    fn give_back(&self, connection: Connection) {
        let mut readers = lock(&self.readers);
        if readers.len() < READERS {
            readers.push(connection);
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Nobody is left to be told; the next opening recovers whatever stayed in the `-wal`.
        drop(self.shut());
    }
}

impl Facts {
    fn load(connection: &Connection) -> Result<Self> {
        let damaged = |key: &str| Error::damaged(format!("meta `{key}`"));
        let meta = |key: &str| -> Result<Vec<u8>> {
            let mut query = connection.prepare_cached("SELECT value FROM meta WHERE key=?")?;
            query.query_row([key], |row| row.get(0)).optional()?.ok_or_else(|| damaged(key))
        };
        let text = |key: &str| String::from_utf8(meta(key)?).map_err(|_| damaged(key));
        Ok(Self {
            id: Id(text("store_id")?),
            unit: Unit::from_path(&text("unit")?).ok_or_else(|| damaged("unit"))?,
            secret: meta("secret")?.try_into().map_err(|_| damaged("secret"))?,
        })
    }
}

/// The file itself, where a link stands in its place: side files lie beside it, not beside the link.
fn real(path: &Path) -> Result<PathBuf> {
    let named = absolute(path)?;
    // On Windows the canonical form of a network path no longer looks like one.
    if cfg!(windows) { Ok(named) } else { Ok(named.canonicalize().unwrap_or(named)) }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|source| Error::file("the path cannot be resolved", path, source))
}
