//! Posting runs: which rows hold which value, as entries in the order of their keys, in compressed blocks.
//!
//! A run is written once and never changed. A value with very many rows is split into entries of bounded size that follow
//! each other. Each block begins with a whole key, so that it can be read alone.

use super::codec;
use super::entry::{Draft, Entry, Packed};
use super::error::{Error, Result};
use super::merge::merge;
use crate::model::common;
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};
use std::ops::Range;

/// Raw bytes after which a block is closed.
const BLOCK: usize = 64 << 10;
/// Longest block that is unpacked: a block, and one entry of a chunk of nothing but one-byte records.
const LONGEST: usize = 32 << 20;

/// A finished block: its bytes and its last key.
pub(super) type Block = (Vec<u8>, Vec<u8>);

/// A block as stored.
#[derive(Clone, Debug)]
pub(super) struct Pressed {
    len: usize,
    data: Vec<u8>,
    last_key: Vec<u8>,
}

impl Pressed {
    /// Compresses a block.
    pub(super) fn of((raw, last_key): Block) -> Result<Self> {
        Ok(Self { len: raw.len(), data: codec::press(&raw)?, last_key })
    }

    /// The block.
    pub(super) fn open(&self) -> Result<Block> {
        Ok((codec::unpress(&self.data, self.len)?, self.last_key.clone()))
    }
}

/// Puts entries of equal keys together.
#[derive(Debug, Default)]
struct Joined {
    draft: Draft,
    packed: Packed,
}

impl Joined {
    fn add(&mut self, cursor: &Cursor, new: bool) -> Result<()> {
        let Some((entry, raw)) = cursor.now() else { return Ok(()) };
        if new || self.draft.is_full() {
            self.close();
        }
        if new {
            self.draft.begin(&[cursor.key()]);
        }
        self.draft.entry(entry, raw, cursor.base)
    }

    fn close(&mut self) {
        if !self.draft.is_empty() {
            self.draft.flush(&mut self.packed);
        }
    }
}

/// Merges entries into blocks, which `each` takes; returns how many keys there are. Rows ascend from cursor to cursor.
pub(super) fn join(
    blocks: &impl Blocks,
    cursors: Vec<Cursor>,
    mut each: impl FnMut(Block) -> Result<()>,
) -> Result<u32> {
    let (mut joined, mut distinct) = (Joined::default(), 0);
    merge(blocks, cursors, |_, cursor, new| {
        distinct += u32::from(new);
        joined.add(cursor, new)?;
        if joined.packed.raw.len() >= BLOCK { each(joined.packed.take()) } else { Ok(()) }
    })?;
    joined.close();
    if !joined.packed.raw.is_empty() {
        each(joined.packed.take())?;
    }
    Ok(distinct)
}

/// Writes one run, block by block, into the transaction it was begun in.
pub(super) struct RunWriter<'c> {
    conn: &'c Connection,
    first_block: i64,
    blocks: i64,
}

impl<'c> RunWriter<'c> {
    /// Begins a run.
    pub(super) fn new(conn: &'c Connection) -> Result<Self> {
        let last: i64 = conn.query_row("SELECT coalesce(max(key), 0) FROM run_block", [], |row| row.get(0))?;
        Ok(Self { conn, first_block: last + 1, blocks: 0 })
    }

    /// Adds a block; keys ascend, and rows ascend within one.
    pub(super) fn add(&mut self, block: &Pressed) -> Result<()> {
        let key = self.first_block + self.blocks;
        let mut insert = self.conn.prepare_cached("INSERT INTO run_block VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![key, block.last_key, block.len as i64, block.data])?;
        self.blocks += 1;
        Ok(())
    }

    /// Ends the run and registers it.
    pub(super) fn finish(self, evidence: i64) -> Result<()> {
        self.conn
            .prepare_cached("INSERT INTO run (evidence, first_block, blocks) VALUES (?1, ?2, ?3)")?
            .execute(params![evidence, self.first_block, self.blocks])?;
        Ok(())
    }
}

/// Where a run lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunPlace {
    id: i64,
    first_block: i64,
    blocks: i64,
}

/// The runs of an evidence, oldest first.
pub(super) fn runs_of(conn: &Connection, evidence: i64) -> Result<Vec<RunPlace>> {
    let mut query = conn.prepare_cached("SELECT key, first_block, blocks FROM run WHERE evidence=?1 ORDER BY key")?;
    let rows = query
        .query_map([evidence], |row| Ok(RunPlace { id: row.get(0)?, first_block: row.get(1)?, blocks: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The blocks of a run with their last keys, in order.
pub(super) fn last_keys(conn: &Connection, place: RunPlace) -> Result<Vec<(i64, Vec<u8>)>> {
    let end = place.first_block.saturating_add(place.blocks);
    let mut query =
        conn.prepare_cached("SELECT key, last_key FROM run_block WHERE key >= ?1 AND key < ?2 ORDER BY key")?;
    let rows = query.query_map([place.first_block, end], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Removes a run.
pub(super) fn drop_run(conn: &Connection, place: RunPlace) -> Result<()> {
    let end = place.first_block.saturating_add(place.blocks);
    conn.execute("DELETE FROM run_block WHERE key >= ?1 AND key < ?2", [place.first_block, end])?;
    conn.execute("DELETE FROM run WHERE key=?1", [place.id])?;
    Ok(())
}

/// Where blocks come from.
pub(super) trait Blocks {
    /// A block by its key.
    fn block(&self, key: i64) -> Result<Block>;
}

impl Blocks for Connection {
    fn block(&self, key: i64) -> Result<Block> {
        stored(self, key)?.open()
    }
}

/// A block as it is stored.
pub(super) fn stored(conn: &Connection, key: i64) -> Result<Pressed> {
    let mut query = conn.prepare_cached("SELECT len, data, last_key FROM run_block WHERE key=?1")?;
    let mut rows = query.query([key])?;
    let row = rows.next()?.ok_or_else(|| Error::damaged("posting block missing"))?;
    let len = usize::try_from(row.get::<_, i64>(0)?).ok().filter(|len| *len <= LONGEST);
    let len = len.ok_or_else(|| Error::damaged("length of a posting block"))?;
    let data = row.get(1).map_err(|_| Error::damaged("posting block"))?;
    Ok(Pressed { len, data, last_key: row.get(2)? })
}

/// Which keys a cursor stops at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// All.
    All,
    /// Those that begin so.
    Within(Vec<u8>),
    /// This one.
    Only(Vec<u8>),
    /// Those behind the first and not behind the second, where there is one.
    Between(Vec<u8>, Option<Vec<u8>>),
}

impl Keys {
    fn low(&self) -> &[u8] {
        match self {
            Self::All => &[],
            Self::Within(key) | Self::Only(key) | Self::Between(key, _) => key,
        }
    }

    fn hold(&self, key: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Within(start) => key.starts_with(start),
            Self::Only(only) => key == only,
            Self::Between(low, high) => key > low.as_slice() && high.as_ref().is_none_or(|high| key <= high.as_slice()),
        }
    }
}

/// Walks entries: of bytes in memory, or of a stored run block by block.
#[derive(Debug)]
pub(super) struct Cursor {
    raw: Vec<u8>,
    at: usize,
    next_block: i64,
    end_block: i64,
    keys: Keys,
    key: Vec<u8>,
    /// The last key of a stored block, by which blocks are found.
    last: Option<Vec<u8>>,
    entry: Option<Entry>,
    /// Bytes the key shares with the one before.
    shared: usize,
    /// Added to every row.
    base: u32,
}

impl Cursor {
    /// Over entries in memory, whose rows count from `base`.
    pub(super) fn over(raw: Vec<u8>, base: u32) -> Self {
        let (key, last, entry) = (Vec::new(), None, None);
        Self { raw, at: 0, next_block: 0, end_block: 0, keys: Keys::All, key, last, entry, shared: 0, base }
    }

    /// Over a stored run.
    pub(super) fn stored(place: RunPlace) -> Self {
        let end_block = place.first_block.saturating_add(place.blocks);
        Self { next_block: place.first_block, end_block, ..Self::over(Vec::new(), 0) }
    }

    /// Over those entries of these stored blocks that have these keys.
    pub(super) fn part(blocks: Range<i64>, keys: Keys) -> Self {
        Self { next_block: blocks.start, end_block: blocks.end, keys, ..Self::over(Vec::new(), 0) }
    }

    /// Over those entries of a stored run that have these keys.
    pub(super) fn of(conn: &Connection, place: RunPlace, keys: &Keys) -> Result<Self> {
        let mut cursor = Self { keys: keys.clone(), ..Self::stored(place) };
        let mut query = conn.prepare_cached("SELECT last_key FROM run_block WHERE key=?1")?;
        let (mut low, mut high) = (cursor.next_block, cursor.end_block);
        while low < high && *keys != Keys::All {
            let middle = low + (high - low) / 2;
            let ends_before = query.query_row([middle], |row| Ok(row.get_ref(0)?.as_blob()? < keys.low()))?;
            if ends_before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        cursor.next_block = low;
        Ok(cursor)
    }

    /// Steps to the next entry; whether there is one.
    pub(super) fn step(&mut self, blocks: &impl Blocks) -> Result<bool> {
        loop {
            let mut before = None;
            while self.at >= self.raw.len() {
                if self.last.take().is_some_and(|last| last != self.key) {
                    return Err(Error::damaged("last key of a posting block"));
                }
                if self.next_block >= self.end_block {
                    return Ok(self.end());
                }
                let (raw, last) = blocks.block(self.next_block)?;
                (self.raw, self.last) = (raw, Some(last));
                self.next_block += 1;
                self.at = 0;
                before.get_or_insert_with(|| std::mem::take(&mut self.key));
            }
            let (entry, next) = Entry::read(&self.raw, self.at, &mut self.key)?;
            self.shared = entry.shared;
            if let Some(before) = before {
                // A block begins with a whole key.
                self.shared = common(&before, &self.key);
                if before > self.key {
                    return Err(Error::damaged("postings out of order"));
                }
            }
            self.at = next;
            self.entry = Some(entry);
            if self.keys.hold(&self.key) {
                return Ok(true);
            }
            if self.key.as_slice() > self.keys.low() {
                return Ok(self.end());
            }
        }
    }

    fn end(&mut self) -> bool {
        (self.at, self.next_block) = (self.raw.len(), self.end_block);
        (self.last, self.entry) = (None, None);
        false
    }

    /// The key of the entry it stands on.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Bytes that key shares with the one it stood on before.
    pub(super) fn shared(&self) -> usize {
        self.shared
    }

    /// The entry it stands on, and the bytes its gaps lie in.
    pub(super) fn now(&self) -> Option<(&Entry, &[u8])> {
        self.entry.as_ref().map(|entry| (entry, self.raw.as_slice()))
    }
}

/// Every row of one value in one evidence.
pub(super) fn rows_of(conn: &Connection, evidence: i64, key: &[u8]) -> Result<RoaringBitmap> {
    let (mut rows, keys) = (RoaringBitmap::new(), Keys::Only(key.to_vec()));
    for place in runs_of(conn, evidence)? {
        let mut cursor = Cursor::of(conn, place, &keys)?;
        while cursor.step(conn)? {
            if let Some((entry, raw)) = cursor.now() {
                entry.rows_into(raw, &mut rows)?;
            }
        }
    }
    Ok(rows)
}
