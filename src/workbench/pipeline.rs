//! The way of one file into the store: read, hash, cut, parse in parallel, settle in order, write.
//!
//! A batch of chunks is hashed and parsed on all cores while the batch before it is written. Memory is bounded by a few
//! batches, whatever the file.

use super::error::{Error, Result};
use super::export::below;
use super::session::Session;
use crate::indicators::{CANON_VERSION, Indicators};
use crate::ingest::{self, Cutter, HEAD, Overrides, Parsed, Settler};
use crate::model::evidence::ReadingForm;
use crate::model::fold::{fold_into, keeps_offsets};
use crate::model::skip::Skip;
use crate::model::{Evidence, Extractor as _, Hits, Ticket};
use crate::store::{self, Fingerprinter, Finish, NewEvidence, PackedContent, Posts};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use sha2::{Digest as _, Sha256};
use std::io::Read;
use std::path::Path;

/// About what one chunk holds.
const CHUNK: usize = 1 << 20;
/// Chunks parsed at once.
const BATCH: usize = 8;

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
struct Raw {
    offset: u64,
    lead: u32,
    bytes: Vec<u8>,
    first: bool,
    last: bool,
}

/// A chunk as parsed, times not yet settled.
struct Ready {
    place: (u64, u32, u32),
    content: PackedContent,
    parsed: Parsed,
    skip: Skip,
    posts: Posts,
}

/// What the reading end knows when it is done.
struct Ended {
    sha256: [u8; 32],
    blake3: [u8; 32],
    bytes: u64,
}

/// Takes one source in. Also tells whether it is a container whose members should follow.
pub(super) fn take_in(
    session: &Session,
    input: &mut (dyn Read + '_),
    source: &Source<'_>,
    ticket: &Ticket,
) -> Result<(Evidence, bool)> {
    let mut head = Vec::with_capacity(HEAD);
    input.take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(source.name))?;
    let detection = ingest::detect(&head, source.name.as_os_str().as_encoded_bytes());
    let forced = source.overrides.format.is_some();
    let readable = !source.whole && ((!detection.format.is_empty() && !detection.container) || forced);
    let form = if readable { Some(ingest::form(&head, &detection, &source.overrides).map_err(below)?) } else { None };
    let form = form.map(|form| ReadingForm { canon: CANON_VERSION, ..form });
    let mut new = source.new.clone();
    new.media_type = detection.media_type.to_owned();
    let author = session.author();
    let mut import = session.store.begin_import(&new, &author)?;
    let print = session.store.fingerprinter();
    let settings = Settings { form: form.as_ref(), indicators: &session.indicators, print, ticket };
    let mut totals = (0_u64, 0_u64);
    let ended = feed(input, head, source.name, &settings, &mut |ready, settler| {
        let Ready { place, content, mut parsed, skip, posts } = ready;
        settler.settle(&mut parsed);
        totals.0 += parsed.lines;
        totals.1 += parsed.skipped;
        ticket.advance(u64::from(place.1));
        Ok(import.append(store::seal(place, content, &parsed.records, skip, posts)?)?)
    })?;
    (source.check)()?;
    let evidence = import.finish(&Finish {
        sha256: ended.sha256,
        blake3: ended.blake3,
        bytes: ended.bytes,
        lines: form.is_some().then_some(totals.0),
        skipped: totals.1,
        form,
        damaged: (source.damage)(),
    })?;
    Ok((evidence, detection.container && !forced && !source.whole))
}

/// What stays the same for all chunks of a source.
struct Settings<'a> {
    form: Option<&'a ReadingForm>,
    indicators: &'a Indicators,
    print: Fingerprinter,
    ticket: &'a Ticket,
}

/// Reads here, batch by batch; batches are parsed and handed on while the next is read.
fn feed(
    input: &mut (dyn Read + '_),
    head: Vec<u8>,
    name: &Path,
    settings: &Settings<'_>,
    write: &mut dyn FnMut(Ready, &mut Settler) -> Result<()>,
) -> Result<Ended> {
    let none = ReadingForm::default();
    let mut settler = Settler::new(settings.form.unwrap_or(&none));
    let mut cutting = Cutting::new(settings.form, head);
    let (mut sha, mut blake) = (Sha256::new(), blake3::Hasher::new());
    let mut ready: Vec<Ready> = Vec::new();
    loop {
        if settings.ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let batch = cutting.batch(input).map_err(Error::file(name))?;
        if batch.is_empty() {
            break;
        }
        let before = std::mem::take(&mut ready);
        // Hashing and parsing the new batch and writing the one before go on side by side.
        let mut written = Ok(());
        let hashed = || {
            batch.iter().for_each(|raw| {
                sha.update(&raw.bytes);
                blake.update(&raw.bytes);
            })
        };
        let parsed = std::thread::scope(|scope| {
            let parsing = scope.spawn(|| {
                rayon::join(hashed, || {
                    batch
                        .iter()
                        .collect::<Vec<_>>()
                        .into_par_iter()
                        .map(|raw| read_chunk(raw, settings))
                        .collect::<Result<Vec<_>>>()
                })
                .1
            });
            written = before.into_iter().try_for_each(|chunk| write(chunk, &mut settler));
            parsing.join().unwrap_or_else(|_| Err(Error::input("読取りが異常終了しました", "reading ended abnormally")))
        });
        written?;
        ready = parsed?;
    }
    ready.into_iter().try_for_each(|chunk| write(chunk, &mut settler))?;
    Ok(Ended { sha256: sha.finalize().into(), blake3: blake.finalize().into(), bytes: cutting.offset })
}

/// One chunk: text, records, indicators, filters, compression.
fn read_chunk(raw: &Raw, settings: &Settings<'_>) -> Result<Ready> {
    let content = store::pack_content(&raw.bytes)?;
    let mut skip = Skip::default();
    let (mut parsed, mut posts) = (Parsed::default(), Posts::default());
    if let Some(form) = settings.form {
        parsed = ingest::parse(form, &raw.bytes, raw.offset, raw.lead, raw.first, raw.last);
        let mut hits = Hits::default();
        settings.indicators.find(&parsed.text, &mut hits);
        let ranges = &parsed.text_ranges;
        posts = Posts::gather(&hits, settings.print, &mut |at| {
            let row = ranges.partition_point(|range| range.start <= at).checked_sub(1)?;
            ranges.get(row).filter(|range| at < range.end)?;
            u32::try_from(row).ok()
        });
        if keeps_offsets(parsed.text.as_bytes()) {
            parsed.text.make_ascii_lowercase();
            skip.add(parsed.text.as_bytes());
        } else {
            let mut folded = String::with_capacity(parsed.text.len());
            fold_into(&parsed.text, &mut folded);
            skip.add(folded.as_bytes());
        }
        parsed.text = String::new();
    }
    let len = u32::try_from(raw.bytes.len()).unwrap_or(u32::MAX);
    Ok(Ready { place: (raw.offset, len, raw.lead), content, parsed, skip, posts })
}

/// Cuts a stream into chunks, a batch at a time.
struct Cutting {
    cutter: Option<Cutter>,
    held: Vec<u8>,
    offset: u64,
    ended: bool,
}

impl Cutting {
    fn new(form: Option<&ReadingForm>, head: Vec<u8>) -> Self {
        Self { cutter: form.map(Cutter::new), held: head, offset: 0, ended: false }
    }

    fn batch(&mut self, input: &mut (dyn Read + '_)) -> std::io::Result<Vec<Raw>> {
        let mut out = Vec::with_capacity(BATCH);
        let mut used = 0;
        let mut wanted = CHUNK * BATCH;
        while out.len() < BATCH {
            self.fill(input, used + wanted)?;
            let rest = self.held.get(used..).unwrap_or(&[]);
            if rest.is_empty() {
                break;
            }
            let (len, lead) = match &mut self.cutter {
                Some(cutter) => {
                    let cut = cutter.cut(rest, CHUNK, self.ended);
                    (cut.len, cut.lead)
                }
                None => (rest.len().min(CHUNK), 0),
            };
            if len == 0 {
                if !out.is_empty() {
                    break;
                }
                wanted += 8 << 20;
                continue;
            }
            let bytes = rest.get(..len).unwrap_or(&[]).to_vec();
            used += len;
            out.push(Raw {
                offset: self.offset,
                lead: u32::try_from(lead).unwrap_or(u32::MAX),
                first: self.offset == 0,
                last: self.ended && used == self.held.len(),
                bytes,
            });
            self.offset += len as u64;
        }
        self.held.drain(..used);
        Ok(out)
    }

    /// Reads until `wanted` bytes are held or nothing more comes.
    fn fill(&mut self, input: &mut (dyn Read + '_), wanted: usize) -> std::io::Result<()> {
        let missing = wanted.saturating_sub(self.held.len());
        if missing > 0 && !self.ended {
            let read = input.take(missing as u64).read_to_end(&mut self.held)?;
            self.ended = read < missing;
        }
        Ok(())
    }
}
