//! Evidence: the bytes that went in come out, rows are where they were, filters never hide anything.

use super::desk::{DOMAIN, Desk, IPV4, Log, author};
use itoguchi::model::skip::{BLOCKS, Probe};
use itoguchi::model::{Chunk, Corpus as _, EvidenceState, NamedSet, Ticket};
use itoguchi::store::{Error, Finish, Mode, Store};
use proptest::prelude::*;

#[test]
fn what_went_in_comes_out() {
    let desk = Desk::new();
    let log = Log::new(5000, 250);
    let evidence = desk.import(&log, None, "access.log");
    assert_eq!(evidence.state, EvidenceState::Complete);
    let reading = evidence.reading.unwrap();
    assert_eq!((reading.rows, reading.lines, reading.rejects), (5000, Some(5000), 52));
    assert_eq!(reading.undated, 455);
    assert_eq!(reading.indicators, 250 + 700);
    let desk = desk.reopen(Mode::Read);
    let mut bytes = Vec::new();
    assert_eq!(desk.store.stream(evidence.key, &mut bytes).unwrap(), log.bytes.len() as u64);
    assert_eq!(bytes, log.bytes);
    assert!(desk.store.rehash(evidence.key, &Ticket::new()).unwrap());
    assert_eq!(desk.store.read_range(evidence.key, 1000, 50_000).unwrap(), log.bytes[1000..51_000]);
    let key = reading.key.unwrap();
    for (at, head) in desk.store.chunk_heads(key).unwrap().iter().enumerate() {
        let chunk = desk.store.chunk(key, head.seq).unwrap();
        assert_eq!((chunk.bytes.as_slice(), chunk.records.as_slice()), (log.chunk_bytes(at), &log.records_of(at)[..]));
        assert_eq!(desk.store.records(key, head.seq).unwrap(), chunk.records);
    }
    for row in [0, 1, 249, 250, 4999_u32] {
        let (record, _) = log.records[row as usize];
        let (found, text) = desk.store.record(evidence.key, row).unwrap();
        let start = usize::try_from(record.offset).unwrap();
        assert_eq!((found, text.as_slice()), (record, &log.bytes[start..start + record.len as usize]));
        assert_eq!(desk.store.row_at(evidence.key, record.offset + 3).unwrap(), Some(row));
        assert_eq!(desk.store.citation(evidence.key, row).unwrap().offset, record.offset);
    }
    assert!(desk.store.record(evidence.key, 5000).is_err());
    assert_eq!(desk.store.row_at(evidence.key, log.bytes.len() as u64).unwrap(), None);
}

#[test]
fn a_record_longer_than_a_chunk_is_read_whole() {
    let desk = Desk::new();
    let mut log = Log::new(10, 10);
    // The last record runs on through two more chunks, the second of which ends it.
    let start = log.bytes.len() as u64;
    log.bytes.pop();
    log.bytes.extend_from_slice(&[b'x'; 300]);
    log.bytes.push(b'\n');
    log.chunks[0].1 -= 1;
    log.chunks.push((start - 1, 200, 200));
    log.chunks.push((start + 199, 101, 100));
    let evidence = desk.import(&log, None, "long.log");
    let (record, text) = desk.store.record(evidence.key, 9).unwrap();
    assert_eq!(text, log.bytes[usize::try_from(record.offset).unwrap()..log.bytes.len() - 1]);
    assert_eq!(record.len as usize, text.len());
    for at in [start, start + 250] {
        assert_eq!(desk.store.row_at(evidence.key, at).unwrap(), Some(9));
    }
}

#[test]
fn rows_by_value_and_kind_are_exact() {
    let desk = Desk::new();
    let log = Log::new(9000, 100);
    let key = desk.import(&log, None, "access.log").key;
    let rows = |set: NamedSet| desk.store.named(&set).unwrap().rows(key).cloned().unwrap_or_default();
    let expected = |wanted: &dyn Fn(usize) -> bool| (0..9000_u32).filter(|row| wanted(*row as usize)).collect();
    assert_eq!(rows(NamedSet::Value(IPV4, "203.0.113.7".into())), expected(&|row| row % 250 == 7));
    assert_eq!(rows(NamedSet::Kind(DOMAIN)), expected(&|row| row % 3 == 0));
    assert_eq!(rows(NamedSet::Kind(IPV4)), expected(&|_| true));
    assert!(rows(NamedSet::Value(IPV4, "203.0.113.251".into())).is_empty());
}

#[test]
fn an_unknown_format_is_kept_whole_without_rows() {
    let desk = Desk::new();
    let log = Log::new(100, 50);
    let mut import = desk.store.begin_import(&log.new_evidence(None, "blob.bin"), &author()).unwrap();
    log.append(&mut import, 0..2);
    let evidence = import.finish(&Finish { form: None, ..log.finish() }).unwrap();
    assert!(evidence.reading.is_none() && evidence.state == EvidenceState::Complete);
    assert!(desk.store.readings().unwrap().is_empty());
    assert!(desk.store.rehash(evidence.key, &Ticket::new()).unwrap());
    assert!(desk.store.check().unwrap().iter().all(|check| check.ok == Some(true)));
}

#[test]
fn an_empty_file_is_an_evidence_too_and_a_copy_is_noticed() {
    let desk = Desk::new();
    let empty = desk.import(&Log::new(0, 1), None, "empty.log");
    assert_eq!((empty.bytes, empty.duplicate_of), (0, None));
    let log = Log::new(50, 50);
    let first = desk.import(&log, None, "a.log");
    let second = desk.import(&log, None, "b.log");
    assert_eq!(second.duplicate_of, Some(first.key));
    assert!(desk.store.check().unwrap().iter().all(|check| check.ok == Some(true)));
}

#[test]
fn an_erased_evidence_leaves_no_trace_but_its_hash() {
    let desk = Desk::new();
    let case = desk.case("令和8年第3号");
    let log = Log::new(3000, 100);
    let mut marked = Log::new(200, 100);
    marked.records[150].1.push((DOMAIN, "seen-once-only.example.com".to_owned()));
    marked.records[150].1.push((DOMAIN, "h1.example.jp".to_owned()));
    let kept = desk.import(&log, Some(case), "kept.log");
    let gone = desk.import(&marked, Some(case), "氏名の入った名前.log");
    let role = itoguchi::model::statement::RoleStatement {
        id: itoguchi::model::Id("r1".to_owned()),
        case,
        kind: DOMAIN,
        value: "seen-once-only.example.com".to_owned(),
        role: itoguchi::model::Role::Victim,
        cited: Vec::new(),
    };
    desk.store.apply(&itoguchi::model::Edit::Put(itoguchi::model::Statement::Role(role)), &author()).unwrap();
    assert!(desk.store.expunge(gone.key, "令和8年(む)第9号", &author().operator, &author()).is_err(), "two people");
    let done = desk.store.expunge(gone.key, "令和8年(む)第9号", "別の 担当者", &author()).unwrap();
    assert_eq!((done.values, done.statements), (1, 1));
    let left = desk.store.evidence_one(gone.key).unwrap();
    assert_eq!((left.state, left.sha256, left.bytes), (EvidenceState::Expunged, gone.sha256, gone.bytes));
    assert!(left.name.is_empty() && left.reading.is_none());
    assert!(matches!(desk.store.stream(gone.key, &mut Vec::new()), Err(Error::NoBytes(_))));
    assert!(!desk.store.rows_of(DOMAIN, "h1.example.jp").unwrap().is_empty());
    assert!(desk.store.rehash(kept.key, &Ticket::new()).unwrap());
    let desk = desk.reopen(Mode::Read);
    let everything = unpacked(&desk.path);
    for trace in ["seen-once-only", "氏名の入った名前"] {
        assert!(memchr::memmem::find(&everything, trace.as_bytes()).is_none(), "{trace}");
    }
    for kept in ["1.example.jp", "kept.log"] {
        assert!(memchr::memmem::find(&everything, kept.as_bytes()).is_some(), "the look works");
    }
    for check in desk.store.check().unwrap() {
        assert_eq!(check.ok, Some(true), "{check:?}");
    }
}

/// The bytes of a closed store, free pages included, and what every packed blob in it holds.
fn unpacked(path: &std::path::Path) -> Vec<u8> {
    let mut out = std::fs::read(path).unwrap();
    let connection = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::default()).unwrap();
    for (table, column) in
        [("content", "data"), ("run_block", "data"), ("row_index", "data"), ("band", "data"), ("kind_rows", "rows")]
    {
        let mut query = connection.prepare(&format!("SELECT {column} FROM {table}")).unwrap();
        let blobs = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        blobs.for_each(|blob| out.extend(zstd::decode_all(blob.unwrap().as_slice()).unwrap()));
    }
    out
}

fn many_chunks() -> &'static (Desk, Log) {
    static DESK: std::sync::OnceLock<(Desk, Log)> = std::sync::OnceLock::new();
    DESK.get_or_init(|| {
        let (desk, log) = (Desk::new(), Log::new(12_000, 20));
        desk.import(&log, None, "many.log");
        (desk, log)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The one promise of the filters: a chunk that holds the literal is among the candidates.
    #[test]
    fn no_chunk_that_holds_a_literal_is_skipped(row in 0_usize..12_000, start in 0_usize..60, len in 1_usize..40) {
        let (desk, log) = many_chunks();
        let store: &Store = &desk.store;
        let (record, _) = &log.records[row];
        let at = usize::try_from(record.offset).unwrap();
        let line = log.bytes[at..at + record.len as usize].to_ascii_lowercase();
        let start = start.min(line.len() - 1);
        let literal = &line[start..(start + len).min(line.len())];
        let reading = store.readings().unwrap()[0].key;
        let candidates = store.candidates(reading, &Probe::of(literal)).unwrap();
        for chunk in 0..log.chunks.len() {
            let holds = log.chunk_bytes(chunk).to_ascii_lowercase().windows(literal.len()).any(|part| part == literal);
            prop_assert!(!holds || candidates.contains(u32::try_from(chunk).unwrap() * BLOCKS), "chunk {}", chunk);
        }
    }
}

#[test]
fn every_block_gives_its_records_whole_and_every_record_stands_in_one() {
    let (desk, log) = (Desk::new(), Log::new(9_000, 4_000));
    desk.import(&log, None, "blocks.log");
    let reading = desk.store.readings().unwrap()[0].key;
    let (mut row, mut most, mut spare) = (0, 0, Chunk::default());
    for seq in 0..u32::try_from(log.chunks.len()).unwrap() {
        let mut next = 0;
        for block in 0..BLOCKS {
            let (chunk, rows) = desk.store.block_in(reading, seq, block, spare).unwrap();
            assert!(rows.is_empty() || rows.start == next, "block {block} of chunk {seq}");
            most = most.max(block * u32::from(!rows.is_empty()));
            for index in rows.clone() {
                let (record, _) = &log.records[row];
                let at = usize::try_from(record.offset).unwrap();
                assert_eq!(chunk.record_bytes(index), &log.bytes[at..at + record.len as usize]);
                row += 1;
            }
            (next, spare) = (rows.end.max(next), chunk);
        }
    }
    assert_eq!((row, most), (9_000, BLOCKS - 1));
}

#[test]
fn a_rare_address_selects_few_chunks_of_many() {
    let (desk, _) = many_chunks();
    let reading = desk.store.readings().unwrap()[0].key;
    let found = desk.store.candidates(reading, &Probe::of(b"/p/4321 http")).unwrap();
    assert!(found.len() < 60, "{} of 600", found.len());
    assert!(desk.store.candidates(reading, &Probe::of(b"absent.example.org")).unwrap().len() < 6);
}
