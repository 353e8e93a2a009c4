//! One posting: a value's key, and the rows that hold it.
//!
//! A key is kept as what it shares with the key before it and the rest; rows are kept as gaps, so that merging copies
//! bytes and decodes next to nothing.

use super::codec::{Take, put, put_signed};
use super::error::{Error, Result};
use super::values::MAX_KEY;
use crate::model::{Instant, common};
use roaring::RoaringBitmap;
use std::ops::Range;

/// Rows after which an entry is closed.
const PART: u32 = 1 << 16;

/// Seen by itself, not only inside another value.
pub(super) const DIRECT: u8 = 1;
/// Its own rule held.
pub(super) const VERIFIED: u8 = 2;
const DATED: u8 = 4;
const SECONDS: u8 = 8;
const SECOND: i64 = 1_000_000_000;

/// An entry without its key and gaps, which lie with whoever read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
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
    /// Bytes its key shares with the key before it.
    pub(super) shared: usize,
    /// Where the gaps between rows stand.
    gaps: Range<usize>,
}

impl Entry {
    /// Reads the entry at `at`, and says where the next begins. `key` holds the key before it, and then its own.
    pub(super) fn read(raw: &[u8], at: usize, key: &mut Vec<u8>) -> Result<(Self, usize)> {
        let bad = || Error::damaged("posting");
        let mut take = Take(raw.get(at..).unwrap_or(&[]));
        let (shared, rest) = (take.small()? as usize, take.small()? as usize);
        let tail = take.bytes(rest)?;
        // Keys ascend, and what is shared is all that could be: merging relies on both.
        let follows = key.get(shared).is_none_or(|before| tail.first().is_some_and(|first| first > before));
        if shared > key.len() || shared.saturating_add(rest) > MAX_KEY || !follows {
            return Err(bad());
        }
        key.truncate(shared);
        key.extend_from_slice(tail);
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
            return Err(bad());
        }
        let flags = flags & (DIRECT | VERIFIED);
        let entry = Self { flags, times, count, first_row, span, shared, gaps: start..start + gaps };
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

/// Bytes of entries in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// The bytes.
    pub(super) raw: Vec<u8>,
    last: Vec<u8>,
}

impl Packed {
    /// None yet, with memory for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { raw: Vec::with_capacity(bytes), last: Vec::new() }
    }

    /// Takes the bytes and the last key, and begins afresh.
    pub(super) fn take(&mut self) -> (Vec<u8>, Vec<u8>) {
        (std::mem::take(&mut self.raw), std::mem::take(&mut self.last))
    }
}

/// One entry while it is put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    key: Vec<u8>,
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

    /// Begins the entry of a value; only while empty.
    pub(super) fn begin(&mut self, key: &[&[u8]]) {
        self.key.clear();
        key.iter().for_each(|part| self.key.extend_from_slice(part));
    }

    /// Whether it should be closed although more rows may follow.
    pub(super) fn is_full(&self) -> bool {
        self.count >= PART
    }

    /// Adds one row, which must come after those before; the same row again only adds its flags.
    pub(super) fn row(&mut self, row: u32, flags: u8, at: Option<Instant>) {
        self.join(flags, at.map(|at| (at, at)));
        if self.count > 0 && row <= self.last_row {
            return;
        }
        self.first_or_gap(row);
        self.last_row = row;
        self.count += 1;
    }

    /// Adds an entry whose rows count from `base` and come after those before.
    pub(super) fn entry(&mut self, entry: &Entry, raw: &[u8], base: u32) -> Result<()> {
        let bad = || Error::damaged("postings out of order");
        let first = entry.first_row.checked_add(base).ok_or_else(bad)?;
        if self.count > 0 && first <= self.last_row {
            return Err(bad());
        }
        self.join(entry.flags, entry.times);
        self.first_or_gap(first);
        self.gaps.extend_from_slice(raw.get(entry.gaps.clone()).unwrap_or(&[]));
        self.last_row = first.checked_add(entry.span).ok_or_else(bad)?;
        self.count = self.count.checked_add(entry.count).ok_or_else(bad)?;
        Ok(())
    }

    fn join(&mut self, flags: u8, times: Option<(Instant, Instant)>) {
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
    pub(super) fn flush(&mut self, out: &mut Packed) {
        let shared = common(&self.key, &out.last);
        let rest = self.key.get(shared..).unwrap_or(&[]);
        put(&mut out.raw, shared as u64);
        put(&mut out.raw, rest.len() as u64);
        out.raw.extend_from_slice(rest);
        out.last.clone_from(&self.key);
        let raw = &mut out.raw;
        let mut flags = self.flags;
        if let Some((first, last)) = self.times {
            flags |= DATED;
            if first.0 % SECOND == 0 && last.0 % SECOND == 0 {
                flags |= SECONDS;
            }
        }
        raw.push(flags);
        if let Some((first, last)) = self.times {
            let unit = if flags & SECONDS == 0 { 1 } else { SECOND };
            put_signed(raw, first.0 / unit);
            put(raw, (last.0 / unit).wrapping_sub(first.0 / unit) as u64);
        }
        put(raw, u64::from(self.count));
        put(raw, u64::from(self.first_row));
        if self.count > 1 {
            put(raw, u64::from(self.last_row - self.first_row));
            put(raw, self.gaps.len() as u64);
            raw.extend_from_slice(&self.gaps);
        }
        self.gaps.clear();
        (self.count, self.flags, self.times) = (0, 0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_come_back(keys in proptest::collection::btree_set("[ab]{1,6}", 1..8), rows in proptest::collection::btree_set(any::<u32>(), 1..60), at in any::<i64>()) {
            let (mut draft, mut packed) = (Draft::default(), Packed::default());
            for key in &keys {
                draft.begin(&[b"ipv4\0", key.as_bytes()]);
                rows.iter().for_each(|row| draft.row(*row, DIRECT, Some(Instant(at))));
                draft.flush(&mut packed);
            }
            let (mut key, mut end) = (Vec::new(), 0);
            for wanted in &keys {
                let (entry, next) = Entry::read(&packed.raw, end, &mut key).unwrap();
                let mut found = RoaringBitmap::new();
                entry.rows_into(&packed.raw, &mut found).unwrap();
                prop_assert_eq!(&key[5..], wanted.as_bytes());
                prop_assert_eq!((entry.count as usize, entry.times), (rows.len(), Some((Instant(at), Instant(at)))));
                prop_assert_eq!(found.into_iter().collect::<Vec<_>>(), rows.iter().copied().collect::<Vec<_>>());
                end = next;
            }
            prop_assert_eq!(end, packed.raw.len());
        }

        #[test]
        fn junk_is_refused_without_panic(junk in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok((entry, _)) = Entry::read(&junk, 0, &mut b"ipv4\x00203".to_vec()) {
                let _ = entry.rows_into(&junk, &mut RoaringBitmap::new());
            }
        }
    }
}
