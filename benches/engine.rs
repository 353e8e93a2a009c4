//! The evidence engine from file to answer: ingest, search, facets, histogram, templates, one record's proof.
//!
//! The logs are made here, the same on every machine: a web server's, a sensor's JSON lines, a bank's table in UTF-8 and in
//! `Shift_JIS`, and `sshd`. `ITOGUCHI_BENCH_MB` sets their size (8). Throughput is evidence bytes a second.
#![expect(missing_docs, reason = "the macro's own function")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

mod numbers;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use itoguchi::model::{EvidenceKey, Instant, Ticket};
use itoguchi::search::{self, Asked, Bins, Rows, Scope};
use itoguchi::workbench::import::{AddOptions, add};
use itoguchi::workbench::proof::{Proven, prove};
use itoguchi::workbench::{Session, find};
use numbers::Numbers;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};

impl Numbers {
    /// Few addresses often, many rarely, as logs have them.
    fn address(&mut self) -> String {
        let host = if self.below(4) == 0 { self.below(60_000) } else { self.below(400) };
        format!("198.18.{}.{}", host / 250, 1 + host % 250)
    }
}

fn size() -> usize {
    let stated = std::env::var("ITOGUCHI_BENCH_MB").ok().and_then(|text| text.parse::<usize>().ok());
    stated.unwrap_or(8) << 20
}

/// Lines until the size is reached; the clock moves a second every few lines.
fn lines(mut line: impl FnMut(&mut Numbers, u32, &mut String)) -> String {
    let (mut numbers, mut text) = (Numbers(11), String::new());
    for at in 0.. {
        if text.len() >= size() {
            break;
        }
        line(&mut numbers, at / 5, &mut text);
        text.push('\n');
    }
    text
}

fn clock(secs: u32) -> (u32, u32, u32, u32) {
    (1 + secs / 86_400 % 28, secs / 3600 % 24, secs / 60 % 60, secs % 60)
}

fn web() -> String {
    lines(|n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let method = ["GET", "GET", "GET", "GET", "POST"][n.below(5) as usize];
        let status = ["200", "200", "200", "304", "404", "500"][n.below(6) as usize];
        let _ = write!(
            out,
            "{} - - [{day:02}/Apr/2026:{hour:02}:{minute:02}:{second:02} +0900] \"{method} /shop/item/{} HTTP/1.1\" {status} {} \
             \"https://www.example.co.jp/list?page={}\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/{}.0\"",
            n.address(),
            n.below(40_000),
            n.below(90_000),
            n.below(50),
            90 + n.below(40)
        );
    })
}

fn sensor() -> String {
    lines(|n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let _ = write!(
            out,
            "{{\"timestamp\":\"2026-04-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}+0900\",\"flow_id\":{},\"event_type\":\"dns\",\
             \"src_ip\":\"{}\",\"src_port\":{},\"dest_ip\":\"192.0.2.53\",\"dest_port\":53,\"proto\":\"UDP\",\
             \"dns\":{{\"type\":\"query\",\"rrname\":\"www.item{}.example.co.jp\",\"rrtype\":\"A\",\"tx_id\":{}}}}}",
            n.below(1_000_000),
            n.below(2_000_000_000),
            n.address(),
            1024 + n.below(60_000),
            n.below(250),
            n.below(9)
        );
    })
}

fn bank() -> String {
    let names = ["ヤマダ　タロウ", "サトウ　ハナコ", "カ）ミホンシヨウジ", "スズキ　イチロウ", "タナカ　ケンジ"];
    let mut first = true;
    lines(|n, secs, out| {
        if std::mem::take(&mut first) {
            out.push_str("取引日時,取引種別,銀行名,支店名,口座番号,受取人名義,金額,残高,摘要");
            return;
        }
        let (day, hour, minute, second) = clock(secs);
        let _ = write!(
            out,
            "2026/04/{day:02} {hour:02}:{minute:02}:{second:02},振込,見本銀行,本店,{:07},{},{},{},インターネット振込",
            n.below(9_000_000),
            names[n.below(5) as usize],
            n.below(1_000) * 1000,
            n.below(9_000_000)
        );
    })
}

fn sshd() -> String {
    let users = ["root", "admin", "kato", "sato", "test", "oracle", "ubuntu"];
    lines(|n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let (user, port) = (users[n.below(7) as usize], 1024 + n.below(60_000));
        let host = n.address();
        let _ = write!(out, "Apr {day:2} {hour:02}:{minute:02}:{second:02} bastion sshd[{}]: ", n.below(32_000));
        let _ = match n.below(4) {
            0 => write!(out, "Invalid user {user} from {host} port {port}"),
            1 => write!(out, "Failed password for {user} from {host} port {port} ssh2"),
            2 => write!(out, "Connection closed by {host} port {port} [preauth]"),
            _ => write!(out, "Received disconnect from {host} port {port}:11: Bye Bye [preauth]"),
        };
    })
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
    let sjis = encoding_rs::SHIFT_JIS.encode(&bank()).0.into_owned();
    let files = [
        written(&folder, "access.log", web().as_bytes()),
        written(&folder, "eve.jsonl", sensor().as_bytes()),
        written(&folder, "bank.csv", bank().as_bytes()),
        written(&folder, "bank-sjis.csv", &sjis),
        written(&folder, "auth.log", sshd().as_bytes()),
    ];
    let mut group = c.benchmark_group("ingest");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for path in &files {
        group.throughput(Throughput::Bytes(path.metadata().unwrap().len()));
        group.bench_function(path.file_name().unwrap().to_string_lossy(), |b| b.iter(|| taken_in(path)));
    }
    group.finish();
}

fn asking(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "access.log", web().as_bytes());
    let desk = taken_in(&path);
    let (session, scope) = (&desk.session, Scope::default());
    let mut group = c.benchmark_group("search");
    group.throughput(Throughput::Bytes(path.metadata().unwrap().len())).sample_size(20);
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
    group.throughput(Throughput::Bytes(path.metadata().unwrap().len())).sample_size(10);
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
    let path = written(&folder, "auth.log", sshd().as_bytes());
    let desk = taken_in(&path);
    let (scope, session) = (Scope::default(), &desk.session);
    let asked = Asked { rows: Rows::All(&scope), field: None, corpus: &*session.store, reader: &*session.reader };
    let mut group = c.benchmark_group("templates");
    group.throughput(Throughput::Bytes(path.metadata().unwrap().len())).sample_size(10);
    group.bench_function("sshd", |b| b.iter(|| search::templates(asked, &Ticket::new()).unwrap()));
    group.finish();
}

criterion_group!(benches, ingest, asking, messages);
criterion_main!(benches);
