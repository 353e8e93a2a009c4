//! Another reading of an evidence: the same stored bytes, read another way, take the place of the reading before.
//!
//! It is built under an evidence row of its own that nobody sees, and takes over in one transaction: killed anywhere, the
//! reading before stands. Chunks cut as before keep their content; only what is cut otherwise is written again. What people
//! said cites bytes, so tags find their rows anew; what finds no record any more, or others, is told and stays said.

use super::derived::drop_indices;
use super::error::{Error, Result};
use super::import::{Finish, Held, chunk_key};
use super::values::key_of;
use super::{Store, audit, cases, corpus, forms, random, settled, statements};
use crate::model::evidence::{Citation, EvidenceState};
use crate::model::settled::readings;
use crate::model::statement::{Author, RoleStatement, Statement, StatementKey};
use crate::model::{Evidence, EvidenceKey, Id, RecordHead, Text};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Unmapped places told one by one; the others are counted.
const TOLD: usize = 1_000;

/// What became of what people said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remapped {
    /// Places said of this evidence: byte ranges of tags and citations.
    pub places: u64,
    /// Of these, the ones that no longer stand for the same record.
    pub unmapped: u64,
    /// The first of them, and roles whose value the new reading does not show.
    pub list: Vec<Unmapped>,
}

/// Something said that the new reading has no such record for. It stays said, with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmapped {
    /// The statement.
    pub key: StatementKey,
    /// Its label, text or value, for people.
    pub label: String,
    /// The bytes cited, where it cites any.
    pub bytes: Option<(u64, u64)>,
    /// What is different now.
    pub why: Why,
}

/// Why something said does not map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No record stands there any more.
    NoRecord,
    /// Records begin or end elsewhere now.
    OtherRecord,
    /// No record holds the value any more.
    NoValue,
}

impl Why {
    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::NoRecord => Text::new("そこに記録がない", "no record stands there"),
            Self::OtherRecord => Text::new("記録の区切りが違う", "records begin or end elsewhere"),
            Self::NoValue => Text::new("値を含む記録がない", "no record holds the value"),
        }
    }

    /// Its tag in output.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::NoRecord => "no-record",
            Self::OtherRecord => "other-record",
            Self::NoValue => "no-value",
        }
    }
}

/// Begins another reading: a hidden evidence, and the chunks whose content need not be written again.
pub(super) fn begin(connection: &Connection, of: &Evidence, author: &Author) -> Result<(i64, BTreeMap<u32, Held>)> {
    drop_left(connection)?;
    let id = Id::from_random('x', random()?);
    let sql = "INSERT INTO evidence (id, name, bytes, media_type, acquisition, state, added_at, added_by)
        VALUES (?,X'',?,'','{}','rereading',?,?)";
    connection.execute(sql, params![id.as_str(), of.bytes as i64, author.at.0, author.operator])?;
    let key = connection.last_insert_rowid();
    audit::append(connection, "evidence.read.begin", of.id.as_str(), "", author)?;
    Ok((key, super::import::held(connection, of.key.0)?))
}

/// Removes what readings that never ended have left; how many.
pub(super) fn drop_left(connection: &Connection) -> Result<usize> {
    let mut query = connection.prepare_cached("SELECT key FROM evidence WHERE state='rereading'")?;
    let left = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for key in &left {
        drop_indices(connection, *key)?;
        drop_content(connection, *key, 0)?;
        connection.execute("DELETE FROM chunk WHERE evidence=?", [key])?;
        connection.execute("DELETE FROM evidence WHERE key=?", [key])?;
    }
    Ok(left.len())
}

fn drop_content(connection: &Connection, evidence: i64, from: u32) -> Result<()> {
    let keys = [chunk_key(evidence, from), chunk_key(evidence, u32::MAX)];
    connection.execute("DELETE FROM content WHERE key BETWEEN ? AND ?", keys)?;
    Ok(())
}

impl Store {
    /// Clears what readings that were broken off have left; their evidence stands as it was read before.
    pub fn drop_broken_readings(&self) -> Result<()> {
        if self.write(|connection| drop_left(connection))? > 0 {
            self.give_back_pages()?;
        }
        Ok(())
    }

    /// The evidence another reading is about; only whole evidence is read again.
    pub(super) fn to_read_again(&self, key: EvidenceKey) -> Result<Evidence> {
        let evidence = self.evidence_one(key)?;
        if evidence.state == EvidenceState::Complete {
            return Ok(evidence);
        }
        Err(Error::Refused(Text::new(
            "読み直せるのは取込みが完了し、取り下げられていない証拠だけです",
            "only evidence that is whole and not withdrawn can be read again",
        )))
    }
}

/// Puts the reading built under `from` in the place of that of `evidence`.
pub(super) fn take_over(
    connection: &Connection,
    from: i64,
    evidence: &Evidence,
    finish: &Finish,
    author: &Author,
) -> Result<Remapped> {
    if evidence.sha256 != Some(finish.sha256) || evidence.blake3 != Some(finish.blake3) {
        return Err(Error::damaged(format!("the stored bytes of `{}` hash differently", evidence.id)));
    }
    let key = evidence.key.0;
    let before = forms::form_of(connection, key)?;
    let roles = shown_roles(connection, evidence)?;
    drop_indices(connection, key)?;
    connection.execute("DELETE FROM chunk WHERE evidence=?", [key])?;
    let keys = [chunk_key(from, 0), chunk_key(from, u32::MAX)];
    let first: Option<i64> =
        connection.query_row("SELECT min(key) FROM content WHERE key BETWEEN ? AND ?", keys, |row| row.get(0))?;
    if let Some(first) = first {
        drop_content(connection, key, u32::try_from(first & i64::from(u32::MAX)).unwrap_or(0))?;
    }
    let [low, high] = keys;
    for table in ["content", "row_index"] {
        let sql = format!("UPDATE {table} SET key=key+? WHERE key BETWEEN ? AND ?");
        connection.execute(&sql, [chunk_key(key, 0) - chunk_key(from, 0), low, high])?;
    }
    for table in ["chunk", "segment", "run", "kind_rows", "reading"] {
        connection.execute(&format!("UPDATE {table} SET evidence=? WHERE evidence=?"), [key, from])?;
    }
    connection.execute("DELETE FROM evidence WHERE key=?", [from])?;
    connection.execute("UPDATE evidence SET damaged=? WHERE key=?", params![finish.damaged, key])?;
    forms::restate(connection, evidence.id.as_str())?;
    let remapped = remap(connection, evidence, &roles)?;
    cases::forget_total(connection, evidence.case)?;
    let content = serde_json::json!({
        "from": before, "to": finish.form, "places": remapped.places, "unmapped": remapped.unmapped,
    });
    audit::append(connection, "evidence.read.complete", evidence.id.as_str(), &content.to_string(), author)?;
    Ok(remapped)
}

/// Roles stated in the case whose value stands in this evidence.
fn shown_roles(connection: &Connection, evidence: &Evidence) -> Result<Vec<RoleStatement>> {
    let Some(case) = evidence.case else { return Ok(Vec::new()) };
    let mut query =
        connection.prepare_cached("SELECT body FROM statement WHERE noun='role' AND case_key=? ORDER BY id")?;
    let mut rows = query.query([case.0])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        if let Statement::Role(role) = statements::parse(&row.get::<_, String>(0)?)?
            && holds(connection, evidence, &role)?
        {
            out.push(role);
        }
    }
    Ok(out)
}

fn holds(connection: &Connection, evidence: &Evidence, role: &RoleStatement) -> Result<bool> {
    // Whatever the words around it make of it, it is the value meant.
    for kind in readings(role.kind, &role.value) {
        if settled::holds(connection, evidence.key.0, &key_of(kind, &role.value))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Has everything said find its records anew.
fn remap(connection: &Connection, evidence: &Evidence, roles: &[RoleStatement]) -> Result<Remapped> {
    let hash = evidence.sha256.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default();
    let mut out = Remapped::default();
    let mut places = Places { connection, evidence: evidence.key.0, held: None };
    let sql = "SELECT body FROM statement WHERE noun IN ('tag','note','finding','link','role') ORDER BY noun, id";
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let said = statements::parse(&row.get::<_, String>(0)?)?;
        let cites = |cited: &[Citation]| -> Vec<(u64, u64)> {
            cited.iter().filter(|one| one.sha256 == hash).map(|one| (one.offset, one.len)).collect()
        };
        let (label, ranges) = match &said {
            Statement::Tag(tag) if tag.evidence == evidence.key => {
                statements::index_tag(connection, tag)?;
                (&tag.name, tag.ranges.iter().map(|(at, len)| (*at, u64::from(*len))).collect())
            }
            Statement::Note(said) => (&said.text, cites(&said.cited)),
            Statement::Finding(said) => (&said.text, cites(&said.cited)),
            Statement::Link(said) => (&said.reason, cites(&said.cited)),
            Statement::Role(said) => (&said.value, cites(&said.cited)),
            _ => continue,
        };
        for (offset, len) in ranges {
            out.places += 1;
            let Some(why) = places.fault(offset, len)? else { continue };
            out.unmapped += 1;
            if out.list.len() < TOLD {
                out.list.push(Unmapped { key: said.key(), label: label.clone(), bytes: Some((offset, len)), why });
            }
        }
    }
    for role in roles {
        if !holds(connection, evidence, role)? {
            let key = Statement::Role(role.clone()).key();
            out.list.push(Unmapped {
                key,
                label: format!("{} {}", role.kind, role.value),
                bytes: None,
                why: Why::NoValue,
            });
        }
    }
    Ok(out)
}

/// Looks places up; ranges of one statement mostly stand in the same few chunks.
struct Places<'c> {
    connection: &'c Connection,
    evidence: i64,
    held: Option<(crate::model::ChunkHead, Vec<RecordHead>)>,
}

impl Places<'_> {
    /// Why no record is exactly this range; `None` where one is.
    fn fault(&mut self, offset: u64, len: u64) -> Result<Option<Why>> {
        let end = offset.saturating_add(len.max(1));
        let inside =
            |head: &crate::model::ChunkHead| (head.offset..head.offset + u64::from(head.len)).contains(&offset);
        if !self.held.as_ref().is_some_and(|(head, _)| inside(head)) {
            let head = corpus::head_at(self.connection, self.evidence, offset)?;
            let Some(head) = head.filter(inside) else { return Ok(Some(Why::NoRecord)) };
            self.held = Some((head, corpus::load(self.connection, self.evidence, head, false)?.records));
        }
        let Some((head, records)) = &self.held else { return Ok(Some(Why::NoRecord)) };
        if offset < head.offset + u64::from(head.lead) {
            return Ok(Some(Why::OtherRecord));
        }
        let end_of = |record: &RecordHead| record.offset + u64::from(record.len);
        let at = records.partition_point(|record| end_of(record).max(record.offset + 1) <= offset);
        let Some(record) = records.get(at).filter(|record| record.offset < end) else { return Ok(Some(Why::NoRecord)) };
        // A record that reaches the chunk's end may go on in the next: its length here is a part.
        let whole = end_of(record) == offset.saturating_add(len) || end_of(record) >= head.offset + u64::from(head.len);
        Ok((record.offset != offset || !whole).then_some(Why::OtherRecord))
    }
}
