//! What the window shows of the store, its cases, evidence, kinds and audit chain.

use super::Said;
use super::export::CheckLine;
use crate::model::kind::{Class, Look};
use crate::model::{AuditEntry, Case, CaseKey, Evidence, Instant, Kind, Text, Unit};

/// The open store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreFacts {
    /// The file, for people.
    pub path: String,
    /// Public id.
    pub id: String,
    /// Who holds it.
    pub unit: Unit,
    /// The unit's name from the register, or its path.
    pub unit_name: Said,
    /// Nobody has said yet whose store this is.
    pub unit_open: bool,
    /// Rank and name of who works here, as `山田警部補`; empty where nobody said.
    pub operator: String,
    /// Whether changes are possible.
    pub writable: bool,
    /// A training store, marked as such everywhere.
    pub training: bool,
    /// Evidence whose bytes were re-hashed and agreed, and all evidence.
    pub verified: (u64, u64),
    /// What can be undone, if anything.
    pub undo: Option<Text>,
    /// What can be redone, if anything.
    pub redo: Option<Text>,
    /// Edits made since sign-in, those taken back not counted.
    pub edits: u64,
}

/// A case with its counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// Join key.
    pub key: CaseKey,
    /// The case.
    pub case: Case,
    /// Evidence filed in it.
    pub evidence: u64,
    /// Records of that evidence.
    pub records: u64,
    /// Distinct indicators seen in it.
    pub indicators: u64,
    /// Of those, the ones whose role nobody stated; `None` while they are being counted.
    pub roles_open: Option<u64>,
    /// Significant ties to other cases; `None` while they are being worked out.
    pub ties: Option<u64>,
}

/// An evidence with what the table shows beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceRow {
    /// The evidence and its present reading.
    pub evidence: Evidence,
    /// 0 for a file as it came, 1 for a member of a container, and so on.
    pub depth: u32,
    /// When its bytes were last re-hashed, and whether they agreed.
    pub verified: Option<(Instant, bool)>,
    /// What its present reading is called: format, encoding.
    pub read_as: Option<(Text, String)>,
}

/// The facts of one indicator kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KindRow {
    /// The tag.
    pub kind: Kind,
    /// What a person reads.
    pub label: Text,
    /// Mark.
    pub look: Look,
    /// Class.
    pub class: Class,
}

/// The audit chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditState {
    /// Entries.
    pub entries: u64,
    /// The head as printed in the paper register: 20 characters with a check character.
    pub head: String,
    /// Hash of the last entry, hex.
    pub hash: String,
    /// Whether the chain held when last verified; `None` before the first time.
    pub holds: Option<bool>,
    /// When that was.
    pub verified_at: Option<Instant>,
    /// Every check with its result.
    pub checks: Vec<CheckLine>,
}

/// Audit entries, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditPage {
    /// Position of the first, from the newest.
    pub first: u64,
    /// All entries.
    pub total: u64,
    /// The entries.
    pub rows: Vec<AuditRow>,
}

/// An audit entry with what is known of it beside the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// The entry; its operator is the name, as long as that is kept.
    pub entry: AuditEntry,
    /// What was done, in words.
    pub action: Said,
    /// What it was about, in words, as far as that is still there.
    pub object: Option<Said>,
}

/// What a folder holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Folders first, then files, each by name.
    pub entries: Vec<FolderEntry>,
}

/// A file or folder in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// Its name.
    pub name: String,
    /// It is a folder.
    pub folder: bool,
    /// Bytes of a file.
    pub bytes: u64,
    /// Where it lies.
    pub path: std::path::PathBuf,
}
