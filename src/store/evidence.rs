//! Evidence as stored: listing, the original bytes, same-hash checks, withdrawal by order.

use super::corpus::{content_of, head_at};
use super::error::{Error, Result};
use super::import::chunk_key;
use super::seal::MAX_CHUNK;
use super::{Layers, Store, audit};
use crate::model::evidence::{Citation, EvidenceState, Reading};
use crate::model::statement::Author;
use crate::model::{CaseKey, Evidence, EvidenceKey, Id, Instant, ReadingKey, Ticket};
use rusqlite::{Row, params};
use sha2::{Digest as _, Sha256};
use std::io::Write;

const COLUMNS: &str = "SELECT evidence.key, id, case_key, name, bytes, sha256, blake3, media_type, acquisition, parent, derived_by,
  duplicate_of, state, damaged, added_at, added_by, reading.key, form, lines, rows, skipped, undated, rejects, first, last, indicators
  FROM evidence LEFT JOIN reading ON reading.evidence=evidence.key";

fn hash(row: &Row<'_>, at: usize) -> Result<Option<[u8; 32]>> {
    let bytes: Option<Vec<u8>> = row.get(at)?;
    bytes.map(|bytes| bytes.try_into().map_err(|_| Error::Damaged("hash".into()))).transpose()
}

fn evidence(row: &Row<'_>, layers: Option<&Layers>) -> Result<Evidence> {
    let json = |err: serde_json::Error| Error::Damaged(format!("evidence: {err}"));
    let state: String = row.get(12)?;
    let name: Vec<u8> = row.get(3)?;
    let reading = match row.get::<_, Option<i64>>(16)? {
        None => None,
        Some(key) => Some(Reading {
            key: Some(ReadingKey(key)),
            form: serde_json::from_str(&row.get::<_, String>(17)?).map_err(json)?,
            lines: row.get::<_, Option<i64>>(18)?.map(|lines| lines as u64),
            rows: row.get(19)?,
            skipped: row.get::<_, i64>(20)? as u64,
            undated: row.get(21)?,
            rejects: row.get(22)?,
            first: row.get::<_, Option<i64>>(23)?.map(Instant),
            last: row.get::<_, Option<i64>>(24)?.map(Instant),
            indicators: row.get(25)?,
        }),
    };
    Ok(Evidence {
        key: EvidenceKey(row.get(0)?),
        id: Id(row.get(1)?),
        case: row.get::<_, Option<i64>>(2)?.map(CaseKey),
        shown_name: layers.map_or_else(|| String::from_utf8_lossy(&name).into_owned(), |layers| layers.name(&name)),
        name,
        bytes: row.get::<_, i64>(4)? as u64,
        sha256: hash(row, 5)?,
        blake3: hash(row, 6)?,
        media_type: row.get(7)?,
        acquisition: serde_json::from_str(&row.get::<_, String>(8)?).map_err(json)?,
        parent: row.get::<_, Option<i64>>(9)?.map(EvidenceKey),
        derived_by: row.get(10)?,
        duplicate_of: row.get::<_, Option<i64>>(11)?.map(EvidenceKey),
        state: EvidenceState::from_tag(&state).ok_or_else(|| Error::Damaged(format!("evidence state `{state}`")))?,
        damaged: row.get(13)?,
        added_at: Instant(row.get(14)?),
        added_by: row.get(15)?,
        reading,
    })
}

impl Store {
    /// Every evidence, in the order taken in.
    pub fn evidence(&self) -> Result<Vec<Evidence>> {
        self.read(|connection| {
            let mut query =
                connection.prepare_cached(&format!("{COLUMNS} WHERE state!='rereading' ORDER BY evidence.key"))?;
            let mut rows = query.query([])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                out.push(evidence(row, self.layers.as_ref())?);
            }
            Ok(out)
        })
    }

    /// One evidence.
    pub fn evidence_one(&self, key: EvidenceKey) -> Result<Evidence> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!("{COLUMNS} WHERE evidence.key=?"))?;
            let mut rows = query.query([key.0])?;
            let row = rows.next()?.ok_or_else(|| Error::Unknown { noun: "evidence", text: key.0.to_string() })?;
            evidence(row, self.layers.as_ref())
        })
    }

    /// Adds to what is known to be damaged or unread in an evidence.
    pub fn note_damage(&self, key: EvidenceKey, sentence: &str, author: &Author) -> Result<()> {
        self.write(|connection| {
            let sql = "UPDATE evidence SET damaged=coalesce(damaged || '、', '') || ? WHERE key=? RETURNING id";
            let id: String = connection.query_row(sql, params![sentence, key.0], |row| row.get(0))?;
            audit::append(connection, "evidence.damage", &id, sentence, author)
        })
    }

    /// Calls `each` with the original bytes, chunk by chunk.
    pub fn each_chunk(&self, key: EvidenceKey, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let evidence = self.evidence_one(key)?;
        if matches!(evidence.state, EvidenceState::Referenced | EvidenceState::Expunged) {
            return Err(Error::NoBytes(evidence.id.to_string()));
        }
        self.read(|connection| {
            let mut query =
                connection.prepare_cached("SELECT seq, len, offset FROM chunk WHERE evidence=? ORDER BY seq")?;
            let mut rows = query.query([key.0])?;
            let mut total = 0_u64;
            while let Some(row) = rows.next()? {
                let (seq, len, offset): (u32, u32, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                if offset as u64 != total || len > MAX_CHUNK {
                    return Err(Error::Damaged(format!("chunk {seq} does not follow the one before")));
                }
                each(&content_of(connection, chunk_key(key.0, seq), len)?)?;
                total += u64::from(len);
            }
            Ok(total)
        })
    }

    /// Writes the original bytes to `out`.
    pub fn stream(&self, key: EvidenceKey, out: &mut dyn Write) -> Result<u64> {
        let path = self.path().to_owned();
        self.each_chunk(key, &mut |bytes| {
            out.write_all(bytes).map_err(|source| Error::file("the bytes could not be written", &path, source))
        })
    }

    /// Hashes the stored bytes again: whether SHA-256 and BLAKE3 are the ones of intake.
    pub fn rehash(&self, key: EvidenceKey, ticket: &Ticket) -> Result<bool> {
        let evidence = self.evidence_one(key)?;
        let (mut sha, mut blake) = (Sha256::new(), blake3::Hasher::new());
        self.each_chunk(key, &mut |bytes| {
            if ticket.is_cancelled() {
                return Err(Error::Cancelled);
            }
            sha.update(bytes);
            blake.update(bytes);
            ticket.advance(bytes.len() as u64);
            Ok(())
        })?;
        Ok(evidence.sha256.is_some_and(|hash| sha.finalize().as_slice() == hash)
            && evidence.blake3.is_some_and(|hash| blake.finalize().as_bytes() == &hash))
    }

    /// `len` of the original bytes from `offset` on; fewer at the end. At most 64 MiB at once.
    pub fn read_range(&self, key: EvidenceKey, offset: u64, len: u64) -> Result<Vec<u8>> {
        const LONGEST: u64 = 64 << 20;
        let end = offset.saturating_add(len.min(LONGEST));
        self.read(|connection| {
            let mut out = Vec::new();
            let mut at = offset;
            while at < end {
                let Some(head) = head_at(connection, key.0, at)? else { break };
                let stop = head.offset + u64::from(head.len);
                if at >= stop {
                    break;
                }
                let bytes = content_of(connection, chunk_key(key.0, head.seq), head.len)?;
                let inside = |at: u64| usize::try_from(at - head.offset).unwrap_or(usize::MAX);
                let part = inside(at)..inside(end.min(stop));
                out.extend_from_slice(bytes.get(part).unwrap_or(&[]));
                at = stop;
            }
            Ok(out)
        })
    }

    /// Where a record stands, for a statement to cite.
    pub fn citation(&self, key: EvidenceKey, row: u32) -> Result<Citation> {
        let evidence = self.evidence_one(key)?;
        let sha256 = evidence.sha256.ok_or_else(|| Error::NoBytes(evidence.id.to_string()))?;
        let (record, _) = self.record(key, row)?;
        Ok(Citation {
            sha256: data_encoding::HEXLOWER.encode(&sha256),
            offset: record.offset,
            len: u64::from(record.len),
        })
    }
}
