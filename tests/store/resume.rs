//! Imports that are cut off: the store opens, says so, and finishing gives what an undisturbed import gives.

use super::desk::{DOMAIN, Desk, IPV4, Log, author};
use itoguchi::model::statement::{Statement, Withdrawal};
use itoguchi::model::{Corpus as _, Edit, EvidenceState, NamedSet, Sighting, Ticket};
use itoguchi::store::{Error, Mode, SightingFilter, Store};
use std::path::{Path, PathBuf};

/// Everything that can be asked of an evidence, without the keys and ids of its store.
type Seen = (Vec<u8>, Vec<itoguchi::model::ChunkHead>, Vec<itoguchi::model::RecordHead>, Vec<Vec<u32>>, Vec<Sighting>);

fn seen(store: &Store) -> Seen {
    let evidence = store.evidence().unwrap().into_iter().find(|one| one.state == EvidenceState::Complete).unwrap();
    let reading = evidence.reading.unwrap().key.unwrap();
    let mut bytes = Vec::new();
    store.stream(evidence.key, &mut bytes).unwrap();
    let heads = store.chunk_heads(reading).unwrap().to_vec();
    let records = heads.iter().flat_map(|head| store.records(reading, head.seq).unwrap()).collect();
    let sets = [NamedSet::Kind(IPV4), NamedSet::Kind(DOMAIN), NamedSet::Value(IPV4, "203.0.113.9".into())];
    let rows = sets.map(|set| store.named(&set).unwrap().rows(evidence.key).unwrap().iter().collect());
    let mut sightings = store.sightings(&SightingFilter::default()).unwrap();
    for sighting in &mut sightings {
        sighting.evidence = None;
    }
    (bytes, heads, records, rows.to_vec(), sightings)
}

fn clean(store: &Store) {
    for check in store.check().unwrap() {
        assert_eq!(check.ok, Some(true), "{check:?}");
    }
}

/// The file as a kill at this moment would leave it: no goodbye, its `-wal` beside it.
fn snapshot(path: &Path, to: &Path) -> PathBuf {
    let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    std::fs::copy(path, to).unwrap();
    if wal(path).exists() {
        std::fs::copy(wal(path), wal(to)).unwrap();
    }
    to.to_owned()
}

#[test]
fn killed_after_any_batch_it_resumes_to_the_same_result() {
    let log = Log::new(30_000, 100);
    let whole = Desk::new();
    whole.import(&log, None, "access.log");
    let expected = seen(&whole.store);

    let desk = Desk::new();
    let mut import = desk.store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
    let mut killed = Vec::new();
    for chunk in 0..log.chunks.len() {
        if chunk % 60 == 7 {
            killed.push(snapshot(&desk.path, &desk.folder.path().join(format!("{chunk}.itoguchi"))));
        }
        import.append(log.seal(chunk)).unwrap();
    }
    assert_eq!(killed.len(), 5);
    for path in killed {
        let store = Store::open(&path, Mode::Write).unwrap();
        clean(&store);
        assert_eq!(store.evidence().unwrap()[0].state, EvidenceState::Partial);
        assert!(store.readings().unwrap().is_empty(), "a half-done evidence is not searched");
        let mut import = store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
        assert!(import.resumed() < log.chunks.len());
        log.append(&mut import, 0..log.chunks.len());
        import.finish(&log.finish()).unwrap();
        assert!(seen(&store) == expected, "{}", path.display());
        assert_eq!(store.evidence().unwrap().len(), 1);
        clean(&store);
    }
}

#[test]
fn a_dropped_import_resumes_and_is_not_taken_for_another_file() {
    let log = Log::new(20_000, 100);
    let desk = Desk::new();
    let mut import = desk.store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
    log.append(&mut import, 0..150);
    drop(import);
    let desk = desk.reopen(Mode::Write);
    let resumed = |name: &str, mtime: i64| {
        let new = itoguchi::store::NewEvidence { mtime: Some(mtime), ..log.new_evidence(None, name) };
        desk.store.begin_import(&new, &author()).unwrap().resumed()
    };
    assert_eq!(resumed("access.log", 8), 0, "changed since");
    assert_eq!(resumed("other.log", 7), 0);
    assert_eq!(resumed("access.log", 7), 128, "whole batches");
}

#[test]
fn a_source_that_changed_meanwhile_is_refused() {
    let log = Log::new(20_000, 100);
    let desk = Desk::new();
    let mut import = desk.store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
    log.append(&mut import, 0..150);
    drop(import);
    let mut other = log.clone();
    let at = usize::try_from(log.chunks[40].0).unwrap() + 5;
    other.bytes[at] ^= 1;
    let mut import = desk.store.begin_import(&other.new_evidence(None, "access.log"), &author()).unwrap();
    let failed = (0..150).try_for_each(|chunk| import.append(other.seal(chunk))).unwrap_err();
    assert!(matches!(failed, Error::SourceChanged(offset) if offset == log.chunks[40].0), "{failed}");
    assert!(import.finish(&other.finish()).is_err(), "an import that failed stays failed");
    clean(&desk.store);
    let mut import = desk.store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
    log.append(&mut import, 0..200);
    import.finish(&log.finish()).unwrap();
    clean(&desk.store);
}

#[test]
fn a_reader_that_cuts_elsewhere_starts_over_from_there() {
    let log = Log::new(20_000, 100);
    let desk = Desk::new();
    let mut import = desk.store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
    log.append(&mut import, 0..150);
    drop(import);
    let coarse = Log::new(20_000, 250);
    desk.import(&coarse, None, "access.log");
    let whole = Desk::new();
    whole.import(&coarse, None, "access.log");
    assert!(seen(&desk.store) == seen(&whole.store));
    assert_eq!(desk.store.evidence().unwrap().len(), 1);
    clean(&desk.store);
}

#[test]
fn chunks_must_come_in_order_and_whole() {
    let log = Log::new(1000, 100);
    let desk = Desk::new();
    let mut import = desk.store.begin_import(&log.new_evidence(None, "access.log"), &author()).unwrap();
    log.append(&mut import, 0..2);
    assert!(matches!(import.append(log.seal(5)), Err(Error::Order(..))));
    assert!(matches!(import.finish(&log.finish()), Err(Error::Order(..))), "bytes are missing");
    assert_eq!(desk.store.evidence().unwrap()[0].state, EvidenceState::Partial);
}

#[test]
fn withdrawn_while_it_comes_in_it_stays_withdrawn() {
    let log = Log::new(1000, 100);
    let desk = Desk::new();
    let case = desk.case("A");
    let mut import = desk.store.begin_import(&log.new_evidence(Some(case), "access.log"), &author()).unwrap();
    log.append(&mut import, 0..5);
    let withdrawal = Withdrawal { id: import.id().clone(), reason: "誤り".to_owned() };
    desk.store.apply(&Edit::Put(Statement::Withdrawal(withdrawal)), &author()).unwrap();
    log.append(&mut import, 5..10);
    let evidence = import.finish(&log.finish()).unwrap();
    assert_eq!((evidence.state, evidence.sha256), (EvidenceState::Withdrawn, Some(log.finish().sha256)));
    assert!(
        desk.store.readings().unwrap().is_empty()
            && desk.store.sightings(&SightingFilter::default()).unwrap().is_empty()
    );
    clean(&desk.store);
    // Putting it back gives the whole evidence, not a partial one.
    desk.store.undo(&author(), &Ticket::new()).unwrap();
    assert_eq!(desk.store.evidence_one(evidence.key).unwrap().state, EvidenceState::Complete);
    assert_eq!(desk.store.readings().unwrap().len(), 1);
    clean(&desk.store);
}
