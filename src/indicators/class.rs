//! The table that sorts bytes: one look-up tells the scanner what a byte may be part of.
//!
//! A token is a run of letters, digits, `.`, `-` and `_`; everything else separates. Bytes of multi-byte characters are
//! plain separators, so that Japanese text around a value needs no word boundary.

/// `0` to `9`.
pub(super) const DIGIT: u8 = 1;
/// `a` to `f`, either case.
pub(super) const HEX: u8 = 2;
/// The other ASCII letters.
pub(super) const LETTER: u8 = 4;
/// `.`.
pub(super) const DOT: u8 = 8;
/// `-`.
pub(super) const HYPHEN: u8 = 16;
/// `_`.
pub(super) const UNDERSCORE: u8 = 32;

/// May stand in a path, query or fragment without ending the URL; `,` and `&` only sometimes do.
pub(super) const TAIL: u8 = 64;

/// Any letter.
pub(super) const ALPHA: u8 = HEX | LETTER;
/// Any letter or digit.
pub(super) const ALNUM: u8 = ALPHA | DIGIT;
/// Whatever a token is made of.
pub(super) const TOKEN: u8 = ALNUM | DOT | HYPHEN | UNDERSCORE;

/// What each byte may be part of.
pub(super) static CLASS: [u8; 256] = table();

const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let value = byte as u8;
        let tail = value.is_ascii_graphic()
            && !matches!(value, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'\'' | b',' | b'&');
        let sort = match value {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'f' | b'A'..=b'F' => HEX,
            b'g'..=b'z' | b'G'..=b'Z' => LETTER,
            b'.' => DOT,
            b'-' => HYPHEN,
            b'_' => UNDERSCORE,
            _ => 0,
        };
        table[byte] = sort | if tail { TAIL } else { 0 };
        byte += 1;
    }
    table
}

/// The class of a byte.
#[inline]
pub(super) const fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// The classes of all bytes, joined.
pub(super) fn classes(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |flags, byte| flags | class(*byte))
}
