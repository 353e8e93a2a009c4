//! Smaller and smaller pictures of one graph: leaves fold into their hub, the rest pairs up with its strongest neighbour.

use super::super::topology::Topology;

/// One level: the graph, how many original nodes each node stands for, and where each goes on the next level.
pub(super) struct Level {
    pub(super) graph: Topology,
    pub(super) mass: Vec<f32>,
    /// Node of the next, smaller level; empty on the last.
    pub(super) parent: Vec<u32>,
}

/// A level this small is laid out from scratch.
const SMALLEST: usize = 24;
const NONE: u32 = u32::MAX;

/// Every level, the original graph first.
pub(super) fn levels(graph: Topology) -> Vec<Level> {
    let mass = vec![1.0; graph.nodes()];
    let mut levels = vec![Level { graph, mass, parent: Vec::new() }];
    while let Some(last) = levels.last_mut() {
        let nodes = last.graph.nodes();
        if nodes <= SMALLEST {
            break;
        }
        let (parent, count) = fold(&last.graph, &last.mass);
        if count * 10 > nodes * 9 {
            break;
        }
        let next = smaller(last, &parent, count);
        last.parent = parent;
        levels.push(next);
    }
    levels
}

fn smaller(level: &Level, parent: &[u32], count: usize) -> Level {
    let mut mass = vec![0.0; count];
    let mut edges = Vec::new();
    for node in level.graph.all() {
        let own = parent[node as usize];
        mass[own as usize] += level.mass[node as usize];
        for (other, weight) in level.graph.weighted_beside(node).filter(|(other, _)| *other > node) {
            let theirs = parent[other as usize];
            if theirs != own {
                edges.push((own, theirs, weight));
            }
        }
    }
    Level { graph: Topology::weighted(count, &edges), mass, parent: Vec::new() }
}

/// The group of each node and how many groups there are.
fn fold(graph: &Topology, mass: &[f32]) -> (Vec<u32>, usize) {
    let mut group = vec![NONE; graph.nodes()];
    let mut sizes: Vec<u32> = Vec::new();
    let open = |group: &mut Vec<u32>, sizes: &mut Vec<u32>, node: u32| {
        let number = u32::try_from(sizes.len()).unwrap_or(NONE);
        group[node as usize] = number;
        sizes.push(1);
        number
    };
    let mut order: Vec<u32> = graph.all().collect();
    order.sort_by_key(|node| (graph.degree(*node), *node));
    for node in &order {
        if group[*node as usize] != NONE {
            continue;
        }
        let beside = graph.beside(*node);
        if let [hub] = beside {
            let into = match group[*hub as usize] {
                NONE => open(&mut group, &mut sizes, *hub),
                number => number,
            };
            group[*node as usize] = into;
            sizes[into as usize] += 1;
            continue;
        }
        let pull = |(other, weight): &(u32, f32)| weight / mass[*other as usize];
        let best = |free: bool| {
            graph
                .weighted_beside(*node)
                .filter(|(other, _)| match group[*other as usize] {
                    NONE => free,
                    number => !free && sizes[number as usize] < 4,
                })
                .max_by(|x, y| pull(x).total_cmp(&pull(y)).then(y.0.cmp(&x.0)))
        };
        if let Some((other, _)) = best(true) {
            let into = open(&mut group, &mut sizes, *node);
            group[other as usize] = into;
            sizes[into as usize] += 1;
        } else if let Some((other, _)) = best(false) {
            let into = group[other as usize];
            group[*node as usize] = into;
            sizes[into as usize] += 1;
        } else {
            open(&mut group, &mut sizes, *node);
        }
    }
    (group, sizes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_folds_into_its_hub_and_a_path_halves() {
        let star: Vec<(u32, u32)> = (1..500).map(|leaf| (0, leaf)).collect();
        assert_eq!(levels(Topology::new(500, &star)).len(), 2);
        let path: Vec<(u32, u32)> = (1..500).map(|at| (at - 1, at)).collect();
        let sizes: Vec<usize> = levels(Topology::new(500, &path)).iter().map(|level| level.graph.nodes()).collect();
        assert!(sizes.len() <= 8 && sizes.last().is_some_and(|n| *n <= SMALLEST), "{sizes:?}");
    }
}
