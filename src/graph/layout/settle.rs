//! Standing positions made better, a few rounds at a time: dragging a node, and nodes that came new.

use super::super::topology::Topology;
use super::force::{Forces, Round};
use super::{Positions, Request, scatter};

/// A graph with the memory to move it; kept while a node is dragged.
pub struct Settle {
    graph: Topology,
    mass: Vec<f32>,
    component: Vec<u32>,
    components: usize,
    forces: Forces,
    seed: u64,
}

impl Settle {
    /// For a graph.
    #[must_use]
    pub fn new(request: &Request) -> Self {
        let graph = Topology::new(request.nodes, &request.ends);
        let (component, sizes) = graph.components();
        let mass = vec![1.0; request.nodes];
        Self { graph, mass, component, components: sizes.len(), forces: Forces::default(), seed: request.seed }
    }

    /// Positions for nodes that have none: `start` gives what is known (missing or non-finite means new). A new node goes
    /// beside the middle of its neighbours that have a place, else to the edge of the picture.
    #[must_use]
    pub fn place_new(&self, start: &[[f32; 2]]) -> Positions {
        let known = |node: usize| start.get(node).copied().filter(|[x, y]| x.is_finite() && y.is_finite());
        let beside = scatter(self.graph.nodes(), self.seed, 0.5);
        let right = start.iter().map(|[x, _]| *x).filter(|x| x.is_finite()).fold(0.0, f32::max);
        let mut at: Vec<Option<[f32; 2]>> = (0..self.graph.nodes()).map(known).collect();
        // New nodes that hang on new nodes follow once those are placed.
        for _ in 0..4 {
            let before = at.clone();
            for node in self.graph.all().filter(|node| before[*node as usize].is_none()) {
                let near: Vec<[f32; 2]> =
                    self.graph.beside(node).iter().filter_map(|other| before[*other as usize]).collect();
                if !near.is_empty() {
                    let share = 1.0 / near.len() as f32;
                    let [x, y] = near.iter().fold([0.0, 0.0], |[x, y], [u, v]| [x + u * share, y + v * share]);
                    let [dx, dy] = beside[node as usize];
                    at[node as usize] = Some([x + dx, y + dy]);
                }
            }
        }
        at.into_iter().zip(beside).map(|(place, [dx, dy])| place.unwrap_or([right + 2.0 + dx, dy])).collect()
    }

    /// Does some rounds on positions of every node; `pinned` nodes stay where they are, and components without one keep
    /// their middle. Returns the mean length of the last moves. Positions of a wrong number are left alone.
    pub fn rounds(&mut self, at: &mut [[f32; 2]], pinned: &[u32], rounds: usize) -> f32 {
        if at.len() != self.graph.nodes() || at.is_empty() {
            return 0.0;
        }
        for place in at.iter_mut().filter(|[x, y]| !(x.is_finite() && y.is_finite())) {
            *place = [0.0; 2];
        }
        let mut held = vec![false; at.len()];
        let mut anchored = vec![false; self.components];
        for node in pinned.iter().filter(|node| (**node as usize) < at.len()) {
            held[*node as usize] = true;
            anchored[self.component[*node as usize] as usize] = true;
        }
        let mut last = 0.0;
        for _ in 0..rounds {
            let old = at.to_vec();
            let before = self.middles(at);
            let round = Round { theta: 0.9, ease: 0.3, longest: 2.0 };
            self.forces.round(&self.graph, &self.mass, &held, at, round);
            let after = self.middles(at);
            for (place, component) in at.iter_mut().zip(&self.component) {
                let own = *component as usize;
                if !anchored[own] {
                    place[0] += before[own][0] - after[own][0];
                    place[1] += before[own][1] - after[own][1];
                }
            }
            let moved = |([x, y], [u, v]): (&[f32; 2], &[f32; 2])| (x - u).hypot(y - v);
            last = old.iter().zip(at.iter()).map(moved).sum::<f32>() / old.len() as f32;
        }
        last
    }

    /// The middle of each component: components push each other, and would drift apart for ever.
    fn middles(&self, at: &[[f32; 2]]) -> Positions {
        let mut sums = vec![[0.0_f32; 3]; self.components];
        for ([x, y], component) in at.iter().zip(&self.component) {
            let [sum_x, sum_y, count] = &mut sums[*component as usize];
            (*sum_x, *sum_y, *count) = (*sum_x + x, *sum_y + y, *count + 1.0);
        }
        sums.into_iter().map(|[x, y, count]| [x / count, y / count]).collect()
    }
}
