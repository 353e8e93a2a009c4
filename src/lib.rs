//! Itoguchi (糸口, the end of a thread): a desktop workbench for cyber investigators.
//!
//! A case store is a document: one SQLite file that can be copied, hashed, locked in a drawer and opened in ten years.
//! Evidence goes in whole and is never changed. Everything else in it is either an index that can be rebuilt from the
//! evidence or a statement somebody made, with an author, a time and an audit entry. Work flows one way:
//!
//! bytes → records → indicators → links → findings → bundle
//!
//! ```text
//! main ── cli ─────────┐         app ── jobs ──┐       arguments and screens
//!                      └─► workbench ◄─────────┘       what one can do; wires the siblings
//!  store   ingest   indicators   search   graph   bundle     siblings: none imports another
//!                          model                         plain values and the traits siblings meet through
//! ```
//!
//! - [`model`]: the words of the field as types. Knows no file, SQL, thread, screen or clock.
//! - [`store`]: the case file. Alone speaks SQL.
//! - [`ingest`]: bytes to text to records; one file a format.
//! - [`indicators`]: text to indicators; one file a family.
//! - [`search`]: the query language over row sets.
//! - [`graph`]: the link graph, layouts, and the correlation of cases.
//! - [`bundle`]: the one gate through which anything leaves, and the checks on what arrives.
//! - [`workbench`]: each use as a plain list of steps; alone reads and writes files beside the store.
//! - [`jobs`]: detached threads with progress and cancel.
//! - [`cli`], [`app`]: arguments and text; window and panels.
//!
//! Four doors take new things as one file and one line in one list: a log format, an indicator kind, a panel, an export
//! writer. `tests/layers.rs` holds the walls.

pub mod app;
pub mod bundle;
pub mod cli;
pub mod graph;
pub mod indicators;
pub mod ingest;
pub mod jobs;
pub mod model;
pub mod search;
pub mod store;
pub mod workbench;
