//! The commonest values of a field over a row set.

use super::chunk::Sources;
use super::error::Error;
use super::ready::lacks;
use super::selection::{Part, Rows, parts};
use super::walk::{chunks, demand_known, walk};
use crate::model::fold::fold;
use crate::model::{Corpus, FieldReader, Ticket};
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
    let sources = Sources { corpus, reader };
    let parts = parts(rows, corpus)?;
    demand_known(field, &parts, sources)?;
    let name = fold(field);
    let (without, with): (Vec<&Part>, Vec<&Part>) =
        parts.iter().partition(|part| lacks(&name, &part.reading.form, reader));
    let without: u64 = chunks(without).into_iter().map(|(part, head)| u64::from(part.count(head))).sum();
    let named = |_: &Part| Some(name.clone());
    let counted = walk(&chunks(with), (sources, ticket), named, Tally::default, |tally, row| {
        tally.add(row.value.unwrap_or(""));
    })?;
    Ok(counted.into_iter().reduce(Tally::joined).unwrap_or_default().into_facet(without, limit))
}

/// What one thread has counted.
#[derive(Default)]
struct Tally {
    values: AHashMap<String, u64>,
    full: bool,
    total: u64,
    missing: u64,
}

impl Tally {
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

    fn into_facet(self, without: u64, limit: usize) -> Facet {
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
            total: self.total + without,
            missing: self.missing + without,
        }
    }
}
