//! A case store in memory and a small field reader, so that search is tested without a store and without formats.

use itoguchi::model::corpus::Failure;
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::fold::{fold, same_name};
use itoguchi::model::record::When;
use itoguchi::model::skip::{BLOCKS, Probe, Room, Skip};
use itoguchi::model::time::{Known, Precision, Undated};
use itoguchi::model::{
    CaseKey, Chunk, ChunkHead, Corpus, EvidenceKey, Field, FieldReader, Id, Instant, NamedSet, ReadingHead, ReadingKey,
    RecordHead, Reject, RowSet,
};
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const SEC: i64 = 1_000_000_000;

/// One record as a test states it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) bytes: Vec<u8>,
    /// Seconds since 1970.
    pub(crate) at: Option<i64>,
    pub(crate) known: Known,
    pub(crate) reject: Option<Reject>,
}

impl Line {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), at: None, known: Known::Stated, reject: None }
    }

    pub(crate) fn at(mut self, secs: i64) -> Self {
        self.at = Some(secs);
        self
    }

    fn when(&self) -> When {
        match self.at {
            Some(secs) => When::At {
                instant: Instant(secs * SEC),
                known: self.known,
                precision: Precision::Second,
                offset_minutes: 540,
            },
            None => When::Undated(Undated::NoTime),
        }
    }
}

/// A chunk with the filters of its blocks.
type Filtered = (Arc<Chunk>, Vec<Skip>);

/// One evidence: its reading, its lines, its chunks with their filters.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) readings: Vec<ReadingHead>,
    pub(crate) lines: HashMap<EvidenceKey, Vec<Line>>,
    chunks: HashMap<ReadingKey, Vec<Filtered>>,
    pub(crate) named: HashMap<NamedSet, RowSet>,
    /// Chunks read so far.
    pub(crate) read: AtomicUsize,
    /// Chunks of which only the record heads were read.
    pub(crate) headed: AtomicUsize,
}

impl Memory {
    /// Adds an evidence whose lines are cut into chunks of at most `limit` bytes; longer lines span chunks.
    pub(crate) fn add(&mut self, case: Option<i64>, form: ReadingForm, lines: Vec<Line>, limit: usize) -> EvidenceKey {
        let number = self.readings.len() as i64 + 1;
        let (evidence, key) = (EvidenceKey(number), ReadingKey(100 + number));
        let instants = || lines.iter().filter_map(|line| line.at).map(|secs| Instant(secs * SEC));
        self.readings.push(ReadingHead {
            key,
            evidence,
            id: Id(format!("e00000000000000{number:02}")),
            case: case.map(CaseKey),
            form: form.clone(),
            rows: lines.len() as u32,
            first: instants().min(),
            last: instants().max(),
        });
        let chunks = cut(&form, &lines, limit);
        self.chunks.insert(key, chunks);
        self.lines.insert(evidence, lines);
        evidence
    }

    pub(crate) fn chunk_count(&self) -> usize {
        self.chunks.values().map(Vec::len).sum()
    }

    pub(crate) fn name(&mut self, set: NamedSet, rows: &[(EvidenceKey, u32)]) {
        let named = self.named.entry(set).or_default();
        for (evidence, row) in rows {
            named.insert(*evidence, *row);
        }
    }
}

fn cut(form: &ReadingForm, lines: &[Line], limit: usize) -> Vec<Filtered> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut open = blank(0, 0, 0);
    for line in lines {
        let mut stored = line.bytes.clone();
        stored.push(b'\n');
        if !open.bytes.is_empty() && open.bytes.len() + stored.len() > limit {
            next(&mut chunks, &mut open);
        }
        let mut rest = stored.as_slice();
        let here = rest.len().min(limit - open.bytes.len().min(limit));
        open.records.push(RecordHead {
            offset: open.head.offset + open.bytes.len() as u64,
            len: here.min(line.bytes.len()) as u32,
            when: line.when(),
            reject: line.reject,
        });
        open.head.rows += 1;
        loop {
            let (part, more) = rest.split_at(rest.len().min(limit - open.bytes.len().min(limit)));
            open.bytes.extend_from_slice(part);
            rest = more;
            if rest.is_empty() {
                break;
            }
            next(&mut chunks, &mut open);
            open.head.lead = rest.len().min(limit) as u32;
        }
        // The line end is no part of the record.
        if open.head.rows == 0 && open.head.lead as usize == open.bytes.len() {
            open.head.lead -= 1;
        }
    }
    if !open.bytes.is_empty() {
        next(&mut chunks, &mut open);
    }
    chunks
        .into_iter()
        .map(|chunk| (skips(form, &chunk), Arc::new(chunk)))
        .map(|(skips, chunk)| (chunk, skips))
        .collect()
}

fn blank(seq: u32, offset: u64, first_row: u32) -> Chunk {
    let head = ChunkHead { seq, offset, len: 0, lead: 0, first_row, rows: 0, undated: 0, first: None, last: None };
    Chunk { head, bytes: Vec::new(), records: Vec::new(), layer: None }
}

fn next(chunks: &mut Vec<Chunk>, open: &mut Chunk) {
    open.head.len = open.bytes.len() as u32;
    let instants = || open.records.iter().filter_map(|record| record.when.instant());
    (open.head.first, open.head.last) = (instants().min(), instants().max());
    open.head.undated = open.records.len() as u32 - instants().count() as u32;
    let fresh =
        blank(open.head.seq + 1, open.head.offset + u64::from(open.head.len), open.head.first_row + open.head.rows);
    chunks.push(std::mem::replace(open, fresh));
}

/// The records of a block: as many in each, the last ones in the last.
fn block(chunk: &Chunk, block: u32) -> Range<usize> {
    let each = chunk.records.len() / BLOCKS as usize;
    let end = if block + 1 == BLOCKS { chunk.records.len() } else { each * (block as usize + 1) };
    each * block as usize..end
}

fn skips(form: &ReadingForm, chunk: &Chunk) -> Vec<Skip> {
    let text = |index: usize| fold(&Lines.text(form, chunk.record_bytes(index)));
    let of_block = |number| block(chunk, number).map(text).collect::<Vec<_>>().join("\n");
    (0..BLOCKS).map(|number| Room::default().skip(of_block(number).as_bytes())).collect()
}

impl Corpus for Memory {
    fn readings(&self) -> Result<Vec<ReadingHead>, Failure> {
        Ok(self.readings.clone())
    }

    fn chunk_heads(&self, reading: ReadingKey) -> Result<Arc<[ChunkHead]>, Failure> {
        Ok(self.chunks[&reading].iter().map(|(chunk, _)| chunk.head).collect())
    }

    fn candidates(&self, reading: ReadingKey, probe: &Probe) -> Result<RoaringBitmap, Failure> {
        let blocks = self.chunks[&reading].iter().flat_map(|(_, skips)| skips);
        Ok((0..).zip(blocks).filter(|(_, skip)| probe.admits(skip)).map(|(block, _)| block).collect())
    }

    fn chunk(&self, reading: ReadingKey, seq: u32) -> Result<Arc<Chunk>, Failure> {
        self.read.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::clone(&self.chunks[&reading][seq as usize].0))
    }

    fn block_in(&self, reading: ReadingKey, seq: u32, number: u32, _: Chunk) -> Result<(Chunk, Range<usize>), Failure> {
        let mut chunk = Chunk::clone(&*self.chunk(reading, seq)?);
        let rows = block(&chunk, number);
        let bytes = if rows.is_empty() { 0..0 } else { chunk.place(rows.start).start..chunk.place(rows.end - 1).end };
        // Whoever looks at other bytes shall find nonsense.
        (0..chunk.bytes.len()).filter(|at| !bytes.contains(at)).for_each(|at| chunk.bytes[at] = b'a' + (at % 5) as u8);
        Ok((chunk, rows))
    }

    fn records(&self, reading: ReadingKey, seq: u32) -> Result<Vec<RecordHead>, Failure> {
        self.headed.fetch_add(1, Ordering::Relaxed);
        Ok(self.chunks[&reading][seq as usize].0.records.clone())
    }

    fn named(&self, set: &NamedSet) -> Result<RowSet, Failure> {
        Ok(self.named.get(set).cloned().unwrap_or_default())
    }
}

/// Reads two little formats: `pairs` (`name=value` parted by spaces, columns fixed, values as they stand) and `json` (flat
/// objects, open). Everything else has no fields.
pub(crate) struct Lines;

pub(crate) fn form(format: &str, encoding: &str) -> ReadingForm {
    ReadingForm { format: format.into(), encoding: encoding.into(), ..ReadingForm::default() }
}

impl FieldReader for Lines {
    fn text<'a>(&self, form: &ReadingForm, bytes: &'a [u8]) -> Cow<'a, str> {
        let encoding = encoding_rs::Encoding::for_label(form.encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        encoding.decode_without_bom_handling(bytes).0
    }

    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        match form.format.as_str() {
            "pairs" => out.extend(
                text.split(' ')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(name, value)| Field { name: name.into(), value: value.into() }),
            ),
            "json" => {
                let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text) else { return };
                out.extend(object.into_iter().map(|(name, value)| Field {
                    name: name.to_lowercase().into(),
                    value: value.as_str().map_or_else(|| value.to_string(), str::to_owned).into(),
                }));
            }
            _ => {}
        }
    }

    fn fields_named<'a>(&self, form: &ReadingForm, text: &'a str, name: &str, out: &mut Vec<Field<'a>>) {
        out.clear();
        self.fields(form, text, out);
        out.retain(|field| same_name(&field.name, name));
    }

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        form.columns.clone()
    }

    fn is_open(&self, form: &ReadingForm) -> bool {
        form.format == "json"
    }

    fn is_verbatim(&self, form: &ReadingForm, _: &str) -> bool {
        form.format == "pairs"
    }
}
