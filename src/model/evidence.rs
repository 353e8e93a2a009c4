//! Evidence as taken in, how it is read, and how it is cited.

use super::id::{CaseKey, EvidenceKey, Id, ReadingKey};
use super::time::{Instant, TimeSetting};
use serde::{Deserialize, Serialize};

/// How an evidence came to the police (domain.md §1.2, §2). Everything optional: an unknown fact stays unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Acquisition {
    /// When it was acquired, if other than intake.
    pub acquired_at: Option<Instant>,
    /// By whom.
    pub by: Option<String>,
    /// Legal basis with the paper's number, as `捜査関係事項照会 令和8年第42号`.
    pub basis: Option<String>,
    /// First and last day the basis was valid, ISO dates.
    pub basis_valid: Option<(String, String)>,
    /// From whom.
    pub from: Option<String>,
    /// Exhibit number, as `符号3-2`.
    pub exhibit: Option<String>,
    /// A limit on sharing set by the source; the strictest limit wins in a bundle.
    pub source_limit: Option<String>,
}

/// How far an evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceState {
    /// Its import was begun and not completed: resume or withdraw it.
    Partial,
    /// Whole and hashed.
    Complete,
    /// Registered by reference: the bytes stay outside the store.
    Referenced,
    /// Taken back by a person; kept, and shown as withdrawn.
    Withdrawn,
    /// Erased by order; only this entry with size and hash is left.
    Expunged,
}

impl EvidenceState {
    /// The tag used in the store.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Partial => "partial",
            Self::Complete => "complete",
            Self::Referenced => "referenced",
            Self::Withdrawn => "withdrawn",
            Self::Expunged => "expunged",
        }
    }

    /// Reads a tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        [Self::Partial, Self::Complete, Self::Referenced, Self::Withdrawn, Self::Expunged]
            .into_iter()
            .find(|s| s.tag() == tag)
    }
}

/// One file (or archive member, or attachment) in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Join key.
    pub key: EvidenceKey,
    /// Public id (`e…`).
    pub id: Id,
    /// The case it belongs to; may be none yet.
    pub case: Option<CaseKey>,
    /// Original path or member name, as bytes.
    pub name: Vec<u8>,
    /// The name for people, in whatever encoding its bytes are.
    pub shown_name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the whole; `None` while partial.
    pub sha256: Option<[u8; 32]>,
    /// BLAKE3 of the whole, a Merkle root from which one record can be proven.
    pub blake3: Option<[u8; 32]>,
    /// Media type as detected.
    pub media_type: String,
    /// How it was acquired.
    pub acquisition: Acquisition,
    /// The container it was taken from.
    pub parent: Option<EvidenceKey>,
    /// Tool and version that derived it from its parent.
    pub derived_by: Option<String>,
    /// An earlier evidence with the same bytes.
    pub duplicate_of: Option<EvidenceKey>,
    /// How far it is.
    pub state: EvidenceState,
    /// What was found damaged, in a sentence.
    pub damaged: Option<String>,
    /// When it was taken in.
    pub added_at: Instant,
    /// By whom.
    pub added_by: String,
    /// Its present reading, if it could be read as records.
    pub reading: Option<Reading>,
}

impl Evidence {
    /// The file's name for people: the last part of the path.
    #[must_use]
    pub fn file_name(&self) -> String {
        let path = &self.shown_name;
        path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
    }
}

/// How an evidence is read: format, encoding, times. All indices belong to a reading; another reading replaces it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Join key; meaningless before it is stored.
    pub key: Option<ReadingKey>,
    /// The form of the records.
    pub form: ReadingForm,
    /// Lines in the evidence where a record is a line: line feeds, plus one for an unterminated last line.
    pub lines: Option<u64>,
    /// Records, rejects among them.
    pub rows: u32,
    /// Lines that are no record: blank, header, comment, continuation.
    pub skipped: u64,
    /// Records without an instant.
    pub undated: u32,
    /// Records their format could not read.
    pub rejects: u32,
    /// Earliest instant.
    pub first: Option<Instant>,
    /// Latest instant.
    pub last: Option<Instant>,
    /// Distinct indicators.
    pub indicators: u32,
}

/// Everything needed to read the same bytes the same way again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadingForm {
    /// Name of the format, as `access`; empty where the format is unknown.
    pub format: String,
    /// WHATWG encoding label, as `utf-8` or `shift_jis`.
    pub encoding: String,
    /// Zone, year and skew as stated for this evidence.
    pub time: TimeSetting,
    /// Version of the parser that made the indices.
    pub parser: u32,
    /// Version of the canonical forms of its indicators.
    pub canon: u32,
    /// Column names of delimited text, in order.
    pub columns: Vec<String>,
    /// Delimiter of delimited text.
    pub delimiter: Option<char>,
    /// Anything else the format must remember, as `key=value`.
    pub notes: Vec<(String, String)>,
    /// How the format was found; `None` where a person ordered it.
    pub guess: Option<Guess>,
}

/// Mark of a role that a person stated, before its name in the notes.
const STATED: &str = "stated:";

impl ReadingForm {
    /// Roles of columns, each with the column's place: those stated, or else those guessed from heading and cells.
    #[must_use]
    pub fn roles(&self) -> Vec<(&str, usize)> {
        let stated = self.has_stated_roles();
        let mut out = Vec::new();
        for (key, at) in &self.notes {
            let role = if stated {
                key.strip_prefix(STATED)
            } else {
                Some(key.as_str()).filter(|key| COLUMN_ROLES.contains(key))
            };
            let at = at.parse().ok().filter(|at| *at < self.columns.len());
            out.extend(role.zip(at));
        }
        out
    }

    /// Whether a person said what columns stand for.
    #[must_use]
    pub fn has_stated_roles(&self) -> bool {
        self.notes.iter().any(|(key, _)| key.starts_with(STATED))
    }

    /// States roles by column name, in place of the guess; none: the guess holds again. Columns this form lacks are left out.
    pub fn state_roles(&mut self, roles: &[(String, String)]) {
        self.notes.retain(|(key, _)| !key.starts_with(STATED));
        for (role, column) in roles {
            let at = self.columns.iter().position(|held| held.eq_ignore_ascii_case(column));
            self.notes.extend(at.map(|at| (format!("{STATED}{role}"), at.to_string())));
        }
    }
}

/// What a column of a table can stand for, apart from the time.
pub const COLUMN_ROLES: [&str; 6] = ["account", "counterparty", "amount", "balance", "address", "txid"];

/// How sure detection was of a format.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// 0 to 100.
    pub score: u8,
    /// The next best format with its score.
    pub runner_up: Option<(String, u8)>,
}

/// A citation of evidence bytes: what a statement rests on. Never a row number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// SHA-256 of the evidence, lower-case hex.
    pub sha256: String,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}
