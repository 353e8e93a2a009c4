//! Character encodings: the guess, the labels, and decoding a chunk without losing track of its lines.
//!
//! The order is that of domain.md §4: strict decoders first, a statistical guess last. `shift_jis` means CP932 here, as
//! it does in the WHATWG standard. Bytes an encoding lacks become U+FFFD, and the record says so.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Labels named in messages; every WHATWG label is understood.
pub const NAMES: [&str; 6] = ["utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "utf-16le", "utf-16be"];

/// The encoding a label stands for, with the names Japanese tools use.
#[must_use]
pub fn from_label(label: &str) -> Option<&'static Encoding> {
    let plain = label.trim().to_ascii_lowercase().replace('_', "-");
    let found = match plain.as_str() {
        "cp932" | "ms932" | "windows-932" | "sjis" | "sjis-win" => Some(SHIFT_JIS),
        "utf8" | "utf-8-sig" | "utf-8-bom" | "utf8bom" => Some(UTF_8),
        "eucjp" | "ujis" | "eucjp-win" => Some(EUC_JP),
        "jis" | "iso2022jp" | "iso-2022-jp-ms" => Some(ISO_2022_JP),
        "utf16" | "utf16le" => Some(UTF_16LE),
        "utf16be" => Some(UTF_16BE),
        _ => Encoding::for_label(label.trim().as_bytes()),
    };
    // The "replacement" encoding decodes anything to one sign: it reads nothing.
    found.filter(|encoding| *encoding != encoding_rs::REPLACEMENT)
}

/// The encoding of a reading; UTF-8 where the label says nothing.
#[must_use]
pub fn of(label: &str) -> &'static Encoding {
    // Asked of every record: a kept label is not taken apart.
    match label {
        "utf-8" => UTF_8,
        "shift_jis" => SHIFT_JIS,
        "euc-jp" => EUC_JP,
        other => from_label(other).unwrap_or(UTF_8),
    }
}

/// The label kept in a reading.
#[must_use]
pub fn label(encoding: &'static Encoding) -> &'static str {
    let name = encoding.name();
    NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(name)
}

/// A file name for people: UTF-8 where it is, else as Japanese Windows writes it; controls are shown, not obeyed.
#[must_use]
pub fn name(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => SHIFT_JIS.decode_without_bom_handling(bytes).0,
    };
    let odd = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if odd(c) { '\u{fffd}' } else { c }).collect()
}

/// Length of this encoding's byte order mark at the start of `bytes`.
#[must_use]
pub fn bom_len(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    match Encoding::for_bom(bytes) {
        Some((marked, len)) if marked == encoding => len,
        _ => 0,
    }
}

/// What the first bytes say about their encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Whether the bytes are text at all.
    pub textual: bool,
}

/// Guesses the encoding of the first bytes of a file.
#[must_use]
pub fn guess(head: &[u8]) -> Guess {
    if head.starts_with(&[0xff, 0xfe, 0, 0]) || head.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Guess { encoding: UTF_8, textual: false };
    }
    if let Some((encoding, len)) = Encoding::for_bom(head) {
        return Guess { encoding, textual: is_textual(encoding, head.get(len..).unwrap_or(&[])) };
    }
    if let Some(encoding) = wide(head) {
        return Guess { encoding, textual: is_textual(encoding, head) };
    }
    let encoding = narrow(head);
    Guess { encoding, textual: is_textual(encoding, head) }
}

/// UTF-16 without a mark: one of the two bytes of most units is zero, or 0x30 (kana).
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let units = head.len() / 2;
    // Either encoding has zeros among its bytes; most files have none.
    if units < 8 || memchr::memchr(0, head).is_none() {
        return None;
    }
    let count = |parity: usize, wanted: &[u8]| {
        head.iter().skip(parity).step_by(2).take(units).filter(|byte| wanted.contains(byte)).count()
    };
    let (even, odd) = (count(0, &[0]), count(1, &[0]));
    let kana = (count(0, &[0x30]), count(1, &[0x30]));
    let share = |n: usize| n * 100 / units;
    if share(odd + kana.1) >= 35 && share(odd) >= 2 && share(even) <= 1 && strict(UTF_16LE, head) {
        return Some(UTF_16LE);
    }
    (share(even + kana.0) >= 35 && share(even) >= 2 && share(odd) <= 1 && strict(UTF_16BE, head)).then_some(UTF_16BE)
}

fn narrow(head: &[u8]) -> &'static Encoding {
    let escapes = memchr::memchr(0x1b, head).is_some();
    if escapes && head.is_ascii() && has_jis_escape(head) && strict(ISO_2022_JP, whole_lines(head)) {
        return ISO_2022_JP;
    }
    // A few bad bytes among UTF-8 do not make it anything else; Japanese in other encodings is hardly ever valid UTF-8.
    if strict(UTF_8, head) || mostly_utf8(head) {
        return UTF_8;
    }
    match (strict(SHIFT_JIS, head), strict(EUC_JP, head)) {
        (true, false) => SHIFT_JIS,
        (false, true) => EUC_JP,
        // Nothing accepts them and they are few: junk in ASCII, as scanners leave it in logs.
        _ if head.iter().filter(|byte| !byte.is_ascii()).count() * 100 < head.len() => UTF_8,
        _ => {
            let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(head, true);
            detector.guess(Some(b"jp"), chardetng::Utf8Detection::Deny)
        }
    }
}

/// Escapes that begin JIS X 0208 or 0201, unlike the colours of a terminal.
fn has_jis_escape(head: &[u8]) -> bool {
    [&b"\x1b$B"[..], b"\x1b$@", b"\x1b(J", b"\x1b(I"].iter().any(|escape| memchr::memmem::find(head, escape).is_some())
}

fn whole_lines(head: &[u8]) -> &[u8] {
    memchr::memrchr(b'\n', head).and_then(|end| head.get(..end)).unwrap_or(head)
}

/// Most non-ASCII bytes stand in valid sequences, and there are some.
fn mostly_utf8(head: &[u8]) -> bool {
    let high = head.iter().filter(|byte| !byte.is_ascii()).count();
    let bad: usize = head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    bad * 5 < high * 2
}

/// Whether the bytes are valid in the encoding, a sequence cut off at the very end aside.
fn strict(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0));
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut out, false);
    matches!(result, encoding_rs::DecoderResult::InputEmpty)
}

/// Text has few control characters. Runs of NUL (a log truncated while it was written) are set aside when text remains.
fn is_textual(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let (signs, nuls, odd) = signs(&text);
    signs > 0 && odd * 20 <= signs && (nuls * 10 <= signs || nul_runs(&text) <= 2 && signs > 256) || bytes.is_empty()
}

/// Characters of a text by what they are: signs, NUL, and controls that texts do not hold.
///
/// Counted by the byte, many at once: controls are single bytes in ASCII and pairs in Latin-1.
fn signs(text: &str) -> (usize, usize, usize) {
    // As many at a time as a byte can count.
    fn count(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
        let part = |part: &[u8]| part.iter().fold(0, |sum: u8, byte| sum.wrapping_add(u8::from(fits(*byte))));
        bytes.chunks(255).map(|bytes| usize::from(part(bytes))).sum()
    }
    let bytes = text.as_bytes();
    let nuls = count(bytes, |byte| byte == 0);
    let plain = count(bytes, |byte| matches!(byte, 0..=6 | 14..=26 | 28..=31 | 0x7f));
    let latin =
        memchr::memchr_iter(0xc2, bytes).filter(|at| bytes.get(at + 1).is_some_and(|byte| *byte < 0xa0)).count();
    let odd = plain - nuls + latin + memchr::memmem::find_iter(bytes, "\u{fffd}").count();
    (count(bytes, |byte| byte & 0xc0 != 0x80) - nuls - odd, nuls, odd)
}

fn nul_runs(text: &str) -> usize {
    text.as_bytes().windows(2).filter(|pair| pair[0] == 0 && pair[1] != 0).count()
}

/// A decoded chunk.
#[derive(Debug)]
pub struct Decoded {
    /// The text; its line feeds are those of the bytes, one for one.
    pub text: String,
    /// Whether offsets in text and bytes are the same.
    pub same: bool,
    /// Whether anything had to be replaced.
    pub dirty: bool,
}

/// Bytes that are UTF-8 as text. Asks many at once: Japanese costs the standard library ten times what ASCII does.
#[must_use]
pub fn utf8(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

/// Decodes a chunk so that every line feed of the bytes is one line feed of the text and the other way round.
#[must_use]
pub fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    if encoding == UTF_8 || encoding.is_ascii_compatible() && bytes.is_ascii() {
        if let Some(text) = utf8(bytes) {
            return Decoded { text: text.to_owned(), same: true, dirty: false };
        }
        return Decoded { text: String::from_utf8_lossy(bytes).into_owned(), same: false, dirty: true };
    }
    if encoding == ISO_2022_JP {
        return decode_lines(encoding, bytes);
    }
    let (text, dirty) = decode_whole(encoding, bytes);
    let unit = Unit::of(encoding);
    if memchr::memchr_iter(b'\n', text.as_bytes()).count() == unit.count(bytes) {
        return Decoded { text, same: false, dirty };
    }
    decode_lines(encoding, bytes)
}

fn decode_whole(encoding: &'static Encoding, bytes: &[u8]) -> (String, bool) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16));
    let (_, _, dirty) = decoder.decode_to_string(bytes, &mut text, true);
    (text, dirty)
}

/// Line by line, each from the encoding's first state, as RFC 1468 demands of ISO-2022-JP.
fn decode_lines(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let unit = Unit::of(encoding);
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut dirty = false;
    let mut at = 0;
    loop {
        let end = unit.find(bytes, at);
        // A carriage return ends the line's characters as well, so that a record alone reads as it does here.
        let stop = end.unwrap_or(bytes.len());
        let inner = unit.without_return(bytes, at, stop);
        let line = bytes.get(at..inner).unwrap_or(&[]);
        let (part, bad) = encoding.decode_without_bom_handling(line);
        dirty |= bad;
        if part.contains('\n') {
            dirty = true;
            text.push_str(&part.replace('\n', "\u{fffd}"));
        } else {
            text.push_str(&part);
        }
        if inner < stop {
            text.push('\r');
        }
        let Some(end) = end else { break };
        text.push('\n');
        at = end + unit.width();
    }
    Decoded { text, same: false, dirty }
}

/// Where in the bytes of a chunk the characters at these places (rising) of its text begin.
#[must_use]
pub fn originals(encoding: &'static Encoding, bytes: &[u8], decoded: &Decoded, places: &[usize]) -> Vec<usize> {
    if decoded.same {
        return places.to_vec();
    }
    let (unit, text) = (Unit::of(encoding), decoded.text.as_bytes());
    let mut out = Vec::with_capacity(places.len());
    let (mut line, mut byte) = (0, 0);
    let mut rest = places;
    while !rest.is_empty() {
        let feed = memchr::memchr(b'\n', text.get(line..).unwrap_or(&[])).map_or(text.len(), |feed| line + feed);
        let end = unit.find(bytes, byte).unwrap_or(bytes.len());
        let here = rest.partition_point(|place| *place <= feed);
        let (inside, behind) = rest.split_at(if feed == text.len() { rest.len() } else { here });
        if !inside.is_empty() {
            let columns = inside.iter().map(|place| place - line);
            out.extend(columns_in(encoding, bytes.get(byte..end).unwrap_or(&[]), columns).map(|at| byte + at));
        }
        (rest, line, byte) = (behind, feed + 1, end + unit.width());
    }
    out
}

/// The same within a line: its bytes are decoded one by one, so that broken ones and shifts are counted as they are read.
fn columns_in<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
    columns: impl Iterator<Item = usize> + 'a,
) -> impl Iterator<Item = usize> + 'a {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(16);
    let (mut done, mut at) = (0, 0);
    columns.map(move |column| {
        while let Some(byte) = bytes.get(at..=at)
            && done < column
        {
            text.clear();
            let _ = decoder.decode_to_string(byte, &mut text, false);
            done += text.len();
            at += 1;
        }
        at
    })
}

/// Decodes one record; what the encoding lacks becomes U+FFFD.
#[must_use]
pub fn decode_record<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    if encoding == UTF_8 {
        // Mostly nothing is amiss, and that is told many times faster than what is.
        return simdutf8::basic::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    }
    if encoding == ISO_2022_JP && memchr::memchr(b'\n', bytes).is_some() {
        return Cow::Owned(decode_lines(encoding, bytes).text);
    }
    encoding.decode_without_bom_handling(bytes).0
}

/// Whether a record's bytes are all valid.
#[must_use]
pub fn is_clean(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).is_ok();
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

/// How a line feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One byte.
    Byte,
    /// Two bytes, low first, at even offsets.
    Little,
    /// Two bytes, high first, at even offsets.
    Big,
}

impl Unit {
    /// The unit of an encoding.
    #[must_use]
    pub fn of(encoding: &'static Encoding) -> Self {
        if encoding == UTF_16LE {
            Self::Little
        } else if encoding == UTF_16BE {
            Self::Big
        } else {
            Self::Byte
        }
    }

    /// Bytes of a line feed.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Little | Self::Big => 2,
        }
    }

    /// Whether the bytes end with a line feed.
    #[must_use]
    pub fn ends_line(self, bytes: &[u8]) -> bool {
        bytes.len() >= self.width()
            && self.is(bytes, bytes.len() - self.width(), b'\n')
            && bytes.len().is_multiple_of(self.width())
    }

    /// Whether the unit is a `sign` at `at`.
    fn is(self, bytes: &[u8], at: usize, sign: u8) -> bool {
        match self {
            Self::Byte => bytes.get(at) == Some(&sign),
            Self::Little => bytes.get(at..at + 2) == Some(&[sign, 0]),
            Self::Big => bytes.get(at..at + 2) == Some(&[0, sign]),
        }
    }

    /// The first line feed at or after `from`.
    #[must_use]
    pub fn find(self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        if self == Self::Byte {
            return memchr::memchr(b'\n', rest).map(|at| from + at);
        }
        memchr::memchr_iter(b'\n', rest).find_map(|at| {
            let at = (from + at) & !1;
            self.is(bytes, at, b'\n').then_some(at)
        })
    }

    /// The last line feed that ends at or before `to`.
    #[must_use]
    pub fn rfind(self, bytes: &[u8], to: usize) -> Option<usize> {
        let head = bytes.get(..to.min(bytes.len()))?;
        if self == Self::Byte {
            return memchr::memrchr(b'\n', head);
        }
        memchr::memrchr_iter(b'\n', head).find_map(|at| {
            let at = at & !1;
            (at + 2 <= head.len() && self.is(bytes, at, b'\n')).then_some(at)
        })
    }

    /// Line feeds in `bytes`.
    #[must_use]
    pub fn count(self, bytes: &[u8]) -> usize {
        if self == Self::Byte {
            return memchr::memchr_iter(b'\n', bytes).count();
        }
        memchr::memchr_iter(b'\n', bytes).filter(|at| self.is(bytes, at & !1, b'\n')).count()
    }

    /// Length of the line without a carriage return at its end.
    #[must_use]
    pub fn without_return(self, bytes: &[u8], start: usize, end: usize) -> usize {
        let back = end.saturating_sub(self.width());
        if back >= start && end.is_multiple_of(self.width()) && self.is(bytes, back, b'\r') { back } else { end }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn signs_are_counted_as_characters(text in "([ -~\t\r\n]|[\\x00-\\xa0]|[あ-ん]|\u{fffd}|é|\u{a0}|\u{80}){0,40}") {
            let (mut signs, mut nuls, mut odd) = (0, 0, 0);
            for c in text.chars() {
                match c {
                    '\0' => nuls += 1,
                    '\u{7}'..='\r' | '\u{1b}' => signs += 1,
                    c if c.is_control() || c == '\u{fffd}' => odd += 1,
                    _ => signs += 1,
                }
            }
            prop_assert_eq!(super::signs(&text), (signs, nuls, odd), "{:?}", text);
        }
    }
}
