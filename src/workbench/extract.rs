//! Indicators in any file that ingest can read, without a case file.
//!
//! Text goes through in blocks, so memory is bounded whatever the file; containers are opened, and what records of binary
//! formats and mails say is read from their decoded text. A container that comes as a stream, or inside another, is held in
//! memory while its members are read.

use super::error::{Error, Result};
use super::export::below;
use crate::indicators::Indicators;
use crate::ingest::containers::{self, Budget, Container, Member, Opening, Passwords, Source};
use crate::ingest::encoding::{self, Unit};
use crate::ingest::{self, Cutter, HEAD, Overrides};
use crate::model::evidence::ReadingForm;
use crate::model::{Decoded, Extractor as _, Hit, Hits, Kind, Lang};
use std::fs::File;
use std::io::{Cursor, Read, Seek as _};
use std::ops::ControlFlow;
use std::path::Path;

/// Bytes looked at in one go: of text no more than the caches next to a core hold, with what is found in them.
const BLOCK: usize = 1 << 20;
const TEXT_BLOCK: usize = 256 << 10;
/// A line longer than this is cut.
const LONGEST_LINE: usize = 8 << 20;
/// What a cutter must see ahead to find where a record ends.
const SIGHT: usize = 6 << 20;
/// Containers inside containers at most this deep.
const MAX_DEPTH: usize = 6;

/// One find.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The member it stands in, as a path below the file; empty for the file itself.
    pub inside: &'a str,
    /// What it is.
    pub kind: Kind,
    /// Canonical form.
    pub value: &'a str,
    /// As written.
    pub text: &'a str,
    /// First byte in the file or member; of its record, where a record's text is not its bytes.
    pub start: u64,
    /// After the last byte.
    pub end: u64,
    /// Found inside another find.
    pub implied: bool,
    /// Its own rule holds.
    pub verified: bool,
    /// The codings it was taken out of.
    pub decoded: Decoded,
}

/// Receives finds in the order of the file; says whether to go on.
pub type Each<'e> = dyn FnMut(&Found<'_>) -> bool + 'e;

/// Calls `each` with every find of a file, or of standard input; `tell` with what could not be read.
pub fn extract(
    file: Option<&Path>,
    passwords: &Passwords,
    each: &mut Each<'_>,
    tell: &mut dyn FnMut(Error),
) -> Result<()> {
    let named = file.unwrap_or(Path::new("stdin"));
    let opened = file.map(|path| File::open(path).map_err(Error::file(path))).transpose()?;
    let data = opened.as_ref().map(|file| file.metadata().map_err(Error::file(named))).transpose()?;
    if data.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        let text = |said: &str| format!("{said}: {}", named.display());
        return Err(Error::input(
            text("フォルダではなくファイルを指定してください"),
            text("a file is needed, not a folder"),
        ));
    }
    let budget = Budget::of(data.as_ref().map_or(1 << 30, std::fs::Metadata::len));
    let mut reading = Reading {
        indicators: Indicators::new(),
        passwords,
        budget: &budget,
        each,
        tell,
        hits: Hits::default(),
        inside: String::new(),
        depth: 0,
    };
    let regular = data.is_some_and(|data| data.is_file());
    match opened {
        Some(file) if regular => reading.any(Input::File(file), named, None),
        Some(mut pipe) => reading.any(Input::Stream(&mut pipe), named, None),
        None => reading.any(Input::Stream(&mut std::io::stdin().lock()), named, None),
    }
}

/// Where bytes come from.
enum Input<'i> {
    File(File),
    Stream(&'i mut dyn Read),
}

impl Read for Input<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::File(file) => file.read(buf),
            Self::Stream(stream) => stream.read(buf),
        }
    }
}

impl Input<'_> {
    /// From its first byte again, `head` of which was read.
    fn rewound(self, head: Vec<u8>) -> std::io::Result<Box<dyn Source>> {
        match self {
            Self::File(mut file) => {
                file.rewind()?;
                Ok(Box::new(file))
            }
            Self::Stream(stream) => {
                let mut bytes = head;
                stream.read_to_end(&mut bytes)?;
                Ok(Box::new(Cursor::new(bytes)))
            }
        }
    }
}

struct Reading<'r> {
    indicators: Indicators,
    passwords: &'r Passwords,
    budget: &'r Budget,
    each: &'r mut Each<'r>,
    tell: &'r mut dyn FnMut(Error),
    hits: Hits,
    inside: String,
    depth: usize,
}

impl Reading<'_> {
    /// A file or member, whatever it is.
    fn any(&mut self, mut input: Input<'_>, path: &Path, format: Option<&'static str>) -> Result<()> {
        let mut head = Vec::with_capacity(HEAD);
        (&mut input).take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(path))?;
        let detection = ingest::detect(&head, path.as_os_str().as_encoded_bytes());
        if detection.container && format.is_none() {
            let mut source = input.rewound(head).map_err(Error::file(path))?;
            let kind = containers::container(&detection.format);
            return kind.map_or(Ok(()), |kind| self.members(kind, &mut *source, path));
        }
        let said = format.map(|format| (Some(format.to_owned()), Some("utf-8".to_owned())));
        let (format, encoding) = said.unwrap_or_default();
        let form = ingest::form(&head, &detection, &Overrides { format, encoding, ..Overrides::default() });
        let form = form.map_err(below)?;
        if !ingest::is_layered(&form) {
            return self.text(&mut Cursor::new(head).chain(input), &form, path);
        }
        let Some(kind) = containers::container_in(&form.format) else {
            return self.records(&mut Cursor::new(head).chain(input), &form, path);
        };
        let mut source = input.rewound(head).map_err(Error::file(path))?;
        self.records(&mut source, &form, path)?;
        source.rewind().map_err(Error::file(path))?;
        self.members(kind, &mut *source, path)
    }

    fn members(&mut self, container: &'static dyn Container, source: &mut dyn Source, path: &Path) -> Result<()> {
        if self.depth == MAX_DEPTH {
            (self.tell)(told(&containers::Problem::TooDeep, path));
            return Ok(());
        }
        self.depth += 1;
        let (passwords, budget) = (self.passwords, self.budget);
        let opening = Opening { source, name: path.as_os_str().as_encoded_bytes(), passwords, budget };
        let mut failed = None;
        let whole = container.each(opening, &mut |member| match self.member(member, path) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
        self.depth -= 1;
        let problems = whole.map_err(Error::file(path))?;
        problems.iter().for_each(|problem| (self.tell)(told(problem, path)));
        failed.map_or(Ok(()), Err)
    }

    fn member(&mut self, member: Member<'_>, path: &Path) -> Result<()> {
        let path = path.join(member.shown.trim_start_matches('/'));
        let outer = self.inside.len();
        if !self.inside.is_empty() {
            self.inside.push('/');
        }
        self.inside.push_str(member.shown.trim_start_matches('/'));
        let read = match member.content {
            Ok(stream) => {
                let read = self.any(Input::Stream(&mut *stream), &path, member.format);
                let sentence = |lang| stream.damage(lang).map(|said| format!("{said}: {}", path.display()));
                if let Some((ja, en)) = sentence(Lang::Ja).zip(sentence(Lang::En)) {
                    (self.tell)(Error::input(ja, en));
                }
                read
            }
            Err(problem) => {
                (self.tell)(told(&problem, &path));
                Ok(())
            }
        };
        self.inside.truncate(outer);
        read
    }

    /// Text, block by block.
    fn text(&mut self, input: &mut dyn Read, form: &ReadingForm, path: &Path) -> Result<()> {
        let unit = Unit::of(encoding::of(&form.encoding));
        let (mut block, mut held, mut offset) = (vec![0; TEXT_BLOCK / 4], 0, 0_u64);
        loop {
            let ended = fill(input, &mut block, &mut held).map_err(Error::file(path))?;
            if !ended && held < TEXT_BLOCK {
                block.resize(TEXT_BLOCK, 0);
                continue;
            }
            let read = block.get(..held).unwrap_or(&[]);
            let len = match cut(read, unit) {
                _ if ended => held,
                Some(len) => len,
                None if held < LONGEST_LINE => {
                    block.resize(held * 2, 0);
                    continue;
                }
                None => torn(read),
            };
            self.block(read.get(..len).unwrap_or(&[]), form, offset)?;
            if ended {
                return Ok(());
            }
            offset += len as u64;
            block.copy_within(len..held, 0);
            held -= len;
            block.truncate(TEXT_BLOCK.max(held));
        }
    }

    fn block(&mut self, bytes: &[u8], form: &ReadingForm, offset: u64) -> Result<()> {
        if form.encoding == "utf-8"
            && let Some(text) = encoding::utf8(bytes)
        {
            self.find(text);
            return self.report(text, |hit| (offset + u64::from(hit.span.start), offset + u64::from(hit.span.end)));
        }
        let encoding = encoding::of(&form.encoding);
        let decoded = encoding::decode(encoding, bytes);
        self.find(&decoded.text);
        let mut places: Vec<usize> = Vec::new();
        for (hit, _) in self.hits.iter() {
            places.extend([hit.span.start as usize, hit.span.end as usize]);
        }
        places.sort_unstable();
        places.dedup();
        let bytes = encoding::originals(encoding, bytes, &decoded, &places);
        let place = |at: u32| {
            let found = places.binary_search(&(at as usize)).ok().and_then(|index| bytes.get(index));
            offset + found.copied().unwrap_or(0) as u64
        };
        self.report(&decoded.text, |hit| (place(hit.span.start), place(hit.span.end)))
    }

    /// Records whose text is not their bytes.
    fn records(&mut self, input: &mut dyn Read, form: &ReadingForm, path: &Path) -> Result<()> {
        let (mut cutter, mut ahead, mut offset) = (Cutter::new(form), Vec::new(), 0_u64);
        loop {
            let missing = (BLOCK + SIGHT).saturating_sub(ahead.len()) as u64;
            let ended = input.take(missing).read_to_end(&mut ahead).map_err(Error::file(path))? as u64 != missing;
            let cut = cutter.cut(&ahead, BLOCK, ended);
            if cut.len == 0 {
                return Ok(());
            }
            let last = ended && cut.len == ahead.len();
            let chunk = ahead.get(..cut.len).unwrap_or(&[]);
            let parsed = ingest::parse(form, chunk, offset, u32::try_from(cut.lead).unwrap_or(0), offset == 0, last);
            self.find(&parsed.text);
            let place = |hit: &Hit| {
                let row = parsed.text_ranges.partition_point(|range| range.end <= hit.span.start);
                let place = |record: &crate::model::RecordHead| (record.offset, record.offset + u64::from(record.len));
                parsed.records.get(row).map_or((offset, offset), place)
            };
            self.report(&parsed.text, place)?;
            offset += cut.len as u64;
            ahead.drain(..cut.len);
        }
    }

    fn find(&mut self, text: &str) {
        self.hits.clear();
        self.indicators.find(text, &mut self.hits);
    }

    fn report(&mut self, text: &str, place: impl Fn(&Hit) -> (u64, u64)) -> Result<()> {
        for (hit, value) in self.hits.iter() {
            let (start, end) = place(hit);
            let written = text.get(hit.span.start as usize..hit.span.end as usize).unwrap_or("");
            let (kind, inside) = (hit.kind, self.inside.as_str());
            let (implied, verified, decoded) = (hit.implied, hit.verified, hit.decoded);
            let found = Found { inside, kind, value, text: written, start, end, implied, verified, decoded };
            if !(self.each)(&found) {
                return Err(Error::Cancelled);
            }
        }
        Ok(())
    }
}

fn told(problem: &containers::Problem, path: &Path) -> Error {
    let text = |lang| format!("{}: {}", problem.sentence(lang), path.display());
    Error::input(text(Lang::Ja), text(Lang::En))
}

/// Reads until the block is full, into memory that is filled again and again; whether the input ended before.
fn fill(input: &mut dyn Read, block: &mut [u8], held: &mut usize) -> std::io::Result<bool> {
    while *held < block.len() {
        match input.read(&mut block[*held..]) {
            Ok(0) => return Ok(true),
            Ok(len) => *held += len,
            Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
            Err(err) => return Err(err),
        }
    }
    Ok(false)
}

/// Where a block of lines may end: behind an empty line, which no value spans, else behind a line that nothing shows to go
/// on in the next (a soft line break, an open angle bracket).
fn cut(block: &[u8], unit: Unit) -> Option<usize> {
    if unit != Unit::Byte {
        return unit.rfind(block, block.len()).map(|feed| feed + unit.width());
    }
    let near = block.len().saturating_sub(64 << 10);
    let tail = block.get(near..)?;
    let empty = |at: &usize| tail[..*at].ends_with(b"\n") || tail[..*at].ends_with(b"\n\r");
    if let Some(at) = memchr::memrchr_iter(b'\n', tail).find(empty) {
        return Some(near + at + 1);
    }
    let ends = |feed: &usize| {
        let line = block.get(feed.saturating_sub(256)..*feed).unwrap_or(&[]);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        !line.ends_with(b"=") && memchr::memrchr(b'<', line) <= memchr::memrchr(b'>', line)
    };
    let mut feeds = memchr::memrchr_iter(b'\n', block);
    let last = feeds.next()?;
    Some(if ends(&last) { last } else { feeds.take(64).find(ends).unwrap_or(last) } + 1)
}

/// Where a line that is too long is torn: at white space or a sign if there is one, never inside a character.
fn torn(block: &[u8]) -> usize {
    let near = block.len().saturating_sub(16 << 10);
    let sign = |byte: &u8| matches!(byte, b' ' | b',' | b'\t' | b';' | b'"');
    let whole = || block.iter().rposition(|byte| *byte & 0xc0 != 0x80).unwrap_or(block.len());
    block.get(near..).and_then(|tail| tail.iter().rposition(sign)).map_or_else(whole, |at| near + at + 1).max(2) & !1
}
