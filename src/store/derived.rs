//! What an import builds beside the content: skip filters, postings, rows by kind. All of it can be rebuilt.
//!
//! Bounded whatever the file: filters wait for their segment folded, postings are spilled as runs and merged at the end,
//! row sets by kind are written with each segment.

use super::bands::{self, Folded, SEGMENT};
use super::codec;
use super::error::Result;
use super::runs::{self, Block, Cursor};
use super::seal::SealedChunk;
use super::unite::{self, unite};
use crate::model::Kind;
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Chunks whose entries are melted into one list: few enough to be walked in the processor's own memory.
const MELT: usize = if cfg!(debug_assertions) { 4 } else { 64 };
/// Bytes of postings held before they are spilled as a run; little in debug builds, so that tests meet it.
const SPILL: usize = if cfg!(debug_assertions) { 1 << 20 } else { 128 << 20 };
/// Runs merged at once: each holds one unpacked block.
const FAN_IN: usize = 64;

/// The indices of one evidence under way.
#[derive(Debug, Default)]
pub(super) struct Derived {
    first_seq: u32,
    filters: Vec<Vec<Folded>>,
    kinds: BTreeMap<Kind, RoaringBitmap>,
    parts: i64,
    /// Sorted entries of each chunk, with the chunk's first row.
    entries: Vec<(Vec<u8>, u32)>,
    /// Sorted entries of many chunks.
    melted: Vec<Vec<Block>>,
    bytes: usize,
    spills: usize,
    distinct: u32,
}

impl Derived {
    /// Takes what a chunk holds; its first record is row `first_row`.
    pub(super) fn take(
        &mut self,
        connection: &Connection,
        evidence: i64,
        chunk: SealedChunk,
        first_row: u32,
    ) -> Result<()> {
        for (kind, rows) in &chunk.kinds {
            let set = self.kinds.entry(*kind).or_default();
            for row in rows {
                set.insert(first_row + row);
            }
        }
        self.filters.push(chunk.filters);
        if self.filters.len() >= SEGMENT {
            self.close_segment(connection, evidence)?;
        }
        if !chunk.entries.is_empty() {
            self.entries.push((chunk.entries, first_row));
        }
        if self.entries.len() >= MELT {
            self.melt(connection)?;
        }
        if self.bytes >= SPILL {
            self.spill(connection, evidence)?;
        }
        Ok(())
    }

    /// Makes one list of the entries of many chunks.
    fn melt(&mut self, connection: &Connection) -> Result<()> {
        let cursors = self.entries.drain(..).map(|(raw, base)| Cursor::over(raw, base)).collect();
        let mut list = Vec::new();
        runs::join(connection, cursors, |block| {
            list.push(block);
            Ok(())
        })?;
        self.bytes += list.iter().map(|(raw, last)| raw.capacity() + last.capacity()).sum::<usize>();
        self.melted.push(list);
        Ok(())
    }

    fn close_segment(&mut self, connection: &Connection, evidence: i64) -> Result<()> {
        bands::write(connection, evidence, self.first_seq, &self.filters)?;
        self.first_seq = self.first_seq.saturating_add(u32::try_from(self.filters.len()).unwrap_or(u32::MAX));
        self.filters.clear();
        for (kind, rows) in std::mem::take(&mut self.kinds) {
            connection.prepare_cached("INSERT INTO kind_rows VALUES (?,?,?,?)")?.execute(params![
                evidence,
                kind.tag(),
                self.parts,
                row_set_bytes(&rows)?
            ])?;
        }
        self.parts += 1;
        Ok(())
    }

    fn spill(&mut self, connection: &Connection, evidence: i64) -> Result<()> {
        if !self.entries.is_empty() {
            self.melt(connection)?;
        }
        if self.melted.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        self.distinct = unite::write(connection, evidence, std::mem::take(&mut self.melted))?;
        self.spills += 1;
        if self.spills >= FAN_IN {
            self.distinct = unite(connection, evidence)?;
            self.spills = 1;
        }
        Ok(())
    }

    /// Writes what is left and merges the runs. Returns how many distinct values there are, and whether runs were merged.
    pub(super) fn finish(&mut self, connection: &Connection, evidence: i64) -> Result<(u32, bool)> {
        self.close_segment(connection, evidence)?;
        self.spill(connection, evidence)?;
        if self.spills > 1 {
            return Ok((unite(connection, evidence)?, true));
        }
        Ok((self.distinct, false))
    }
}

/// Removes everything of an evidence that can be rebuilt; its content and chunk heads stay.
pub(super) fn drop_indices(connection: &Connection, evidence: i64) -> Result<()> {
    bands::drop_all(connection, evidence)?;
    runs::runs_of(connection, evidence)?.into_iter().try_for_each(|place| runs::drop_run(connection, place))?;
    connection.execute("DELETE FROM kind_rows WHERE evidence=?", [evidence])?;
    connection.execute("DELETE FROM reading WHERE evidence=?", [evidence])?;
    connection.execute("DELETE FROM row_index WHERE key BETWEEN ?1<<32 AND (?1<<32) + 4294967295", [evidence])?;
    Ok(())
}

/// A stored row set, unpacked within bounds.
pub(super) fn row_set(pressed: &[u8]) -> Result<RoaringBitmap> {
    // 2^32 rows as plain bits, and a container's header for each 2^16.
    const LONGEST: usize = (1 << 29) + (1 << 20);
    let raw = codec::unpress_up_to(pressed, LONGEST)?;
    RoaringBitmap::deserialize_from(raw.as_slice()).map_err(|error| super::Error::damaged(format!("row set: {error}")))
}

/// A row set as it is stored.
pub(super) fn row_set_bytes(rows: &RoaringBitmap) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(rows.serialized_size());
    rows.serialize_into(&mut bytes).map_err(|error| super::Error::damaged(error.to_string()))?;
    codec::press(&bytes)
}
