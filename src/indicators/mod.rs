//! Text to indicators: one file per family, canonical forms, known-benign lists.
