//! Betweenness: the share of shortest ways that lead over a node (Brandes), exact while that is quick, else from a sample
//! of starting points with the error stated.

use super::super::topology::Topology;
use crate::model::Ticket;
use rayon::prelude::*;

/// Steps up to which every starting point is taken: about 10,000 nodes of a case's graph.
const EXACT_STEPS: usize = 600_000_000;
/// Steps of a sample.
const SAMPLE_STEPS: usize = 150_000_000;
/// Fewest starting points of a sample.
const FEWEST: usize = 64;
/// Starting points are summed in this many fixed groups, so that threads change nothing.
const GROUPS: usize = 16;

/// Betweenness of every node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Betweenness {
    /// Share of the shortest ways between all pairs of other nodes that lead over the node, 0 to 1.
    pub values: Vec<f64>,
    /// Starting points used; as many as nodes where it is exact.
    pub sources: usize,
    /// Half the width of the widest 95 % interval of any value; 0 where it is exact.
    pub error: f64,
}

/// Betweenness of every node; `None` when the ticket was cancelled. The ticket counts starting points.
#[must_use]
pub fn betweenness(graph: &Topology, ticket: &Ticket) -> Option<Betweenness> {
    let nodes = graph.nodes();
    let steps = nodes + 2 * graph.edges();
    let exact = nodes.saturating_mul(steps) <= EXACT_STEPS;
    let wanted = if exact { nodes } else { (SAMPLE_STEPS / steps.max(1)).max(FEWEST).min(nodes) };
    sampled(graph, wanted, ticket)
}

/// From a number of starting points spread evenly over a fixed shuffle.
fn sampled(graph: &Topology, wanted: usize, ticket: &Ticket) -> Option<Betweenness> {
    let nodes = graph.nodes();
    let mut order: Vec<u32> = graph.all().collect();
    if wanted < nodes {
        order.sort_by_key(|node| (node.wrapping_mul(0x9e37_79b9) ^ 0x5bd1_e995).wrapping_mul(0x85eb_ca6b));
        order.truncate(wanted);
    }
    ticket.set_total(wanted as u64);
    let chunk = order.len().div_ceil(GROUPS).max(1);
    let groups: Vec<Sums> = order.par_chunks(chunk).map(|sources| Sums::over(graph, sources, ticket)).collect();
    if ticket.is_cancelled() {
        return None;
    }
    let mut all = Sums::new(nodes);
    for group in &groups {
        all.add(group);
    }
    // Each pair is met from both its ends: there are (n-1)(n-2) ordered pairs of others.
    let pairs = nodes.saturating_sub(1) as f64 * nodes.saturating_sub(2) as f64;
    let scale = if pairs > 0.0 && wanted > 0 { nodes as f64 / wanted as f64 / pairs } else { 0.0 };
    let error = if wanted < nodes { all.widest(wanted) * nodes as f64 / pairs.max(1.0) } else { 0.0 };
    Some(Betweenness { values: all.sum.iter().map(|sum| sum * scale).collect(), sources: wanted, error })
}

struct Sums {
    sum: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn new(nodes: usize) -> Self {
        Self { sum: vec![0.0; nodes], squares: vec![0.0; nodes] }
    }

    fn add(&mut self, other: &Self) {
        for (own, more) in self.sum.iter_mut().zip(&other.sum) {
            *own += more;
        }
        for (own, more) in self.squares.iter_mut().zip(&other.squares) {
            *own += more;
        }
    }

    /// 1.96 standard errors of the mean, at the node where it is widest.
    fn widest(&self, sources: usize) -> f64 {
        let count = sources.max(2) as f64;
        let variance = |sum: f64, squares: f64| ((squares - sum * sum / count) / (count - 1.0)).max(0.0);
        let widest =
            self.sum.iter().zip(&self.squares).map(|(sum, squares)| variance(*sum, *squares)).fold(0.0, f64::max);
        1.96 * (widest / count).sqrt()
    }

    fn over(graph: &Topology, sources: &[u32], ticket: &Ticket) -> Self {
        let mut sums = Self::new(graph.nodes());
        let mut walk = Walk::new(graph.nodes());
        for source in sources {
            if ticket.is_cancelled() {
                break;
            }
            walk.from(graph, *source, &mut sums);
            ticket.advance(1);
        }
        sums
    }
}

const FAR: u32 = u32::MAX;

/// What a walk knows of a node; together, because every step touches all of it.
#[derive(Clone, Copy)]
struct Reached {
    ways: f64,
    owed: f64,
    distance: u32,
}

const UNSEEN: Reached = Reached { ways: 0.0, owed: 0.0, distance: FAR };

/// One breadth-first walk and the way back; memory is kept between walks.
struct Walk {
    at: Vec<Reached>,
    order: Vec<u32>,
}

impl Walk {
    fn new(nodes: usize) -> Self {
        Self { at: vec![UNSEEN; nodes], order: Vec::with_capacity(nodes) }
    }

    fn from(&mut self, graph: &Topology, source: u32, sums: &mut Sums) {
        self.order.clear();
        self.order.push(source);
        self.at[source as usize] = Reached { ways: 1.0, owed: 0.0, distance: 0 };
        let mut done = 0;
        while let Some(node) = self.order.get(done).copied() {
            done += 1;
            let Reached { ways, distance, .. } = self.at[node as usize];
            for other in graph.beside(node) {
                let there = &mut self.at[*other as usize];
                if there.distance == FAR {
                    *there = Reached { ways, owed: 0.0, distance: distance + 1 };
                    self.order.push(*other);
                } else if there.distance == distance + 1 {
                    there.ways += ways;
                }
            }
        }
        for node in self.order.iter().rev() {
            let Reached { ways, owed, distance } = self.at[*node as usize];
            self.at[*node as usize].distance = FAR;
            if *node == source {
                continue;
            }
            // Nodes further out are forgotten already, those beside are as far: what is nearer comes before.
            let share = (1.0 + owed) / ways;
            for other in graph.beside(*node) {
                let there = &mut self.at[*other as usize];
                if there.distance < distance {
                    there.owed += there.ways * share;
                }
            }
            sums.sum[*node as usize] += owed;
            sums.squares[*node as usize] += owed * owed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_path_carries_all() {
        let found = betweenness(&Topology::new(3, &[(0, 1), (1, 2)]), &Ticket::new()).unwrap();
        assert_eq!((found.values, found.sources), (vec![0.0, 1.0, 0.0], 3));
        assert!(found.error.abs() < f64::EPSILON);
        assert!(betweenness(&Topology::default(), &Ticket::new()).unwrap().values.is_empty());
    }

    #[test]
    fn a_sample_keeps_within_its_stated_error() {
        let ends: Vec<(u32, u32)> = (1..400_u32).map(|node| (node, node * 7 % node.min(40))).collect();
        let graph = Topology::new(400, &ends);
        let exact = sampled(&graph, 400, &Ticket::new()).unwrap();
        let some = sampled(&graph, 150, &Ticket::new()).unwrap();
        let within = exact.values.iter().zip(&some.values).filter(|(x, y)| (*x - *y).abs() <= some.error).count();
        assert!(within >= 380 && some.error > 0.0, "{within}");
    }

    #[test]
    fn a_cancelled_ticket_ends_it() {
        let ticket = Ticket::new();
        ticket.cancel();
        assert!(betweenness(&Topology::new(3, &[(0, 1)]), &ticket).is_none());
    }
}
