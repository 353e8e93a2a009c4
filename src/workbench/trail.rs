//! What an edit in the audit trail stated, in people's words.
//!
//! The chain holds ids and commitments alone. What was said lies beside it until it is erased, and is told from there: what
//! holds now may be something else.

use super::Result;
use super::ask::Said;
use super::session::Session;
use crate::model::statement::{Columns, Settlement, Skew, Statement, StatementKey};
use crate::model::{About, AuditEntry, CaseKey, Evidence, Extractor as _, Id, Text};
use std::cell::OnceCell;

/// Characters of free text told in one line.
const SHORT: usize = 80;

/// Reads the trail of a store.
pub struct Trail<'s> {
    session: &'s Session,
    known: OnceCell<Known>,
}

impl<'s> Trail<'s> {
    /// Of this store.
    pub const fn of(session: &'s Session) -> Self {
        Self { session, known: OnceCell::new() }
    }

    /// What an entry stated; `None` where it is no edit, or what it said was erased.
    pub fn stated(&self, entry: &AuditEntry) -> Result<Option<Said>> {
        if !matches!(entry.action.as_str(), "edit" | "edit.undo" | "edit.redo") {
            return Ok(None);
        }
        let Some(content) = self.session.store.audit_content(entry.seq)? else { return Ok(None) };
        let known = match self.known.get() {
            Some(known) => known,
            None => {
                let known = Known::of(self.session)?;
                self.known.get_or_init(|| known)
            }
        };
        Ok(words(&content, known))
    }
}

/// The files and cases that statements name by key.
struct Known {
    files: Vec<Evidence>,
    cases: Vec<(CaseKey, Id, String)>,
    kinds: Vec<&'static About>,
}

impl Known {
    fn of(session: &Session) -> Result<Self> {
        let (files, cases) = (session.store.evidence()?, session.store.case_names()?);
        Ok(Self { files, cases, kinds: session.indicators.kinds() })
    }

    fn file(&self, id: &Id) -> String {
        self.files.iter().find(|one| one.id == *id).map_or_else(|| id.to_string(), Evidence::file_name)
    }

    fn case(&self, key: CaseKey) -> &str {
        self.cases.iter().find(|(known, ..)| *known == key).map_or("—", |(.., label)| label)
    }
}

fn words(content: &str, known: &Known) -> Option<Said> {
    let changes: Vec<(StatementKey, Option<Statement>)> = serde_json::from_str(content).ok()?;
    let ((key, put), rest) = changes.split_first()?;
    let said = put.as_ref().map_or_else(|| taken_back(key, known), |statement| put_words(statement, known));
    Some(match rest.len() {
        0 => said,
        more => Said::new(format!("{}　ほか{more}件", said.ja), format!("{}, and {more} more", said.en)),
    })
}

fn put_words(statement: &Statement, known: &Known) -> Said {
    match statement {
        Statement::Case(case) => both(Text::new("事案", "case"), case.number.as_ref().unwrap_or(&case.title)),
        Statement::Role(said) => {
            let role = said.role.text();
            Said::new(format!("{} を「{}」に", said.value, role.ja), format!("{} as {}", said.value, role.en))
        }
        Statement::Tag(tag) => {
            let file = known.files.iter().find(|one| one.key == tag.evidence).map(Evidence::file_name);
            let (name, number, file) = (&tag.name, tag.ranges.len(), file.unwrap_or_default());
            Said::new(format!("付箋「{name}」{number}件　{file}"), format!("tag “{name}” on {number}, {file}"))
        }
        Statement::Note(said) => both(Text::new("メモ", "note"), &said.text),
        Statement::Finding(said) => both(Text::new("判明事項", "finding"), &said.text),
        Statement::Link(said) => {
            both(Text::new("つながり", "link"), &format!("{} – {}: {}", said.from.1, said.to.1, said.reason))
        }
        Statement::Request(said) => {
            both(Text::new("照会・要請", "request"), &format!("{} {} {}", said.kind, said.addressee, said.target))
        }
        Statement::Filing(said) => {
            let (file, case) = (known.file(&said.id), said.case.map(|case| known.case(case)));
            match case {
                Some(case) => Said::new(format!("{file} を事案 {case} へ"), format!("{file} into case {case}")),
                None => Said::new(format!("{file} を事案から外す"), format!("{file} out of its case")),
            }
        }
        Statement::Withdrawal(said) => {
            both(Text::new("取下げ", "withdrawn"), &format!("{}: {}", known.file(&said.id), said.reason))
        }
        Statement::Skew(said) => skew(said, &known.file(&said.id)),
        Statement::Columns(said) => columns(said, &known.file(&said.id)),
        Statement::Search(said) => {
            let (name, query) = (short(&said.name), short(&said.query));
            Said::new(format!("検索「{name}」: {query}"), format!("search “{name}”: {query}"))
        }
        Statement::Settlement(said) => settlement(said, known),
    }
}

fn settlement(said: &Settlement, known: &Known) -> Said {
    let label =
        known.kinds.iter().find(|about| about.kind == said.kind).map_or(Text::new("—", "—"), |about| about.label);
    let (value, reason) = (&said.value, short(&said.reason));
    let (ja, en) =
        if reason.is_empty() { Default::default() } else { (format!("（{reason}）"), format!(" ({reason})")) };
    Said::new(format!("{value} を「{}」と確定{ja}", label.ja), format!("{value} settled as {}{en}", label.en))
}

fn skew(said: &Skew, file: &str) -> Said {
    let (seconds, reason) = (said.seconds, short(&said.reason));
    Said::new(
        format!("時計のずれ {seconds:+}秒（{reason}）　{file}"),
        format!("clock skew {seconds:+} s ({reason}), {file}"),
    )
}

fn columns(said: &Columns, file: &str) -> Said {
    let roles: Vec<String> = said.roles.iter().map(|(role, column)| format!("{role}={column}")).collect();
    let roles = short(&roles.join(", "));
    Said::new(format!("列の役割 {roles}　{file}"), format!("column roles {roles}, {file}"))
}

/// What a sort of statement is called.
pub fn noun(tag: &str) -> Text {
    match tag {
        "case" => Text::new("事案", "case"),
        "role" => Text::new("役割", "role"),
        "tag" => Text::new("付箋", "tag"),
        "note" => Text::new("メモ", "note"),
        "finding" => Text::new("判明事項", "finding"),
        "link" => Text::new("つながり", "link"),
        "request" => Text::new("照会・要請", "request"),
        "filing" => Text::new("編てつ", "filing"),
        "withdrawal" => Text::new("取下げ", "withdrawal"),
        "skew" => Text::new("時計のずれ", "clock skew"),
        "columns" => Text::new("列の役割", "column roles"),
        "search" => Text::new("検索", "search"),
        "settlement" => Text::new("種別の確定", "settlement"),
        _ => Text::new("記載", "statement"),
    }
}

/// What a dropped statement was called; its words stand in the entry that stated it.
fn taken_back(key: &StatementKey, known: &Known) -> Said {
    let noun = noun(&key.noun);
    let what = known.file(&key.id);
    Said::new(format!("{}の取消し　{what}", noun.ja), format!("{} taken back, {what}", noun.en))
}

fn both(noun: Text, text: &str) -> Said {
    let text = short(text);
    Said::new(format!("{}　{text}", noun.ja), format!("{}: {text}", noun.en))
}

/// One line of bounded length.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or("")),
        None => line,
    }
}
