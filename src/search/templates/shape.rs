//! A line's shape: its words and marks as they stand, its values as one sign.
//!
//! A value is what holds a digit, a path, an address or a name with dots; values that touch are one, and so are values that
//! marks of time and address join. A unit belongs to its value, a month or weekday to its date, and what stands in
//! brackets and is nothing but a value may as well be missing.

use std::ops::Range;

/// The sign of a value in a shape. A line that holds this character holds a value there.
pub(super) const VALUE: char = '\0';
/// Words and marks looked at; what follows in longer lines counts as a value.
const MOST: usize = 192;
/// Bytes of a word kept.
const LONGEST: usize = 96;

const UNITS: [&str; 16] =
    ["B", "KB", "MB", "GB", "TB", "kB", "KiB", "MiB", "GiB", "bps", "ms", "us", "ns", "s", "sec", "secs"];
const DATES: [&str; 19] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu",
    "Fri", "Sat", "Sun",
];

/// What a character belongs to; a word ends where this changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Mark,
    Plain,
    Hiragana,
    Katakana,
    Other,
}

fn class(c: char) -> Class {
    match c {
        VALUE => Class::Mark,
        '=' | ':' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '"' | '\'' | '|' => Class::Mark,
        '（' | '）' | '「' | '」' | '『' | '』' | '【' | '】' | '、' | '。' | '：' | '・' | '＝' => {
            Class::Mark
        }
        '!'..='~' => Class::Plain,
        '\u{3041}'..='\u{309f}' => Class::Hiragana,
        '\u{30a0}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Class::Katakana,
        _ if c.is_ascii() || c.is_whitespace() || c.is_control() => Class::Space,
        _ => Class::Other,
    }
}

/// The words and marks of a text, each with what stands before it: white space or nothing.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let bare = rest.trim_start_matches(|c| class(c) == Class::Space);
        let spaced = bare.len() < rest.len();
        let mut chars = bare.chars();
        let first = chars.next()?;
        let kind = class(first);
        let len = match kind {
            // A comparison belongs to its number.
            Class::Mark if matches!(first, '<' | '>') && chars.next().is_some_and(|c| c.is_ascii_digit()) => {
                1 + word(bare.get(1..).unwrap_or(""), Class::Plain)
            }
            Class::Mark => first.len_utf8(),
            kind => word(bare, kind),
        };
        let (piece, after) = bare.split_at_checked(len)?;
        rest = after;
        Some((spaced, piece))
    })
}

fn word(text: &str, kind: Class) -> usize {
    if kind == Class::Plain {
        let is_plain = |byte: &u8| class(char::from(*byte)) == Class::Plain && byte.is_ascii();
        return text.bytes().take_while(|byte| is_plain(byte)).count();
    }
    text.find(|c| class(c) != kind).unwrap_or(text.len())
}

/// Whether a word is a value: no two lines of one template need share it.
fn is_value(word: &str) -> bool {
    let bytes = word.as_bytes();
    if bytes.iter().any(u8::is_ascii_digit) || (!word.is_ascii() && word.chars().any(char::is_numeric)) {
        return true;
    }
    let inner = |at: usize| {
        at > 0
            && bytes.get(at - 1).is_some_and(u8::is_ascii_alphanumeric)
            && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
    };
    bytes.first() == Some(&b'/') || bytes.len() > 3 && memchr::memchr3_iter(b'.', b'@', b'\\', bytes).any(inner)
}

fn is_status(piece: &str) -> bool {
    matches!(piece.as_bytes(), [b'1'..=b'5', second, third] if second.is_ascii_digit() && third.is_ascii_digit())
}

/// Makes shapes; keeps its memory between lines.
#[derive(Debug, Default)]
pub(super) struct Shaper {
    text: String,
    /// Where each piece stands in `text`, white space included.
    places: Vec<Range<usize>>,
}

impl Shaper {
    /// The shape of a line.
    pub(super) fn shape(&mut self, line: &str) -> &str {
        self.text.clear();
        self.places.clear();
        for (spaced, piece) in pieces(line) {
            if self.places.len() >= MOST {
                self.value(true);
                break;
            }
            match piece {
                ")" | "）" => self.close(spaced, piece),
                // What a server answered is no mere number.
                _ if spaced && self.last() == Some("\"") && is_status(piece) => self.push(spaced, piece),
                _ if piece.starts_with(VALUE) || is_value(piece) => self.value(spaced),
                _ if self.last() == Some("\0") && (UNITS.contains(&piece) || DATES.contains(&piece)) => {}
                _ => self.push(spaced, piece.get(..piece.floor_char_boundary(LONGEST)).unwrap_or(piece)),
            }
        }
        &self.text
    }

    /// The last piece but `back`, white space left out.
    fn piece(&self, back: usize) -> Option<&str> {
        let at = self.places.len().checked_sub(back + 1)?;
        self.text.get(self.places.get(at)?.clone()).map(|piece| piece.strip_prefix(' ').unwrap_or(piece))
    }

    fn last(&self) -> Option<&str> {
        self.piece(0)
    }

    fn push(&mut self, spaced: bool, piece: &str) {
        let start = self.text.len();
        if spaced && start > 0 {
            self.text.push(' ');
        }
        self.text.push_str(piece);
        self.places.push(start..self.text.len());
    }

    fn pop(&mut self) {
        if let Some(place) = self.places.pop() {
            self.text.truncate(place.start);
        }
    }

    fn value(&mut self, mut spaced: bool) {
        // A time, or an address with its port or in groups.
        let colons = (0..2).take_while(|back| self.piece(*back) == Some(":")).count();
        if self.piece(colons) == Some("\0") {
            (0..colons).for_each(|_| self.pop());
        }
        while self.last().is_some_and(|piece| DATES.contains(&piece)) {
            spaced = self
                .places
                .last()
                .and_then(|place| self.text.get(place.clone()))
                .is_some_and(|held| held.starts_with(' '));
            self.pop();
        }
        if spaced || self.last() != Some("\0") {
            self.push(spaced, "\0");
        }
    }

    /// A closing bracket takes a value alone, or nothing, with it.
    fn close(&mut self, spaced: bool, mark: &str) {
        let is_open = |piece: Option<&str>| matches!(piece, Some("(" | "（"));
        let inside = if is_open(self.last()) {
            1
        } else if self.last() == Some("\0") && is_open(self.piece(1)) {
            2
        } else {
            return self.push(spaced, mark);
        };
        (0..inside).for_each(|_| self.pop());
    }
}

/// A shape as people read it.
pub(super) fn shown(shape: &str) -> String {
    shape.replace(VALUE, "<*>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> String {
        shown(Shaper::default().shape(line))
    }

    #[test]
    fn values_become_one_sign_and_words_stay() {
        for (line, shape) in [
            (
                "Failed password for root from 203.0.113.5 port 22 ssh2",
                "Failed password for root from <*> port <*> <*>",
            ),
            (
                "connection from 192.0.2.1 (host.example.jp) at Fri Jul  1 12:30:01 2026",
                "connection from <*> at <*> <*> <*>",
            ),
            ("x close, 12 bytes (1.1 KB) sent, lifetime <1 sec", "x close, <*> bytes sent, lifetime <*>"),
            ("You May not enter", "You May not enter"),
            (
                "192.0.2.1 - - [01/Apr/2026:08:15:00 +0900] \"GET /a HTTP/1.1\" 404 5",
                "<*> - - [<*> <*>] \"GET <*> <*>\" 404 <*>",
            ),
            ("rhost=2001:db8::1  user=kato", "rhost=<*> user=kato"),
            ("open /var/log/x by kato@example.jp", "open <*> by <*>"),
            ("利用者加藤がログインしました（12回目）", "利用者加藤がログインしました（<*>回目）"),
            ("f(x) = (uid=0)", "f(x) = (uid=<*>)"),
            ("", ""),
        ] {
            assert_eq!(of(line), shape);
        }
        assert_eq!(of("a\u{0}\u{1b}[31m b"), "a<*> [<*> b");
    }

    #[test]
    fn pieces_of_a_shape_are_those_it_was_made_of() {
        let mut shaper = Shaper::default();
        let shape = shaper.shape("session opened for 加藤さん by (uid=0), x:1 <2").to_owned();
        let again: String =
            pieces(&shape).map(|(spaced, piece)| format!("{}{piece}", if spaced { " " } else { "" })).collect();
        assert_eq!(again, shape);
    }

    #[test]
    fn a_line_without_end_has_a_shape_with_one() {
        assert!(of(&"word ".repeat(100_000)).len() < 2_000);
        assert!(of(&"w".repeat(100_000)).len() <= LONGEST);
        assert!(of(&"字".repeat(100_000)).len() <= LONGEST);
    }
}
