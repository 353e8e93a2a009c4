//! Cases tied together, and not tied, for the reasons an investigator would give.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod graph {
    mod correlation;
    mod files;
    mod layouts;
    mod link_graph;
    mod planted_rings;
}
