//! Values that were found, each once, with how often and where first.
//!
//! A log holds the same hosts over and over and hundreds of thousands of addresses once, so a value costs one look at a
//! table of places and one at its own line of the cache: short values stand in it, longer ones in one text of all.

use super::extract::Found;
use crate::indicators::Indicators;
use crate::model::{Extractor as _, Kind};
use ahash::RandomState;

/// How often one value was found, and where first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Times.
    pub count: u64,
    /// First byte of the first, in its file or member.
    pub start: u64,
    member: u32,
    /// Only inside other finds.
    pub implied: bool,
    /// Its own rule holds.
    pub verified: bool,
}

/// Values found, each once.
#[derive(Debug, Default)]
pub struct Distinct {
    /// Keyed anew for each: evidence is hostile, and must not choose where its values fall.
    hasher: RandomState,
    /// Upper half of a value's hash and the number of its entry from 1, zero where nothing is; at most half full.
    table: Vec<u64>,
    entries: Vec<Entry>,
    /// Values that are too long for their entries.
    long: String,
    kinds: Vec<Kind>,
    members: Vec<String>,
}

/// One value; no larger than a line of the cache.
#[derive(Debug)]
struct Entry {
    tally: Tally,
    len: u32,
    /// Its place in [`Distinct::kinds`].
    kind: u8,
    /// The value, or where it stands in [`Distinct::long`].
    short: [u8; Self::SHORT],
}

impl Entry {
    const SHORT: usize = 32;

    fn value<'d>(&'d self, long: &'d str) -> &'d str {
        let len = self.len as usize;
        if len <= Self::SHORT {
            return std::str::from_utf8(&self.short[..len]).unwrap_or("");
        }
        let start = self.short.first_chunk().map_or(0, |at| usize::from_le_bytes(*at));
        long.get(start..start + len).unwrap_or("")
    }
}

impl Distinct {
    /// Counts a find.
    pub fn add(&mut self, found: &Found<'_>) {
        let kind = self.kind(found.kind);
        let hash = self.hasher.hash_one((kind, found.value));
        let tag = hash & TAG;
        if self.entries.len() * 2 >= self.table.len() {
            self.grow();
        }
        let mask = self.table.len() - 1;
        let mut place = place(tag, self.table.len());
        loop {
            let held = self.table[place];
            if held == 0 {
                break;
            }
            if held & TAG == tag {
                let entry = &mut self.entries[(held & !TAG) as usize - 1];
                if entry.kind == kind && is_value(entry, &self.long, found.value) {
                    entry.tally.count += 1;
                    entry.tally.implied &= found.implied;
                    entry.tally.verified |= found.verified;
                    return;
                }
            }
            place = (place + 1) & mask;
        }
        let entry = self.entry(kind, found);
        self.entries.push(entry);
        self.table[place] = tag | self.entries.len() as u64;
    }

    fn kind(&mut self, kind: Kind) -> u8 {
        let known = self.kinds.iter().position(|known| *known == kind);
        let at = known.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        });
        u8::try_from(at).unwrap_or(u8::MAX)
    }

    fn entry(&mut self, kind: u8, found: &Found<'_>) -> Entry {
        if self.members.last().is_none_or(|last| last != found.inside) {
            self.members.push(found.inside.to_owned());
        }
        let member = u32::try_from(self.members.len() - 1).unwrap_or(u32::MAX);
        let (implied, verified) = (found.implied, found.verified);
        let tally = Tally { count: 1, start: found.start, member, implied, verified };
        let mut short = [0; Entry::SHORT];
        if let Some(place) = short.get_mut(..found.value.len()) {
            place.copy_from_slice(found.value.as_bytes());
        } else {
            short[..size_of::<usize>()].copy_from_slice(&self.long.len().to_le_bytes());
            self.long.push_str(found.value);
        }
        Entry { tally, len: u32::try_from(found.value.len()).unwrap_or(u32::MAX), kind, short }
    }

    /// Twice the places, each value at its new one.
    fn grow(&mut self) {
        let places = (self.table.len() * 2).max(1 << 10);
        let mut table = vec![0; places];
        for held in self.table.iter().filter(|held| **held != 0) {
            let mut place = place(held & TAG, places);
            while table[place] != 0 {
                place = (place + 1) & (places - 1);
            }
            table[place] = *held;
        }
        self.table = table;
    }

    /// The member a value was found in first, as a path below the file; empty for the file itself.
    #[must_use]
    pub fn inside(&self, tally: &Tally) -> &str {
        self.members.get(tally.member as usize).map_or("", String::as_str)
    }

    /// Every value, in the order of the kinds, the most frequent first.
    #[must_use]
    pub fn sorted(&self) -> Vec<(Kind, &str, Tally)> {
        let order = Indicators::new().kinds();
        let rank = |kind: &Kind| order.iter().position(|about| about.kind == *kind).unwrap_or(usize::MAX);
        let ranks: Vec<usize> = self.kinds.iter().map(rank).collect();
        // Most values differ in their first bytes, and need not be looked up to be compared.
        let key = |entry: &Entry| {
            let value = entry.value(&self.long).as_bytes();
            let mut front = [0; 16];
            let len = value.len().min(front.len());
            front[..len].copy_from_slice(&value[..len]);
            (ranks[usize::from(entry.kind)], u64::MAX - entry.tally.count, u128::from_be_bytes(front))
        };
        let mut all: Vec<_> = self.entries.iter().map(|entry| (key(entry), entry)).collect();
        all.sort_unstable_by(|(a, one), (b, other)| {
            a.cmp(b).then_with(|| one.value(&self.long).cmp(other.value(&self.long)))
        });
        let row = |entry: &'_ Entry| (self.kinds[usize::from(entry.kind)], entry.tally);
        all.into_iter()
            .map(|(_, entry)| {
                let (kind, tally) = row(entry);
                (kind, entry.value(&self.long), tally)
            })
            .collect()
    }
}

/// The upper half of a place in the table.
const TAG: u64 = 0xffff_ffff_0000_0000;

/// Where a value with this tag would stand in a table of so many places, a power of two up to 2^32.
#[expect(clippy::cast_possible_truncation, reason = "below the number of places")]
const fn place(tag: u64, places: usize) -> usize {
    (tag >> (64 - places.trailing_zeros())) as usize
}

fn is_value(entry: &Entry, long: &str, value: &str) -> bool {
    if value.len() <= Entry::SHORT {
        return entry.len as usize == value.len() && entry.short[..value.len()] == *value.as_bytes();
    }
    entry.value(long) == value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn values_are_counted_as_in_a_map(finds in prop::collection::vec(("[a-c]{0,2}|[ab]{30,36}|[a-z]{8}|あ{0,12}", 0..3_usize), 0..400)) {
            assert!(size_of::<Entry>() <= 64);
            let kinds = ["ipv4", "url", "domain"].map(|tag| Kind::from_tag(tag).unwrap());
            let (mut distinct, mut map) = (Distinct::default(), BTreeMap::new());
            for (start, (value, kind)) in (0_u64..).zip(&finds) {
                distinct.add(&Found {
                    inside: "",
                    kind: kinds[*kind],
                    value,
                    text: value,
                    start,
                    end: start,
                    implied: start % 2 == 0,
                    verified: start % 3 == 0,
                    decoded: crate::model::Decoded::default(),
                });
                let known: &mut (u64, u64, bool, bool) =
                    map.entry((kinds[*kind], value.as_str())).or_insert((0, start, true, false));
                known.0 += 1;
                known.2 &= start % 2 == 0;
                known.3 |= start % 3 == 0;
            }
            let rank = |kind| Indicators::new().kinds().iter().position(|about| about.kind == kind);
            let mut wanted: Vec<_> = map.into_iter().map(|((kind, value), tally)| (kind, value, tally)).collect();
            wanted.sort_by_key(|(kind, value, tally)| (rank(*kind), u64::MAX - tally.0, *value));
            let found: Vec<_> = distinct
                .sorted()
                .into_iter()
                .map(|(kind, value, tally)| (kind, value, (tally.count, tally.start, tally.implied, tally.verified)))
                .collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
