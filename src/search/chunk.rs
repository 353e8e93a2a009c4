//! One chunk under the eyes of a question. What it holds is fetched, decoded and folded only when a test needs it, and
//! once; each test sees only the rows that are still open.

use super::bits::Bits;
use super::error::Error;
use super::plan::{ALL, Blocks, Leaf, Step};
use super::query::State;
use super::scan::{FieldTest, Scan, TextTest};
use super::text::{Form, Haystack, in_form, is_same};
use crate::model::record::When;
use crate::model::time::{Instant, Known};
use crate::model::{Chunk, ChunkHead, Corpus, Field, FieldReader, ReadingHead, RecordHead};
use std::ops::Range;

/// Whom to ask.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) corpus: &'a dyn Corpus,
    pub(super) reader: &'a dyn FieldReader,
}

/// Buffers that live from chunk to chunk.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The chunk before, for its memory.
    spare: Chunk,
    folded: Haystack,
    plain: Haystack,
}

pub(super) struct Page<'a> {
    sources: Sources<'a>,
    reading: &'a ReadingHead,
    head: ChunkHead,
    /// Which blocks of the chunk are looked at.
    blocks: Blocks,
    chunk: Option<Held>,
    heads: Option<Vec<RecordHead>>,
    scratch: &'a mut Scratch,
    folded_ready: bool,
    plain_ready: bool,
}

/// A chunk as it was fetched.
struct Held {
    chunk: Chunk,
    /// The records whose bytes are there.
    rows: Range<usize>,
    /// Whether these may be compared as they are.
    same: bool,
}

/// With fewer than one row in this many still open, rows are decoded one by one instead of the whole chunk.
const SPARSE: u32 = 6;

impl<'a> Page<'a> {
    pub(super) fn new(
        sources: Sources<'a>,
        reading: &'a ReadingHead,
        head: ChunkHead,
        scratch: &'a mut Scratch,
    ) -> Self {
        Self {
            sources,
            reading,
            head,
            blocks: ALL,
            chunk: None,
            heads: None,
            scratch,
            folded_ready: false,
            plain_ready: false,
        }
    }

    /// The rows of `open` that pass `step`.
    pub(super) fn pass(&mut self, step: &Step, open: &Bits) -> Result<Bits, Error> {
        match step {
            Step::Rows(rows) => {
                let mut bits = Bits::of(rows, self.head.first_row, open.rows());
                bits.and(open);
                Ok(bits)
            }
            Step::And(parts) => {
                let mut left = open.clone();
                for part in parts {
                    if left.is_empty() {
                        break;
                    }
                    left = self.pass(part, &left)?;
                }
                Ok(left)
            }
            Step::Or(parts) => {
                let mut found = Bits::none(open.rows());
                let mut left = open.clone();
                for part in parts {
                    if left.is_empty() {
                        break;
                    }
                    let more = self.pass(part, &left)?;
                    left.minus(&more);
                    found.or(&more);
                }
                Ok(found)
            }
            Step::Not(part) => {
                let mut left = open.clone();
                left.minus(&self.pass(part, open)?);
                Ok(left)
            }
            Step::Leaf(leaf) => self.leaf(leaf, open),
        }
    }

    fn leaf(&mut self, leaf: &Leaf, open: &Bits) -> Result<Bits, Error> {
        if open.is_empty() || leaf.excludes(self.head.seq, self.blocks) {
            return Ok(Bits::none(open.rows()));
        }
        match &*leaf.scan {
            Scan::Text(test) => self.text(test, open),
            Scan::Field(test) => {
                if let Some(piece) = test.piece.as_ref().filter(|_| leaf.verbatim) {
                    let open = self.text(piece, open)?;
                    return self.field(test, &open);
                }
                self.field(test, open)
            }
            Scan::Time { from, to } => {
                let skew = skew(self.reading);
                let (from, to) = (from.map(|from| shifted(from, skew)), to.map(|to| shifted(to, skew)));
                self.heads(open, |head| in_time(head, from, to))
            }
            Scan::State(state) => self.heads(open, |head| in_state(head, *state)),
        }
    }

    fn heads(&mut self, open: &Bits, wanted: impl Fn(&RecordHead) -> bool) -> Result<Bits, Error> {
        let heads = match (&self.chunk, &mut self.heads) {
            (Some(held), _) => &held.chunk.records,
            (None, Some(heads)) => heads,
            (None, empty) => empty.insert(self.sources.corpus.records(self.reading.key, self.head.seq)?),
        };
        let mut found = Bits::none(open.rows());
        open.iter().filter(|row| heads.get(*row as usize).is_some_and(&wanted)).for_each(|row| found.set(row));
        Ok(found)
    }

    fn fetch(&mut self) -> Result<(), Error> {
        if self.chunk.is_none() {
            let spare = std::mem::take(&mut self.scratch.spare);
            let chunk = self.sources.corpus.chunk_in(self.reading.key, self.head.seq, spare)?;
            let rows = 0..chunk.records.len();
            self.keep(chunk, rows);
        }
        Ok(())
    }

    fn keep(&mut self, chunk: Chunk, rows: Range<usize>) {
        let same = is_same(&chunk, &rows, &self.reading.form, self.sources.reader);
        self.chunk = Some(Held { chunk, rows, same });
    }

    /// Looks at one block alone. Returns the rows that begin in it.
    pub(super) fn hold(&mut self, block: u32) -> Result<Bits, Error> {
        let spare = std::mem::take(&mut self.scratch.spare);
        let (chunk, rows) = self.sources.corpus.block_in(self.reading.key, self.head.seq, block, spare)?;
        let mut open = Bits::none(self.head.rows);
        rows.clone().filter_map(|row| u32::try_from(row).ok()).for_each(|row| open.set(row));
        self.blocks = 1 << block;
        self.keep(chunk, rows);
        Ok(open)
    }

    /// Leaves the chunk's memory to the next.
    pub(super) fn done(self) {
        if let Some(held) = self.chunk {
            self.scratch.spare = held.chunk;
        }
    }

    fn text(&mut self, test: &TextTest, open: &Bits) -> Result<Bits, Error> {
        self.fetch()?;
        let mut found = Bits::none(open.rows());
        let Some(Held { chunk, rows, same }) = &self.chunk else { return Ok(found) };
        let Sources { reader, .. } = self.sources;
        let decoded = |index: usize| reader.text(&self.reading.form, chunk.record_bytes(index));
        let sparse = open.len() < open.rows() / SPARSE;
        let (hay, ready) = match test.form {
            Form::Folded => (&mut self.scratch.folded, &mut self.folded_ready),
            Form::Plain => (&mut self.scratch.plain, &mut self.plain_ready),
        };
        if sparse && !*ready {
            for row in open.iter() {
                if test.matches(in_form(&decoded(row as usize), test.form).as_bytes()) {
                    found.set(row);
                }
            }
            return Ok(found);
        }
        if !*ready {
            hay.fill(chunk, rows, test.form, *same, |index| in_form(&decoded(index), test.form));
            *ready = true;
        }
        match &test.literal {
            Some(_) if !sparse => sweep(test, hay, open, &mut found),
            _ => open.iter().filter(|row| test.matches(hay.record(*row))).for_each(|row| found.set(row)),
        }
        Ok(found)
    }

    fn field(&mut self, test: &FieldTest, open: &Bits) -> Result<Bits, Error> {
        let mut found = Bits::none(open.rows());
        if open.is_empty() {
            return Ok(found);
        }
        self.fetch()?;
        let Some(Held { chunk, .. }) = &self.chunk else { return Ok(found) };
        let (reader, form) = (self.sources.reader, &self.reading.form);
        let mut spare = Vec::new();
        for row in open.iter() {
            let record = reader.text(form, chunk.record_bytes(row as usize));
            let mut fields = reused(spare);
            reader.fields_named(form, &record, &test.name, &mut fields);
            if test.matches(&fields) {
                found.set(row);
            }
            spare = reused(fields);
        }
        Ok(found)
    }
}

/// Empties a list of fields and hands its memory on to the fields of another text.
pub(super) fn reused<'b>(mut fields: Vec<Field<'_>>) -> Vec<Field<'b>> {
    fields.clear();
    // Nothing is left to convert; the collection keeps the allocation.
    fields.into_iter().map_while(|_| None).collect()
}

/// One pass of the literal over the whole chunk; hits become rows by a cursor that only moves forward.
fn sweep(test: &TextTest, hay: &Haystack, open: &Bits, found: &mut Bits) {
    let Some(literal) = &test.literal else { return };
    let (mut at, mut row) = (0, 0_usize);
    while let Some(hit) = hay.bytes.get(at..).and_then(|rest| literal.find(rest)).map(|hit| at + hit) {
        let behind = hay.ranges.get(row..).unwrap_or(&[]);
        row += behind.partition_point(|(_, end)| (*end as usize) <= hit);
        let Some((start, end)) = hay.ranges.get(row).map(|(start, end)| (*start as usize, *end as usize)) else {
            return;
        };
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        if hit < start || hit + literal.needle().len() > end {
            // Between records, or across the end of one.
            at = hit + 1;
            continue;
        }
        if open.contains(number) && test.settles(&hay.bytes[start..end]) {
            found.set(number);
        }
        at = end;
    }
}

/// Nanoseconds the evidence's clock ran ahead.
pub(super) const fn skew(reading: &ReadingHead) -> i64 {
    reading.form.time.skew_secs.saturating_mul(1_000_000_000)
}

pub(super) const fn shifted(instant: Instant, nanos: i64) -> Instant {
    Instant(instant.0.saturating_add(nanos))
}

pub(super) fn in_time(head: &RecordHead, from: Option<Instant>, to: Option<Instant>) -> bool {
    head.when.instant().is_some_and(|at| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to))
}

pub(super) fn in_state(head: &RecordHead, state: State) -> bool {
    let known = |wanted| matches!(head.when, When::At { known, .. } if known == wanted);
    match state {
        State::Undated => head.when.instant().is_none(),
        State::Reject => head.reject.is_some(),
        State::Stated => known(Known::Stated),
        State::Setting => known(Known::Setting),
        State::Assumed => known(Known::Assumed),
        // A named set, resolved before any chunk is read.
        State::Tagged => false,
    }
}
