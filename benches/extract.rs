//! Extraction from the texts people bring, and from texts made to be slow, in bytes a second on one core.
//!
//! The logs are made here in the manner of a web server, a sensor, a bank and a notebook; set `ITOGUCHI_BENCH_TEXT` to a
//! file of your own to measure that one too. No text may take longer for each byte as it grows: the hostile ones are
//! measured at two sizes.
#![expect(missing_docs, reason = "the macro's own function")]

mod logs;
mod numbers;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use itoguchi::indicators::Indicators;
use itoguchi::model::{Extractor as _, Hits};
use std::hint::black_box;

const MEGABYTE: usize = 1 << 20;

fn texts(c: &mut Criterion) {
    let mut group = c.benchmark_group("extract");
    let own = std::env::var("ITOGUCHI_BENCH_TEXT").ok().and_then(|path| std::fs::read_to_string(path).ok());
    let kinds = [
        ("web log", logs::web(MEGABYTE)),
        ("sensor", logs::sensor(MEGABYTE)),
        ("bank", logs::bank(MEGABYTE)),
        ("sshd", logs::sshd(MEGABYTE)),
        ("Japanese notes", logs::notes(MEGABYTE)),
    ];
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
        // One run of what values are made of, without an end.
        "deadbeef01",
        "1234567890",
        ".",
        "@",
        "hxxp[.]",
        "hxxp://a[.]",
        // Codings inside codings, and what looks like one.
        "%25",
        "%2525253A%25252F",
        "http://a.jp/?u=http%3A%2F%2F",
        "YUhSMGNEb3ZMMlY0WVcxd2JHVXU=",
        "QUJD",
        "68747470",
        // Hyphens and digits of every script.
        "-",
        "ー",
        "〇ー",
        "一二三四",
        "九〇ー",
        "０９０ー",
        "(03) ",
        // Full-width text, and characters that are not seen or turn the line around.
        "ｅｘａｍｐｌｅ．ｊｐ",
        "ｈｔｔｐ：／／",
        "\u{200d}",
        "a\u{200b}.",
        "1\u{200d}",
        "\u{202e}a\u{202c}.jp",
        "👨\u{200d}👩\u{200d}👧",
        // Names beside signs that hand them on.
        "aの",
        "@user ",
        "https://t.me/a",
        "&lt;http://a.jp",
        "[http://a.jp](",
        "「例え.jp",
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
