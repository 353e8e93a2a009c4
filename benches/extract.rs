//! Extraction from the texts people bring, and from texts made to be slow, in bytes a second on one core.
//!
//! The logs are made here in the manner of a web server, a sensor, a bank and a notebook; set `ITOGUCHI_BENCH_TEXT` to a
//! file of your own to measure that one too. No text may take longer for each byte as it grows: the hostile ones are
//! measured at two sizes.
#![expect(missing_docs, reason = "the macro's own function")]

mod numbers;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use itoguchi::indicators::Indicators;
use itoguchi::model::{Extractor as _, Hits};
use numbers::Numbers;
use std::fmt::Write as _;
use std::hint::black_box;

const MEGABYTE: usize = 1 << 20;

impl Numbers {
    fn address(&mut self) -> String {
        format!("{}.{}.{}.{}", 1 + self.below(223), self.below(256), self.below(256), 1 + self.below(254))
    }
}

fn text(mut line: impl FnMut(&mut Numbers, &mut String)) -> String {
    let (mut numbers, mut text) = (Numbers(7), String::new());
    while text.len() < MEGABYTE {
        line(&mut numbers, &mut text);
        text.push('\n');
    }
    text
}

fn web(n: &mut Numbers, out: &mut String) {
    let referrer =
        if n.below(2) == 0 { "-".to_owned() } else { format!("https://www.item{}.example.co.jp/list", n.below(250)) };
    let _ = write!(
        out,
        "{} - - [01/Jan/2026:00:{:02}:{:02} +0900] \"GET /cart/view?id={}{:04x} HTTP/1.1\" 200 {} \"{referrer}\" \"Mozilla/5.0 \
         (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36\"",
        n.address(),
        n.below(60),
        n.below(60),
        n.below(10_000_000),
        n.below(65536),
        n.below(1_000_000),
        n.below(130)
    );
}

fn sensor(n: &mut Numbers, out: &mut String) {
    let _ = write!(
        out,
        "{{\"timestamp\":\"2026-01-01T00:00:00.{:06}+0900\",\"flow_id\":{},\"event_type\":\"dns\",\"src_ip\":\"{}\",\"src_port\":{},\
         \"dest_ip\":\"{}\",\"dest_port\":53,\"proto\":\"UDP\",\"dns\":{{\"type\":\"query\",\"rrname\":\"www.item{}.example.co.jp\",\"rrtype\":\"A\"}}}}",
        n.below(1_000_000),
        n.below(10_000_000),
        n.address(),
        1024 + n.below(60000),
        n.address(),
        n.below(250)
    );
}

fn bank(n: &mut Numbers, out: &mut String) {
    let _ = write!(
        out,
        "2026/01/01 00:{:02}:{:02},振込,架空銀行,見本支店,{},架空　花子,見本銀行,本店,{},ｶｸｳ ﾊﾅｺ,{},0,{},給与,{}",
        n.below(60),
        n.below(60),
        1_000_000 + n.below(8_000_000),
        1_000_000 + n.below(8_000_000),
        n.below(1_000_000),
        n.below(10_000_000),
        n.address()
    );
}

fn notes(n: &mut Numbers, out: &mut String) {
    let _ = write!(
        out,
        "2026年1月1日 00時{:02}分{:02}秒 被害者は口座の残高を確認した。担当者は通信の記録を保存した。整理番号{}、接続元 {}",
        n.below(60),
        n.below(60),
        n.below(10_000_000),
        n.address()
    );
}

fn texts(c: &mut Criterion) {
    let mut group = c.benchmark_group("extract");
    let own = std::env::var("ITOGUCHI_BENCH_TEXT").ok().and_then(|path| std::fs::read_to_string(path).ok());
    let kinds =
        [("web log", text(web)), ("sensor", text(sensor)), ("bank", text(bank)), ("Japanese notes", text(notes))];
    let indicators = Indicators::new();
    for (name, text) in kinds.into_iter().chain(own.map(|text| ("own text", text))) {
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut hits = Hits::default();
        group.bench_function(name, |b| {
            b.iter(|| {
                hits.clear();
                indicators.find(black_box(&text), &mut hits);
                hits.len()
            });
        });
    }
    group.finish();
}

fn hostile(c: &mut Criterion) {
    let mut group = c.benchmark_group("hostile");
    group.sample_size(10);
    let parts = [
        "a.",
        "1.",
        "0 ",
        "::",
        "http://a.jp/",
        "http://(",
        "[.]",
        "０",
        "+81 ",
        "普通 1234567 ",
        "a@a.",
        "%3A%2F%2F",
        "http:__",
        "http__a.",
        "a @ a[.]",
        "=3D",
        "aHR0cDovL2V4YW1wbGUu",
        "<http://a.jp/\n",
        "〇九",
        "。jp",
        "\\u3042",
        "記号10530 番号",
        "LINE ID:",
        "xn--",
        "http://あ.",
    ];
    let indicators = Indicators::new();
    for part in parts {
        for size in [MEGABYTE / 4, MEGABYTE] {
            let text = part.repeat(size / part.len());
            group.throughput(Throughput::Bytes(text.len() as u64));
            let mut hits = Hits::default();
            group.bench_function(format!("{part:?} {} KiB", size >> 10), |b| {
                b.iter(|| {
                    hits.clear();
                    indicators.find(black_box(&text), &mut hits);
                    hits.len()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, texts, hostile);
criterion_main!(benches);
