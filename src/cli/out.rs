//! Results on standard output, as JSON Lines or as text; nothing else is ever printed there.
//!
//! Evidence may carry terminal escapes and bidirectional tricks. Text goes through [`plain`]; in JSON the same characters
//! stand as `\u` escapes, which read back as themselves.

use crate::model::Lang;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::io::{self, Write};

/// How results are printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Out {
    /// Language of words.
    pub(super) lang: Lang,
    /// JSON Lines instead of text.
    pub(super) json: bool,
}

impl Out {
    /// Prints one result: a JSON object a line, or its values in columns.
    pub(super) fn row(self, row: &Value) -> io::Result<()> {
        let line = if self.json {
            escaped(&row.to_string())
        } else {
            let empty = Map::new();
            row.as_object().unwrap_or(&empty).values().map(cell).collect::<Vec<_>>().join("\t")
        };
        writeln!(io::stdout().lock(), "{line}")
    }

    /// Prints one result as JSON, or as the sentence given.
    pub(super) fn say(self, row: &Value, text: &str) -> io::Result<()> {
        if self.json { self.row(row) } else { writeln!(io::stdout().lock(), "{}", plain(text)) }
    }

    /// One of two texts.
    pub(super) fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(ja, en)
    }
}

/// Standard output for bytes as they are; remembers that its reader went away.
pub(super) struct Pipe {
    pub(super) unread: bool,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::stdout().lock().write(bytes);
        self.unread |= written.as_ref().is_err_and(|err| err.kind() == io::ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => plain(text),
        other => plain(&other.to_string()),
    }
}

/// Whether a terminal might obey a character, or a reader be misled by it, instead of seeing it: controls, line and
/// paragraph separators, bidirectional marks and overrides, invisible signs, tags.
pub(super) fn is_tricky(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text with such characters shown as `\u{…}`; tabs and line ends too.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_tricky(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// A line of JSON with such characters as JSON escapes. They can only stand inside its strings.
pub(super) fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if is_tricky(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_overrides_are_shown_not_obeyed() {
        assert_eq!(plain("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(plain("\u{9b}31m\u{7f}\u{2028}"), "\\u{9b}31m\\u{7f}\\u{2028}");
        let tag = Value::String("\u{9b}31m\u{e0041}口座".into()).to_string();
        assert_eq!(escaped(&tag), "\"\\u009b31m\\udb40\\udc41口座\"");
    }

    proptest! {
        #[test]
        fn escaped_json_reads_back_and_holds_nothing_tricky(text in r"(\PC|\pC|[\x00-\x9f]|\u{202e}|\u{e0041}){0,40}") {
            let value = serde_json::json!({"text": text});
            let line = escaped(&value.to_string());
            prop_assert!(!line.chars().any(is_tricky) && !plain(&text).chars().any(is_tricky));
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        }
    }
}
