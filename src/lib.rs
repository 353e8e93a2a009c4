//! Itoguchi: a desktop workbench for cyber investigators.

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
