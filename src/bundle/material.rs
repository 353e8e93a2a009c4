//! What a bundle is made from: plain values the workbench takes out of the store. Nothing here has been cleaned.

use crate::model::evidence::Citation;
use crate::model::record::When;
use crate::model::statement::{AssertedLink, Request};
use crate::model::{Case, Class, Instant, Kind, Role, Tlp, Unit};
use std::ops::Range;

/// Everything about one case that a bundle may draw on.
#[derive(Clone, Debug)]
pub struct Material {
    /// The case.
    pub case: Case,
    /// Who sends.
    pub sender: Unit,
    /// Who receives.
    pub receiver: Unit,
    /// Four digits of the receiving bank, for the profile that sends a bank only its own accounts.
    pub receiver_bank: Option<String>,
    /// The sending store's public id.
    pub store_id: String,
    /// The sending store's secret, from which object ids are derived.
    pub secret: [u8; 32],
    /// Bundle id.
    pub bundle: String,
    /// Number of this bundle among those of this store to this receiver, from 1.
    pub sequence: u64,
    /// When the bundle is made.
    pub at: Instant,
    /// Name and version of the program.
    pub tool: String,
    /// Indicators seen in the case, one entry a value; a value given twice is merged, its strictest role holds.
    pub values: Vec<Value>,
    /// Records chosen.
    pub records: Vec<Record>,
    /// Requests already sent.
    pub requests: Vec<Request>,
    /// Links a person asserts; their reasons leave only as approved texts.
    pub links: Vec<AssertedLink>,
    /// Free texts a person approved, word for word.
    pub texts: Vec<ApprovedText>,
}

/// One value seen in the case.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Its class; `None` for a kind this version does not know: withheld.
    pub class: Option<Class>,
    /// Whether a token may stand for it.
    pub tokenable: bool,
    /// Canonical value.
    pub value: String,
    /// Role stated.
    pub role: Option<Role>,
    /// Known to be harmless or shared by everybody.
    pub benign: bool,
    /// A hash on a list of malware.
    pub listed: bool,
    /// Seen only inside another value.
    pub implied: bool,
    /// Its rule holds.
    pub verified: bool,
    /// Records it was seen in.
    pub count: u64,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
    /// The limit its source set on sharing, where it was seen in limited evidence only.
    pub limit: Option<String>,
    /// Spellings it was written in, for the check before release.
    pub spellings: Vec<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Public id of the evidence; leaves only as a derived id.
    pub evidence: String,
    /// Place in the original, kept by the sender behind a citation number.
    pub place: Citation,
    /// When, the clock's skew taken off.
    pub when: When,
    /// Seconds by which the clock that wrote it ran ahead.
    pub skew_secs: i64,
    /// Name of the format.
    pub format: String,
    /// Fields by name.
    pub fields: Vec<(String, String)>,
    /// The record's text; only searched for, never written.
    pub text: String,
    /// Indicators in it.
    pub hits: Vec<RecordHit>,
    /// The limit the evidence's source set on sharing.
    pub limit: Option<String>,
}

/// An indicator in a record.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordHit {
    /// What it is.
    pub kind: Kind,
    /// Canonical value.
    pub value: String,
    /// Bytes of the record's text it was written in.
    pub span: Range<usize>,
    /// Seen inside another value.
    pub implied: bool,
    /// Its rule holds.
    pub verified: bool,
    /// A role stated for this value here alone.
    pub role: Option<Role>,
}

/// A free text as a person read and approved it for one receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedText {
    /// What it is: `summary`, `finding`, `assessment`, `link`, `note`.
    pub noun: String,
    /// The exact text.
    pub text: String,
    /// Whom it was approved for.
    pub receiver: Unit,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// How far a source lets something go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// No further than this label.
    Label(Tlp),
    /// Not in a bundle: named recipients only, or words no program can weigh.
    Stop,
}

impl Limit {
    /// Reads what a source said; words that are not a label stop.
    pub(super) fn of(words: &str) -> Self {
        match Tlp::from_label(words.trim()) {
            Some(Tlp::Red) | None => Self::Stop,
            Some(label) => Self::Label(label),
        }
    }

    /// Whether something under this limit stays behind.
    pub(super) fn stops(limit: Option<&String>) -> bool {
        limit.is_some_and(|words| Self::of(words) == Self::Stop)
    }
}
