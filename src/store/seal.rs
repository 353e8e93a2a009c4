//! Sealing a chunk: the part of an import that runs on many threads and needs no database.

use super::bands::Folded;
use super::codec;
use super::error::{Error, Result};
use super::posts::Posts;
use super::rowindex;
use crate::model::skip::{BLOCKS, Skip};
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
    /// One for each block.
    pub(super) filters: Vec<Folded>,
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
        self.content.len()
            + self.index.len()
            + self.entries.len()
            + self.filters.iter().map(Folded::size).sum::<usize>()
    }
}

/// The compressed content of a chunk and its checksum: the part that does not wait for times to be settled.
#[derive(Clone, Debug)]
pub struct PackedContent {
    data: Vec<u8>,
    hash: [u8; 32],
    ends: Vec<usize>,
}

impl PackedContent {
    /// Where in the chunk its blocks end, in order. A record belongs to the block it begins in, wherever it ends.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }
}

/// About what one block holds.
const BLOCK: usize = 64 << 10;

/// Where a chunk is divided into blocks: behind the last line that ends before each quarter. This depends on the bytes
/// alone, so that another reading, or an import that goes on after a kill, meets the same blocks.
fn block_ends(bytes: &[u8]) -> Vec<usize> {
    let size = bytes.len().div_ceil(BLOCKS as usize).max(BLOCK);
    let (mut ends, mut start) = (Vec::new(), 0);
    while bytes.len() - start > size && ends.len() + 1 < BLOCKS as usize {
        let block = bytes.get(start..start + size).unwrap_or(&[]);
        start += memchr::memrchr(b'\n', block).map_or(size, |at| at + 1);
        ends.push(start);
    }
    ends.push(bytes.len());
    ends
}

/// Compresses a chunk's bytes, block by block.
pub fn pack_content(bytes: &[u8]) -> Result<PackedContent> {
    if bytes.len() > MAX_CHUNK as usize {
        return Err(Error::Refused(Text::new("断片が大きすぎます", "the chunk is too large")));
    }
    let ends = block_ends(bytes);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let parts: Vec<&[u8]> = starts.zip(&ends).filter_map(|(start, end)| bytes.get(start..*end)).collect();
    Ok(PackedContent { data: codec::press_parts(&parts)?, hash: *blake3::hash(bytes).as_bytes(), ends })
}

/// Puts a chunk together: `len` bytes at `offset`, the first `lead` of which belong to the record before. `skips` are the
/// filters of its blocks in order; one alone where records are read from a layer, which is made of the whole chunk.
pub fn seal(
    place: (u64, u32, u32),
    content: PackedContent,
    records: &[RecordHead],
    skips: &[Skip],
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
        filters: skips.iter().take(BLOCKS as usize).map(Folded::of).collect(),
        entries: posts.entries(records)?,
        kinds: posts.kinds(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Blocks tile the chunk, end with lines where lines are short enough, and each is unpacked alone.
        #[test]
        fn blocks_tile_the_chunk(line in 1_usize..200_000, len in 0_usize..400_000) {
            let bytes: Vec<u8> = (0..len).map(|at| if at % line == line - 1 { b'\n' } else { b"abcdefghijklm"[at % 13] }).collect();
            let packed = pack_content(&bytes).unwrap();
            let ends = packed.ends();
            prop_assert!(ends.is_sorted() && ends.len() <= BLOCKS as usize && ends.last() == Some(&len));
            let (last, before) = ends.split_last().unwrap();
            prop_assert!(before.iter().all(|end| line > BLOCK || bytes[end - 1] == b'\n') && *last == len);
            let parts = codec::parts(&packed.data).unwrap();
            prop_assert_eq!(parts.len(), ends.len());
            let mut whole = Vec::new();
            for (part, len) in parts {
                whole.extend(codec::unpress(part, len).unwrap());
            }
            prop_assert_eq!(&whole, &bytes);
            prop_assert_eq!(codec::unpress(&packed.data, len).unwrap(), bytes);
        }
    }
}
