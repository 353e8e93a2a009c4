//! The way of one file into the store: read, hash, cut, parse in parallel, settle in order, seal in parallel, write.
//!
//! A batch of chunks is hashed and parsed on all cores while batches before it are written. Memory is bounded by a few
//! batches, whatever the file.

use super::error::{Error, Result};
use super::export::below;
use super::session::Session;
use crate::indicators::{CANON_VERSION, Indicators};
use crate::ingest::{self, Cutter, HEAD, Overrides, Parsed, Settler};
use crate::model::evidence::ReadingForm;
use crate::model::fold::{fold_into, keeps_offsets};
use crate::model::skip::{Room, Skip};
use crate::model::{Evidence, Extractor as _, Hits, Ticket};
use crate::store::{self, Finish, NewEvidence, PackedContent, Posts, Remapped, SealedChunk};
use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use sha2::{Digest as _, Sha256};
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc;

/// About what one chunk holds. A rare hit costs the unpacking of one chunk, so it is small; compression hardly minds.
const CHUNK: usize = 256 << 10;
/// Chunks parsed at once.
const BATCH: usize = 64;
/// Bytes that must follow a chunk before it is cut: where the longest record ends must be in sight.
const SIGHT: usize = 6 << 20;
/// Batches that may wait to be written.
const WAITING: usize = 2;
/// A file of at most this size is taken in at once, by the thread that asks: threads and batches would cost more than its
/// parsing. It gets no skip filters either.
const SMALL: usize = CHUNK * store::FEW_CHUNKS;

/// What is read, and what is known of it.
pub(super) struct Source<'a> {
    /// For messages.
    pub(super) name: &'a Path,
    /// What is known beforehand.
    pub(super) new: NewEvidence,
    /// What a person said about how to read it.
    pub(super) overrides: Overrides,
    /// Keep it whole, without reading records.
    pub(super) whole: bool,
    /// Called when all is read: whether the source is still the same.
    pub(super) check: &'a dyn Fn() -> Result<()>,
    /// Called when all is read: what was found damaged.
    pub(super) damage: &'a dyn Fn() -> Option<String>,
}

/// A chunk as cut.
struct Raw<'a> {
    offset: u64,
    lead: u32,
    bytes: &'a [u8],
    first: bool,
    last: bool,
}

/// A chunk as parsed.
struct Ready {
    bytes: u32,
    lines: u64,
    skipped: u64,
    state: State,
}

enum State {
    Sealed(Box<SealedChunk>),
    /// Only the order of records tells some of its times.
    Unsettled(Box<Unsealed>),
}

/// What a chunk is sealed from.
struct Unsealed {
    place: (u64, u32, u32),
    content: PackedContent,
    parsed: Parsed,
    skips: Vec<Skip>,
    posts: Posts,
}

/// What the reading end knows when it is done.
struct Ended {
    sha256: [u8; 32],
    blake3: [u8; 32],
    bytes: u64,
    lines: u64,
    skipped: u64,
}

/// Takes one source in. Also tells whether it is a container whose members should follow, and what another reading made of
/// what people said.
pub(super) fn take_in(
    session: &Session,
    input: &mut (dyn Read + '_),
    source: &Source<'_>,
    ticket: &Ticket,
) -> Result<(Evidence, bool, Remapped)> {
    let stated = usize::try_from(source.new.bytes).unwrap_or(HEAD);
    let mut head = Vec::with_capacity(if stated == 0 { HEAD } else { HEAD.min(stated + 1) });
    input.take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(source.name))?;
    let detection = ingest::detect(&head, source.name.as_os_str().as_encoded_bytes());
    let forced = source.overrides.format.is_some();
    let readable = !source.whole && ((!detection.format.is_empty() && !detection.container) || forced);
    let form = if readable { Some(ingest::form(&head, &detection, &source.overrides).map_err(below)?) } else { None };
    let form = form.map(|form| ReadingForm { canon: CANON_VERSION, ..form });
    let mut new = source.new.clone();
    new.media_type = detection.media_type.to_owned();
    let author = session.author();
    let finish = |ended: Ended, form: Option<ReadingForm>| Finish {
        sha256: ended.sha256,
        blake3: ended.blake3,
        bytes: ended.bytes,
        lines: form.as_ref().filter(|form| ingest::is_by_lines(form)).map(|_| ended.lines),
        skipped: ended.skipped,
        form,
        damaged: (source.damage)(),
    };
    let mut ahead = Ahead::default();
    ahead.fill(&head, input).map_err(Error::file(source.name))?;
    let small = ahead.ended && ahead.held <= SMALL;
    let settings = Settings { form: form.as_ref(), indicators: &session.indicators, ticket, filtered: !small };
    let (evidence, remapped) = if small {
        let (chunks, ended) = parse_small(ahead.bytes(), &settings)?;
        (source.check)()?;
        session.store.import_whole(&new, chunks, &finish(ended, form), &author)?
    } else {
        let mut import = session.store.begin_import(&new, &author)?;
        let ended = feed(input, ahead, source.name, &settings, &mut |batch| {
            batch.into_iter().try_for_each(|chunk| {
                ticket.advance(chunk.bytes());
                Ok(import.append(chunk)?)
            })
        })?;
        (source.check)()?;
        import.conclude(&finish(ended, form))?
    };
    Ok((evidence, detection.container && !forced && !source.whole, remapped))
}

/// What stays the same for all chunks of a source.
struct Settings<'a> {
    form: Option<&'a ReadingForm>,
    indicators: &'a Indicators,
    ticket: &'a Ticket,
    /// Whether chunks get skip filters.
    filtered: bool,
}

/// Reads and parses here, batch by batch; a thread beside writes what is sealed.
fn feed(
    input: &mut (dyn Read + '_),
    ahead: Ahead,
    name: &Path,
    settings: &Settings<'_>,
    write: &mut (dyn FnMut(Vec<SealedChunk>) -> Result<()> + Send),
) -> Result<Ended> {
    let (sender, receiver) = mpsc::sync_channel::<Vec<SealedChunk>>(WAITING);
    std::thread::scope(|scope| {
        // The receiver goes with the first failure, and then nothing more can be sent.
        let writing = scope.spawn(move || receiver.into_iter().try_for_each(write));
        let fed = parse_all(input, ahead, name, settings, &sender);
        drop(sender);
        let written = writing.join().unwrap_or_else(|_| Err(abnormal()));
        match (written, fed) {
            (Err(error), _) => Err(error),
            (Ok(()), fed) => fed,
        }
    })
}

fn abnormal() -> Error {
    Error::input("取込みが異常終了しました", "the import ended abnormally")
}

/// Hashes, parses and seals what is held whole.
fn parse_small(mut bytes: &[u8], settings: &Settings<'_>) -> Result<(Vec<SealedChunk>, Ended)> {
    let none = ReadingForm::default();
    let mut settler = Settler::new(settings.form.unwrap_or(&none));
    let mut cutting = Cutting { cutter: settings.form.map(Cutter::new), offset: 0 };
    let (sha256, blake3) = (Sha256::digest(bytes).into(), blake3::hash(bytes).into());
    let mut ended = Ended { sha256, blake3, bytes: bytes.len() as u64, lines: 0, skipped: 0 };
    let mut chunks = Vec::new();
    while !bytes.is_empty() {
        let (batch, used) = cutting.batch(bytes, true);
        if batch.is_empty() {
            return Err(abnormal());
        }
        let parsed = match batch.as_slice() {
            [one] => vec![read_chunk(one, settings)?],
            many => many.par_iter().map(|raw| read_chunk(raw, settings)).collect::<Result<_>>()?,
        };
        for mut ready in parsed {
            ready.settle(&mut settler);
            ended.lines += ready.lines;
            ended.skipped += ready.skipped;
            settings.ticket.advance(u64::from(ready.bytes));
            chunks.push(ready.seal()?);
        }
        bytes = bytes.get(used..).unwrap_or(&[]);
    }
    Ok((chunks, ended))
}

/// Reads, hashes, parses and seals all of a source.
fn parse_all(
    input: &mut (dyn Read + '_),
    mut ahead: Ahead,
    name: &Path,
    settings: &Settings<'_>,
    sender: &mpsc::SyncSender<Vec<SealedChunk>>,
) -> Result<Ended> {
    let none = ReadingForm::default();
    let mut settler = Settler::new(settings.form.unwrap_or(&none));
    let mut cutting = Cutting { cutter: settings.form.map(Cutter::new), offset: 0 };
    let (mut sha, mut blake) = (Sha256::new(), blake3::Hasher::new());
    let (mut lines, mut skipped) = (0, 0);
    let (mut next, mut settled) = (Ahead::default(), Vec::new());
    loop {
        let (batch, used) = cutting.batch(ahead.bytes(), ahead.ended);
        // Bytes that are held and never cut would be lost without a word.
        if batch.is_empty() && ahead.held > 0 {
            return Err(abnormal());
        }
        let hashed = || {
            batch.iter().for_each(|raw| {
                sha.update(raw.bytes);
                blake.update(raw.bytes);
            })
        };
        let parse = || batch.par_iter().map(|raw| read_chunk(raw, settings)).collect::<Result<Vec<_>>>();
        let before = std::mem::take(&mut settled);
        let seal = || before.into_par_iter().map(Ready::seal).collect::<Result<Vec<_>>>();
        // What follows is read, and what went before is sealed, while this batch is hashed and parsed.
        let (worked, read) = std::thread::scope(|scope| {
            let working = scope.spawn(|| rayon::join(hashed, || rayon::join(seal, parse)).1);
            let read = next.fill(ahead.bytes().get(used..).unwrap_or(&[]), input);
            (working.join().unwrap_or_else(|_| (Err(abnormal()), Ok(Vec::new()))), read)
        });
        let (sealed, parsed) = (worked.0?, worked.1?);
        read.map_err(Error::file(name))?;
        let ended = parsed.is_empty();
        // Where the writing end is gone it tells why.
        if !sealed.is_empty() && sender.send(sealed).is_err() || ended {
            break;
        }
        std::mem::swap(&mut ahead, &mut next);
        settled = parsed;
        for ready in &mut settled {
            ready.settle(&mut settler);
            lines += ready.lines;
            skipped += ready.skipped;
        }
    }
    let (sha256, blake3) = (sha.finalize().into(), blake.finalize().into());
    Ok(Ended { sha256, blake3, bytes: cutting.offset, lines, skipped })
}

impl Ready {
    fn settle(&mut self, settler: &mut Settler) {
        if let State::Unsettled(chunk) = &mut self.state {
            settler.settle(&mut chunk.parsed);
        }
    }

    fn seal(self) -> Result<SealedChunk> {
        match self.state {
            State::Sealed(chunk) => Ok(*chunk),
            State::Unsettled(chunk) => chunk.seal(),
        }
    }
}

impl Unsealed {
    fn seal(self) -> Result<SealedChunk> {
        Ok(store::seal(self.place, self.content, &self.parsed.records, &self.skips, self.posts)?)
    }
}

/// One chunk: text, records, indicators, compression, and filters unless it is one of too few to be passed over; sealed where
/// all of its times are told.
fn read_chunk(raw: &Raw<'_>, settings: &Settings<'_>) -> Result<Ready> {
    if settings.ticket.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let content = store::pack_content(raw.bytes)?;
    let (mut parsed, mut posts, mut skips) = (Parsed::default(), Posts::default(), Vec::new());
    if let Some(form) = settings.form {
        parsed = ingest::parse(form, raw.bytes, raw.offset, raw.lead, raw.first, raw.last);
        let mut hits = Hits::of_log(parsed.text.len());
        settings.indicators.find(&parsed.text, &mut hits);
        posts = Posts::gather(hits, &mut rows_of(&parsed.text_ranges));
        let ends = if ingest::is_layered(form) { &[raw.bytes.len()] } else { content.ends() };
        skips = if settings.filtered { filters(&mut parsed, raw.offset, ends) } else { vec![Skip::open(); ends.len()] };
        parsed.text = String::new();
    }
    let bytes = u32::try_from(raw.bytes.len()).unwrap_or(u32::MAX);
    let (lines, skipped, is_settled) = (parsed.lines, parsed.skipped, parsed.pending.is_empty());
    let chunk = Unsealed { place: (raw.offset, bytes, raw.lead), content, parsed, skips, posts };
    // At once wherever that can be: what it is made of is still in the processor's own memory.
    let state = if is_settled { State::Sealed(Box::new(chunk.seal()?)) } else { State::Unsettled(Box::new(chunk)) };
    Ok(Ready { bytes, lines, skipped, state })
}

/// A filter for each block of a chunk at `offset`, of the text of the records that begin in it.
fn filters(parsed: &mut Parsed, offset: u64, ends: &[usize]) -> Vec<Skip> {
    let same = keeps_offsets(parsed.text.as_bytes());
    if same {
        parsed.text.make_ascii_lowercase();
    }
    let (mut room, mut folded, mut start) = (Room::default(), String::new(), 0);
    let of_block = |end: &usize| {
        let next = parsed.records.partition_point(|record| record.offset.saturating_sub(offset) < *end as u64);
        let end = parsed.text_ranges.get(next).map_or(parsed.text.len(), |range| range.start as usize);
        let text = parsed.text.get(start..end).unwrap_or(&parsed.text);
        start = end;
        if same {
            return room.skip(text.as_bytes());
        }
        folded.clear();
        fold_into(text, &mut folded);
        room.skip(folded.as_bytes())
    };
    ends.iter().map(of_block).collect()
}

/// Tells the row a byte of the text stands in; asked in rising order.
fn rows_of(ranges: &[Range<u32>]) -> impl FnMut(u32) -> Option<u32> + '_ {
    let mut row = 0_u32;
    move |at| {
        while ranges.get(row as usize).is_some_and(|range| range.end <= at) {
            row += 1;
        }
        ranges.get(row as usize).filter(|range| range.contains(&at)).map(|_| row)
    }
}

/// Bytes read and not yet cut.
#[derive(Default)]
struct Ahead {
    /// Kept from batch to batch, and read over.
    room: Vec<u8>,
    held: usize,
    ended: bool,
}

impl Ahead {
    fn bytes(&self) -> &[u8] {
        self.room.get(..self.held).unwrap_or(&[])
    }

    /// Begins with what was left over and reads on, until a batch and what must follow it are held or nothing more comes.
    fn fill(&mut self, rest: &[u8], input: &mut (dyn Read + '_)) -> std::io::Result<()> {
        let most = (CHUNK * BATCH + SIGHT).max(rest.len());
        self.reserve(rest.len());
        if let Some(front) = self.room.get_mut(..rest.len()) {
            front.copy_from_slice(rest);
        }
        self.held = rest.len();
        self.ended = false;
        while self.held < most {
            if self.held == self.room.len() {
                self.reserve((2 * self.held).clamp(CHUNK, most));
            }
            match input.read(self.room.get_mut(self.held..).unwrap_or(&mut [])) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(more) => self.held += more,
                Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
                Err(err) => return Err(err),
            }
        }
        Ok(())
    }

    fn reserve(&mut self, bytes: usize) {
        if bytes > self.room.len() {
            self.room.resize(bytes, 0);
        }
    }
}

/// Cuts a stream into chunks, a batch at a time.
struct Cutting {
    cutter: Option<Cutter>,
    offset: u64,
}

impl Cutting {
    /// The next chunks of bytes that may be all there is, and how many they take; none when all was cut.
    fn batch<'a>(&mut self, bytes: &'a [u8], ended: bool) -> (Vec<Raw<'a>>, usize) {
        let mut out = Vec::with_capacity(BATCH);
        let mut used = 0;
        while out.len() < BATCH {
            let rest = bytes.get(used..).unwrap_or(&[]);
            if rest.is_empty() || (!ended && rest.len() < CHUNK + SIGHT) {
                break;
            }
            let (len, lead) = match &mut self.cutter {
                Some(cutter) => {
                    let cut = cutter.cut(rest, CHUNK, ended);
                    (cut.len, cut.lead)
                }
                None => (rest.len().min(CHUNK), 0),
            };
            if len == 0 {
                break;
            }
            used += len;
            out.push(Raw {
                offset: self.offset,
                lead: u32::try_from(lead).unwrap_or(u32::MAX),
                first: self.offset == 0,
                last: ended && used == bytes.len(),
                bytes: rest.get(..len).unwrap_or(&[]),
            });
            self.offset += len as u64;
        }
        (out, used)
    }
}
