//! How many records fall into each stretch of time. A chunk whose bounds lie in one bin is counted without being read.

use super::chunk::skew;
use super::error::Error;
use super::run::in_order;
use super::selection::{Part, Rows, parts};
use crate::model::{ChunkHead, Corpus, Instant, Ticket};
use std::sync::{Mutex, PoisonError};

/// Equal stretches of time, from `from` up to but not including `to`; the last may be shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bins {
    /// Start of the first.
    pub from: Instant,
    /// End of the last.
    pub to: Instant,
    /// Length of each in nanoseconds.
    pub nanos: i64,
}

/// Records per bin. All numbers together are the rows asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Per bin, in order.
    pub counts: Vec<u64>,
    /// Without an instant.
    pub undated: u64,
    /// Before the first bin or after the last.
    pub outside: u64,
}

/// More bins than any screen shows.
const MAX_BINS: i64 = 1 << 20;

impl Bins {
    /// How many there are.
    fn count(self) -> i64 {
        let span = self.to.0.saturating_sub(self.from.0).max(0);
        let nanos = self.nanos.max(1);
        span / nanos + i64::from(span % nanos != 0)
    }

    /// How many there are, where that is no more than any screen shows.
    pub(super) fn slots(self) -> Result<usize, Error> {
        let count = self.count();
        let slots = usize::try_from(count).ok().filter(|_| count <= MAX_BINS);
        slots.ok_or(Error::TooMany(u64::try_from(count).unwrap_or(0)))
    }

    /// The bin of an instant; one past the last for everything outside.
    pub(super) fn of(self, at: Instant) -> usize {
        let outside = usize::try_from(self.count()).unwrap_or(usize::MAX);
        if at < self.from || at >= self.to {
            return outside;
        }
        usize::try_from(at.0.saturating_sub(self.from.0) / self.nanos.max(1)).unwrap_or(outside)
    }

    /// The one bin of a chunk's dated records, if its bounds tell.
    fn of_chunk(self, first: Instant, last: Instant) -> Option<usize> {
        let bin = self.of(first);
        let apart = first < self.from && last >= self.from;
        (bin == self.of(last) && !apart).then_some(bin)
    }
}

/// Counts rows per bin, exactly. The evidence's clock skew is taken off. The ticket counts rows that must be looked at.
pub fn histogram(rows: Rows<'_>, corpus: &dyn Corpus, bins: Bins, ticket: &Ticket) -> Result<Histogram, Error> {
    let slots = bins.slots()?;
    let parts = parts(rows, corpus)?;
    // One slot more for what lies outside.
    let mut sum = Sum { counts: vec![0; slots + 1], undated: 0 };
    let mut open = Vec::new();
    for part in &parts {
        for head in part.heads.iter() {
            if !sum.by_bounds(part, head, bins) {
                open.push((part, head));
            }
        }
    }
    ticket.set_total(open.iter().map(|(_, head)| u64::from(head.rows)).sum());
    let sum = Mutex::new(sum);
    in_order(open.len(), ticket, Vec::new, |runs: &mut Vec<(usize, u64)>, index| {
        let Some((part, head)) = open.get(index) else { return Ok(()) };
        let undated = by_records(part, head, bins, corpus, runs)?;
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.undated += undated;
        for (bin, count) in runs.drain(..) {
            sum.add(bin, count);
        }
        ticket.advance(u64::from(head.rows));
        Ok(())
    })?;
    let Sum { mut counts, undated } = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    let outside = counts.pop().unwrap_or(0);
    Ok(Histogram { counts, undated, outside })
}

struct Sum {
    counts: Vec<u64>,
    undated: u64,
}

impl Sum {
    fn add(&mut self, bin: usize, count: u64) {
        if let Some(slot) = self.counts.get_mut(bin) {
            *slot += count;
        }
    }

    /// Counts a chunk by its head; `false` if that does not settle it.
    fn by_bounds(&mut self, part: &Part, head: &ChunkHead, bins: Bins) -> bool {
        let chosen = part.count(head);
        if chosen == 0 {
            return true;
        }
        let (Some(first), Some(last)) = (head.first, head.last) else {
            self.undated += u64::from(chosen);
            return true;
        };
        if head.undated > 0 && chosen < head.rows {
            return false;
        }
        let skew = skew(&part.reading);
        let real = |at: Instant| Instant(at.0.saturating_sub(skew));
        let Some(bin) = bins.of_chunk(real(first), real(last)) else { return false };
        self.add(bin, u64::from(chosen - head.undated.min(chosen)));
        self.undated += u64::from(head.undated);
        true
    }
}

/// Counts a chunk record by record, as runs of the same bin; returns the undated ones.
fn by_records(
    part: &Part,
    head: &ChunkHead,
    bins: Bins,
    corpus: &dyn Corpus,
    runs: &mut Vec<(usize, u64)>,
) -> Result<u64, Error> {
    let skew = skew(&part.reading);
    let records = corpus.records(part.reading.key, head.seq)?;
    let mut undated = 0;
    for row in part.bits(head).iter() {
        let Some(at) = records.get(row as usize).and_then(|record| record.when.instant()) else {
            undated += 1;
            continue;
        };
        let bin = bins.of(Instant(at.0.saturating_sub(skew)));
        match runs.last_mut() {
            Some((last, count)) if *last == bin => *count += 1,
            _ => runs.push((bin, 1)),
        }
    }
    Ok(undated)
}
