//! The link graph as a value, its layouts, measures and paths, and the correlation of cases.
//!
//! Plain values in, plain values out: no files, no SQL, no screen. Everything here is a function of its input alone, so
//! the same store gives the same graph, the same picture and the same answer.

pub mod correlate;
pub mod draw;
pub mod facts;
pub mod files;
pub mod layout;
pub mod links;
pub mod measures;
pub mod paths;
pub mod topology;

pub use correlate::{CaseValue, Correlation, Correlator, correlate};
pub use facts::{CaseFacts, EvidenceFacts};
pub use links::{GraphInput, LinkGraph};
pub use topology::Topology;
