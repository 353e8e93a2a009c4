//! A permutation for rows whose chunks overlap in time: four bytes a row, sorted stretch by stretch.

use super::chunk::skew;
use super::cluster::Piece;
use super::error::Error;
use super::run::in_order;
use super::selection::Part;
use crate::model::{Corpus, EvidenceKey, Instant, Ticket};
use rayon::slice::ParallelSliceMut as _;
use std::sync::{Mutex, PoisonError};

/// Stretches a too large one is cut into.
const BINS: usize = 1024;

/// Rows of overlapping chunks in time order.
#[derive(Debug)]
pub(super) struct Tangle {
    /// The chunks in row order, with the selected rows before each.
    pieces: Vec<(u32, Piece)>,
    /// Selected rows, counted through `pieces`, in time order.
    order: Vec<u32>,
}

/// Sorts the pieces of a cluster.
pub(super) fn build(
    mut sorted: Vec<Piece>,
    parts: &[Part],
    corpus: &dyn Corpus,
    ticket: &Ticket,
    pass: u64,
) -> Result<Tangle, Error> {
    sorted.sort_by_key(|piece| (piece.part, piece.chunk));
    let mut pieces = Vec::with_capacity(sorted.len());
    let mut before = 0_u64;
    for piece in sorted {
        pieces.push((u32::try_from(before).map_err(|_| Error::TooMany(before))?, piece));
        before += u64::from(piece.count());
    }
    u32::try_from(before).map_err(|_| Error::TooMany(before))?;
    let bounds = pieces.iter().map(|(_, piece)| (piece.first.0, piece.last.0));
    let (from, to) = bounds.fold((i64::MAX, i64::MIN), |(from, to), (first, last)| (from.min(first), to.max(last)));
    let passes = Sorter { parts, pieces: &pieces, corpus, ticket, pass };
    let mut order = Vec::new();
    passes.stretch(from, to, before, &mut order)?;
    Ok(Tangle { pieces, order })
}

impl Tangle {
    /// Rows from the `skip`-th on.
    pub(super) fn rows<'a>(
        &'a self,
        parts: &'a [Part],
        skip: usize,
        count: usize,
    ) -> impl Iterator<Item = (EvidenceKey, u32)> + 'a {
        self.order.iter().skip(skip).take(count).filter_map(|index| {
            let at = self.pieces.partition_point(|(before, _)| before <= index).checked_sub(1)?;
            let (before, piece) = self.pieces.get(at)?;
            let (part, head) = piece.of(parts)?;
            Some((part.evidence(), part.nth(head, index - before)?))
        })
    }

    /// Where a row of `piece` stands.
    pub(super) fn position(&self, parts: &[Part], piece: &Piece, row: u32) -> Option<u64> {
        let at = self
            .pieces
            .binary_search_by_key(&(piece.part, piece.chunk), |(_, piece)| (piece.part, piece.chunk))
            .ok()?;
        let (before, piece) = self.pieces.get(at)?;
        let (part, head) = piece.of(parts)?;
        let index = before + part.place(head, row)?;
        self.order.iter().position(|other| *other == index).map(|at| at as u64)
    }
}

struct Sorter<'a> {
    parts: &'a [Part],
    pieces: &'a [(u32, Piece)],
    corpus: &'a dyn Corpus,
    ticket: &'a Ticket,
    pass: u64,
}

impl Sorter<'_> {
    /// Appends the rows from `from` to `to`, both included, of which there are at most `rows`.
    fn stretch(&self, from: i64, to: i64, rows: u64, order: &mut Vec<u32>) -> Result<(), Error> {
        if from == to {
            // Of equal instants the row decides, which is how they are counted.
            let mut same = self.gather(from, to, |_, index| index)?;
            same.par_sort_unstable();
            self.ticket.advance(same.len() as u64);
            order.append(&mut same);
            return Ok(());
        }
        if rows <= self.pass {
            let mut keys = self.gather(from, to, |at, index| (at, index))?;
            keys.par_sort_unstable();
            self.ticket.advance(keys.len() as u64);
            order.extend(keys.into_iter().map(|(_, index)| index));
            return Ok(());
        }
        let counts = self.counts(from, to)?;
        let edge = |bin: usize| edge(from, to, bin);
        let (mut first, mut sum) = (0, 0);
        for (bin, count) in counts.iter().enumerate() {
            if sum > 0 && sum + count > self.pass {
                self.stretch(edge(first), edge(bin).saturating_sub(1), sum, order)?;
                (first, sum) = (bin, 0);
            }
            sum += count;
        }
        if sum > 0 { self.stretch(edge(first), to, sum, order) } else { Ok(()) }
    }

    /// Rows in each of [`BINS`] stretches.
    fn counts(&self, from: i64, to: i64) -> Result<Vec<u64>, Error> {
        let counts = Mutex::new(vec![0_u64; BINS]);
        let pieces = self.within(from, to);
        in_order(
            pieces.len(),
            self.ticket,
            || (),
            |(), index| {
                let Some((_, piece)) = pieces.get(index) else { return Ok(()) };
                let mut mine = Vec::new();
                self.each(piece, from, to, |at, _| mine.push(bin(from, to, at)))?;
                let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
                mine.into_iter().filter_map(|bin| counts.get_mut(bin).map(|slot| *slot += 1)).for_each(drop);
                Ok(())
            },
        )?;
        Ok(counts.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn gather<K: Send>(&self, from: i64, to: i64, key: impl Fn(i64, u32) -> K + Sync) -> Result<Vec<K>, Error> {
        let pieces = self.within(from, to);
        let gathered = in_order(pieces.len(), self.ticket, Vec::new, |keys, index| {
            let Some((before, piece)) = pieces.get(index) else { return Ok(()) };
            self.each(piece, from, to, |at, place| keys.push(key(at, before + place)))
        })?;
        let mut lists = gathered.into_iter();
        let mut all = lists.next().unwrap_or_default();
        lists.for_each(|mut list| all.append(&mut list));
        Ok(all)
    }

    fn within(&self, from: i64, to: i64) -> Vec<(u32, Piece)> {
        let reaches = |piece: &Piece| piece.first.0 <= to && piece.last.0 >= from;
        self.pieces.iter().filter(|(_, piece)| reaches(piece)).copied().collect()
    }

    /// Calls `found` with the instant and the place among the piece's selected rows.
    fn each(&self, piece: &Piece, from: i64, to: i64, mut found: impl FnMut(i64, u32)) -> Result<(), Error> {
        let Some((part, head)) = piece.of(self.parts) else { return Ok(()) };
        let records = self.corpus.records(part.reading.key, head.seq)?;
        let skew = skew(&part.reading);
        for (place, row) in (0..).zip(part.bits(head).iter()) {
            let at = records.get(row as usize).and_then(|record| record.when.instant());
            if let Some(Instant(at)) = at.map(|at| Instant(at.0.saturating_sub(skew)))
                && (from..=to).contains(&at)
            {
                found(at, place);
            }
        }
        Ok(())
    }
}

/// First instant of a bin; the arithmetic is wide because a stretch may span all of time.
fn edge(from: i64, to: i64, bin: usize) -> i64 {
    let span = i128::from(to) - i128::from(from) + 1;
    let bins = BINS as i128;
    i64::try_from(i128::from(from) + (span * bin as i128 + bins - 1) / bins).unwrap_or(i64::MAX)
}

fn bin(from: i64, to: i64, at: i64) -> usize {
    let span = i128::from(to) - i128::from(from) + 1;
    usize::try_from((i128::from(at) - i128::from(from)) * BINS as i128 / span).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_and_their_edges_agree() {
        for (from, to) in [(0, 1), (0, 5000), (-7, 1023), (i64::MIN, i64::MAX)] {
            for at in [from, from + 1, to - 1, to, i64::midpoint(from, to)] {
                let bin = bin(from, to, at);
                assert!(edge(from, to, bin) <= at, "{from} {to} {at}");
                assert!(bin + 1 == BINS || at < edge(from, to, bin + 1), "{from} {to} {at}");
            }
        }
    }
}
