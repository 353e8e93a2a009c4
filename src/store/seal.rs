//! Sealing a chunk: the part of an import that runs on many threads and needs no database.

use super::bands::Folded;
use super::codec;
use super::error::{Error, Result};
use super::posts::Posts;
use super::rowindex;
use crate::model::skip::Skip;
use crate::model::{Instant, Kind, RecordHead, Text};
use std::collections::BTreeMap;

/// No chunk is longer than this; a stored length beyond it is damage.
pub(super) const MAX_CHUNK: u32 = 16 << 20;

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
        entries: posts.entries(records)?,
        kinds: posts.kinds(),
    })
}
