//! Skip filters of many chunks, turned on their side so that a question reads only the bits it asks about.
//!
//! A segment is up to [`SEGMENT`] chunks. Each of its two bit sets becomes a table: one row for a position, one bit in it
//! for a chunk. Rows are pressed together in bands of about 16 KiB. Sets that are nearly empty are folded to fewer bits
//! first (halves OR-ed), which may admit a chunk too many and never hides one.

use super::codec;
use super::error::{Error, Result};
use crate::model::skip::{BITS, Probe, Skip};
use rayon::prelude::*;
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Most chunks of a segment.
pub(super) const SEGMENT: usize = 512;
/// Segments of no more chunks than this carry no filters: reading the chunks costs as much.
const TOO_FEW: usize = 4;
/// Raw bytes of a band.
const BAND: usize = 16 << 10;
/// Fewest bits a set is folded to.
const LEAST: usize = 1024;

/// The two bit sets of one chunk, each folded as far as its content allows.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    grams: Vec<u64>,
    keys: Vec<u64>,
}

impl Folded {
    /// Folds a chunk's filter; a set that is not of full width admits everything.
    pub(super) fn of(skip: Skip) -> Self {
        let set = |bits: Vec<u64>| if bits.len() * 64 == BITS { fold(bits) } else { vec![u64::MAX; LEAST / 64] };
        Self { grams: set(skip.grams), keys: set(skip.keys) }
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

/// The shape of one table: everything follows from the number of positions and chunks.
#[derive(Clone, Copy)]
struct Shape {
    bits: usize,
    stride: usize,
    per_band: usize,
}

impl Shape {
    fn new(bits: usize, chunks: usize) -> Self {
        let stride = chunks.div_ceil(8).max(1);
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

/// Turns one set of every chunk on its side: the pressed bands, and the number of positions.
fn turn(sets: &[&[u64]]) -> Result<(Vec<Vec<u8>>, usize)> {
    let words = sets.iter().map(|set| set.len()).max().unwrap_or(LEAST / 64);
    let shape = Shape::new(words * 64, sets.len());
    let band = |number: usize| {
        let first = number * shape.per_band / 64;
        let mut raw = vec![0_u8; shape.band_len()];
        for (chunk, set) in sets.iter().enumerate() {
            for at in 0..shape.per_band / 64 {
                // A set folded further repeats itself.
                let mut word = set.get((first + at) % set.len()).copied().unwrap_or(u64::MAX);
                while word != 0 {
                    let row = at * 64 + word.trailing_zeros() as usize;
                    if let Some(byte) = raw.get_mut(row * shape.stride + chunk / 8) {
                        *byte |= 1 << (chunk % 8);
                    }
                    word &= word - 1;
                }
            }
        }
        codec::press(&raw)
    };
    let bands = (0..shape.bands()).into_par_iter().map(band).collect::<Result<_>>()?;
    Ok((bands, shape.bits))
}

/// Writes a segment of consecutive chunks.
pub(super) fn write(conn: &Connection, evidence: i64, first_seq: u32, chunks: &[Folded]) -> Result<()> {
    if chunks.len() <= TOO_FEW {
        return Ok(());
    }
    let (grams, gram_bits) = turn(&chunks.iter().map(|chunk| chunk.grams.as_slice()).collect::<Vec<_>>())?;
    let (keys, key_bits) = turn(&chunks.iter().map(|chunk| chunk.keys.as_slice()).collect::<Vec<_>>())?;
    let gram_band: i64 = conn.query_row("SELECT coalesce(max(key), 0) + 1 FROM band", [], |row| row.get(0))?;
    let key_band = gram_band + grams.len() as i64;
    let mut insert = conn.prepare_cached("INSERT INTO band VALUES (?1, ?2)")?;
    for (id, data) in (gram_band..).zip(grams.iter().chain(&keys)) {
        insert.execute(params![id, data])?;
    }
    conn.prepare_cached("INSERT INTO segment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        evidence,
        first_seq,
        chunks.len() as i64,
        gram_bits as i64,
        gram_band,
        key_bits as i64,
        key_band
    ])?;
    Ok(())
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

struct Segment {
    first_seq: u32,
    chunks: usize,
    grams: Shape,
    gram_band: i64,
    keys: Shape,
    key_band: i64,
}

fn segments(conn: &Connection, evidence: i64) -> Result<Vec<Segment>> {
    let mut query = conn.prepare_cached(
        "SELECT first_seq, chunks, gram_bits, gram_band, key_bits, key_band FROM segment
         WHERE evidence=?1 ORDER BY first_seq",
    )?;
    let mut rows = query.query([evidence])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let size = |at: usize| -> Result<usize> { Ok(codec::natural32(row.get(at)?)? as usize) };
        let (chunks, gram_bits, key_bits) = (size(1)?, size(2)?, size(4)?);
        let fits = |bits: usize| bits.is_power_of_two() && (LEAST..=BITS).contains(&bits);
        if chunks == 0 || chunks > SEGMENT || !fits(gram_bits) || !fits(key_bits) {
            return Err(Error::damaged("shape of a skip filter"));
        }
        out.push(Segment {
            first_seq: codec::natural32(row.get(0)?)?,
            chunks,
            grams: Shape::new(gram_bits, chunks),
            gram_band: row.get(3)?,
            keys: Shape::new(key_bits, chunks),
            key_band: row.get(5)?,
        });
    }
    Ok(out)
}

/// Which of `chunks` chunks may hold the literal.
pub(super) fn candidates(conn: &Connection, evidence: i64, chunks: u32, probe: &Probe) -> Result<RoaringBitmap> {
    let mut out: RoaringBitmap = (0..chunks).collect();
    if probe.is_empty() {
        return Ok(out);
    }
    for segment in segments(conn, evidence)? {
        let mut admitted = vec![0xff_u8; segment.keys.stride];
        // Keys select better than grams, so a segment is mostly settled by its first bands.
        let tables = [(&probe.keys, segment.keys, segment.key_band), (&probe.grams, segment.grams, segment.gram_band)];
        for (positions, shape, first_band) in tables {
            narrow(conn, positions, shape, first_band, &mut admitted)?;
        }
        let is_out = |at: &usize| admitted.get(at / 8).is_none_or(|byte| byte >> (at % 8) & 1 == 0);
        for (seq, _) in (segment.first_seq..).zip(0..segment.chunks).filter(|(_, at)| is_out(at)) {
            out.remove(seq);
        }
    }
    Ok(out)
}

/// Clears the chunks that lack one of the positions.
fn narrow(conn: &Connection, positions: &[u32], shape: Shape, first_band: i64, admitted: &mut [u8]) -> Result<()> {
    let mut folded: Vec<usize> = positions.iter().map(|at| *at as usize & (shape.bits - 1)).collect();
    folded.sort_unstable();
    folded.dedup();
    let mut query = conn.prepare_cached("SELECT data FROM band WHERE key=?1")?;
    for group in folded.chunk_by(|a, b| a / shape.per_band == b / shape.per_band) {
        if admitted.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let Some(band) = group.first().map(|at| at / shape.per_band) else { continue };
        let pressed: Option<Vec<u8>> =
            query.query_row([first_band.saturating_add(band as i64)], |row| row.get(0)).optional()?;
        let pressed = pressed.ok_or_else(|| Error::damaged("skip filter missing"))?;
        let raw = codec::unpress(&pressed, shape.band_len())?;
        for at in group {
            let row = raw.get(at % shape.per_band * shape.stride..).unwrap_or(&[]);
            for (mine, theirs) in admitted.iter_mut().zip(row) {
                *mine &= theirs;
            }
        }
    }
    Ok(())
}
