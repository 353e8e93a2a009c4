//! Link graph value, layouts, measures, paths, correlation of cases.
