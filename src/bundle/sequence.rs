//! The chain of bundles from one store to one receiver: gaps, forks and replays.
//!
//! Each bundle names its number and the hash of the one before; the receiver keeps what it received and compares.

use super::bag_info::{BagInfo, NO_PREVIOUS};
use super::check::Checks;
use super::wording::Wording;
use crate::model::Text;
use std::collections::BTreeMap;

/// One bundle received before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its number.
    pub sequence: u64,
    /// Its `bag_hash`.
    pub bag_hash: String,
    /// The hash it named as the one before.
    pub previous: String,
    /// It stands in quarantine: it may come again, and does not yet count as received.
    pub quarantined: bool,
}

/// Per sending store's id, what this receiver has of it, in any order.
pub type History = BTreeMap<String, Vec<Received>>;

/// How a bundle stands in its chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known of earlier bundles.
    #[default]
    Unknown,
    /// It follows what was received.
    Next,
    /// It fills a gap left earlier.
    Late,
    /// Numbers before it are missing: quarantine until they arrive.
    Gap(Vec<u64>),
    /// It was received before.
    Replay,
    /// It contradicts a bundle received: the sender's store was copied or somebody forged.
    Fork,
}

/// Most missing numbers listed.
const MAX_MISSING: usize = 100;

/// Judges a bundle's number and previous hash by what was received.
#[must_use]
pub fn standing(info: &BagInfo, bag_hash: &str, received: &[Received]) -> Standing {
    if received.iter().any(|old| old.bag_hash == bag_hash && !old.quarantined) {
        return Standing::Replay;
    }
    let of = |number: u64| received.iter().find(|old| old.sequence == number);
    let before = info.sequence.checked_sub(1).and_then(of);
    let contradicts = of(info.sequence).is_some_and(|old| old.bag_hash != bag_hash)
        || before.is_some_and(|old| old.bag_hash != info.previous)
        || of(info.sequence.saturating_add(1)).is_some_and(|old| old.previous != bag_hash)
        || (info.sequence == 1) != (info.previous == NO_PREVIOUS);
    if contradicts {
        return Standing::Fork;
    }
    let last = received.iter().filter(|old| !old.quarantined).map(|old| old.sequence).max().unwrap_or(0);
    if info.sequence < last {
        Standing::Late
    } else if Some(info.sequence) == last.checked_add(1) {
        Standing::Next
    } else {
        Standing::Gap((last.saturating_add(1)..info.sequence).take(MAX_MISSING).collect())
    }
}

/// Writes the standing as the `sequence` check. A gap cannot be judged: the missing bundles decide it.
pub(super) fn check(checks: &mut Checks, info: &BagInfo, standing: &Standing) {
    let number = info.sequence;
    match standing {
        Standing::Unknown => checks.unknown(
            "sequence",
            Wording::new(format!("第{number}号、受領履歴なし"), format!("number {number}; no history to compare with")),
        ),
        Standing::Next => checks.put(
            "sequence",
            Some(true),
            Wording::new(format!("第{number}号、連続"), format!("number {number}, in order")),
        ),
        Standing::Late => checks.put(
            "sequence",
            Some(true),
            Wording::new(format!("第{number}号、欠番を補う"), format!("number {number} fills a gap")),
        ),
        Standing::Gap(missing) => {
            let list = missing.iter().take(10).map(u64::to_string).collect::<Vec<_>>().join(", ");
            checks.unknown(
                "sequence",
                Wording::new(format!("第{number}号、欠番 {list}"), format!("number {number}; missing {list}")),
            );
        }
        Standing::Replay => checks.fail("sequence", Text::new("受領済みの再送", "replay: it was received before")),
        Standing::Fork => checks.fail(
            "sequence",
            Text::new("分岐: 受領済みの報告資料と矛盾する", "fork: it contradicts a bundle received before"),
        ),
    }
}
