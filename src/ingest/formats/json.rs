//! JSON documents that are not lines: an array of records, bare or inside an envelope (`CloudTrail`'s `Records`, Azure's
//! `value` and `records`, Elastic's `hits.hits`), and values printed over several lines one after the other.
//!
//! A record is one element, with the bytes it has in the file, so that it can be cited. The envelope is no record. A broken
//! element costs itself alone: reading goes on where the next one seems to begin.

use super::jsonl::{self, Lines};
use super::{Format, Sample, Scanner, json_walk};
use crate::ingest::frames::{Frames, Look, Next};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Text};

/// JSON documents.
#[derive(Debug)]
pub(super) struct Json;

/// Note: `array` or `values`.
const SHAPE: &str = "json";
/// Bytes in which an array must begin.
const ARRAY_WITHIN: usize = 64 << 10;
/// Elements looked at.
const ELEMENTS: usize = 50;

/// Where the records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Elements of arrays.
    Array,
    /// Values one after the other.
    Values,
}

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn label(&self) -> Text {
        Text::new("JSON文書（配列）", "JSON document (array)")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        if mode(sample.text).is_some() { 95 } else { 0 }
    }

    fn prepare(&self, sample: &Sample<'_>, form: &mut ReadingForm) {
        let shape = if mode(sample.text) == Some(Mode::Values) { "values" } else { "array" };
        form.notes.push((SHAPE.to_owned(), shape.to_owned()));
    }

    fn frames(&self) -> Option<&dyn Frames> {
        Some(self)
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        json_walk::fields(text, out);
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        Vec::new()
    }

    fn is_open(&self) -> bool {
        true
    }
}

impl Frames for Json {
    fn next(&self, look: &Look<'_>) -> Next {
        let is_array = !look.form.notes.iter().any(|(key, value)| key == SHAPE && value == "values");
        let bytes = look.bytes;
        let mut at = look.at;
        if look.is_start {
            at += marks(bytes);
            if is_array {
                let Some(inside) = array(bytes, at) else { return Next::Nothing };
                at = inside;
            }
        }
        loop {
            match bytes.get(at) {
                None => return Next::Nothing,
                Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e) => at += 1,
                // The array ends; another may follow in the same envelope or in the next document.
                Some(b']' | b'}') if is_array => match array(bytes, at + 1) {
                    Some(inside) => at = inside,
                    None => return Next::Nothing,
                },
                Some(_) => break,
            }
        }
        if let Some(end) = value(bytes, at) {
            return Next::Record(at..end);
        }
        match resync(bytes, at) {
            Some(end) if look.at_end || bytes.len() - at > crate::ingest::frames::MAX_FRAME / 2 => {
                Next::Record(at..end)
            }
            _ if !look.at_end => Next::Open(at),
            _ => Next::Record(at..bytes.trim_ascii_end().len().max(at + 1)),
        }
    }
}

/// Byte order marks, masked or not, and blanks before them do not belong to the first value.
fn marks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !byte.is_ascii()).count()
}

/// Just inside the next array that holds objects.
fn array(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'[', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            at = string(bytes, at)?;
            continue;
        }
        at += 1;
        let inner = bytes.get(at..)?.trim_ascii_start();
        if inner.first() == Some(&b'{') {
            return Some(at);
        }
    }
}

/// Just behind the string that begins at `at`.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Just behind the value that begins at `at`; `None` when it does not end.
fn value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string(bytes, at),
        b'{' | b'[' => {
            let (mut at, mut depth) = (at, 0_usize);
            loop {
                match bytes.get(at)? {
                    b'"' => {
                        at = string(bytes, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => {
            let rest = bytes.get(at..)?;
            let stop = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b'[' | b'{' | b'"' | b'\n' | b' ');
            rest.iter().position(stop).map(|len| at + len.max(1))
        }
    }
}

/// After a value that does not end: behind the next `}` that a comma and another `{` follow.
fn resync(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    memchr::memchr_iter(b'}', rest).find_map(|brace| {
        let after = rest.get(brace + 1..)?.trim_ascii_start().strip_prefix(b",")?.trim_ascii_start();
        after.starts_with(b"{").then_some(at + brace + 1)
    })
}

/// Whether a text is a JSON document of several records, and where they are.
fn mode(text: &str) -> Option<Mode> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'[') {
        let inside = array(bytes, 0).filter(|at| *at == 1)?;
        return are_objects(text, inside).then_some(Mode::Array);
    }
    if bytes.first() != Some(&b'{') {
        return None;
    }
    let first = text.lines().next().unwrap_or("");
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    if jsonl::is_object(first) {
        // One document on each line: only those that are nothing but an envelope are opened.
        let single = lines().nth(1).is_none();
        let wrapped = |line: &str| if single { is_mostly_array(line) } else { is_envelope(line) };
        let (mut all, mut opened) = (0, 0);
        for line in lines().take(200) {
            all += 1;
            opened += usize::from(wrapped(line));
        }
        return (opened * 10 >= all * 8).then_some(Mode::Array);
    }
    if is_mostly_array(text) {
        return Some(Mode::Array);
    }
    let printed = first.trim_end() == "{" || bytes.get(1).is_some_and(u8::is_ascii_whitespace);
    let whole = value(bytes, 0).and_then(|end| text.get(..end));
    match whole {
        Some(first) => (first.contains('\n') && jsonl::is_object(first)).then_some(Mode::Values),
        None => (printed && text.len() > ARRAY_WITHIN).then_some(Mode::Values),
    }
}

/// The names under which services put nothing but their records.
fn is_envelope(line: &str) -> bool {
    let inner = line.trim_start().trim_start_matches('{').trim_start();
    ["\"Records\"", "\"records\""].iter().any(|name| inner.starts_with(name)) && is_mostly_array(line)
}

/// Whether an array of objects makes up more than half of a document, or of what is seen of it.
fn is_mostly_array(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(inside) = array(bytes, 0).filter(|at| *at < ARRAY_WITHIN) else { return false };
    let end = value(bytes, inside - 1).unwrap_or(bytes.len());
    (end - inside) * 2 > bytes.len() && are_objects(text, inside)
}

/// Whether the whole elements from `at` on are objects. A sample may hold no whole one.
fn are_objects(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let mut at = at;
    for index in 0..ELEMENTS {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n' | b',')) {
            at += 1;
        }
        if bytes.get(at) == Some(&b']') {
            return index > 0;
        }
        let Some(end) = value(bytes, at) else { return index > 0 || bytes.len() > ARRAY_WITHIN };
        if !jsonl::is_object(text.get(at..end).unwrap_or("")) {
            // One broken element does not make it anything else.
            return index > 1;
        }
        at = end;
    }
    true
}
