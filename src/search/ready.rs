//! A question made ready for one corpus: expressions compiled, named sets fetched, ids and field names checked, cheap parts
//! first. Whatever turns out not to exist is said with its place in the question.

use super::error::{Error, QueryError};
use super::query::{Node, State, Term, Test};
use super::scan::{FieldTest, Scan, TextTest};
use crate::model::evidence::ReadingForm;
use crate::model::fold::same_name;
use crate::model::{Corpus, EvidenceKey, FieldReader, Lang, NamedSet, ReadingHead, RowSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A question that needs only a reading to become steps.
#[derive(Debug)]
pub(super) enum Ready {
    Everything,
    Rows(RowSet),
    Evidence(EvidenceKey),
    Scan(Arc<Scan>),
    /// A field; `text` stands in where a reading has no such column.
    Column {
        name: String,
        scan: Arc<Scan>,
        text: Option<Arc<Scan>>,
    },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// Something the asker should know beside the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The term it is about, as bytes of the query text.
    pub at: Range<usize>,
    /// What is to be known.
    pub about: About,
}

/// What a [`Note`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// No record that was read has this field; in open schemas (JSON) that is no error.
    FieldNotSeen(String),
    /// No record carries this tag.
    NoSuchTag(String),
    /// No record holds an indicator of this kind, or this value of it.
    NoSuchIndicator(String),
}

impl Note {
    /// What a person reads.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match (&self.about, lang) {
            (About::FieldNotSeen(name), Lang::Ja) => format!("調べた記録に項目 `{name}` はなかった"),
            (About::FieldNotSeen(name), Lang::En) => format!("No record looked at has a field `{name}`"),
            (About::NoSuchTag(name), Lang::Ja) => format!("付箋 `{name}` の付いた記録はない"),
            (About::NoSuchTag(name), Lang::En) => format!("No record carries the tag `{name}`"),
            (About::NoSuchIndicator(what), Lang::Ja) => format!("痕跡 `{what}` を含む記録はない"),
            (About::NoSuchIndicator(what), Lang::En) => format!("No record holds `{what}`"),
        }
    }
}

/// What a question is made ready with.
pub(super) struct Maker<'a> {
    pub(super) corpus: &'a dyn Corpus,
    pub(super) reader: &'a dyn FieldReader,
    /// Every reading there is, for ids.
    pub(super) all: &'a [ReadingHead],
    /// The readings asked about.
    pub(super) asked: &'a [ReadingHead],
    pub(super) notes: Vec<Note>,
    /// Field tests, to tell afterwards whether any record had the field.
    pub(super) fields: Vec<(Range<usize>, Arc<Scan>)>,
}

impl Maker<'_> {
    pub(super) fn make(&mut self, node: &Node) -> Result<Ready, Error> {
        Ok(match node {
            Node::Everything => Ready::Everything,
            Node::And(parts) => Ready::And(self.parts(parts)?),
            Node::Or(parts) => Ready::Or(self.parts(parts)?),
            Node::Not(part) => Ready::Not(Box::new(self.make(part)?)),
            Node::Term(term) => self.term(term)?,
        })
    }

    fn parts(&mut self, parts: &[Node]) -> Result<Vec<Ready>, Error> {
        let mut ready = parts.iter().map(|part| self.make(part)).collect::<Result<Vec<_>, _>>()?;
        ready.sort_by_key(Ready::cost);
        Ok(ready)
    }

    fn term(&mut self, term: &Term) -> Result<Ready, Error> {
        let scan = |scan| Ready::Scan(Arc::new(scan));
        Ok(match &term.test {
            Test::Text { text, exact } => scan(Scan::Text(TextTest::of_text(text, *exact))),
            Test::Regex { pattern, exact } => scan(Scan::Text(TextTest::of_regex(pattern, *exact)?)),
            Test::Address(net) => scan(Scan::Text(TextTest::of_net(*net))),
            Test::Time { from, to } => scan(Scan::Time { from: *from, to: *to }),
            Test::Is(State::Tagged) => Ready::Rows(self.corpus.named(&NamedSet::Tagged)?),
            Test::Is(state) => scan(Scan::State(*state)),
            Test::Kind { kind, value } => {
                let (set, what) = match value {
                    Some(value) => (NamedSet::Value(*kind, value.clone()), format!("{kind}={value}")),
                    None => (NamedSet::Kind(*kind), kind.to_string()),
                };
                self.named(&term.at, &set, About::NoSuchIndicator(what))?
            }
            Test::Tag(name) if name == "*" => Ready::Rows(self.corpus.named(&NamedSet::Tagged)?),
            Test::Tag(name) => self.named(&term.at, &NamedSet::Tag(name.clone()), About::NoSuchTag(name.clone()))?,
            Test::Evidence(suffix) => self.evidence(&term.at, suffix)?,
            Test::Field { name, value, or_text } => {
                if or_text.is_none() {
                    self.check_field(&term.at, name)?;
                }
                let field = Arc::new(Scan::Field(FieldTest::new(name, value)));
                self.fields.push((term.at.clone(), Arc::clone(&field)));
                let text = or_text.as_ref().map(|text| Arc::new(Scan::Text(TextTest::of_text(text, false))));
                Ready::Column { name: name.clone(), scan: field, text }
            }
        })
    }

    fn named(&mut self, at: &Range<usize>, set: &NamedSet, absent: About) -> Result<Ready, Error> {
        let rows = self.corpus.named(set)?;
        if rows.is_empty() {
            self.notes.push(Note { at: at.clone(), about: absent });
        }
        Ok(Ready::Rows(rows))
    }

    fn evidence(&self, at: &Range<usize>, suffix: &str) -> Result<Ready, Error> {
        let mut found = self.all.iter().filter(|reading| reading.id.as_str().ends_with(suffix));
        let Some(first) = found.next() else {
            return Err(QueryError::new(
                at.clone(),
                format!("番号が `{suffix}` で終わる、検索できる証拠がない"),
                format!("No searchable evidence has an id that ends in `{suffix}`"),
            )
            .into());
        };
        if found.any(|reading| reading.evidence != first.evidence) {
            return Err(QueryError::new(
                at.clone(),
                format!("番号が `{suffix}` で終わる証拠が複数ある"),
                format!("Several evidences have an id that ends in `{suffix}`"),
            )
            .hint("番号をもっと長く書く", "Give more of the id")
            .into());
        }
        Ok(Ready::Evidence(first.evidence))
    }

    /// Where every reading asked about has fixed columns, a field none of them has is a slip.
    fn check_field(&self, at: &Range<usize>, name: &str) -> Result<(), QueryError> {
        if self.asked.is_empty() || !self.asked.iter().all(|reading| lacks(name, &reading.form, self.reader)) {
            return Ok(());
        }
        let mut columns: Vec<String> =
            self.asked.iter().flat_map(|reading| self.reader.columns(&reading.form)).collect();
        columns.sort();
        columns.dedup();
        let near = |column: &String| column.contains(name) || name.contains(column.as_str());
        columns.sort_by_key(|column| !near(column));
        let list = columns.iter().take(12).map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
        let error = QueryError::new(at.clone(), format!("知らない項目 `{name}`"), format!("Unknown field `{name}`"));
        let quote =
            ("文字として探すなら全体を \" で囲む", "To search for the characters, put the whole in quotation marks");
        Err(if list.is_empty() {
            error.hint(quote.0, quote.1)
        } else {
            error.hint(format!("項目は {list}。{}", quote.0), format!("Fields are {list}. {}", quote.1))
        })
    }

    /// Notes about fields nobody showed, once everything has been read.
    pub(super) fn into_notes(self) -> Vec<Note> {
        let Self { mut notes, fields, .. } = self;
        for (at, scan) in fields {
            if let Scan::Field(test) = &*scan
                && !test.seen.load(Ordering::Relaxed)
            {
                notes.push(Note { at, about: About::FieldNotSeen(test.name.clone()) });
            }
        }
        notes.sort_by_key(|note| note.at.start);
        // Said once, however often the query names it.
        let mut said: Vec<Note> = Vec::new();
        for note in notes {
            if !said.iter().any(|before| before.about == note.about) {
                said.push(note);
            }
        }
        said
    }
}

impl Ready {
    /// Sets first, then by what one record costs.
    fn cost(&self) -> u8 {
        match self {
            Self::Everything | Self::Rows(_) | Self::Evidence(_) => 0,
            Self::Scan(scan) | Self::Column { scan, .. } => scan.cost(),
            Self::Not(part) => part.cost(),
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::cost).max().unwrap_or(0),
        }
    }
}

/// Whether a reading has fixed columns and this is none of them.
pub(super) fn lacks(name: &str, form: &ReadingForm, reader: &dyn FieldReader) -> bool {
    !reader.is_open(form) && !reader.columns(form).iter().any(|column| same_name(column, name))
}
