//! Posting runs: which rows hold a value, as sorted immutable blocks.
//!
//! While an import goes on, postings gather in memory and are spilled as a run when they grow too many. A run is sorted by
//! fingerprint and cut into blocks; an evidence may have several runs, which readers merge.

use super::error::{Error, Result};
use super::pack::{deflate, inflate};
use super::rowindex::{Reader, put};
use super::seal::Post;
use crate::model::Instant;
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};

/// Postings held in memory before a run is spilled; 32 bytes each.
pub(super) const SPILL: usize = 2_000_000;
const BLOCK: usize = 64 << 10;
const MAX_BLOCK: usize = 64 << 20;

/// A posting with what its entry will say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    pub(super) fp: u64,
    pub(super) row: u32,
    pub(super) flags: u8,
    pub(super) time: i64,
}

/// No instant.
pub(super) const NO_TIME: i64 = i64::MIN;

/// One value's postings in one evidence.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) fp: u64,
    pub(super) flags: u8,
    pub(super) rows: RoaringBitmap,
    pub(super) first: Option<Instant>,
    pub(super) last: Option<Instant>,
}

impl Entry {
    /// Joins what two runs say about the same value.
    pub(super) fn join(&mut self, other: &Self) {
        self.rows |= &other.rows;
        self.flags = (self.flags & other.flags & Post::IMPLIED) | ((self.flags | other.flags) & Post::VERIFIED);
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }
}

/// SQLite integers are signed; this keeps the order of fingerprints.
pub(super) const fn ordered(fp: u64) -> i64 {
    (fp ^ 1 << 63) as i64
}

/// Sorts and writes the postings as one run, and empties the list.
pub(super) fn spill(connection: &Connection, evidence: i64, run: i64, postings: &mut Vec<Posting>) -> Result<()> {
    use rayon::slice::ParallelSliceMut as _;
    postings.par_sort_unstable_by_key(|post| (post.fp, post.row));
    let mut block = Block::default();
    for group in postings.chunk_by(|a, b| a.fp == b.fp) {
        let Some(head) = group.first() else { continue };
        if block.data.len() >= BLOCK {
            block.write(connection, evidence, run)?;
        }
        let first = group.iter().map(|post| post.time).filter(|time| *time != NO_TIME).min();
        let last = group.iter().map(|post| post.time).max().filter(|time| *time != NO_TIME);
        let implied = group.iter().fold(Post::IMPLIED, |flags, post| flags & post.flags);
        let verified = group.iter().fold(0, |flags, post| flags | post.flags) & Post::VERIFIED;
        block.add(head.fp, implied | verified, group, first.zip(last));
    }
    block.write(connection, evidence, run)?;
    postings.clear();
    Ok(())
}

#[derive(Default)]
struct Block {
    data: Vec<u8>,
    first: u64,
    last: u64,
    entries: u32,
}

impl Block {
    fn add(&mut self, fp: u64, flags: u8, group: &[Posting], span: Option<(i64, i64)>) {
        if self.entries == 0 {
            self.first = fp;
            self.last = fp;
        }
        put(&mut self.data, fp - self.last);
        self.last = fp;
        self.entries += 1;
        put(&mut self.data, u64::from(flags) << 1 | u64::from(span.is_some()));
        if let Some((first, last)) = span {
            put(&mut self.data, ordered_time(first));
            put(&mut self.data, last.wrapping_sub(first) as u64);
        }
        put(&mut self.data, group.len() as u64);
        let mut before = 0;
        for post in group {
            put(&mut self.data, u64::from(post.row - before));
            before = post.row;
        }
    }

    fn write(&mut self, connection: &Connection, evidence: i64, run: i64) -> Result<()> {
        if self.entries == 0 {
            return Ok(());
        }
        let mut stored = Vec::new();
        put(&mut stored, self.data.len() as u64);
        stored.extend(deflate(&self.data, 1)?);
        connection
            .prepare_cached("INSERT INTO run_block (evidence, run, first, last, entries, data) VALUES (?,?,?,?,?,?)")?
            .execute(params![evidence, run, ordered(self.first), ordered(self.last), self.entries, stored])?;
        *self = Self::default();
        Ok(())
    }
}

const fn ordered_time(time: i64) -> u64 {
    ((time << 1) ^ (time >> 63)) as u64
}

/// Reads one stored block, calling `each` with every entry; `only` skips the others.
pub(super) fn read_block(first: i64, stored: &[u8], only: Option<u64>, each: &mut dyn FnMut(Entry)) -> Result<()> {
    let mut head = Reader { bytes: stored, at: 0 };
    let len = usize::try_from(head.take()?).ok().filter(|len| *len <= MAX_BLOCK).ok_or_else(damaged)?;
    let data = inflate(stored.get(head.at..).unwrap_or(&[]), len)?;
    let mut at = Reader { bytes: &data, at: 0 };
    let mut fp = (first as u64) ^ 1 << 63;
    while at.at < data.len() {
        fp = fp.wrapping_add(at.take()?);
        let flags = at.take()?;
        let span = if flags & 1 == 1 {
            let first = at.take()?;
            let first = (first >> 1) as i64 ^ -((first & 1) as i64);
            Some((first, first.wrapping_add(at.take()? as i64)))
        } else {
            None
        };
        let count = at.take()?;
        let mut rows = RoaringBitmap::new();
        let mut row = 0_u32;
        for _ in 0..count {
            row = row.checked_add(u32::try_from(at.take()?).map_err(|_| damaged())?).ok_or_else(damaged)?;
            if only.is_none_or(|wanted| wanted == fp) {
                rows.insert(row);
            }
        }
        if only.is_none_or(|wanted| wanted == fp) {
            let flags = u8::try_from(flags >> 1).map_err(|_| damaged())?;
            each(Entry {
                fp,
                flags,
                rows,
                first: span.map(|span| Instant(span.0)),
                last: span.map(|span| Instant(span.1)),
            });
        }
    }
    Ok(())
}

fn damaged() -> Error {
    Error::Damaged("posting run".into())
}

/// Every value's entry in one evidence, in fingerprint order, runs merged.
pub(super) fn each_entry(
    connection: &Connection,
    evidence: i64,
    only: Option<u64>,
    each: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<()> {
    let sql = "SELECT first, data FROM run_block WHERE evidence=?1 AND (?2 IS NULL OR (first<=?2 AND last>=?2)) ORDER BY run, first";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![evidence, only.map(ordered)])?;
    // Runs are few and a value's entries meet by fingerprint, so a sorted map of all of them is the simplest merge.
    let mut all: std::collections::BTreeMap<u64, Entry> = std::collections::BTreeMap::new();
    while let Some(row) = rows.next()? {
        read_block(row.get(0)?, row.get_ref(1)?.as_blob().map_err(|_| damaged())?, only, &mut |entry| match all
            .entry(entry.fp)
        {
            std::collections::btree_map::Entry::Occupied(mut held) => held.get_mut().join(&entry),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(entry);
            }
        })?;
    }
    all.into_values().try_for_each(each)
}
