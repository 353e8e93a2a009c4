//! The evidence engine from file to answer: preview, ingest, search, facets, histogram, templates, one record's proof.
//!
//! The logs are made here, the same on every machine: a web server's, a sensor's JSON lines, a bank's table in UTF-8 and in
//! `Shift_JIS`, `sshd`, a notebook, mails, a workbook. `ITOGUCHI_BENCH_MB` sets their size (8). `ITOGUCHI_BENCH_FILES` names
//! files of your own, event logs for one, to be looked ahead at. `ITOGUCHI_BENCH_STORE` names a store of
//! your own, of access logs, to be opened and asked; `ITOGUCHI_BENCH_QUERIES` a file of queries, one a line, to be counted
//! in it. Throughput is evidence bytes a second.
#![expect(missing_docs, reason = "the macro's own function")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

mod logs;
mod numbers;
#[path = "logs/papers.rs"]
mod papers;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use itoguchi::model::{EvidenceKey, Instant, RowSet, Ticket};
use itoguchi::search::{self, Asked, Bins, Rows, Scope};
use itoguchi::workbench::import::{AddOptions, add};
use itoguchi::workbench::preview::preview;
use itoguchi::workbench::proof::{Proven, prove};
use itoguchi::workbench::{Mode, Session, find};
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn size() -> usize {
    let stated = std::env::var("ITOGUCHI_BENCH_MB").ok().and_then(|text| text.parse::<usize>().ok());
    stated.unwrap_or(8) << 20
}

struct Desk {
    session: Session,
    _folder: tempfile::TempDir,
}

fn taken_in(path: &Path) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::create(&folder.path().join("a.itoguchi"), "11", "計測", None).unwrap();
    let options = AddOptions { zone: Some("Asia/Tokyo".into()), year: Some(2026), ..AddOptions::default() };
    add(&session, None, &[path.to_owned()], &options, &Ticket::new(), &mut |_| {}).unwrap();
    Desk { session, _folder: folder }
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn ingest(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let sjis = encoding_rs::SHIFT_JIS.encode(&logs::bank(size())).0.into_owned();
    let files = [
        written(&folder, "access.log", logs::web(size()).as_bytes()),
        written(&folder, "eve.jsonl", logs::sensor(size()).as_bytes()),
        written(&folder, "bank.csv", logs::bank(size()).as_bytes()),
        written(&folder, "bank-sjis.csv", &sjis),
        written(&folder, "auth.log", logs::sshd(size()).as_bytes()),
        written(&folder, "notes.txt", logs::notes(size()).as_bytes()),
    ];
    let mut group = c.benchmark_group("ingest");
    bounded(&mut group).sampling_mode(SamplingMode::Flat);
    for path in &files {
        group.throughput(Throughput::Bytes(path.metadata().unwrap().len()));
        group.bench_function(path.file_name().unwrap().to_string_lossy(), |b| b.iter(|| taken_in(path)));
    }
    group.finish();
    let [access, eve, ..] = &files;
    let sheet: String = logs::bank(size()).lines().take(20_001).map(|line| format!("{line}\n")).collect();
    let book = papers::book(&sheet);
    let book: Vec<(&str, &[u8])> = book.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let packed = [
        written(&folder, "access.log.gz", &gzipped(&std::fs::read(access).unwrap())),
        written(&folder, "eve.zip", &zipped(&[("eve.jsonl", &std::fs::read(eve).unwrap())])),
        written(&folder, "bank.xlsx", &zipped(&book)),
        written(&folder, "mails.mbox", papers::mailbox(size()).as_bytes()),
    ];
    // Event logs are not made here, but brought.
    let brought = std::env::var_os("ITOGUCHI_BENCH_FILES").unwrap_or_default();
    let brought = std::env::split_paths(&brought).filter(|path| path.file_name().is_some());
    let brought: Vec<PathBuf> = brought.collect();
    let mut group = c.benchmark_group("preview of 10,000 records");
    bounded(&mut group);
    for path in files.iter().chain(&packed).chain(&brought) {
        let look = || preview(path, &AddOptions::default(), 10_000).unwrap().rows.len();
        group.bench_function(path.file_name().unwrap().to_string_lossy(), |b| b.iter(|| black_box(look())));
    }
    group.finish();
}

/// A few seconds a benchmark.
fn bounded<'g, 'c>(group: &'g mut BenchmarkGroup<'c, WallTime>) -> &'g mut BenchmarkGroup<'c, WallTime> {
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2))
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn asking(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "access.log", logs::web(size()).as_bytes());
    let desk = taken_in(&path);
    let (session, scope) = (&desk.session, Scope::default());
    let mut group = c.benchmark_group("search");
    bounded(&mut group).throughput(Throughput::Bytes(path.metadata().unwrap().len()));
    for (name, query) in [
        ("rare word", "/shop/item/31337"),
        ("frequent word", "Firefox"),
        ("field", "status:500"),
        ("regex with literal", "/item/1[0-9]{4} /"),
        ("regex without literal", "/[0-9]{5} [0-9]{3} /"),
        ("time range", "time:2026-04-01T00:10..2026-04-01T01:00"),
        ("indicator", "kind:ipv4"),
    ] {
        let ask = || find::search(session, query, None, None, &Ticket::new()).unwrap().rows.len();
        group.bench_function(name, |b| b.iter(|| black_box(ask())));
    }
    group.finish();
    let mut group = c.benchmark_group("counts");
    bounded(&mut group).throughput(Throughput::Bytes(path.metadata().unwrap().len()));
    let (store, reader) = (&*session.store, &*session.reader);
    group.bench_function("facet", |b| {
        b.iter(|| search::facet(Rows::All(&scope), "status", store, reader, &Ticket::new(), 20).unwrap());
    });
    let bins = Bins {
        from: Instant(1_775_000_000_000_000_000),
        to: Instant(1_778_000_000_000_000_000),
        nanos: 3_600_000_000_000,
    };
    group.bench_function("histogram", |b| {
        b.iter(|| search::histogram(Rows::All(&scope), store, bins, &Ticket::new()).unwrap());
    });
    let asked = Asked { rows: Rows::All(&scope), field: None, corpus: store, reader };
    group.bench_function("templates of access", |b| b.iter(|| search::templates(asked, &Ticket::new()).unwrap()));
    let number = std::cell::Cell::new(0);
    group.bench_function("proof of a record", |b| {
        b.iter(|| {
            number.set(number.get() + 1);
            let out = folder.path().join(number.get().to_string());
            prove(session, EvidenceKey(1), Proven::Row(1000), &out, &Ticket::new()).unwrap()
        });
    });
    group.finish();
}

fn messages(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "auth.log", logs::sshd(size()).as_bytes());
    let desk = taken_in(&path);
    let (scope, session) = (Scope::default(), &desk.session);
    let asked = Asked { rows: Rows::All(&scope), field: None, corpus: &*session.store, reader: &*session.reader };
    let mut group = c.benchmark_group("templates");
    bounded(&mut group).throughput(Throughput::Bytes(path.metadata().unwrap().len()));
    group.bench_function("sshd", |b| b.iter(|| search::templates(asked, &Ticket::new()).unwrap()));
    group.finish();
}

/// A store of one's own, as large as one likes: opened with its totals and first records, then asked.
fn large(c: &mut Criterion) {
    let Some(path) = std::env::var_os("ITOGUCHI_BENCH_STORE").map(PathBuf::from) else { return };
    let open = || Session::open(&path, Mode::Read, "計測", None).unwrap();
    let first = |session: &Session| {
        let (cases, files) = (session.store.cases().unwrap(), session.store.evidence().unwrap());
        let key = files.iter().find(|one| one.reading.is_some()).map_or(EvidenceKey(1), |one| one.key);
        let (rows, mut read) = (RowSet::of(key, (0..100).collect()), 0);
        find::each_row(session, &rows, 100, &mut |_| {
            read += 1;
            Ok(())
        })
        .unwrap();
        (cases.len(), read)
    };
    let mut group = c.benchmark_group("large store");
    bounded(&mut group);
    group.bench_function("opening, totals, first 100 records", |b| b.iter(|| black_box(first(&open()))));
    let (session, scope) = (open(), Scope::default());
    let middle = session.store.evidence().unwrap().into_iter().find_map(|one| {
        let reading = one.reading?;
        Some(reading.first?.0.midpoint(reading.last?.0))
    });
    let (from, to) = middle.map_or((0, 0), |at| (at, at + 600_000_000_000));
    let query = format!("time:{}..{}", Instant(from).iso(540), Instant(to).iso(540));
    let ask = || find::search(&session, &query, None, None, &Ticket::new()).unwrap().rows.len();
    group.bench_function("ten minutes", |b| b.iter(|| black_box(ask())));
    let (store, reader) = (&*session.store, &*session.reader);
    group.bench_function("facet", |b| {
        b.iter(|| search::facet(Rows::All(&scope), "status", store, reader, &Ticket::new(), 20).unwrap());
    });
    let queries = std::env::var_os("ITOGUCHI_BENCH_QUERIES").map(|path| std::fs::read_to_string(path).unwrap());
    for query in queries.iter().flat_map(|text| text.lines()) {
        let count = || find::search(&session, query, None, None, &Ticket::new()).unwrap().rows.len();
        group.bench_function(format!("{query}: {}", count()), |b| b.iter(|| black_box(count())));
    }
    group.finish();
}

criterion_group!(benches, ingest, asking, messages, large);
criterion_main!(benches);
