//! The order of a view: as the records stand, by time, or by the value of a field.

use super::{failed, in_scope};
use crate::model::fold::fold;
use crate::model::{ChunkHead, Corpus as _, EvidenceKey, Field, FieldReader as _, ReadingHead, RowSet, Ticket};
use crate::search::{self, Rows, TimeOrder};
use crate::store::Store;
use crate::workbench::answer::Answers;
use crate::workbench::ask::{Order, RecordView, Said};
use crate::workbench::error::{Error, Result};
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;

/// How the rows of a view stand.
pub(super) enum Ordered {
    /// As in the evidence.
    Rows,
    /// By time; undated records last either way.
    Time { order: Box<TimeOrder>, down: bool },
    /// By a field: positions in row order.
    Field(Vec<u32>),
}

impl Ordered {
    /// Works the order of a view out.
    pub(super) fn of(
        desk: &Answers,
        (rows, chosen): (&RowSet, Rows<'_>),
        view: &RecordView,
        notes: &mut Vec<Said>,
        ticket: &Ticket,
    ) -> Result<Self> {
        Ok(match &view.order {
            Order::Row => Self::Rows,
            Order::Time { down } => {
                let order = search::in_time_order(chosen, &*desk.session.store, ticket).map_err(failed)?;
                Self::Time { order: Box::new(order), down: *down }
            }
            Order::Field { name, down } => match by_field(desk, rows, view, name, *down, ticket)? {
                Some(places) => Self::Field(places),
                None => {
                    notes.push(Said::new(
                        "値の種類が多すぎるため、元の順で表示しています。先に絞り込んでください",
                        "too many different values to sort by: shown as they stand; narrow the view first",
                    ));
                    Self::Rows
                }
            },
        })
    }

    /// The rows at these positions.
    pub(super) fn page(&self, rows: &RowSet, wanted: Range<u64>, store: &Store) -> Result<Vec<(EvidenceKey, u32)>> {
        Ok(match self {
            Self::Rows => wanted.map_while(|n| rows.nth(n)).collect(),
            Self::Field(places) => {
                let place = |n: u64| places.get(usize::try_from(n).ok()?).copied();
                wanted.map_while(|n| rows.nth(u64::from(place(n)?))).collect()
            }
            Self::Time { order, down: false } => {
                let count = usize::try_from(wanted.end - wanted.start).unwrap_or(0);
                order.page(wanted.start, count, store).map_err(failed)?
            }
            Self::Time { order, down: true } => backwards(order, wanted, store)?,
        })
    }
}

/// Latest first; the undated ones still stand last, in their own order.
fn backwards(order: &TimeOrder, wanted: Range<u64>, store: &Store) -> Result<Vec<(EvidenceKey, u32)>> {
    let dated = order.dated();
    let inside = wanted.start.min(dated)..wanted.end.min(dated);
    let count = usize::try_from(inside.end - inside.start).unwrap_or(0);
    let mut out = order.page(dated - inside.end, count, store).map_err(failed)?;
    out.reverse();
    let rest = wanted.start.max(dated)..wanted.end.max(dated);
    let count = usize::try_from(rest.end - rest.start).unwrap_or(0);
    out.extend(order.page(rest.start, count, store).map_err(failed)?);
    Ok(out)
}

/// Bytes of different values held at most.
const MAX_VALUES: usize = 256 << 20;
/// Chunks read at a time.
const BATCH: usize = 64;

/// Positions of the rows by the value of a field: by number where all values are numbers, by text otherwise, rows without
/// the field last. `None` where there are too many different values.
///
/// Each row costs four bytes for the number of its value and four for its place; the values themselves are kept once.
fn by_field(
    desk: &Answers,
    rows: &RowSet,
    view: &RecordView,
    field: &str,
    down: bool,
    ticket: &Ticket,
) -> Result<Option<Vec<u32>>> {
    let Ok(count) = u32::try_from(rows.len()) else { return Ok(None) };
    let store = &desk.session.store;
    let mut work: Vec<(ReadingHead, ChunkHead)> = Vec::new();
    let readings = in_scope(desk, view)?;
    for (evidence, wanted) in rows.iter() {
        let Some(reading) = readings.iter().find(|reading| reading.evidence == evidence) else { continue };
        let heads = store.chunk_heads(reading.key)?;
        let used = heads.iter().filter(|head| wanted.range_cardinality(range(head)) > 0);
        work.extend(used.map(|head| (reading.clone(), *head)));
    }
    ticket.set_total(work.iter().map(|(_, head)| u64::from(head.len)).sum());
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let (mut of_row, mut bytes) = (Vec::with_capacity(count as usize), 0);
    for batch in work.chunks(BATCH) {
        let read: Vec<Vec<String>> = batch
            .par_iter()
            .map(|(reading, head)| values(desk, rows, reading, head, field, ticket))
            .collect::<Result<_>>()?;
        for value in read.into_iter().flatten() {
            let fresh = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = match numbers.get(&value) {
                Some(number) => *number,
                None => {
                    bytes += value.len() + 64;
                    numbers.insert(value, fresh);
                    fresh
                }
            };
            of_row.push(number);
        }
        if bytes > MAX_VALUES {
            return Ok(None);
        }
    }
    Ok(Some(placed(&ranked(numbers, down), &of_row)))
}

const fn range(head: &ChunkHead) -> Range<u32> {
    head.first_row..head.first_row.saturating_add(head.rows)
}

/// The values of the wanted rows of a chunk, in row order; empty where a record has no such field.
fn values(
    desk: &Answers,
    rows: &RowSet,
    reading: &ReadingHead,
    head: &ChunkHead,
    field: &str,
    ticket: &Ticket,
) -> Result<Vec<String>> {
    if ticket.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let session = &desk.session;
    let chunk = session.store.chunk(reading.key, head.seq)?;
    let name = fold(field);
    let wanted = rows.rows(reading.evidence).into_iter().flat_map(|rows| rows.range(range(head)));
    let out = wanted.map(|row| {
        let text = session.reader.text(&reading.form, chunk.record_bytes((row - head.first_row) as usize));
        let mut fields: Vec<Field<'_>> = Vec::new();
        session.reader.fields_named(&reading.form, &text, &name, &mut fields);
        fields.into_iter().next().map(|held| held.value.into_owned()).unwrap_or_default()
    });
    let out = out.collect();
    ticket.advance(u64::from(head.len));
    Ok(out)
}

/// For every value's number, where the value stands among all.
#[expect(clippy::iter_over_hash_type, reason = "sorted right after")]
fn ranked(numbers: HashMap<String, u32>, down: bool) -> Vec<u32> {
    let amount = |text: &str| text.replace(',', "").parse::<f64>().ok().filter(|value| !value.is_nan());
    let mut values: Vec<(String, u32)> = Vec::with_capacity(numbers.len());
    for entry in numbers {
        values.push(entry);
    }
    let all_numbers = values.iter().all(|(text, _)| text.is_empty() || amount(text).is_some());
    values.par_sort_unstable_by(|(a, _), (b, _)| {
        let order = match (all_numbers, amount(a), amount(b)) {
            (true, Some(x), Some(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
            _ => a.cmp(b),
        };
        let order = if down { order.reverse() } else { order };
        a.is_empty().cmp(&b.is_empty()).then(order)
    });
    let mut ranks = vec![0; values.len()];
    for (rank, (_, number)) in (0_u32..).zip(values) {
        if let Some(slot) = ranks.get_mut(number as usize) {
            *slot = rank;
        }
    }
    ranks
}

/// Row positions by the rank of each row's value; equal values stay in row order.
fn placed(ranks: &[u32], of_row: &[u32]) -> Vec<u32> {
    let rank = |number: &u32| ranks.get(*number as usize).copied().unwrap_or(0) as usize;
    let mut starts = vec![0_u32; ranks.len() + 1];
    for number in of_row {
        if let Some(slot) = starts.get_mut(rank(number) + 1) {
            *slot += 1;
        }
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut places = vec![0_u32; of_row.len()];
    for (at, number) in (0_u32..).zip(of_row) {
        let Some(next) = starts.get_mut(rank(number)) else { continue };
        if let Some(slot) = places.get_mut(*next as usize) {
            *slot = at;
        }
        *next += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_ranked_as_numbers_where_all_are_numbers_and_the_empty_stand_last() {
        let of = |values: &[&str], down| {
            let mut numbers = HashMap::new();
            let rows: Vec<u32> = values
                .iter()
                .map(|value| {
                    let fresh = u32::try_from(numbers.len()).unwrap();
                    *numbers.entry((*value).to_owned()).or_insert(fresh)
                })
                .collect();
            let places = placed(&ranked(numbers, down), &rows);
            places.iter().map(|at| values[*at as usize]).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(&["10", "9", "1,000", "", "9"], false), "9 9 10 1,000 ");
        assert_eq!(of(&["10", "9", "1,000", "", "9"], true), "1,000 10 9 9 ");
        assert_eq!(of(&["b", "10", "", "a"], false), "10 a b ");
    }
}
