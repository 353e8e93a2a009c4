//! Many texts looked for at once. An automaton over millions of spellings would need gigabytes; here each costs 32 bytes.
//!
//! Every text is filed under eight of its bytes, those that fewest others share. Where these stand in what is searched, the
//! whole is compared by a 64-bit fingerprint. Texts of fewer than eight bytes belong elsewhere.

use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;
use std::ops::Range;

/// Bytes a text is filed under.
pub(super) const WINDOW: usize = 8;
/// Counters for how many texts share a window: a power of two.
const COUNTERS: usize = 1 << 22;
/// Bits of the filter for each text.
const BITS: usize = 16;

/// What is filed.
#[derive(Clone, Copy, Debug)]
struct Entry {
    window: u64,
    print: u64,
    len: u32,
    before: u32,
    id: u32,
}

/// Texts to look for, each with a number.
#[derive(Debug, Default)]
pub(super) struct Finder {
    entries: Vec<Entry>,
    filter: Vec<u64>,
}

fn window(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + WINDOW).and_then(|part| part.try_into().ok()).map_or(0, u64::from_le_bytes)
}

fn print(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}

const fn mix(window: u64) -> u64 {
    let mixed = window.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 32).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Places in a text it could be filed under.
fn places(len: usize) -> [usize; 3] {
    let last = len.saturating_sub(WINDOW);
    [last, last / 2, 0]
}

/// Takes a text and its number.
pub(super) type File<'a> = dyn FnMut(&[u8], u32) + 'a;

impl Finder {
    /// `each` hands out every text with its number, the same ones each of the two times it is called. Of equal texts the
    /// first stays; what is shorter than a window is left out.
    pub(super) fn of(each: &dyn Fn(&mut File<'_>)) -> Self {
        let mut shared = vec![0_u16; COUNTERS];
        let counter = |window: u64| usize::try_from(mix(window) >> 42).unwrap_or(0) & (COUNTERS - 1);
        each(&mut |bytes, _| {
            for at in places(bytes.len()).into_iter().filter(|_| bytes.len() >= WINDOW) {
                let count = &mut shared[counter(window(bytes, at))];
                *count = count.saturating_add(1);
            }
        });
        let mut entries: Vec<Entry> = Vec::new();
        each(&mut |bytes, id| {
            let fewest = places(bytes.len()).into_iter().min_by_key(|at| shared[counter(window(bytes, *at))]);
            if let (Some(at), Ok(len)) = (fewest.filter(|_| bytes.len() >= WINDOW), u32::try_from(bytes.len())) {
                let before = u32::try_from(at).unwrap_or(0);
                entries.push(Entry { window: window(bytes, at), print: print(bytes), len, before, id });
            }
        });
        entries.sort_by_key(|entry| (entry.window, entry.print, entry.len));
        entries.dedup_by_key(|entry| (entry.window, entry.print, entry.len));
        let bits = (entries.len() * BITS).next_power_of_two().max(64);
        let mut out = Self { entries, filter: vec![0; bits / 64] };
        for at in 0..out.entries.len() {
            for bit in out.bits(out.entries[at].window) {
                out.filter[bit / 64] |= 1 << (bit % 64);
            }
        }
        out
    }

    /// How many texts.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn bits(&self, window: u64) -> [usize; 2] {
        let (mixed, mask) = (mix(window), self.filter.len() * 64 - 1);
        [mixed, mixed.rotate_left(32)].map(|hash| usize::try_from(hash).unwrap_or(0) & mask)
    }

    fn may_hold(&self, window: u64) -> bool {
        self.bits(window).iter().all(|bit| self.filter[bit / 64] >> (bit % 64) & 1 == 1)
    }

    /// Calls `found` with the place and number of every occurrence, overlapping ones too.
    pub(super) fn find(&self, text: &[u8], found: &mut dyn FnMut(Range<usize>, u32)) {
        if self.entries.is_empty() {
            return;
        }
        for (at, bytes) in text.windows(WINDOW).enumerate() {
            let window = bytes.try_into().map_or(0, u64::from_le_bytes);
            if !self.may_hold(window) {
                continue;
            }
            let first = self.entries.partition_point(|entry| entry.window < window);
            for entry in self.entries.iter().skip(first).take_while(|entry| entry.window == window) {
                let Some(start) = at.checked_sub(entry.before as usize) else { continue };
                let range = start..start + entry.len as usize;
                if text.get(range.clone()).is_some_and(|part| print(part) == entry.print) {
                    found(range, entry.id);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(
            needles in prop::collection::vec("[ab]{6,14}", 0..12),
            text in "[ab]{0,120}",
        ) {
            let each = |add: &mut File<'_>| {
                (0..).zip(&needles).for_each(|(id, needle)| add(needle.as_bytes(), id));
            };
            let mut found = Vec::new();
            Finder::of(&each).find(text.as_bytes(), &mut |range, id| found.push((range.start, id)));
            found.sort_unstable();
            let mut expected = Vec::new();
            for (id, needle) in (0_u32..).zip(&needles).filter(|(id, needle)| {
                needle.len() >= WINDOW && needles.iter().position(|other| other == *needle) == usize::try_from(*id).ok()
            }) {
                expected.extend((0..text.len()).filter(|at| text[*at..].starts_with(needle.as_str())).map(|at| (at, id)));
            }
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
