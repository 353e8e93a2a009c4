//! Whether a store is whole: the engine's own check, chunks that tile, indices within bounds, evidence still the same.

use super::corpus::load;
use super::error::{Error, Result};
use super::{Store, runs};
use crate::model::evidence::EvidenceState;
use crate::model::{ChunkHead, Corpus as _, Evidence, ReadingKey, RecordHead};
use std::path::Path;

/// One line of a check's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub check: String,
    /// Whether it holds; `None` where it cannot be judged here.
    pub ok: Option<bool>,
    /// What was seen.
    pub detail: String,
}

impl Check {
    /// A check that could be judged.
    pub fn of(check: &str, ok: bool, detail: impl Into<String>) -> Self {
        Self { check: check.to_owned(), ok: Some(ok), detail: detail.into() }
    }
}

impl Store {
    /// Checks everything that can be checked without reading all evidence bytes; `evidence verify` does that.
    pub fn check(&self) -> Result<Vec<Check>> {
        let verdict: String =
            self.read(|connection| Ok(connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?))?;
        let mut out = vec![Check::of("database", verdict == "ok", verdict)];
        let all = self.evidence()?;
        let partial = all.iter().filter(|evidence| evidence.state == EvidenceState::Partial).count();
        let state = if partial == 0 {
            "all imports complete".to_owned()
        } else {
            format!("{partial} imports were cut off: add the file again or withdraw it")
        };
        out.push(Check::of("imports", true, state));
        for evidence in all.iter().filter(|evidence| evidence.state == EvidenceState::Complete) {
            let fault = self.fault_of(evidence)?;
            let name = format!("evidence {}", evidence.id);
            out.push(Check::of(&name, fault.is_none(), fault.unwrap_or_else(|| format!("{} bytes", evidence.bytes))));
        }
        out.extend(self.audit_verify()?);
        out.extend(self.agrees()?);
        Ok(out)
    }

    fn fault_of(&self, evidence: &Evidence) -> Result<Option<String>> {
        let Some(reading) = &evidence.reading else {
            let total = self.read(|connection| {
                Ok(connection.query_row(
                    "SELECT coalesce(sum(len),0) FROM chunk WHERE evidence=?",
                    [evidence.key.0],
                    |row| row.get::<_, i64>(0),
                )?)
            })?;
            return Ok((total as u64 != evidence.bytes).then(|| format!("{total} bytes stored of {}", evidence.bytes)));
        };
        let heads = match self.chunk_heads(reading.key.unwrap_or(ReadingKey(0))) {
            Ok(heads) => heads,
            Err(err) => return Ok(Some(err.to_string())),
        };
        if let Some(fault) = tiling(&heads, evidence.bytes, reading.rows) {
            return Ok(Some(fault));
        }
        for head in heads.iter() {
            let chunk = match self.read(|connection| load(connection, evidence.key.0, *head, false)) {
                Ok(chunk) => chunk,
                Err(err) => return Ok(Some(err.to_string())),
            };
            let end = head.offset + u64::from(head.len);
            let inside = |record: &RecordHead| {
                record.offset >= head.offset && record.offset.saturating_add(u64::from(record.len)) <= end
            };
            if !chunk.records.iter().all(inside) || !chunk.records.is_sorted_by_key(|record| record.offset) {
                return Ok(Some(format!("chunk {} names records that are not in it", head.seq)));
            }
        }
        self.read(|connection| postings(connection, evidence.key.0, reading.rows, reading.indicators))
    }

    /// Writes a whole, closed copy of the store; an existing file is refused.
    pub fn backup(&self, path: &Path) -> Result<()> {
        let taken = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
            _ => Error::file("the copy cannot be made", path, source),
        };
        // SQLite fills an empty file and refuses any other: the name is ours from here on.
        drop(std::fs::File::create_new(path).map_err(taken)?);
        let copied = self.copy_into(path);
        if copied.is_err() {
            drop(std::fs::remove_file(path));
        }
        copied
    }

    fn copy_into(&self, path: &Path) -> Result<()> {
        let name = path
            .to_str()
            .ok_or_else(|| Error::Refused(crate::model::Text::new("UTF-8でないパスです", "the path is not UTF-8")))?;
        let connection = super::open::reader(&self.path, self.mode)?;
        connection.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        connection.execute("VACUUM INTO ?", [name])?;
        let file = std::fs::File::open(path).map_err(|source| Error::file("the copy cannot be read", path, source))?;
        file.sync_all().map_err(|source| Error::file("the copy cannot be written", path, source))
    }
}

/// Every posting names a row that is there, in order, and has a value.
fn postings(connection: &rusqlite::Connection, evidence: i64, rows: u32, indicators: u32) -> Result<Option<String>> {
    let mut distinct = 0_u32;
    for place in runs::runs_of(connection, evidence)? {
        let mut cursor = runs::Cursor::stored(place);
        let mut before: Option<Vec<u8>> = None;
        while cursor.step(connection)? {
            let Some((entry, _)) = cursor.now() else { break };
            if entry.first_row.saturating_add(entry.span) >= rows {
                return Ok(Some("a posting names a row that is not there".to_owned()));
            }
            if before.as_deref().is_some_and(|before| before > cursor.key()) {
                return Ok(Some("postings out of order".to_owned()));
            }
            if before.as_deref() != Some(cursor.key()) {
                super::values::indicator_of(cursor.key())?;
                distinct += 1;
                before.get_or_insert_default().clear();
                before.get_or_insert_default().extend_from_slice(cursor.key());
            }
        }
    }
    let wrong = || format!("{distinct} values are posted of {indicators}");
    Ok((distinct != indicators).then(wrong))
}

fn tiling(heads: &[ChunkHead], bytes: u64, rows: u32) -> Option<String> {
    let (mut offset, mut row) = (0_u64, 0_u32);
    for head in heads {
        if head.offset != offset || head.first_row != row {
            return Some(format!("chunk {} does not follow the one before", head.seq));
        }
        offset += u64::from(head.len);
        row += head.rows;
    }
    (offset != bytes || row != rows).then(|| format!("{offset} bytes and {row} rows stored of {bytes} and {rows}"))
}
