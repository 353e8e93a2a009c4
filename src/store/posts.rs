//! Posts: which values stand in which records of one chunk, in the order of their keys.

use super::entry::{DIRECT, Draft, Packed, VERIFIED};
use super::error::{Error, Result};
use crate::model::{Hits, Kind, RecordHead, common};
use std::collections::BTreeMap;

/// One value in one record.
#[derive(Clone, Copy, Debug)]
struct Post {
    implied: bool,
    verified: bool,
    /// Row, counted inside the chunk.
    row: u32,
    /// Place among the hits.
    hit: u32,
}

/// The values of one chunk.
#[derive(Clone, Debug, Default)]
pub struct Posts {
    hits: Hits,
    /// Each kind once, in order.
    kinds: Vec<(Kind, OfKind)>,
}

/// The values of one kind.
#[derive(Clone, Debug, Default)]
struct OfKind {
    /// In the order of value and row.
    list: Vec<Post>,
    /// Rows that hold any of them, rising.
    rows: Vec<u32>,
}

impl Posts {
    /// Gathers the hits of a chunk, which are sorted by span. `row_of` tells the chunk's row for a byte of the searched
    /// text; a hit in no row is left out.
    pub fn gather(hits: Hits, row_of: &mut dyn FnMut(u32) -> Option<u32>) -> Self {
        let mut kinds: Vec<(Kind, OfKind)> = Vec::new();
        for (index, (hit, _)) in (0_u32..).zip(hits.iter()) {
            let Some(row) = row_of(hit.span.start) else { continue };
            let place = kinds.iter().position(|(kind, _)| *kind == hit.kind).unwrap_or_else(|| {
                kinds.push((hit.kind, OfKind::default()));
                kinds.len() - 1
            });
            let Some((_, of_kind)) = kinds.get_mut(place) else { continue };
            if of_kind.rows.last() != Some(&row) {
                of_kind.rows.push(row);
            }
            of_kind.list.push(Post { implied: hit.implied, verified: hit.verified, row, hit: index });
        }
        kinds.sort_unstable_by_key(|(kind, _)| *kind);
        for (_, of_kind) in &mut kinds {
            let values: Vec<_> = of_kind.list.iter().map(|post| hits.value_at(post.hit).as_bytes()).collect();
            // The list stands in the order of rows, and places of equal values stay in theirs.
            let list = order_of(&values).into_iter().filter_map(|at| of_kind.list.get(at as usize).copied()).collect();
            of_kind.list = list;
        }
        Self { hits, kinds }
    }

    /// Rows that hold any value of a kind, rising.
    pub(super) fn kinds(self) -> BTreeMap<Kind, Vec<u32>> {
        self.kinds.into_iter().map(|(kind, of_kind)| (kind, of_kind.rows)).collect()
    }

    /// The posts as entries in the order of their keys.
    pub(super) fn entries(&self, records: &[RecordHead]) -> Result<Vec<u8>> {
        let (mut out, mut draft) = (Packed::with_capacity(16 * self.hits.len()), Draft::default());
        for (kind, of_kind) in &self.kinds {
            let mut before = None;
            for post in &of_kind.list {
                let record =
                    records.get(post.row as usize).ok_or_else(|| Error::damaged("a find without its record"))?;
                let value = self.hits.value_at(post.hit);
                if before != Some(value) {
                    if !draft.is_empty() {
                        draft.flush(&mut out);
                    }
                    draft.begin(&[kind.tag().as_bytes(), &[0], value.as_bytes()]);
                    before = Some(value);
                }
                // A value both stated and implied in one record counts as stated.
                let flags = if post.implied { 0 } else { DIRECT } | if post.verified { VERIFIED } else { 0 };
                draft.row(post.row, flags, record.when.instant());
            }
        }
        if !draft.is_empty() {
            draft.flush(&mut out);
        }
        Ok(out.raw)
    }
}

/// Bytes compared at once.
const WINDOW: usize = 11;
/// What says that more than a window follows.
const MORE: u8 = 12;
/// So few are compared whole.
const FEW: usize = 8;

/// The places of values in the order of the values; those of equal values rise.
fn order_of(values: &[&[u8]]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(values.len()).collect();
    arrange(values, &mut order, 0);
    order
}

/// Sorts rising places of values that do not differ in their first `shared` bytes: by a number made of the next bytes
/// behind what all share, and then what is equal in those by what follows.
fn arrange(values: &[&[u8]], order: &mut [u32], shared: usize) {
    let rest = |at: u32, from: usize| values.get(at as usize).and_then(|value| value.get(from..)).unwrap_or(&[]);
    if order.len() <= FEW {
        order.sort_unstable_by_key(|at| (rest(*at, shared), *at));
        return;
    }
    let first = order.first().map_or(&[][..], |at| rest(*at, shared));
    let from = shared
        + order.iter().fold(first.len(), |least, at| common(first.get(..least).unwrap_or(&[]), rest(*at, shared)));
    let mut keys: Vec<u128> = order.iter().map(|at| window(rest(*at, from)) << 32 | u128::from(*at)).collect();
    keys.sort_unstable();
    order.iter_mut().zip(&keys).for_each(|(at, key)| *at = place(*key));
    let mut left = order;
    for equal in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
        let (group, behind) = left.split_at_mut(equal.len());
        left = behind;
        // What ends within the window is equal whole.
        if group.len() > 1 && group.first().is_some_and(|at| rest(*at, from).len() > WINDOW) {
            arrange(values, group, from + WINDOW);
        }
    }
}

/// The place a sorting number ends in.
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are asked for")]
const fn place(key: u128) -> u32 {
    key as u32
}

/// The first bytes and, up to one more, how many there are, as a number that compares like the whole as far as it goes.
fn window(bytes: &[u8]) -> u128 {
    let mut window = [0; 16];
    let end = bytes.len().min(WINDOW);
    window.iter_mut().skip(4).zip(bytes.get(..end).unwrap_or(&[])).for_each(|(to, from)| *to = *from);
    window[15] = u8::try_from(bytes.len()).map_or(MORE, |len| len.min(MORE));
    u128::from_be_bytes(window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn places_come_in_the_order_of_values(
            values in prop::collection::vec("[ab]{0,3}|a{9,13}[ab\\x00]{0,14}|a{20}\\x00{0,9}|https?://www\\.[ab]{1,2}", 0..60),
        ) {
            let values: Vec<&[u8]> = values.iter().map(String::as_bytes).collect();
            let mut wanted: Vec<u32> = (0..).take(values.len()).collect();
            wanted.sort_by_key(|at| values[*at as usize]);
            prop_assert_eq!(order_of(&values), wanted);
        }
    }
}
