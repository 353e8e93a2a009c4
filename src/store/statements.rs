//! Statements: what people say, each with its author, and the tables kept in step with what they say.

use super::error::{Error, Result};
use super::{Store, cases, derived, forms, settled};
use crate::model::settled::readings;
use crate::model::statement::{Author, Filing, RoleStatement, Statement, StatementKey, Tag};
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Role, Text};
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;

impl Store {
    /// Every statement of a noun, oldest first, with who made it.
    pub fn statements(&self, noun: &str, case: Option<CaseKey>) -> Result<Vec<(Statement, Author)>> {
        self.read(|connection| all(connection, noun, case))
    }

    /// What was said of a value in a whole case. Looked up by the value, however many roles the case has.
    pub fn roles_of(&self, case: CaseKey, kind: Kind, value: &str) -> Result<Vec<Role>> {
        self.read(|connection| {
            let sql = "SELECT role FROM role WHERE case_key=? AND kind IN (?,?,?) AND value=? ORDER BY id";
            let mut query = connection.prepare_cached(sql)?;
            let [a, b, c] = tags(kind, value);
            let rows = query.query_map(params![case.0, a, b, c, value], |row| row.get::<_, String>(0))?;
            rows.filter_map(|tag| tag.map(|tag| Role::from_tag(&tag)).transpose()).map(|role| Ok(role?)).collect()
        })
    }

    /// Roles stated in a case.
    pub fn roles(&self, case: CaseKey) -> Result<Vec<RoleStatement>> {
        let all = self.statements("role", Some(case))?;
        Ok(all
            .into_iter()
            .filter_map(|(said, _)| if let Statement::Role(role) = said { Some(role) } else { None })
            .collect())
    }
}

/// Every statement of a noun, oldest first.
pub(super) fn all(connection: &Connection, noun: &str, case: Option<CaseKey>) -> Result<Vec<(Statement, Author)>> {
    let sql = "SELECT body, operator, at FROM statement WHERE noun=?1 AND (?2 IS NULL OR case_key=?2) ORDER BY at, id";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![noun, case.map(|case| case.0)])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let author = Author { operator: row.get(1)?, at: Instant(row.get(2)?) };
        out.push((parse(&row.get::<_, String>(0)?)?, author));
    }
    Ok(out)
}

/// Tags of the kinds under which something may be said of a value, repeated to three.
pub(super) fn tags(kind: Kind, value: &str) -> [String; 3] {
    let mut all = readings(kind, value).map(|kind| kind.tag().to_owned()).cycle();
    std::array::from_fn(|_| all.next().unwrap_or_default())
}

pub(super) fn parse(body: &str) -> Result<Statement> {
    serde_json::from_str(body).map_err(|err| Error::damaged(format!("statement: {err}")))
}

/// What stands under a key, and who said it.
pub(super) fn find(connection: &Connection, key: &StatementKey) -> Result<Option<(Statement, Author)>> {
    let found: Option<(String, String, i64)> = connection
        .prepare_cached("SELECT body, operator, at FROM statement WHERE noun=? AND id=?")?
        .query_row(params![key.noun, key.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found.map(|(body, operator, at)| Ok((parse(&body)?, Author { operator, at: Instant(at) }))).transpose()
}

const fn case_of(statement: &Statement) -> Option<CaseKey> {
    match statement {
        Statement::Role(said) => Some(said.case),
        Statement::Finding(said) => Some(said.case),
        Statement::Link(said) => Some(said.case),
        Statement::Request(said) => Some(said.case),
        Statement::Note(said) => said.case,
        Statement::Filing(said) => said.case,
        Statement::Search(said) => said.case,
        Statement::Case(_) | Statement::Tag(_) | Statement::Withdrawal(_) => None,
        Statement::Skew(_) | Statement::Columns(_) | Statement::Settlement(_) => None,
    }
}

/// States something, in place of what the same id said.
pub(super) fn put(connection: &Connection, statement: &Statement, author: &Author) -> Result<()> {
    let (key, case) = (statement.key(), case_of(statement));
    if let Some(case) = case {
        demand_case(connection, case)?;
    }
    settled::leave(connection, &key)?;
    let body = serde_json::to_string(statement).map_err(|err| Error::damaged(err.to_string()))?;
    connection.prepare_cached("INSERT OR REPLACE INTO statement VALUES (?,?,?,?,?,?)")?.execute(params![
        key.noun,
        key.id.as_str(),
        case.map(|case| case.0),
        body,
        author.operator,
        author.at.0
    ])?;
    index(connection, statement)
}

/// Refuses a case that is not there.
pub(super) fn demand_case(connection: &Connection, case: CaseKey) -> Result<()> {
    let live: Option<i64> = connection
        .prepare_cached("SELECT live FROM cases WHERE key=?")?
        .query_row([case.0], |row| row.get(0))
        .optional()?;
    if live == Some(1) { Ok(()) } else { Err(Error::Unknown { noun: "case", text: case.0.to_string() }) }
}

/// Keeps the tables that are joined on in step with a statement.
fn index(connection: &Connection, statement: &Statement) -> Result<()> {
    match statement {
        Statement::Case(case) => {
            let sql = "INSERT INTO cases (id, number, live) VALUES (?,?,1)
                ON CONFLICT(id) DO UPDATE SET number=excluded.number, live=1";
            connection.prepare_cached(sql)?.execute(params![case.id.as_str(), case.number])?;
        }
        // A role that holds in some records only is looked up from what was said (see `limited`).
        Statement::Role(role) if !role.cited.is_empty() => {
            connection.prepare_cached("DELETE FROM role WHERE id=?")?.execute([role.id.as_str()])?;
        }
        Statement::Role(role) => {
            connection.prepare_cached("INSERT OR REPLACE INTO role VALUES (?,?,?,?,?)")?.execute(params![
                role.id.as_str(),
                role.case.0,
                role.kind.tag(),
                role.value,
                role.role.tag()
            ])?;
        }
        Statement::Tag(tag) => index_tag(connection, tag)?,
        Statement::Filing(filing) => file_in(connection, filing)?,
        Statement::Withdrawal(withdrawal) => {
            let sql = "UPDATE evidence SET held_state=state, state='withdrawn'
                WHERE id=? AND state NOT IN ('withdrawn','expunged')";
            change_evidence(connection, sql, withdrawal.id.as_str())?;
        }
        Statement::Settlement(said) => settled::enter(connection, said)?,
        Statement::Skew(skew) => forms::put_skew(connection, skew.id.as_str(), skew.seconds)?,
        Statement::Columns(columns) => forms::put_columns(connection, columns.id.as_str(), &columns.roles)?,
        Statement::Note(_)
        | Statement::Finding(_)
        | Statement::Link(_)
        | Statement::Request(_)
        | Statement::Search(_) => {}
    }
    Ok(())
}

/// Takes a statement back.
pub(super) fn remove(connection: &Connection, key: &StatementKey) -> Result<()> {
    let id = key.id.as_str();
    settled::leave(connection, key)?;
    connection.prepare_cached("DELETE FROM statement WHERE noun=? AND id=?")?.execute([&key.noun, id])?;
    match key.noun.as_str() {
        "case" => drop_case(connection, id),
        "role" => Ok(connection.prepare_cached("DELETE FROM role WHERE id=?")?.execute([id]).map(drop)?),
        "tag" => Ok(connection.prepare_cached("DELETE FROM tag_rows WHERE id=?")?.execute([id]).map(drop)?),
        "skew" => forms::put_skew(connection, id, 0),
        "columns" => forms::put_columns(connection, id, &[]),
        "filing" => file_in(connection, &Filing { id: key.id.clone(), case: None }),
        "withdrawal" => {
            let sql = "UPDATE evidence SET state=coalesce(held_state,'complete'), held_state=NULL
                WHERE id=? AND state='withdrawn'";
            change_evidence(connection, sql, id)
        }
        _ => Ok(()),
    }
}

/// A dropped case keeps its key, for the day it is put back; nothing else may refer to it.
fn drop_case(connection: &Connection, id: &str) -> Result<()> {
    let sql = "SELECT count(*) FROM cases WHERE id=?1 AND (
        EXISTS (SELECT 1 FROM evidence WHERE case_key=cases.key) OR EXISTS (SELECT 1 FROM listed_case WHERE case_key=cases.key)
        OR EXISTS (SELECT 1 FROM statement WHERE case_key=cases.key)
        OR EXISTS (SELECT 1 FROM export WHERE case_key=cases.key))";
    if connection.query_row(sql, [id], |row| row.get::<_, i64>(0))? > 0 {
        return Err(Error::InUse(id.to_owned()));
    }
    connection.execute("UPDATE cases SET live=0 WHERE id=?", [id])?;
    Ok(())
}

/// Moves an evidence, and has both cases counted again.
fn file_in(connection: &Connection, filing: &Filing) -> Result<()> {
    let before: Option<Option<i64>> = connection
        .prepare_cached("SELECT case_key FROM evidence WHERE id=?")?
        .query_row([filing.id.as_str()], |row| row.get(0))
        .optional()?;
    let Some(before) = before else {
        return Err(Error::Unknown { noun: "evidence", text: filing.id.to_string() });
    };
    connection
        .prepare_cached("UPDATE evidence SET case_key=? WHERE id=?")?
        .execute(params![filing.case.map(|case| case.0), filing.id.as_str()])?;
    cases::forget_total(connection, before.map(CaseKey))?;
    cases::forget_total(connection, filing.case)
}

fn change_evidence(connection: &Connection, sql: &str, id: &str) -> Result<()> {
    if connection.prepare_cached(sql)?.execute([id])? == 0 {
        return Err(Error::Refused(Text::new(
            "その証拠は取下げ・復帰の対象ではありません",
            "this evidence cannot be withdrawn or put back",
        )));
    }
    let case: Option<i64> = connection.query_row("SELECT case_key FROM evidence WHERE id=?", [id], |row| row.get(0))?;
    cases::forget_total(connection, case.map(CaseKey))
}

/// Finds the rows that a tag's byte ranges touch in the present reading and keeps them beside it.
pub(super) fn index_tag(connection: &Connection, tag: &Tag) -> Result<()> {
    let rows = rows_of_ranges(connection, tag.evidence, &tag.ranges)?;
    let sql = "INSERT OR REPLACE INTO tag_rows VALUES (?,?,?,?)";
    let bytes = derived::row_set_bytes(&rows)?;
    connection.prepare_cached(sql)?.execute(params![tag.id.as_str(), tag.name, tag.evidence.0, bytes])?;
    Ok(())
}

/// Rows that share a byte with one of the ranges; an empty range means the row it stands in.
pub(super) fn rows_of_ranges(
    connection: &Connection,
    evidence: EvidenceKey,
    ranges: &[(u64, u32)],
) -> Result<RoaringBitmap> {
    let end_of = |at: u64, len: u32| at.saturating_add(u64::from(len.max(1)));
    let mut left: BTreeSet<(u64, u64)> = ranges.iter().map(|(at, len)| (*at, end_of(*at, *len))).collect();
    let mut out = RoaringBitmap::new();
    while let Some((start, _)) = left.first().copied() {
        let Some(head) = super::corpus::head_at(connection, evidence.0, start)? else { break };
        let end = head.offset + u64::from(head.len);
        if start >= end {
            break;
        }
        let records = super::corpus::load(connection, evidence.0, head, false)?.records;
        // All ranges that begin in this chunk, against its records and, where a record continues here, the one before.
        while let Some((from, to)) = left.first().copied().filter(|(from, _)| *from < end) {
            left.remove(&(from, to));
            if to > end {
                left.insert((end, to));
            }
            if from < head.offset + u64::from(head.lead) && head.first_row > 0 {
                out.insert(head.first_row - 1);
            }
            let first = records.partition_point(|record| end_of(record.offset, record.len) <= from);
            for (row, record) in (head.first_row..).zip(&records).skip(first) {
                if record.offset >= to {
                    break;
                }
                out.insert(row);
            }
        }
    }
    Ok(out)
}
