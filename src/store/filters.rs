//! Skip filters on disk: bit-sliced per segment, so that a question reads a few bands and not every chunk's bits.
//!
//! A segment holds up to [`SEGMENT`] chunks. Its bit sets are folded to half their size as long as they stay sparse, then
//! turned: one row of bits (one bit a chunk) for each position, rows gathered in bands of about 32 KiB, each zstd.

use super::error::{Error, Result};
use super::pack::{deflate, inflate};
use crate::model::skip::{BITS, Probe, Skip};
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};

/// Chunks in one segment at most.
pub(super) const SEGMENT: u32 = 1024;
/// Segments this small carry no filters: reading the chunks costs less.
const TOO_SMALL: usize = 3;
const BAND_BYTES: usize = 32 << 10;
const LEAST_BITS: usize = 1 << 10;

const fn rows_per_band(chunks: usize) -> usize {
    let rows = BAND_BYTES / chunks.div_ceil(8);
    if rows == 0 { 1 } else { rows }
}

/// Halves a bit set until it would hold more than a fifth of its positions.
fn folded_bits(sets: &[&[u64]]) -> usize {
    let most =
        sets.iter().map(|set| set.iter().map(|word| word.count_ones() as usize).sum::<usize>()).max().unwrap_or(0);
    let mut bits = BITS;
    while bits > LEAST_BITS && most * 5 <= bits / 2 {
        bits /= 2;
    }
    bits
}

fn fold_to(set: &[u64], bits: usize) -> Vec<u64> {
    let mut out = vec![0; bits / 64];
    for part in set.chunks(bits / 64) {
        for (to, from) in out.iter_mut().zip(part) {
            *to |= from;
        }
    }
    out
}

/// Writes one segment's filters.
pub(super) fn write(connection: &Connection, evidence: i64, segment: u32, skips: &[Skip]) -> Result<()> {
    let chunks = skips.len();
    let small = chunks <= TOO_SMALL;
    let grams: Vec<&[u64]> = skips.iter().map(|skip| skip.grams.as_slice()).collect();
    let keys: Vec<&[u64]> = skips.iter().map(|skip| skip.keys.as_slice()).collect();
    let bits = [&grams, &keys].map(|sets| if small { 0 } else { folded_bits(sets) });
    connection.prepare_cached("INSERT INTO segment VALUES (?,?,?,?,?)")?.execute(params![
        evidence,
        segment,
        chunks as i64,
        bits[0] as i64,
        bits[1] as i64
    ])?;
    if small {
        return Ok(());
    }
    for (which, (sets, bits)) in [grams, keys].iter().zip(bits).enumerate() {
        let sliced = slice(sets, bits);
        let band_len = rows_per_band(chunks) * chunks.div_ceil(8);
        for (band, data) in sliced.chunks(band_len).enumerate() {
            connection.prepare_cached("INSERT INTO band VALUES (?,?,?,?,?)")?.execute(params![
                evidence,
                segment,
                which as i64,
                band as i64,
                deflate(data, 1)?
            ])?;
        }
    }
    Ok(())
}

fn slice(sets: &[&[u64]], bits: usize) -> Vec<u8> {
    let row_bytes = sets.len().div_ceil(8);
    let mut out = vec![0_u8; bits * row_bytes];
    for (chunk, set) in sets.iter().enumerate() {
        for (word_at, word) in fold_to(set, bits).into_iter().enumerate() {
            let mut word = word;
            while word != 0 {
                let bit = word_at * 64 + word.trailing_zeros() as usize;
                if let Some(byte) = out.get_mut(bit * row_bytes + chunk / 8) {
                    *byte |= 1 << (chunk % 8);
                }
                word &= word - 1;
            }
        }
    }
    out
}

/// Chunks (sequence numbers) of an evidence that may hold the literal.
pub(super) fn candidates(connection: &Connection, evidence: i64, probe: &Probe) -> Result<RoaringBitmap> {
    let mut out = RoaringBitmap::new();
    let mut segments = connection
        .prepare_cached("SELECT seq, chunks, gram_bits, key_bits FROM segment WHERE evidence=? ORDER BY seq")?;
    let rows = segments.query_map([evidence], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
    })?;
    for row in rows {
        let (segment, chunks, gram_bits, key_bits) = row?;
        if chunks > SEGMENT {
            return Err(Error::Damaged("skip filter".into()));
        }
        let first = segment * SEGMENT;
        let mut alive = vec![0xff_u8; (chunks as usize).div_ceil(8)];
        // Keys first: they select best, and a segment without survivors needs no more reading.
        for (which, positions, bits) in [(1, &probe.keys, key_bits), (0, &probe.grams, gram_bits)] {
            narrow(connection, (evidence, segment, which), positions, bits, &mut alive)?;
        }
        let lives = |chunk: &u32| alive.get(*chunk as usize / 8).is_some_and(|byte| byte >> (chunk % 8) & 1 == 1);
        out.extend((0..chunks).filter(lives).map(|chunk| first + chunk));
    }
    Ok(out)
}

fn narrow(
    connection: &Connection,
    place: (i64, u32, i64),
    positions: &[u32],
    bits: i64,
    alive: &mut [u8],
) -> Result<()> {
    let bits = usize::try_from(bits).ok().filter(|bits| *bits == 0 || bits.is_power_of_two() && *bits <= BITS);
    let bits = bits.ok_or_else(|| Error::Damaged("skip filter".into()))?;
    if bits == 0 {
        return Ok(());
    }
    let row_bytes = alive.len();
    let per_band = BAND_BYTES / row_bytes;
    let per_band = per_band.max(1);
    let mut wanted: Vec<usize> = positions.iter().map(|at| *at as usize & (bits - 1)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut read =
        connection.prepare_cached("SELECT data FROM band WHERE evidence=? AND segment=? AND which=? AND band=?")?;
    let mut held: Option<(usize, Vec<u8>)> = None;
    for at in wanted {
        if alive.iter().all(|byte| *byte == 0) {
            break;
        }
        let band = at / per_band;
        if held.as_ref().is_none_or(|(number, _)| *number != band) {
            let data: Vec<u8> = read.query_row(params![place.0, place.1, place.2, band as i64], |row| {
                Ok(row.get_ref(0)?.as_blob()?.to_vec())
            })?;
            held = Some((band, inflate(&data, per_band * row_bytes)?));
        }
        let start = (at - band * per_band) * row_bytes;
        let row = held.as_ref().and_then(|(_, data)| data.get(start..start + row_bytes));
        let row = row.ok_or_else(|| Error::Damaged("skip filter".into()))?;
        for (alive, bit) in alive.iter_mut().zip(row) {
            *alive &= bit;
        }
    }
    Ok(())
}
