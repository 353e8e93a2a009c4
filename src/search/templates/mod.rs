//! Message templates of a row set: the texts with their values left out, counted, so that five million lines read as three
//! hundred and the rare ones are seen.
//!
//! Lines are reduced to shapes in one pass over the chunks, on all cores; the few thousand different shapes are then merged
//! into templates. Memory is bounded by the number of shapes: records whose shape no longer fits are counted apart and said.

mod merge;
mod shape;

use super::chunk::Sources;
use super::error::Error;
use super::selection::{Part, Rows, parts};
use super::walk::{Walked, chunks, demand_known, walk};
use crate::model::fold::{fold, same_name};
use crate::model::{Corpus, EvidenceKey, FieldReader, RowSet, Ticket};
use shape::Shaper;
use std::collections::HashMap;

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
        let found = of.walk(ticket, <(Shaper, RowSet)>::default, |(shaper, rows), (evidence, row), text| {
            let number = text.and_then(|text| self.of_shape(shaper, text));
            if number.is_some_and(|number| which.contains(&number)) {
                rows.insert(evidence, row);
            }
        })?;
        Ok(found.into_iter().map(|(_, rows)| rows).reduce(|all, rows| all.or(&rows)).unwrap_or_default())
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
    let miners = of.walk(ticket, Miner::default, |miner, place, text| match text {
        Some(text) => miner.add(text, place),
        None => miner.miss(),
    })?;
    miners.into_iter().reduce(Miner::joined).unwrap_or_default().finish(ticket)
}

impl Asked<'_> {
    /// Calls `each` with what a thread has gathered, and the place and the text of each row.
    fn walk<S: Send>(
        &self,
        ticket: &Ticket,
        gather: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, Place, Option<&str>) + Sync,
    ) -> Result<Vec<S>, Error> {
        let sources = Sources { corpus: self.corpus, reader: self.reader };
        let parts = parts(self.rows, self.corpus)?;
        if let Some(field) = self.field {
            demand_known(field, &parts, sources)?;
        }
        let name = |part: &Part| self.name(part);
        walk(&chunks(&parts), (sources, ticket), name, gather, |state, Walked { place, text, value, .. }| {
            // Without a field asked for, what its format could not read has no fields: its text stands for it.
            each(state, place, value.or(Some(text).filter(|_| self.field.is_none())));
        })
    }

    /// The folded name of the field that holds the text; `None` where the whole text is meant.
    fn name(&self, part: &Part) -> Option<String> {
        let columns = self.reader.columns(&part.reading.form);
        let message = || MESSAGES.iter().copied().find(|name| columns.iter().any(|column| same_name(column, name)));
        self.field.map(fold).or_else(|| message().map(str::to_owned))
    }
}
