//! Whether the cases that share a frequent value share other things too.
//!
//! A ring of thirty cases and a mail host thirty cases happen to use look alike in one value's posting. They differ in the
//! rest: the ring's cases share its other tools as well, the host's cases share nothing else.

use super::gather::Posting;
use crate::model::Kind;
use std::collections::BTreeMap;

/// Hashes of one file stand together by nature; they do not corroborate each other.
const FILE_HASHES: [Kind; 4] = [Kind::new("md5"), Kind::new("sha1"), Kind::new("sha256"), Kind::new("sha512")];

/// For each value in more than `few` and at most `limit` cases, the greatest share of its cases that also share one other
/// value. Rarer and more frequent values are not asked about.
pub(super) fn cohesion(postings: &[Posting], few: u32, limit: u32) -> BTreeMap<u32, f32> {
    let size = |posting: &Posting| u32::try_from(posting.members.len()).unwrap_or(u32::MAX);
    let asked = |posting: &Posting| size(posting) > few && size(posting) <= limit;
    let mut of_case: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for posting in postings.iter().filter(|posting| asked(posting)) {
        for member in &posting.members {
            of_case.entry(member.case).or_default();
        }
    }
    for (index, posting) in (0_u32..).zip(postings).filter(|(_, posting)| size(posting) <= limit && !posting.benign) {
        for member in &posting.members {
            if let Some(values) = of_case.get_mut(&member.case) {
                values.push(index);
            }
        }
    }
    let mut shares = BTreeMap::new();
    for (index, posting) in (0_u32..).zip(postings).filter(|(_, posting)| asked(posting)) {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for value in posting.members.iter().filter_map(|member| of_case.get(&member.case)).flatten() {
            *counts.entry(*value).or_default() += 1;
        }
        let speaks = |other: &u32| *other != index && is_independent(posting, &postings[*other as usize]);
        let most = counts.iter().filter(|(other, _)| speaks(other)).map(|(_, count)| *count).max().unwrap_or(0);
        shares.insert(index, most as f32 / posting.members.len() as f32);
    }
    shares
}

/// Whether two values can't simply be two views of the same thing: a value and its token, or hashes of one file.
fn is_independent(a: &Posting, b: &Posting) -> bool {
    let views = a.kind == b.kind && (a.token != b.token || a.token && a.epoch() != b.epoch());
    !(views || FILE_HASHES.contains(&a.kind) && FILE_HASHES.contains(&b.kind))
}
