//! Nodes a person moved: they stay where they were put, also when the graph is gathered anew; each move can be taken back.

use crate::workbench::ask::{GraphData, NodeKind};
use std::collections::{BTreeMap, HashMap};

type Place = [f32; 2];

/// Moves that can be taken back.
const KEPT: usize = 200;

/// Nodes that were moved.
#[derive(Default)]
pub(super) struct Moves {
    kept: HashMap<NodeKind, Place>,
    /// The same by their numbers in the graph at hand.
    at: BTreeMap<u32, Place>,
    graph: (usize, usize),
    back: Vec<Move>,
    forth: Vec<Move>,
    /// The node being moved, and where it was put before, if ever.
    begun: Option<(u32, Option<Place>)>,
}

/// One move.
struct Move {
    node: NodeKind,
    before: Option<Place>,
    after: Option<Place>,
    /// Edits of the store made until then: what came later is taken back first.
    edits: u64,
}

impl Moves {
    /// Where nodes of this graph were put.
    pub(super) fn of(&mut self, data: &GraphData) -> &BTreeMap<u32, Place> {
        let graph = (std::ptr::from_ref(data).addr(), data.nodes.len());
        if self.graph != graph {
            self.graph = graph;
            self.begun = None;
            let put = |(node, at): (&crate::workbench::ask::GraphNode, u32)| Some((at, *self.kept.get(&node.kind)?));
            self.at = if self.kept.is_empty() {
                BTreeMap::new()
            } else {
                data.nodes.iter().zip(0..).filter_map(put).collect()
            };
        }
        &self.at
    }

    /// A node is taken hold of.
    pub(super) fn begin(&mut self, node: Option<u32>) {
        self.begun = node.map(|node| (node, self.at.get(&node).copied()));
    }

    /// The node that is held.
    pub(super) fn held(&self) -> Option<u32> {
        self.begun.map(|(node, _)| node)
    }

    /// Where the node that is held is now.
    pub(super) fn put(&mut self, place: Place) {
        if let Some((node, _)) = self.begun {
            self.at.insert(node, place);
        }
    }

    /// The node is let go.
    pub(super) fn end(&mut self, data: &GraphData, edits: u64) {
        let Some((node, before)) = self.begun.take() else { return };
        let (Some(place), Some(value)) = (self.at.get(&node), data.nodes.get(node as usize)) else { return };
        if before.as_ref() == Some(place) {
            return;
        }
        self.kept.insert(value.kind.clone(), *place);
        self.back.push(Move { node: value.kind.clone(), before, after: Some(*place), edits });
        self.forth.clear();
        if self.back.len() > KEPT {
            self.back.remove(0);
        }
    }

    /// Takes the last move back, or makes it again, unless an edit comes first.
    pub(super) fn step(&mut self, back: bool, edits: u64) -> bool {
        let from = if back { &mut self.back } else { &mut self.forth };
        let due = |last: &Move| if back { last.edits >= edits } else { last.edits <= edits };
        let Some(one) = from.pop_if(|last| due(last)) else { return false };
        match if back { one.before } else { one.after } {
            Some(place) => drop(self.kept.insert(one.node.clone(), place)),
            None => drop(self.kept.remove(&one.node)),
        }
        if back { &mut self.forth } else { &mut self.back }.push(one);
        self.graph = (0, 0);
        true
    }

    /// Whether a move can be taken back.
    pub(super) fn any(&self) -> bool {
        !self.back.is_empty()
    }

    /// Forgets them all: another graph is shown.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::ask::GraphNode;

    fn graph(names: &[&str]) -> GraphData {
        let node = |name: &&str| GraphNode {
            kind: NodeKind::Entity((*name).to_owned()),
            look: None,
            label: (*name).to_owned(),
            role: None,
            weight: 1.0,
            cluster: None,
        };
        GraphData { nodes: names.iter().map(node).collect(), ..GraphData::default() }
    }

    fn moved(moves: &mut Moves, data: &GraphData, node: u32, place: Place, edits: u64) {
        moves.of(data);
        moves.begin(Some(node));
        moves.put(place);
        moves.end(data, edits);
    }

    #[test]
    fn moves_are_taken_back_one_by_one_and_made_again() {
        let (mut moves, data) = (Moves::default(), graph(&["a", "b"]));
        moved(&mut moves, &data, 0, [1.0, 1.0], 0);
        moved(&mut moves, &data, 0, [2.0, 2.0], 0);
        assert!(moves.step(true, 0) && moves.of(&data).get(&0) == Some(&[1.0, 1.0]));
        assert!(moves.step(true, 0) && moves.of(&data).is_empty() && !moves.any());
        assert!(!moves.step(true, 0));
        assert!(moves.step(false, 0) && moves.of(&data).get(&0) == Some(&[1.0, 1.0]));
    }

    #[test]
    fn what_was_done_last_is_taken_back_first() {
        let (mut moves, data) = (Moves::default(), graph(&["a", "b"]));
        moved(&mut moves, &data, 0, [1.0, 1.0], 3);
        assert!(!moves.step(true, 4), "an edit came after the move");
        assert!(moves.step(true, 3));
        assert!(!moves.step(false, 2), "the edit before it is made again first");
        assert!(moves.step(false, 3));
    }

    #[test]
    fn a_node_stays_where_it_was_put_when_the_graph_is_gathered_anew() {
        let (mut moves, data, other) = (Moves::default(), graph(&["a", "b"]), graph(&["c", "d", "a"]));
        moved(&mut moves, &data, 0, [1.0, 1.0], 0);
        assert_eq!(moves.of(&other).iter().collect::<Vec<_>>(), [(&2, &[1.0, 1.0])]);
    }
}
