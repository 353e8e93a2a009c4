//! Sealing a chunk: the part of an import that runs on many threads and needs no database.

use super::error::Result;
use super::pack::deflate;
use super::rowindex;
use crate::model::skip::Skip;
use crate::model::{Hits, Instant, Kind, RecordHead};
use siphasher::sip::SipHasher13;
use std::collections::BTreeMap;
use std::hash::Hasher as _;

/// Makes the 64-bit fingerprint a value is posted under. Keyed per store, so that nobody can prepare two values that meet.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprinter {
    /// Random key of the store.
    pub(super) key: [u8; 16],
}

impl Fingerprinter {
    /// The fingerprint of a canonical value.
    #[must_use]
    pub fn of(&self, kind: Kind, value: &str) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(kind.tag().as_bytes());
        hasher.write_u8(0);
        hasher.write(value.as_bytes());
        hasher.finish()
    }
}

/// One value in one record of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Post {
    /// Fingerprint of kind and value.
    pub fp: u64,
    /// Row, counted inside the chunk.
    pub row: u32,
    /// [`Post::IMPLIED`], [`Post::VERIFIED`].
    pub flags: u8,
}

impl Post {
    /// Seen inside another value.
    pub const IMPLIED: u8 = 1;
    /// The kind's own rule holds.
    pub const VERIFIED: u8 = 2;
}

/// The values of one chunk.
#[derive(Clone, Debug, Default)]
pub struct Posts {
    /// Every value in every record, each once, sorted.
    pub posts: Vec<Post>,
    /// The values behind the fingerprints.
    pub values: BTreeMap<u64, (Kind, String)>,
    /// Rows that hold any value of a kind, rising.
    pub kinds: BTreeMap<Kind, Vec<u32>>,
}

impl Posts {
    /// Gathers the hits of a chunk. `row_of` tells the chunk's row for a byte of the searched text.
    pub fn gather(hits: &Hits, print: Fingerprinter, row_of: &mut dyn FnMut(u32) -> Option<u32>) -> Self {
        let mut out = Self::default();
        for (hit, value) in hits.iter() {
            let Some(row) = row_of(hit.span.start) else { continue };
            let fp = print.of(hit.kind, value);
            let flags = (u8::from(hit.implied) * Post::IMPLIED) | (u8::from(hit.verified) * Post::VERIFIED);
            out.posts.push(Post { fp, row, flags });
            let rows = out.kinds.entry(hit.kind).or_default();
            if rows.last() != Some(&row) {
                rows.push(row);
            }
            out.values.entry(fp).or_insert_with(|| (hit.kind, value.to_owned()));
        }
        out.posts.sort_unstable();
        // A value both stated and implied in one record counts as stated.
        out.posts.dedup_by(|later, kept| {
            let same = later.fp == kept.fp && later.row == kept.row;
            if same {
                kept.flags = (kept.flags & later.flags & Post::IMPLIED) | ((kept.flags | later.flags) & Post::VERIFIED);
            }
            same
        });
        out
    }
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
    pub(super) sum: [u8; 16],
    pub(super) content: Vec<u8>,
    pub(super) index: Vec<u8>,
    pub(super) skip: Skip,
    pub(super) posts: Posts,
    pub(super) times: Vec<Option<Instant>>,
}

/// The compressed content of a chunk and its checksum: the part that does not wait for times to be settled.
#[derive(Clone, Debug)]
pub struct PackedContent {
    data: Vec<u8>,
    sum: [u8; 16],
}

/// Compresses a chunk's bytes.
pub fn pack_content(bytes: &[u8]) -> Result<PackedContent> {
    let mut sum = [0; 16];
    sum.copy_from_slice(blake3::hash(bytes).as_bytes().split_at(16).0);
    Ok(PackedContent { data: deflate(bytes, 1)?, sum })
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
    let times: Vec<Option<Instant>> = records.iter().map(|record| record.when.instant()).collect();
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(SealedChunk {
        offset,
        len,
        lead,
        rows: small(records.len()),
        undated: small(times.iter().filter(|time| time.is_none()).count()),
        rejects: small(records.iter().filter(|record| record.reject.is_some()).count()),
        first: times.iter().flatten().min().copied(),
        last: times.iter().flatten().max().copied(),
        sum: content.sum,
        content: content.data,
        index: deflate(&rowindex::pack(offset, records), 1)?,
        skip,
        posts,
        times,
    })
}
