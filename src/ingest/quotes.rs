//! Where a record of delimited text ends, when line breaks may stand inside quotation marks (RFC 4180 §2.6).
//!
//! A mark opens only at the start of a cell, so `5" disk` harms nothing. A mark that is not closed within
//! [`QUOTED`] bytes, or before the file ends, is a damage: then the record is its first line, and reading goes on with
//! the next line. Cutting and parsing both decide this here, so they agree. Time is linear whatever the bytes.

/// How long a record with line breaks inside may be.
pub(super) const QUOTED: usize = 1 << 20;

/// Whether marks and delimiters can be told in raw bytes: no later byte of a character looks like one.
#[must_use]
pub(super) fn in_raw_bytes(encoding: &'static encoding_rs::Encoding, delimiter: u8) -> bool {
    encoding.is_ascii_compatible() && (delimiter < 0x40 || encoding == encoding_rs::UTF_8 || encoding.is_single_byte())
}

/// Where a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At this line feed, or at the end of the text.
    At(usize),
    /// A mark is never closed; the first line ends here.
    Unclosed(usize),
    /// Not decided by the bytes at hand.
    More,
}

/// Finds record ends in one text, from front to back.
#[derive(Debug)]
pub(super) struct Quotes<'a> {
    text: &'a [u8],
    delimiter: u8,
    /// Whether no more bytes follow, so that the end of the text ends the record.
    whole: bool,
    /// A line feed up to which an open mark is known to stay open: keeps hostile input linear.
    open_until: usize,
}

impl<'a> Quotes<'a> {
    /// Over `text`; `whole` when nothing follows it.
    #[must_use]
    pub(super) const fn new(text: &'a [u8], delimiter: u8, whole: bool) -> Self {
        Self { text, delimiter, whole, open_until: 0 }
    }

    /// The end of the record that starts at `start`.
    pub(super) fn end(&mut self, start: usize) -> End {
        let first = self.line_feed(start);
        let first_end = first.unwrap_or(self.text.len());
        let line = self.text.get(start..first_end).unwrap_or(&[]);
        if memchr::memchr(b'"', line).is_none() || !self.leaves_open(start, first_end) {
            return if first.is_some() || self.whole { End::At(first_end) } else { End::More };
        }
        match first {
            Some(first) => self.follow(start, first),
            None if self.whole => End::Unclosed(first_end),
            None => End::More,
        }
    }

    fn line_feed(&self, from: usize) -> Option<usize> {
        memchr::memchr(b'\n', self.text.get(from..)?).map(|at| from + at)
    }

    /// Follows an open mark over the line feed at `first`.
    fn follow(&mut self, start: usize, first: usize) -> End {
        let limit = start.saturating_add(QUOTED);
        let mut at = first.max(self.open_until);
        loop {
            if at >= limit {
                self.open_until = at;
                return End::Unclosed(first);
            }
            let next = self.line_feed(at + 1);
            let end = next.unwrap_or(self.text.len());
            if !self.stays_open(at + 1, end) {
                return if next.is_some() || self.whole { End::At(end) } else { End::More };
            }
            let Some(next) = next else {
                self.open_until = at;
                return if self.whole || self.text.len() >= limit { End::Unclosed(first) } else { End::More };
            };
            at = next;
        }
    }

    /// Whether a line that begins outside a mark ends inside one.
    fn leaves_open(&self, start: usize, end: usize) -> bool {
        let mut at = start;
        loop {
            if at < end && self.text.get(at) == Some(&b'"') {
                let Some(close) = self.close(at + 1, end) else { return true };
                at = close + 1;
            }
            match memchr::memchr(self.delimiter, self.text.get(at..end).unwrap_or(&[])) {
                Some(next) => at += next + 1,
                None => return false,
            }
        }
    }

    /// Whether a line that begins inside a mark ends inside one.
    fn stays_open(&self, start: usize, end: usize) -> bool {
        let Some(close) = self.close(start, end) else { return true };
        match memchr::memchr(self.delimiter, self.text.get(close..end).unwrap_or(&[])) {
            Some(next) => self.leaves_open(close + next + 1, end),
            None => false,
        }
    }

    /// The closing mark of an open one, doubled marks passed over.
    fn close(&self, from: usize, end: usize) -> Option<usize> {
        let mut at = from;
        loop {
            at += memchr::memchr(b'"', self.text.get(at..end)?)?;
            if at + 1 < end && self.text.get(at + 1) == Some(&b'"') {
                at += 2;
            } else {
                return Some(at);
            }
        }
    }
}
