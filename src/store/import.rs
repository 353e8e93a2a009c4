//! Imports: an audited begin, batches, and an audited completion with the hash.
//!
//! Killed anywhere, the store opens and shows the evidence as partial. Taking the same file up again keeps the content that
//! was committed, compares it byte for byte (by checksum) as it comes again, and rebuilds every index.

use super::error::{Error, Result};
use super::filters::{self, SEGMENT};
use super::runs::{self, NO_TIME, Posting, SPILL};
use super::seal::SealedChunk;
use super::{Store, audit, lock, random};
use crate::model::evidence::ReadingForm;
use crate::model::fold::FOLD_VERSION;
use crate::model::skip::Skip;
use crate::model::statement::Author;
use crate::model::{Acquisition, CaseKey, Evidence, EvidenceKey, Id, Instant, Kind};
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Chunks written in one transaction.
const BATCH: u32 = 64;

/// What is known of an evidence before its first byte is read.
#[derive(Clone, Debug, Default)]
pub struct NewEvidence {
    /// The case; may be none yet.
    pub case: Option<CaseKey>,
    /// Original path or member name, as bytes.
    pub name: Vec<u8>,
    /// Size in bytes, where known beforehand.
    pub bytes: u64,
    /// Media type as detected.
    pub media_type: String,
    /// How it was acquired.
    pub acquisition: Acquisition,
    /// The container it comes out of.
    pub parent: Option<EvidenceKey>,
    /// Tool and version that derived it.
    pub derived_by: Option<String>,
    /// The source's modification time, nanoseconds since 1970: a changed source is not resumed.
    pub mtime: Option<i64>,
}

/// What is known when the last byte was read.
#[derive(Clone, Debug)]
pub struct Finish {
    /// SHA-256 of the whole.
    pub sha256: [u8; 32],
    /// BLAKE3 of the whole.
    pub blake3: [u8; 32],
    /// Bytes read.
    pub bytes: u64,
    /// How it was read; `None` for an unknown format kept whole.
    pub form: Option<ReadingForm>,
    /// Lines, where a record is a line.
    pub lines: Option<u64>,
    /// Lines that are no record.
    pub skipped: u64,
    /// What was found damaged.
    pub damaged: Option<String>,
}

/// An import under way. Dropping it leaves the evidence partial.
#[derive(Debug)]
pub struct Import<'a> {
    store: &'a Store,
    key: EvidenceKey,
    id: Id,
    author: Author,
    held: HashMap<u32, [u8; 16]>,
    waiting: Vec<SealedChunk>,
    seq: u32,
    rows: u32,
    undated: u32,
    rejects: u32,
    first: Option<Instant>,
    last: Option<Instant>,
    skips: Vec<Skip>,
    segment: u32,
    postings: Vec<Posting>,
    run: i64,
    values: HashMap<u64, (Kind, String)>,
    written: HashSet<u64>,
    kinds: BTreeMap<Kind, RoaringBitmap>,
    distinct: HashSet<u64>,
}

impl Store {
    /// Begins an import, or takes up one that was cut off: same case, name, size and modification time.
    pub fn begin_import(&self, new: &NewEvidence, author: &Author) -> Result<Import<'_>> {
        let (key, id) = self.write(|connection| {
            let sql = "SELECT key, id FROM evidence WHERE state='partial' AND name=? AND bytes=? AND mtime IS ? AND case_key IS ? AND parent IS ?";
            let case = new.case.map(|case| case.0);
            let parent = new.parent.map(|parent| parent.0);
            let found: Option<(i64, String)> = connection
                .query_row(sql, params![new.name, new.bytes as i64, new.mtime, case, parent], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((key, id)) = found {
                drop_indices(connection, key)?;
                audit::append(connection, "evidence.import.resume", &id, "", author)?;
                return Ok((EvidenceKey(key), Id(id)));
            }
            let id = Id::from_random('e', random()?);
            let acquisition = serde_json::to_string(&new.acquisition).map_err(|err| Error::Damaged(err.to_string()))?;
            connection.execute(
                "INSERT INTO evidence (id, case_key, name, bytes, media_type, acquisition, parent, derived_by, state, mtime, added_at, added_by)
                 VALUES (?,?,?,?,?,?,?,?,'partial',?,?,?)",
                params![id.as_str(), case, new.name, new.bytes as i64, new.media_type, acquisition, parent, new.derived_by, new.mtime, author.at.0, author.operator],
            )?;
            let key = connection.last_insert_rowid();
            audit::append(connection, "evidence.import.begin", id.as_str(), &String::from_utf8_lossy(&new.name), author)?;
            Ok((EvidenceKey(key), id))
        })?;
        let held = self.read(|connection| {
            let mut query = connection.prepare("SELECT seq, sum FROM chunk WHERE evidence=?")?;
            let rows = query.query_map([key.0], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
            rows.map(|row| {
                let (seq, sum) = row?;
                Ok((seq, sum.try_into().map_err(|_| Error::Damaged("chunk checksum".into()))?))
            })
            .collect::<Result<HashMap<_, _>>>()
        })?;
        Ok(Import {
            store: self,
            key,
            id,
            author: author.clone(),
            held,
            waiting: Vec::new(),
            seq: 0,
            rows: 0,
            undated: 0,
            rejects: 0,
            first: None,
            last: None,
            skips: Vec::new(),
            segment: 0,
            postings: Vec::new(),
            run: 0,
            values: HashMap::new(),
            written: HashSet::new(),
            kinds: BTreeMap::new(),
            distinct: HashSet::new(),
        })
    }
}

/// Removes everything of an evidence that can be rebuilt; its content and chunk heads stay.
pub(super) fn drop_indices(connection: &Connection, evidence: i64) -> Result<()> {
    for sql in [
        "DELETE FROM band WHERE evidence=?",
        "DELETE FROM segment WHERE evidence=?",
        "DELETE FROM run_block WHERE evidence=?",
        "DELETE FROM kind_rows WHERE evidence=?",
        "DELETE FROM reading WHERE evidence=?",
    ] {
        connection.execute(sql, [evidence])?;
    }
    connection.execute("DELETE FROM row_index WHERE key BETWEEN ?1<<32 AND (?1<<32) + 4294967295", [evidence])?;
    Ok(())
}

/// The rowid of a chunk's content and row index.
pub(super) const fn chunk_key(evidence: i64, seq: u32) -> i64 {
    evidence << 32 | seq as i64
}

impl Import<'_> {
    /// The evidence being taken in.
    pub fn key(&self) -> EvidenceKey {
        self.key
    }

    /// Its public id.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Adds the next chunk. Written in batches, each one transaction.
    pub fn append(&mut self, chunk: SealedChunk) -> Result<()> {
        self.waiting.push(chunk);
        if self.waiting.len() >= BATCH as usize { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let store = self.store;
        let waiting = std::mem::take(&mut self.waiting);
        store.write(|connection| waiting.into_iter().try_for_each(|chunk| self.write_chunk(connection, chunk)))
    }

    fn write_chunk(&mut self, connection: &Connection, chunk: SealedChunk) -> Result<()> {
        let (key, seq) = (chunk_key(self.key.0, self.seq), self.seq);
        match self.held.remove(&seq) {
            Some(sum) if sum != chunk.sum => return Err(Error::SourceChanged(chunk.offset)),
            Some(_) => {}
            None => {
                connection.prepare_cached("INSERT INTO content VALUES (?,?)")?.execute(params![key, chunk.content])?;
            }
        }
        connection
            .prepare_cached("INSERT OR REPLACE INTO row_index VALUES (?,?)")?
            .execute(params![key, chunk.index])?;
        connection.prepare_cached("INSERT OR REPLACE INTO chunk VALUES (?,?,?,?,?,?,?,?,?,?,?)")?.execute(params![
            self.key.0,
            seq,
            chunk.offset as i64,
            chunk.len,
            chunk.lead,
            self.rows,
            chunk.rows,
            chunk.undated,
            chunk.first.map(|at| at.0),
            chunk.last.map(|at| at.0),
            chunk.sum.as_slice()
        ])?;
        self.count(&chunk)?;
        self.take_posts(connection, chunk)?;
        if self.skips.len() >= SEGMENT as usize {
            self.close_segment(connection)?;
        }
        Ok(())
    }

    fn count(&mut self, chunk: &SealedChunk) -> Result<()> {
        self.seq += 1;
        self.rows = self
            .rows
            .checked_add(chunk.rows)
            .ok_or_else(|| Error::Refused("more than 4,294,967,295 records in one evidence".into()))?;
        self.undated += chunk.undated;
        self.rejects += chunk.rejects;
        self.first = [self.first, chunk.first].into_iter().flatten().min();
        self.last = self.last.max(chunk.last);
        Ok(())
    }

    fn take_posts(&mut self, connection: &Connection, chunk: SealedChunk) -> Result<()> {
        let first_row = self.rows - chunk.rows;
        for (fp, value) in chunk.posts.values {
            self.distinct.insert(fp);
            if !self.written.contains(&fp) {
                self.values.entry(fp).or_insert(value);
            }
        }
        for post in chunk.posts.posts {
            let time = chunk.times.get(post.row as usize).copied().flatten().map_or(NO_TIME, |time| time.0);
            self.postings.push(Posting { fp: post.fp, row: first_row + post.row, flags: post.flags, time });
        }
        for (kind, rows) in chunk.posts.kinds {
            self.kinds.entry(kind).or_default().extend(rows.into_iter().map(|row| first_row + row));
        }
        self.skips.push(chunk.skip);
        if self.postings.len() >= SPILL {
            self.spill(connection)?;
        }
        Ok(())
    }

    fn spill(&mut self, connection: &Connection) -> Result<()> {
        let mut values: Vec<(u64, (Kind, String))> = self.values.drain().collect();
        values.sort_unstable_by_key(|(fp, _)| *fp);
        for (fp, (kind, value)) in &values {
            insert_value(connection, *fp, *kind, value)?;
            self.written.insert(*fp);
        }
        // What a later chunk needs again it brings again; memory stays bounded whatever the file holds.
        if self.written.len() > 1_000_000 {
            self.written.clear();
        }
        runs::spill(connection, self.key.0, self.run, &mut self.postings)?;
        self.run += 1;
        Ok(())
    }

    fn close_segment(&mut self, connection: &Connection) -> Result<()> {
        if !self.skips.is_empty() {
            filters::write(connection, self.key.0, self.segment, &self.skips)?;
            self.skips.clear();
            self.segment += 1;
        }
        Ok(())
    }

    /// Writes what is left, the hashes and the totals, and completes the evidence.
    pub fn finish(mut self, finish: &Finish) -> Result<Evidence> {
        self.flush()?;
        let store = self.store;
        let key = self.key;
        store.write(|connection| {
            if let Some(seq) = self.held.keys().min() {
                return Err(Error::SourceChanged(u64::from(*seq)));
            }
            self.close_segment(connection)?;
            self.spill(connection)?;
            for (kind, rows) in &self.kinds {
                let mut bytes = Vec::new();
                rows.serialize_into(&mut bytes).map_err(|err| Error::Damaged(err.to_string()))?;
                connection.execute("INSERT INTO kind_rows VALUES (?,?,?)", params![key.0, kind.tag(), bytes])?;
            }
            if let Some(form) = &finish.form {
                self.write_reading(connection, form, finish)?;
            }
            let duplicate: Option<i64> = connection
                .query_row("SELECT min(key) FROM evidence WHERE sha256=? AND key<? AND state!='expunged'", params![finish.sha256.as_slice(), key.0], |row| row.get(0))
                .optional()?
                .flatten();
            connection.execute(
                "UPDATE evidence SET state='complete', sha256=?, blake3=?, bytes=?, damaged=?, duplicate_of=? WHERE key=?",
                params![finish.sha256.as_slice(), finish.blake3.as_slice(), finish.bytes as i64, finish.damaged, duplicate, key.0],
            )?;
            let hash = data_encoding::HEXLOWER.encode(&finish.sha256);
            audit::append(connection, "evidence.import.complete", self.id.as_str(), &hash, &self.author)
        })?;
        lock(&store.heads).clear();
        store.evidence_one(key)
    }

    fn write_reading(&self, connection: &Connection, form: &ReadingForm, finish: &Finish) -> Result<()> {
        let text = serde_json::to_string(form).map_err(|err| Error::Damaged(err.to_string()))?;
        connection.execute(
            "INSERT INTO reading (evidence, form, lines, rows, skipped, undated, rejects, first, last, indicators, fold) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            params![
                self.key.0,
                text,
                finish.lines.map(|lines| lines as i64),
                self.rows,
                finish.skipped as i64,
                self.undated,
                self.rejects,
                self.first.map(|at| at.0),
                self.last.map(|at| at.0),
                self.distinct.len() as i64,
                FOLD_VERSION
            ],
        )?;
        Ok(())
    }
}

/// Adds a value to the dictionary; a second value under the same fingerprint is an error, never a silent merge.
pub(super) fn insert_value(connection: &Connection, fp: u64, kind: Kind, value: &str) -> Result<()> {
    let key = runs::ordered(fp);
    let added = connection
        .prepare_cached("INSERT INTO indicator VALUES (?,?,?) ON CONFLICT(fp) DO NOTHING")?
        .execute(params![key, kind.tag(), value])?;
    if added == 0 {
        let (held_kind, held): (String, String) = connection
            .prepare_cached("SELECT kind, value FROM indicator WHERE fp=?")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if held != value || held_kind != kind.tag() {
            return Err(Error::Collision(held, value.to_owned()));
        }
    }
    Ok(())
}
