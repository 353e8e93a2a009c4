//! Components side by side: each is laid out apart, then set in rows like words on a page, the largest first.

use super::super::topology::Topology;
use super::Positions;

/// Room between two components.
const GAP: f32 = 1.5;

/// One component: its nodes, ascending.
pub(super) struct Part {
    pub(super) nodes: Vec<u32>,
}

/// The components, the largest first.
pub(super) fn parts(graph: &Topology) -> Vec<Part> {
    let (of, sizes) = graph.components();
    let mut parts: Vec<Part> = sizes.iter().map(|size| Part { nodes: Vec::with_capacity(*size as usize) }).collect();
    for (node, part) in graph.all().zip(of) {
        parts[part as usize].nodes.push(node);
    }
    parts.sort_by(|x, y| y.nodes.len().cmp(&x.nodes.len()).then(x.nodes.cmp(&y.nodes)));
    parts
}

impl Part {
    /// The component as a graph of its own.
    pub(super) fn graph(&self, whole: &Topology) -> Topology {
        if self.nodes.len() == whole.nodes() {
            return whole.clone();
        }
        let place = |node: u32| self.nodes.binary_search(&node).ok().and_then(|at| u32::try_from(at).ok());
        let mut edges = Vec::new();
        for (own, node) in (0_u32..).zip(&self.nodes) {
            for (other, weight) in whole.weighted_beside(*node).filter(|(other, _)| other > node) {
                edges.extend(place(other).map(|other| (own, other, weight)));
            }
        }
        Topology::weighted(self.nodes.len(), &edges)
    }

    /// Puts positions of the component where those of the whole are kept.
    pub(super) fn write(&self, own: &[[f32; 2]], at: &mut [[f32; 2]]) {
        for (node, position) in self.nodes.iter().zip(own) {
            at[*node as usize] = *position;
        }
    }

    /// Left, top, width and height.
    fn extent(&self, at: &[[f32; 2]]) -> [f32; 4] {
        let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        let [left, top, right, bottom] = self.nodes.iter().fold(start, |[left, top, right, bottom], node| {
            let [x, y] = at[*node as usize];
            [left.min(x), top.min(y), right.max(x), bottom.max(y)]
        });
        [left, top, right - left, bottom - top]
    }
}

/// Positions with the components moved apart and the whole centred on the origin.
pub(super) fn packed(parts: &[Part], at: &[[f32; 2]]) -> Positions {
    let mut out = at.to_vec();
    let extents: Vec<[f32; 4]> = parts.iter().map(|part| part.extent(at)).collect();
    let area: f32 = extents.iter().map(|[_, _, width, height]| (width + GAP) * (height + GAP)).sum();
    let widest = extents.iter().map(|[_, _, width, _]| width + GAP).fold(0.0, f32::max);
    let line = widest.max(area.sqrt() * 1.25);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| extents[*b][3].total_cmp(&extents[*a][3]).then(a.cmp(b)));
    let (mut x, mut y, mut tallest, mut reach) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for index in order {
        let [left, top, width, height] = extents[index];
        if x > 0.0 && x + width > line {
            y += tallest + GAP;
            (x, tallest) = (0.0, 0.0);
        }
        for node in &parts[index].nodes {
            let place = &mut out[*node as usize];
            *place = [place[0] - left + x, place[1] - top + y];
        }
        x += width + GAP;
        reach = reach.max(x - GAP);
        tallest = tallest.max(height);
    }
    let (middle_x, middle_y) = (0.5 * reach, 0.5 * (y + tallest));
    for [x, y] in &mut out {
        *x -= middle_x;
        *y -= middle_y;
    }
    out
}
