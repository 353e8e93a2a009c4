//! Ways between two nodes: the shortest, and the next ones, avoiding hubs where asked.

use super::topology::Topology;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// A way from one node to another, both included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// Sum of the costs of the nodes entered.
    pub cost: u64,
    /// The nodes in order.
    pub nodes: Vec<u32>,
}

/// What entering a node costs, at least 1.
pub type Cost<'a> = &'a dyn Fn(u32) -> u32;

/// Every step costs the same.
#[must_use]
pub const fn plain(_: u32) -> u32 {
    1
}

/// A cost that goes around hubs: what half of all cases share explains no tie.
pub fn around_hubs(graph: &Topology) -> impl Fn(u32) -> u32 + '_ {
    |node| 1 + graph.degree(node).max(1).ilog2().saturating_sub(2)
}

/// The cheapest way; of equally cheap ones the one with the smaller nodes.
#[must_use]
pub fn shortest(graph: &Topology, from: u32, to: u32, cost: Cost<'_>) -> Option<Path> {
    search(graph, from, to, cost, &BTreeSet::new(), &BTreeSet::new())
}

/// Up to `count` ways without loops, the cheapest first (Yen).
#[must_use]
pub fn several(graph: &Topology, from: u32, to: u32, cost: Cost<'_>, count: usize) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    let mut waiting: BTreeSet<Path> = shortest(graph, from, to, cost).into_iter().collect();
    while found.len() < count {
        let Some(path) = waiting.pop_first() else { break };
        found.push(path);
        let Some(path) = found.last() else { break };
        for turn in 0..path.nodes.len().saturating_sub(1) {
            let root = &path.nodes[..=turn];
            let shut_edges: BTreeSet<(u32, u32)> = found
                .iter()
                .filter(|known| known.nodes.starts_with(root))
                .filter_map(|known| Some((path.nodes[turn], *known.nodes.get(turn + 1)?)))
                .collect();
            let shut_nodes: BTreeSet<u32> = root[..turn].iter().copied().collect();
            if let Some(rest) = search(graph, path.nodes[turn], to, cost, &shut_nodes, &shut_edges) {
                let mut nodes = root.to_vec();
                nodes.extend(rest.nodes.iter().skip(1));
                let cost = nodes.iter().skip(1).map(|node| u64::from(cost(*node).max(1))).sum();
                waiting.insert(Path { cost, nodes });
            }
        }
    }
    found
}

fn search(
    graph: &Topology,
    from: u32,
    to: u32,
    cost: Cost<'_>,
    shut_nodes: &BTreeSet<u32>,
    shut_edges: &BTreeSet<(u32, u32)>,
) -> Option<Path> {
    let nodes = graph.nodes();
    if from as usize >= nodes || to as usize >= nodes {
        return None;
    }
    let mut best = vec![(u64::MAX, u32::MAX); nodes];
    best[from as usize] = (0, from);
    let mut open = BinaryHeap::from([Reverse((0_u64, from))]);
    while let Some(Reverse((so_far, node))) = open.pop() {
        if node == to {
            break;
        }
        if so_far > best[node as usize].0 {
            continue;
        }
        for other in graph.beside(node) {
            if shut_nodes.contains(other) || shut_edges.contains(&(node, *other)) {
                continue;
            }
            let reached = so_far + u64::from(cost(*other).max(1));
            if (reached, node) < best[*other as usize] {
                let cheaper = reached < best[*other as usize].0;
                best[*other as usize] = (reached, node);
                if cheaper {
                    open.push(Reverse((reached, *other)));
                }
            }
        }
    }
    let cost = best[to as usize].0;
    if cost == u64::MAX {
        return None;
    }
    let mut path = vec![to];
    while let Some(node) = path.last().copied().filter(|node| *node != from) {
        path.push(best[node as usize].1);
    }
    path.reverse();
    Some(Path { cost, nodes: path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two ways of two steps and one of three between 0 and 3; 9 stands alone.
    fn graph() -> Topology {
        Topology::new(10, &[(0, 1), (1, 3), (0, 2), (2, 3), (0, 4), (4, 5), (5, 3)])
    }

    #[test]
    fn ways_come_cheapest_first_and_without_loops() {
        let ways = several(&graph(), 0, 3, &plain, 9);
        let nodes: Vec<_> = ways.iter().map(|path| path.nodes.as_slice()).collect();
        assert_eq!(nodes, [&[0, 1, 3][..], &[0, 2, 3], &[0, 4, 5, 3]]);
        assert_eq!(shortest(&graph(), 0, 9, &plain), None);
        assert_eq!(shortest(&graph(), 0, 77, &plain), None);
        assert_eq!(shortest(&graph(), 4, 4, &plain).map(|path| path.nodes), Some(vec![4]));
    }

    #[test]
    fn a_hub_is_gone_around() {
        let mut ends = vec![(0, 1), (1, 2), (0, 3), (3, 4), (4, 2)];
        ends.extend((5..60).map(|leaf| (1, leaf)));
        let graph = Topology::new(60, &ends);
        assert_eq!(shortest(&graph, 0, 2, &plain).unwrap().nodes, [0, 1, 2]);
        assert_eq!(shortest(&graph, 0, 2, &around_hubs(&graph)).unwrap().nodes, [0, 3, 4, 2]);
    }
}
