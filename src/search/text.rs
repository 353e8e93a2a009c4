//! The forms of a record's text that are searched: folded, or as it stands with JSON `\u` escapes undone.

use crate::model::evidence::ReadingForm;
use crate::model::fold::{backslashes, escaped_unit, fold_into};
use crate::model::{Chunk, FieldReader};
use std::borrow::Cow;
use std::ops::Range;

/// Which form of the text a test reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Folded (`model::fold`).
    Folded,
    /// Decoded, escapes undone, nothing else changed.
    Plain,
}

/// The records of a chunk in one form, in one buffer, so that a literal is looked for in one pass.
#[derive(Debug, Default)]
pub(super) struct Haystack {
    pub(super) bytes: Vec<u8>,
    /// First byte and end of each record.
    pub(super) ranges: Vec<(u32, u32)>,
}

impl Haystack {
    pub(super) fn record(&self, row: u32) -> &[u8] {
        let (start, end) = self.ranges.get(row as usize).copied().unwrap_or_default();
        self.bytes.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// Makes this the records `rows` of a chunk in `form`; the others are empty. `same` tells that their bytes are ASCII that
    /// no form changes the length of.
    pub(super) fn fill(
        &mut self,
        chunk: &Chunk,
        rows: &Range<usize>,
        form: Form,
        same: bool,
        text: impl Fn(usize) -> String,
    ) {
        self.bytes.clear();
        self.ranges.clear();
        self.ranges.resize(rows.start, (0, 0));
        if same {
            let span = span(chunk, rows);
            self.bytes.extend_from_slice(chunk.bytes.get(span.clone()).unwrap_or(&[]));
            if form == Form::Folded {
                self.bytes.make_ascii_lowercase();
            }
            let within = |at: usize| narrow(at.saturating_sub(span.start));
            let places = rows.clone().map(|index| chunk.place(index));
            self.ranges.extend(places.map(|place| (within(place.start), within(place.end))));
        } else {
            for index in rows.clone() {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(text(index).as_bytes());
                self.ranges.push((narrow(start), narrow(self.bytes.len())));
                self.bytes.push(b'\n');
            }
        }
        let end = narrow(self.bytes.len());
        self.ranges.resize(chunk.records.len(), (end, end));
    }
}

/// All bytes where all records are asked for, else those from the first of these records to the end of the last.
fn span(chunk: &Chunk, rows: &Range<usize>) -> Range<usize> {
    if rows.len() == chunk.records.len() {
        return 0..chunk.bytes.len();
    }
    let last = rows.end.checked_sub(1).filter(|last| rows.contains(last));
    last.map_or(0..0, |last| chunk.place(rows.start).start..chunk.place(last).end)
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether these records may be compared as bytes: ASCII in an encoding where ASCII means itself, no escapes to undo, and
/// a reader for whom the text is the bytes.
pub(super) fn is_same(chunk: &Chunk, rows: &Range<usize>, form: &ReadingForm, reader: &dyn FieldReader) -> bool {
    keeps_ascii(&form.encoding)
        && crate::model::fold::keeps_offsets(chunk.bytes.get(span(chunk, rows)).unwrap_or(&[]))
        && rows.clone().take(2).all(|index| {
            let bytes = chunk.record_bytes(index);
            reader.text(form, bytes).as_bytes() == bytes
        })
}

/// Encodings in which a byte below 0x80 that follows no lead byte is its ASCII character. ISO-2022-JP and UTF-16 are not
/// among them: their bytes may all be ASCII and still mean kanji.
fn keeps_ascii(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    [
        "utf-8",
        "utf8",
        "shift_jis",
        "shift-jis",
        "sjis",
        "windows-",
        "cp932",
        "euc-",
        "iso-8859-",
        "us-ascii",
        "ascii",
        "gb",
        "big5",
    ]
    .iter()
    .any(|start| label.starts_with(start))
}

/// The text in `form`.
pub(super) fn in_form(text: &str, form: Form) -> String {
    match form {
        Form::Plain => unescape(text).into_owned(),
        Form::Folded => {
            let mut out = String::with_capacity(text.len());
            fold_into(text, &mut out);
            out
        }
    }
}

/// Undoes JSON `\uXXXX` escapes exactly where folding does, and nothing else.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), b"\\u").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut units = Vec::new();
        while let Some((unit, len)) = escaped_unit(rest.as_bytes()) {
            units.push(unit);
            rest = &rest[len..];
        }
        if units.is_empty() {
            let run = backslashes(rest.as_bytes());
            out.push_str(&rest[..run]);
            rest = &rest[run..];
        }
        out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold::fold;

    #[test]
    fn escapes_are_undone_where_folding_undoes_them() {
        assert_eq!(unescape(r"\u53e3\u5ea7 C:\users \u12 \ud83d\ude00 \\u0041 a\/b"), r"口座 C:\users \u12 😀 A a\/b");
        for text in [r"\u53e3\u5ea7", r"a\\u0041", r"\u12\u0041", r"\ud800x"] {
            assert_eq!(fold(&unescape(text)), fold(text), "{text}");
        }
    }
}
