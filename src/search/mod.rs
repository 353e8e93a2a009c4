//! Query language, set algebra over row sets, chunk scanning.
