//! Merges the runs of an evidence into one, slice by slice of the keys and many slices at once.

use super::error::{Error, Result};
use super::runs::{self, Blocks, Cursor, Keys, Pressed, RunWriter};
use rayon::prelude::*;
use rusqlite::Connection;
use std::collections::HashMap;
use std::ops::Range;

/// Stored blocks that make up one slice, about. At its borders a block of each run is unpacked twice.
const SLICE: usize = if cfg!(debug_assertions) { 3 } else { 128 };

/// The blocks a slice needs, as stored.
struct Held(HashMap<i64, Pressed>);

impl Blocks for Held {
    fn block(&self, key: i64) -> Result<Pressed> {
        self.0.get(&key).cloned().ok_or_else(|| Error::damaged("posting block missing"))
    }
}

/// A part of the keys, and where in each run it lies.
struct Slice {
    keys: Keys,
    parts: Vec<Range<i64>>,
}

impl Slice {
    fn hold(&self, connection: &Connection) -> Result<Held> {
        let blocks = self.parts.iter().cloned().flatten();
        Ok(Held(blocks.map(|key| Ok((key, connection.block(key)?))).collect::<Result<_>>()?))
    }

    fn merge(&self, held: &Held) -> Result<(Vec<Pressed>, u32)> {
        runs::pressed(held, self.parts.iter().map(|part| Cursor::part(part.clone(), self.keys.clone())).collect())
    }
}

/// Merges all runs of an evidence into one and says how many keys it has. Their rows ascend from run to run.
pub(super) fn unite(connection: &Connection, evidence: i64) -> Result<u32> {
    let places = runs::runs_of(connection, evidence)?;
    let ends: Vec<_> = places.iter().map(|place| runs::last_keys(connection, *place)).collect::<Result<_>>()?;
    let mut writer = RunWriter::new(connection)?;
    for slices in slices(&ends).chunks(2 * rayon::current_num_threads()) {
        let held = slices.iter().map(|slice| slice.hold(connection)).collect::<Result<Vec<_>>>()?;
        let merged: Vec<_> = slices.par_iter().zip(held).map(|(slice, held)| slice.merge(&held)).collect();
        for part in merged {
            let (blocks, distinct) = part?;
            writer.write(&blocks, distinct)?;
        }
    }
    let distinct = writer.finish(evidence)?;
    places.into_iter().try_for_each(|place| runs::drop_run(connection, place))?;
    Ok(distinct)
}

/// Cuts the keys into slices; `ends` are each run's blocks with their last keys.
fn slices(ends: &[Vec<(i64, Vec<u8>)>]) -> Vec<Slice> {
    let mut cuts: Vec<&[u8]> = ends.iter().flatten().map(|(_, key)| key.as_slice()).collect();
    cuts.sort_unstable();
    let mut cuts: Vec<&[u8]> = cuts.chunks(SLICE).filter_map(|blocks| blocks.last().copied()).collect();
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
