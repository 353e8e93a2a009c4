//! One level of the layout: springs along edges, repulsion between all, until it settles.
//!
//! Springs pull with the square of their length, all nodes push with the inverse of their distance (the spring-electrical
//! model). Each node moves by its force over its own stiffness instead of by a global step: heavy hubs and light leaves
//! then settle in the same few rounds.

use super::super::topology::Topology;
use super::tree::Tree;
use rayon::prelude::*;

/// Push of two nodes at distance one, as a share of the pull of an edge of length one.
const PUSH: f32 = 0.2;

/// A graph smaller than this is not worth waking threads for.
pub(super) const ALONE: usize = 600;

/// Memory of the rounds, kept between levels.
#[derive(Default)]
pub(super) struct Forces {
    tree: Tree,
    push: Vec<[f32; 2]>,
    moves: Vec<[f32; 2]>,
}

/// How one round is done.
#[derive(Clone, Copy)]
pub(super) struct Round {
    /// Opening angle of the tree.
    pub(super) theta: f32,
    /// Share of the full move that is made.
    pub(super) ease: f32,
    /// Longest move.
    pub(super) longest: f32,
}

impl Forces {
    /// Moves every node that is not pinned.
    pub(super) fn round(&mut self, graph: &Topology, mass: &[f32], pinned: &[bool], at: &mut [[f32; 2]], round: Round) {
        self.push.resize(at.len(), [0.0; 2]);
        self.moves.resize(at.len(), [0.0; 2]);
        self.tree.repulsion(at, mass, round.theta, &mut self.push[..at.len()]);
        let (old, push) = (&*at, &self.push);
        let one = |(node, out): (usize, &mut [f32; 2])| {
            let free = pinned.get(node).is_none_or(|pinned| !pinned);
            *out = if free { step(graph, mass, old, push[node], node, round) } else { [0.0; 2] };
        };
        let moves = &mut self.moves[..old.len()];
        if old.len() < ALONE {
            moves.iter_mut().enumerate().for_each(one);
        } else {
            moves.par_iter_mut().with_min_len(512).enumerate().for_each(one);
        }
        for (place, [dx, dy]) in at.iter_mut().zip(&self.moves) {
            place[0] += dx;
            place[1] += dy;
        }
    }
}

fn step(graph: &Topology, mass: &[f32], at: &[[f32; 2]], push: [f32; 2], node: usize, round: Round) -> [f32; 2] {
    let [x, y] = at[node];
    let (mut pull_x, mut pull_y, mut stiffness) = (0.0, 0.0, 0.0);
    for (other, weight) in graph.weighted_beside(u32::try_from(node).unwrap_or(u32::MAX)) {
        let [u, v] = at[other as usize];
        let (dx, dy) = (u - x, v - y);
        let pull = weight * dx.hypot(dy);
        pull_x += pull * dx;
        pull_y += pull * dy;
        stiffness += pull;
    }
    let strength = PUSH * mass[node];
    let (fx, fy) = (pull_x + strength * push[0], pull_y + strength * push[1]);
    // Near a node without tension the push alone must not throw it away: it counts as stiffness too.
    let stiffness = stiffness + strength * push[0].hypot(push[1]) + 1e-3;
    let (dx, dy) = (fx / stiffness * round.ease, fy / stiffness * round.ease);
    let length = dx.hypot(dy);
    if !length.is_finite() {
        return [0.0; 2];
    }
    let cut = if length > round.longest { round.longest / length } else { 1.0 };
    [dx * cut, dy * cut]
}
