//! Records that are not lines: elements of a JSON array, XML elements, mails, Windows events.
//!
//! A format that has them says where the next one stands ([`Frames::next`]); cutting a stream into chunks and reading a
//! chunk both follow from that, so they agree. Where the text of a record is not its bytes (a mail's encoded parts, binary
//! XML) the format decodes it, and that decoded layer is made anew from the stored bytes whenever it is read: the store
//! keeps originals only, a record keeps its place in the original, and nothing derived can drift from it.

use super::cut::Cut;
use super::encoding::{self, Unit};
use super::formats::{Format, Scanner, is_blank};
use super::parse::{Parsed, Pending};
use super::times::Clock;
use crate::model::evidence::ReadingForm;
use crate::model::{RecordHead, Reject};
use encoding_rs::Encoding;
use std::borrow::Cow;
use std::ops::Range;

/// Longest record in one piece, in bytes.
pub const MAX_FRAME: usize = super::cut::MAX_RECORD;
/// Bytes after a record that may be needed to know where it ends.
const AHEAD: usize = 4 << 10;

/// What stands next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A whole record.
    Record(Range<usize>),
    /// A record begins here and does not end in the bytes at hand.
    Open(usize),
    /// No record begins in the bytes at hand.
    Nothing,
}

/// Where to look.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// How the evidence is read.
    pub form: &'a ReadingForm,
    /// The bytes at hand; outside UTF-8 one for each code unit, those of other characters than ASCII masked.
    pub bytes: &'a [u8],
    /// From here on.
    pub at: usize,
    /// Whether the evidence begins at `at`.
    pub is_start: bool,
    /// Whether the last record ends where the bytes do, whatever might follow.
    pub at_end: bool,
}

/// Receives place and text of a record, and what is wrong with its bytes.
pub type Each<'e> = dyn FnMut(Range<usize>, &str, Option<Reject>) + 'e;

/// A format's records.
pub trait Frames: Sync {
    /// The next record. `Open` is never said at the end of the evidence.
    fn next(&self, look: &Look<'_>) -> Next;

    /// Where the rest of a record that was cut inside ends, if it does in these bytes.
    fn rest(&self, form: &ReadingForm, bytes: &[u8]) -> Option<usize> {
        let _ = form;
        memchr::memchr(b'\n', bytes).map(|feed| feed + 1)
    }

    /// Whether the text of a record is not its bytes.
    fn is_layered(&self) -> bool {
        false
    }

    /// The text of one record.
    fn text<'a>(&self, form: &ReadingForm, bytes: &'a [u8]) -> Cow<'a, str> {
        encoding::decode_record(encoding::of(&form.encoding), bytes)
    }

    /// Calls `each` with place and text of every record of a chunk.
    fn read(&self, block: &Block<'_>, each: &mut Each<'_>) {
        let encoding = encoding::of(&block.form.encoding);
        let units = if self.is_layered() { Cow::Borrowed(block.bytes) } else { units(encoding, block.bytes) };
        let width = if self.is_layered() { 1 } else { Unit::of(encoding).width() };
        let mut at = block.lead / width;
        loop {
            let is_start = block.is_start && at == 0;
            // A chunk ends where a record does, or else is filled by one record alone.
            let look = Look { form: block.form, bytes: &units, at, is_start, at_end: true };
            let Next::Record(place) = self.next(&look) else { return };
            if place.end <= at {
                return;
            }
            let is_cut = !block.at_end && place.start == 0 && units.len() == MAX_FRAME / width;
            let reject = is_cut.then_some(Reject::TooLong);
            at = place.end;
            let place = place.start * width..(place.end * width).min(block.bytes.len());
            let bytes = block.bytes.get(place.clone()).unwrap_or(&[]);
            let dirty = !self.is_layered() && !encoding::is_clean(encoding, bytes);
            each(place, &self.text(block.form, bytes), reject.or(dirty.then_some(Reject::Encoding)));
        }
    }
}

/// A chunk to be read.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// How.
    pub form: &'a ReadingForm,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Bytes that belong to the record before.
    pub lead: usize,
    /// Whether the evidence begins here.
    pub is_start: bool,
    /// Whether it ends here.
    pub at_end: bool,
}

/// One byte for each code unit, so that marks of syntax are found whatever the encoding: other characters become 0x80.
fn units<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let unit = Unit::of(encoding);
    if unit != Unit::Byte {
        let of = |pair: &[u8]| match (unit, pair) {
            (Unit::Little, [low, 0]) if low.is_ascii() => *low,
            (Unit::Big, [0, low]) if low.is_ascii() => *low,
            _ => 0x80,
        };
        return Cow::Owned(bytes.chunks(2).map(of).collect());
    }
    if encoding == encoding_rs::UTF_8 || encoding.is_single_byte() || bytes.is_ascii() && encoding.is_ascii_compatible()
    {
        return Cow::Borrowed(bytes);
    }
    let mut out = bytes.to_vec();
    if encoding == encoding_rs::ISO_2022_JP {
        mask_escaped(&mut out);
        return Cow::Owned(out);
    }
    let mut at = 0;
    while let Some(byte) = out.get(at).copied() {
        // In every encoding of more bytes read here a lead byte is above 0x80 and takes the byte after it along.
        let alone = byte.is_ascii() || encoding == encoding_rs::SHIFT_JIS && matches!(byte, 0xa0..=0xdf);
        if let Some(trail) = out.get_mut(at + 1).filter(|trail| !alone && **trail >= 0x30) {
            *trail = 0x80;
            at += 1;
        }
        at += 1;
    }
    Cow::Owned(out)
}

/// Masks what stands between an escape to kanji and the one back.
fn mask_escaped(bytes: &mut [u8]) {
    let mut kanji = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes.get(at..) {
            Some([0x1b, b'$', ..]) => {
                kanji = true;
                at += 3;
            }
            Some([0x1b, b'(', ..]) => {
                kanji = false;
                at += 3;
            }
            Some([b'\n', ..]) => {
                kanji = false;
                at += 1;
            }
            Some([byte, ..]) => {
                let byte = *byte;
                if let Some(byte) = bytes.get_mut(at).filter(|_| kanji && byte > 0x20) {
                    *byte = 0x80;
                }
                at += 1;
            }
            _ => return,
        }
    }
}

/// What a cutter of frames remembers.
#[derive(Clone, Debug)]
pub(super) struct FrameCutter {
    form: ReadingForm,
    is_start: bool,
    continuing: bool,
}

const MORE: Cut = Cut { len: 0, lead: 0, continues: false };

impl FrameCutter {
    pub(super) fn new(form: &ReadingForm) -> Self {
        Self { form: form.clone(), is_start: true, continuing: false }
    }

    /// As [`super::Cutter::cut`].
    pub(super) fn cut(&mut self, frames: &dyn Frames, buf: &[u8], target: usize, at_end: bool) -> Cut {
        let encoding = encoding::of(&self.form.encoding);
        let width = if frames.is_layered() { 1 } else { Unit::of(encoding).width() };
        let units = if frames.is_layered() { Cow::Borrowed(buf) } else { units(encoding, buf) };
        let whole = units.len() * width;
        let scaled = |len: usize| if at_end && len == units.len() { buf.len() } else { (len * width).min(whole) };
        let (len, lead, continues) = self.units(frames, &units, ((target / width).max(1), MAX_FRAME / width), at_end);
        if len == 0 {
            return MORE;
        }
        self.is_start = false;
        self.continuing = continues;
        Cut { len: scaled(len), lead: scaled(lead), continues }
    }

    /// Length, lead, and whether the last record goes on, in units; a length of 0 asks for more.
    fn units(
        &self,
        frames: &dyn Frames,
        units: &[u8],
        (target, most): (usize, usize),
        at_end: bool,
    ) -> (usize, usize, bool) {
        let mut lead = 0;
        if self.continuing {
            let window = units.get(..target.min(units.len())).unwrap_or(units);
            match frames.rest(&self.form, window) {
                Some(end) => lead = end,
                None if at_end && units.len() <= target => return (units.len(), units.len(), false),
                // A mark that ends it may stand across the cut.
                None => {
                    let len = window.len() - (window.len() / 2).min(64);
                    return (len, len, true);
                }
            }
        }
        let (mut at, mut last) = (lead, lead);
        loop {
            let is_start = self.is_start && at == 0;
            match frames.next(&Look { form: &self.form, bytes: units, at, is_start, at_end }) {
                // Longer than a record may be: cut inside, what stands before it alone.
                Next::Record(place) if place.len() > most && last == 0 => {
                    return if place.start > 0 { (place.start, 0, false) } else { (most, 0, true) };
                }
                Next::Record(place) if place.end <= target || last == 0 => {
                    if place.end <= at {
                        return (units.len().min(most), lead, false);
                    }
                    (at, last) = (place.end, place.end);
                    if last > target {
                        break;
                    }
                }
                Next::Record(_) => break,
                Next::Open(start) => {
                    if units.len() < target + AHEAD {
                        return (0, 0, false);
                    }
                    if last > 0 {
                        break;
                    }
                    // What stands before a long record goes alone.
                    if start > 0 {
                        return (start, 0, false);
                    }
                    return if units.len() < most { (0, 0, false) } else { (most, 0, true) };
                }
                Next::Nothing if at_end => {
                    let rest = if units.len() <= most { units.len() } else { last };
                    return (if rest > 0 { rest } else { most }, lead, false);
                }
                Next::Nothing => {
                    if last == 0 && units.len() < most {
                        return (0, 0, false);
                    }
                    last = if last == 0 { target } else { last };
                    break;
                }
            }
        }
        (last, lead, false)
    }
}

/// Reads one chunk of frames. Lines are not counted: no record is one.
pub(super) fn parse(form: &ReadingForm, format: &dyn Format, frames: &dyn Frames, chunk: &Placed<'_>) -> Parsed {
    let mut out = Parsed::default();
    let mut clock = Clock::new(&form.time);
    let mut scanner = format.scanner(form);
    let lead = usize::try_from(chunk.lead).unwrap_or(usize::MAX).min(chunk.bytes.len());
    let block = Block { form, bytes: chunk.bytes, lead, is_start: chunk.is_first, at_end: chunk.is_last };
    frames.read(&block, &mut |place, text, reject| {
        record(&mut out, scanner.as_mut(), &mut clock, (chunk.offset, place), text, reject);
    });
    out
}

/// A chunk and its place in the evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) offset: u64,
    pub(super) lead: u32,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
}

fn record(
    out: &mut Parsed,
    scanner: &mut dyn Scanner,
    clock: &mut Clock,
    (base, place): (u64, Range<usize>),
    text: &str,
    reject: Option<Reject>,
) {
    if is_blank(text) && reject.is_none() {
        return;
    }
    let offset = base + place.start as u64;
    let Some(draft) = scanner.scan(text, offset, clock) else {
        out.pending.extend(scanner.heading().map(Pending::Heading));
        return;
    };
    if let Some(stamp) = draft.dated.waiting {
        out.pending.push(Pending::Record { record: narrow(out.records.len()), stamp });
    }
    let reject = reject.or(draft.reject);
    out.records.push(RecordHead { offset, len: narrow(place.len()), when: draft.dated.when, reject });
    let start = out.text.len();
    out.text.push_str(text);
    out.text_ranges.push(narrow(start)..narrow(out.text.len()));
    out.text.push('\n');
}

fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
