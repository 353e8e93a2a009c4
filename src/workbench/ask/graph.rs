//! The link graph as drawn: nodes, edges, places that keep coming, and reasons.

use super::Said;
use super::records::RecordView;
use crate::model::kind::Look;
use crate::model::{CaseKey, Kind, Role};
use std::sync::Arc;

/// Which part of the graph, laid out how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct GraphSpec {
    /// Only what this case touches; all where `None`.
    pub case: Option<CaseKey>,
    /// Only what lies within `hops` of this indicator.
    pub focus: Option<(Kind, String)>,
    /// Steps from the focus.
    pub hops: u8,
    /// Known-benign values and hubs too.
    pub benign: bool,
    /// Evidence as nodes too.
    pub evidence: bool,
    /// Only indicators seen in more than one case.
    pub shared: bool,
    /// How it is laid out.
    pub layout: Layout,
}

/// Ways to lay a graph out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Forces: linked things come together.
    #[default]
    Force,
    /// Cases on a circle, their values around them.
    Circle,
}

/// What a node stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A case.
    Case(CaseKey),
    /// An evidence, by its public id.
    Evidence(String),
    /// An indicator.
    Indicator(Kind, String),
    /// A person, holder, group or device, by name.
    Entity(String),
    /// A unit.
    Unit(String),
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphNode {
    /// What it stands for.
    pub kind: NodeKind,
    /// Mark of an indicator.
    pub look: Option<Look>,
    /// What a person reads.
    pub label: String,
    /// Weight for its size, 0 to 1.
    pub weight: f32,
    /// Stated role, drawn as a ring.
    pub role: Option<Role>,
    /// Cluster it belongs to.
    pub cluster: Option<u32>,
}

/// What an edge says (DESIGN §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// Seen in a case or evidence.
    SeenIn,
    /// Seen in the same record.
    Together,
    /// Asserted by a person.
    Asserted,
    /// Value moved from one to the other.
    Transfer,
    /// Nearly equal.
    Similar,
    /// Two cases tied by shared values.
    Tie,
}

/// An edge between two nodes, by their positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GraphEdge {
    /// One end.
    pub a: u32,
    /// Other end.
    pub b: u32,
    /// What it says.
    pub kind: EdgeKind,
    /// Strength, 0 to 1.
    pub weight: f32,
    /// Records behind it.
    pub count: u64,
}

/// Nodes and edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphData {
    /// Nodes; everything else names them by position.
    pub nodes: Vec<GraphNode>,
    /// Edges.
    pub edges: Vec<GraphEdge>,
    /// Nodes left out because there are too many or they are benign.
    pub hidden: u64,
}

/// Where the nodes lie, in units of about one edge length.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphPlaces {
    /// x and y of each node, in order.
    pub at: Arc<[[f32; 2]]>,
    /// Share of the layout done, 0 to 1.
    pub share: f32,
    /// Nothing will move any more.
    pub calm: bool,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhyOf {
    /// A node, by position.
    Node(u32),
    /// An edge, by position.
    Edge(u32),
}

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// In words, as `暗号資産アドレスの共有：2事案のみに出現`.
    pub text: Said,
    /// How much it counts.
    pub weight: f32,
}

/// Why something is in the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What it is.
    pub title: Said,
    /// Facts as name and value.
    pub facts: Vec<(Said, String)>,
    /// Reasons, heaviest first.
    pub reasons: Vec<Reason>,
    /// The records behind it.
    pub records: RecordView,
    /// How many there are.
    pub count: u64,
}
