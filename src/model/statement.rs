//! Statements: what somebody says about the evidence. Each has an author, a time and an audit entry.

use super::case::Case;
use super::evidence::Citation;
use super::id::{CaseKey, EvidenceKey, Id};
use super::kind::Kind;
use super::role::Role;
use super::settled::stem;
use super::time::Instant;
use serde::{Deserialize, Serialize};

/// One statement as stored. Everything a person enters is one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "noun", rename_all = "kebab-case")]
pub enum Statement {
    /// A case exists.
    Case(Box<Case>),
    /// A value plays a part in a case.
    Role(RoleStatement),
    /// Records carry a label.
    Tag(Tag),
    /// A remark on a case or on cited bytes.
    Note(Note),
    /// What was found, and what it rests on.
    Finding(Finding),
    /// Two things are linked, as a person says.
    Link(AssertedLink),
    /// Something was asked of somebody, with a deadline.
    Request(Request),
    /// An evidence was put into a case, or moved.
    Filing(Filing),
    /// An evidence was withdrawn, with the reason.
    Withdrawal(Withdrawal),
    /// The clock of an evidence's device was off.
    Skew(Skew),
    /// What the columns of a table stand for.
    Columns(Columns),
    /// A question worth asking again.
    Search(SavedSearch),
    /// What a value is that words leave open, or call otherwise.
    Settlement(Settlement),
}

/// What names a statement, so that it can be replaced or dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatementKey {
    /// `case`, `role`, `tag`, `note`, `finding`, `link`, `request`, `filing`, `withdrawal`,
    /// `skew`, `columns`, `search`, `settlement`.
    pub noun: String,
    /// Public id.
    pub id: Id,
}

impl Statement {
    /// Its name.
    #[must_use]
    pub fn key(&self) -> StatementKey {
        let (noun, id) = match self {
            Self::Case(s) => ("case", &s.id),
            Self::Role(s) => ("role", &s.id),
            Self::Tag(s) => ("tag", &s.id),
            Self::Note(s) => ("note", &s.id),
            Self::Finding(s) => ("finding", &s.id),
            Self::Link(s) => ("link", &s.id),
            Self::Request(s) => ("request", &s.id),
            Self::Filing(s) => ("filing", &s.id),
            Self::Withdrawal(s) => ("withdrawal", &s.id),
            Self::Skew(s) => ("skew", &s.id),
            Self::Columns(s) => ("columns", &s.id),
            Self::Search(s) => ("search", &s.id),
            Self::Settlement(s) => ("settlement", &s.id),
        };
        StatementKey { noun: noun.to_owned(), id: id.clone() }
    }
}

/// A role given to a value in one case; with `cited` it holds only there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleStatement {
    /// Public id (`r…`).
    pub id: Id,
    /// The case.
    pub case: CaseKey,
    /// The value's kind.
    pub kind: Kind,
    /// The canonical value.
    pub value: String,
    /// The part it plays.
    pub role: Role,
    /// The bytes it was seen in, where the statement is limited to them.
    pub cited: Vec<Citation>,
}

impl RoleStatement {
    /// Whether it speaks of this value, however that is read.
    #[must_use]
    pub fn is_of(&self, kind: Kind, value: &str) -> bool {
        self.value == value && stem(self.kind, value) == stem(kind, value)
    }
}

/// A label on records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Public id (`t…`).
    pub id: Id,
    /// The label.
    pub name: String,
    /// The evidence the records stand in.
    pub evidence: EvidenceKey,
    /// The records, as byte ranges (offset, length) in the original.
    pub ranges: Vec<(u64, u32)>,
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Public id (`n…`).
    pub id: Id,
    /// The case, if it belongs to one.
    pub case: Option<CaseKey>,
    /// The text.
    pub text: String,
    /// What it is about.
    pub cited: Vec<Citation>,
}

/// Something found, in the investigator's words, resting on cited bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Public id (`f…`).
    pub id: Id,
    /// The case.
    pub case: CaseKey,
    /// The fact.
    pub text: String,
    /// 所見: the officer's assessment, kept apart from the fact.
    pub assessment: Option<String>,
    /// What it rests on.
    pub cited: Vec<Citation>,
}

/// How sure a person is of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Corroborated.
    Confirmed,
    /// Likely.
    Probable,
    /// Cannot be excluded.
    Possible,
}

/// A link between two indicators (or entities) that a person asserts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssertedLink {
    /// Public id (`l…`).
    pub id: Id,
    /// The case.
    pub case: CaseKey,
    /// One end: kind and canonical value.
    pub from: (Kind, String),
    /// Other end.
    pub to: (Kind, String),
    /// What ties them, in words.
    pub reason: String,
    /// How sure.
    pub grade: Grade,
    /// What it rests on.
    pub cited: Vec<Citation>,
}

/// A request to somebody outside (照会, 保全要請 …) with its dates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Public id (`q…`).
    pub id: Id,
    /// The case.
    pub case: CaseKey,
    /// Type, as `捜査関係事項照会`.
    pub kind: String,
    /// To whom.
    pub addressee: String,
    /// What was asked about.
    pub target: String,
    /// Date on the paper, ISO.
    pub date: String,
    /// Due date as written on the paper, ISO.
    pub due: Option<String>,
    /// `drafted`, `directed`, `sent`, `acknowledged`, `extended`, `satisfied`, `cancelled`, `lapsed`.
    pub state: String,
}

/// An evidence put into a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filing {
    /// The evidence's public id.
    pub id: Id,
    /// The case, or none.
    pub case: Option<CaseKey>,
}

/// An evidence taken back. It stays, shown as withdrawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The evidence's public id.
    pub id: Id,
    /// Why.
    pub reason: String,
}

/// By how much the clock was off that wrote an evidence's times. Taken off wherever times are shown, searched, sorted and
/// exported; never off the bytes or the index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skew {
    /// The evidence's public id.
    pub id: Id,
    /// Seconds it ran ahead (+) or behind (-).
    pub seconds: i64,
    /// How that is known.
    pub reason: String,
}

/// What columns of a table stand for, in place of the guess.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Columns {
    /// The evidence's public id.
    pub id: Id,
    /// Role, as `amount`, and the column's name.
    pub roles: Vec<(String, String)>,
}

/// A question with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Public id (`h…`).
    pub id: Id,
    /// The case it is asked of; all where `None`.
    pub case: Option<CaseKey>,
    /// What people call it.
    pub name: String,
    /// The question, in the grammar of search.
    pub query: String,
}

/// What sixty-four hex digits are, in the whole store: a SHA-256 or a transaction (see [`super::settled`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Public id (`k…`).
    pub id: Id,
    /// The canonical value.
    pub value: String,
    /// `sha256` or `txid`.
    pub kind: Kind,
    /// How that is known; may be empty.
    pub reason: String,
}

/// Who said something, and when: goes with every edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Operator's name as given.
    pub operator: String,
    /// When.
    pub at: Instant,
}
