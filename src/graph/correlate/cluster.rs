//! Tied pairs to clusters: everything reachable over significant ties is one cluster, with its reasons.
//!
//! Hubs and values that were damped never make a pair significant by themselves, so they glue nothing here.

use super::super::facts::CaseFacts;
use super::{Cluster, Correlation, Marks, Pair, Tie, Why, weigh};
use std::collections::{BTreeMap, BTreeSet};

/// Cases joined so far; roots are the smallest case of each set.
struct Sets(Vec<u32>);

impl Sets {
    fn root(&mut self, mut at: u32) -> u32 {
        while self.0[at as usize] != at {
            let up = self.0[at as usize];
            self.0[at as usize] = self.0[up as usize];
            at = up;
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

/// Clusters, the strongest first.
pub(super) fn clusters(found: &Correlation, cases: &[CaseFacts]) -> Vec<Cluster> {
    let mut sets = Sets((0..u32::try_from(cases.len()).unwrap_or(u32::MAX)).collect());
    for pair in &found.pairs {
        sets.join(pair.a, pair.b);
    }
    let mut groups: BTreeMap<u32, Vec<&Pair>> = BTreeMap::new();
    for pair in &found.pairs {
        groups.entry(sets.root(pair.a)).or_default().push(pair);
    }
    let mut clusters: Vec<Cluster> = groups.into_values().map(|pairs| cluster(found, cases, &pairs)).collect();
    clusters.sort_by(|x, y| {
        let size = |c: &Cluster| (c.units.len(), c.cases.len());
        y.score.total_cmp(&x.score).then(size(y).cmp(&size(x))).then(x.cases.cmp(&y.cases))
    });
    clusters
}

/// What one value does within a cluster.
#[derive(Default)]
struct Part {
    weight: f32,
    cases: BTreeSet<u32>,
    marks: Marks,
}

impl Part {
    fn add(&mut self, pair: &Pair, tie: &Tie) {
        self.weight = self.weight.max(tie.weight);
        self.cases.extend([pair.a, pair.b]);
        self.marks = self.marks.or(tie.marks);
    }
}

fn cluster(found: &Correlation, cases: &[CaseFacts], pairs: &[&Pair]) -> Cluster {
    let mut parts: BTreeMap<u32, Part> = BTreeMap::new();
    let mut members = BTreeSet::new();
    for pair in pairs {
        members.extend([pair.a, pair.b]);
        for tie in found.ties(pair) {
            parts.entry(tie.value).or_default().add(pair, tie);
        }
    }
    let mut why: Vec<Why> = parts
        .into_iter()
        .filter_map(|(value, part)| {
            let shared = found.values.get(value as usize)?;
            Some(Why {
                kind: shared.kind,
                value: shared.value.clone(),
                weight: part.weight,
                cases: part.cases.into_iter().collect(),
                marks: part.marks,
            })
        })
        .collect();
    why.sort_by(|x, y| y.weight.total_cmp(&x.weight).then_with(|| (x.kind, &x.value).cmp(&(y.kind, &y.value))));
    let units: BTreeSet<_> = members.iter().filter_map(|case| cases.get(*case as usize)).map(|c| &c.unit).collect();
    Cluster {
        units: units.into_iter().cloned().collect(),
        score: weigh::rounded(why.iter().map(|why| f64::from(why.weight)).sum()),
        cases: members.into_iter().collect(),
        why,
        pairs: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
    }
}
