//! Windows event logs (EVTX): blocks of 64 KiB, each with its own strings and templates, holding records of binary XML.
//!
//! A record keeps its place in the file; its text is the JSON that `evtx_dump` writes for it, decoded whenever it is read (see
//! [`frames`](crate::ingest::frames)). A block that cannot be read costs its own records only; [`Watch`] tells which.

use super::{Draft, Format, Sample, Scanner, json_walk, jsonl, windows};
use crate::ingest::frames::{Block, Each, Frames, Look, Next};
use crate::ingest::times::{self, Clock};
use crate::ingest::watch::Watcher;
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Lang, Text};
use evtx::{EvtxChunkData, ParserSettings};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

/// Windows event logs.
#[derive(Debug)]
pub(super) struct Evtx;

const MAGIC: &[u8] = b"ElfFile\0";
const BLOCK_MAGIC: &[u8] = b"ElfChnk\0";
/// Bytes of the file's head.
const HEAD: usize = 4096;
/// Bytes of a block, and of its head.
const BLOCK: usize = 64 << 10;
const BLOCK_HEAD: usize = 512;
/// Bytes before the binary XML of a record: mark, size, number, time.
const RECORD_HEAD: u64 = 24;

/// One line of JSON a record, attributes where they stand: the form `evtx_dump -o jsonl` gives.
static SETTINGS: LazyLock<Arc<ParserSettings>> = LazyLock::new(|| Arc::new(ParserSettings::new().indent(false)));

impl Format for Evtx {
    fn name(&self) -> &'static str {
        "evtx"
    }

    fn label(&self) -> Text {
        Text::new("Windowsイベントログ", "Windows event log")
    }

    fn sniff(&self, _sample: &Sample<'_>) -> u8 {
        0
    }

    fn is_magic(&self, head: &[u8]) -> bool {
        head.starts_with(MAGIC)
    }

    fn prepare(&self, _sample: &Sample<'_>, form: &mut ReadingForm) {
        // The layer is UTF-8 whatever was guessed or ordered.
        form.encoding = "utf-8".to_owned();
    }

    fn frames(&self) -> Option<&dyn Frames> {
        Some(self)
    }

    fn watcher(&self) -> Option<Box<dyn Watcher>> {
        Some(Box::new(Watch::default()))
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Events)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        json_walk::fields(text, out);
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        windows::COLUMNS.map(str::to_owned).to_vec()
    }

    fn is_open(&self) -> bool {
        true
    }
}

impl Frames for Evtx {
    /// Blocks, for the cutter: a chunk must hold whole ones.
    fn next(&self, look: &Look<'_>) -> Next {
        let left = look.bytes.len().saturating_sub(look.at);
        let len = if look.is_start { HEAD } else { BLOCK };
        match left {
            0 => Next::Nothing,
            left if left >= len => Next::Record(look.at..look.at + len),
            left if look.at_end => Next::Record(look.at..look.at + left),
            _ => Next::Open(look.at),
        }
    }

    fn is_layered(&self) -> bool {
        true
    }

    fn read(&self, block: &Block<'_>, each: &mut Each<'_>) {
        let mut at = if block.is_start { HEAD } else { 0 };
        while let Some(bytes) = block.bytes.get(at..block.bytes.len().min(at + BLOCK)).filter(|bytes| !bytes.is_empty())
        {
            if bytes.starts_with(BLOCK_MAGIC) {
                // A third party's parser: whatever it meets, the rest is read.
                let mut texts: Vec<(Range<usize>, String)> = Vec::new();
                let _ = catch_unwind(AssertUnwindSafe(|| records(bytes, &mut texts)));
                for (place, text) in texts {
                    each(at + place.start..at + place.end, &text, None);
                }
            }
            at += BLOCK;
        }
    }
}

/// The records of one block that can be read.
fn records(bytes: &[u8], out: &mut Vec<(Range<usize>, String)>) {
    let Ok(mut data) = EvtxChunkData::new(bytes.to_vec(), false) else { return };
    let Ok(mut chunk) = data.parse(Arc::clone(&SETTINGS)) else { return };
    let mut end = 0;
    for record in chunk.iter().flatten() {
        let Some(start) = record.binxml_offset.checked_sub(RECORD_HEAD).and_then(|at| usize::try_from(at).ok()) else {
            continue;
        };
        let Ok(json) = record.into_json() else { continue };
        let len = u32_at(bytes, start + 4).map_or(0, |len| len as usize);
        if start < end || len == 0 {
            continue;
        }
        end = (start + len).min(bytes.len());
        out.push((start..end, json.data));
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes)
}

/// What stands before the time of an event.
static TIME: LazyLock<memchr::memmem::Finder<'static>> =
    LazyLock::new(|| memchr::memmem::Finder::new(b"\"SystemTime\":\""));

struct Events;

impl Scanner for Events {
    fn scan(&mut self, text: &str, offset: u64, clock: &mut Clock) -> Option<Draft> {
        let time = TIME.find(text.as_bytes()).and_then(|at| text.get(at + TIME.needle().len()..));
        let stamp = time.and_then(|rest| rest.get(..rest.find('"')?)).and_then(|time| times::whole(time, false));
        match stamp {
            Some(stamp) => Some(Draft::read(clock.place(&stamp))),
            None => jsonl::Lines.scan(text, offset, clock),
        }
    }
}

/// Checks blocks while they pass: marks, check sums, and how many records their heads announce.
#[derive(Debug, Default)]
struct Watch {
    held: Vec<u8>,
    /// Bytes before `held`.
    passed: u64,
    records: u64,
    bad_marks: Vec<u64>,
    /// Blocks that hold something else: never used, or not part of the log.
    foreign: u64,
    bad_sums: Vec<u64>,
    short: bool,
}

impl Watcher for Watch {
    fn see(&mut self, bytes: &[u8]) {
        let mut held = std::mem::take(&mut self.held);
        let mut rest = bytes;
        loop {
            let len = if self.passed == 0 { HEAD } else { BLOCK };
            let (more, behind) = rest.split_at(rest.len().min(len - held.len()));
            // A block that came whole need not be put together.
            if held.is_empty() && more.len() == len {
                self.pass(more);
            } else {
                held.extend_from_slice(more);
                if held.len() < len {
                    break;
                }
                self.pass(&held);
                held.clear();
            }
            rest = behind;
        }
        self.held = held;
    }

    fn end(&mut self) {
        let rest = self.held.iter().any(|byte| *byte != 0);
        self.short |= rest;
        if self.passed > 0 && rest {
            // What there is of the last block is read too, so it is checked too.
            let mut block = std::mem::take(&mut self.held);
            block.resize(BLOCK, 0);
            self.block(&block);
        }
    }

    fn records(&self) -> Option<u64> {
        Some(self.records)
    }

    fn damage(&self, lang: Lang) -> Option<String> {
        let places = |places: &[u64]| {
            let shown: Vec<String> = places.iter().take(8).map(u64::to_string).collect();
            shown.join(", ") + if places.len() > 8 { ", …" } else { "" }
        };
        let mut parts = Vec::new();
        if !self.bad_marks.is_empty() {
            let (count, places) = (self.bad_marks.len(), places(&self.bad_marks));
            parts.push(match lang {
                Lang::Ja => format!("読めないブロック{count}個（位置 {places}）"),
                Lang::En => format!("{count} unreadable blocks (at {places})"),
            });
        }
        if !self.bad_sums.is_empty() {
            let (count, places) = (self.bad_sums.len(), places(&self.bad_sums));
            parts.push(match lang {
                Lang::Ja => format!("検査値の合わないブロック{count}個（位置 {places}）"),
                Lang::En => format!("{count} blocks with a wrong check sum (at {places})"),
            });
        }
        if self.foreign > 0 {
            let count = self.foreign;
            parts.push(match lang {
                Lang::Ja => format!("イベントを含まない別のデータのブロック{count}個"),
                Lang::En => format!("{count} blocks of other data without events"),
            });
        }
        if self.short {
            parts.push(lang.pick("最後のブロックが途中で切れている", "the last block ends too early").to_owned());
        }
        (!parts.is_empty()).then(|| parts.join(lang.pick("、", "; ")))
    }
}

impl Watch {
    /// The head or a block, whole.
    fn pass(&mut self, bytes: &[u8]) {
        if self.passed > 0 {
            self.block(bytes);
        }
        self.passed += bytes.len() as u64;
    }

    fn block(&mut self, block: &[u8]) {
        match checked(block) {
            Checked::Empty => {}
            Checked::Foreign => self.foreign += 1,
            Checked::Lost => self.bad_marks.push(self.passed),
            Checked::Read { sums, records } => {
                self.records += records;
                self.bad_sums.extend((!sums).then_some(self.passed));
            }
        }
    }
}

/// What a block is.
enum Checked {
    /// Never used.
    Empty,
    /// Neither a block's mark nor a record's in it.
    Foreign,
    /// Records stand in it, but its mark is gone.
    Lost,
    /// A block.
    Read {
        /// Whether its check sums are right.
        sums: bool,
        /// Records that follow each other in it.
        records: u64,
    },
}

fn checked(block: &[u8]) -> Checked {
    const RECORD: &[u8] = b"\x2a\x2a\0\0";
    if block.iter().all(|byte| *byte == 0) {
        return Checked::Empty;
    }
    if !block.starts_with(BLOCK_MAGIC) {
        return if memchr::memmem::find(block, RECORD).is_some() { Checked::Lost } else { Checked::Foreign };
    }
    let free = u32_at(block, 48).map_or(0, |at| at as usize).min(BLOCK);
    let unchecked = u32_at(block, 120).is_some_and(|flags| flags & 4 != 0);
    let mut head = crc32fast::Hasher::new();
    head.update(block.get(..120).unwrap_or(&[]));
    head.update(block.get(128..BLOCK_HEAD).unwrap_or(&[]));
    let sums = u32_at(block, 124) == Some(head.finalize())
        && u32_at(block, 52) == Some(crc32fast::hash(block.get(BLOCK_HEAD..free).unwrap_or(&[])));
    let (mut at, mut records) = (BLOCK_HEAD, 0);
    while at < free && block.get(at..at + 4) == Some(RECORD) {
        records += 1;
        at += u32_at(block, at + 4).map_or(0, |len| len as usize).max(28);
    }
    Checked::Read { sums: unchecked || sums, records }
}
