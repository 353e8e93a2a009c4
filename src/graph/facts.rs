//! What the graph needs to know of a case or an evidence: names to show and keys to open it by.

use crate::model::{CaseKey, EvidenceKey, Id, Unit};

/// A case as a node or a member of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// Join key.
    pub key: CaseKey,
    /// Public id.
    pub id: Id,
    /// Number on paper.
    pub number: Option<String>,
    /// Title.
    pub title: String,
    /// The unit that holds it.
    pub unit: Unit,
}

impl CaseFacts {
    /// What a person reads: the number where there is one, else the title.
    #[must_use]
    pub fn label(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.title)
    }
}

/// An evidence as a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceFacts {
    /// Join key.
    pub key: EvidenceKey,
    /// Public id.
    pub id: Id,
    /// File name for people.
    pub name: String,
    /// The case it is filed in.
    pub case: Option<CaseKey>,
}
