//! Running a question: plan every reading, take what is settled without reading, then read the open chunks on all cores.
//!
//! Chunks are claimed in order by a counter, so that the first hits on screen are the first in the evidence and a cancel
//! is seen between two chunks.

use super::bits::{Bits, row_range};
use super::chunk::{Page, Scratch, Sources};
use super::error::Error;
use super::long::{self, Long};
use super::plan::{ALL, Step, Verdict};
use super::query::Query;
use super::ready::{Maker, Note};
use crate::model::skip::BLOCKS;
use crate::model::{CaseKey, ChunkHead, Corpus, EvidenceKey, FieldReader, ReadingHead, RowSet, Ticket};
use roaring::RoaringBitmap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Which evidences are asked about; both given means both must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only evidences filed in this case.
    pub case: Option<CaseKey>,
    /// Only this evidence.
    pub evidence: Option<EvidenceKey>,
}

impl Scope {
    pub(super) fn holds(&self, reading: &ReadingHead) -> bool {
        self.case.is_none_or(|case| reading.case == Some(case))
            && self.evidence.is_none_or(|key| reading.evidence == key)
    }
}

/// The answer to a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Every matching row.
    pub rows: RowSet,
    /// What else the asker should know.
    pub notes: Vec<Note>,
}

/// Answers a question. `found` is handed partial hits as they are found, each row once, from any thread, one call at a
/// time; what it was handed makes up the outcome. The ticket counts bytes.
pub fn run(
    query: &Query,
    corpus: &dyn Corpus,
    reader: &dyn FieldReader,
    scope: &Scope,
    ticket: &Ticket,
    found: &mut (dyn FnMut(EvidenceKey, &RoaringBitmap) + Send),
) -> Result<Outcome, Error> {
    let all = corpus.readings()?;
    let asked: Vec<ReadingHead> = all.iter().filter(|reading| scope.holds(reading)).cloned().collect();
    let mut maker = Maker { corpus, reader, all: &all, asked: &asked, notes: Vec::new(), fields: Vec::new() };
    let ready = maker.make(&query.root)?;
    let sink = Sink(Mutex::new((RowSet::new(), found)));
    let mut plans = Vec::new();
    for reading in &asked {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match Step::of(&ready, reading, corpus, reader)? {
            Step::Rows(rows) => sink.take(reading.evidence, rows),
            step => plans.push(Plan::new(reading, step, corpus, &sink)?),
        }
    }
    let tasks: Vec<(&Plan<'_>, &Task)> =
        plans.iter().flat_map(|plan| plan.tasks.iter().map(move |task| (plan, task))).collect();
    ticket.set_total(tasks.iter().map(|(plan, task)| plan.bytes(task)).sum());
    let sources = Sources { corpus, reader };
    in_order(tasks.len(), ticket, Scratch::default, |scratch, index| {
        let Some((plan, task)) = tasks.get(index) else { return Ok(()) };
        sink.take(plan.reading.evidence, plan.perform(task, sources, scratch)?);
        ticket.advance(plan.bytes(task));
        Ok(())
    })?;
    let rows = sink.0.into_inner().unwrap_or_else(PoisonError::into_inner).0;
    Ok(Outcome { rows, notes: maker.into_notes() })
}

/// More open blocks of a chunk than this are read as a whole chunk.
const FEW: usize = 2;

/// What is to be done with one reading.
struct Plan<'a> {
    reading: &'a ReadingHead,
    step: Step,
    heads: Arc<[ChunkHead]>,
    tasks: Vec<Task>,
}

enum Task {
    /// The rows of the chunk at this place, without a last row that goes on in the next chunk.
    Chunk { place: usize, cut: bool },
    /// The same of the rows that begin in one block of it.
    Block { place: usize, block: u32, cut: bool },
    /// A row that spans chunks.
    Long(Long),
}

impl<'a> Plan<'a> {
    fn new(reading: &'a ReadingHead, step: Step, corpus: &dyn Corpus, sink: &Sink<'_>) -> Result<Self, Error> {
        let heads = corpus.chunk_heads(reading.key)?;
        let mut tasks = Vec::new();
        let mut sure = RoaringBitmap::new();
        for (place, head) in heads.iter().enumerate().filter(|(_, head)| head.rows > 0) {
            let long = long::at(&heads, place);
            let whole = head.rows - u32::from(long.is_some());
            match step.verdict(head, ALL, reading) {
                Verdict::Yes if whole > 0 => {
                    sure.insert_range(row_range(head.first_row, whole));
                }
                Verdict::Open if whole > 0 => {
                    let cut = long.is_some();
                    let is_open = |block: &u32| step.verdict(head, 1 << block, reading) != Verdict::No;
                    let open: Vec<u32> = (0..BLOCKS).filter(is_open).collect();
                    if open.len() > FEW {
                        tasks.push(Task::Chunk { place, cut });
                    } else {
                        tasks.extend(open.into_iter().map(|block| Task::Block { place, block, cut }));
                    }
                }
                _ => {}
            }
            // The filters of one chunk say nothing about a row that stands in several.
            tasks.extend(long.map(Task::Long));
        }
        sink.take(reading.evidence, sure);
        Ok(Self { reading, step, heads, tasks })
    }

    fn bytes(&self, task: &Task) -> u64 {
        match task {
            Task::Chunk { place, .. } => self.heads.get(*place).map_or(0, |head| u64::from(head.len)),
            Task::Block { place, .. } => self.heads.get(*place).map_or(0, |head| u64::from(head.len / BLOCKS)),
            Task::Long(long) => long.bytes(&self.heads),
        }
    }

    fn perform(&self, task: &Task, sources: Sources<'_>, scratch: &mut Scratch) -> Result<RoaringBitmap, Error> {
        match task {
            Task::Chunk { place, cut } => {
                let Some(head) = self.heads.get(*place) else { return Ok(RoaringBitmap::new()) };
                let mut open = Bits::all(head.rows);
                if *cut {
                    open.clear(head.rows.saturating_sub(1));
                }
                let mut page = Page::new(sources, self.reading, *head, scratch);
                let found = page.pass(&self.step, &open)?;
                page.done();
                Ok(found.into_rows(head.first_row))
            }
            Task::Block { place, block, cut } => {
                let Some(head) = self.heads.get(*place) else { return Ok(RoaringBitmap::new()) };
                let mut page = Page::new(sources, self.reading, *head, scratch);
                let mut open = page.hold(*block)?;
                if *cut {
                    open.clear(head.rows.saturating_sub(1));
                }
                let found = page.pass(&self.step, &open)?;
                page.done();
                Ok(found.into_rows(head.first_row))
            }
            Task::Long(long) => {
                let row = long.row(&self.heads);
                let passes = long.passes(&self.step, self.reading, &self.heads, sources)?;
                Ok(row.filter(|_| passes).into_iter().collect())
            }
        }
    }
}

/// Gathers rows and tells the asker.
struct Sink<'a>(Mutex<(RowSet, &'a mut Found<'a>)>);

type Found<'a> = dyn FnMut(EvidenceKey, &RoaringBitmap) + Send + 'a;

impl Sink<'_> {
    fn take(&self, evidence: EvidenceKey, rows: RoaringBitmap) {
        if rows.is_empty() {
            return;
        }
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, found) = &mut *guard;
        found(evidence, &rows);
        all.add(evidence, rows);
    }
}

/// Does `count` pieces of work on all cores, begun in order; the first error, or a cancel, ends it. Returns what each
/// thread gathered.
pub(super) fn in_order<S: Send>(
    count: usize,
    ticket: &Ticket,
    gather: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> Result<(), Error> + Sync,
) -> Result<Vec<S>, Error> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let gathered = Mutex::new(Vec::new());
    let one = || {
        let mut mine = gather();
        while !stopped.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            let done = if ticket.is_cancelled() { Err(Error::Cancelled) } else { work(&mut mine, index) };
            if let Err(err) = done {
                stopped.store(true, Ordering::Relaxed);
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(err);
            }
        }
        gathered.lock().unwrap_or_else(PoisonError::into_inner).push(mine);
    };
    let threads = rayon::current_num_threads().min(count);
    if threads <= 1 {
        one();
    } else {
        rayon::scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| one())));
    }
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(err) => Err(err),
        None => Ok(gathered.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}
