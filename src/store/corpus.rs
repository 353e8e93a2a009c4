//! Reading for search: chunks, row index, candidates and named row sets.

use super::error::{Error, Result};
use super::import::chunk_key;
use super::pack::inflate;
use super::{Store, filters, lock, rowindex, runs};
use crate::model::corpus::Failure;
use crate::model::fold::FOLD_VERSION;
use crate::model::skip::Probe;
use crate::model::{
    CaseKey, Chunk, ChunkHead, Corpus, EvidenceKey, Id, Instant, Kind, NamedSet, ReadingHead, ReadingKey, RecordHead,
    RowSet,
};
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::sync::Arc;

/// No chunk is longer than this; a stored length beyond it is damage.
const MAX_CHUNK: u32 = 16 << 20;

fn head(row: &Row<'_>) -> rusqlite::Result<ChunkHead> {
    Ok(ChunkHead {
        seq: row.get(0)?,
        offset: row.get::<_, i64>(1)? as u64,
        len: row.get(2)?,
        lead: row.get(3)?,
        first_row: row.get(4)?,
        rows: row.get(5)?,
        undated: row.get(6)?,
        first: row.get::<_, Option<i64>>(7)?.map(Instant),
        last: row.get::<_, Option<i64>>(8)?.map(Instant),
    })
}

const HEAD: &str = "SELECT seq, offset, len, lead, first_row, rows, undated, first, last FROM chunk WHERE evidence=?1";

pub(super) fn load(connection: &Connection, evidence: i64, head: ChunkHead, content: bool) -> Result<Chunk> {
    if head.len > MAX_CHUNK || head.lead > head.len {
        return Err(Error::Damaged(format!("chunk {} states an impossible length", head.seq)));
    }
    let key = chunk_key(evidence, head.seq);
    let bytes = if content { content_of(connection, key, head.len)? } else { Vec::new() };
    let records = connection
        .prepare_cached("SELECT data FROM row_index WHERE key=?")?
        .query_row([key], |row| Ok(row.get_ref(0)?.as_blob()?.to_vec()))
        .optional()?;
    let records = match records {
        // 32 bytes a record bound every index a chunk of this length can have.
        Some(packed) => rowindex::unpack(head.offset, head.len, &inflate(&packed, (head.len as usize + 64) * 32)?)?,
        None => Vec::new(),
    };
    Ok(Chunk { head, bytes, records })
}

pub(super) fn content_of(connection: &Connection, key: i64, len: u32) -> Result<Vec<u8>> {
    let mut read = connection.prepare_cached("SELECT data FROM content WHERE key=?")?;
    let mut rows = read.query([key])?;
    let row = rows.next()?.ok_or_else(|| Error::Damaged("a chunk's content is missing".into()))?;
    let bytes = inflate(row.get_ref(0)?.as_blob().map_err(|_| Error::Damaged("content".into()))?, len as usize)?;
    if bytes.len() == len as usize { Ok(bytes) } else { Err(Error::Damaged("a chunk is shorter than stated".into())) }
}

/// The chunk head that holds `row`.
fn head_of_row(connection: &Connection, evidence: i64, row: u32) -> Result<Option<ChunkHead>> {
    let sql = format!("{HEAD} AND first_row<=?2 AND rows>0 ORDER BY seq DESC LIMIT 1");
    Ok(connection.prepare_cached(&sql)?.query_row(params![evidence, row], head).optional()?)
}

/// The row that begins at, or holds, the byte at `offset`.
pub(super) fn row_at(connection: &Connection, evidence: EvidenceKey, offset: u64) -> Result<Option<u32>> {
    let sql = format!("{HEAD} AND offset<=?2 ORDER BY seq DESC LIMIT 1");
    let found = connection.prepare_cached(&sql)?.query_row(params![evidence.0, offset as i64], head).optional()?;
    let Some(head) = found else { return Ok(None) };
    let chunk = load(connection, evidence.0, head, false)?;
    let after = chunk.records.partition_point(|record| record.offset <= offset);
    let row = (u64::from(head.first_row) + after as u64).checked_sub(1);
    Ok(row.and_then(|row| u32::try_from(row).ok()))
}

impl Store {
    /// One record: where it lies and its original bytes.
    pub fn record(&self, evidence: EvidenceKey, row: u32) -> Result<(RecordHead, Vec<u8>)> {
        let chunk = self.chunk_of_row(evidence, row)?;
        let index = (row - chunk.head.first_row) as usize;
        let unknown = || Error::Unknown { noun: "row", text: row.to_string() };
        let record = *chunk.records.get(index).ok_or_else(unknown)?;
        Ok((record, chunk.record_bytes(index).to_vec()))
    }

    /// The chunk in which a row begins.
    pub fn chunk_of_row(&self, evidence: EvidenceKey, row: u32) -> Result<Chunk> {
        self.read(|connection| {
            let unknown = || Error::Unknown { noun: "row", text: row.to_string() };
            let head = head_of_row(connection, evidence.0, row)?.ok_or_else(unknown)?;
            load(connection, evidence.0, head, true)
        })
    }

    /// The row that holds the byte at `offset` of the original.
    pub fn row_at(&self, evidence: EvidenceKey, offset: u64) -> Result<Option<u32>> {
        self.read(|connection| row_at(connection, evidence, offset))
    }

    fn evidence_of(&self, reading: ReadingKey) -> Result<i64> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT evidence FROM reading WHERE key=?")?
                .query_row([reading.0], |row| row.get(0))?)
        })
    }

    fn named_rows(&self, set: &NamedSet) -> Result<RowSet> {
        match set {
            NamedSet::Value(kind, value) => self.rows_of(*kind, value),
            NamedSet::Kind(kind) => {
                let sql = "SELECT evidence, rows FROM kind_rows JOIN evidence ON evidence.key=evidence WHERE kind=?1 AND state='complete'";
                self.bitmaps(sql, Some(kind.tag()))
            }
            NamedSet::Tag(name) => self.bitmaps("SELECT evidence, rows FROM tag_rows WHERE name=?1", Some(name)),
            NamedSet::Tagged => self.bitmaps("SELECT evidence, rows FROM tag_rows WHERE ?1 IS NULL", None),
        }
    }

    fn bitmaps(&self, sql: &str, parameter: Option<&str>) -> Result<RowSet> {
        self.read(|connection| {
            let mut out = RowSet::new();
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([parameter])?;
            while let Some(row) = rows.next()? {
                let blob = row.get_ref(1)?.as_blob().map_err(|_| Error::Damaged("row set".into()))?;
                let set =
                    RoaringBitmap::deserialize_from(blob).map_err(|err| Error::Damaged(format!("row set: {err}")))?;
                out.add(EvidenceKey(row.get(0)?), set);
            }
            Ok(out)
        })
    }

    /// Rows that hold a canonical value.
    pub fn rows_of(&self, kind: Kind, value: &str) -> Result<RowSet> {
        let fp = self.facts.print.of(kind, value);
        self.read(|connection| {
            let mut query =
                connection.prepare_cached("SELECT key FROM evidence WHERE state='complete' ORDER BY key")?;
            let keys = query.query_map([], |row| row.get(0))?.collect::<std::result::Result<Vec<i64>, _>>()?;
            let mut out = RowSet::new();
            for key in keys {
                runs::each_entry(connection, key, Some(fp), &mut |entry| {
                    out.add(EvidenceKey(key), entry.rows);
                    Ok(())
                })?;
            }
            Ok(out)
        })
    }
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
        if let Some(held) = lock(&self.heads).get(&reading) {
            return Ok(Arc::clone(held));
        }
        let evidence = self.evidence_of(reading).map_err(failure)?;
        let heads = self
            .read(|connection| {
                let mut query = connection.prepare_cached(&format!("{HEAD} ORDER BY seq"))?;
                let heads = query.query_map([evidence], head)?.collect::<std::result::Result<Vec<_>, _>>()?;
                Ok(Arc::<[ChunkHead]>::from(heads))
            })
            .map_err(failure)?;
        lock(&self.heads).insert(reading, Arc::clone(&heads));
        Ok(heads)
    }

    fn candidates(&self, reading: ReadingKey, probe: &Probe) -> std::result::Result<RoaringBitmap, Failure> {
        let evidence = self.evidence_of(reading).map_err(failure)?;
        self.read(|connection| {
            let fold: u16 = connection
                .prepare_cached("SELECT fold FROM reading WHERE key=?")?
                .query_row([reading.0], |row| row.get(0))?;
            // Filters built by other folding rules would lie: then every chunk is a candidate.
            let probe = if fold == FOLD_VERSION { probe } else { &Probe::default() };
            filters::candidates(connection, evidence, probe)
        })
        .map_err(failure)
    }

    fn chunk(&self, reading: ReadingKey, seq: u32) -> std::result::Result<Arc<Chunk>, Failure> {
        let evidence = self.evidence_of(reading).map_err(failure)?;
        self.read(|connection| {
            let sql = format!("{HEAD} AND seq=?2");
            let head = connection.prepare_cached(&sql)?.query_row(params![evidence, seq], head)?;
            Ok(Arc::new(load(connection, evidence, head, true)?))
        })
        .map_err(failure)
    }

    fn records(&self, reading: ReadingKey, seq: u32) -> std::result::Result<Vec<RecordHead>, Failure> {
        let evidence = self.evidence_of(reading).map_err(failure)?;
        self.read(|connection| {
            let sql = format!("{HEAD} AND seq=?2");
            let head = connection.prepare_cached(&sql)?.query_row(params![evidence, seq], head)?;
            Ok(load(connection, evidence, head, false)?.records)
        })
        .map_err(failure)
    }

    fn named(&self, set: &NamedSet) -> std::result::Result<RowSet, Failure> {
        self.named_rows(set).map_err(failure)
    }
}
