//! Statements and cases: edits in, inverse edits out, one transaction and one audit entry each.

use super::error::{Error, Result};
use super::{Store, audit, lock};
use crate::model::statement::{Author, RoleStatement, Statement, StatementKey, Tag};
use crate::model::{Case, CaseKey, Edit, EvidenceKey, Instant, Text};
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension as _, params};

/// A case with its totals.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// The case; its key is set.
    pub case: Case,
    /// Evidences filed in it.
    pub evidence_count: u64,
    /// Their records.
    pub record_count: u64,
    /// Distinct indicators per evidence, added up, and listed values.
    pub indicator_count: u64,
}

impl Store {
    /// Applies an edit and returns its inverse; the edit can be undone until sign-out or the next export.
    pub fn apply(&self, edit: &Edit, author: &Author) -> Result<Edit> {
        let inverse = self.apply_quietly(edit, author, "edit")?;
        let mut history = lock(&self.history);
        history.undo.push(inverse.clone());
        history.redo.clear();
        Ok(inverse)
    }

    /// Undoes the last edit; says what it was.
    pub fn undo(&self, author: &Author) -> Result<Option<Text>> {
        self.step(author, "edit.undo", |history| history.undo.pop(), |history, edit| history.redo.push(edit))
    }

    /// Does the last undone edit again.
    pub fn redo(&self, author: &Author) -> Result<Option<Text>> {
        self.step(author, "edit.redo", |history| history.redo.pop(), |history, edit| history.undo.push(edit))
    }

    fn step(
        &self,
        author: &Author,
        action: &str,
        take: impl FnOnce(&mut super::History) -> Option<Edit>,
        give: impl FnOnce(&mut super::History, Edit),
    ) -> Result<Option<Text>> {
        let Some(edit) = take(&mut lock(&self.history)) else { return Ok(None) };
        let inverse = self.apply_quietly(&edit, author, action)?;
        give(&mut lock(&self.history), inverse);
        Ok(Some(edit.label()))
    }

    /// Forgets what could be undone: after an export nothing before it may change by a keystroke.
    pub fn forget_history(&self) {
        *lock(&self.history) = super::History::default();
    }

    fn apply_quietly(&self, edit: &Edit, author: &Author, action: &str) -> Result<Edit> {
        self.write(|connection| {
            let inverse = Self::change(connection, edit, author)?;
            let content = serde_json::to_string(edit).map_err(|err| Error::Damaged(err.to_string()))?;
            audit::append(connection, action, &object(edit), &content, author)?;
            Ok(inverse)
        })
    }

    fn change(connection: &Connection, edit: &Edit, author: &Author) -> Result<Edit> {
        match edit {
            Edit::Put(statement) => {
                let key = statement.key();
                let before = find(connection, &key)?;
                put(connection, statement, author)?;
                Self::index(connection, statement)?;
                Ok(before.map_or(Edit::Drop(key), Edit::Put))
            }
            Edit::Drop(key) => {
                let before = find(connection, key)?
                    .ok_or_else(|| Error::Unknown { noun: "statement", text: key.id.to_string() })?;
                connection
                    .prepare_cached("DELETE FROM statement WHERE noun=? AND id=?")?
                    .execute(params![key.noun, key.id.as_str()])?;
                unindex(connection, key)?;
                Ok(Edit::Put(before))
            }
            Edit::All(edits) => {
                let mut inverse =
                    edits.iter().map(|edit| Self::change(connection, edit, author)).collect::<Result<Vec<_>>>()?;
                inverse.reverse();
                Ok(Edit::All(inverse))
            }
        }
    }

    /// Keeps the tables that are joined on in step with the statement.
    fn index(connection: &Connection, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Case(case) => {
                let sql = "INSERT INTO cases (id, number, live) VALUES (?,?,1) ON CONFLICT(id) DO UPDATE SET number=excluded.number, live=1";
                connection.execute(sql, params![case.id.as_str(), case.number])?;
            }
            Statement::Role(role) => {
                let sql = "INSERT OR REPLACE INTO role VALUES (?,?,?,?,?)";
                connection.prepare_cached(sql)?.execute(params![
                    role.id.as_str(),
                    role.case.0,
                    role.kind.tag(),
                    role.value,
                    role.role.tag()
                ])?;
            }
            Statement::Tag(tag) => index_tag(connection, tag)?,
            Statement::Filing(filing) => {
                let sql = "UPDATE evidence SET case_key=? WHERE id=?";
                connection.execute(sql, params![filing.case.map(|case| case.0), filing.id.as_str()])?;
            }
            Statement::Withdrawal(withdrawal) => {
                connection.execute(
                    "UPDATE evidence SET state='withdrawn' WHERE id=? AND state!='expunged'",
                    [withdrawal.id.as_str()],
                )?;
            }
            Statement::Note(_) | Statement::Finding(_) | Statement::Link(_) | Statement::Request(_) => {}
        }
        Ok(())
    }

    /// Every case, oldest first, with its totals.
    pub fn cases(&self) -> Result<Vec<CaseRow>> {
        self.read(|connection| {
            let sql = "SELECT cases.key, body,
                (SELECT count(*) FROM evidence WHERE case_key=cases.key AND state IN ('complete','referenced')),
                (SELECT coalesce(sum(rows),0) FROM reading JOIN evidence ON evidence.key=reading.evidence WHERE case_key=cases.key AND state='complete'),
                (SELECT coalesce(sum(indicators),0) FROM reading JOIN evidence ON evidence.key=reading.evidence WHERE case_key=cases.key AND state='complete')
                  + (SELECT count(*) FROM listed WHERE listed.case_key=cases.key)
                FROM cases JOIN statement ON noun='case' AND statement.id=cases.id WHERE live=1 ORDER BY cases.key";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, [row.get::<_, i64>(2)?, row.get(3)?, row.get(4)?]))
            })?;
            rows.map(|row| {
                let (key, body, [evidence, records, indicators]) = row?;
                let Statement::Case(mut case) = parse(&body)? else { return Err(Error::Damaged("case".into())) };
                case.key = Some(CaseKey(key));
                Ok(CaseRow {
                    case: *case,
                    evidence_count: evidence as u64,
                    record_count: records as u64,
                    indicator_count: indicators as u64,
                })
            })
            .collect()
        })
    }

    /// The case with this number, id or unique id suffix.
    pub fn find_case(&self, text: &str) -> Result<CaseKey> {
        self.read(|connection| {
            let exact = connection
                .query_row("SELECT key FROM cases WHERE live=1 AND (number=?1 OR id=?1)", [text], |row| row.get(0))
                .optional()?;
            match exact {
                Some(key) => Ok(CaseKey(key)),
                None => Ok(CaseKey(by_suffix(connection, "cases WHERE live=1 AND", "case", text)?)),
            }
        })
    }

    /// The evidence with this id or unique id suffix.
    pub fn find_evidence(&self, text: &str) -> Result<EvidenceKey> {
        self.read(|connection| Ok(EvidenceKey(by_suffix(connection, "evidence WHERE", "evidence", text)?)))
    }

    /// Every statement of a noun, oldest first, with who made it.
    pub fn statements(&self, noun: &str, case: Option<CaseKey>) -> Result<Vec<(Statement, Author)>> {
        self.read(|connection| {
            let sql = "SELECT body, operator, at FROM statement WHERE noun=?1 AND (?2 IS NULL OR case_key=?2) ORDER BY at, id";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map(params![noun, case.map(|case| case.0)], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, i64>(2)?))
            })?;
            rows.map(|row| {
                let (body, operator, at) = row?;
                Ok((parse(&body)?, Author { operator, at: Instant(at) }))
            })
            .collect()
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

fn parse(body: &str) -> Result<Statement> {
    serde_json::from_str(body).map_err(|err| Error::Damaged(format!("statement: {err}")))
}

fn object(edit: &Edit) -> String {
    match edit {
        Edit::Put(statement) => statement.key().id.to_string(),
        Edit::Drop(key) => key.id.to_string(),
        Edit::All(edits) => edits.first().map(object).unwrap_or_default(),
    }
}

fn find(connection: &Connection, key: &StatementKey) -> Result<Option<Statement>> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM statement WHERE noun=? AND id=?")?
        .query_row(params![key.noun, key.id.as_str()], |row| row.get(0))
        .optional()?;
    body.as_deref().map(parse).transpose()
}

fn put(connection: &Connection, statement: &Statement, author: &Author) -> Result<()> {
    let case = match statement {
        Statement::Role(said) => Some(said.case),
        Statement::Finding(said) => Some(said.case),
        Statement::Link(said) => Some(said.case),
        Statement::Request(said) => Some(said.case),
        Statement::Note(said) => said.case,
        Statement::Filing(said) => said.case,
        Statement::Case(_) | Statement::Tag(_) | Statement::Withdrawal(_) => None,
    };
    let key = statement.key();
    let body = serde_json::to_string(statement).map_err(|err| Error::Damaged(err.to_string()))?;
    connection.prepare_cached("INSERT OR REPLACE INTO statement VALUES (?,?,?,?,?,?)")?.execute(params![
        key.noun,
        key.id.as_str(),
        case.map(|case| case.0),
        body,
        author.operator,
        author.at.0
    ])?;
    Ok(())
}

fn unindex(connection: &Connection, key: &StatementKey) -> Result<()> {
    let sql = match key.noun.as_str() {
        "case" => "UPDATE cases SET live=0 WHERE id=?",
        "role" => "DELETE FROM role WHERE id=?",
        "tag" => "DELETE FROM tag_rows WHERE id=?",
        "filing" => "UPDATE evidence SET case_key=NULL WHERE id=?",
        "withdrawal" => "UPDATE evidence SET state='complete' WHERE id=? AND state='withdrawn'",
        _ => return Ok(()),
    };
    connection.execute(sql, [key.id.as_str()])?;
    Ok(())
}

/// Finds the rows of a tag's byte ranges in the present reading and keeps them beside it.
fn index_tag(connection: &Connection, tag: &Tag) -> Result<()> {
    let mut rows = RoaringBitmap::new();
    for (offset, _) in &tag.ranges {
        if let Some(row) = super::corpus::row_at(connection, tag.evidence, *offset)? {
            rows.insert(row);
        }
    }
    let mut bytes = Vec::new();
    rows.serialize_into(&mut bytes).map_err(|err| Error::Damaged(err.to_string()))?;
    let sql = "INSERT OR REPLACE INTO tag_rows VALUES (?,?,?,?)";
    connection.execute(sql, params![tag.id.as_str(), tag.name, tag.evidence.0, bytes])?;
    Ok(())
}

fn by_suffix(connection: &Connection, from: &str, noun: &'static str, text: &str) -> Result<i64> {
    let unknown = || Error::Unknown { noun, text: text.to_owned() };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(unknown());
    }
    let mut query = connection.prepare(&format!("SELECT key FROM {from} substr(id, -length(?1)) = ?1 LIMIT 2"))?;
    let keys = query.query_map([text], |row| row.get(0))?.collect::<std::result::Result<Vec<i64>, _>>()?;
    match keys.as_slice() {
        [] => Err(unknown()),
        [key] => Ok(*key),
        _ => Err(Error::Ambiguous { noun, text: text.to_owned() }),
    }
}
