//! Results on standard output, as JSON Lines or as text; nothing else is ever printed there.
//!
//! Text goes through [`plain`]: evidence may carry terminal escapes and bidirectional tricks.

use crate::model::Lang;
use serde_json::{Map, Value};
use std::io::{self, Write as _};

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
        let mut out = io::stdout().lock();
        if self.json {
            return writeln!(out, "{row}");
        }
        let empty = Map::new();
        let cells: Vec<String> = row.as_object().unwrap_or(&empty).values().map(cell).collect();
        writeln!(out, "{}", cells.join("\t"))
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

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// Control characters, bidi overrides and tags shown as `\u{…}` instead of obeyed; tabs and line ends too.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let tricky = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
        if c.is_control() || tricky {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_overrides_are_shown_not_obeyed() {
        assert_eq!(plain("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
    }
}
