//! Sealing a chunk: the part of an import that runs on many threads and needs no database.

use super::bands::Folded;
use super::codec;
use super::entry::{DIRECT, Draft, Packed, VERIFIED};
use super::error::{Error, Result};
use super::rowindex;
use crate::model::skip::Skip;
use crate::model::{Hits, Instant, Kind, RecordHead, Text};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// No chunk is longer than this; a stored length beyond it is damage.
pub(super) const MAX_CHUNK: u32 = 16 << 20;

/// One value in one record.
#[derive(Clone, Copy, Debug)]
struct Post {
    /// Place among the kinds.
    kind: u16,
    implied: bool,
    verified: bool,
    /// Row, counted inside the chunk.
    row: u32,
    /// The value's first bytes, which mostly decide its order.
    start: u64,
    /// Place among the hits.
    hit: u32,
}

/// The values of one chunk, in the order of kind, value and row.
#[derive(Clone, Debug, Default)]
pub struct Posts {
    hits: Hits,
    list: Vec<Post>,
    /// Rows that hold any value of a kind, rising; sorted by kind.
    kinds: Vec<(Kind, Vec<u32>)>,
}

impl Posts {
    /// Gathers the hits of a chunk, which are sorted by span. `row_of` tells the chunk's row for a byte of the searched
    /// text; a hit in no row is left out.
    pub fn gather(hits: Hits, row_of: &mut dyn FnMut(u32) -> Option<u32>) -> Self {
        let mut kinds: Vec<(Kind, Vec<u32>)> = Vec::new();
        let mut list = Vec::with_capacity(hits.len());
        for (index, (hit, value)) in (0_u32..).zip(hits.iter()) {
            let Some(row) = row_of(hit.span.start) else { continue };
            let kind = kinds.iter().position(|(kind, _)| *kind == hit.kind).unwrap_or_else(|| {
                kinds.push((hit.kind, Vec::new()));
                kinds.len() - 1
            });
            if let Some((_, rows)) = kinds.get_mut(kind).filter(|(_, rows)| rows.last() != Some(&row)) {
                rows.push(row);
            }
            list.push(Post {
                kind: u16::try_from(kind).unwrap_or(u16::MAX),
                implied: hit.implied,
                verified: hit.verified,
                row,
                start: start_of(value),
                hit: index,
            });
        }
        let mut out = Self { hits, list, kinds };
        out.sort();
        out
    }

    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.kinds.len()).collect();
        order.sort_unstable_by_key(|at| self.kinds.get(*at).map(|(kind, _)| *kind));
        let mut rank = vec![0_u16; order.len()];
        for (place, at) in (0_u16..).zip(&order) {
            if let Some(rank) = rank.get_mut(*at) {
                *rank = place;
            }
        }
        for post in &mut self.list {
            post.kind = rank.get(usize::from(post.kind)).copied().unwrap_or(u16::MAX);
        }
        self.kinds.sort_unstable_by_key(|(kind, _)| *kind);
        let hits = &self.hits;
        self.list.sort_unstable_by(|a, b| {
            (a.kind, a.start).cmp(&(b.kind, b.start)).then_with(|| same_start(hits, a, b)).then(a.row.cmp(&b.row))
        });
    }
}

fn same_start(hits: &Hits, a: &Post, b: &Post) -> Ordering {
    hits.value_at(a.hit).cmp(hits.value_at(b.hit))
}

/// The first eight bytes as a number that compares like them.
fn start_of(value: &str) -> u64 {
    let mut start = [0; 8];
    start.iter_mut().zip(value.bytes()).for_each(|(to, from)| *to = from);
    u64::from_be_bytes(start)
}

/// A chunk ready to be written.
#[derive(Clone, Debug)]
pub struct SealedChunk {
    pub(super) offset: u64,
    pub(super) len: u32,
    pub(super) lead: u32,
    pub(super) rows: u32,
    pub(super) undated: u32,
    pub(super) rejects: u32,
    pub(super) first: Option<Instant>,
    pub(super) last: Option<Instant>,
    pub(super) hash: [u8; 32],
    pub(super) content: Vec<u8>,
    pub(super) index: Vec<u8>,
    pub(super) filter: Folded,
    /// Posting entries in the order of their keys; rows count inside the chunk.
    pub(super) entries: Vec<u8>,
    pub(super) kinds: BTreeMap<Kind, Vec<u32>>,
}

impl SealedChunk {
    /// Bytes of the evidence it holds.
    pub fn bytes(&self) -> u64 {
        u64::from(self.len)
    }

    /// Bytes it holds in memory, roughly.
    pub(super) fn size(&self) -> usize {
        self.content.len() + self.index.len() + self.entries.len() + self.filter.size()
    }
}

/// The compressed content of a chunk and its checksum: the part that does not wait for times to be settled.
#[derive(Clone, Debug)]
pub struct PackedContent {
    data: Vec<u8>,
    hash: [u8; 32],
}

/// Compresses a chunk's bytes.
pub fn pack_content(bytes: &[u8]) -> Result<PackedContent> {
    if bytes.len() > MAX_CHUNK as usize {
        return Err(Error::Refused(Text::new("断片が大きすぎます", "the chunk is too large")));
    }
    Ok(PackedContent { data: codec::press(bytes)?, hash: *blake3::hash(bytes).as_bytes() })
}

/// Puts a chunk together: `len` bytes at `offset`, the first `lead` of which belong to the record before.
pub fn seal(
    place: (u64, u32, u32),
    content: PackedContent,
    records: &[RecordHead],
    skip: Skip,
    posts: Posts,
) -> Result<SealedChunk> {
    let (offset, len, lead) = place;
    if len > MAX_CHUNK || lead > len || records.len() > len as usize + 1 {
        return Err(Error::damaged("shape of a chunk"));
    }
    let instants = || records.iter().filter_map(|record| record.when.instant());
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(SealedChunk {
        offset,
        len,
        lead,
        rows: small(records.len()),
        undated: small(records.len() - instants().count()),
        rejects: small(records.iter().filter(|record| record.reject.is_some()).count()),
        first: instants().min(),
        last: instants().max(),
        hash: content.hash,
        content: content.data,
        index: codec::press(&rowindex::pack(offset, records))?,
        filter: Folded::of(skip),
        entries: entries(records, &posts)?,
        kinds: posts.kinds.into_iter().collect(),
    })
}

/// The posts as entries in the order of their keys.
fn entries(records: &[RecordHead], posts: &Posts) -> Result<Vec<u8>> {
    let mut out = Packed::default();
    let mut draft = Draft::default();
    let mut before: Option<(u16, &str)> = None;
    for post in &posts.list {
        let record = records.get(post.row as usize).ok_or_else(|| Error::damaged("a find without its record"))?;
        let value = posts.hits.value_at(post.hit);
        if before != Some((post.kind, value)) {
            if !draft.is_empty() {
                draft.flush(&mut out);
            }
            let kind = posts.kinds.get(usize::from(post.kind)).map(|(kind, _)| kind.tag()).unwrap_or_default();
            draft.begin(&[kind.as_bytes(), &[0], value.as_bytes()]);
            before = Some((post.kind, value));
        }
        // A value both stated and implied in one record counts as stated.
        let flags = if post.implied { 0 } else { DIRECT } | if post.verified { VERIFIED } else { 0 };
        draft.row(post.row, flags, record.when.instant());
    }
    if !draft.is_empty() {
        draft.flush(&mut out);
    }
    Ok(out.raw)
}
