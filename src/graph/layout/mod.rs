//! Where nodes go: a seeded multilevel force layout. Request in, positions out; no drawing.
//!
//! The graph is folded to a few nodes, those are placed, and each level starts from the one below, so that the picture is
//! right as a whole before its details are. Positions stream out after each level. The same request gives the same
//! positions, whatever the number of threads. Components are laid out apart and packed side by side ([`pack`]); dragging
//! and expanding work on standing positions ([`Settle`]).

mod coarse;
mod force;
mod pack;
mod settle;
mod tree;

pub use settle::Settle;

use super::topology::Topology;
use crate::model::Ticket;
use coarse::Level;
use force::{Forces, Round};

/// Positions, one per node. Neighbours lie one to a few units apart; y grows downwards.
pub type Positions = Vec<[f32; 2]>;

/// What to lay out. Equal requests give equal positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// How many nodes.
    pub nodes: usize,
    /// The ends of every edge; loops, repeats and edges to nodes that are not there do no harm.
    pub ends: Vec<(u32, u32)>,
    /// Another seed, another picture of the same graph.
    pub seed: u64,
}

/// Rounds on the finest level.
const FINE_ROUNDS: usize = 60;
/// Rounds on a level of [`FULL_SIZE`] nodes; smaller levels get more, they cost little.
const COARSE_ROUNDS: f32 = 50.0;
const FULL_SIZE: f32 = 10_000.0;
const MOST_ROUNDS: f32 = 300.0;
/// A component smaller than this is not shown before it is finished.
const SHOWN_EARLY: usize = 1_000;

/// Lays out a graph. `on` is handed positions of all nodes, better each time, the last of them the answer; `None` when the
/// ticket was cancelled. The ticket counts rounds.
pub fn layout(request: &Request, ticket: &Ticket, on: &mut dyn FnMut(&[[f32; 2]])) -> Option<Positions> {
    let graph = Topology::new(request.nodes, &request.ends);
    let parts = pack::parts(&graph);
    let mut at = vec![[0.0; 2]; request.nodes];
    // Until a part is placed its nodes lie in a disc of about the size they will take.
    for part in &parts {
        let spread = scatter(part.nodes.len(), request.seed, (part.nodes.len() as f32).sqrt() * 0.6);
        part.write(&spread, &mut at);
    }
    let mut forces = Forces::default();
    for part in &parts {
        let early = part.nodes.len() >= SHOWN_EARLY;
        let placed = place(part.graph(&graph), request.seed, ticket, &mut forces, &mut |positions| {
            if early {
                part.write(positions, &mut at);
                on(&pack::packed(&parts, &at));
            }
        })?;
        part.write(&placed, &mut at);
    }
    let done = pack::packed(&parts, &at);
    on(&done);
    Some(done)
}

/// Lays out one connected graph; `on` is handed positions of all its nodes after each level but the last.
fn place(
    graph: Topology,
    seed: u64,
    ticket: &Ticket,
    forces: &mut Forces,
    on: &mut dyn FnMut(&[[f32; 2]]),
) -> Option<Positions> {
    if graph.nodes() < 2 {
        return Some(vec![[0.0; 2]; graph.nodes()]);
    }
    let levels = coarse::levels(graph);
    let mut at: Positions = Vec::new();
    for (depth, Level { graph, mass, parent }) in levels.iter().enumerate().rev() {
        let nodes = graph.nodes();
        at = if at.is_empty() { scatter(nodes, seed, 2.0 * (nodes as f32).sqrt()) } else { unfold(&at, parent, seed) };
        let rounds = rounds(depth, nodes);
        let unit = (mass.iter().sum::<f32>() / nodes as f32).sqrt();
        for done in 0..rounds {
            if ticket.is_cancelled() {
                return None;
            }
            let left = 1.0 - done as f32 / rounds as f32;
            let theta = if nodes > 2_000 { 0.9 } else { 0.7 };
            let round = Round { theta, ease: 0.8 * left.max(0.1), longest: 10.0 * unit };
            forces.round(graph, mass, &[], &mut at, round);
            ticket.advance(1);
        }
        if depth > 0 {
            on(&levels.iter().take(depth).rev().fold(at.clone(), |at, level| unfold(&at, &level.parent, seed)));
        }
    }
    Some(at)
}

#[expect(clippy::cast_possible_truncation, reason = "at most 300")]
fn rounds(depth: usize, nodes: usize) -> usize {
    if depth == 0 && nodes > 200 {
        return FINE_ROUNDS;
    }
    (COARSE_ROUNDS * (FULL_SIZE / nodes as f32).powf(0.3)).clamp(COARSE_ROUNDS, MOST_ROUNDS) as usize
}

/// Positions of a level from those of the smaller one: beside the node each was folded into.
fn unfold(at: &[[f32; 2]], parent: &[u32], seed: u64) -> Positions {
    let beside = scatter(parent.len(), seed, 0.3);
    parent.iter().zip(beside).map(|(p, [dx, dy])| [at[*p as usize][0] + dx, at[*p as usize][1] + dy]).collect()
}

/// Points spread over a square of `2 × reach`, told by the seed alone.
fn scatter(nodes: usize, seed: u64, reach: f32) -> Positions {
    let share = |bits: u64| (bits & 0xff_ffff) as f32 / 8_388_608.0 - 1.0;
    (1..=nodes as u64)
        .map(|node| {
            let bits = mix(node.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mix(seed));
            [reach * share(bits), reach * share(bits >> 32)]
        })
        .collect()
}

/// A bijection that scatters its bits (the finaliser of `SplitMix64`).
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
