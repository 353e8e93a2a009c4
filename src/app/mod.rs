//! The window: frame, panels, table, graph canvas. No SQL, no files, never blocks.
