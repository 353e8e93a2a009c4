//! Which nodes matter, by measures that say what they mean to an investigator.
//!
//! All of them look at who is beside whom and at nothing else: a high rank is a reason to look, never a finding.

mod between;

pub use between::{Betweenness, betweenness};

use super::topology::Topology;
use crate::model::Text;
use rayon::prelude::*;

/// A measure of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// How many nodes are beside it.
    Degree,
    /// How many shortest ways lead over it.
    Betweenness,
    /// How often a random walk comes by.
    PageRank,
    /// How deep in a dense core it lies.
    Core,
    /// How large its component is.
    Component,
}

impl Measure {
    /// Every measure, in the order shown.
    pub const ALL: [Self; 5] = [Self::Degree, Self::Betweenness, Self::PageRank, Self::Core, Self::Component];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> Text {
        match self {
            Self::Degree => Text::new("つながりの数", "Links"),
            Self::Betweenness => Text::new("橋渡し度", "Bridge"),
            Self::PageRank => Text::new("中心度", "Centre"),
            Self::Core => Text::new("密集度", "Dense core"),
            Self::Component => Text::new("つながり全体の大きさ", "Size of its network"),
        }
    }

    /// What it means for the one who looks.
    #[must_use]
    pub const fn meaning(self) -> Text {
        match self {
            Self::Degree => Text::new(
                "直接つながる相手の数。多い値は共用の口座・サーバーか、誰もが使う値のどちらかで、見分けが必要",
                "How many it is tied to directly. Many means a shared account or server, or something everybody uses: tell which",
            ),
            Self::Betweenness => Text::new(
                "最短のつながりがここを通る割合。高い値は別々の事案群を結ぶ要で、切れると群が分かれる",
                "Share of shortest ways that lead over it. High means it joins groups that would fall apart without it",
            ),
            Self::PageRank => Text::new(
                "つながりをたどったとき行き着きやすさ。重要な相手とつながる値ほど高い",
                "How often one gets there by following links. High means it is tied to others that matter",
            ),
            Self::Core => Text::new(
                "互いに密につながる集まりの深さ。高い値は同じ集団が繰り返し使う道具の組の一部であることが多い",
                "Depth in a densely tied group. High often means part of a set of tools one group uses again and again",
            ),
            Self::Component => Text::new(
                "たどっていける範囲にある点の数。小さければ独立した事案",
                "How many nodes can be reached from it. Small means a case on its own",
            ),
        }
    }
}

/// How many nodes are beside each node.
#[must_use]
pub fn degree(graph: &Topology) -> Vec<u32> {
    graph.all().map(|node| u32::try_from(graph.degree(node)).unwrap_or(u32::MAX)).collect()
}

/// How many nodes can be reached from each node, itself included.
#[must_use]
pub fn component_size(graph: &Topology) -> Vec<u32> {
    let (of, sizes) = graph.components();
    of.into_iter().map(|component| sizes[component as usize]).collect()
}

/// The greatest k such that the node lies in a group where each has k neighbours within the group (Batagelj, Zaveršnik).
#[must_use]
pub fn core(graph: &Topology) -> Vec<u32> {
    let mut left = degree(graph);
    let most = left.iter().copied().max().unwrap_or(0) as usize;
    // Nodes sorted by how many neighbours they have left; `first[d]` is where those with d begin.
    let mut first = vec![0_usize; most + 2];
    for count in &left {
        first[*count as usize + 1] += 1;
    }
    for at in 0..=most {
        first[at + 1] += first[at];
    }
    let mut next = first.clone();
    let mut order = vec![0_u32; left.len()];
    let mut place = vec![0_usize; left.len()];
    for node in graph.all() {
        let slot = &mut next[left[node as usize] as usize];
        (order[*slot], place[node as usize]) = (node, *slot);
        *slot += 1;
    }
    for at in 0..order.len() {
        let node = order[at];
        let own = left[node as usize];
        for other in graph.beside(node) {
            let theirs = left[*other as usize];
            if theirs <= own {
                continue;
            }
            // Swap with the first of its kind, which then belongs to the kind below.
            let (from, to) = (place[*other as usize], first[theirs as usize].max(at + 1));
            let moved = order[to];
            order.swap(from, to);
            (place[*other as usize], place[moved as usize]) = (to, from);
            first[theirs as usize] = to + 1;
            left[*other as usize] = theirs - 1;
        }
    }
    left
}

const DAMPING: f64 = 0.85;
const MOST_SWEEPS: usize = 100;

/// How often a random walk that starts afresh now and then comes by; the sum over all nodes is 1.
#[must_use]
pub fn page_rank(graph: &Topology) -> Vec<f64> {
    let nodes = graph.nodes();
    let even = 1.0 / nodes.max(1) as f64;
    let mut rank = vec![even; nodes];
    let mut share = vec![0.0; nodes];
    for _ in 0..MOST_SWEEPS {
        let mut stranded = 0.0;
        for node in graph.all() {
            let at = node as usize;
            let degree = graph.degree(node);
            share[at] = if degree == 0 { 0.0 } else { rank[at] / degree as f64 };
            stranded += if degree == 0 { rank[at] } else { 0.0 };
        }
        let base = (1.0 - DAMPING) * even + DAMPING * stranded * even;
        let new: Vec<f64> = graph
            .all()
            .into_par_iter()
            .with_min_len(4096)
            .map(|node| base + DAMPING * graph.beside(node).iter().map(|other| share[*other as usize]).sum::<f64>())
            .collect();
        let change: f64 = rank.iter().zip(&new).map(|(old, new)| (old - new).abs()).sum();
        rank = new;
        if change < 1e-9 {
            break;
        }
    }
    rank
}

/// The nodes from the highest value down; equal ones by index.
#[must_use]
pub fn ranked<T: PartialOrd + Copy>(values: &[T]) -> Vec<u32> {
    let mut order: Vec<u32> = (0_u32..).take(values.len()).collect();
    order.sort_by(|a, b| {
        let (x, y) = (values[*a as usize], values[*b as usize]);
        y.partial_cmp(&x).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_with_a_tail_has_a_core_of_two() {
        let graph = Topology::new(6, &[(0, 1), (1, 2), (2, 3), (3, 0), (3, 4)]);
        assert_eq!(core(&graph), [2, 2, 2, 2, 1, 0]);
        assert_eq!(degree(&graph), [2, 2, 2, 3, 1, 0]);
        assert_eq!(component_size(&graph), [5, 5, 5, 5, 5, 1]);
        assert_eq!(ranked(&degree(&graph))[0], 3);
    }

    #[test]
    fn a_walk_ends_at_the_hub() {
        let graph = Topology::new(6, &[(0, 1), (0, 2), (0, 3), (0, 4)]);
        let rank = page_rank(&graph);
        assert_eq!(ranked(&rank)[0], 0);
        assert!((rank.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        assert!(page_rank(&Topology::default()).is_empty());
    }
}
