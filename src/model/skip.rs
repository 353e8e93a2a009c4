//! Skip filters: which chunks cannot hold a literal, told without reading them.
//!
//! Two bit sets a chunk, built from folded text. **Grams**: every run of three bytes. **Keys**: whole tokens, inner parts
//! of dotted tokens (three-byte grams do not select IP addresses: every digit triple occurs in every megabyte), and
//! minimizers of long letter-digit runs (hashes, wallets). A filter may say yes wrongly, never no wrongly: hits are always
//! verified in the text. Substrings are what is asked for, so a key is only probed where the literal fixes both its ends.
//!
//! The hashes are part of the store's format; they change only together with `FOLD_VERSION`.

/// Bits of each set while it is built. Stored sets are folded to fewer bits where the content is small.
pub const BITS: usize = 1 << 17;

/// Runs of letters and digits at least this long get minimizers.
const LONG: usize = 16;
/// Bytes of one minimizer.
const GRAM: usize = 8;

/// The two bit sets of one chunk, at full width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Three-byte grams.
    pub grams: Vec<u64>,
    /// Tokens, parts and minimizers.
    pub keys: Vec<u64>,
}

impl Default for Skip {
    fn default() -> Self {
        Self { grams: vec![0; BITS / 64], keys: vec![0; BITS / 64] }
    }
}

impl Skip {
    /// Adds everything in one piece of folded text.
    pub fn add(&mut self, folded: &[u8]) {
        let mut window = folded.iter();
        if let (Some(a), Some(b)) = (window.next(), window.next()) {
            let mut triple = u32::from(*a) << 8 | u32::from(*b);
            for byte in window {
                triple = (triple << 8 | u32::from(*byte)) & 0x00ff_ffff;
                set(&mut self.grams, gram_hash(triple));
            }
        }
        let keys = &mut self.keys;
        each_key(folded, true, &mut |key| {
            set(keys, key);
            set(keys, second(key));
        });
    }
}

/// The positions (at full width) that must all be set in a chunk that holds a literal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Positions in the gram set.
    pub grams: Vec<u32>,
    /// Positions in the key set.
    pub keys: Vec<u32>,
}

impl Probe {
    /// What a chunk must show if it holds `folded` as a substring.
    #[must_use]
    pub fn of(folded: &[u8]) -> Self {
        let mut probe = Self::default();
        for window in folded.windows(3) {
            if let [a, b, c] = window {
                probe.grams.push(gram_hash(u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c)));
            }
        }
        let keys = &mut probe.keys;
        each_key(folded, false, &mut |key| keys.extend([key, second(key)]));
        for list in [&mut probe.grams, &mut probe.keys] {
            list.sort_unstable();
            list.dedup();
        }
        probe
    }

    /// Whether it can exclude anything at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grams.is_empty() && self.keys.is_empty()
    }

    /// Whether one chunk may hold the literal.
    #[must_use]
    pub fn admits(&self, skip: &Skip) -> bool {
        self.grams.iter().all(|at| get(&skip.grams, *at)) && self.keys.iter().all(|at| get(&skip.keys, *at))
    }
}

fn set(bits: &mut [u64], at: u32) {
    if let Some(word) = bits.get_mut(at as usize / 64) {
        *word |= 1 << (at % 64);
    }
}

fn get(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

const fn gram_hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS.trailing_zeros())
}

const fn second(key: u32) -> u32 {
    key.wrapping_mul(0x85eb_ca6b).wrapping_add(0x1234_5679).wrapping_mul(0x9e37_79b1) >> (32 - BITS.trailing_zeros())
}

fn key_hash(seed: u32, bytes: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32 ^ seed;
    for byte in bytes {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ hash >> 15).wrapping_mul(0x2c1b_3c6d) >> (32 - BITS.trailing_zeros())
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Calls `found` with each key of the text. `ends` tells whether the text's own ends are true token ends (a whole record)
/// or may be cut out of something longer (a literal).
fn each_key(text: &[u8], ends: bool, found: &mut impl FnMut(u32)) {
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or(&[]);
        let Some(start) = rest.iter().position(|byte| is_token(*byte)) else { return };
        let rest = rest.get(start..).unwrap_or(&[]);
        let len = rest.iter().position(|byte| !is_token(*byte)).unwrap_or(rest.len());
        let token = rest.get(..len).unwrap_or(&[]);
        let whole = ends || (at + start > 0 && at + start + len < text.len());
        if whole && len >= 3 {
            found(key_hash(0, token));
        }
        if len >= 7 && token.iter().any(u8::is_ascii_digit) {
            inner_parts(token, found);
            long_runs(token, found);
        }
        at += start + len;
    }
}

/// Of a dotted token: last byte of a part, the two parts after it whole, first byte of the part that follows. Both ends
/// are fixed by the separators inside, so the key is the same in every longer token.
fn inner_parts(token: &[u8], found: &mut impl FnMut(u32)) {
    let mut cuts = [0_usize; 3];
    let mut seen = 0;
    for (index, byte) in token.iter().enumerate() {
        if matches!(byte, b'.' | b'_' | b'-') {
            cuts = [cuts[1], cuts[2], index];
            seen += 1;
            if seen >= 3
                && cuts[0] > 0
                && let Some(gram) = token.get(cuts[0] - 1..index + 2)
            {
                found(key_hash(1, gram));
            }
        }
    }
}

/// Minimizers: of every window of nine 8-byte grams the one with the smallest hash. Any common run of 16 bytes shares one.
fn long_runs(token: &[u8], found: &mut impl FnMut(u32)) {
    for run in token.split(|byte| matches!(byte, b'.' | b'_' | b'-')) {
        if run.len() < LONG {
            continue;
        }
        let hashes: Vec<u32> = run.windows(GRAM).map(|gram| key_hash(2, gram)).collect();
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
        let mut skip = Skip::default();
        skip.add(text.as_bytes());
        skip
    }

    #[test]
    fn an_address_selects_although_all_its_digit_triples_occur() {
        let chunk = skip("203.0.114.7 203.1.113.7 13.7 0.113 3.0.11 .113.7 03.0.113x");
        assert!(!Probe::of(b"203.0.113.7").admits(&chunk));
        assert!(Probe::of(b"203.0.113.7").admits(&skip("x=1203.0.113.77")));
    }

    proptest! {
        /// The one promise a skip filter makes: it never hides a chunk that holds the literal.
        #[test]
        fn every_substring_is_admitted(text in "[a-f0-9._ /:-]{0,120}", start in 0_usize..120, len in 0_usize..60) {
            let start = start.min(text.len());
            let end = (start + len).min(text.len());
            prop_assert!(Probe::of(&text.as_bytes()[start..end]).admits(&skip(&text)));
        }
    }
}
