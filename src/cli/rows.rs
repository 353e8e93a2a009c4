//! Many rows of a few members each on standard output, as JSON Lines or in columns.
//!
//! Millions of finds come this way, so a row is put together from ready pieces in memory that is filled again and again.

use super::out::{Out, escaped, is_tricky, plain};
use crate::workbench::extract::Found;
use serde_json::Value;
use std::io::{self, Write as _};

/// Rows, printed through one buffer: a JSON object a line, or values in columns.
pub(super) struct Rows {
    json: bool,
    fresh: bool,
    held: Held,
    out: io::StdoutLock<'static>,
}

/// Bytes held back before they are written.
const HELD: usize = 1 << 16;

/// Bytes on their way out.
struct Held {
    /// Longer than what it holds.
    bytes: Vec<u8>,
    len: usize,
}

impl Held {
    /// Makes room for so many more bytes.
    fn room(&mut self, more: usize) {
        if self.bytes.len() - self.len < more {
            self.bytes.resize((self.len + more).next_power_of_two(), 0);
        }
    }

    /// Appends.
    fn put(&mut self, piece: &[u8]) {
        self.room(piece.len());
        self.add(piece);
    }

    /// Appends where room was made; short pieces are quickest where their length is known.
    #[inline]
    fn add(&mut self, piece: &[u8]) {
        let end = self.len + piece.len();
        self.bytes[self.len..end].copy_from_slice(piece);
        self.len = end;
    }

    /// Appends the first `len` bytes where room was made for all of them.
    #[inline]
    fn add_of<const N: usize>(&mut self, piece: &[u8; N], len: usize) {
        self.bytes[self.len..self.len + N].copy_from_slice(piece);
        self.len += len;
    }

    /// Appends a value, a piece and the value again where room was made; whether the value is clean (see [`is_clean`]).
    /// Each word of it is looked at as it goes by.
    #[inline]
    fn add_twice(&mut self, value: &[u8], between: &[u8]) -> bool {
        let second = self.len + value.len() + between.len();
        let end = second + value.len();
        let (first, other) = self.bytes[self.len..end].split_at_mut(second - self.len);
        first[value.len()..].copy_from_slice(between);
        self.len = end;
        let first = &mut first[..value.len()];
        let Some(last) = value.last_chunk() else {
            first.copy_from_slice(value);
            other.copy_from_slice(value);
            let mut word = [b' '; 8];
            word[..value.len()].copy_from_slice(value);
            return odd(word) == 0;
        };
        let mut found = odd(*last);
        let copies = first.as_chunks_mut().0.iter_mut().zip(other.as_chunks_mut().0);
        for (word, (one, other)) in value.as_chunks().0.iter().zip(copies) {
            (*one, *other) = (*word, *word);
            found |= odd(*word);
        }
        for copy in [first, other] {
            if let Some(place) = copy.last_chunk_mut() {
                *place = *last;
            }
        }
        found == 0
    }

    /// Appends a number in decimal where room was made for [`DIGITS`].
    fn digits(&mut self, value: u64) {
        if value >= 100_000_000 {
            self.digits(value / 100_000_000);
            self.add(&(eight_digits(value % 100_000_000) | ASCII_ZEROS).to_le_bytes());
            return;
        }
        let digits = eight_digits(value);
        // Its first digit stands in the lowest byte.
        let zeros = (digits.trailing_zeros() / 8).min(7);
        let text = ((digits | ASCII_ZEROS) >> (8 * zeros)).to_le_bytes();
        self.add(&text);
        self.len -= zeros as usize;
    }
}

/// Room for all of a find but its value.
const PIECES: usize = 256;
/// Room for the digits of any number.
const DIGITS: usize = 24;

/// `0` in each byte of a word.
const ASCII_ZEROS: u64 = 0x3030_3030_3030_3030;

/// The last eight digits of a number below 10^8, one a byte, the first in the lowest; splits fours, pairs and digits of
/// all at once.
const fn eight_digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - 10 * tens) << 8)
}

impl Rows {
    pub(super) fn new(out: Out) -> Self {
        let held = Held { bytes: vec![0; 2 * HELD], len: 0 };
        Self { json: out.json, fresh: true, held, out: io::stdout().lock() }
    }

    /// A member of the row whose value is text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        let calm = |value: &str| !value.chars().any(|c| matches!(c, '"' | '\\') || is_tricky(c));
        if is_clean(value) || calm(value) {
            self.quoted(value.as_bytes());
        } else if self.json {
            self.held.put(escaped(&Value::from(value).to_string()).as_bytes());
        } else {
            self.held.put(plain(value).as_bytes());
        }
    }

    /// One whose value is a tag: letters, digits and underscores.
    pub(super) fn tag(&mut self, name: &str, value: &str) {
        self.name(name);
        self.quoted(value.as_bytes());
    }

    /// The members every find has. In most of them the value stands in the text as it is.
    pub(super) fn find(&mut self, found: &Found<'_>) {
        let before = self.held.len;
        if found.value == found.text && self.find_as_written(found) {
            self.fresh = false;
            return;
        }
        self.held.len = before;
        self.tag("kind", found.kind.tag());
        self.text("value", found.value);
        self.text("text", found.text);
        self.number("start", found.start);
        self.number("end", found.end);
        self.truth("implied", found.implied);
        self.truth("verified", found.verified);
    }

    /// The same for one whose value stands in the text as it is; false where it cannot be printed as it is.
    fn find_as_written(&mut self, found: &Found<'_>) -> bool {
        let (kind, len) = found.kind.padded();
        let value = found.value.as_bytes();
        let held = &mut self.held;
        held.room(2 * value.len() + PIECES);
        let clean;
        if self.json {
            held.add(br#"{"kind":""#);
            held.add_of(kind, len);
            held.add(br#"","value":""#);
            clean = held.add_twice(value, br#"","text":""#);
            held.add(br#"","start":"#);
            held.digits(found.start);
            held.add(br#","end":"#);
            held.digits(found.end);
            held.add(match (found.implied, found.verified) {
                (false, true) => br#","implied":false,"verified":true"#,
                (true, true) => br#","implied":true,"verified":true"#,
                (false, false) => br#","implied":false,"verified":false"#,
                (true, false) => br#","implied":true,"verified":false"#,
            });
        } else {
            held.add_of(kind, len);
            held.add(b"\t");
            clean = held.add_twice(value, b"\t");
            held.add(b"\t");
            held.digits(found.start);
            held.add(b"\t");
            held.digits(found.end);
            held.add(match (found.implied, found.verified) {
                (false, true) => b"\tfalse\ttrue",
                (true, true) => b"\ttrue\ttrue",
                (false, false) => b"\tfalse\tfalse",
                (true, false) => b"\ttrue\tfalse",
            });
        }
        clean
    }

    /// One whose value is a number.
    pub(super) fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        self.held.room(DIGITS);
        self.held.digits(value);
    }

    /// One whose value is true or false.
    pub(super) fn truth(&mut self, name: &str, value: bool) {
        self.name(name);
        self.held.put(if value { b"true" } else { b"false" });
    }

    fn quoted(&mut self, value: &[u8]) {
        if self.json {
            self.held.put(b"\"");
        }
        self.held.put(value);
        if self.json {
            self.held.put(b"\"");
        }
    }

    fn name(&mut self, name: &str) {
        let first = std::mem::take(&mut self.fresh);
        self.held.room(name.len() + 8);
        if self.json {
            self.held.add(if first { b"{\"" } else { b",\"" });
            self.held.add(name.as_bytes());
            self.held.add(b"\":");
        } else if !first {
            self.held.add(b"\t");
        }
    }

    /// Ends the row.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.held.put(if self.json { b"}\n" } else { b"\n" });
        self.fresh = true;
        if self.held.len < HELD { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.held.bytes[..self.held.len]);
        self.held.len = 0;
        written
    }

    /// Prints what is still held.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.out.flush()
    }
}

/// Whether a text stands in JSON as it is: printable ASCII but `"` and `\`. Looks at eight bytes at once, and at the last
/// eight of all again.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk() else {
        let mut word = [b' '; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        return odd(word) == 0;
    };
    bytes.as_chunks().0.iter().fold(odd(*last), |found, word| found | odd(*word)) == 0
}

/// Zero where each of eight bytes is printable ASCII but `"` and `\`.
#[inline]
const fn odd(word: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = 0x80 * EACH;
    const fn less(word: u64, than: u64) -> u64 {
        word.wrapping_sub(than * EACH) & !word & TOP
    }
    let word = u64::from_le_bytes(word);
    let quote = less(word ^ (0x22 * EACH), 1) | less(word ^ (0x5c * EACH), 1);
    word & TOP | less(word, 0x20) | less(word ^ (0x7f * EACH), 1) | quote
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_they_are(value in prop_oneof![any::<u64>(), 0..1_000_000_000_000_u64, 0..10_000_u64]) {
            let mut held = Held { bytes: Vec::new(), len: 0 };
            held.room(DIGITS);
            held.digits(value);
            prop_assert_eq!(std::str::from_utf8(&held.bytes[..held.len]).unwrap(), value.to_string());
        }

        #[test]
        fn a_value_is_written_twice_and_looked_at_once(value in r"[ -~]{0,40}|(\PC|\pC|[\x00-\x9f]){0,12}", between in "[,:a-z]{0,12}") {
            let mut held = Held { bytes: vec![b'x'; 8], len: 3 };
            held.room(2 * value.len() + between.len());
            prop_assert_eq!(held.add_twice(value.as_bytes(), between.as_bytes()), is_clean(&value), "{:?}", value);
            let twice = format!("xxx{value}{between}{value}");
            prop_assert_eq!(&held.bytes[..held.len], twice.as_bytes());
        }

        #[test]
        fn clean_is_what_json_leaves_alone(text in r"[ -~]{0,20}|(\PC|\pC|[\x00-\x9f]){0,12}") {
            let stands = text.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'));
            prop_assert_eq!(is_clean(&text), stands, "{:?}", text);
        }
    }

    #[test]
    fn every_number_of_digits_is_written() {
        for power in 0..20 {
            for value in [10_u64.pow(power) - 1, 10_u64.pow(power), 10_u64.pow(power) + 7] {
                let mut held = Held { bytes: vec![0; DIGITS], len: 0 };
                held.digits(value);
                assert_eq!(held.bytes[..held.len], *value.to_string().as_bytes());
            }
        }
        let mut held = Held { bytes: vec![0; DIGITS], len: 0 };
        held.digits(u64::MAX);
        assert_eq!(held.bytes[..held.len], *u64::MAX.to_string().as_bytes());
    }
}
