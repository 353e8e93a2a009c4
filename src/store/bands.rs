//! Skip filters of many blocks, turned on their side so that a question reads only the bits it asks about.
//!
//! A segment is up to [`SEGMENT`] chunks, [`BLOCKS`] blocks each; a block that a chunk lacks holds nothing. Each of the two
//! bit sets becomes a table: one row for a position, one bit in it for a block. Rows are pressed together in bands of about
//! 16 KiB. Sets that are nearly empty are folded to fewer bits first (halves OR-ed), which may admit a block too many and
//! never hides one.

use super::codec;
use super::error::{Error, Result};
use crate::model::skip::{BLOCKS, GRAM_BITS, KEY_BITS, Probe, Skip};
use rayon::prelude::*;
use rusqlite::{Connection, params};

/// Most chunks of a segment.
pub(super) const SEGMENT: usize = 512;
/// Segments of no more chunks than this carry no filters: reading the chunks costs as much.
pub const FEW_CHUNKS: usize = 4;
/// Raw bytes of a band.
const BAND: usize = 16 << 10;
/// Fewest bits a set is folded to.
const LEAST: usize = 1024;
/// Words of a set turned together: what the processor fetches at once.
const TOGETHER: usize = 8;
/// Where no more blocks of a segment are left than this, and this many bands in a row excluded none, those left most
/// likely hold the literal: reading them costs less than asking on.
const FEW: u32 = 32;
const IDLE: u32 = 3;

/// The two bit sets of one block, each folded as far as its content allows.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    grams: Vec<u64>,
    keys: Vec<u64>,
}

impl Folded {
    /// Folds a block's filter.
    pub(super) fn of(skip: &Skip) -> Self {
        Self { grams: fold(skip.grams.to_vec()), keys: fold(skip.keys.to_vec()) }
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        (self.grams.len() + self.keys.len()) * 8
    }
}

/// Halves the set while fewer than a fifth of the bits would be set.
fn fold(mut bits: Vec<u64>) -> Vec<u64> {
    while bits.len() * 64 > LEAST {
        let (low, high) = bits.split_at(bits.len() / 2);
        let half: Vec<u64> = low.iter().zip(high).map(|(a, b)| a | b).collect();
        let set: usize = half.iter().map(|word| word.count_ones() as usize).sum();
        if set * 5 >= half.len() * 64 {
            break;
        }
        bits = half;
    }
    bits
}

/// The shape of one table: everything follows from the number of positions and blocks.
#[derive(Clone, Copy, Debug)]
struct Shape {
    bits: usize,
    stride: usize,
    per_band: usize,
}

impl Shape {
    fn new(bits: usize, blocks: usize) -> Self {
        let stride = blocks.div_ceil(8).max(1);
        let fitting = (BAND / stride).max(64);
        let per_band = (1 << fitting.ilog2()).min(bits);
        Self { bits, stride, per_band }
    }

    fn bands(self) -> usize {
        self.bits / self.per_band
    }

    fn band_len(self) -> usize {
        self.per_band * self.stride
    }
}

/// Turns 64 times 64 bits on their side: bit `a` of word `b` becomes bit `b` of word `a` (by halves, as in Warren, Hacker's
/// Delight, 7-3).
fn transpose(square: &mut [u64; 64]) {
    let (mut half, mut mask) = (32, u64::from(u32::MAX));
    while half > 0 {
        for pair in square.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                let other = (*low >> half ^ *high) & mask;
                *high ^= other;
                *low ^= other << half;
            }
        }
        half /= 2;
        mask ^= mask << half;
    }
}

/// Turns one set of every block on its side: the pressed bands, and the number of positions.
fn turn(sets: &[&[u64]]) -> Result<(Vec<Vec<u8>>, usize)> {
    let words = sets.iter().map(|set| set.len()).max().unwrap_or(LEAST / 64);
    let shape = Shape::new(words * 64, sets.len());
    let in_band = shape.per_band / 64;
    // Words that lie together in memory are turned together.
    let together = TOGETHER.div_ceil(in_band).min(shape.bands());
    let some = |first: usize| {
        let mut raw = vec![0_u8; together * shape.band_len()];
        for (group, sets) in sets.chunks(64).enumerate() {
            for at in 0..together * in_band {
                let mut square = [0_u64; 64];
                for (word, set) in square.iter_mut().zip(sets) {
                    // A set folded further repeats itself.
                    let place = (first * in_band + at) & set.len().wrapping_sub(1);
                    *word = set.get(place).copied().unwrap_or(u64::MAX);
                }
                transpose(&mut square);
                let rows = raw.chunks_exact_mut(shape.stride).skip(at * 64);
                for (row, word) in rows.zip(square) {
                    let row = row.get_mut(8 * group..).unwrap_or(&mut []);
                    row.iter_mut().zip(word.to_le_bytes()).for_each(|(byte, bits)| *byte = bits);
                }
            }
        }
        raw.chunks_exact(shape.band_len()).map(codec::press).collect::<Result<Vec<_>>>()
    };
    let firsts = (0..shape.bands()).into_par_iter().step_by(together);
    let bands = firsts.map(some).collect::<Result<Vec<_>>>()?;
    Ok((bands.into_iter().flatten().take(shape.bands()).collect(), shape.bits))
}

/// Writes a segment of consecutive chunks, each with the filters of its blocks.
pub(super) fn write(conn: &Connection, evidence: i64, first_seq: u32, chunks: &[Vec<Folded>]) -> Result<()> {
    if chunks.len() <= FEW_CHUNKS {
        return Ok(());
    }
    let (grams, gram_bits) = turn(&columns(chunks, |block| &block.grams))?;
    let (keys, key_bits) = turn(&columns(chunks, |block| &block.keys))?;
    let gram_band: i64 = conn.query_row("SELECT coalesce(max(key), 0) + 1 FROM band", [], |row| row.get(0))?;
    let key_band = gram_band + grams.len() as i64;
    let mut insert = conn.prepare_cached("INSERT INTO band VALUES (?1, ?2)")?;
    for (id, data) in (gram_band..).zip(grams.iter().chain(&keys)) {
        insert.execute(params![id, data])?;
    }
    conn.prepare_cached("INSERT INTO segment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        evidence,
        first_seq,
        chunks.len() as i64 * i64::from(BLOCKS),
        gram_bits as i64,
        gram_band,
        key_bits as i64,
        key_band
    ])?;
    Ok(())
}

/// One set of every block; a block that a chunk lacks holds nothing.
fn columns<'a>(chunks: &'a [Vec<Folded>], of: impl Fn(&'a Folded) -> &'a [u64]) -> Vec<&'a [u64]> {
    static NOTHING: [u64; LEAST / 64] = [0; LEAST / 64];
    let mut out = Vec::with_capacity(chunks.len() * BLOCKS as usize);
    for chunk in chunks {
        out.extend((0..BLOCKS as usize).map(|block| chunk.get(block).map_or(NOTHING.as_slice(), &of)));
    }
    out
}

/// Removes the filters of an evidence.
pub(super) fn drop_all(conn: &Connection, evidence: i64) -> Result<()> {
    for segment in segments(conn, evidence)? {
        for (first, shape) in [(segment.gram_band, segment.grams), (segment.key_band, segment.keys)] {
            let end = first.saturating_add(shape.bands() as i64);
            conn.execute("DELETE FROM band WHERE key >= ?1 AND key < ?2", [first, end])?;
        }
    }
    conn.execute("DELETE FROM segment WHERE evidence=?1", [evidence])?;
    Ok(())
}

/// Where the filters of consecutive chunks lie.
#[derive(Debug)]
pub(super) struct Segment {
    /// The first block, counted through the evidence's chunks, and how many there are.
    pub(super) first: u32,
    pub(super) blocks: u32,
    grams: Shape,
    gram_band: i64,
    keys: Shape,
    key_band: i64,
}

/// The segments of an evidence, in order.
pub(super) fn segments(conn: &Connection, evidence: i64) -> Result<Vec<Segment>> {
    let mut query = conn.prepare_cached(
        "SELECT first_seq, blocks, gram_bits, gram_band, key_bits, key_band FROM segment
         WHERE evidence=?1 ORDER BY first_seq",
    )?;
    let mut rows = query.query([evidence])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let size = |at: usize| -> Result<usize> { Ok(codec::natural32(row.get(at)?)? as usize) };
        let (blocks, gram_bits, key_bits) = (codec::natural32(row.get(1)?)?, size(2)?, size(4)?);
        let fits = |bits: usize, most: usize| bits.is_power_of_two() && (LEAST..=most).contains(&bits);
        let first = codec::natural32(row.get(0)?)?.checked_mul(BLOCKS);
        let first = first.filter(|first| first.checked_add(blocks).is_some());
        let is_filled = blocks > 0 && blocks as usize <= SEGMENT * BLOCKS as usize;
        let is_sound = is_filled && fits(gram_bits, GRAM_BITS) && fits(key_bits, KEY_BITS);
        let Some(first) = first.filter(|_| is_sound) else { return Err(Error::damaged("shape of a skip filter")) };
        out.push(Segment {
            first,
            blocks,
            grams: Shape::new(gram_bits, blocks as usize),
            gram_band: row.get(3)?,
            keys: Shape::new(key_bits, blocks as usize),
            key_band: row.get(5)?,
        });
    }
    Ok(out)
}

/// Which blocks of a segment may hold the literal, counted through all chunks.
pub(super) fn admitted(conn: &Connection, segment: &Segment, probe: &Probe) -> Result<Vec<u32>> {
    let mut asked = Asked { conn, left: vec![0xff; segment.keys.stride], idle: 0 };
    // Keys select better than grams, so a segment is mostly settled by its first bands.
    let _ = asked.narrow(&probe.keys, segment.keys, segment.key_band)?
        || asked.narrow(&probe.numbers, segment.grams, segment.gram_band)?
        || asked.narrow(&probe.grams, segment.grams, segment.gram_band)?;
    let is_in = |at: &u32| asked.left.get(*at as usize / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
    Ok((0..segment.blocks).filter(is_in).map(|at| segment.first + at).collect())
}

/// A literal asked of one segment.
struct Asked<'c> {
    conn: &'c Connection,
    /// The blocks not yet excluded, a bit each.
    left: Vec<u8>,
    /// Bands read in a row that excluded nothing.
    idle: u32,
}

impl Asked<'_> {
    /// Clears the blocks that lack one of the positions. Whether asking on is not worth it.
    fn narrow(&mut self, positions: &[u32], shape: Shape, first_band: i64) -> Result<bool> {
        let mut folded: Vec<usize> = positions.iter().map(|at| *at as usize & (shape.bits - 1)).collect();
        folded.sort_unstable();
        folded.dedup();
        let mut query = self.conn.prepare_cached("SELECT data FROM band WHERE key=?1")?;
        let mut raw = Vec::new();
        for group in folded.chunk_by(|a, b| a / shape.per_band == b / shape.per_band) {
            let before = self.count();
            if before == 0 || (before <= FEW && self.idle >= IDLE) {
                return Ok(true);
            }
            let Some(band) = group.first().map(|at| at / shape.per_band) else { continue };
            let mut rows = query.query([first_band.saturating_add(band as i64)])?;
            let row = rows.next()?.ok_or_else(|| Error::damaged("skip filter missing"))?;
            let pressed = row.get_ref(0)?.as_blob().map_err(|_| Error::damaged("skip filter"))?;
            codec::unpress_in(pressed, shape.band_len(), &mut raw)?;
            for at in group {
                let row = raw.get(at % shape.per_band * shape.stride..).unwrap_or(&[]);
                self.left.iter_mut().zip(row).for_each(|(mine, theirs)| *mine &= theirs);
            }
            self.idle = if self.count() < before { 0 } else { self.idle + 1 };
        }
        Ok(self.count() == 0)
    }

    fn count(&self) -> u32 {
        self.left.iter().map(|byte| byte.count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn squares_are_turned_on_their_side(square in prop::collection::vec(any::<u64>(), 64)) {
            let square: [u64; 64] = square.try_into().unwrap();
            let mut turned = square;
            transpose(&mut turned);
            for (a, b) in (0..64).flat_map(|a| (0..64).map(move |b| (a, b))) {
                prop_assert_eq!(turned[a] >> b & 1, square[b] >> a & 1);
            }
        }

        /// Whatever the number of blocks and however far each is folded, a bit stands where a question asks for it.
        #[test]
        fn a_turned_table_holds_each_bit(blocks in 1_usize..200, seed in any::<u64>(), folds in prop::collection::vec(0_u32..3, 200)) {
            let bits = |block: usize| LEAST << folds[block];
            let word = |block: usize, at: usize| seed.wrapping_mul((block * 7919 + at * 104_729 + 1) as u64).rotate_left(29);
            let sets: Vec<Vec<u64>> =
                (0..blocks).map(|block| (0..bits(block) / 64).map(|at| word(block, at)).collect()).collect();
            let (bands, width) = turn(&sets.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
            let shape = Shape::new(width, blocks);
            let raw: Vec<u8> =
                bands.iter().flat_map(|band| codec::unpress(band, shape.band_len()).unwrap()).collect();
            prop_assert_eq!(raw.len(), width * shape.stride);
            for (block, set) in sets.iter().enumerate() {
                for position in 0..width {
                    let folded = position & (bits(block) - 1);
                    let wanted = set[folded / 64] >> (folded % 64) & 1;
                    prop_assert_eq!(u64::from(raw[position * shape.stride + block / 8] >> (block % 8) & 1), wanted);
                }
            }
        }
    }
}
