//! Unusual spellings back to plain ones: defanged (`[.]`, `(at)`), full-width, ideographic dots, the many hyphens.
//!
//! [`Plain`] holds one line in plain form with the place of every byte in the evidence, so that whoever reads it reports
//! spans of the text as written. What a character means depends on its neighbours: `。` is a dot only between letters or
//! digits, `ー` a hyphen only between digits (domain.md §3.1, §4). Hosts of URLs read `。` between kanji by themselves.

use super::class::{ALNUM, ALPHA, DIGIT, HYPHEN, class};
use super::kanji;
use std::ops::Range;

/// A line in plain form.
#[derive(Default)]
pub(super) struct Plain {
    /// The plain form.
    pub(super) text: String,
    /// For every byte of `text`, and for its end, where it began in the evidence.
    pub(super) map: Vec<u32>,
}

/// Whether an unusual spelling stands at or around `at`, as `triggers` points at them: behind an opening bracket, before a
/// closing one, at the end of `:\/\/`, or at a character of another script.
pub(super) fn is_odd_around(bytes: &[u8], at: usize) -> bool {
    let open = |byte: &u8| matches!(byte, b'[' | b'(' | b'{' | b'<');
    let behind = || at > 0 && open(&bytes[at - 1]) && is_odd(bytes, at - 1);
    match bytes[at] {
        b'@' | b'%' | b'+' | b'=' | b'L' | b'M' | b'a' | b'A' | b'i' | b'I' => behind(),
        b't' | b'T' if matches!(bytes.get(at + 1), Some(b']' | b')' | b'}' | b'>')) => {
            let from = at.saturating_sub(8);
            bytes[from..at].iter().rposition(open).is_some_and(|offset| is_odd(bytes, from + offset))
        }
        b'.' => behind() || is_odd(bytes, at + 1),
        b'/' => behind() || at > 3 && bytes[at - 4..].starts_with(br":\/\/"),
        _ => behind() || is_odd(bytes, at),
    }
}

/// Whether an unusual spelling begins at this separator.
fn is_odd(bytes: &[u8], at: usize) -> bool {
    if bytes[at..].starts_with("〇".as_bytes()) {
        return kanji::is_number(bytes, at);
    }
    if let Some(next) = bytes.get(at + 1)
        && bytes.get(at).is_some_and(|byte| matches!(byte, b'[' | b'(' | b'{' | b'<'))
        && !matches!(
            next,
            b'.' | b':' | b'@' | b'/' | b'd' | b'D' | b'a' | b'A' | b'p' | b'P' | b'e' | b'E' | b' ' | 0xe3 | 0xef
        )
    {
        return false;
    }
    unit(bytes, at).is_some()
}

impl Plain {
    /// Reads the bytes `range` of `text`; offsets in the map are those of `text`.
    pub(super) fn read(&mut self, text: &str, range: Range<usize>) {
        self.text.clear();
        self.map.clear();
        let bytes = &text.as_bytes()[..range.end];
        let mut at = range.start;
        while at < range.end {
            let run = bytes[at..].iter().position(|byte| special(*byte)).unwrap_or(range.end - at);
            self.text.push_str(&text[at..at + run]);
            self.map.extend((at..at + run).map(offset));
            at += run;
            if at < range.end {
                at = self.read_special(text, bytes, at);
            }
        }
        self.map.push(offset(range.end));
    }

    fn read_special(&mut self, text: &str, bytes: &[u8], at: usize) -> usize {
        if let Some(end) = kanji::digit(&bytes[at..]).and_then(|_| kanji::number_end(bytes, at)) {
            let mut here = at;
            while here < end {
                let digit = kanji::digit(&bytes[here..]);
                self.put(digit.unwrap_or("-"), here);
                here += if bytes[here].is_ascii() { 1 } else { 3 };
            }
            return end;
        }
        if let Some(next) = loose_at(bytes, at).filter(|_| class(bytes[at - 1]) & ALNUM != 0 || ends_spaced(&self.text))
        {
            if self.text.ends_with(' ') {
                self.text.pop();
                self.map.pop();
            }
            self.put("@", at);
            return next;
        }
        if let Some((len, plain)) = unit(bytes, at) {
            // A bracket or a word may stand between spaces; a full stop may not.
            let worded = matches!(bytes[at], b'[' | b'(' | b'{' | b'<') || (bytes[at] == 0xe3 && len > 6);
            let bracketed = worded && matches!(plain, "." | "@");
            let mut next = at + len;
            if bracketed && ends_spaced(&self.text) && bytes.get(next..).is_some_and(begins_spaced) {
                self.text.pop();
                self.map.pop();
                next += 1;
            }
            self.put(plain, at);
            return next;
        }
        let len = text[at..].chars().next().map_or(1, char::len_utf8);
        match wide(bytes, at) {
            Some(byte) if !matches!(byte, b'(' | b')' | b',' | b'.' | b'!') => self.put(ascii(byte), at),
            _ if bytes[at..].starts_with("\u{3000}".as_bytes()) => self.put(" ", at),
            _ if bytes[at..].starts_with(b"\\/") => {
                self.put("/", at);
                return at + 2;
            }
            _ => {
                self.text.push_str(&text[at..at + len]);
                self.map.extend((at..at + len).map(offset));
            }
        }
        at + len
    }

    fn put(&mut self, plain: &str, at: usize) {
        self.text.push_str(plain);
        self.map.extend(plain.bytes().map(|_| offset(at)));
    }
}

/// How many bytes of characters without width a text ends in.
pub(super) fn joiners_before(text: &[u8]) -> usize {
    let mut end = text.len();
    loop {
        end -= match &text[..end] {
            [.., 0xe2, 0x80, 0x8b..=0x8d] | [.., 0xe2, 0x81, 0xa0] | [.., 0xef, 0xbb, 0xbf] => 3,
            [.., 0xc2, 0xad] => 2,
            _ => return text.len() - end,
        };
    }
}

/// A value said to be an indicator, in plain form: dots, hyphens and brackets need no neighbours to be believed.
pub(super) fn whole(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let mut plain = Plain::default();
    plain.read(text, 0..text.len());
    let sign = |c: char| match c {
        '。' | '．' | '｡' => '.',
        '（' => '(',
        '）' => ')',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{ff70}' => '-',
        _ => c,
    };
    if plain.text.is_ascii() { plain.text } else { plain.text.chars().map(sign).collect() }
}

const fn special(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, b'@' | b'[' | b'(' | b'{' | b'<' | b']' | b'\\')
}

/// `user @ example[.]com`: an at sign behind a space counts before a name whose dot is defanged. Says where that begins.
fn loose_at(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes[at] != b'@' || at == 0 {
        return None;
    }
    let begin = at + 1 + usize::from(bytes.get(at + 1) == Some(&b' '));
    if bytes[at - 1] != b' ' && begin == at + 1 {
        return None;
    }
    let label = bytes.get(begin..)?.iter().take(63).take_while(|byte| class(**byte) & (ALNUM | HYPHEN) != 0).count();
    let dot = begin + label + usize::from(bytes.get(begin + label) == Some(&b' '));
    (label > 0 && matches!(bracketed(bytes, dot), Some((_, ".")))).then_some(begin)
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn ends_spaced(text: &str) -> bool {
    matches!(text.as_bytes(), [.., before, b' '] if class(*before) & ALNUM != 0)
}

fn begins_spaced(rest: &[u8]) -> bool {
    matches!(rest, [b' ', next, ..] if class(*next) & ALNUM != 0)
}

/// What the characters at `at` stand for, and their length, where they are an unusual spelling.
fn unit(bytes: &[u8], at: usize) -> Option<(usize, &'static str)> {
    let rest = bytes.get(at..)?;
    match rest.first()? {
        b'[' | b'(' | b'{' | b'<' => bracketed(bytes, at),
        b']' => {
            let split =
                at >= 2 && bytes[at - 1] == b'.' && class(bytes[at - 2]) & ALNUM != 0 && next_class(bytes, at + 1) != 0;
            split.then_some((1, ""))
        }
        0xc2 if rest.starts_with("\u{ad}".as_bytes()) => joined(bytes, at, 2, ALNUM, ""),
        0xe2 => match rest.get(1..3)? {
            [0x80, 0x8b..=0x8d] | [0x81, 0xa0] => joined(bytes, at, 3, ALNUM, ""),
            [0x80, 0x90..=0x95] | [0x88, 0x92] => joined(bytes, at, 3, ALNUM, "-"),
            [0x98, 0x85 | 0x86] => joined(bytes, at, 3, ALNUM, "@"),
            _ => None,
        },
        0xe3 => match rest.get(1..3)? {
            [0x80, 0x82] => joined(bytes, at, 3, ALNUM, "."),
            [0x80, 0x90] => bracketed(bytes, at),
            [0x83, 0xbc] => joined(bytes, at, 3, DIGIT, "-"),
            [0x81, 0xae] => kanji::is_spoken(bytes, at).then_some((3, "-")),
            [0x80, 0x87] => None,
            [0x83, 0x89] if rest.starts_with("ドット".as_bytes()) => worded(bytes, at, 9, "."),
            [0x82, 0xa2] if rest.starts_with("アットマーク".as_bytes()) => worded(bytes, at, 18, "@"),
            [0x82, 0xa2] if rest.starts_with("アット".as_bytes()) => worded(bytes, at, 9, "@"),
            _ => None,
        },
        0xef => wide_unit(bytes, at),
        _ => None,
    }
}

/// Full-width forms that mean something where they stand.
fn wide_unit(bytes: &[u8], at: usize) -> Option<(usize, &'static str)> {
    match bytes.get(at + 1..at + 3)? {
        [0xbd, 0xa1] => return joined(bytes, at, 3, ALNUM, "."),
        [0xbd, 0xb0] => return joined(bytes, at, 3, DIGIT, "-"),
        [0xbb, 0xbf] => return joined(bytes, at, 3, ALNUM, ""),
        _ => {}
    }
    let byte = wide(bytes, at)?;
    match byte {
        b'.' => joined(bytes, at, 3, ALNUM, "."),
        b'-' => joined(bytes, at, 3, ALNUM, "-"),
        b'@' => {
            let label = bytes.get(at + 3).is_some_and(|byte| *byte > 0xe2) && class_before(bytes, at) != 0;
            if label { Some((3, "@")) } else { joined(bytes, at, 3, ALNUM, "@") }
        }
        b'+' => (next_class(bytes, at + 3) & DIGIT != 0).then_some((3, "+")),
        b':' => {
            let slashes = bytes.get(at + 3..)?;
            (slashes.starts_with(b"//") || slashes.starts_with("／／".as_bytes())).then_some((3, ":"))
        }
        b'(' => bracketed(bytes, at).or_else(|| (next_class(bytes, at + 3) & DIGIT != 0).then_some((3, "("))),
        b')' => joined(bytes, at, 3, DIGIT, ")"),
        b'[' | b'{' => bracketed(bytes, at),
        _ if class(byte) & (ALPHA | DIGIT) != 0 => Some((3, ascii(byte))),
        _ => None,
    }
}

/// A word that counts between letters or digits, also with a space on both sides.
fn worded(bytes: &[u8], at: usize, len: usize, plain: &'static str) -> Option<(usize, &'static str)> {
    let spaced = at > 1
        && bytes[at - 1] == b' '
        && class_before(bytes, at - 1) != 0
        && bytes.get(at + len) == Some(&b' ')
        && next_class(bytes, at + len + 1) != 0;
    if spaced { Some((len, plain)) } else { joined(bytes, at, len, ALNUM, plain) }
}

/// A sign that counts only between two characters of the given classes.
fn joined(bytes: &[u8], at: usize, len: usize, classes: u8, plain: &'static str) -> Option<(usize, &'static str)> {
    let both = (classes == DIGIT && closes_digits(bytes, at) || class_before(bytes, at) & classes != 0)
        && next_class(bytes, at + len) & classes != 0;
    both.then_some((len, plain))
}

/// Whether digits in full-width brackets end here, as area codes are written.
fn closes_digits(bytes: &[u8], at: usize) -> bool {
    let is = |at: Option<usize>, sign: u8| at.is_some_and(|at| wide(bytes, at) == Some(sign));
    if !is(at.checked_sub(3), b')') {
        return false;
    }
    let mut inside = at - 3;
    while class_before(bytes, inside) & DIGIT != 0 && at - inside < 24 {
        inside -= if bytes[inside - 1].is_ascii() { 1 } else { 3 };
    }
    is(inside.checked_sub(3), b'(')
}

/// The class of the character at `at`, full-width ones read as ASCII; of letters and digits only.
fn next_class(bytes: &[u8], at: usize) -> u8 {
    let byte = bytes.get(at).copied().unwrap_or(b'\n');
    let opened = |byte: u8| matches!(byte, b'(' | b'+');
    match wide(bytes, at) {
        Some(byte) => class(byte) & ALNUM,
        None if opened(byte) => class(bytes.get(at + 1).copied().unwrap_or(0)) & DIGIT,
        None => class(byte) & ALNUM,
    }
}

fn class_before(bytes: &[u8], at: usize) -> u8 {
    let narrow = at.checked_sub(1).and_then(|at| bytes.get(at)).map_or(0, |byte| class(*byte) & ALNUM);
    let broad = at.checked_sub(3).and_then(|at| wide(bytes, at)).map_or(0, |byte| class(byte) & ALNUM);
    narrow | broad
}

/// The ASCII character a full-width form (U+FF01 to U+FF5E) stands for.
fn wide(bytes: &[u8], at: usize) -> Option<u8> {
    match bytes.get(at..at + 3)? {
        [0xef, 0xbc, last @ 0x81..=0xbf] => Some(last - 0x81 + 0x21),
        [0xef, 0xbd, last @ 0x80..=0x9e] => Some(last - 0x80 + 0x60),
        _ => None,
    }
}

/// One printable ASCII character as text.
fn ascii(byte: u8) -> &'static str {
    const ALL: &str =
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let at = usize::from(byte.wrapping_sub(b'!'));
    ALL.get(at..=at).unwrap_or(" ")
}

/// What may stand in defanging brackets, and what it stands for.
const CONTENTS: [(&str, &str); 21] = [
    (".", "."),
    ("．", "."),
    ("。", "."),
    ("dot", "."),
    ("punkt", "."),
    ("punto", "."),
    ("arroba", "@"),
    ("et", "@"),
    ("ドット", "."),
    ("ﾄﾞｯﾄ", "."),
    ("://", "://"),
    (":", ":"),
    ("：", ":"),
    ("@", "@"),
    ("＠", "@"),
    ("at", "@"),
    ("アットマーク", "@"),
    ("アット", "@"),
    ("ｱｯﾄ", "@"),
    ("//", "//"),
    ("/", "/"),
];

const CLOSING: [&str; 8] = ["]", ")", "}", ">", "］", "）", "｝", "】"];

/// `[.]`, `(dot)`, `{at}`, `（アット）`, and the half form `[.` between two words.
fn bracketed(bytes: &[u8], at: usize) -> Option<(usize, &'static str)> {
    let open = if bytes.get(at)?.is_ascii() { 1 } else { 3 };
    let inner = skip_spaces(bytes, at + open);
    let rest = bytes.get(inner..)?;
    let starts = |word: &str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
    let (word, plain) = CONTENTS.iter().find(|(word, _)| starts(word))?;
    let end = skip_spaces(bytes, inner + word.len());
    let tail = bytes.get(end..).unwrap_or(&[]);
    if let Some(close) = CLOSING.iter().find(|close| tail.starts_with(close.as_bytes())) {
        return Some((end + close.len() - at, plain));
    }
    let half = *word == "." && bytes[at] == b'[' && inner == at + 1 && end == inner + 1;
    if half { joined(bytes, at, 2, ALNUM, ".") } else { None }
}

fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).unwrap_or(&[]).iter().take(2).take_while(|byte| **byte == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut plain = Plain::default();
        plain.read(text, 0..text.len());
        assert_eq!(plain.map.len(), plain.text.len() + 1);
        plain.text
    }

    #[test]
    fn defanged_and_wide_spellings_become_plain() {
        assert_eq!(plain("203[.]0(.)113{.}5"), "203.0.113.5");
        assert_eq!(plain("203。0。113。5です。"), "203.0.113.5です。");
        assert_eq!(plain("２０３．０．１１３．５"), "203.0.113.5");
        assert_eq!(plain("user(アット)example（ドット）jp"), "user@example.jp");
        assert_eq!(plain("user [at] example [dot] jp"), "user@example.jp");
        assert_eq!(plain("０９０ー１２３４−５６７８"), "090-1234-5678");
        assert_eq!(plain("（０３）１２３４"), "(03)1234");
        assert_eq!(plain(r"http:\/\/example.jp"), "http://example.jp");
    }

    #[test]
    fn sentences_stay_sentences() {
        for text in ["確認した。次に", "サーバーの", "（注）例", "Webサーバー。"] {
            assert_eq!(plain(text), text);
        }
    }
}
