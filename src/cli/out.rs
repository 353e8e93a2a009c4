//! Results on standard output, as JSON Lines or as text; nothing else is ever printed there.
//!
//! Evidence may carry terminal escapes and bidirectional tricks. Text goes through [`plain`]; in JSON the same characters
//! stand as `\u` escapes, which read back as themselves.

use crate::model::Lang;
use crate::workbench::extract::Found;
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

/// Many rows of a few members each, printed through one buffer: a JSON object a line, or values in columns.
pub(super) struct Rows {
    json: bool,
    fresh: bool,
    held: Vec<u8>,
    out: io::StdoutLock<'static>,
}

/// Bytes held back before they are written.
const HELD: usize = 1 << 16;

impl Rows {
    pub(super) fn new(out: Out) -> Self {
        Self { json: out.json, fresh: true, held: Vec::with_capacity(2 * HELD), out: io::stdout().lock() }
    }

    /// A member of the row whose value is text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        let calm = |value: &str| !value.chars().any(|c| matches!(c, '"' | '\\') || is_tricky(c));
        if is_clean(value) || calm(value) {
            self.quoted(value);
        } else if self.json {
            self.held.extend_from_slice(escaped(&Value::from(value).to_string()).as_bytes());
        } else {
            self.held.extend_from_slice(plain(value).as_bytes());
        }
    }

    /// One whose value is a tag: letters, digits and underscores.
    pub(super) fn tag(&mut self, name: &str, value: &str) {
        self.name(name);
        self.quoted(value);
    }

    /// The members every find has. Millions of rows come this way, and in most of them the value stands in the text as it
    /// is: those are put together from ready pieces.
    pub(super) fn find(&mut self, found: &Found<'_>) {
        if self.json && found.value == found.text && is_clean(found.value) {
            self.fresh = false;
            // Ready pieces of known length are copied without a call.
            self.held.extend_from_slice(br#"{"kind":""#);
            self.held.extend_from_slice(found.kind.tag().as_bytes());
            self.held.extend_from_slice(br#"","value":""#);
            self.held.extend_from_slice(found.value.as_bytes());
            self.held.extend_from_slice(br#"","text":""#);
            self.held.extend_from_slice(found.value.as_bytes());
            self.held.extend_from_slice(br#"","start":"#);
            self.digits(found.start);
            self.held.extend_from_slice(br#","end":"#);
            self.digits(found.end);
            self.held.extend_from_slice(match (found.implied, found.verified) {
                (false, true) => br#","implied":false,"verified":true"#,
                (true, true) => br#","implied":true,"verified":true"#,
                (false, false) => br#","implied":false,"verified":false"#,
                (true, false) => br#","implied":true,"verified":false"#,
            });
            return;
        }
        self.tag("kind", found.kind.tag());
        self.text("value", found.value);
        self.text("text", found.text);
        self.number("start", found.start);
        self.number("end", found.end);
        self.truth("implied", found.implied);
        self.truth("verified", found.verified);
    }

    /// One whose value is a number.
    pub(super) fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        self.digits(value);
    }

    fn digits(&mut self, value: u64) {
        let (mut digits, mut at, mut rest) = ([0; 20], 20, value);
        while rest > 9 {
            at -= 2;
            let pair = usize::try_from(rest % 100).unwrap_or(0);
            digits[at..at + 2].copy_from_slice(&PAIRS[pair]);
            rest /= 100;
        }
        if rest > 0 || value == 0 {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest).unwrap_or(0);
        }
        self.held.extend_from_slice(&digits[at..]);
    }

    /// One whose value is true or false.
    pub(super) fn truth(&mut self, name: &str, value: bool) {
        self.name(name);
        self.held.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn quoted(&mut self, value: &str) {
        if self.json {
            self.held.push(b'"');
        }
        self.held.extend_from_slice(value.as_bytes());
        if self.json {
            self.held.push(b'"');
        }
    }

    fn name(&mut self, name: &str) {
        let first = std::mem::take(&mut self.fresh);
        if self.json {
            self.held.extend_from_slice(if first { b"{\"" } else { b",\"" });
            self.held.extend_from_slice(name.as_bytes());
            self.held.extend_from_slice(b"\":");
        } else if !first {
            self.held.push(b'\t');
        }
    }

    /// Ends the row.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.held.extend_from_slice(if self.json { b"}\n" } else { b"\n" });
        self.fresh = true;
        if self.held.len() < HELD { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.held);
        self.held.clear();
        written
    }

    /// Prints what is still held.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.out.flush()
    }
}

/// Every two digits.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut at = 0_u8;
    while at < 100 {
        pairs[at as usize] = [b'0' + at / 10, b'0' + at % 10];
        at += 1;
    }
    pairs
};

/// Whether a text stands in JSON as it is. Looks at every byte, which is faster than stopping at the first that does not fit.
fn is_clean(text: &str) -> bool {
    let odd = |byte: u8| u8::from(!matches!(byte, b' '..=b'~')) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    text.bytes().fold(0, |found, byte| found | odd(byte)) == 0
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
fn is_tricky(c: char) -> bool {
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
fn escaped(line: &str) -> String {
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
