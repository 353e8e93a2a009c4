//! Message templates of a row set: the texts with their values left out, counted, so that five million lines read as three
//! hundred and the rare ones are seen.
//!
//! Lines are reduced to shapes in one pass over the chunks, on all cores; the few thousand different shapes are then merged
//! into templates. Memory is bounded by the number of shapes: records whose shape no longer fits are counted apart and said.

mod merge;
mod shape;

use super::chunk::reused;
use super::error::{Error, QueryError};
use super::ready::lacks;
use super::run::in_order;
use super::selection::{Part, Rows, parts};
use crate::model::fold::{fold, same_name};
use crate::model::{ChunkHead, Corpus, EvidenceKey, Field, FieldReader, RowSet, Ticket};
use shape::Shaper;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Different shapes kept.
const MAX_SHAPES: usize = 1 << 16;
/// Bytes of a text looked at.
const MAX_TEXT: usize = 16 << 10;
/// Fields whose text is the message, where a format has one.
const MESSAGES: [&str; 4] = ["message", "msg", "content", "log"];

/// A record: evidence and row.
pub type Place = (EvidenceKey, u32);

/// One template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The text; `<*>` where values stand.
    pub text: String,
    /// Its records.
    pub count: u64,
    /// The first of them.
    pub first: Place,
}

/// The templates of some rows.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    /// Rarest first, then by text.
    pub list: Vec<Template>,
    /// Records looked at.
    pub total: u64,
    /// Of these, the ones without the field asked for.
    pub absent: u64,
    /// Of these, the ones in no template: more different texts than fit in memory.
    pub others: u64,
    shapes: HashMap<Box<str>, u32>,
}

/// Gathers texts.
#[derive(Debug, Default)]
pub struct Miner {
    shaper: Shaper,
    shapes: HashMap<Box<str>, (u64, Place)>,
    total: u64,
    absent: u64,
    others: u64,
}

impl Miner {
    /// Takes a record in that has no text.
    fn miss(&mut self) {
        self.total += 1;
        self.absent += 1;
    }

    /// Takes one text in.
    pub fn add(&mut self, text: &str, place: Place) {
        self.total += 1;
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text);
        let shape = self.shaper.shape(text);
        if let Some((count, first)) = self.shapes.get_mut(shape) {
            *count += 1;
            *first = place.min(*first);
        } else if self.shapes.len() < MAX_SHAPES {
            self.shapes.insert(shape.into(), (1, place));
        } else {
            self.others += 1;
        }
    }

    #[expect(clippy::iter_over_hash_type, reason = "adding has no order, and what is full has none either")]
    fn joined(mut self, other: Self) -> Self {
        for (shape, (count, place)) in other.shapes {
            if let Some((held, first)) = self.shapes.get_mut(&shape) {
                *held += count;
                *first = place.min(*first);
            } else if self.shapes.len() < MAX_SHAPES {
                self.shapes.insert(shape, (count, place));
            } else {
                self.others += count;
            }
        }
        self.total += other.total;
        self.absent += other.absent;
        self.others += other.others;
        self
    }

    /// Makes the templates.
    pub fn finish(self, ticket: &Ticket) -> Result<Templates, Error> {
        let mut shapes: Vec<(Box<str>, (u64, Place))> = self.shapes.into_iter().collect();
        shapes.sort_unstable();
        let texts: Vec<&str> = shapes.iter().map(|(shape, _)| &**shape).collect();
        let merged = merge::merged(&texts, ticket).ok_or(Error::Cancelled)?;
        let mut sums: HashMap<&str, (u64, Place)> = HashMap::new();
        for (text, (_, (count, first))) in merged.iter().zip(&shapes) {
            let (sum, place) = sums.entry(text).or_insert((0, *first));
            *sum += count;
            *place = (*place).min(*first);
        }
        let mut list: Vec<(&str, u64, Place)> =
            sums.into_iter().map(|(text, (count, first))| (text, count, first)).collect();
        list.sort_unstable_by_key(|(text, count, _)| (*count, *text));
        let numbers: HashMap<&str, u32> = list.iter().zip(0..).map(|((text, ..), number)| (*text, number)).collect();
        let of = |text: &String| numbers.get(text.as_str()).copied().unwrap_or(u32::MAX);
        let numbered: Vec<u32> = merged.iter().map(of).collect();
        let list =
            list.into_iter().map(|(text, count, first)| Template { text: shape::shown(text), count, first }).collect();
        let shapes = shapes.into_iter().map(|(shape, _)| shape).zip(numbered).collect();
        Ok(Templates { list, total: self.total, absent: self.absent, others: self.others, shapes })
    }
}

impl Templates {
    /// Which template a text has, as its place in the list.
    #[must_use]
    pub fn of(&self, text: &str) -> Option<usize> {
        self.of_shape(&mut Shaper::default(), text)
    }

    fn of_shape(&self, shaper: &mut Shaper, text: &str) -> Option<usize> {
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text);
        self.shapes.get(shaper.shape(text)).map(|number| *number as usize)
    }

    /// The rows of some templates among the rows they were made from: exactly those counted. The ticket counts bytes.
    pub fn rows(&self, which: &[usize], of: Asked<'_>, ticket: &Ticket) -> Result<RowSet, Error> {
        let found = Mutex::new(RowSet::new());
        of.each_chunk(ticket, Shaper::default, |shaper, part, head| {
            let mut rows = roaring::RoaringBitmap::new();
            of.each_text(part, head, |row, text| {
                let number = text.and_then(|text| self.of_shape(shaper, text));
                if number.is_some_and(|number| which.contains(&number)) {
                    rows.insert(row);
                }
            })?;
            found.lock().unwrap_or_else(PoisonError::into_inner).add(part.evidence(), rows);
            Ok(())
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Which texts templates are made of.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The rows.
    pub rows: Rows<'a>,
    /// The field; the message where `None` and the format has one, else the whole text.
    pub field: Option<&'a str>,
    /// Where they are kept.
    pub corpus: &'a dyn Corpus,
    /// Who reads them.
    pub reader: &'a dyn FieldReader,
}

/// The templates of the texts asked about. The ticket counts bytes.
pub fn templates(of: Asked<'_>, ticket: &Ticket) -> Result<Templates, Error> {
    let miners = of.each_chunk(ticket, Miner::default, |miner, part, head| {
        of.each_text(part, head, |row, text| match text {
            Some(text) => miner.add(text, (part.evidence(), row)),
            None => miner.miss(),
        })
    })?;
    miners.into_iter().reduce(Miner::joined).unwrap_or_default().finish(ticket)
}

impl Asked<'_> {
    fn each_chunk<S: Send>(
        &self,
        ticket: &Ticket,
        gather: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, &Part, &ChunkHead) -> Result<(), Error> + Sync,
    ) -> Result<Vec<S>, Error> {
        let parts = parts(self.rows, self.corpus)?;
        if let Some(field) = self.field {
            let name = fold(field);
            if !parts.is_empty() && parts.iter().all(|part| lacks(&name, &part.reading.form, self.reader)) {
                let (ja, en) = (format!("知らない項目 `{field}`"), format!("Unknown field `{field}`"));
                return Err(QueryError::new(0..field.len(), ja, en).into());
            }
        }
        let chunks = parts.iter().flat_map(|part| part.heads.iter().map(move |head| (part, head)));
        let chunks: Vec<(&Part, &ChunkHead)> = chunks.filter(|(part, head)| part.count(head) > 0).collect();
        ticket.set_total(chunks.iter().map(|(_, head)| u64::from(head.len)).sum());
        in_order(chunks.len(), ticket, gather, |state, index| {
            let Some((part, head)) = chunks.get(index) else { return Ok(()) };
            work(state, part, head)?;
            ticket.advance(u64::from(head.len));
            Ok(())
        })
    }

    /// Calls `each` with the texts of a chunk's chosen rows.
    fn each_text(&self, part: &Part, head: &ChunkHead, mut each: impl FnMut(u32, Option<&str>)) -> Result<(), Error> {
        let form = &part.reading.form;
        let columns = self.reader.columns(form);
        let message = || MESSAGES.iter().copied().find(|name| columns.iter().any(|column| same_name(column, name)));
        let name = self.field.map(fold).or_else(|| message().map(str::to_owned));
        let chunk = self.corpus.chunk(part.reading.key, head.seq)?;
        let mut spare: Vec<Field<'static>> = Vec::new();
        for row in part.bits(head).iter() {
            let text = self.reader.text(form, chunk.record_bytes(row as usize));
            let number = head.first_row.saturating_add(row);
            let Some(name) = &name else {
                each(number, Some(&text));
                continue;
            };
            let mut fields = reused(spare);
            self.reader.fields_named(form, &text, name, &mut fields);
            match fields.first() {
                Some(field) => each(number, Some(&field.value)),
                // What its format could not read has no fields: its text stands for it.
                None => each(number, Some(&*text).filter(|_| self.field.is_none())),
            }
            spare = reused(fields);
        }
        Ok(())
    }
}
