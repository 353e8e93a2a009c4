//! Posting runs: which rows hold which value, as entries sorted by fingerprint in compressed blocks.
//!
//! An entry is complete in itself and its rows are kept as gaps, so that merging runs copies bytes and decodes next to
//! nothing. A value with very many rows is split into entries of bounded size that follow each other.

use super::codec::{self, Take, put, put_signed};
use super::error::{Error, Result};
use crate::model::Instant;
use rayon::prelude::*;
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};
use std::ops::Range;

/// Raw bytes after which a block is closed.
const BLOCK: usize = 64 << 10;
/// Longest block that is unpacked: a block, and one entry of a chunk of nothing but one-byte records.
const LONGEST: usize = 32 << 20;
/// Rows after which an entry is closed.
const PART: u32 = 1 << 16;
/// Blocks pressed side by side.
const BATCH: usize = 64;

/// Seen by itself, not only inside another value.
pub(super) const DIRECT: u8 = 1;
/// Its own rule held.
pub(super) const VERIFIED: u8 = 2;
const DATED: u8 = 4;
const SECONDS: u8 = 8;
const SECOND: i64 = 1_000_000_000;

/// An entry without its gaps, which lie in the buffer it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The value's fingerprint.
    pub(super) fp: u64,
    /// [`DIRECT`] and [`VERIFIED`].
    pub(super) flags: u8,
    /// First and last instant.
    pub(super) times: Option<(Instant, Instant)>,
    /// Rows.
    pub(super) count: u32,
    /// First row.
    pub(super) first_row: u32,
    /// Last row minus first row.
    pub(super) span: u32,
    /// Where the gaps between rows stand.
    gaps: Range<usize>,
}

impl Entry {
    /// Reads the entry at `at`, and says where the next begins.
    pub(super) fn read(raw: &[u8], at: usize) -> Result<(Self, usize)> {
        let mut take = Take(raw.get(at..).unwrap_or(&[]));
        let fp = take.bytes(8)?.try_into().map(u64::from_le_bytes).map_err(|_| Error::damaged("posting"))?;
        let flags = take.byte()?;
        let times = if flags & DATED == 0 {
            None
        } else {
            let unit = if flags & SECONDS == 0 { 1 } else { SECOND };
            let first = take.signed()?;
            let last = first.wrapping_add(take.number()? as i64);
            Some((Instant(first.wrapping_mul(unit)), Instant(last.wrapping_mul(unit))))
        };
        let (count, first_row) = (take.small()?, take.small()?);
        let (mut span, mut gaps) = (0, 0);
        if count > 1 {
            span = take.small()?;
            gaps = take.small()? as usize;
        }
        let start = raw.len() - take.0.len();
        take.bytes(gaps)?;
        if count == 0 || first_row.checked_add(span).is_none() || gaps < count as usize - 1 {
            return Err(Error::damaged("posting"));
        }
        let flags = flags & (DIRECT | VERIFIED);
        let entry = Self { fp, flags, times, count, first_row, span, gaps: start..start + gaps };
        Ok((entry, start + gaps))
    }

    /// Adds the rows to a set. The rows of one value arrive in ascending order.
    pub(super) fn rows_into(&self, raw: &[u8], rows: &mut RoaringBitmap) -> Result<()> {
        let mut take = Take(raw.get(self.gaps.clone()).unwrap_or(&[]));
        let mut row = self.first_row;
        rows.insert(row);
        for _ in 1..self.count {
            let gap = take.small()?;
            row = row.checked_add(gap).and_then(|row| row.checked_add(1)).ok_or_else(|| Error::damaged("posting"))?;
            rows.insert(row);
        }
        Ok(())
    }
}

/// First and last of two spans of time.
pub(super) fn span(a: Option<(Instant, Instant)>, b: Option<(Instant, Instant)>) -> Option<(Instant, Instant)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// One entry while it is put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    fp: u64,
    flags: u8,
    times: Option<(Instant, Instant)>,
    count: u32,
    first_row: u32,
    last_row: u32,
    gaps: Vec<u8>,
}

impl Draft {
    /// Whether nothing was added since the last [`Draft::flush`].
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The value it is about.
    pub(super) fn fp(&self) -> u64 {
        self.fp
    }

    /// Whether it should be closed although more rows may follow.
    pub(super) fn is_full(&self) -> bool {
        self.count >= PART
    }

    /// Adds one row, which must come after those before; the same row again only adds its flags.
    pub(super) fn row(&mut self, fp: u64, row: u32, flags: u8, at: Option<Instant>) {
        self.join(fp, flags, at.map(|at| (at, at)));
        if self.count > 0 && row <= self.last_row {
            return;
        }
        self.first_or_gap(row);
        self.last_row = row;
        self.count += 1;
    }

    /// Adds an entry whose rows count from `base` and come after those before.
    fn entry(&mut self, entry: &Entry, raw: &[u8], base: u32) -> Result<()> {
        let bad = || Error::damaged("postings out of order");
        let first = entry.first_row.checked_add(base).ok_or_else(bad)?;
        if self.count > 0 && first <= self.last_row {
            return Err(bad());
        }
        self.join(entry.fp, entry.flags, entry.times);
        self.first_or_gap(first);
        self.gaps.extend_from_slice(raw.get(entry.gaps.clone()).unwrap_or(&[]));
        self.last_row = first.checked_add(entry.span).ok_or_else(bad)?;
        self.count = self.count.checked_add(entry.count).ok_or_else(bad)?;
        Ok(())
    }

    fn join(&mut self, fp: u64, flags: u8, times: Option<(Instant, Instant)>) {
        self.fp = fp;
        self.flags |= flags;
        self.times = span(self.times, times);
    }

    fn first_or_gap(&mut self, row: u32) {
        if self.count == 0 {
            self.first_row = row;
        } else {
            put(&mut self.gaps, u64::from(row - self.last_row - 1));
        }
    }

    /// Appends the entry and begins afresh.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        let mut flags = self.flags;
        if let Some((first, last)) = self.times {
            flags |= DATED;
            if first.0 % SECOND == 0 && last.0 % SECOND == 0 {
                flags |= SECONDS;
            }
        }
        out.extend_from_slice(&self.fp.to_le_bytes());
        out.push(flags);
        if let Some((first, last)) = self.times {
            let unit = if flags & SECONDS == 0 { 1 } else { SECOND };
            put_signed(out, first.0 / unit);
            put(out, (last.0 / unit).wrapping_sub(first.0 / unit) as u64);
        }
        put(out, u64::from(self.count));
        put(out, u64::from(self.first_row));
        if self.count > 1 {
            put(out, u64::from(self.last_row - self.first_row));
            put(out, self.gaps.len() as u64);
            out.extend_from_slice(&self.gaps);
        }
        self.gaps.clear();
        (self.count, self.flags, self.times) = (0, 0, None);
    }
}

/// SQLite integers are signed; this keeps the order of fingerprints.
pub(super) const fn ordered(fp: u64) -> i64 {
    (fp ^ 1 << 63) as i64
}

/// Back from the column.
pub(super) const fn from_ordered(column: i64) -> u64 {
    column as u64 ^ 1 << 63
}

/// Writes one run, block by block, into the transaction it was begun in.
pub(super) struct RunWriter<'c> {
    conn: &'c Connection,
    raw: Vec<u8>,
    last_fp: u64,
    ready: Vec<(Vec<u8>, u64)>,
    draft: Draft,
    first_block: i64,
    blocks: i64,
    distinct: u32,
    before: Option<u64>,
}

impl<'c> RunWriter<'c> {
    /// Begins a run.
    pub(super) fn new(conn: &'c Connection) -> Result<Self> {
        let last: i64 = conn.query_row("SELECT coalesce(max(key), 0) FROM run_block", [], |row| row.get(0))?;
        Ok(Self {
            conn,
            raw: Vec::new(),
            last_fp: 0,
            ready: Vec::new(),
            draft: Draft::default(),
            first_block: last + 1,
            blocks: 0,
            distinct: 0,
            before: None,
        })
    }

    /// Adds an entry; fingerprints ascend, and rows ascend within one.
    pub(super) fn add(&mut self, entry: &Entry, raw: &[u8], base: u32) -> Result<()> {
        if !self.draft.is_empty() && (self.draft.fp() != entry.fp || self.draft.is_full()) {
            self.close_entry()?;
        }
        if self.before != Some(entry.fp) {
            self.before = Some(entry.fp);
            self.distinct = self.distinct.saturating_add(1);
        }
        self.draft.entry(entry, raw, base)
    }

    fn close_entry(&mut self) -> Result<()> {
        self.last_fp = self.draft.fp();
        self.draft.flush(&mut self.raw);
        if self.raw.len() >= BLOCK {
            self.ready.push((std::mem::take(&mut self.raw), self.last_fp));
            if self.ready.len() >= BATCH {
                self.write_out()?;
            }
        }
        Ok(())
    }

    fn write_out(&mut self) -> Result<()> {
        let pressed: Vec<Result<Vec<u8>>> = self.ready.par_iter().map(|(raw, _)| codec::press(raw)).collect();
        let mut insert = self.conn.prepare_cached("INSERT INTO run_block VALUES (?1, ?2, ?3, ?4)")?;
        for ((raw, last_fp), data) in self.ready.drain(..).zip(pressed) {
            let id = self.first_block + self.blocks;
            insert.execute(params![id, ordered(last_fp), raw.len() as i64, data?])?;
            self.blocks += 1;
        }
        Ok(())
    }

    /// Ends the run and registers it. Returns its number and how many distinct values it holds.
    pub(super) fn finish(mut self, evidence: i64) -> Result<(i64, u32)> {
        if !self.draft.is_empty() {
            self.close_entry()?;
        }
        if !self.raw.is_empty() {
            self.ready.push((std::mem::take(&mut self.raw), self.last_fp));
        }
        self.write_out()?;
        self.conn
            .prepare_cached("INSERT INTO run (evidence, first_block, blocks) VALUES (?1, ?2, ?3)")?
            .execute(params![evidence, self.first_block, self.blocks])?;
        Ok((self.conn.last_insert_rowid(), self.distinct))
    }
}

/// Where a run lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunPlace {
    /// Its number.
    pub(super) id: i64,
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

/// Removes a run.
pub(super) fn drop_run(conn: &Connection, place: RunPlace) -> Result<()> {
    let end = place.first_block.saturating_add(place.blocks);
    conn.execute("DELETE FROM run_block WHERE key >= ?1 AND key < ?2", [place.first_block, end])?;
    conn.execute("DELETE FROM run WHERE key=?1", [place.id])?;
    Ok(())
}

fn load(conn: &Connection, block: i64) -> Result<Vec<u8>> {
    let mut query = conn.prepare_cached("SELECT len, data FROM run_block WHERE key=?1")?;
    let mut rows = query.query([block])?;
    let row = rows.next()?.ok_or_else(|| Error::damaged("posting block missing"))?;
    let len = usize::try_from(row.get::<_, i64>(0)?).ok().filter(|len| *len <= LONGEST);
    let len = len.ok_or_else(|| Error::damaged("length of a posting block"))?;
    codec::unpress(row.get_ref(1)?.as_blob().map_err(|_| Error::damaged("posting block"))?, len)
}

/// Walks entries: of bytes in memory, or of a stored run block by block.
pub(super) struct Cursor {
    raw: Vec<u8>,
    at: usize,
    next_block: i64,
    end_block: i64,
    entry: Option<Entry>,
    /// Added to every row.
    pub(super) base: u32,
}

impl Cursor {
    /// Over entries in memory.
    pub(super) fn over(raw: Vec<u8>, base: u32) -> Self {
        Self { raw, at: 0, next_block: 0, end_block: 0, entry: None, base }
    }

    /// Over a stored run.
    pub(super) fn stored(place: RunPlace) -> Self {
        let end_block = place.first_block.saturating_add(place.blocks);
        Self { raw: Vec::new(), at: 0, next_block: place.first_block, end_block, entry: None, base: 0 }
    }

    /// Over a stored run, from the first block that may hold `fp` on.
    pub(super) fn from(conn: &Connection, place: RunPlace, fp: u64) -> Result<Self> {
        let mut cursor = Self::stored(place);
        let mut query = conn.prepare_cached("SELECT last_fp FROM run_block WHERE key=?1")?;
        let (mut low, mut high) = (cursor.next_block, cursor.end_block);
        while low < high {
            let middle = low + (high - low) / 2;
            let last: i64 = query.query_row([middle], |row| row.get(0))?;
            if from_ordered(last) < fp {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        cursor.next_block = low;
        Ok(cursor)
    }

    /// Steps to the next entry.
    pub(super) fn step(&mut self, conn: &Connection) -> Result<Option<(&Entry, &[u8])>> {
        while self.at >= self.raw.len() {
            if self.next_block >= self.end_block {
                self.entry = None;
                return Ok(None);
            }
            self.raw = load(conn, self.next_block)?;
            self.next_block += 1;
            self.at = 0;
        }
        let (entry, next) = Entry::read(&self.raw, self.at)?;
        self.at = next;
        self.entry = Some(entry);
        Ok(self.now())
    }

    /// The entry it stands on.
    pub(super) fn now(&self) -> Option<(&Entry, &[u8])> {
        self.entry.as_ref().map(|entry| (entry, self.raw.as_slice()))
    }
}

/// Every row of one value in one evidence.
pub(super) fn rows_of(conn: &Connection, evidence: i64, fp: u64) -> Result<RoaringBitmap> {
    let mut rows = RoaringBitmap::new();
    for place in runs_of(conn, evidence)? {
        let mut cursor = Cursor::from(conn, place, fp)?;
        while let Some((entry, raw)) = cursor.step(conn)? {
            if entry.fp > fp {
                break;
            }
            if entry.fp == fp {
                entry.rows_into(raw, &mut rows)?;
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_come_back(fp in any::<u64>(), rows in proptest::collection::btree_set(any::<u32>(), 1..60), at in any::<i64>()) {
            let mut draft = Draft::default();
            for row in &rows {
                draft.row(fp, *row, DIRECT, Some(Instant(at)));
            }
            let mut raw = Vec::new();
            draft.flush(&mut raw);
            let (entry, end) = Entry::read(&raw, 0).unwrap();
            let mut found = RoaringBitmap::new();
            entry.rows_into(&raw, &mut found).unwrap();
            prop_assert_eq!((entry.fp, entry.count as usize, end), (fp, rows.len(), raw.len()));
            prop_assert_eq!(entry.times, Some((Instant(at), Instant(at))));
            prop_assert_eq!(found.into_iter().collect::<Vec<_>>(), rows.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn junk_is_refused_without_panic(junk in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok((entry, _)) = Entry::read(&junk, 0) {
                let _ = entry.rows_into(&junk, &mut RoaringBitmap::new());
            }
        }
    }
}
