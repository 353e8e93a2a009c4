//! Imports: an audited begin, batches, and an audited completion with the hash.
//!
//! Killed anywhere, the store opens and shows the evidence as partial. Taking the same file up again keeps the content that
//! was committed, compares it byte for byte (by checksum) as it comes again, and rebuilds every index.

use super::derived::{Derived, drop_indices};
use super::error::{Error, Result};
use super::seal::SealedChunk;
use super::{Remapped, Store, audit, cases, random, rereading, statements};
use crate::model::evidence::ReadingForm;
use crate::model::fold::FOLD_VERSION;
use crate::model::statement::{Author, Filing, Statement};
use crate::model::{Acquisition, CaseKey, Evidence, EvidenceKey, Id, Instant, Text};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// Chunks written in one transaction.
const BATCH: usize = 64;
/// Or bytes, if those come first.
const BATCH_BYTES: usize = 16 << 20;

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
    /// No new evidence: another reading of this one.
    pub again: Option<EvidenceKey>,
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
    /// Chunks stored before the import was cut off, not yet seen again.
    held: BTreeMap<u32, Held>,
    resumed: usize,
    waiting: Vec<SealedChunk>,
    bytes: usize,
    offset: u64,
    broken: bool,
    state: State,
    /// The evidence of which this is another reading.
    again: Option<Box<Evidence>>,
}

/// A chunk whose content is stored already.
#[derive(Debug)]
pub(super) struct Held {
    offset: u64,
    len: u32,
    hash: Vec<u8>,
}

/// What changes with every chunk written.
#[derive(Debug, Default)]
struct State {
    seq: u32,
    rows: u32,
    undated: u32,
    rejects: u32,
    first: Option<Instant>,
    last: Option<Instant>,
    derived: Derived,
}

impl Store {
    /// Begins an import, or takes up one that was cut off: same case, name, size and modification time.
    pub fn begin_import(&self, new: &NewEvidence, author: &Author) -> Result<Import<'_>> {
        let again = new.again.map(|key| self.to_read_again(key)).transpose()?.map(Box::new);
        self.write(|connection| self.begun(connection, new, again, author))
    }

    /// Takes in at once what is parsed already: begin, chunks and completion in one transaction, so that a small file
    /// costs the disk one commit and is never seen half done.
    pub fn import_whole(
        &self,
        new: &NewEvidence,
        chunks: Vec<SealedChunk>,
        finish: &Finish,
        author: &Author,
    ) -> Result<(Evidence, Remapped)> {
        let again = new.again.map(|key| self.to_read_again(key)).transpose()?.map(Box::new);
        let (import, completed) = self.write(|connection| {
            let mut import = self.begun(connection, new, again, author)?;
            for chunk in chunks {
                import.take_up(&chunk)?;
                import.write_chunk(connection, chunk)?;
            }
            let completed = import.completed(connection, finish)?;
            Ok((import, completed))
        })?;
        import.concluded(completed)
    }

    /// An import whose begin is written, or taken up.
    fn begun(
        &self,
        connection: &Connection,
        new: &NewEvidence,
        again: Option<Box<Evidence>>,
        author: &Author,
    ) -> Result<Import<'_>> {
        let (key, id, held) = if let Some(of) = &again {
            let (key, held) = rereading::begin(connection, of, author)?;
            (EvidenceKey(key), of.id.clone(), held)
        } else if let Some((key, id)) = find_partial(connection, new)? {
            drop_indices(connection, key)?;
            audit::append(connection, "evidence.import.resume", &id, "", author)?;
            (EvidenceKey(key), Id(id), held(connection, key)?)
        } else {
            let (key, id) = insert(connection, new, "partial", author)?;
            let name = String::from_utf8_lossy(&new.name);
            audit::append(connection, "evidence.import.begin", id.as_str(), &name, author)?;
            (key, id, BTreeMap::new())
        };
        Ok(Import {
            store: self,
            key,
            id,
            author: author.clone(),
            resumed: held.len(),
            held,
            waiting: Vec::new(),
            bytes: 0,
            offset: 0,
            broken: false,
            state: State::default(),
            again,
        })
    }

    /// Registers an evidence whose bytes stay outside the store.
    pub fn register(&self, new: &NewEvidence, sha256: [u8; 32], blake3: [u8; 32], author: &Author) -> Result<Evidence> {
        let key = self.write(|connection| {
            let (key, id) = insert(connection, new, "referenced", author)?;
            let sql = "UPDATE evidence SET sha256=?, blake3=? WHERE key=?";
            connection.execute(sql, params![sha256.as_slice(), blake3.as_slice(), key.0])?;
            let hash = data_encoding::HEXLOWER.encode(&sha256);
            audit::append(connection, "evidence.register", id.as_str(), &hash, author)?;
            Ok(key)
        })?;
        self.evidence_one(key)
    }
}

fn find_partial(connection: &Connection, new: &NewEvidence) -> Result<Option<(i64, String)>> {
    let sql =
        "SELECT key, id FROM evidence WHERE state='partial' AND name=? AND bytes=? AND mtime IS ? AND case_key IS ?
        AND parent IS ? ORDER BY key LIMIT 1";
    let (case, parent) = (new.case.map(|case| case.0), new.parent.map(|parent| parent.0));
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![new.name, new.bytes as i64, new.mtime, case, parent], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

pub(super) fn held(connection: &Connection, evidence: i64) -> Result<BTreeMap<u32, Held>> {
    let mut query = connection.prepare("SELECT seq, offset, len, hash FROM chunk WHERE evidence=?")?;
    let rows = query.query_map([evidence], |row| {
        Ok((row.get(0)?, Held { offset: row.get::<_, i64>(1)? as u64, len: row.get(2)?, hash: row.get(3)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn insert(connection: &Connection, new: &NewEvidence, state: &str, author: &Author) -> Result<(EvidenceKey, Id)> {
    let id = Id::from_random('e', random()?);
    let acquisition = serde_json::to_string(&new.acquisition).map_err(|err| Error::damaged(err.to_string()))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO evidence (id, case_key, name, bytes, media_type, acquisition, parent, derived_by, state, mtime,
         added_at, added_by) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
    )?;
    insert.execute(params![
        id.as_str(),
        new.case.map(|case| case.0),
        new.name,
        new.bytes as i64,
        new.media_type,
        acquisition,
        new.parent.map(|parent| parent.0),
        new.derived_by,
        state,
        new.mtime,
        author.at.0,
        author.operator
    ])?;
    let key = EvidenceKey(connection.last_insert_rowid());
    if new.case.is_some() {
        // Said like any later filing, so that undoing one finds where the evidence was before.
        statements::put(connection, &Statement::Filing(Filing { id: id.clone(), case: new.case }), author)?;
    }
    cases::forget_total(connection, new.case)?;
    Ok((key, id))
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

    /// How many chunks an import that was cut off had stored.
    pub fn resumed(&self) -> usize {
        self.resumed
    }

    /// Adds the next chunk. Written in batches, each one transaction.
    pub fn append(&mut self, chunk: SealedChunk) -> Result<()> {
        self.take_up(&chunk)?;
        self.bytes += chunk.size();
        self.waiting.push(chunk);
        if self.waiting.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    /// Demands that a chunk begins where the one before it ended.
    fn take_up(&mut self, chunk: &SealedChunk) -> Result<()> {
        if chunk.offset != self.offset {
            return Err(Error::Order(self.offset, chunk.offset));
        }
        self.offset += u64::from(chunk.len);
        Ok(())
    }

    /// Writes what waits. After a failure the import cannot go on: what it holds in memory is ahead of the store.
    fn flush(&mut self) -> Result<()> {
        if self.broken {
            return Err(Error::Refused(Text::new("この取込みは既に失敗しています", "this import has failed already")));
        }
        let (store, waiting) = (self.store, std::mem::take(&mut self.waiting));
        self.bytes = 0;
        self.broken = true;
        store.write(|connection| waiting.into_iter().try_for_each(|chunk| self.write_chunk(connection, chunk)))?;
        self.broken = false;
        Ok(())
    }

    fn write_chunk(&mut self, connection: &Connection, chunk: SealedChunk) -> Result<()> {
        let (evidence, seq) = (self.key.0, self.state.seq);
        let key = chunk_key(evidence, seq);
        if !self.is_held(connection, &chunk)? {
            connection.prepare_cached("INSERT INTO content VALUES (?,?)")?.execute(params![key, chunk.content])?;
        }
        connection.prepare_cached("INSERT INTO row_index VALUES (?,?)")?.execute(params![key, chunk.index])?;
        connection.prepare_cached("INSERT OR REPLACE INTO chunk VALUES (?,?,?,?,?,?,?,?,?,?,?)")?.execute(params![
            evidence,
            seq,
            chunk.offset as i64,
            chunk.len,
            chunk.lead,
            self.state.rows,
            chunk.rows,
            chunk.undated,
            chunk.first.map(|at| at.0),
            chunk.last.map(|at| at.0),
            chunk.hash.as_slice()
        ])?;
        let first_row = self.state.rows;
        let state = &mut self.state;
        state.seq += 1;
        state.rows = state.rows.checked_add(chunk.rows).ok_or(Error::Refused(Text::new(
            "1つの証拠の記録は4,294,967,295件までです",
            "an evidence holds at most 4,294,967,295 records",
        )))?;
        state.undated += chunk.undated;
        state.rejects += chunk.rejects;
        state.first = [state.first, chunk.first].into_iter().flatten().min();
        state.last = state.last.max(chunk.last);
        state.derived.take(connection, evidence, chunk, first_row)
    }

    /// Whether the content was stored before the import was cut off. Where the cuts fall differently now (another
    /// version cuts elsewhere) what was stored from there on makes room; other bytes in the same place are refused.
    fn is_held(&mut self, connection: &Connection, chunk: &SealedChunk) -> Result<bool> {
        let seq = self.state.seq;
        let Some(held) = self.held.remove(&seq) else { return Ok(false) };
        if held.offset == chunk.offset && held.len == chunk.len {
            return if held.hash == chunk.hash { Ok(true) } else { Err(Error::SourceChanged(chunk.offset)) };
        }
        let last = chunk_key(self.key.0, u32::MAX);
        let keys = [chunk_key(self.key.0, seq), last];
        connection.execute("DELETE FROM content WHERE key BETWEEN ? AND ?", keys)?;
        connection.execute("DELETE FROM chunk WHERE evidence=? AND seq>=?", params![self.key.0, seq])?;
        self.held.clear();
        Ok(false)
    }

    /// Writes what is left, the hashes and the totals, and completes the evidence.
    pub fn finish(self, finish: &Finish) -> Result<Evidence> {
        self.conclude(finish).map(|(evidence, _)| evidence)
    }

    /// The same; says too what another reading made of what people said.
    pub fn conclude(mut self, finish: &Finish) -> Result<(Evidence, Remapped)> {
        self.flush()?;
        let completed = self.store.write(|connection| self.completed(connection, finish))?;
        self.concluded(completed)
    }

    /// Writes indices, hashes and totals; says whether runs were merged, and what another reading made of what people said.
    fn completed(&mut self, connection: &Connection, finish: &Finish) -> Result<(bool, Remapped)> {
        let key = self.key.0;
        if finish.bytes != self.offset {
            return Err(Error::Order(self.offset, finish.bytes));
        }
        if let Some(held) = self.held.values().next() {
            return Err(Error::SourceChanged(held.offset));
        }
        let (indicators, merged) = self.state.derived.finish(connection, key)?;
        match &finish.form {
            Some(form) => self.write_reading(connection, form, finish, indicators)?,
            None => drop_indices(connection, key)?,
        }
        match &self.again {
            Some(of) => Ok((true, rereading::take_over(connection, key, of, finish, &self.author)?)),
            None => self.complete(connection, finish).map(|()| (merged, Remapped::default())),
        }
    }

    /// After the commit: what was known of the evidence before holds no more.
    fn concluded(self, (merged, remapped): (bool, Remapped)) -> Result<(Evidence, Remapped)> {
        self.store.caches.forget();
        if merged {
            self.store.give_back_pages()?;
        }
        Ok((self.store.evidence_one(self.again.map_or(self.key, |of| of.key))?, remapped))
    }

    fn complete(&self, connection: &Connection, finish: &Finish) -> Result<()> {
        let sql = "SELECT min(key) FROM evidence WHERE sha256=? AND key<? AND state IN ('complete','withdrawn')";
        let duplicate: Option<i64> = connection
            .prepare_cached(sql)?
            .query_row(params![finish.sha256.as_slice(), self.key.0], |row| row.get(0))?;
        // Withdrawn while it came in: its bytes are whole now, and it stays withdrawn until somebody puts it back.
        let sql = "UPDATE evidence SET state=CASE state WHEN 'withdrawn' THEN state ELSE 'complete' END,
             held_state=CASE state WHEN 'withdrawn' THEN 'complete' ELSE held_state END,
             sha256=?, blake3=?, bytes=?, damaged=?, duplicate_of=? WHERE key=?";
        connection.prepare_cached(sql)?.execute(params![
            finish.sha256.as_slice(),
            finish.blake3.as_slice(),
            finish.bytes as i64,
            finish.damaged,
            duplicate,
            self.key.0
        ])?;
        let case: Option<i64> = connection
            .prepare_cached("SELECT case_key FROM evidence WHERE key=?")?
            .query_row([self.key.0], |row| row.get(0))?;
        cases::forget_total(connection, case.map(CaseKey))?;
        let hash = data_encoding::HEXLOWER.encode(&finish.sha256);
        audit::append(connection, "evidence.import.complete", self.id.as_str(), &hash, &self.author)
    }

    fn write_reading(
        &self,
        connection: &Connection,
        form: &ReadingForm,
        finish: &Finish,
        indicators: u32,
    ) -> Result<()> {
        let text = serde_json::to_string(form).map_err(|err| Error::Damaged(err.to_string()))?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO reading (evidence, form, lines, rows, skipped, undated, rejects, first, last, indicators, fold) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        )?;
        insert.execute(params![
            self.key.0,
            text,
            finish.lines.map(|lines| lines as i64),
            self.state.rows,
            finish.skipped as i64,
            self.state.undated,
            self.state.rejects,
            self.state.first.map(|at| at.0),
            self.state.last.map(|at| at.0),
            indicators,
            FOLD_VERSION
        ])?;
        Ok(())
    }
}
