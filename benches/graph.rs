//! Layout, measures and correlation at the sizes people work with.
//!
//! Graphs are made like a case's link graph: communities with hubs inside, few bridges, leaves on hubs. Cases are made
//! like a national store: 94,000 cases of 50 values, rings of cases that share some, hubs that everybody shares.
#![expect(missing_docs, reason = "the macro's own function")]

mod numbers;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use itoguchi::graph::correlate::Options;
use itoguchi::graph::layout::{Request, Settle, layout};
use itoguchi::graph::measures::{betweenness, core, page_rank};
use itoguchi::graph::{CaseFacts, CaseValue, Correlator, Topology};
use itoguchi::model::{CaseKey, Id, Kind, Ticket, Unit};
use numbers::Numbers;
use std::hint::black_box;

fn request(nodes: u32) -> Request {
    let mut numbers = Numbers(1);
    let mut ends = Vec::new();
    let mut start = 0;
    while start < nodes {
        let size = (20 + numbers.below(180)).min(nodes - start);
        let mut hubs = vec![start];
        for node in start + 1..start + size {
            let hub = numbers.below(u32::try_from(hubs.len()).unwrap_or(1));
            ends.push((hubs[hub as usize / 2], node));
            if numbers.below(100) < 8 {
                hubs.push(node);
            }
        }
        ends.extend((0..size).map(|_| (start + numbers.below(size), start + numbers.below(size))));
        if start > 0 {
            ends.push((numbers.below(start), start));
        }
        start += size;
    }
    Request { nodes: nodes as usize, ends, seed: 1 }
}

fn pictures(c: &mut Criterion) {
    let mut group = c.benchmark_group("layout");
    group.sample_size(10);
    for nodes in [1_000, 10_000, 100_000] {
        let request = request(nodes);
        group.bench_function(format!("{nodes} nodes"), |b| {
            b.iter(|| layout(black_box(&request), &Ticket::new(), &mut |_| {}));
        });
    }
    let request = request(10_000);
    let Some(mut at) = layout(&request, &Ticket::new(), &mut |_| {}) else { return };
    let mut settle = Settle::new(&request);
    group.bench_function("drag, one round, 10000 nodes", |b| b.iter(|| settle.rounds(&mut at, &[0], 1)));
    group.finish();
}

fn measures(c: &mut Criterion) {
    let mut group = c.benchmark_group("measures");
    group.sample_size(10);
    for nodes in [10_000, 100_000] {
        let request = request(nodes);
        let graph = Topology::new(request.nodes, &request.ends);
        group.bench_function(format!("build, {nodes} nodes"), |b| {
            b.iter(|| Topology::new(request.nodes, &request.ends));
        });
        group.bench_function(format!("components, {nodes} nodes"), |b| b.iter(|| graph.components()));
        group.bench_function(format!("page rank, {nodes} nodes"), |b| b.iter(|| page_rank(&graph)));
        group.bench_function(format!("core, {nodes} nodes"), |b| b.iter(|| core(&graph)));
        group.bench_function(format!("betweenness, {nodes} nodes"), |b| b.iter(|| betweenness(&graph, &Ticket::new())));
    }
    group.finish();
}

fn national() -> (Vec<CaseFacts>, Correlator) {
    let cases: Vec<CaseFacts> = (0..94_000_i64)
        .filter_map(|case| {
            Some(CaseFacts {
                key: CaseKey(case),
                id: Id(format!("c{case}")),
                number: None,
                title: String::new(),
                unit: Unit::from_path(&format!("{:02}", case / 2_000 + 1))?,
            })
        })
        .collect();
    let mut correlator = Correlator::default();
    let mut numbers = Numbers(7);
    let domain = Kind::new("domain");
    for case in 0..94_000 {
        for value in 0..48 {
            correlator.add(&CaseValue::new(case, domain, &format!("secure-{case:x}-{value:x}.example.com")));
        }
        correlator.add(&CaseValue::new(case, domain, &format!("hub{}.example.jp", numbers.below(200))));
    }
    for ring in 0..300 {
        for _ in 0..12 {
            correlator.add(&CaseValue::new(numbers.below(94_000), domain, &format!("ring{ring}.example.net")));
        }
    }
    (cases, correlator)
}

fn correlation(c: &mut Criterion) {
    let mut group = c.benchmark_group("correlate");
    group.sample_size(10);
    group.bench_function("4.7 M sightings of 94,000 cases", |b| {
        b.iter_batched(
            national,
            |(cases, correlator)| correlator.finish(&cases, &|_| 0.5, &Options::default()),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, pictures, measures, correlation);
criterion_main!(benches);
