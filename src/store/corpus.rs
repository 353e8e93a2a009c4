//! Reading for search: chunks, row index, candidates and named row sets.

use super::codec::{parts, unpress_in, unpress_to, unpress_up_to};
use super::error::{Error, Result};
use super::import::chunk_key;
use super::seal::MAX_CHUNK;
use super::{Store, bands, derived, lock, rowindex, runs, settled};
use crate::model::corpus::Failure;
use crate::model::evidence::ReadingForm;
use crate::model::fold::FOLD_VERSION;
use crate::model::skip::{BLOCKS, Probe};
use crate::model::{
    CaseKey, Chunk, ChunkHead, Corpus, EvidenceKey, Id, Instant, Kind, NamedSet, ReadingHead, ReadingKey, RecordHead,
    RowSet,
};
use rayon::prelude::*;
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Chunks kept unpacked: enough for a page being scrolled.
const CHUNKS: usize = 8;
/// Chunk heads kept, of all readings together.
const HEADS: usize = 1 << 20;

/// What was read lately.
#[derive(Debug, Default)]
pub(super) struct Caches {
    readings: Mutex<HashMap<ReadingKey, Held>>,
    chunks: Mutex<VecDeque<(ReadingKey, Arc<Chunk>)>>,
}

/// A reading's evidence, whether its filters were built by our folding rules, and its chunks.
#[derive(Clone, Debug)]
struct Held {
    evidence: i64,
    folded: bool,
    heads: Arc<[ChunkHead]>,
    form: Arc<ReadingForm>,
}

impl Caches {
    /// Forgets all, after readings were replaced.
    pub(super) fn forget(&self) {
        lock(&self.readings).clear();
        lock(&self.chunks).clear();
    }
}

/// A chunk head as stored. What does not fit is an error here, so that sums below cannot overflow.
fn head(row: &Row<'_>) -> rusqlite::Result<ChunkHead> {
    let (offset, first_row, rows): (i64, u32, u32) = (row.get(1)?, row.get(4)?, row.get(5)?);
    if first_row.checked_add(rows).is_none() {
        return Err(rusqlite::Error::IntegralValueOutOfRange(5, i64::from(rows)));
    }
    Ok(ChunkHead {
        seq: row.get(0)?,
        offset: u64::try_from(offset).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(1, offset))?,
        len: row.get(2)?,
        lead: row.get(3)?,
        first_row,
        rows,
        undated: row.get(6)?,
        first: row.get::<_, Option<i64>>(7)?.map(Instant),
        last: row.get::<_, Option<i64>>(8)?.map(Instant),
    })
}

const HEAD: &str = "SELECT seq, offset, len, lead, first_row, rows, undated, first, last FROM chunk WHERE evidence=?1";

pub(super) fn load(connection: &Connection, evidence: i64, head: ChunkHead, content: bool) -> Result<Chunk> {
    load_in(connection, evidence, head, content, Chunk::default())
}

/// Reads a chunk into the memory of another; without content its bytes stay what they were.
fn load_in(connection: &Connection, evidence: i64, head: ChunkHead, content: bool, spare: Chunk) -> Result<Chunk> {
    if head.len > MAX_CHUNK || head.lead > head.len || u64::from(head.rows) > u64::from(head.len) + 1 {
        return Err(Error::Damaged(format!("chunk {} states an impossible length", head.seq)));
    }
    let key = chunk_key(evidence, head.seq);
    let Chunk { mut bytes, mut records, .. } = spare;
    records.clear();
    if content {
        content_in(connection, key, head.len, &mut bytes)?;
    }
    let mut query = connection.prepare_cached("SELECT data FROM row_index WHERE key=?")?;
    let mut found = query.query([key])?;
    match found.next()? {
        // 32 bytes a record bound every index a chunk with this many can have.
        Some(row) => {
            let raw = unpress_up_to(
                row.get_ref(0)?.as_blob().map_err(|_| Error::damaged("row index"))?,
                (head.rows as usize + 64) * 32,
            )?;
            rowindex::unpack_in(&raw, head.offset, head.rows, &mut records)?;
        }
        None if head.rows == 0 => {}
        None => return Err(Error::damaged(format!("row index of chunk {} is missing", head.seq))),
    }
    Ok(Chunk { head, bytes, records, layer: None })
}

/// Reads the records of a chunk, and the bytes of those that begin in one of its blocks.
fn load_block(
    connection: &Connection,
    evidence: i64,
    head: ChunkHead,
    block: u32,
    spare: Chunk,
) -> Result<(Chunk, Range<usize>)> {
    let mut chunk = load_in(connection, evidence, head, false, spare)?;
    chunk.bytes.resize(head.len as usize, 0);
    let mut read = connection.prepare_cached("SELECT data FROM content WHERE key=?")?;
    let mut rows = read.query([chunk_key(evidence, head.seq)])?;
    let row = rows.next()?.ok_or_else(|| Error::Damaged("a chunk's content is missing".into()))?;
    let parts = parts(row.get_ref(0)?.as_blob().map_err(|_| Error::damaged("content"))?)?;
    let (mut start, mut rows, mut needed) = (0_usize, 0..0, 0);
    for (number, (part, len)) in (0..).zip(parts) {
        let end = start.checked_add(len).ok_or_else(|| Error::damaged("length of a compressed block"))?;
        let place = chunk.bytes.get_mut(start..end).ok_or_else(|| Error::damaged("length of a compressed block"))?;
        if number == block {
            let before = |at: usize| {
                chunk.records.partition_point(|record| record.offset.saturating_sub(head.offset) < at as u64)
            };
            rows = before(start)..before(end);
            let last = rows.len().checked_sub(1).and_then(|last| chunk.records.get(rows.start + last));
            needed = last.map_or(0, |last| last.offset.saturating_sub(head.offset).saturating_add(u64::from(last.len)));
        }
        // A record may go on beyond its block.
        if number >= block && (start as u64) < needed && unpress_to(part, place)? != len {
            return Err(Error::damaged("length of a compressed block"));
        }
        start = end;
    }
    if start == head.len as usize { Ok((chunk, rows)) } else { Err(Error::damaged("length of a chunk")) }
}

pub(super) fn content_of(connection: &Connection, key: i64, len: u32) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    content_in(connection, key, len, &mut out)?;
    Ok(out)
}

fn content_in(connection: &Connection, key: i64, len: u32, out: &mut Vec<u8>) -> Result<()> {
    if len > MAX_CHUNK {
        return Err(Error::damaged("a chunk states an impossible length"));
    }
    let mut read = connection.prepare_cached("SELECT data FROM content WHERE key=?")?;
    let mut rows = read.query([key])?;
    let row = rows.next()?.ok_or_else(|| Error::Damaged("a chunk's content is missing".into()))?;
    unpress_in(row.get_ref(0)?.as_blob().map_err(|_| Error::damaged("content"))?, len as usize, out)
}

/// The last chunk that begins at or before `offset`.
pub(super) fn head_at(connection: &Connection, evidence: i64, offset: u64) -> Result<Option<ChunkHead>> {
    let Ok(offset) = i64::try_from(offset) else { return Ok(None) };
    // Chunks are found by number; among a million a search by halves asks twenty times and needs no index.
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(seq) FROM chunk WHERE evidence=?")?
        .query_row([evidence], |row| row.get(0))?;
    let Some(last) = last else { return Ok(None) };
    let sql = format!("{HEAD} AND seq>=?2 ORDER BY seq LIMIT 1");
    let mut query = connection.prepare_cached(&sql)?;
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let at: ChunkHead = query.query_row(params![evidence, middle], head)?;
        if i64::try_from(at.offset).is_ok_and(|at| at <= offset) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let found = query.query_row(params![evidence, low], head).optional()?;
    Ok(found.filter(|head| i64::try_from(head.offset).is_ok_and(|at| at <= offset)))
}

/// The row that begins at, or holds, the byte at `offset`.
pub(super) fn row_at(connection: &Connection, evidence: EvidenceKey, offset: u64) -> Result<Option<u32>> {
    let found = head_at(connection, evidence.0, offset)?;
    let Some(head) = found.filter(|head| offset < head.offset + u64::from(head.len)) else { return Ok(None) };
    let chunk = load(connection, evidence.0, head, false)?;
    let after = chunk.records.partition_point(|record| record.offset <= offset);
    let row = (u64::from(head.first_row) + after as u64).checked_sub(1);
    Ok(row.and_then(|row| u32::try_from(row).ok()))
}

impl Store {
    /// One record: where it lies and the bytes it is read from, those in following chunks included.
    pub fn record(&self, evidence: EvidenceKey, row: u32) -> Result<(RecordHead, Vec<u8>)> {
        let chunk = self.chunk_of_row(evidence, row)?;
        let unknown = || Error::Unknown { noun: "row", text: row.to_string() };
        let index = row.checked_sub(chunk.head.first_row).ok_or_else(unknown)? as usize;
        let mut record = *chunk.records.get(index).ok_or_else(unknown)?;
        let mut bytes = chunk.record_bytes(index).to_vec();
        if index + 1 == chunk.records.len() && chunk.layer.is_none() {
            self.read(|connection| follow(connection, evidence.0, chunk.head.seq, &mut bytes))?;
            record.len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        }
        Ok((record, bytes))
    }

    /// The chunk in which a row begins.
    pub fn chunk_of_row(&self, evidence: EvidenceKey, row: u32) -> Result<Chunk> {
        let unknown = || Error::Unknown { noun: "row", text: row.to_string() };
        let reading = self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT key FROM reading WHERE evidence=?")?;
            Ok(query.query_row([evidence.0], |row| row.get(0)).optional()?.map(ReadingKey))
        })?;
        let known = self.held(reading.ok_or_else(unknown)?)?;
        let after = known.heads.partition_point(|head| head.first_row <= row);
        // Chunks in which no record begins share the number of the one that follows.
        let head = known.heads.get(..after).and_then(|heads| heads.iter().rev().find(|head| head.rows > 0));
        let head = *head.ok_or_else(unknown)?;
        self.read(|connection| load(connection, evidence.0, head, true)).map(|chunk| self.layered(&known.form, chunk))
    }

    /// Gives a chunk the layer its records are read from.
    fn layered(&self, form: &ReadingForm, mut chunk: Chunk) -> Chunk {
        let layer =
            self.layers.as_ref().and_then(|layers| layers.layer(form, &chunk.head, &chunk.bytes, &chunk.records));
        if let Some(layer) = layer {
            (chunk.bytes, chunk.layer) = (layer.bytes, Some(layer.places));
        }
        chunk
    }

    /// The row that holds the byte at `offset` of the original.
    pub fn row_at(&self, evidence: EvidenceKey, offset: u64) -> Result<Option<u32>> {
        self.read(|connection| row_at(connection, evidence, offset))
    }

    /// Evidence, folding and chunks of a reading.
    fn held(&self, reading: ReadingKey) -> Result<Held> {
        if let Some(held) = lock(&self.caches.readings).get(&reading) {
            return Ok(held.clone());
        }
        let held = self.read(|connection| {
            let (evidence, fold, form): (i64, u16, String) = connection
                .prepare_cached("SELECT evidence, fold, form FROM reading WHERE key=?")?
                .query_row([reading.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let form = serde_json::from_str(&form).map_err(|err| Error::Damaged(format!("reading: {err}")))?;
            let mut query = connection.prepare_cached(&format!("{HEAD} ORDER BY seq"))?;
            let heads = query.query_map([evidence], head)?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(Held { evidence, folded: fold == FOLD_VERSION, heads: heads.into(), form: Arc::new(form) })
        })?;
        let mut readings = lock(&self.caches.readings);
        if readings.values().map(|held| held.heads.len()).sum::<usize>() > HEADS {
            readings.clear();
        }
        readings.insert(reading, held.clone());
        Ok(held)
    }

    fn head_of(&self, reading: ReadingKey, seq: u32) -> Result<(i64, ChunkHead)> {
        let known = self.held(reading)?;
        let head = known.heads.get(seq as usize).filter(|head| head.seq == seq);
        Ok((known.evidence, *head.ok_or_else(|| Error::Unknown { noun: "chunk", text: seq.to_string() })?))
    }

    fn chunk_held(&self, reading: ReadingKey, seq: u32) -> Result<Arc<Chunk>> {
        let found = |chunks: &VecDeque<(ReadingKey, Arc<Chunk>)>| {
            chunks
                .iter()
                .find(|(key, chunk)| *key == reading && chunk.head.seq == seq)
                .map(|(_, chunk)| Arc::clone(chunk))
        };
        if let Some(chunk) = found(&lock(&self.caches.chunks)) {
            return Ok(chunk);
        }
        let (evidence, head) = self.head_of(reading, seq)?;
        let form = self.held(reading)?.form;
        let chunk = self.read(|connection| load(connection, evidence, head, true))?;
        let chunk = Arc::new(self.layered(&form, chunk));
        let mut chunks = lock(&self.caches.chunks);
        chunks.push_front((reading, Arc::clone(&chunk)));
        chunks.truncate(CHUNKS);
        Ok(chunk)
    }

    fn named_rows(&self, set: &NamedSet) -> Result<RowSet> {
        match set {
            NamedSet::Value(kind, value) => self.rows_of(*kind, value),
            NamedSet::Kind(kind) => self.read(|connection| settled::rows_of_kind(connection, *kind)),
            NamedSet::Tag(name) => {
                let sql = "SELECT evidence, rows FROM tag_rows JOIN evidence ON evidence.key=evidence WHERE tag_rows.name=?1 AND state='complete'";
                self.read(|connection| bitmaps(connection, sql, Some(name)))
            }
            NamedSet::Tagged => {
                let sql = "SELECT evidence, rows FROM tag_rows JOIN evidence ON evidence.key=evidence WHERE ?1 IS NULL AND state='complete'";
                self.read(|connection| bitmaps(connection, sql, None))
            }
        }
    }

    /// Rows that hold a canonical value.
    pub fn rows_of(&self, kind: Kind, value: &str) -> Result<RowSet> {
        self.read(|connection| {
            let posted = settled::keys_of(&settled::of_value(connection, kind, value)?, kind, value);
            let mut query =
                connection.prepare_cached("SELECT key FROM evidence WHERE state='complete' ORDER BY key")?;
            let keys = query.query_map([], |row| row.get(0))?.collect::<std::result::Result<Vec<i64>, _>>()?;
            let mut out = RowSet::new();
            for key in keys {
                for posted in &posted {
                    out.add(EvidenceKey(key), runs::rows_of(connection, key, posted)?);
                }
            }
            Ok(out)
        })
    }
}

/// Stored row sets by evidence, put together.
pub(super) fn bitmaps(connection: &Connection, sql: &str, parameter: Option<&str>) -> Result<RowSet> {
    let mut out = RowSet::new();
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([parameter])?;
    while let Some(row) = rows.next()? {
        let blob = row.get_ref(1)?.as_blob().map_err(|_| Error::damaged("row set"))?;
        out.add(EvidenceKey(row.get(0)?), derived::row_set(blob)?);
    }
    Ok(out)
}

/// Appends the parts of a record that stand at the start of the chunks after `seq`.
fn follow(connection: &Connection, evidence: i64, seq: u32, bytes: &mut Vec<u8>) -> Result<()> {
    /// No record shown is longer; the rest of it is reached through the original bytes.
    const LONGEST: usize = 64 << 20;
    let sql = format!("{HEAD} AND seq>?2 ORDER BY seq");
    let mut query = connection.prepare_cached(&sql)?;
    for next in query.query_map(params![evidence, seq], head)? {
        let next = next?;
        if next.lead == 0 || next.lead > next.len || next.len > MAX_CHUNK || bytes.len() > LONGEST {
            break;
        }
        let content = content_of(connection, chunk_key(evidence, next.seq), next.len)?;
        bytes.extend_from_slice(content.get(..next.lead as usize).unwrap_or(&[]));
        if next.lead < next.len {
            break;
        }
    }
    Ok(())
}

fn failure(err: Error) -> Failure {
    Box::new(err)
}

impl Corpus for Store {
    fn readings(&self) -> std::result::Result<Vec<ReadingHead>, Failure> {
        self.read(|connection| {
            let sql = "SELECT reading.key, evidence.key, evidence.id, case_key, form, rows, first, last
                FROM reading JOIN evidence ON evidence.key=reading.evidence WHERE state='complete' ORDER BY evidence.key";
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                let form: String = row.get(4)?;
                out.push(ReadingHead {
                    key: ReadingKey(row.get(0)?),
                    evidence: EvidenceKey(row.get(1)?),
                    id: Id(row.get(2)?),
                    case: row.get::<_, Option<i64>>(3)?.map(CaseKey),
                    form: serde_json::from_str(&form).map_err(|err| Error::Damaged(format!("reading: {err}")))?,
                    rows: row.get(5)?,
                    first: row.get::<_, Option<i64>>(6)?.map(Instant),
                    last: row.get::<_, Option<i64>>(7)?.map(Instant),
                });
            }
            Ok(out)
        })
        .map_err(failure)
    }

    fn chunk_heads(&self, reading: ReadingKey) -> std::result::Result<Arc<[ChunkHead]>, Failure> {
        Ok(self.held(reading).map_err(failure)?.heads)
    }

    fn candidates(&self, reading: ReadingKey, probe: &Probe) -> std::result::Result<RoaringBitmap, Failure> {
        let held = self.held(reading).map_err(failure)?;
        // Filters built by other folding rules would lie: then every chunk is a candidate.
        let everything = Probe::default();
        let probe = if held.folded { probe } else { &everything };
        let blocks = u32::try_from(held.heads.len()).unwrap_or(u32::MAX).saturating_mul(BLOCKS);
        let mut out = RoaringBitmap::new();
        out.insert_range(0..blocks);
        if probe.is_empty() {
            return Ok(out);
        }
        let segments = self.read(|connection| bands::segments(connection, held.evidence)).map_err(failure)?;
        let asked =
            segments.par_iter().map(|segment| self.read(|connection| bands::admitted(connection, segment, probe)));
        for (segment, admitted) in segments.iter().zip(asked.collect::<Result<Vec<_>>>().map_err(failure)?) {
            out.remove_range(segment.first..segment.first + segment.blocks);
            out.extend(admitted);
        }
        Ok(out)
    }

    fn chunk(&self, reading: ReadingKey, seq: u32) -> std::result::Result<Arc<Chunk>, Failure> {
        self.chunk_held(reading, seq).map_err(failure)
    }

    fn chunk_in(&self, reading: ReadingKey, seq: u32, spare: Chunk) -> std::result::Result<Chunk, Failure> {
        let (evidence, head) = self.head_of(reading, seq).map_err(failure)?;
        let form = self.held(reading).map_err(failure)?.form;
        let chunk = self.read(|connection| load_in(connection, evidence, head, true, spare)).map_err(failure)?;
        Ok(self.layered(&form, chunk))
    }

    fn block_in(
        &self,
        reading: ReadingKey,
        seq: u32,
        block: u32,
        spare: Chunk,
    ) -> std::result::Result<(Chunk, Range<usize>), Failure> {
        let (evidence, head) = self.head_of(reading, seq).map_err(failure)?;
        let form = self.held(reading).map_err(failure)?.form;
        if self.layers.as_ref().is_some_and(|layers| layers.is_layered(&form)) {
            // A layer is made of the whole chunk, and its filter is the first block's.
            return Ok(self.chunk_in(reading, seq, spare)?.undivided(block));
        }
        self.read(|connection| load_block(connection, evidence, head, block, spare)).map_err(failure)
    }

    fn records(&self, reading: ReadingKey, seq: u32) -> std::result::Result<Vec<RecordHead>, Failure> {
        let (evidence, head) = self.head_of(reading, seq).map_err(failure)?;
        Ok(self.read(|connection| load(connection, evidence, head, false)).map_err(failure)?.records)
    }

    fn named(&self, set: &NamedSet) -> std::result::Result<RowSet, Failure> {
        self.named_rows(set).map_err(failure)
    }
}
