//! Whether a store is whole: the engine's own check, chunks that tile, indices within bounds, evidence still the same.

use super::corpus::load;
use super::error::Result;
use super::{Store, runs};
use crate::model::evidence::EvidenceState;
use crate::model::{ChunkHead, Corpus as _, Evidence, ReadingKey};

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
            if chunk.records.len() != head.rows as usize {
                return Ok(Some(format!(
                    "chunk {} holds {} records and states {}",
                    head.seq,
                    chunk.records.len(),
                    head.rows
                )));
            }
        }
        let mut fault = None;
        self.read(|connection| {
            runs::each_entry(connection, evidence.key.0, None, &mut |entry| {
                if entry.rows.max().is_some_and(|row| row >= reading.rows) {
                    fault = Some("a posting names a row that is not there".to_owned());
                }
                Ok(())
            })
        })?;
        Ok(fault)
    }
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
