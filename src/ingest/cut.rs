//! Where chunks end: after whole records, so that chunks can be read on their own and in parallel.
//!
//! Only a line longer than [`MAX_RECORD`] is cut inside; the next chunk then begins with the rest of it (`lead`).

use super::encoding::{self, Unit};
use super::formats::by_name;
use super::frames::{FrameCutter, Frames};
use super::quotes::{self, End, QUOTED, Quotes};
use crate::model::evidence::ReadingForm;
use encoding_rs::Encoding;

/// Longest record in one piece, in bytes.
pub const MAX_RECORD: usize = 4 << 20;

/// A decision where to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Bytes of the chunk; 0 when more bytes are needed before it can be decided.
    pub len: usize,
    /// Bytes at its start (line end included) that still belong to the record before it: hand them to `parse`.
    pub lead: usize,
    /// Whether its last record goes on in the next chunk.
    pub continues: bool,
}

/// The bytes at hand do not decide it.
struct Undecided;

const MORE: Cut = Cut { len: 0, lead: 0, continues: false };

/// Cuts a stream of bytes, in order.
pub struct Cutter {
    encoding: &'static Encoding,
    unit: Unit,
    quoting: Option<u8>,
    continuing: bool,
    frames: Option<(&'static dyn Frames, FrameCutter)>,
}

impl Cutter {
    /// For bytes read this way.
    #[must_use]
    pub fn new(form: &ReadingForm) -> Self {
        let encoding = encoding::of(&form.encoding);
        let format = by_name(&form.format);
        let quoting = format.and_then(|format| format.quoting(form));
        let frames = format.and_then(|format| format.frames()).map(|frames| (frames, FrameCutter::new(form)));
        Self { encoding, unit: Unit::of(encoding), quoting, continuing: false, frames }
    }

    /// Where the chunk at the start of `buf` ends, about `target` bytes long.
    ///
    /// Unless `at_end` (nothing follows `buf`), `buf` must hold at least `target` bytes; a result of 0 bytes asks for a
    /// longer `buf`, never longer than `target` + 5 MiB. The result does not depend on how much longer it is.
    pub fn cut(&mut self, buf: &[u8], target: usize, at_end: bool) -> Cut {
        let target = target.clamp(2, MAX_RECORD) & !1;
        if buf.is_empty() || (buf.len() < target && !at_end) {
            return MORE;
        }
        if let Some((frames, cutter)) = &mut self.frames {
            return cutter.cut(*frames, buf, target, at_end);
        }
        let lead = match self.lead(buf, target, at_end) {
            Ok(lead) => lead,
            Err(cut) => return cut,
        };
        let Ok(end) = self.last_end(buf, lead, target, at_end) else { return MORE };
        if let Some(end) = end {
            self.continuing = false;
            return Cut { len: end, lead, continues: false };
        }
        // No record ends within the target: the lead alone, or the first record however long.
        if lead > 0 {
            self.continuing = false;
            return Cut { len: lead, lead, continues: false };
        }
        self.first_end(buf, at_end)
    }

    /// The rest of a record cut inside before; `Err` when it fills this chunk or is not decided.
    fn lead(&mut self, buf: &[u8], target: usize, at_end: bool) -> Result<usize, Cut> {
        if !self.continuing {
            return Ok(0);
        }
        if let Some(end) = self.unit.find(buf.get(..target.min(buf.len())).unwrap_or(buf), 0) {
            return Ok(end + self.unit.width());
        }
        if at_end && buf.len() <= target {
            self.continuing = false;
            return Err(Cut { len: buf.len(), lead: buf.len(), continues: false });
        }
        let len = self.inside(buf, target);
        Err(Cut { len, lead: len, continues: true })
    }

    /// End of the last record that ends at or before `target`; `None` if none does.
    fn last_end(&self, buf: &[u8], lead: usize, target: usize, at_end: bool) -> Result<Option<usize>, Undecided> {
        let all = at_end && buf.len() <= target;
        if all {
            return Ok(Some(buf.len()));
        }
        let plain = self.unit.rfind(buf, target).map(|feed| feed + self.unit.width()).filter(|end| *end > lead);
        let Some(delimiter) = self.quoting else { return Ok(plain) };
        let window = buf.len().min(target.saturating_add(QUOTED + 2));
        let whole = at_end && window == buf.len();
        let bytes = buf.get(..window).unwrap_or(buf);
        if quotes::in_raw_bytes(self.encoding, delimiter) {
            if memchr::memchr(b'"', bytes.get(lead..target).unwrap_or(bytes)).is_none() {
                return Ok(plain);
            }
            return last_quoted(bytes, delimiter, lead, target, whole);
        }
        self.last_decoded(bytes, delimiter, lead, target, whole)
    }

    /// The same over decoded text, walking bytes and text line by line together.
    fn last_decoded(
        &self,
        bytes: &[u8],
        delimiter: u8,
        lead: usize,
        target: usize,
        whole: bool,
    ) -> Result<Option<usize>, Undecided> {
        let clipped = bytes.len() > target.saturating_add(QUOTED);
        let decoded = encoding::decode(self.encoding, bytes.get(lead..).unwrap_or(&[]));
        let text = decoded.text.as_bytes();
        let mut quotes = Quotes::new(text, delimiter, whole);
        let (mut in_bytes, mut in_text, mut last) = (lead, 0, None);
        while in_bytes < target {
            let end = match quotes.end(in_text) {
                End::At(end) | End::Unclosed(end) => end,
                End::More if clipped => first_feed(text, in_text)?,
                End::More => return Err(Undecided),
            };
            let inner = memchr::memchr_iter(b'\n', text.get(in_text..end).unwrap_or(&[])).count();
            for _ in 0..inner {
                in_bytes = self.unit.find(bytes, in_bytes).ok_or(Undecided)? + self.unit.width();
            }
            in_bytes = self.unit.find(bytes, in_bytes).map_or(bytes.len(), |feed| feed + self.unit.width());
            if in_bytes > target {
                break;
            }
            last = Some(in_bytes);
            in_text = end + 1;
        }
        Ok(last)
    }

    /// No record ends early enough: the end of the first one, or a cut inside it.
    fn first_end(&mut self, buf: &[u8], at_end: bool) -> Cut {
        let window = buf.get(..buf.len().min(MAX_RECORD)).unwrap_or(buf);
        let feed = self.unit.find(window, 0);
        let end = match (feed, self.quoting) {
            (Some(feed), None) => Some(feed),
            (Some(feed), Some(delimiter)) if quotes::in_raw_bytes(self.encoding, delimiter) => {
                match Quotes::new(buf, delimiter, at_end).end(0) {
                    End::At(end) | End::Unclosed(end) => Some(end),
                    End::More if buf.len() > feed + QUOTED => Some(feed),
                    End::More => return MORE,
                }
            }
            (Some(feed), Some(delimiter)) => match self.first_decoded(buf, delimiter, at_end) {
                Some(end) => Some(end),
                None if buf.len() > feed + QUOTED + 2 => Some(feed),
                None => return MORE,
            },
            (None, _) => None,
        };
        if let Some(end) = end {
            return Cut { len: (end + self.unit.width()).min(buf.len()), lead: 0, continues: false };
        }
        if buf.len() < MAX_RECORD && !at_end {
            return MORE;
        }
        if buf.len() <= MAX_RECORD && at_end {
            return Cut { len: buf.len(), lead: 0, continues: false };
        }
        self.continuing = true;
        Cut { len: self.inside(buf, MAX_RECORD), lead: 0, continues: true }
    }

    fn first_decoded(&self, buf: &[u8], delimiter: u8, at_end: bool) -> Option<usize> {
        let decoded = encoding::decode(self.encoding, buf);
        let end = match Quotes::new(decoded.text.as_bytes(), delimiter, at_end).end(0) {
            End::At(end) | End::Unclosed(end) => end,
            End::More => return None,
        };
        let feeds = memchr::memchr_iter(b'\n', decoded.text.as_bytes().get(..end)?).count();
        let mut at = 0;
        for _ in 0..feeds {
            at = self.unit.find(buf, at)? + self.unit.width();
        }
        self.unit.find(buf, at).or(Some(buf.len()))
    }

    /// A place inside a long line, at most `most` bytes in, that splits no character where that can be seen.
    fn inside(&self, buf: &[u8], most: usize) -> usize {
        let most = most.min(buf.len());
        if self.unit != Unit::Byte {
            return most & !1;
        }
        // No byte below 0x30 is part of a longer character in any encoding read here; in UTF-8 none below 0x80.
        let least = if self.encoding == encoding_rs::UTF_8 { 0x80 } else { 0x30 };
        (most.saturating_sub(64)..most)
            .rev()
            .find(|at| buf.get(*at).is_some_and(|byte| *byte < least))
            .map_or(most, |at| at + 1)
    }
}

fn first_feed(text: &[u8], from: usize) -> Result<usize, Undecided> {
    let feed = memchr::memchr(b'\n', text.get(from..).unwrap_or(&[]));
    feed.map(|at| from + at).ok_or(Undecided)
}

/// Walks records from `lead` and returns the last end at or before `target`.
fn last_quoted(
    bytes: &[u8],
    delimiter: u8,
    lead: usize,
    target: usize,
    whole: bool,
) -> Result<Option<usize>, Undecided> {
    let mut quotes = Quotes::new(bytes, delimiter, whole);
    let (mut at, mut last) = (lead, None);
    while at < target {
        let end = match quotes.end(at) {
            End::At(end) | End::Unclosed(end) if end < target => end + 1,
            End::At(_) | End::Unclosed(_) => break,
            End::More if bytes.len() - at > QUOTED => break,
            End::More => return Err(Undecided),
        };
        at = end;
        last = Some(at);
    }
    Ok(last)
}
