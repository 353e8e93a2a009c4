//! Views of records: what is searched, how it is ordered, and the pages, bars, facets and details that come back.

use super::{Said, SettledBy};
use crate::model::kind::Look;
use crate::model::record::When;
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Reject, Role, Text};

/// Which records, in which order. Equal views show equal rows until the evidence changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecordView {
    /// Only this case; all where `None`.
    pub case: Option<CaseKey>,
    /// Only this evidence; all where `None`.
    pub evidence: Option<EvidenceKey>,
    /// The query as typed, in the grammar of DESIGN §6; empty for all.
    pub query: String,
    /// Further conditions, each a whole query of its own; all must hold (filter row, brush, facets).
    pub also: Vec<String>,
    /// Only the rows of this message template.
    pub template: Option<Box<TemplateOf>>,
    /// Order.
    pub order: Order,
}

/// A message template of some rows: exactly the records counted under it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TemplateOf {
    /// The rows the templates were made of.
    pub view: RecordView,
    /// The field whose text is grouped; the message where `None`.
    pub field: Option<String>,
    /// The template.
    pub text: String,
}

/// Order of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// As the records stand in the evidence.
    #[default]
    Row,
    /// By instant; undated records last.
    Time {
        /// Latest first.
        down: bool,
    },
    /// By the text (or, if all are numbers, the value) of a field.
    Field {
        /// Field name.
        name: String,
        /// Largest first.
        down: bool,
    },
}

/// A column a view can show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Field name as queries write it.
    pub name: String,
    /// What a person reads.
    pub label: Said,
    /// Set right, compared as a number.
    pub numeric: bool,
    /// Usual width in characters of the table face.
    pub chars: u16,
}

/// Where a query is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryFault {
    /// 0 for the typed query, else 1 + position in `also`.
    pub part: usize,
    /// First byte of the wrong place in that part.
    pub at: usize,
    /// Bytes.
    pub len: usize,
    /// What is wrong.
    pub what: Said,
    /// What to write instead.
    pub hint: Option<Said>,
}

/// How far a search is and what it found so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// Records in scope.
    pub total: u64,
    /// Records found so far, in the view's order.
    pub shown: u64,
    /// Of the found ones, without an instant.
    pub undated: u64,
    /// Of the found ones, not readable in their format.
    pub rejects: u64,
    /// Share of the text scanned, 0 to 1.
    pub share: f32,
    /// Nothing more will come.
    pub done: bool,
    /// Seconds it took so far.
    pub seconds: f64,
    /// The fields of these records as columns; empty where only the text can be shown.
    pub columns: Vec<Column>,
    /// Remarks, as that an open schema has no such field.
    pub notes: Vec<Said>,
    /// The query could not be read; nothing was searched.
    pub fault: Option<QueryFault>,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordRow {
    /// The evidence.
    pub evidence: EvidenceKey,
    /// Row in the evidence, from 0.
    pub row: u32,
    /// First byte in the original.
    pub offset: u64,
    /// Bytes.
    pub len: u32,
    /// Its time, clock skew applied.
    pub when: When,
    /// Cells in the order of [`Search::columns`]; empty text where the record has no such field.
    pub cells: Vec<String>,
    /// The record's text, at most its first 1,000 characters.
    pub text: String,
    /// Why its format could not read it.
    pub reject: Option<Reject>,
    /// Labels on it.
    pub tags: Vec<String>,
}

/// Rows of a view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowPage {
    /// Position of the first in the view.
    pub first: u64,
    /// The rows.
    pub rows: Vec<RecordRow>,
}

/// The beginning of a file that is being taken in: what will be stored, before it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ahead {
    /// The file's name.
    pub name: String,
    /// What it is read as: format, encoding; nothing where it is kept whole.
    pub form: Option<(Text, String)>,
    /// The fields of its records as columns.
    pub columns: Vec<Column>,
    /// The first records; their evidence is 0, for there is none yet.
    pub rows: Vec<RecordRow>,
    /// Every record of the file is here.
    pub whole: bool,
    /// No more will come.
    pub done: bool,
}

/// Counts over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Start of the first bar.
    pub from: Option<Instant>,
    /// Width of a bar in nanoseconds.
    pub step: i64,
    /// Records found in each bar.
    pub counts: Vec<u64>,
    /// Found records without an instant: in no bar.
    pub undated: u64,
}

/// The commonest values of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// Value and records, commonest first.
    pub values: Vec<(String, u64)>,
    /// Records with other values.
    pub others: u64,
    /// Records without the field.
    pub absent: u64,
    /// Different values; at least so many where `exact` does not hold.
    pub distinct: u64,
    /// All values fitted in memory; otherwise counts are lower bounds.
    pub exact: bool,
}

/// Message templates of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates {
    /// Rarest first.
    pub list: Vec<Template>,
    /// How many templates there are in all.
    pub distinct: u64,
    /// Records looked at.
    pub total: u64,
    /// Records in no template: without the field, or of more wordings than fit in memory.
    pub others: u64,
}

/// One message template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The text; `<*>` where values stand.
    pub text: String,
    /// Its records.
    pub count: u64,
    /// The first of them.
    pub first: (EvidenceKey, u32),
}

/// One field of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldRow {
    /// Name, as queries write it.
    pub name: String,
    /// What a person reads.
    pub label: Said,
    /// Value as text.
    pub value: String,
}

/// An indicator found in a record's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HitSpan {
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Kind.
    pub kind: Kind,
    /// Canonical form.
    pub value: String,
    /// Mark.
    pub look: Look,
    /// The role stated in the record's case.
    pub role: Option<Role>,
    /// A role that holds in this record, and is not stated of the whole case.
    pub here: Option<Role>,
    /// Who said which kind it is, where somebody did.
    pub settled: Option<SettledBy>,
    /// Seen inside another value only.
    pub implied: bool,
    /// Why it is known to be harmless or shared.
    pub benign: Option<Said>,
    /// Records of this case it was seen in.
    pub count: u64,
    /// Cases it was seen in.
    pub cases: u64,
}

/// One step in the history of an evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// What was done.
    pub what: Said,
}

/// One record, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordDetail {
    /// The evidence.
    pub evidence: EvidenceKey,
    /// Row, from 0.
    pub row: u32,
    /// The case it is filed in.
    pub case: Option<CaseKey>,
    /// The evidence's public id.
    pub evidence_id: String,
    /// The file's name.
    pub name: String,
    /// SHA-256 of the evidence, hex.
    pub sha256: String,
    /// First byte in the original.
    pub offset: u64,
    /// Bytes in the original.
    pub len: u64,
    /// Format and encoding of the reading.
    pub form: Option<(Text, String)>,
    /// Its time, clock skew applied.
    pub when: When,
    /// Why its format could not read it.
    pub reject: Option<Reject>,
    /// The original bytes, at most the first 64 KiB.
    pub bytes: Vec<u8>,
    /// The text, at most of those bytes.
    pub text: String,
    /// Fields in the format's order.
    pub fields: Vec<FieldRow>,
    /// Indicators in the text.
    pub hits: Vec<HitSpan>,
    /// Labels on it.
    pub tags: Vec<String>,
    /// How the evidence came here and what happened to it, oldest first.
    pub custody: Vec<Custody>,
}
