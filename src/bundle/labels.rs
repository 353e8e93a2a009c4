//! `Label: value` lines, as in `bag-info.txt` (RFC 8493 §2.2.2) and receipts; one line each, never folded.
//!
//! Strict both ways: what is written reads back to the same lines, so that one meaning has one spelling.

use crate::model::Instant;
use std::fmt::Write as _;

const MAX_VALUE: usize = 2000;
const MAX_LINES: usize = 200;

/// Whether a value may stand on a line: not empty, no control or direction characters, no blanks around it.
pub(super) fn is_value(value: &str) -> bool {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    !value.is_empty() && value.len() <= MAX_VALUE && value.trim() == value && !value.chars().any(odd)
}

/// Writes the lines.
pub(super) fn render(lines: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (label, value) in lines {
        let _ = writeln!(out, "{label}: {value}");
    }
    out
}

/// Reads lines; `None` unless every line is `Label: value` ending in a line feed.
pub(super) fn parse(bytes: &[u8]) -> Option<Vec<(&str, &str)>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let lines: Vec<_> =
        text.split('\n').take(MAX_LINES + 1).map(|line| line.split_once(": ")).collect::<Option<_>>()?;
    (lines.len() <= MAX_LINES && lines.iter().all(|(_, value)| is_value(value))).then_some(lines)
}

/// The value of a label that stands exactly once.
pub(super) fn one<'a>(lines: &[(&'a str, &'a str)], label: &str) -> Option<&'a str> {
    let mut found = lines.iter().filter(|(name, _)| *name == label);
    let value = found.next()?.1;
    found.next().is_none().then_some(value)
}

/// An instant as RFC 3339 in UTC.
pub(super) fn time(at: Instant) -> String {
    at.timestamp().to_string()
}

/// Reads what `time` writes.
pub(super) fn read_time(text: &str) -> Option<Instant> {
    let at = text.parse::<jiff::Timestamp>().ok().and_then(Instant::from_timestamp)?;
    (time(at) == text).then_some(at)
}

/// Whether a text is 64 lower-case hexadecimal digits.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
