//! The words of the field as plain types, and the traits the sibling layers meet through.
//!
//! Nothing here reads files, SQL, the clock or the screen. `store`, `ingest`, `indicators`, `search`, `graph` and
//! `bundle` all speak in these types and never import each other; `workbench` wires them.

pub mod audit;
pub mod case;
pub mod coding;
mod common;
pub mod corpus;
pub mod edit;
pub mod evidence;
pub mod explain;
pub mod fold;
pub mod id;
pub mod indicator;
pub mod kind;
pub mod lang;
pub mod marking;
pub mod numbers;
pub mod progress;
pub mod record;
pub mod role;
pub mod rows;
pub mod settled;
pub mod skip;
pub mod statement;
pub mod time;
mod token;
pub mod unit;

pub use audit::AuditEntry;
pub use case::{Case, Stage};
pub use coding::{Coding, Decoded};
pub use common::common;
pub use corpus::{Corpus, Field, FieldReader, NamedSet, ReadingHead};
pub use edit::Edit;
pub use evidence::{Acquisition, Citation, Evidence, EvidenceState, Reading};
pub use explain::Explain;
pub use id::{CaseKey, EvidenceKey, Id, ReadingKey};
pub use indicator::{Extractor, Hit, Hits, Indicator, Sighting};
pub use kind::{About, Class, Kind};
pub use lang::{Lang, Text};
pub use marking::Tlp;
pub use progress::Ticket;
pub use record::{Chunk, ChunkHead, RecordHead, Reject};
pub use role::Role;
pub use rows::RowSet;
pub use settled::Settled;
pub use statement::Statement;
pub use time::{Instant, Known, Precision, Undated};
pub use unit::{Sort, Unit};
