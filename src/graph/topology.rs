//! Who is beside whom: the graph as flat adjacency lists, which layout, measures and paths work on.

/// An undirected simple graph: self loops are left out, parallel edges are one edge with their number as weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    starts: Vec<u32>,
    beside: Vec<u32>,
    weights: Vec<f32>,
}

impl Topology {
    /// From a number of nodes and the ends of edges; an edge naming a node that is not there is left out.
    #[must_use]
    pub fn new(nodes: usize, ends: &[(u32, u32)]) -> Self {
        let fine = |(a, b): &(u32, u32)| a != b && (*a as usize) < nodes && (*b as usize) < nodes;
        let list: Vec<(u32, u32, f32)> = ends.iter().copied().filter(fine).map(|(a, b)| (a, b, 1.0)).collect();
        Self::weighted(nodes, &list)
    }

    /// From weighted edges between two different nodes below `nodes`; weights of parallel edges are added.
    pub(super) fn weighted(nodes: usize, edges: &[(u32, u32, f32)]) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        for (a, b, _) in edges {
            starts[*a as usize + 1] += 1;
            starts[*b as usize + 1] += 1;
        }
        for at in 0..nodes {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut list = vec![(0_u32, 0.0_f32); edges.len() * 2];
        for (a, b, weight) in edges {
            for (from, to) in [(a, b), (b, a)] {
                list[next[*from as usize] as usize] = (*to, *weight);
                next[*from as usize] += 1;
            }
        }
        let mut graph = Self { starts: vec![0], beside: Vec::new(), weights: Vec::new() };
        for node in 0..nodes {
            let own = &mut list[starts[node] as usize..starts[node + 1] as usize];
            own.sort_by_key(|(to, _)| *to);
            for same in own.chunk_by(|x, y| x.0 == y.0) {
                graph.beside.push(same[0].0);
                graph.weights.push(same.iter().map(|(_, weight)| weight).sum());
            }
            graph.starts.push(u32::try_from(graph.beside.len()).unwrap_or(u32::MAX));
        }
        graph
    }

    /// How many nodes.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many edges, parallel ones counted once.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.beside.len() / 2
    }

    /// The nodes beside this one, ascending.
    #[must_use]
    pub fn beside(&self, node: u32) -> &[u32] {
        self.range(node).and_then(|range| self.beside.get(range)).unwrap_or(&[])
    }

    /// How many nodes are beside this one.
    #[must_use]
    pub fn degree(&self, node: u32) -> usize {
        self.beside(node).len()
    }

    /// The nodes beside this one with the weight of the edge.
    pub(super) fn weighted_beside(&self, node: u32) -> impl Iterator<Item = (u32, f32)> {
        let weights = self.range(node).and_then(|range| self.weights.get(range)).unwrap_or(&[]);
        self.beside(node).iter().copied().zip(weights.iter().copied())
    }

    /// Every node's index.
    pub(super) fn all(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.nodes()).unwrap_or(u32::MAX)
    }

    fn range(&self, node: u32) -> Option<std::ops::Range<usize>> {
        let at = node as usize;
        Some(*self.starts.get(at)? as usize..*self.starts.get(at + 1)? as usize)
    }

    /// The component of each node, numbered by their smallest node, and the size of each.
    #[must_use]
    pub fn components(&self) -> (Vec<u32>, Vec<u32>) {
        let mut of = vec![u32::MAX; self.nodes()];
        let mut sizes: Vec<u32> = Vec::new();
        let mut stack = Vec::new();
        for start in self.all() {
            if of[start as usize] != u32::MAX {
                continue;
            }
            let number = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
            sizes.push(0);
            of[start as usize] = number;
            stack.push(start);
            while let Some(node) = stack.pop() {
                sizes[number as usize] += 1;
                for next in self.beside(node) {
                    if of[*next as usize] == u32::MAX {
                        of[*next as usize] = number;
                        stack.push(*next);
                    }
                }
            }
        }
        (of, sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_and_strangers_are_left_out_and_parallels_merged() {
        let graph = Topology::new(4, &[(0, 1), (1, 0), (2, 2), (3, 9), (1, 3)]);
        assert_eq!((graph.nodes(), graph.edges()), (4, 2));
        assert_eq!(graph.beside(1), [0, 3]);
        assert_eq!(graph.weighted_beside(1).collect::<Vec<_>>(), [(0, 2.0), (3, 1.0)]);
        assert_eq!(graph.components(), (vec![0, 0, 1, 0], vec![3, 1]));
        assert_eq!(Topology::new(0, &[(0, 0)]).nodes(), 0);
    }
}
