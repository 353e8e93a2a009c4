//! Chunks sorted by time, and the stretches of time they fall into: the bones of [`order`](super::order).

use super::chunk::skew;
use super::error::Error;
use super::run::in_order;
use super::selection::Part;
use super::tangle::{self, Tangle};
use crate::model::{ChunkHead, Corpus, Instant, Ticket};
use std::sync::{Mutex, PoisonError};

/// Where one way of ordering gives way to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Rows of a cluster that are read and sorted whenever they are looked at.
    pub(super) small: u64,
    /// Rows and chunks that may reach into a stretch before a permutation is made.
    pub(super) rows: u64,
    pub(super) chunks: usize,
    /// Rows sorted in one pass of making it: 16 bytes each.
    pub(super) pass: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { small: 1 << 18, rows: 1 << 20, chunks: 1 << 10, pass: 8 << 20 }
    }
}

/// The selected rows of one chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) part: usize,
    pub(super) chunk: usize,
    pub(super) dated: u32,
    pub(super) undated: u32,
    pub(super) first: Instant,
    pub(super) last: Instant,
}

/// A stretch of time and the chunks that reach into it.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Dated rows before it.
    pub(super) start: u64,
    /// Places among the pieces.
    pub(super) pieces: Vec<u32>,
    /// First and last instant.
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) tangle: Option<Tangle>,
}

/// A row's place in the order: instant, part, row.
pub(super) type Place = (i64, u32, u32);

/// Every chunk with selected rows, in row order.
pub(super) fn pieces(parts: &[Part], corpus: &dyn Corpus, ticket: &Ticket) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    let mut unsure = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let skew = skew(&part.reading);
        let real = |at: Option<Instant>| Instant(at.map_or(0, |at| at.0.saturating_sub(skew)));
        for (chunk, head) in part.heads.iter().enumerate() {
            let count = part.count(head);
            if count == 0 {
                continue;
            }
            let undated = if count == head.rows { head.undated } else { count.min(head.undated) };
            if undated > 0 && count < head.rows && head.undated < head.rows {
                unsure.push(pieces.len());
            }
            let (first, last) = (real(head.first), real(head.last));
            pieces.push(Piece { part: number, chunk, dated: count - undated, undated, first, last });
        }
    }
    // Where only some rows of a partly dated chunk are selected, its records tell how many of them are dated.
    let counted = in_order(unsure.len(), ticket, Vec::new, |counted: &mut Vec<(usize, u32)>, index| {
        let Some((place, piece)) = unsure.get(index).and_then(|place| Some((*place, pieces.get(*place)?))) else {
            return Ok(());
        };
        let (_, dated) = piece.rows(parts, corpus)?;
        counted.push((place, u32::try_from(dated.len()).unwrap_or(u32::MAX)));
        Ok(())
    })?;
    for (place, dated) in counted.into_iter().flatten() {
        if let Some(piece) = pieces.get_mut(place) {
            let count = piece.dated + piece.undated;
            (piece.dated, piece.undated) = (dated.min(count), count - dated.min(count));
        }
    }
    Ok(pieces)
}

impl Piece {
    /// The selected rows: undated ones, and dated ones with their place.
    pub(super) fn rows(&self, parts: &[Part], corpus: &dyn Corpus) -> Result<(Vec<u32>, Vec<Place>), Error> {
        let (mut undated, mut dated) = (Vec::new(), Vec::new());
        let Some((part, head)) = self.of(parts) else { return Ok((undated, dated)) };
        let records = corpus.records(part.reading.key, head.seq)?;
        let skew = skew(&part.reading);
        let number = u32::try_from(self.part).unwrap_or(u32::MAX);
        for index in part.bits(head).iter() {
            let row = head.first_row.saturating_add(index);
            match records.get(index as usize).and_then(|record| record.when.instant()) {
                Some(at) => dated.push((at.0.saturating_sub(skew), number, row)),
                None => undated.push(row),
            }
        }
        Ok((undated, dated))
    }

    pub(super) fn of<'a>(&self, parts: &'a [Part]) -> Option<(&'a Part, &'a ChunkHead)> {
        let part = parts.get(self.part)?;
        Some((part, part.heads.get(self.chunk)?))
    }

    /// Selected rows, dated or not.
    pub(super) const fn count(&self) -> u32 {
        self.dated + self.undated
    }
}

/// Cuts pieces, sorted by their first instant, wherever nothing reaches across.
pub(super) fn clusters(pieces: &[Piece]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut start = 0;
    // Latest instant of the open cluster, and the last chunk in row order that reaches it: of equal instants the later row
    // comes later, so a chunk after that one may begin with the same instant.
    let mut end: Option<(Instant, usize, usize)> = None;
    for (number, piece) in (0_u32..).zip(pieces) {
        let fits = end.is_some_and(|(last, part, chunk)| {
            piece.first < last || (piece.first == last && (piece.part, piece.chunk) < (part, chunk))
        });
        match clusters.last_mut() {
            Some(cluster) if fits => {
                cluster.pieces.push(number);
                cluster.to = cluster.to.max(piece.last);
            }
            _ => {
                let (from, to) = (piece.first, piece.last);
                clusters.push(Cluster { start, pieces: vec![number], from, to, tangle: None });
            }
        }
        start += u64::from(piece.dated);
        end = end.filter(|_| fits).max(Some((piece.last, piece.part, piece.chunk)));
    }
    clusters
}

/// Makes every large cluster one that can be looked into: cut, or with a permutation.
pub(super) fn untangled(
    clusters: Vec<Cluster>,
    dated: u64,
    parts: &[Part],
    pieces: &[Piece],
    corpus: &dyn Corpus,
    ticket: &Ticket,
    limits: Limits,
) -> Result<Vec<Cluster>, Error> {
    let ends: Vec<u64> = clusters.iter().skip(1).map(|cluster| cluster.start).chain([dated]).collect();
    let is_large = |cluster: &Cluster, end: u64| end - cluster.start > limits.small && cluster.pieces.len() > 1;
    let large = clusters.iter().zip(&ends).filter(|(cluster, end)| is_large(cluster, **end));
    ticket.set_total(large.map(|(cluster, end)| end - cluster.start).sum());
    let mut out = Vec::new();
    for (mut cluster, end) in clusters.into_iter().zip(ends) {
        if is_large(&cluster, end) {
            if let Some(cuts) = cut(&cluster, pieces, limits) {
                out.append(&mut counted(cuts, &cluster, parts, pieces, corpus, ticket)?);
                continue;
            }
            let own = cluster.pieces.iter().filter_map(|piece| pieces.get(*piece as usize).copied()).collect();
            cluster.tangle = Some(tangle::build(own, parts, corpus, ticket, limits.pass)?);
        }
        out.push(cluster);
    }
    Ok(out)
}

/// Cuts a cluster at its chunks' first instants; `None` if too much reaches into one of the stretches.
fn cut(cluster: &Cluster, pieces: &[Piece], limits: Limits) -> Option<Vec<Cluster>> {
    let mut cuts: Vec<Cluster> = Vec::new();
    let mut reaching: Vec<u32> = Vec::new();
    let at = |number: u32| pieces.get(number as usize);
    for number in &cluster.pieces {
        let piece = at(*number)?;
        match cuts.last_mut() {
            Some(open) if open.from == piece.first => open.pieces.push(*number),
            before => {
                if let Some(before) = before {
                    before.to = Instant(piece.first.0 - 1);
                }
                reaching.retain(|number| at(*number).is_some_and(|other| other.last >= piece.first));
                let pieces = reaching.iter().copied().chain([*number]).collect();
                cuts.push(Cluster { start: 0, pieces, from: piece.first, to: cluster.to, tangle: None });
            }
        }
        reaching.push(*number);
        let rows: u64 = reaching.iter().filter_map(|number| at(*number)).map(|piece| u64::from(piece.count())).sum();
        if reaching.len() > limits.chunks || rows > limits.rows {
            return None;
        }
    }
    Some(cuts)
}

/// Counts the rows of each stretch, so that each knows where it begins.
fn counted(
    mut cuts: Vec<Cluster>,
    cluster: &Cluster,
    parts: &[Part],
    pieces: &[Piece],
    corpus: &dyn Corpus,
    ticket: &Ticket,
) -> Result<Vec<Cluster>, Error> {
    let counts = Mutex::new(vec![0_u64; cuts.len()]);
    in_order(
        cluster.pieces.len(),
        ticket,
        || (),
        |(), index| {
            let Some(piece) = cluster.pieces.get(index).and_then(|number| pieces.get(*number as usize)) else {
                return Ok(());
            };
            let rows = piece.rows(parts, corpus)?.1;
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            let mut at = 0;
            for (instant, ..) in &rows {
                let holds = |cut: &Cluster| cut.from.0 <= *instant && *instant <= cut.to.0;
                if !cuts.get(at).is_some_and(holds) {
                    at = cuts.partition_point(|cut| cut.to.0 < *instant);
                }
                if let Some(count) = counts.get_mut(at) {
                    *count += 1;
                }
            }
            ticket.advance(rows.len() as u64);
            Ok(())
        },
    )?;
    let mut start = cluster.start;
    for (cut, count) in cuts.iter_mut().zip(counts.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        cut.start = start;
        start += count;
    }
    Ok(cuts)
}
