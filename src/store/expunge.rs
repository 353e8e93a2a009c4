//! Ordered erasure: content, indices and values go for good; size and hash stay as the tombstone.

use super::cases;
use super::derived::drop_indices;
use super::error::{Error, Result};
use super::merge::merge;
use super::runs::{self, Cursor};
use super::statements;
use super::{Store, audit, lock, settled, values};
use crate::model::settled::readings;
use crate::model::statement::{Author, Statement};
use crate::model::{Evidence, EvidenceKey, EvidenceState, Indicator, Text};
use rusqlite::limits::Limit;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// What an erasure did, and what it could not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expunged {
    /// Values that stood nowhere else and went with it.
    pub values: u64,
    /// Roles, links and settlements about such values that went too.
    pub statements: u64,
    /// Notes and findings that cite the evidence: a person must read what they quote.
    pub citing: u64,
    /// Evidences taken out of this one, each to be erased by its own order.
    pub derived: Vec<EvidenceKey>,
}

impl Store {
    /// Erases an evidence by order of two people. `second` is the other one, `authority` the paper.
    ///
    /// The file is rewritten, so that no freed page keeps a trace. Nothing before can be undone afterwards.
    pub fn expunge(&self, key: EvidenceKey, authority: &str, second: &str, author: &Author) -> Result<Expunged> {
        if second.trim().is_empty() || second.trim() == author.operator.trim() || authority.trim().is_empty() {
            return Err(Error::Refused(Text::new(
                "消去には根拠と異なる2名が必要です",
                "erasing needs an authority and two different people",
            )));
        }
        let evidence = self.evidence_one(key)?;
        if evidence.state == EvidenceState::Partial || evidence.sha256.is_none() {
            return Err(Error::Refused(Text::new(
                "取込みが完了した証拠だけを消去できます",
                "only an evidence whose import was completed can be erased",
            )));
        }
        if evidence.state == EvidenceState::Expunged {
            return Err(Error::NoBytes(evidence.id.to_string()));
        }
        let out = self.write(|connection| {
            let out = erase(connection, &evidence)?;
            let said = format!("{authority}\n{second}\n{} values", out.values);
            audit::append(connection, "evidence.expunge", evidence.id.as_str(), &said, author)?;
            Ok(out)
        })?;
        self.caches.forget();
        self.forget_history();
        self.rewrite()?;
        Ok(out)
    }

    /// Writes the file anew: what was erased stays in no freed page and no side file.
    fn rewrite(&self) -> Result<()> {
        lock(&self.readers).clear();
        let guard = lock(&self.writer);
        let connection = guard.as_ref().ok_or(Error::ReadOnly)?;
        connection.flush_prepared_statement_cache();
        let attached = connection.limit(Limit::SQLITE_LIMIT_ATTACHED)?;
        // VACUUM attaches a copy; in memory it would be as large as the store. The copy holds only what stays.
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        connection.pragma_update(None, "temp_store", "FILE")?;
        let done = connection.execute_batch("VACUUM");
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, attached)?;
        done?;
        let blocked: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if blocked == 0 { Ok(()) } else { Err(Error::Busy) }
    }

    /// Hands pages that became free back to the file system.
    pub(super) fn give_back_pages(&self) -> Result<()> {
        let guard = lock(&self.writer);
        let connection = guard.as_ref().ok_or(Error::ReadOnly)?;
        Ok(connection.execute_batch("PRAGMA incremental_vacuum")?)
    }
}

fn erase(connection: &Connection, evidence: &Evidence) -> Result<Expunged> {
    let key = evidence.key.0;
    let lost = values_only_in(connection, key)?;
    let citing = citing(connection, evidence)?;
    super::rereading::drop_left(connection)?;
    drop_indices(connection, key)?;
    connection.execute("DELETE FROM content WHERE key BETWEEN ?1<<32 AND (?1<<32) + 4294967295", [key])?;
    connection.execute("DELETE FROM chunk WHERE evidence=?", [key])?;
    for lost in &lost {
        connection
            .prepare_cached("DELETE FROM value_token WHERE kind=? AND value=?")?
            .execute([lost.kind.tag(), &lost.value])?;
    }
    connection.execute("DELETE FROM tag_rows WHERE evidence=?", [key])?;
    let statements = drop_statements(connection, evidence.key, &lost)?;
    connection.execute(
        "UPDATE evidence SET state='expunged', held_state=NULL, name=X'', acquisition='{}', derived_by=NULL,
         damaged=NULL, mtime=NULL WHERE key=?",
        [key],
    )?;
    erase_trail(connection, evidence, &lost)?;
    cases::forget_total(connection, evidence.case)?;
    let mut query = connection.prepare("SELECT key FROM evidence WHERE parent=? AND state!='expunged' ORDER BY key")?;
    let derived = query.query_map([key], |row| Ok(EvidenceKey(row.get(0)?)))?.collect::<rusqlite::Result<_>>()?;
    Ok(Expunged { values: lost.len() as u64, statements, citing, derived })
}

/// Values that stand in this evidence and in no other, nor in a list.
fn values_only_in(connection: &Connection, key: i64) -> Result<BTreeSet<Indicator>> {
    let mut query = connection.prepare("SELECT evidence FROM run GROUP BY evidence ORDER BY evidence!=?, evidence")?;
    let evidence = query.query_map([key], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let (mut cursors, mut mine) = (Vec::new(), 0);
    for other in evidence {
        let places = runs::runs_of(connection, other)?;
        mine += if other == key { places.len() } else { 0 };
        cursors.extend(places.into_iter().map(Cursor::stored));
    }
    // The merge hands out the cursors of one value in their order: ours come first.
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut elsewhere = false;
    merge(connection, cursors, |at, cursor, new| {
        if at < mine {
            if new {
                out.push(cursor.key().to_vec());
                elsewhere = false;
            }
        } else if new {
            elsewhere = true;
        } else if !elsewhere {
            elsewhere = true;
            out.pop();
        }
        Ok(())
    })?;
    let mut listed = connection.prepare("SELECT EXISTS (SELECT 1 FROM listed WHERE kind=? AND value=?)")?;
    let mut kept = BTreeSet::new();
    for read in out {
        let indicator = values::indicator_of(&read)?;
        let mut elsewhere = false;
        for kind in readings(indicator.kind, &indicator.value) {
            elsewhere |= listed.query_row([kind.tag(), &indicator.value], |row| row.get::<_, bool>(0))?;
            // Read another way it is the same value; as it is read here it was looked for above.
            if kind != indicator.kind && !elsewhere {
                elsewhere = stands_beside(connection, key, &values::key_of(kind, &indicator.value))?;
            }
        }
        if !elsewhere {
            kept.insert(indicator);
        }
    }
    Ok(kept)
}

/// Whether a value is posted in any other evidence.
fn stands_beside(connection: &Connection, evidence: i64, posted: &[u8]) -> Result<bool> {
    let mut query =
        connection.prepare_cached("SELECT DISTINCT evidence FROM run WHERE evidence!=? ORDER BY evidence")?;
    let others = query.query_map([evidence], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for other in others {
        if settled::holds(connection, other, posted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn citing(connection: &Connection, evidence: &Evidence) -> Result<u64> {
    let Some(hash) = evidence.sha256 else { return Ok(0) };
    let hash = data_encoding::HEXLOWER.encode(&hash);
    let sql = "SELECT count(*) FROM statement WHERE noun IN ('note','finding') AND instr(body, ?) > 0";
    Ok(connection.query_row(sql, [hash], |row| row.get::<_, i64>(0))? as u64)
}

/// Drops tags on the evidence, and roles, links and settlements about values that are gone.
fn drop_statements(connection: &Connection, key: EvidenceKey, lost: &BTreeSet<Indicator>) -> Result<u64> {
    let mut query =
        connection.prepare("SELECT body FROM statement WHERE noun IN ('role','tag','link','settlement')")?;
    let mut rows = query.query([])?;
    let mut drop = Vec::new();
    let lost: BTreeSet<Indicator> = lost.iter().map(|one| Indicator::stem(one.kind, &one.value)).collect();
    let is_lost = |kind, value: &str| lost.contains(&Indicator::stem(kind, value));
    while let Some(row) = rows.next()? {
        let statement = statements::parse(&row.get::<_, String>(0)?)?;
        let goes = match &statement {
            Statement::Tag(tag) => tag.evidence == key,
            Statement::Role(role) => is_lost(role.kind, &role.value),
            Statement::Link(link) => is_lost(link.from.0, &link.from.1) || is_lost(link.to.0, &link.to.1),
            Statement::Settlement(said) => is_lost(said.kind, &said.value),
            _ => false,
        };
        if goes {
            drop.push(statement.key());
        }
    }
    drop.iter().try_for_each(|key| statements::remove(connection, key))?;
    Ok(drop.len() as u64)
}

/// The trail keeps its commitments; what they stand for goes where it speaks of the evidence or of a lost value, and the
/// salt with it, or the commitment of a short value could be tried out.
fn erase_trail(connection: &Connection, evidence: &Evidence, lost: &BTreeSet<Indicator>) -> Result<()> {
    let lost: BTreeSet<&str> = lost.iter().map(|indicator| indicator.value.as_str()).collect();
    let mut query = connection.prepare(
        "SELECT seq, content, json_extract(entry, '$.object') FROM audit JOIN audit_content USING (seq)
         WHERE content IS NOT NULL",
    )?;
    let mut rows = query.query([])?;
    let mut erase = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, content, object): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let json = serde_json::from_str(&content).unwrap_or(serde_json::Value::Null);
        if object == evidence.id.as_str() || names_one(&json, &lost) {
            erase.push(seq);
        }
    }
    for seq in erase {
        connection
            .prepare_cached("UPDATE audit_content SET content=NULL, content_salt=NULL WHERE seq=?")?
            .execute(params![seq])?;
    }
    Ok(())
}

fn names_one(json: &serde_json::Value, lost: &BTreeSet<&str>) -> bool {
    match json {
        serde_json::Value::String(text) => lost.contains(text.as_str()),
        serde_json::Value::Array(items) => items.iter().any(|item| names_one(item, lost)),
        serde_json::Value::Object(map) => map.values().any(|item| names_one(item, lost)),
        _ => false,
    }
}
