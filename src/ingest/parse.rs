//! One chunk of bytes to records: lines, times, rejects, and the text. Each chunk on its own, so many at once.

use super::encoding::{self, Decoded, Unit};
use super::formats::{Format, Scanner, by_name, is_blank};
use super::frames;
use super::quotes::{self, End, Quotes};
use super::times::{Clock, Stamp};
use crate::model::evidence::ReadingForm;
use crate::model::{RecordHead, Reject};
use encoding_rs::Encoding;
use std::ops::Range;

/// What a chunk holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The records that begin in it.
    pub records: Vec<RecordHead>,
    /// Lines that are no record: blank lines, headers, second and further lines of a record.
    pub skipped: u64,
    /// Line feeds, plus one for an unterminated last line of the evidence; 0 where records are not lines.
    pub lines: u64,
    /// The whole chunk decoded.
    pub text: String,
    /// Where each record stands in `text`, without its line end.
    pub text_ranges: Vec<Range<u32>>,
    /// Records whose year or date only the order of records can tell; a [`super::Settler`] settles them.
    pub pending: Vec<Pending>,
}

/// What only the order of records settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A record waits for its year or date.
    Record {
        /// Its position among the chunk's records.
        record: u32,
        /// Its time as written.
        stamp: Stamp,
    },
    /// A line between records states the date of those below.
    Heading(Stamp),
}

/// Reads one chunk that starts at byte `offset` of the evidence with `lead` bytes of the record before it.
#[must_use]
pub fn parse(form: &ReadingForm, chunk: &[u8], offset: u64, lead: u32, is_first: bool, is_last: bool) -> Parsed {
    if let Some(format) = by_name(&form.format)
        && let Some(frames) = format.frames()
    {
        let placed = frames::Placed { bytes: chunk, offset, lead, is_first, is_last };
        return frames::parse(form, format, frames, &placed);
    }
    let encoding = encoding::of(&form.encoding);
    let unit = Unit::of(encoding);
    let mut out = Parsed { lines: unit.count(chunk) as u64, ..Parsed::default() };
    if is_last && !chunk.is_empty() && !unit.ends_line(chunk) {
        out.lines += 1;
    }
    let decoded = encoding::decode(encoding, chunk);
    if let Some(format) = by_name(&form.format) {
        let lead = usize::try_from(lead).unwrap_or(usize::MAX).min(chunk.len());
        let bom = if is_first { encoding::bom_len(encoding, chunk) } else { 0 };
        // A byte order mark and nothing else is a blank line.
        out.skipped += u64::from(bom > 0 && bom == chunk.len());
        let mut walk = Walk::new(chunk, &decoded, unit);
        walk.pass(lead, bom);
        let run = Run { form, format, encoding, chunk, decoded: &decoded, offset, is_last };
        run.records(walk, &mut out);
    }
    out.text = decoded.text;
    out
}

/// What stays the same while a chunk is read.
struct Run<'a> {
    form: &'a ReadingForm,
    format: &'static dyn Format,
    encoding: &'static Encoding,
    chunk: &'a [u8],
    decoded: &'a Decoded,
    offset: u64,
    is_last: bool,
}

impl Run<'_> {
    fn records(&self, mut walk: Walk<'_>, out: &mut Parsed) {
        let mut clock = Clock::new(&self.form.time);
        let mut scanner = self.format.scanner(self.form);
        let quoting = self.format.quoting(self.form);
        let raw = quoting.is_some_and(|delimiter| quotes::in_raw_bytes(self.encoding, delimiter));
        let inspected = if raw { self.chunk } else { self.decoded.text.as_bytes() };
        let mut ends = quoting.map(|delimiter| Quotes::new(inspected, delimiter, true));
        let rough = self.chunk.len() / 96;
        out.records.reserve(rough);
        out.text_ranges.reserve(rough);
        while let Some(mut line) = walk.line() {
            if is_blank(self.text(&line)) {
                out.skipped += 1;
                continue;
            }
            let mut unclosed = false;
            if let Some(ends) = &mut ends
                && memchr::memchr(b'"', self.text(&line).as_bytes()).is_some()
            {
                match ends.end(if raw { line.bytes.start } else { line.text.start }) {
                    End::At(end) => out.skipped += walk.extend(&mut line, end, raw),
                    End::Unclosed(_) | End::More => unclosed = true,
                }
            }
            self.record(&line, unclosed, scanner.as_mut(), &mut clock, out);
        }
    }

    fn record(&self, line: &Line, unclosed: bool, scanner: &mut dyn Scanner, clock: &mut Clock, out: &mut Parsed) {
        let text = self.text(line);
        let offset = self.offset + line.bytes.start as u64;
        let Some(draft) = scanner.scan(text, offset, clock) else {
            out.skipped += 1;
            out.pending.extend(scanner.heading().map(Pending::Heading));
            return;
        };
        let mut reject = draft.reject;
        if unclosed {
            reject = Some(Reject::Quote);
        }
        if self.decoded.dirty && reject.is_none() && text.contains('\u{fffd}') {
            let bytes = self.chunk.get(line.bytes.clone()).unwrap_or(&[]);
            reject = (!encoding::is_clean(self.encoding, bytes)).then_some(Reject::Encoding);
        }
        if !line.ended && !self.is_last {
            reject = Some(Reject::TooLong);
        }
        if let Some(stamp) = draft.dated.waiting {
            out.pending.push(Pending::Record { record: narrow(out.records.len()), stamp });
        }
        out.records.push(RecordHead { offset, len: narrow(line.bytes.len()), when: draft.dated.when, reject });
        out.text_ranges.push(narrow(line.text.start)..narrow(line.text.end));
    }

    fn text(&self, line: &Line) -> &str {
        self.decoded.text.get(line.text.clone()).unwrap_or("")
    }
}

/// Chunks are a few MiB; their text at most three times that.
fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// One line, or one record of several lines, in bytes and in text, without its line end.
#[derive(Clone, Debug)]
struct Line {
    bytes: Range<usize>,
    text: Range<usize>,
    /// Whether a line feed ends it.
    ended: bool,
}

/// Walks the lines of bytes and text side by side.
struct Walk<'a> {
    chunk: &'a [u8],
    text: &'a [u8],
    same: bool,
    unit: Unit,
    in_bytes: usize,
    in_text: usize,
}

impl<'a> Walk<'a> {
    fn new(chunk: &'a [u8], decoded: &'a Decoded, unit: Unit) -> Self {
        Self { chunk, text: decoded.text.as_bytes(), same: decoded.same, unit, in_bytes: 0, in_text: 0 }
    }

    /// Passes the lead of a chunk, or the byte order mark of a file.
    fn pass(&mut self, lead: usize, bom: usize) {
        if lead > 0 {
            let ends = self.unit.ends_line(self.chunk.get(..lead).unwrap_or(&[]));
            let feed = memchr::memchr(b'\n', self.text).filter(|_| ends);
            self.in_text = feed.map_or(self.text.len(), |feed| feed + 1);
            self.in_bytes = if feed.is_some() { lead } else { self.chunk.len() };
        } else if bom > 0 {
            self.in_bytes = bom;
            self.in_text = '\u{feff}'.len_utf8();
        }
    }

    fn line(&mut self) -> Option<Line> {
        if self.in_bytes >= self.chunk.len() {
            return None;
        }
        let feed = memchr::memchr(b'\n', self.text.get(self.in_text..)?).map(|at| self.in_text + at);
        let text = self.in_text..feed.unwrap_or(self.text.len());
        self.in_text = text.end + 1;
        let end = if self.same { feed } else { self.unit.find(self.chunk, self.in_bytes) };
        let bytes = self.in_bytes..end.unwrap_or(self.chunk.len());
        self.in_bytes = bytes.end + self.unit.width();
        let inner = self.unit.without_return(self.chunk, bytes.start, bytes.end);
        // An escape of ISO-2022-JP may stand between carriage return and line feed: the bytes decide.
        let text = if inner < bytes.end {
            text.start..Unit::Byte.without_return(self.text, text.start, text.end)
        } else {
            text
        };
        let bytes = bytes.start..inner;
        Some(Line { bytes, text, ended: end.is_some() })
    }

    /// Adds further lines to `line` until the one that ends at `end` (in bytes if `raw`, else in text) is in it.
    fn extend(&mut self, line: &mut Line, end: usize, raw: bool) -> u64 {
        let mut added = 0;
        while (if raw { self.in_bytes } else { self.in_text }) <= end {
            let Some(next) = self.line() else { break };
            line.bytes.end = next.bytes.end;
            line.text.end = next.text.end;
            line.ended = next.ended;
            added += 1;
        }
        added
    }
}
