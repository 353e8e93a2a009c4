//! Sealing a chunk: the part of an import that runs on many threads and needs no database.

use super::bands::Folded;
use super::codec;
use super::error::{Error, Result};
use super::rowindex;
use super::runs::{DIRECT, Draft, VERIFIED};
use crate::model::skip::Skip;
use crate::model::{Hits, Instant, Kind, RecordHead, Text};
use siphasher::sip::{SipHasher13, SipHasher24};
use std::collections::BTreeMap;
use std::hash::Hasher as _;

/// No chunk is longer than this; a stored length beyond it is damage.
pub(super) const MAX_CHUNK: u32 = 16 << 20;

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

    /// A second, independent hash: equal fingerprints with different second hashes are a collision.
    pub(super) fn second(&self, kind: Kind, value: &str) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(value.as_bytes());
        hasher.write_u8(0xff);
        hasher.write(kind.tag().as_bytes());
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
    pub(super) hash: [u8; 32],
    pub(super) content: Vec<u8>,
    pub(super) index: Vec<u8>,
    pub(super) filter: Folded,
    /// Posting entries, sorted by fingerprint; rows count inside the chunk.
    pub(super) entries: Vec<u8>,
    pub(super) values: BTreeMap<u64, (Kind, String)>,
    pub(super) kinds: BTreeMap<Kind, Vec<u32>>,
}

impl SealedChunk {
    /// Bytes it holds in memory, roughly.
    pub(super) fn size(&self) -> usize {
        self.content.len() + self.index.len() + self.entries.len() + self.filter.size() + self.values.len() * 64
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
        values: posts.values,
        kinds: posts.kinds,
    })
}

/// The posts as entries sorted by fingerprint.
fn entries(records: &[RecordHead], posts: &Posts) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(posts.posts.len() * 16);
    let mut draft = Draft::default();
    let mut before = None;
    for post in &posts.posts {
        let record = records.get(post.row as usize).ok_or_else(|| Error::damaged("a find without its record"))?;
        if before.is_some_and(|before| before > (post.fp, post.row)) || !posts.values.contains_key(&post.fp) {
            return Err(Error::damaged("finds out of order, or without their value"));
        }
        before = Some((post.fp, post.row));
        if !draft.is_empty() && draft.fp() != post.fp {
            draft.flush(&mut out);
        }
        let direct = if post.flags & Post::IMPLIED == 0 { DIRECT } else { 0 };
        let verified = if post.flags & Post::VERIFIED == 0 { 0 } else { VERIFIED };
        draft.row(post.fp, post.row, direct | verified, record.when.instant());
    }
    if !draft.is_empty() {
        draft.flush(&mut out);
    }
    Ok(out)
}
