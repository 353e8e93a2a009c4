//! Records longer than a chunk: they begin at the end of one chunk and go on as the lead of the next ones.
//!
//! Such a record is searched in overlapping windows, each test on its own, so that memory stays bounded and a hit across
//! the seam of two chunks is found. Two limits, both far beyond real logs: a single hit longer than the overlap (64 KiB)
//! may be missed, and fields are read from the first window alone, since a record that long is in no format.

use super::chunk::{Sources, in_state, in_time, reused, shifted, skew};
use super::error::Error;
use super::plan::{Leaf, Step};
use super::scan::Scan;
use super::text::in_form;
use crate::model::{ChunkHead, ReadingHead, RecordHead};

/// Bytes of one window.
const WINDOW: usize = 8 << 20;
/// Bytes the next window sees again. Even, so that UTF-16 stays in step.
const OVERLAP: usize = 64 << 10;

/// A row that spans chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Long {
    /// Place of the chunk it begins in.
    first: usize,
    /// Place of the chunk it ends in.
    last: usize,
}

/// The row that begins in the chunk at `place` and goes on after it, if there is one.
pub(super) fn at(heads: &[ChunkHead], place: usize) -> Option<Long> {
    let last = ChunkHead::last_of(heads, place);
    (last > place).then_some(Long { first: place, last })
}

impl Long {
    pub(super) fn row(&self, heads: &[ChunkHead]) -> Option<u32> {
        let head = heads.get(self.first)?;
        head.first_row.checked_add(head.rows.checked_sub(1)?)
    }

    pub(super) fn bytes(&self, heads: &[ChunkHead]) -> u64 {
        let parts = heads.get(self.first + 1..=self.last).unwrap_or(&[]);
        parts.iter().map(|head| u64::from(head.lead)).sum()
    }

    /// Whether the row passes.
    pub(super) fn passes(
        &self,
        step: &Step,
        reading: &ReadingHead,
        heads: &[ChunkHead],
        sources: Sources<'_>,
    ) -> Result<bool, Error> {
        let Some(row) = self.row(heads) else { return Ok(false) };
        let sight = Sight { long: self, row, reading, heads, sources };
        sight.passes(step)
    }
}

struct Sight<'a> {
    long: &'a Long,
    row: u32,
    reading: &'a ReadingHead,
    heads: &'a [ChunkHead],
    sources: Sources<'a>,
}

impl Sight<'_> {
    fn passes(&self, step: &Step) -> Result<bool, Error> {
        match step {
            Step::Rows(rows) => Ok(rows.contains(self.row)),
            Step::Not(part) => Ok(!self.passes(part)?),
            Step::And(parts) => {
                for part in parts {
                    if !self.passes(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Step::Or(parts) => {
                for part in parts {
                    if self.passes(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Step::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn leaf(&self, leaf: &Leaf) -> Result<bool, Error> {
        let Sources { reader, .. } = self.sources;
        let form = &self.reading.form;
        match &*leaf.scan {
            Scan::Text(test) => {
                self.windows(|bytes| test.matches(in_form(&reader.text(form, bytes), test.form).as_bytes()))
            }
            Scan::Field(test) => {
                let mut first = true;
                self.windows(|bytes| {
                    if !std::mem::take(&mut first) {
                        return false;
                    }
                    let record = reader.text(form, bytes);
                    let mut fields = reused(Vec::new());
                    reader.fields_named(form, &record, &test.name, &mut fields);
                    test.matches(&fields)
                })
            }
            Scan::Time { from, to } => {
                let skew = skew(self.reading);
                let (from, to) = (from.map(|at| shifted(at, skew)), to.map(|at| shifted(at, skew)));
                Ok(self.head()?.is_some_and(|head| in_time(&head, from, to)))
            }
            Scan::State(state) => Ok(self.head()?.is_some_and(|head| in_state(&head, *state))),
        }
    }

    fn head(&self) -> Result<Option<RecordHead>, Error> {
        let Some(head) = self.heads.get(self.long.first) else { return Ok(None) };
        let heads = self.sources.corpus.records(self.reading.key, head.seq)?;
        Ok(heads.get(head.rows.saturating_sub(1) as usize).copied())
    }

    /// Shows the record window by window until `found` is content.
    fn windows(&self, mut found: impl FnMut(&[u8]) -> bool) -> Result<bool, Error> {
        let mut window: Vec<u8> = Vec::new();
        for place in self.long.first..=self.long.last {
            let Some(head) = self.heads.get(place) else { break };
            let chunk = self.sources.corpus.chunk(self.reading.key, head.seq)?;
            let part = if place == self.long.first {
                chunk.record_bytes(head.rows.saturating_sub(1) as usize)
            } else {
                chunk.lead_bytes()
            };
            window.extend_from_slice(part);
            if window.len() >= WINDOW && place < self.long.last {
                if found(&window) {
                    return Ok(true);
                }
                let keep = window.len() - OVERLAP;
                window.drain(..keep - keep % 2);
            }
        }
        Ok(found(&window))
    }
}
