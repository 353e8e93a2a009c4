//! Walks many runs at once in the order of their keys.
//!
//! A tree of losers over offset-value codes (Conner, "Offset value coding", IBM 1977; Do and Graefe, "Robust and
//! efficient sorting with offset-value coding", TODS 2023): a key is known by where it first differs from the key handed
//! out last, and by its byte there. Nearly every comparison is then one of two numbers, and the bytes of a key are looked
//! at once, however many runs there are.

use super::error::Result;
use super::runs::{Blocks, Cursor};
use crate::model::common;
use std::cmp::Ordering;

/// A key against a base that is not after it: the nearer the smaller. Nought is the base itself.
type Code = u64;
const SAME: Code = 0;
const ENDED: Code = Code::MAX;
/// Beyond the longest key.
const FAR: Code = 1 << 40;

/// The code of a key that shares its first `offset` bytes with its base. A base that ends there is before any byte.
fn code(key: &[u8], offset: usize) -> Code {
    key.get(offset).map_or(SAME, |byte| (FAR - offset as Code) << 9 | (Code::from(*byte) + 1))
}

/// Where a key of this code first differs from its base.
fn offset(code: Code) -> usize {
    usize::try_from(FAR - (code >> 9)).unwrap_or(usize::MAX)
}

/// The cursors, and at each inner node of a tree over them the one that lost there.
struct Tree {
    cursors: Vec<Cursor>,
    codes: Vec<Code>,
    losers: Vec<usize>,
}

impl Tree {
    /// Lets all play, and tells who stands first. Of `n` cursors the leaves are `n..2n`; node 1 is the root.
    fn grow(&mut self) -> usize {
        let count = self.cursors.len();
        let mut winners: Vec<usize> = (0..2 * count).map(|node| node.saturating_sub(count)).collect();
        for node in (1..count).rev() {
            let side = |child: usize| winners.get(child).copied().unwrap_or(0);
            let (winner, loser) = self.play(side(2 * node), side(2 * node + 1));
            for (list, at) in [(&mut winners, winner), (&mut self.losers, loser)] {
                if let Some(place) = list.get_mut(node) {
                    *place = at;
                }
            }
        }
        winners.get(1).copied().unwrap_or(0)
    }

    /// Lets one that has moved on play all the way up; tells who stands first now.
    fn replay(&mut self, mut winner: usize) -> usize {
        let mut node = usize::midpoint(winner, self.cursors.len());
        while node > 0 {
            let Some(held) = self.losers.get(node).copied() else { break };
            let loser;
            (winner, loser) = self.play(winner, held);
            if let Some(place) = self.losers.get_mut(node) {
                *place = loser;
            }
            node /= 2;
        }
        winner
    }

    /// Winner and loser of two, both known against one base; the loser is known against the winner then. Where codes
    /// differ, the loser's is the same against either.
    fn play(&mut self, a: usize, b: usize) -> (usize, usize) {
        let code_of = |at: usize| self.codes.get(at).copied().unwrap_or(ENDED);
        let (code_a, code_b) = (code_of(a), code_of(b));
        if code_a != code_b {
            return if code_a < code_b { (a, b) } else { (b, a) };
        }
        let (mut winner, mut loser) = (a.min(b), a.max(b));
        if code_a != SAME && code_a != ENDED {
            let key_of = |at: usize| self.cursors.get(at).map_or(&[][..], Cursor::key);
            let (first, second) = (key_of(winner), key_of(loser));
            let from = offset(code_a) + 1;
            let shared = from + common(first.get(from..).unwrap_or(&[]), second.get(from..).unwrap_or(&[]));
            let mut behind = second;
            if first.get(shared..).cmp(&second.get(shared..)) == Ordering::Greater {
                (winner, loser, behind) = (loser, winner, first);
            }
            let code = code(behind, shared);
            if let Some(place) = self.codes.get_mut(loser) {
                *place = code;
            }
        }
        (winner, loser)
    }
}

/// Calls `each` with every entry of every cursor: by key, then by the cursor's place in the list; the flag tells whether
/// the key is another than the one before.
pub(super) fn merge(
    blocks: &impl Blocks,
    cursors: Vec<Cursor>,
    mut each: impl FnMut(usize, &Cursor, bool) -> Result<()>,
) -> Result<()> {
    let count = cursors.len();
    let mut tree = Tree { cursors, codes: Vec::with_capacity(count), losers: vec![0; count] };
    for cursor in &mut tree.cursors {
        // Against no key at all, which is before every key: an empty one would be the same.
        tree.codes.push(if cursor.step(blocks)? { code(cursor.key(), 0) } else { ENDED });
    }
    let (mut first, mut begun) = (tree.grow(), false);
    while let (Some(cursor), Some(code_now)) = (tree.cursors.get_mut(first), tree.codes.get_mut(first)) {
        if *code_now == ENDED {
            break;
        }
        each(first, cursor, !begun || *code_now != SAME)?;
        begun = true;
        *code_now = if cursor.step(blocks)? { code(cursor.key(), cursor.shared()) } else { ENDED };
        first = tree.replay(first);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::entry::{Draft, Packed};
    use proptest::prelude::*;
    use rusqlite::Connection;

    /// A run of these keys, which may repeat; each has one row.
    fn run(keys: &[String]) -> Cursor {
        let (mut draft, mut packed) = (Draft::default(), Packed::default());
        for key in keys {
            draft.begin(&[key.as_bytes()]);
            draft.row(0, 0, None);
            draft.flush(&mut packed);
        }
        Cursor::over(packed.raw, 0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn keys_come_in_order_and_of_equal_ones_the_earlier_run(
            mut runs in prop::collection::vec(prop::collection::vec("[ab\0]{1,3}|[ab]{7,10}", 0..12), 0..9),
        ) {
            runs.iter_mut().for_each(|run| run.sort());
            let mut wanted: Vec<(String, usize)> = Vec::new();
            for (at, run) in runs.iter().enumerate() {
                wanted.extend(run.iter().map(|key| (key.clone(), at)));
            }
            wanted.sort();
            let mut found = Vec::new();
            merge(&Connection::open_in_memory().unwrap(), runs.iter().map(|keys| run(keys)).collect(), |at, cursor, new| {
                let key = String::from_utf8(cursor.key().to_vec()).unwrap();
                let other = found.last().is_none_or(|(before, _)| *before != key);
                assert_eq!(new, other);
                found.push((key, at));
                Ok(())
            }).unwrap();
            prop_assert_eq!(found, wanted);
        }
    }
}
