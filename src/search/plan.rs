//! From the tree to what is done with each reading: named sets are fetched, ids and fields resolved, and every chunk is
//! told apart beforehand into those that cannot match, those that match whole, and those that must be read.

use super::chunk::{shifted, skew};
use super::error::Error;
use super::literal::Need;
use super::query::State;
use super::ready::{Ready, lacks};
use super::scan::Scan;
use super::selection::rank;
use crate::model::skip::BLOCKS;
use crate::model::{ChunkHead, Corpus, FieldReader, Instant, ReadingHead, ReadingKey};
use roaring::RoaringBitmap;
use std::sync::Arc;

/// A question about one reading.
#[derive(Debug)]
pub(super) enum Step {
    /// Known without reading.
    Rows(RoaringBitmap),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Leaf(Leaf),
}

/// A test that looks into records.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) scan: Arc<Scan>,
    /// The blocks of each chunk that can hold a match; `None` where nothing can be excluded.
    blocks: Option<Vec<Blocks>>,
    /// The field stands in the text as it is.
    pub(super) verbatim: bool,
}

/// Some of a chunk's blocks, a bit each.
pub(super) type Blocks = u8;

/// A whole chunk.
pub(super) const ALL: Blocks = (1 << BLOCKS) - 1;

impl Leaf {
    /// Whether none of these blocks can hold a match.
    pub(super) fn excludes(&self, seq: u32, blocks: Blocks) -> bool {
        let can = |all: &Vec<Blocks>| all.get(seq as usize).copied().unwrap_or(0) & blocks != 0;
        self.blocks.as_ref().is_some_and(|all| !can(all))
    }
}

/// What is known of a chunk before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No row matches.
    No,
    /// Every row matches.
    Yes,
    /// It must be read.
    Open,
}

impl Step {
    /// Fits a question to a reading.
    pub(super) fn of(
        ready: &Ready,
        reading: &ReadingHead,
        corpus: &dyn Corpus,
        reader: &dyn FieldReader,
    ) -> Result<Self, Error> {
        let step = match ready {
            Ready::Everything => Self::Rows(universe(reading)),
            Ready::Rows(rows) => {
                Self::Rows(rows.rows(reading.evidence).cloned().unwrap_or_default() & universe(reading))
            }
            Ready::Evidence(evidence) if *evidence == reading.evidence => Self::Rows(universe(reading)),
            Ready::Evidence(_) => Self::Rows(RoaringBitmap::new()),
            Ready::Scan(scan) => Self::leaf(scan, reading, corpus, reader)?,
            Ready::Column { name, scan, text } => match text {
                _ if !lacks(name, &reading.form, reader) => Self::leaf(scan, reading, corpus, reader)?,
                Some(text) => Self::leaf(text, reading, corpus, reader)?,
                None => Self::Rows(RoaringBitmap::new()),
            },
            Ready::Not(part) => match Self::of(part, reading, corpus, reader)? {
                Self::Rows(rows) => Self::Rows(universe(reading) - rows),
                part => Self::Not(Box::new(part)),
            },
            Ready::And(parts) => return Self::all(parts, reading, corpus, reader),
            Ready::Or(parts) => {
                let steps = parts.iter().map(|part| Self::of(part, reading, corpus, reader));
                let (known, mut rest) = sorted_out(steps.collect::<Result<_, _>>()?);
                let known = known.into_iter().fold(RoaringBitmap::new(), |all, rows| all | rows);
                if rest.is_empty() || known.len() == u64::from(reading.rows) {
                    return Ok(Self::Rows(known));
                }
                if !known.is_empty() {
                    rest.insert(0, Self::Rows(known));
                }
                Self::Or(rest)
            }
        };
        Ok(step)
    }

    /// All of `parts`. Sets stand first, so that filters are not even asked once the sets leave nothing.
    fn all(
        parts: &[Ready],
        reading: &ReadingHead,
        corpus: &dyn Corpus,
        reader: &dyn FieldReader,
    ) -> Result<Self, Error> {
        let mut known = universe(reading);
        let mut rest = Vec::new();
        for part in parts {
            match Self::of(part, reading, corpus, reader)? {
                Self::Rows(rows) => known &= rows,
                step => rest.push(step),
            }
            if known.is_empty() {
                return Ok(Self::Rows(known));
            }
        }
        if rest.is_empty() {
            return Ok(Self::Rows(known));
        }
        if known.len() < u64::from(reading.rows) {
            rest.insert(0, Self::Rows(known));
        }
        Ok(Self::And(rest))
    }

    fn leaf(
        scan: &Arc<Scan>,
        reading: &ReadingHead,
        corpus: &dyn Corpus,
        reader: &dyn FieldReader,
    ) -> Result<Self, Error> {
        let (need, verbatim) = match &**scan {
            Scan::Text(test) => (&test.need, false),
            Scan::Field(test) if reader.is_verbatim(&reading.form, &test.name) => (&test.need, true),
            Scan::Field(_) | Scan::Time { .. } | Scan::State(_) => (&Need::Any, false),
        };
        let blocks = match admitted(need, reading.key, corpus)? {
            Some(admitted) => Some(by_chunk(&admitted, corpus.chunk_heads(reading.key)?.len())),
            None => None,
        };
        Ok(Self::Leaf(Leaf { scan: Arc::clone(scan), blocks, verbatim }))
    }

    /// What a chunk's head and the skip filters say about some of its blocks.
    pub(super) fn verdict(&self, head: &ChunkHead, blocks: Blocks, reading: &ReadingHead) -> Verdict {
        match self {
            Self::Rows(rows) => {
                let end = u64::from(head.first_row) + u64::from(head.rows);
                match rank(rows, end) - rank(rows, u64::from(head.first_row)) {
                    0 => Verdict::No,
                    count if count >= u64::from(head.rows) => Verdict::Yes,
                    _ => Verdict::Open,
                }
            }
            Self::And(parts) => {
                joined(parts.iter().map(|part| part.verdict(head, blocks, reading)), Verdict::No, Verdict::Yes)
            }
            Self::Or(parts) => {
                joined(parts.iter().map(|part| part.verdict(head, blocks, reading)), Verdict::Yes, Verdict::No)
            }
            Self::Not(part) => match part.verdict(head, blocks, reading) {
                Verdict::No => Verdict::Yes,
                Verdict::Yes => Verdict::No,
                Verdict::Open => Verdict::Open,
            },
            Self::Leaf(leaf) if leaf.excludes(head.seq, blocks) => Verdict::No,
            Self::Leaf(leaf) => match &*leaf.scan {
                Scan::Time { from, to } => time_verdict(head, *from, *to, skew(reading)),
                Scan::State(State::Undated) if head.undated == 0 => Verdict::No,
                Scan::State(State::Undated) if head.undated == head.rows => Verdict::Yes,
                Scan::State(State::Stated | State::Setting | State::Assumed) if head.first.is_none() => Verdict::No,
                _ => Verdict::Open,
            },
        }
    }
}

/// Every row of a reading.
pub(super) fn universe(reading: &ReadingHead) -> RoaringBitmap {
    let mut rows = RoaringBitmap::new();
    rows.insert_range(0..reading.rows);
    rows
}

fn sorted_out(steps: Vec<Step>) -> (Vec<RoaringBitmap>, Vec<Step>) {
    let mut known = Vec::new();
    let mut rest = Vec::new();
    for step in steps {
        match step {
            Step::Rows(rows) => known.push(rows),
            step => rest.push(step),
        }
    }
    (known, rest)
}

/// One `strong` part settles it; all `weak` parts settle it the other way.
fn joined(parts: impl Iterator<Item = Verdict>, strong: Verdict, weak: Verdict) -> Verdict {
    let mut all = weak;
    for part in parts {
        if part == strong {
            return strong;
        }
        if part == Verdict::Open {
            all = Verdict::Open;
        }
    }
    all
}

fn time_verdict(head: &ChunkHead, from: Option<Instant>, to: Option<Instant>, skew: i64) -> Verdict {
    let (Some(first), Some(last)) = (head.first, head.last) else { return Verdict::No };
    let (from, to) = (from.map(|from| shifted(from, skew)), to.map(|to| shifted(to, skew)));
    if from.is_some_and(|from| last < from) || to.is_some_and(|to| first >= to) {
        Verdict::No
    } else if head.undated == 0 && from.is_none_or(|from| first >= from) && to.is_none_or(|to| last < to) {
        Verdict::Yes
    } else {
        Verdict::Open
    }
}

/// Numbered blocks as a set for each chunk.
fn by_chunk(blocks: &RoaringBitmap, chunks: usize) -> Vec<Blocks> {
    let mut out = vec![0; chunks];
    for block in blocks {
        if let Some(set) = out.get_mut((block / BLOCKS) as usize) {
            *set |= 1 << (block % BLOCKS);
        }
    }
    out
}

/// The blocks a reading's skip filters admit; `None` for all.
fn admitted(need: &Need, reading: ReadingKey, corpus: &dyn Corpus) -> Result<Option<RoaringBitmap>, Error> {
    match need {
        Need::Any => Ok(None),
        Need::Literal(probe) => Ok(Some(corpus.candidates(reading, probe)?)),
        Need::All(needs) => {
            let mut left: Option<RoaringBitmap> = None;
            for need in needs {
                if left.as_ref().is_some_and(RoaringBitmap::is_empty) {
                    break;
                }
                if let Some(chunks) = admitted(need, reading, corpus)? {
                    left = Some(match left {
                        Some(left) => left & chunks,
                        None => chunks,
                    });
                }
            }
            Ok(left)
        }
        Need::Either(needs) => {
            let mut all = RoaringBitmap::new();
            for need in needs {
                match admitted(need, reading, corpus)? {
                    Some(chunks) => all |= chunks,
                    None => return Ok(None),
                }
            }
            Ok(Some(all))
        }
    }
}
