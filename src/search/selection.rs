//! The rows a view is made of, cut along the chunks they stand in.

use super::bits::Bits;
use super::error::Error;
use super::run::Scope;
use crate::model::{ChunkHead, Corpus, EvidenceKey, ReadingHead, RowSet};
use roaring::RoaringBitmap;
use std::sync::Arc;

/// Which rows a view shows.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// Every row of a scope.
    All(&'a Scope),
    /// These.
    Only(&'a RowSet),
}

/// The selected rows of one reading.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) reading: ReadingHead,
    pub(super) heads: Arc<[ChunkHead]>,
    /// `None`: all of them.
    rows: Option<RoaringBitmap>,
}

/// The readings that have selected rows, in evidence order. Rows of evidences that can't be read (withdrawn since) are left
/// out.
pub(super) fn parts(rows: Rows<'_>, corpus: &dyn Corpus) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for reading in corpus.readings()? {
        let chosen = match rows {
            Rows::All(scope) => scope.holds(&reading).then_some(None),
            Rows::Only(set) => set.rows(reading.evidence).map(|rows| Some(rows.clone())),
        };
        if let Some(rows) = chosen {
            let heads = corpus.chunk_heads(reading.key)?;
            parts.push(Part { reading, heads, rows });
        }
    }
    Ok(parts)
}

impl Part {
    pub(super) const fn evidence(&self) -> EvidenceKey {
        self.reading.evidence
    }

    /// How many selected rows begin in a chunk.
    pub(super) fn count(&self, head: &ChunkHead) -> u32 {
        match &self.rows {
            None => head.rows,
            Some(rows) => {
                let end = u64::from(head.first_row) + u64::from(head.rows);
                let count = rank(rows, end) - rank(rows, u64::from(head.first_row));
                u32::try_from(count).unwrap_or(u32::MAX)
            }
        }
    }

    /// The selected rows that begin in a chunk, counted from its first.
    pub(super) fn bits(&self, head: &ChunkHead) -> Bits {
        match &self.rows {
            None => Bits::all(head.rows),
            Some(rows) => Bits::of(rows, head.first_row, head.rows),
        }
    }

    /// The `n`-th selected row that begins in a chunk.
    pub(super) fn nth(&self, head: &ChunkHead, n: u32) -> Option<u32> {
        match &self.rows {
            None => head.first_row.checked_add(n),
            Some(rows) => {
                let before = u32::try_from(rank(rows, u64::from(head.first_row))).ok()?;
                rows.select(before.checked_add(n)?)
            }
        }
    }

    /// How many selected rows of its chunk stand before `row`; `None` if it is not selected.
    pub(super) fn place(&self, head: &ChunkHead, row: u32) -> Option<u32> {
        match &self.rows {
            None => row.checked_sub(head.first_row),
            Some(rows) if rows.contains(row) => {
                u32::try_from(rank(rows, u64::from(row)) - rank(rows, u64::from(head.first_row))).ok()
            }
            Some(_) => None,
        }
    }
}

/// How many rows of the set are below `end`.
pub(super) fn rank(rows: &RoaringBitmap, end: u64) -> u64 {
    match end.checked_sub(1) {
        Some(last) => rows.rank(u32::try_from(last).unwrap_or(u32::MAX)),
        None => 0,
    }
}
