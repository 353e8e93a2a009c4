//! Skip filters: which blocks of chunks cannot hold a literal, told without reading them.
//!
//! Two bit sets a block, built from folded text. **Grams**: every run of three bytes and, as every digit triple occurs in
//! every block, runs of four that end with a digit, and numbers by their first four digits and the byte before. **Keys**:
//! whole tokens, inner parts of dotted tokens (IP addresses), and minimizers of long letter-digit runs (hashes, wallets). A
//! filter may say yes wrongly, never no wrongly: hits are always verified in the text. Substrings are what is asked for, so
//! a key is only probed where the literal fixes both its ends.
//!
//! The hashes are part of the store's format; they change only together with `FOLD_VERSION`.

use super::common;
use super::token::{Edges, is_joint};

/// Most blocks of a chunk: its records by where they begin, each block with a filter of its own, so that a rare hit costs
/// the unpacking of one block.
pub const BLOCKS: u32 = 4;

/// Bits of the gram set while it is built: more would leave the nearer memory of a processor. Stored sets are folded to fewer
/// bits where the content is small.
pub const GRAM_BITS: usize = 1 << GRAM_WIDTH;
const GRAM_WIDTH: u32 = 16;
/// Bits of the key set.
pub const KEY_BITS: usize = 1 << KEY_WIDTH;
const KEY_WIDTH: u32 = 15;
/// No position of the gram set.
const NOWHERE: u32 = 1 << GRAM_WIDTH;

/// Bytes that grams reach beyond where they begin: one less than the longest has.
const REACH: usize = 3;

/// Runs of letters and digits at least this long get minimizers.
const LONG: usize = 16;
/// Most bytes of a part that are told apart behind the parts before it: an address's last number.
const FOLLOW: usize = 3;
/// Bytes of one minimizer.
const GRAM: usize = 8;

/// What a key is made of; keeps equal bytes of different making apart.
const TOKEN: u64 = 0;
const PARTS: u64 = 1 << 32;
const AGAIN: u64 = 2 << 32;
const MINIMIZER: u64 = 3 << 32;

/// The two bit sets of one block, at full width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Runs of three and four bytes, and numbers.
    pub grams: Box<[u64]>,
    /// Tokens, parts and minimizers.
    pub keys: Box<[u64]>,
}

impl Skip {
    /// Of a block that is always read: no set excludes anything.
    #[must_use]
    pub fn open() -> Self {
        Self::filled(u64::MAX)
    }

    fn filled(word: u64) -> Self {
        Self { grams: vec![word; GRAM_BITS / 64].into(), keys: vec![word; KEY_BITS / 64].into() }
    }
}

/// Where filters are built, one after another.
#[derive(Debug)]
pub struct Room {
    grams: Marks,
    keys: Marks,
    minimizers: Vec<u64>,
}

impl Default for Room {
    fn default() -> Self {
        Self { grams: Marks::of(GRAM_BITS), keys: Marks::of(KEY_BITS), minimizers: Vec::new() }
    }
}

impl Room {
    /// The filter of one block's folded text.
    ///
    /// Logs repeat themselves. The text is taken in pieces (a token, what divides it from the next, and the bytes that grams
    /// reach beyond), and pieces that repeat earlier ones, byte for byte, are passed over, many at once.
    pub fn skip(&mut self, folded: &[u8]) -> Skip {
        let (mut seen, mut pieces) = (Seen::of(folded), Pieces::of(folded));
        // What is new and lies together is looked at together.
        let mut new = 0;
        loop {
            let start = pieces.at;
            // What is passed over may stand behind another byte than where it was seen.
            self.grams.set(number(folded, start).unwrap_or(NOWHERE));
            if let Some(end) = seen.again(start)
                && pieces.pass(end)
            {
                mark_grams(with_reach(folded, new, start), &mut self.grams);
                new = pieces.at;
                continue;
            }
            let Some((_, token)) = pieces.next() else { break };
            each_key(token, Wanted::Held, &mut self.minimizers, &mut |key| {
                positions(key).into_iter().for_each(|at| self.keys.set(at));
            });
        }
        mark_grams(with_reach(folded, new, folded.len()), &mut self.grams);
        Skip { grams: self.grams.take(), keys: self.keys.take() }
    }
}

/// A part of a text, and what grams that begin in it reach behind it; none of an empty part.
fn with_reach(text: &[u8], start: usize, end: usize) -> &[u8] {
    if start < end { text.get(start..(end + REACH).min(text.len())).unwrap_or(&[]) } else { &[] }
}

/// A bit set while it is built, a byte each: a byte is written without being read first. The last stands for no bit.
#[derive(Debug)]
struct Marks(Vec<u8>);

impl Marks {
    fn of(bits: usize) -> Self {
        Self(vec![0; bits + 1])
    }

    fn set(&mut self, at: u32) {
        if let Some(mark) = self.0.get_mut(at as usize) {
            *mark = 1;
        }
    }

    /// The set; begins afresh.
    fn take(&mut self) -> Box<[u64]> {
        let word = |marks: &mut [u8; 64]| {
            // The product gathers eight marks in its highest byte.
            let bits = |eight: &[u8; 8]| (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(marks.as_chunks::<8>().0).for_each(|(byte, eight)| *byte = bits(eight));
            marks.fill(0);
            u64::from_le_bytes(bytes)
        };
        self.0.as_chunks_mut::<64>().0.iter_mut().map(word).collect()
    }
}

fn mark_grams(text: &[u8], grams: &mut Marks) {
    for window in text.windows(4).filter_map(<[u8]>::first_chunk::<4>) {
        grams.set(gram_hash(u32::from_le_bytes(*window) & 0xff_ffff));
        // Written without being asked for: a branch would be guessed wrong at every other number.
        grams.set(four(*window).unwrap_or(NOWHERE));
    }
    if let Some(last) = text.last_chunk::<3>() {
        grams.set(gram_hash(gram(*last)));
    }
}

/// Bytes by which a repetition is known: shorter ones cost more to find than to look at again.
const KNOWN: usize = 16;

/// Bytes of one that are followed at most: no more are passed over at once, and what repeats itself all through would be
/// compared to its end from each of its places.
const FOLLOWED: usize = 4096;

/// Where pieces of a text begin, by their first bytes.
struct Seen<'a> {
    text: &'a [u8],
    starts: Vec<u32>,
}

impl<'a> Seen<'a> {
    /// Places, as a power of two.
    const PLACES: u32 = 11;

    fn of(text: &'a [u8]) -> Self {
        Self { text, starts: vec![0; 1 << Self::PLACES] }
    }

    fn first(&self, start: usize) -> Option<u128> {
        self.text.get(start..)?.first_chunk::<KNOWN>().map(|bytes| u128::from_le_bytes(*bytes))
    }

    /// How far the text at `start` repeats what began at an earlier start; remembers this one.
    fn again(&mut self, start: usize) -> Option<usize> {
        let first = self.first(start)?;
        let place = self.starts.get_mut(top(mixed(first), Self::PLACES) as usize)?;
        let before = std::mem::replace(place, u32::try_from(start).ok()?) as usize;
        // A place nobody took yet names the start of the text.
        if before >= start || self.first(before) != Some(first) {
            return None;
        }
        let (known, more) = (self.text.get(before + KNOWN..)?, self.text.get(start + KNOWN..)?);
        let known = known.get(..FOLLOWED).unwrap_or(known);
        Some(start + KNOWN + common(known, more))
    }
}

/// The positions (at full width) that must all be set in a block that holds a literal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Positions in the key set.
    pub keys: Vec<u32>,
    /// Positions of runs of four and of numbers in the gram set: each excludes less than a key.
    pub numbers: Vec<u32>,
    /// Positions of runs of three there: each excludes least.
    pub grams: Vec<u32>,
}

impl Probe {
    /// What a block must show if it holds `folded` as a substring.
    #[must_use]
    pub fn of(folded: &[u8]) -> Self {
        let mut probe = Self::default();
        let grams = folded.windows(3).filter_map(<[u8]>::first_chunk::<3>);
        probe.grams.extend(grams.map(|bytes| gram_hash(gram(*bytes))));
        let fours = folded.windows(4).filter_map(<[u8]>::first_chunk::<4>);
        probe.numbers.extend(fours.filter_map(|bytes| four(*bytes)));
        let mut pieces = Pieces::of(folded);
        let mut minimizers = Vec::new();
        while let Some((start, token)) = pieces.next() {
            probe.numbers.extend(number(folded, start));
            // The literal's own ends may be cut out of something longer.
            let whole = start > 0 && start + token.len() < folded.len();
            let wanted = if whole { Wanted::Asked } else { Wanted::AskedInPart };
            each_key(token, wanted, &mut minimizers, &mut |key| probe.keys.extend(positions(key)));
        }
        for list in [&mut probe.keys, &mut probe.numbers, &mut probe.grams] {
            list.sort_unstable();
            list.dedup();
        }
        probe
    }

    /// Whether it can exclude anything at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grams.is_empty() && self.keys.is_empty() && self.numbers.is_empty()
    }

    /// Whether one block may hold the literal.
    #[must_use]
    pub fn admits(&self, skip: &Skip) -> bool {
        let all = |set: &[u64], positions: &[u32]| positions.iter().all(|at| get(set, *at));
        all(&skip.keys, &self.keys) && all(&skip.grams, &self.numbers) && all(&skip.grams, &self.grams)
    }
}

fn get(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

/// Three bytes as a number, the first one lowest.
const fn gram(bytes: [u8; 3]) -> u32 {
    let [a, b, c] = bytes;
    u32::from_le_bytes([a, b, c, 0])
}

/// Where four bytes that end with a digit stand in the gram set.
fn four(bytes: [u8; 4]) -> Option<u32> {
    bytes[3].is_ascii_digit().then(|| run(u64::from(u32::from_le_bytes(bytes))))
}

/// Where a number stands there that begins the token at `start`: its first four digits and the byte before.
fn number(text: &[u8], start: usize) -> Option<u32> {
    let [before, a, b, c, d] = *text.get(start.checked_sub(1)?..)?.first_chunk::<5>()?;
    let digits = u32::from_le_bytes([a, b, c, d]);
    // Of digits alone the upper halves are 3, and stay so when 6 is added.
    let other = |digits: u32| (digits & 0xf0f0_f0f0) ^ 0x3030_3030;
    let is_number = other(digits) | other(digits.wrapping_add(0x0606_0606)) == 0;
    is_number.then_some(run(u64::from(digits) << 8 | u64::from(before)))
}

const fn run(bytes: u64) -> u32 {
    top(bytes.wrapping_mul(FACTOR), GRAM_WIDTH)
}

/// Where three bytes stand there.
const fn gram_hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1) >> (32 - GRAM_WIDTH)
}

/// Where a key stands in the key set.
const fn positions(key: u64) -> [u32; 2] {
    [top(key, KEY_WIDTH), top(key << KEY_WIDTH, KEY_WIDTH)]
}

/// The upper bits of a hash, which are its best.
#[expect(clippy::cast_possible_truncation, reason = "at most 32 bits are asked for")]
const fn top(hash: u64, bits: u32) -> u32 {
    (hash >> (64 - bits)) as u32
}

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Eight bytes at a time; the hash need not be strong: who can choose bytes to meet can only make a question slower.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| {
        let mixed = (hash ^ word).wrapping_mul(FACTOR);
        mixed ^ mixed >> 32
    };
    let (mut hash, mut rest) = (seed ^ bytes.len() as u64, bytes);
    while let Some((word, more)) = rest.split_first_chunk::<8>().filter(|(_, more)| !more.is_empty()) {
        hash = mix(hash, u64::from_le_bytes(*word));
        rest = more;
    }
    mix(hash, last_word(rest)).wrapping_mul(FACTOR)
}

/// Sixteen bytes as one hash.
#[expect(clippy::cast_possible_truncation, reason = "the halves are asked for")]
const fn mixed(key: u128) -> u64 {
    let (low, high) = (key as u64, (key >> 64) as u64);
    low.wrapping_mul(FACTOR) ^ high.wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
}

/// At most eight bytes as one number.
fn last_word(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.first_chunk::<8>() {
        return u64::from_le_bytes(*word);
    }
    if let (Some(head), Some(tail)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail));
    }
    bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Walks a text token by token.
struct Pieces<'a> {
    text: &'a [u8],
    edges: Edges<'a>,
    /// Where the next token begins.
    at: usize,
}

impl<'a> Pieces<'a> {
    fn of(text: &'a [u8]) -> Self {
        let mut edges = Edges::of(text);
        let at = edges.next();
        Self { text, edges, at }
    }

    /// Passes over the pieces that end, with their reach, before `end`; whether there was any.
    fn pass(&mut self, end: usize) -> bool {
        let last = self.edges.pass(self.at, end.saturating_sub(REACH));
        self.at = last.unwrap_or(self.at);
        last.is_some()
    }

    /// Where the next token begins, and the token.
    fn next(&mut self) -> Option<(usize, &'a [u8])> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        let end = self.edges.next();
        self.at = self.edges.next();
        Some((start, self.text.get(start..end)?))
    }
}

/// What the keys of a token are wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// A filter of text in which it stands.
    Held,
    /// A question that holds it with both its ends.
    Asked,
    /// A question that may hold a part of it only.
    AskedInPart,
}

/// Calls `found` with each key of a token.
fn each_key(token: &[u8], wanted: Wanted, minimizers: &mut Vec<u64>, found: &mut impl FnMut(u64)) {
    if wanted != Wanted::AskedInPart && token.len() >= 3 {
        found(hash(TOKEN, token));
    }
    if token.len() >= 7 && token.iter().any(u8::is_ascii_digit) {
        inner_parts(token, wanted != Wanted::Held, found);
        if token.len() >= LONG {
            long_runs(token, minimizers, found);
        }
    }
}

/// Of a dotted token: last byte of a part, the two parts after it whole, and the first bytes of the part that follows. Both
/// ends are fixed by the separators inside, so the key is the same in every longer token. A filter holds it with each
/// number of following bytes, as a literal may end after any of them; a question asks for the longest it can.
fn inner_parts(token: &[u8], asked: bool, found: &mut impl FnMut(u64)) {
    let mut cuts = [0_usize; 3];
    let mut seen = 0;
    for (index, byte) in token.iter().enumerate() {
        if !is_joint(*byte) {
            continue;
        }
        cuts = [cuts[1], cuts[2], index];
        seen += 1;
        if seen >= 3 && cuts[0] > 0 {
            let follows = token.get(index + 1..).unwrap_or(&[]).iter().take(FOLLOW);
            let most = follows.take_while(|byte| !is_joint(**byte)).count().max(1);
            let parts = if asked { most..=most } else { 1..=most };
            for part in parts.filter_map(|more| token.get(cuts[0] - 1..=index + more)) {
                // Three times as many positions as other keys: an address has no other key to be told by.
                let key = hash(PARTS, part);
                found(key);
                found(key << (2 * KEY_WIDTH));
                found(hash(AGAIN, part));
            }
        }
    }
}

/// Minimizers: of every window of nine 8-byte grams the one with the smallest hash. Any common run of 16 bytes shares one.
fn long_runs(token: &[u8], hashes: &mut Vec<u64>, found: &mut impl FnMut(u64)) {
    for run in token.split(|byte| is_joint(*byte)).filter(|run| run.len() >= LONG) {
        hashes.clear();
        hashes.extend(run.windows(GRAM).map(|gram| hash(MINIMIZER, gram)));
        let mut before = None;
        for window in hashes.windows(LONG - GRAM + 1) {
            let least = window.iter().min().copied();
            if least != before {
                if let Some(key) = least {
                    found(key);
                }
                before = least;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn skip(text: &str) -> Skip {
        Room::default().skip(text.as_bytes())
    }

    #[test]
    fn an_address_selects_although_all_its_digit_triples_occur() {
        let block = skip("203.0.114.7 203.1.113.7 13.7 0.113 3.0.11 .113.7 03.0.113x");
        assert!(!Probe::of(b"203.0.113.7").admits(&block));
        assert!(Probe::of(b"203.0.113.7").admits(&skip("x=1203.0.113.77")));
        assert!(!Probe::of(b"203.0.113.25").admits(&skip("203.0.113.2 203.0.113.244")));
        assert!(Probe::of(b"203.0.113.25").admits(&skip("203.0.113.254")));
    }

    #[test]
    fn a_number_is_known_behind_each_byte_it_stands_behind() {
        let tail = "4242 and words enough to be passed over when they come again";
        let block = skip(&format!("id={tail}; port:{tail}; ({tail})"));
        for (before, held) in [("=", true), (":", true), ("(", true), ("#", false)] {
            let number = Probe::of(format!("{before}4242").as_bytes()).numbers;
            assert_eq!(number.iter().all(|at| get(&block.grams, *at)), held, "{before}");
        }
        assert!(!Probe::of(b"x=4242").admits(&skip("x=42 =424 24242 x=4243")));
    }

    proptest! {
        /// What is passed over because it was seen changes nothing.
        #[test]
        fn repeated_text_adds_nothing(spans in prop::collection::vec("[ab.1]{1,3}|[=:]1{4,6}|a{10,20}[\", \\n]{1,3}[ab]{3,20}|[\"\\n ]{1,2}|\"(ab.1 ?){8}a{3}\"", 0..60)) {
            let text = spans.concat().repeat(2);
            let (mut grams, mut keys) = (Marks::of(GRAM_BITS), Marks::of(KEY_BITS));
            mark_grams(text.as_bytes(), &mut grams);
            let mut pieces = Pieces::of(text.as_bytes());
            while let Some((start, token)) = pieces.next() {
                grams.set(number(text.as_bytes(), start).unwrap_or(NOWHERE));
                each_key(token, Wanted::Held, &mut Vec::new(), &mut |key| {
                    positions(key).into_iter().for_each(|at| keys.set(at));
                });
            }
            let plain = Skip { grams: grams.take(), keys: keys.take() };
            // Nor does what was built before.
            let mut room = Room::default();
            room.skip(b"something else 203.0.113.7");
            prop_assert_eq!((skip(&text), room.skip(text.as_bytes())), (plain.clone(), plain));
        }

        /// The one promise a skip filter makes: it never hides a block that holds the literal.
        #[test]
        fn every_substring_is_admitted(text in "[a-f0-9._ /:-]{0,120}", start in 0_usize..120, len in 0_usize..60) {
            let start = start.min(text.len());
            let end = (start + len).min(text.len());
            prop_assert!(Probe::of(&text.as_bytes()[start..end]).admits(&skip(&text)));
        }
    }
}
