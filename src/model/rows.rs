//! Row sets: the common coin of search, tags, sightings and selections. Every filter is set algebra over them.

use super::id::EvidenceKey;
use roaring::RoaringBitmap;
use std::collections::BTreeMap;

/// Rows of any number of evidences, as one compressed bitmap each. Empty bitmaps are never kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowSet {
    sets: BTreeMap<EvidenceKey, RoaringBitmap>,
}

impl RowSet {
    /// No rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All rows of one bitmap.
    #[must_use]
    pub fn of(evidence: EvidenceKey, rows: RoaringBitmap) -> Self {
        let mut set = Self::new();
        set.add(evidence, rows);
        set
    }

    /// Adds rows of one evidence.
    pub fn add(&mut self, evidence: EvidenceKey, rows: RoaringBitmap) {
        if !rows.is_empty() {
            *self.sets.entry(evidence).or_default() |= rows;
        }
    }

    /// Adds one row.
    pub fn insert(&mut self, evidence: EvidenceKey, row: u32) {
        self.sets.entry(evidence).or_default().insert(row);
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.sets.values().map(RoaringBitmap::len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Whether this row is in the set.
    #[must_use]
    pub fn contains(&self, evidence: EvidenceKey, row: u32) -> bool {
        self.sets.get(&evidence).is_some_and(|rows| rows.contains(row))
    }

    /// The rows of one evidence.
    #[must_use]
    pub fn rows(&self, evidence: EvidenceKey) -> Option<&RoaringBitmap> {
        self.sets.get(&evidence)
    }

    /// Every evidence with its rows, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (EvidenceKey, &RoaringBitmap)> {
        self.sets.iter().map(|(key, rows)| (*key, rows))
    }

    /// The `n`-th row in row order (evidence by evidence), counted from 0.
    #[must_use]
    pub fn nth(&self, mut n: u64) -> Option<(EvidenceKey, u32)> {
        for (key, rows) in &self.sets {
            if n < rows.len() {
                return rows.select(u32::try_from(n).ok()?).map(|row| (*key, row));
            }
            n -= rows.len();
        }
        None
    }

    /// Rows in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut out = Self::new();
        for (key, rows) in &self.sets {
            if let Some(theirs) = other.sets.get(key) {
                out.add(*key, rows & theirs);
            }
        }
        out
    }

    /// Rows in either.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        for (key, rows) in &other.sets {
            *self.sets.entry(*key).or_default() |= rows;
        }
        self
    }

    /// Rows here that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut out = Self::new();
        for (key, rows) in &self.sets {
            match other.sets.get(key) {
                Some(theirs) => out.add(*key, rows - theirs),
                None => out.add(*key, rows.clone()),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nth_counts_across_evidences_and_empty_sets_are_not_kept() {
        let (a, b) = (EvidenceKey(1), EvidenceKey(2));
        let mut set = RowSet::of(a, [3, 9].into_iter().collect());
        set.add(b, [0].into_iter().collect());
        assert_eq!(set.nth(1), Some((a, 9)));
        assert_eq!(set.nth(2), Some((b, 0)));
        assert_eq!(set.nth(3), None);
        assert!(set.minus(&set).is_empty());
    }
}
