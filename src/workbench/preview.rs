//! The first records of a file before it is taken in: read from its beginning, whatever its size; nothing is kept.
//!
//! Detection, cutting and parsing are those of the import, so that what is shown is what will be stored. Of a file that
//! holds others the first member with records is shown.

use super::error::{Error, Result};
use super::export::below;
use super::import::{AddOptions, for_content, overrides, with_definition};
use crate::ingest::containers::{self, Budget, Member, Opening, Source};
use crate::ingest::{self, Cut, Cutter, HEAD, Overrides, Parsed, Reader, Settler};
use crate::model::evidence::ReadingForm;
use crate::model::record::When;
use crate::model::{Field, FieldReader as _, RecordHead, Reject, Ticket};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::fs::File;
use std::io::{Cursor, Read};
use std::iter::repeat;
use std::ops::ControlFlow;
use std::path::Path;

/// About what is parsed at once, and what must follow it before a record's end is sure: as at import.
const CHUNK: usize = 256 << 10;
const SIGHT: usize = 6 << 20;
/// What mostly is enough of it: what is read, or unpacked, costs time before the first record shows.
const NEAR: usize = 64 << 10;
/// More is not read, however few records it held.
const MOST: u64 = 64 << 20;
/// Of a container inside another no more is unpacked.
const INNER: u64 = 16 << 20;
/// Containers inside containers, and members without records that are passed over.
const DEPTH: u32 = 4;
const PASSED: u32 = 64;

/// The beginning of a file, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// Name of the format; empty for what is kept whole.
    pub format: String,
    /// Encoding.
    pub encoding: String,
    /// How sure that is, 0 to 100.
    pub score: u8,
    /// The next best format.
    pub runner_up: Option<(String, u8)>,
    /// How it is read; none for what is kept whole.
    pub form: Option<ReadingForm>,
    /// It holds other files or a compressed one.
    pub container: bool,
    /// The member shown, by its names from the outside in, where it is a container; the rest is said of that member.
    pub member: Vec<String>,
    /// Every record of the file is here.
    pub whole: bool,
    /// The first records.
    pub rows: Vec<Seen>,
}

/// One record of a preview.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub len: u32,
    /// When.
    pub when: When,
    /// Why its format could not read it.
    pub reject: Option<Reject>,
    /// The text.
    pub text: String,
}

impl Preview {
    /// A record's fields, in the format's order.
    #[must_use]
    pub fn fields<'s>(&self, seen: &'s Seen) -> Vec<Field<'s>> {
        let mut fields = Vec::new();
        if let Some(form) = &self.form {
            Reader.fields(form, &seen.text, &mut fields);
        }
        fields
    }
}

/// Reads the first `limit` records of a file.
pub fn preview(path: &Path, options: &AddOptions, limit: usize) -> Result<Preview> {
    stream(path, options, limit, &Ticket::new(), &mut |_| {})
}

/// The same, telling what is there so far whenever records were added; stops where the ticket is cancelled.
pub fn stream(
    path: &Path,
    options: &AddOptions,
    limit: usize,
    ticket: &Ticket,
    tell: &mut dyn FnMut(&Preview),
) -> Result<Preview> {
    let options = with_definition(options)?;
    let mut file = File::open(path).map_err(Error::file(path))?;
    let bytes = file.metadata().map_err(Error::file(path))?.len();
    let budget = Budget::of(bytes);
    let name = path.as_os_str().as_encoded_bytes();
    let mut look = Look { options: &options, limit, ticket, tell, budget: &budget, path, out: Preview::default() };
    look.file(&mut file, name, 0)?;
    Ok(look.out)
}

/// Looking into one file.
struct Look<'l> {
    options: &'l AddOptions,
    limit: usize,
    ticket: &'l Ticket,
    tell: &'l mut dyn FnMut(&Preview),
    budget: &'l Budget,
    path: &'l Path,
    out: Preview,
}

impl Look<'_> {
    /// A file, or a member held whole.
    fn file(&mut self, source: &mut dyn Source, name: &[u8], depth: u32) -> Result<()> {
        let mut head = Vec::with_capacity(HEAD);
        (&mut *source).take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(self.path))?;
        let ordered = for_content(overrides(self.options), &head, name);
        let found = ingest::detect(&head, name);
        if !found.container || ordered.format.is_some() {
            return self.records(head, source, name, &ordered);
        }
        if depth == 0 {
            (self.out.format, self.out.encoding) = (found.format.clone(), found.encoding.to_owned());
            (self.out.score, self.out.container) = (found.score, true);
        }
        source.rewind().map_err(Error::file(self.path))?;
        match containers::container(&found.format).filter(|_| depth < DEPTH) {
            Some(container) => self.members(container, source, name, depth),
            None => Ok(()),
        }
    }

    /// The first member that has records.
    fn members(
        &mut self,
        container: &dyn containers::Container,
        source: &mut dyn Source,
        name: &[u8],
        depth: u32,
    ) -> Result<()> {
        let (passwords, budget, path) = (&self.options.passwords, self.budget, self.path);
        let opening = Opening { source, name, passwords, budget };
        let (mut done, mut passed, bare) = (Ok(()), 0, self.out.clone());
        let mut visit = |member: Member<'_>| {
            passed += 1;
            self.out = bare.clone();
            done = self.member(member, depth);
            let more = done.is_ok() && self.out.rows.is_empty() && passed < PASSED && !self.ticket.is_cancelled();
            if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        container.each(opening, &mut visit).map_err(Error::file(path))?;
        if self.out.rows.is_empty() {
            self.out = bare;
        }
        done
    }

    fn member(&mut self, member: Member<'_>, depth: u32) -> Result<()> {
        let Member { name, shown, format, content } = member;
        let Ok(stream) = content else { return Ok(()) };
        self.out.member.push(shown);
        let mut head = Vec::new();
        (&mut *stream).take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(self.path))?;
        if let Some(format) = format {
            let ordered = Overrides {
                format: Some(format.to_owned()),
                encoding: Some("utf-8".to_owned()),
                definition: None,
                ..overrides(self.options)
            };
            return self.records(head, stream, &name, &ordered);
        }
        if ingest::detect(&head, &name).container {
            stream.take(INNER).read_to_end(&mut head).map_err(Error::file(self.path))?;
            return self.file(&mut Cursor::new(head), &name, depth + 1);
        }
        let ordered = for_content(overrides(self.options), &head, &name);
        self.records(head, stream, &name, &ordered)
    }

    /// The records of a file that begins with `head`.
    fn records(&mut self, head: Vec<u8>, rest: &mut dyn Read, name: &[u8], ordered: &Overrides) -> Result<()> {
        let found = ingest::detect(&head, name);
        if ordered.format.is_none() && found.format.is_empty() {
            if !self.out.container {
                found.encoding.clone_into(&mut self.out.encoding);
            }
            return Ok(());
        }
        let form = ingest::form(&head, &found, ordered).map_err(below)?;
        (self.out.format, self.out.encoding) = (form.format.clone(), form.encoding.clone());
        (self.out.score, self.out.runner_up) = (found.score, found.runner_up);
        self.out.form = Some(form.clone());
        let mut settler = Settler::new(&form);
        let source = rest.take(MOST.saturating_sub(head.len() as u64));
        let mut pieces =
            Pieces { cutter: Cutter::new(&form), source, bytes: head, at: 0, ended: false, path: self.path };
        let (mut read, mut wanted) = (0, 1);
        while self.out.rows.len() < self.limit {
            if self.ticket.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let cut = pieces.next(wanted)?;
            if cut.is_empty() {
                self.out.whole = pieces.is_through();
                break;
            }
            let bytes = &pieces.bytes;
            let mut parsed: Vec<Parsed> = cut.par_iter().map(|piece| piece.parse(&form, bytes)).collect();
            parsed.iter_mut().for_each(|parsed| settler.settle(parsed));
            let found =
                parsed.iter().flat_map(|parsed| parsed.records.iter().zip(&parsed.text_ranges).zip(repeat(parsed)));
            let left = self.limit - self.out.rows.len();
            let first: Vec<_> = found.take(left).collect();
            self.out.rows.extend(first.into_iter().map(|((record, place), parsed)| {
                let text = parsed.text.get(place.start as usize..place.end as usize).unwrap_or("");
                seen(text, record)
            }));
            let all: usize = parsed.iter().map(|parsed| parsed.records.len()).sum();
            self.out.whole = all <= left && pieces.is_through();
            (self.tell)(&self.out);
            // The first records are told as soon as they are there; then as many pieces at once as they seem to be in.
            read += cut.len();
            let left = self.limit - self.out.rows.len();
            wanted = (left * read).div_ceil(self.out.rows.len().max(1)).clamp(1, rayon::current_num_threads() * 2);
        }
        Ok(())
    }
}

/// The beginning of a file, cut where records end.
struct Pieces<'p, R> {
    cutter: Cutter,
    source: std::io::Take<R>,
    bytes: Vec<u8>,
    /// Bytes that are cut.
    at: usize,
    ended: bool,
    path: &'p Path,
}

/// One piece, by its place in the bytes.
struct Piece {
    place: std::ops::Range<usize>,
    lead: u32,
    is_last: bool,
}

impl Piece {
    fn parse(&self, form: &ReadingForm, bytes: &[u8]) -> Parsed {
        let (chunk, offset) = (bytes.get(self.place.clone()).unwrap_or(&[]), self.place.start as u64);
        ingest::parse(form, chunk, offset, self.lead, offset == 0, self.is_last)
    }
}

impl<R: Read> Pieces<'_, R> {
    /// The next pieces, at most so many; none where nothing more is read.
    fn next(&mut self, wanted: usize) -> Result<Vec<Piece>> {
        let mut out = Vec::new();
        while out.len() < wanted {
            let mut cut = self.cut(NEAR)?;
            if cut.len == 0 && !self.ended {
                cut = self.cut(SIGHT)?;
            }
            let rest = self.bytes.len() - self.at;
            if cut.len == 0 || rest == 0 {
                break;
            }
            let place = self.at..self.at + cut.len;
            let (lead, is_last) = (u32::try_from(cut.lead).unwrap_or(u32::MAX), self.ended && cut.len == rest);
            self.at = place.end;
            out.push(Piece { place, lead, is_last });
        }
        Ok(out)
    }

    fn cut(&mut self, sight: usize) -> Result<Cut> {
        self.ended |= fill(&mut self.source, &mut self.bytes, self.at + CHUNK + sight, self.path)?;
        Ok(self.cutter.cut(self.bytes.get(self.at..).unwrap_or(&[]), CHUNK, self.ended))
    }

    /// Whether the file was read to its end.
    fn is_through(&self) -> bool {
        self.ended && self.at == self.bytes.len() && self.source.limit() > 0
    }
}

fn seen(text: &str, record: &RecordHead) -> Seen {
    Seen { offset: record.offset, len: record.len, when: record.when, reject: record.reject, text: text.to_owned() }
}

/// Reads until `wanted` bytes are held; whether nothing follows.
fn fill(source: &mut impl Read, bytes: &mut Vec<u8>, wanted: usize, path: &Path) -> Result<bool> {
    let missing = wanted.saturating_sub(bytes.len()) as u64;
    let read = source.take(missing).read_to_end(bytes).map_err(Error::file(path))?;
    Ok((read as u64) < missing)
}
