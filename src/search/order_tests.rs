//! The time order against plain sorting, over evidences of every kind of disorder and with limits small enough that every
//! way of ordering is taken.

use super::cluster::Limits;
use super::order::ordered;
use super::run::Scope;
use super::selection::Rows;
use crate::model::corpus::Failure;
use crate::model::evidence::ReadingForm;
use crate::model::record::When;
use crate::model::skip::Probe;
use crate::model::time::{Known, Precision, Undated};
use crate::model::{
    Chunk, ChunkHead, Corpus, EvidenceKey, Id, Instant, NamedSet, ReadingHead, ReadingKey, RecordHead, RowSet, Ticket,
};
use proptest::prelude::*;
use roaring::RoaringBitmap;
use std::sync::Arc;

/// Instants alone, in chunks of a few records.
struct Clocks {
    evidences: Vec<Vec<Option<i64>>>,
    rows: usize,
}

fn key(index: usize) -> i64 {
    i64::try_from(index).unwrap()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap()
}

impl Clocks {
    fn instants(&self, reading: ReadingKey) -> impl Iterator<Item = (u32, &[Option<i64>])> {
        (0..).zip(self.evidences[usize::try_from(reading.0).unwrap()].chunks(self.rows))
    }
}

impl Corpus for Clocks {
    fn readings(&self) -> Result<Vec<ReadingHead>, Failure> {
        let head = |(index, instants): (usize, &Vec<Option<i64>>)| ReadingHead {
            key: ReadingKey(key(index)),
            evidence: EvidenceKey(key(index)),
            id: Id(format!("e{index}")),
            case: None,
            form: ReadingForm::default(),
            rows: number(instants.len()),
            first: None,
            last: None,
        };
        Ok(self.evidences.iter().enumerate().map(head).collect())
    }

    fn chunk_heads(&self, reading: ReadingKey) -> Result<Arc<[ChunkHead]>, Failure> {
        let heads = self.instants(reading).map(|(seq, instants)| {
            let dated = || instants.iter().flatten().copied().map(Instant);
            ChunkHead {
                seq,
                offset: 0,
                len: 0,
                lead: 0,
                first_row: seq * number(self.rows),
                rows: number(instants.len()),
                undated: number(instants.len() - dated().count()),
                first: dated().min(),
                last: dated().max(),
            }
        });
        Ok(heads.collect())
    }

    fn candidates(&self, _: ReadingKey, _: &Probe) -> Result<RoaringBitmap, Failure> {
        Ok(RoaringBitmap::new())
    }

    fn chunk(&self, reading: ReadingKey, seq: u32) -> Result<Arc<Chunk>, Failure> {
        let head = self.chunk_heads(reading)?[seq as usize];
        let (_, instants) = self.instants(reading).nth(seq as usize).unwrap();
        let when = |at: &Option<i64>| match at {
            Some(at) => {
                let (known, precision) = (Known::Stated, Precision::Second);
                When::At { instant: Instant(*at), known, precision, offset_minutes: 0 }
            }
            None => When::Undated(Undated::NoTime),
        };
        let records = instants.iter().map(|at| RecordHead { offset: 0, len: 0, when: when(at), reject: None });
        Ok(Arc::new(Chunk { head, bytes: Vec::new(), records: records.collect(), layer: None }))
    }

    fn named(&self, _: &NamedSet) -> Result<RowSet, Failure> {
        Ok(RowSet::new())
    }
}

fn instants() -> impl Strategy<Value = Vec<Option<i64>>> {
    let disorder = prop_oneof![Just(0_i64), Just(3), Just(50), Just(1_000_000)];
    let steps = prop::collection::vec((0_i64..3, prop::option::weighted(0.9, 0_i64..1_000_000)), 0..120);
    (steps, disorder, -200_i64..200).prop_map(|(steps, disorder, start)| {
        let mut at = start;
        let each = steps.into_iter().map(|(step, jitter)| {
            at += step;
            jitter.map(|jitter| at + jitter % (disorder + 1))
        });
        each.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_and_positions_are_those_of_a_plain_sort(
        evidences in prop::collection::vec(instants(), 1..4),
        rows in 1_usize..12,
        keep in prop::option::of(any::<[bool; 7]>()),
        limits in prop_oneof![
            Just(Limits::default()),
            Just(Limits { small: 4, rows: 40, chunks: 6, pass: 10 }),
            Just(Limits { small: 4, rows: 0, chunks: 0, pass: 7 }),
            Just(Limits { small: 4, rows: 1000, chunks: 1000, pass: 10 }),
        ],
    ) {
        let corpus = Clocks { evidences, rows };
        let mut set = RowSet::new();
        let mut naive: Vec<(bool, Option<i64>, EvidenceKey, u32)> = Vec::new();
        for (index, instants) in corpus.evidences.iter().enumerate() {
            for (row, at) in (0_u32..).zip(instants) {
                if keep.is_none_or(|keep| keep[row as usize % 7]) {
                    set.insert(EvidenceKey(key(index)), row);
                    naive.push((at.is_none(), *at, EvidenceKey(key(index)), row));
                }
            }
        }
        naive.sort_unstable();
        let scope = Scope::default();
        let rows = if keep.is_some() { Rows::Only(&set) } else { Rows::All(&scope) };
        let order = ordered(rows, &corpus, &Ticket::new(), limits).unwrap();
        prop_assert_eq!(order.len(), naive.len() as u64);
        let all = order.page(0, naive.len() + 5, &corpus).unwrap();
        let wanted: Vec<(EvidenceKey, u32)> = naive.iter().map(|(_, _, evidence, row)| (*evidence, *row)).collect();
        prop_assert_eq!(&all, &wanted);
        for (n, (evidence, row)) in wanted.iter().enumerate() {
            prop_assert_eq!(order.nth(n as u64, &corpus).unwrap(), Some((*evidence, *row)));
            prop_assert_eq!(order.position(*evidence, *row, &corpus).unwrap(), Some(n as u64));
        }
        prop_assert_eq!(order.position(EvidenceKey(99), 0, &corpus).unwrap(), None);
    }
}
