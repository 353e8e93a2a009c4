//! Makes one run of many sorted lists of entries, slice by slice of their keys and many slices at once.

use super::error::{Error, Result};
use super::runs::{self, Block, Blocks, Cursor, Keys, Pressed, RunWriter};
use rayon::prelude::*;
use rusqlite::Connection;
use std::collections::HashMap;
use std::ops::Range;

/// Blocks that make up one slice, about, and of each list at least, about: at its borders a block of each list is read
/// twice.
const SLICE: usize = if cfg!(debug_assertions) { 3 } else { 128 };
const OF_EACH: usize = if cfg!(debug_assertions) { 1 } else { 4 };

/// The blocks of one list by the keys they are asked for by, with their last keys, in order.
type Ends = Vec<(i64, Vec<u8>)>;

/// Blocks in memory, each asked for by its place.
#[derive(Clone, Copy)]
struct InMemory<'a>(&'a [Block]);

impl Blocks for InMemory<'_> {
    fn block(&self, key: i64) -> Result<Block> {
        usize::try_from(key).ok().and_then(|at| self.0.get(at)).cloned().ok_or_else(missing)
    }
}

/// The stored blocks that a slice needs.
struct Held(HashMap<i64, Pressed>);

impl Blocks for Held {
    fn block(&self, key: i64) -> Result<Block> {
        self.0.get(&key).ok_or_else(missing)?.open()
    }
}

fn missing() -> Error {
    Error::damaged("posting block missing")
}

/// Writes lists that are in memory as one run; returns how many keys it has. Their rows ascend from list to list.
pub(super) fn write(connection: &Connection, evidence: i64, lists: Vec<Vec<Block>>) -> Result<u32> {
    let (mut ends, mut blocks) = (Vec::with_capacity(lists.len()), Vec::new());
    for list in lists {
        let first = blocks.len() as i64;
        ends.push((first..).zip(&list).map(|(at, (_, last))| (at, last.clone())).collect());
        blocks.extend(list);
    }
    write_run(connection, evidence, &ends, |_| Ok(InMemory(&blocks)))
}

/// Merges all runs of an evidence into one; returns how many keys it has. Their rows ascend from run to run.
pub(super) fn unite(connection: &Connection, evidence: i64) -> Result<u32> {
    let places = runs::runs_of(connection, evidence)?;
    let ends: Vec<_> = places.iter().map(|place| runs::last_keys(connection, *place)).collect::<Result<_>>()?;
    let distinct = write_run(connection, evidence, &ends, |slice| {
        let blocks = slice.parts.iter().cloned().flatten();
        Ok(Held(blocks.map(|key| Ok((key, runs::stored(connection, key)?))).collect::<Result<_>>()?))
    })?;
    places.into_iter().try_for_each(|place| runs::drop_run(connection, place))?;
    Ok(distinct)
}

/// Writes one run; `hold` gets what a slice needs, for the database can be asked by one alone.
fn write_run<B: Blocks + Send>(
    connection: &Connection,
    evidence: i64,
    ends: &[Ends],
    hold: impl Fn(&Slice) -> Result<B>,
) -> Result<u32> {
    let mut writer = RunWriter::new(connection)?;
    let mut distinct = 0_u32;
    for slices in slices(ends).chunks(2 * rayon::current_num_threads()) {
        let needed = slices.iter().map(&hold).collect::<Result<Vec<_>>>()?;
        let joined: Vec<_> = slices.par_iter().zip(needed).map(|(slice, blocks)| slice.join(&blocks)).collect();
        for slice in joined {
            let (blocks, keys) = slice?;
            blocks.iter().try_for_each(|block| writer.add(block))?;
            distinct = distinct.saturating_add(keys);
        }
    }
    writer.finish(evidence)?;
    Ok(distinct)
}

/// A part of the keys, and where in each list it lies.
struct Slice {
    keys: Keys,
    parts: Vec<Range<i64>>,
}

impl Slice {
    fn join(&self, blocks: &impl Blocks) -> Result<(Vec<Pressed>, u32)> {
        let mut out = Vec::new();
        let cursors = self.parts.iter().map(|part| Cursor::part(part.clone(), self.keys.clone())).collect();
        let distinct = runs::join(blocks, cursors, |block| {
            out.push(Pressed::of(block)?);
            Ok(())
        })?;
        Ok((out, distinct))
    }
}

/// Cuts the keys into slices; `ends` are those of each list.
fn slices(ends: &[Ends]) -> Vec<Slice> {
    let mut cuts: Vec<&[u8]> = ends.iter().flatten().map(|(_, key)| key.as_slice()).collect();
    cuts.sort_unstable();
    let mut cuts: Vec<&[u8]> =
        cuts.chunks(SLICE.max(OF_EACH * ends.len())).filter_map(|blocks| blocks.last().copied()).collect();
    cuts.dedup();
    // Nothing stands behind the last key of all.
    cuts.pop();
    let lows = std::iter::once(&[][..]).chain(cuts.iter().copied());
    let highs = cuts.iter().copied().map(Some).chain(std::iter::once(None));
    lows.zip(highs)
        .map(|(low, high)| Slice {
            keys: Keys::Between(low.to_vec(), high.map(<[u8]>::to_vec)),
            parts: ends.iter().map(|blocks| part(blocks, low, high)).collect(),
        })
        .collect()
}

/// The blocks that may hold keys behind `low` and not behind `high`.
fn part(blocks: &[(i64, Vec<u8>)], low: &[u8], high: Option<&[u8]>) -> Range<i64> {
    let from = blocks.partition_point(|(_, last)| last.as_slice() <= low);
    // The block that ends behind `high` may begin before it.
    let to = high.map_or(blocks.len(), |high| blocks.partition_point(|(_, last)| last.as_slice() <= high) + 1);
    let keys = blocks.get(from..to.min(blocks.len())).unwrap_or(&[]);
    match (keys.first(), keys.last()) {
        (Some((first, _)), Some((last, _))) => *first..last + 1,
        _ => 0..0,
    }
}
