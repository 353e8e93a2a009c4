//! What of the graph is in sight, and where it stands on the screen. Worked out anew only when something moved.

use super::camera::Camera;
use super::paint::radius;
use crate::workbench::ask::{EdgeKind, GraphData, NodeKind, WhyOf};
use egui::{Pos2, Rect};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines drawn at most; the strongest go first, and the canvas says so. Where there are more they cover each other.
pub(super) const MOST_EDGES: usize = 24_000;
/// Above so many nodes in sight, those that would cover the same spot are drawn once.
const CROWD: usize = 4_000;
/// Side of such a spot.
const SPOT: f32 = 2.5;

/// What is in sight.
#[derive(Default)]
pub(super) struct Sight {
    key: Option<Key>,
    /// Counts up whenever something moved.
    pub(super) version: u64,
    screen: Vec<Pos2>,
    /// Nodes and edges by what they say, strongest first.
    nodes: Vec<u32>,
    edges: Vec<u32>,
    /// Nodes to be drawn, strongest first.
    pub(super) seen: Vec<u32>,
    /// Edges to be drawn, strongest first.
    pub(super) lines: Vec<u32>,
    /// Edges that cross what is in sight, drawn or not.
    pub(super) crossing: usize,
}

/// What places on the screen rest on. Holding the places keeps their address theirs.
struct Key {
    data: (usize, usize, usize),
    places: Arc<[[f32; 2]]>,
    camera: Camera,
    rect: Rect,
    moved: BTreeMap<u32, [f32; 2]>,
}

impl Sight {
    /// Works out where everything stands, if anything moved.
    pub(super) fn look(
        &mut self,
        data: &GraphData,
        places: &Arc<[[f32; 2]]>,
        moved: &BTreeMap<u32, [f32; 2]>,
        camera: &Camera,
        rect: Rect,
    ) {
        let of = (std::ptr::from_ref(data).addr(), data.nodes.len(), data.edges.len());
        let same = self.key.as_ref().is_some_and(|key| {
            key.data == of
                && Arc::ptr_eq(&key.places, places)
                && key.camera.is_at(camera)
                && key.rect == rect
                && key.moved == *moved
        });
        if same {
            return;
        }
        if self.key.as_ref().is_none_or(|key| key.data != of) {
            self.rank(data);
        }
        let (places, moved) = (Arc::clone(places), moved.clone());
        self.version += 1;
        self.screen.clear();
        self.screen.extend(places.iter().take(data.nodes.len()).map(|place| camera.to_screen(rect, *place)));
        self.screen.resize(data.nodes.len(), Pos2::new(f32::NAN, f32::NAN));
        for (node, place) in &moved {
            if let Some(pos) = self.screen.get_mut(*node as usize) {
                *pos = camera.to_screen(rect, *place);
            }
        }
        let near = rect.expand(24.0);
        self.nodes_in(near, camera.scale());
        self.edges_in(data, near);
        self.key = Some(Key { data: of, places, camera: *camera, rect, moved });
    }

    /// The strongest first: cases, then what somebody stated a role of, then by weight.
    fn rank(&mut self, data: &GraphData) {
        // For weights from 0 on, the order of the bits is that of the numbers.
        let key = |rank: u32, weight: f32, at: u32| (std::cmp::Reverse((rank, weight.max(0.0).to_bits())), at);
        let node = |at: u32| {
            let node = data.nodes.get(at as usize);
            let case = node.is_some_and(|node| matches!(node.kind, NodeKind::Case(_) | NodeKind::Unit(_)));
            let stated = node.is_some_and(|node| node.role.is_some());
            key(u32::from(case) * 2 + u32::from(stated), node.map_or(0.0, |node| node.weight), at)
        };
        let edge = |at: u32| {
            let edge = data.edges.get(at as usize);
            let rank = edge.map_or(0, |edge| match edge.kind {
                EdgeKind::Tie => 4,
                EdgeKind::Asserted => 3,
                EdgeKind::Transfer => 2,
                EdgeKind::SeenIn => 1,
                EdgeKind::Together | EdgeKind::Similar => 0,
            });
            key(rank, edge.map_or(0.0, |edge| edge.weight), at)
        };
        let count = |len: usize| 0..u32::try_from(len).unwrap_or(u32::MAX);
        self.nodes = count(data.nodes.len()).collect();
        self.nodes.sort_by_cached_key(|at| node(*at));
        self.edges = count(data.edges.len()).collect();
        if data.edges.len() > MOST_EDGES {
            self.edges.sort_by_cached_key(|at| edge(*at));
        }
    }

    fn nodes_in(&mut self, near: Rect, scale: f32) {
        let screen = &self.screen;
        let at = |node: u32| screen.get(node as usize).copied().filter(|pos| near.contains(*pos));
        self.seen.clear();
        self.seen.extend(self.nodes.iter().copied().filter(|node| at(*node).is_some()));
        if self.seen.len() <= CROWD || scale > 8.0 {
            return;
        }
        let across = (near.width() / SPOT) as usize + 1;
        let mut taken = vec![false; across * ((near.height() / SPOT) as usize + 1)];
        self.seen.retain(|node| {
            let Some(pos) = at(*node) else { return false };
            let spot = (pos - near.min) / SPOT;
            let spot = taken.get_mut(spot.y as usize * across + spot.x as usize);
            spot.is_none_or(|spot| !std::mem::replace(spot, true))
        });
    }

    fn edges_in(&mut self, data: &GraphData, near: Rect) {
        self.lines.clear();
        self.crossing = 0;
        for at in &self.edges {
            let Some(edge) = data.edges.get(*at as usize) else { continue };
            let (Some(a), Some(b)) = (self.at(edge.a), self.at(edge.b)) else { continue };
            if near.intersects(Rect::from_two_pos(a, b)) {
                self.crossing += 1;
                if self.lines.len() < MOST_EDGES {
                    self.lines.push(*at);
                }
            }
        }
    }

    /// Where a node stands.
    pub(super) fn at(&self, node: u32) -> Option<Pos2> {
        self.screen.get(node as usize).copied().filter(|pos| pos.x.is_finite() && pos.y.is_finite())
    }

    /// What lies under the pointer: a node first, then a line that is drawn.
    pub(super) fn hit(&self, data: &GraphData, scale: f32, pointer: Pos2) -> Option<WhyOf> {
        let mut best: Option<(f32, u32)> = None;
        for (pos, node) in self.screen.iter().zip(0_u32..) {
            let far = (*pos - pointer).abs();
            // No mark reaches further.
            if !(far.x < 16.0 && far.y < 16.0) {
                continue;
            }
            let (far, Some(value)) = ((*pos - pointer).length(), data.nodes.get(node as usize)) else { continue };
            if far <= radius(value, scale) + 4.0 && best.is_none_or(|(least, _)| far < least) {
                best = Some((far, node));
            }
        }
        if let Some((_, node)) = best {
            return Some(WhyOf::Node(node));
        }
        let distance = |a: Pos2, b: Pos2| {
            let way = b - a;
            let share = ((pointer - a).dot(way) / way.length_sq().max(1e-6)).clamp(0.0, 1.0);
            (a + way * share - pointer).length()
        };
        let near = self.lines.iter().filter_map(|at| {
            let edge = data.edges.get(*at as usize)?;
            let far = distance(self.at(edge.a)?, self.at(edge.b)?);
            (far < 4.0).then_some((far, *at))
        });
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| WhyOf::Edge(at))
    }
}
