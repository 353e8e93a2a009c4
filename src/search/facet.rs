//! The commonest values of a field over a row set.

use super::chunk::reused;
use super::error::{Error, QueryError};
use super::ready::lacks;
use super::run::in_order;
use super::selection::{Part, Rows, parts};
use crate::model::fold::fold;
use crate::model::{Chunk, ChunkHead, Corpus, FieldReader, Ticket};
use ahash::AHashMap;

/// Values of one field, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facet {
    /// The commonest values with their rows, commonest first, then by value.
    pub top: Vec<(String, u64)>,
    /// Different values seen; the true number where `is_exact`.
    pub distinct_at_least: u64,
    /// Whether all values fitted in memory; otherwise counts are lower bounds.
    pub is_exact: bool,
    /// Rows looked at.
    pub total: u64,
    /// Of those, rows without the field or with nothing in it.
    pub missing: u64,
}

/// Different values kept at most by one thread.
const MAX_VALUES: usize = 1 << 20;
/// Bytes of a value that are told apart; longer values are cut there.
const MAX_VALUE: usize = 1024;

/// Counts the values of `field`, taking the first where a record has several of that name. The ticket counts bytes.
pub fn facet(
    rows: Rows<'_>,
    field: &str,
    corpus: &dyn Corpus,
    reader: &dyn FieldReader,
    ticket: &Ticket,
    limit: usize,
) -> Result<Facet, Error> {
    let name = fold(field);
    let parts = parts(rows, corpus)?;
    if !parts.is_empty() && parts.iter().all(|part| lacks(&name, &part.reading.form, reader)) {
        let (ja, en) = (format!("知らない項目 `{field}`"), format!("Unknown field `{field}`"));
        return Err(QueryError::new(0..field.len(), ja, en).into());
    }
    let chunks: Vec<(&Part, &ChunkHead)> =
        parts.iter().flat_map(|part| part.heads.iter().map(move |head| (part, head))).collect();
    let mut work: Vec<_> = chunks.into_iter().filter(|(part, head)| part.count(head) > 0).collect();
    let mut facet = Facet::default();
    work.retain(|(part, head)| {
        let has = !lacks(&name, &part.reading.form, reader);
        if !has {
            let rows = u64::from(part.count(head));
            facet.total += rows;
            facet.missing += rows;
        }
        has
    });
    ticket.set_total(work.iter().map(|(_, head)| u64::from(head.len)).sum());
    let counted = in_order(work.len(), ticket, Tally::default, |tally, index| {
        let Some((part, head)) = work.get(index) else { return Ok(()) };
        tally.chunk(part, head, &name, corpus, reader)?;
        ticket.advance(u64::from(head.len));
        Ok(())
    })?;
    Ok(counted.into_iter().reduce(Tally::joined).unwrap_or_default().into_facet(&facet, limit))
}

/// What one thread has counted.
#[derive(Default)]
struct Tally {
    values: AHashMap<String, u64>,
    full: bool,
    total: u64,
    missing: u64,
    /// The chunk before, for its memory.
    chunk: Chunk,
}

impl Tally {
    fn chunk(
        &mut self,
        part: &Part,
        head: &ChunkHead,
        name: &str,
        corpus: &dyn Corpus,
        reader: &dyn FieldReader,
    ) -> Result<(), Error> {
        let chunk = corpus.chunk_in(part.reading.key, head.seq, std::mem::take(&mut self.chunk))?;
        let form = &part.reading.form;
        let mut spare = Vec::new();
        for row in part.bits(head).iter() {
            let record = reader.text(form, chunk.record_bytes(row as usize));
            let mut fields = reused(spare);
            reader.fields_named(form, &record, name, &mut fields);
            self.add(fields.first().map_or("", |field| &field.value));
            spare = reused(fields);
        }
        self.chunk = chunk;
        Ok(())
    }

    fn add(&mut self, value: &str) {
        self.total += 1;
        if value.is_empty() {
            self.missing += 1;
            return;
        }
        let value = value.get(..value.floor_char_boundary(MAX_VALUE)).unwrap_or(value);
        if let Some(count) = self.values.get_mut(value) {
            *count += 1;
        } else if self.values.len() < MAX_VALUES {
            self.values.insert(value.to_owned(), 1);
        } else {
            self.full = true;
        }
    }

    fn joined(mut self, other: Self) -> Self {
        for (value, count) in other.values {
            *self.values.entry(value).or_default() += count;
        }
        self.full |= other.full;
        self.total += other.total;
        self.missing += other.missing;
        self
    }

    fn into_facet(self, rest: &Facet, limit: usize) -> Facet {
        let distinct = self.values.len() as u64;
        let mut top: Vec<(String, u64)> = self.values.into_iter().collect();
        let order = |a: &(String, u64), b: &(String, u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0));
        if limit < top.len() {
            top.select_nth_unstable_by(limit, order);
            top.truncate(limit);
        }
        top.sort_unstable_by(order);
        Facet {
            top,
            distinct_at_least: distinct,
            is_exact: !self.full,
            total: self.total + rest.total,
            missing: self.missing + rest.missing,
        }
    }
}
