//! Audit entries: an append-only hash chain holding ids and salted commitments, never plain values.

use super::time::Instant;
use serde::{Deserialize, Serialize};

/// One link of the chain. Its hash is SHA-256 over the RFC 8785 JSON of everything here, `prev` included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Number, from 1.
    pub seq: u64,
    /// When, by this machine's clock (or the time fixed with `--time`).
    pub at: Instant,
    /// Who: the operator's name, committed with a salt kept beside it so that it can be erased.
    pub operator: String,
    /// What, as `evidence.import.begin`, `edit`, `export.draft`.
    pub action: String,
    /// What it was about: an id, never a value.
    pub object: String,
    /// SHA-256 of salt and content, hex: proves the content while it is kept, reveals nothing once it is erased.
    pub commitment: String,
    /// Hash of the entry before, hex; 64 zeros for the first.
    pub prev: String,
}

/// The chain's head: what is printed in the paper register and remembered outside the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// Entries.
    pub count: u64,
    /// Hash of the last one, hex.
    pub hash: String,
}
