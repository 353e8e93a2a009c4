//! Base58 (Bitcoin and Ripple alphabets), with and without a checksum, and Monero's form of it in blocks.
//!
//! Decoding goes ten digits at a time into machine words: an address costs less than its checksum.

use sha2::{Digest as _, Sha256};

/// Value of each byte as a digit; 255 for what is none.
pub(super) struct Alphabet([u8; 256]);

impl Alphabet {
    const fn new(digits: &[u8; 58]) -> Self {
        let mut values = [255; 256];
        let mut value = 0;
        while value < 58 {
            values[digits[value as usize] as usize] = value;
            value += 1;
        }
        Self(values)
    }

    /// The digit's value; `None` for what is no digit.
    fn value(&self, byte: u8) -> Option<u64> {
        Some(self.0[usize::from(byte)]).filter(|value| *value < 58).map(u64::from)
    }
}

/// Bitcoin's order of digits.
pub(super) static BITCOIN: Alphabet = Alphabet::new(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
/// Ripple's order of digits.
pub(super) static RIPPLE: Alphabet = Alphabet::new(b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz");

/// Digits taken at once: 58 to the tenth fits a word.
const AT_ONCE: usize = 10;
/// Longest result in words.
const WORDS: usize = 9;

/// Decodes text that stands for exactly `N` bytes (64 at most).
pub(super) fn decode<const N: usize>(text: &[u8], alphabet: &Alphabet) -> Option<[u8; N]> {
    if text.len() > N * 2 || N > 64 {
        return None;
    }
    let mut words = [0_u64; WORDS];
    for group in text.chunks(AT_ONCE) {
        let (mut add, mut times) = (0_u64, 1_u64);
        for byte in group {
            add = add * 58 + alphabet.value(*byte)?;
            times *= 58;
        }
        let mut carry = u128::from(add);
        for word in &mut words {
            carry += u128::from(*word) * u128::from(times);
            *word = low(carry);
            carry >>= 64;
        }
    }
    let mut all = [0; WORDS * 8];
    for (bytes, word) in all.chunks_mut(8).zip(words.iter().rev()) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    let (above, value) = all.split_at(all.len() - N);
    let mut out = [0; N];
    out.copy_from_slice(value);
    // Each leading zero byte is written as one leading zero digit, and as nothing else.
    let zeros = out.iter().take_while(|byte| **byte == 0).count();
    let digits = text.iter().take_while(|byte| alphabet.value(**byte) == Some(0)).count();
    (above.iter().all(|byte| *byte == 0) && zeros == digits).then_some(out)
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low(wide: u128) -> u64 {
    wide as u64
}

/// Decodes text of `N` bytes whose last four are the start of the double SHA-256 of the others (base58check).
pub(super) fn checked<const N: usize>(text: &[u8], alphabet: &Alphabet) -> Option<[u8; N]> {
    let bytes = decode::<N>(text, alphabet)?;
    let (payload, sum) = bytes.split_at(N - 4);
    (Sha256::digest(Sha256::digest(payload)).get(..4) == Some(sum)).then_some(bytes)
}

/// Encodes bytes with their checksum, in Bitcoin's order of digits.
pub(super) fn encode_checked(payload: &[u8]) -> String {
    encode(payload, b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}

/// Encodes bytes with their checksum, in Ripple's order of digits.
pub(super) fn encode_ripple(payload: &[u8]) -> String {
    encode(payload, b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")
}

fn encode(payload: &[u8], digits: &[u8; 58]) -> String {
    let sum = Sha256::digest(Sha256::digest(payload));
    let bytes = [payload, &sum[..4]].concat();
    let mut values: Vec<u8> = Vec::with_capacity(bytes.len() * 2);
    for byte in &bytes {
        let mut carry = u32::from(*byte);
        for value in &mut values {
            carry += u32::from(*value) << 8;
            *value = u8::try_from(carry % 58).unwrap_or(0);
            carry /= 58;
        }
        while carry > 0 {
            values.push(u8::try_from(carry % 58).unwrap_or(0));
            carry /= 58;
        }
    }
    values.extend(bytes.iter().take_while(|byte| **byte == 0).map(|_| 0));
    values.iter().rev().map(|value| char::from(digits[usize::from(*value)])).collect()
}

/// Decodes Monero's form: blocks of eleven digits for eight bytes, the last one shorter. `None` unless it gives `N` bytes.
pub(super) fn blocks<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    /// Bytes a block of so many digits stands for.
    const SIZES: [usize; 12] = [0, 9, 1, 2, 9, 3, 4, 5, 9, 6, 7, 8];
    let mut out = [0; N];
    let mut at = 0;
    for block in text.chunks(11) {
        let size = *SIZES.get(block.len()).filter(|size| **size <= 8)?;
        let value = block.iter().try_fold(0_u128, |sum, byte| Some(sum * 58 + u128::from(BITCOIN.value(*byte)?)))?;
        let bytes = value.to_be_bytes();
        let (above, bytes) = bytes.split_at(16 - size);
        if above.iter().any(|byte| *byte != 0) {
            return None;
        }
        out.get_mut(at..at + size)?.copy_from_slice(bytes);
        at += size;
    }
    (at == N).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_decode_to_their_bytes_and_back() {
        let text = "1111111111111111111114oLvT2";
        assert_eq!(checked::<25>(text.as_bytes(), &BITCOIN).unwrap()[..21], [0; 21]);
        assert_eq!(encode_checked(&[0; 21]), text);
        assert_eq!(encode_ripple(&[0; 21]), "rrrrrrrrrrrrrrrrrrrrrhoLvTp");
        assert!(checked::<25>(b"1111111111111111111114oLvT3", &BITCOIN).is_none());
        for bad in [
            "111111111111111111114oLvT2",
            "11111111111111111111114oLvT2",
            "0OIl",
            "",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert!(decode::<25>(bad.as_bytes(), &BITCOIN).is_none(), "{bad}");
        }
        assert_eq!(decode::<32>(&[b'1'; 32], &BITCOIN), Some([0; 32]));
        assert_eq!(decode::<2>(b"5Q", &BITCOIN), None);
        assert_eq!(decode::<1>(b"5Q", &BITCOIN), Some([0xff]));
    }

    #[test]
    fn blocks_are_whole() {
        assert_eq!(blocks::<8>(b"11111111111"), Some([0; 8]));
        assert_eq!(blocks::<8>(b"jpXCZedGfVQ"), Some([0xff; 8]));
        assert!(blocks::<8>(b"jpXCZedGfVR").is_none() && blocks::<8>(b"1111").is_none());
    }
}
