//! The time order of a row set, without sorting it.
//!
//! Chunks know their earliest and latest instant. Sorted by these they fall into clusters: stretches of time no chunk
//! reaches across. Which cluster holds the n-th row follows from counts alone; only the cluster that is looked at is sorted,
//! and a few of these are kept. A log whose times rise makes clusters of one chunk, so that the view costs its chunk heads
//! and nothing else, whatever its length.
//!
//! Logs that overlap, or whose lines stand a little out of order, chain into one large cluster. It is cut at the chunks'
//! first instants and the rows between two cuts are counted once from the record heads: still no permutation, and a look
//! costs the few chunks that reach into the stretch. Only where too many chunks reach into one stretch (a log in no order
//! at all) is a permutation made: four bytes a row, in passes over stretches of time of at most eight million rows, 128 MB
//! at a time; 50 million such rows take 200 MB to keep.
//!
//! Order: instant (the evidence's clock skew taken off), then evidence, then row; undated rows last, in row order.

use super::cluster::{Cluster, Limits, Piece, Place, clusters, pieces, untangled};
use super::error::Error;
use super::selection::{Part, Rows, parts};
use crate::model::{Corpus, EvidenceKey, Instant, Ticket};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Sorted clusters kept.
const KEPT: usize = 8;

/// A row set in time order. Made by [`in_time_order`].
#[derive(Debug)]
pub struct TimeOrder {
    parts: Vec<Part>,
    /// Chunks with dated rows by their first instant.
    pieces: Vec<Piece>,
    clusters: Vec<Cluster>,
    dated: u64,
    /// Chunks with undated rows in row order, with the undated rows before each.
    undated: Vec<(u64, Piece)>,
    len: u64,
    kept: Mutex<VecDeque<(usize, Arc<[Place]>)>>,
}

/// Puts rows in time order. The ticket counts rows that had to be looked at.
pub fn in_time_order(rows: Rows<'_>, corpus: &dyn Corpus, ticket: &Ticket) -> Result<TimeOrder, Error> {
    ordered(rows, corpus, ticket, Limits::default())
}

pub(super) fn ordered(
    rows: Rows<'_>,
    corpus: &dyn Corpus,
    ticket: &Ticket,
    limits: Limits,
) -> Result<TimeOrder, Error> {
    let parts = parts(rows, corpus)?;
    let all = pieces(&parts, corpus, ticket)?;
    let mut undated = Vec::new();
    let mut undated_rows = 0;
    for piece in all.iter().filter(|piece| piece.undated > 0) {
        undated.push((undated_rows, *piece));
        undated_rows += u64::from(piece.undated);
    }
    let mut pieces: Vec<Piece> = all.into_iter().filter(|piece| piece.dated > 0).collect();
    pieces.sort_by_key(|piece| (piece.first, piece.part, piece.chunk));
    let dated = pieces.iter().map(|piece| u64::from(piece.dated)).sum();
    let clusters = untangled(clusters(&pieces), dated, &parts, &pieces, corpus, ticket, limits)?;
    let kept = Mutex::new(VecDeque::new());
    Ok(TimeOrder { parts, pieces, clusters, dated, undated, len: dated + undated_rows, kept })
}

impl TimeOrder {
    /// How many rows.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many of them have an instant; the others come after these.
    #[must_use]
    pub const fn dated(&self) -> u64 {
        self.dated
    }

    /// The `n`-th row, counted from 0.
    pub fn nth(&self, n: u64, corpus: &dyn Corpus) -> Result<Option<(EvidenceKey, u32)>, Error> {
        Ok(self.page(n, 1, corpus)?.pop())
    }

    /// `count` rows from the `from`-th on; fewer at the end.
    pub fn page(&self, from: u64, count: usize, corpus: &dyn Corpus) -> Result<Vec<(EvidenceKey, u32)>, Error> {
        let mut out = Vec::new();
        let mut at = from;
        while out.len() < count && at < self.len {
            let left = count - out.len();
            let before = out.len();
            if at < self.dated {
                self.dated_from(at, left, corpus, &mut out)?;
            } else {
                self.undated_from(at, left, corpus, &mut out)?;
            }
            let got = out.len() - before;
            if got == 0 {
                break;
            }
            at += got as u64;
        }
        Ok(out)
    }

    /// Where a row stands in the order; `None` if it is not in the set.
    pub fn position(&self, evidence: EvidenceKey, row: u32, corpus: &dyn Corpus) -> Result<Option<u64>, Error> {
        let Some(number) = self.parts.iter().position(|part| part.evidence() == evidence) else { return Ok(None) };
        let holds = |piece: &Piece| {
            let head = piece.of(&self.parts).filter(|_| piece.part == number).map(|(_, head)| head);
            head.is_some_and(|head| head.first_row <= row && row - head.first_row < head.rows)
        };
        if let Some(piece) = self.pieces.iter().find(|piece| holds(piece))
            && let Some(place) = piece.rows(&self.parts, corpus)?.1.into_iter().find(|place| place.2 == row)
        {
            let at = Instant(place.0);
            let first = self.clusters.partition_point(|cluster| cluster.to < at);
            for (index, cluster) in self.clusters.iter().enumerate().skip(first).take_while(|(_, c)| c.from <= at) {
                let inside = match &cluster.tangle {
                    Some(tangle) => tangle.position(&self.parts, piece, row),
                    None => self.sorted(index, corpus)?.binary_search(&place).ok().map(|at| at as u64),
                };
                if let Some(inside) = inside {
                    return Ok(Some(cluster.start + inside));
                }
            }
            return Ok(None);
        }
        if let Some((before, piece)) = self.undated.iter().find(|(_, piece)| holds(piece)) {
            let rows = piece.rows(&self.parts, corpus)?.0;
            return Ok(rows.binary_search(&row).ok().map(|at| self.dated + before + at as u64));
        }
        Ok(None)
    }

    fn dated_from(
        &self,
        at: u64,
        count: usize,
        corpus: &dyn Corpus,
        out: &mut Vec<(EvidenceKey, u32)>,
    ) -> Result<(), Error> {
        let index = self.clusters.partition_point(|cluster| cluster.start <= at).saturating_sub(1);
        let Some(cluster) = self.clusters.get(index) else { return Ok(()) };
        let skip = usize::try_from(at - cluster.start).unwrap_or(usize::MAX);
        if let Some(tangle) = &cluster.tangle {
            out.extend(tangle.rows(&self.parts, skip, count));
            return Ok(());
        }
        let sorted = self.sorted(index, corpus)?;
        let name = |(_, part, row): &Place| Some((self.parts.get(*part as usize)?.evidence(), *row));
        out.extend(sorted.iter().skip(skip).take(count).filter_map(name));
        Ok(())
    }

    fn undated_from(
        &self,
        at: u64,
        count: usize,
        corpus: &dyn Corpus,
        out: &mut Vec<(EvidenceKey, u32)>,
    ) -> Result<(), Error> {
        let at = at - self.dated;
        let index = self.undated.partition_point(|(before, _)| *before <= at).saturating_sub(1);
        let Some((before, piece)) = self.undated.get(index) else { return Ok(()) };
        let Some((part, head)) = piece.of(&self.parts) else { return Ok(()) };
        let skip = usize::try_from(at - before).unwrap_or(usize::MAX);
        if piece.dated == 0 {
            let places = (u32::try_from(skip).unwrap_or(u32::MAX)..piece.undated).take(count);
            out.extend(places.filter_map(|place| Some((part.evidence(), part.nth(head, place)?))));
            return Ok(());
        }
        let rows = piece.rows(&self.parts, corpus)?.0;
        out.extend(rows.into_iter().skip(skip).take(count).map(|row| (part.evidence(), row)));
        Ok(())
    }

    /// A small cluster's rows in order.
    fn sorted(&self, index: usize, corpus: &dyn Corpus) -> Result<Arc<[Place]>, Error> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rows)) = kept().iter().find(|(cluster, _)| *cluster == index) {
            return Ok(Arc::clone(rows));
        }
        let mut rows = Vec::new();
        if let Some(cluster) = self.clusters.get(index) {
            let inside = |(at, ..): &Place| cluster.from.0 <= *at && *at <= cluster.to.0;
            for piece in cluster.pieces.iter().filter_map(|piece| self.pieces.get(*piece as usize)) {
                rows.extend(piece.rows(&self.parts, corpus)?.1.into_iter().filter(inside));
            }
        }
        rows.sort_unstable();
        let rows: Arc<[Place]> = rows.into();
        let mut kept = kept();
        kept.truncate(KEPT - 1);
        kept.push_front((index, Arc::clone(&rows)));
        Ok(rows)
    }
}
