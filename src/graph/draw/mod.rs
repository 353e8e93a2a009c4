//! A graph with positions as plain shapes: what SVG, PNG and print draw. No screen.
//!
//! The looks are those of the whole product (ui.md): shape and colour of each kind, a ring for the role, so that nothing
//! is said by colour alone. Coordinates are pixels, y downwards; the same graph and positions give the same scene.

mod raster;
mod shape;

pub use raster::{PngError, png};
pub use shape::Shape;

use super::links::{Edge, LinkGraph, Node, Says, What};
use super::topology::Topology;
use crate::model::kind::Look;
use crate::model::statement::Grade;
use crate::model::{Kind, Role};

/// Red, green, blue.
pub type Colour = [u8; 3];

/// Light or dark ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// For paper.
    #[default]
    Light,
    /// For the screen at night.
    Dark,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Unbroken.
    Solid,
    /// Long dashes: said by a person, not confirmed.
    Dashed,
    /// Dots: a suggestion.
    Dotted,
}

/// The role ring: victim dotted, suspect solid, infrastructure double; the others have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// No ring.
    None,
    /// Victim.
    Dotted,
    /// Suspect.
    Solid,
    /// Infrastructure.
    Double,
}

/// A node as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Index of the node.
    pub node: u32,
    /// Middle.
    pub at: [f32; 2],
    /// Half its width.
    pub radius: f32,
    /// Shape.
    pub shape: Shape,
    /// Fill.
    pub fill: Colour,
    /// Outline.
    pub outline: Colour,
    /// Role ring.
    pub ring: Ring,
    /// Drawn pale: a benign value.
    pub pale: bool,
}

/// An edge as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Index of the edge.
    pub edge: u32,
    /// From.
    pub from: [f32; 2],
    /// To.
    pub to: [f32; 2],
    /// Colour.
    pub colour: Colour,
    /// Width.
    pub width: f32,
    /// Broken or not.
    pub stroke: Stroke,
    /// Three corners of the arrow head, where the direction means something.
    pub arrow: Option<[[f32; 2]; 3]>,
}

/// A text beside a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Index of the node.
    pub node: u32,
    /// Left end of the line it stands on.
    pub at: [f32; 2],
    /// Text, shortened where it is long.
    pub text: String,
    /// Evidence text (addresses, hashes) stands in the monospaced face.
    pub monospaced: bool,
}

/// Everything to draw, in this order: lines, marks, labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width and height.
    pub size: [f32; 2],
    /// Ground.
    pub ground: Colour,
    /// Text and outlines on it.
    pub ink: Colour,
    /// Edges.
    pub lines: Vec<Line>,
    /// Nodes.
    pub marks: Vec<Mark>,
    /// Labels; not every node of a large graph has one.
    pub labels: Vec<Label>,
    /// Lines of text below the picture: handling, source, how many labels are not drawn.
    pub captions: Vec<String>,
}

/// What may be set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// Ground.
    pub ground: Ground,
    /// Lines of text below the picture, as `取扱注意`, `練習用`.
    pub captions: Vec<String>,
    /// Most labels; `None` means 300.
    pub most_labels: Option<usize>,
}

const MARGIN: f32 = 48.0;
const CAPTION: f32 = 22.0;
const LARGEST: f32 = 6_000.0;
const SMALLEST: f32 = 320.0;
/// Pixels between neighbours where there is room.
const ROOM: f32 = 90.0;
const LABEL_CHARS: usize = 40;
const MOST_LABELS: usize = 300;

/// Draws a graph. Nodes without a finite position are left out, with their edges. `look` is the mark of a kind
/// ([`crate::model::About::look`]).
#[must_use]
pub fn scene(graph: &LinkGraph, at: &[[f32; 2]], look: &dyn Fn(Kind) -> Look, style: &Style) -> Scene {
    let topology = Topology::new(graph.nodes.len(), &graph.ends());
    let frame = Frame::around(graph, at);
    let (ground, ink) = match style.ground {
        Ground::Light => ([0xff, 0xff, 0xff], [0x16, 0x18, 0x1d]),
        Ground::Dark => ([0x1d, 0x20, 0x26], [0xf0, 0xf2, 0xf5]),
    };
    let marks: Vec<Mark> = topology
        .all()
        .zip(&graph.nodes)
        .filter_map(|(node, what)| {
            let place = frame.place(at, node)?;
            Some(mark(node, what, place, &frame, topology.degree(node), look, ink))
        })
        .collect();
    let mut radius = vec![0.0; graph.nodes.len()];
    for mark in &marks {
        radius[mark.node as usize] = mark.radius;
    }
    let lines = (0_u32..)
        .zip(&graph.edges)
        .filter(|(_, edge)| edge.from != edge.to)
        .filter_map(|(index, edge)| {
            let ends = (frame.place(at, edge.from)?, frame.place(at, edge.to)?);
            Some(line(index, edge, ends, *radius.get(edge.to as usize)?, style.ground))
        })
        .collect();
    let labels = labels(graph, &marks, &topology, style.most_labels.unwrap_or(MOST_LABELS));
    let mut captions = style.captions.clone();
    if labels.len() < marks.len() {
        captions.push(format!("ラベル {} / {}  (labels drawn / nodes)", labels.len(), marks.len()));
    }
    let size = [frame.size[0], frame.size[1] + CAPTION * captions.len() as f32];
    Scene { size, ground, ink, lines, marks, labels, captions }
}

/// From positions to pixels.
struct Frame {
    left: f32,
    top: f32,
    scale: f32,
    size: [f32; 2],
    mark: f32,
}

impl Frame {
    fn around(graph: &LinkGraph, at: &[[f32; 2]]) -> Self {
        let known = || at.iter().take(graph.nodes.len()).filter(|[x, y]| x.is_finite() && y.is_finite());
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for [x, y] in known() {
            low = [low[0].min(*x), low[1].min(*y)];
            high = [high[0].max(*x), high[1].max(*y)];
        }
        if known().next().is_none() {
            (low, high) = ([0.0; 2], [0.0; 2]);
        }
        // Halved before subtracting, so that even the ends of the number range leave a finite width.
        let reach = ((high[0] / 2.0 - low[0] / 2.0).max(high[1] / 2.0 - low[1] / 2.0) * 2.0).clamp(1e-6, f32::MAX);
        let neighbours = mean_edge(graph, at).unwrap_or(1.0).max(1e-6);
        let scale = (ROOM / neighbours).min((LARGEST - 2.0 * MARGIN) / reach);
        let wide = |axis: usize| ((high[axis] - low[axis]) * scale + 2.0 * MARGIN).clamp(SMALLEST, LARGEST);
        let size = [wide(0), wide(1)];
        let offset = |axis: usize| low[axis] - (size[axis] / scale - (high[axis] - low[axis])) / 2.0;
        let mark = (neighbours * scale * 0.1).clamp(1.5, 9.0);
        Self { left: offset(0), top: offset(1), scale, size, mark }
    }

    fn place(&self, at: &[[f32; 2]], node: u32) -> Option<[f32; 2]> {
        let [x, y] = at.get(node as usize).copied().filter(|[x, y]| x.is_finite() && y.is_finite())?;
        let place = [(x - self.left) * self.scale, (y - self.top) * self.scale];
        place.iter().all(|v| v.is_finite()).then_some(place)
    }
}

fn mean_edge(graph: &LinkGraph, at: &[[f32; 2]]) -> Option<f32> {
    let (mut sum, mut count) = (0.0_f64, 0.0_f64);
    for edge in &graph.edges {
        let (Some([x, y]), Some([u, v])) = (at.get(edge.from as usize), at.get(edge.to as usize)) else { continue };
        let length = f64::from(x - u).hypot(f64::from(y - v));
        if length.is_finite() && length > 0.0 {
            (sum, count) = (sum + length, count + 1.0);
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "a length in pixels")]
    (count > 0.0).then(|| (sum / count) as f32)
}

fn mark(
    node: u32,
    what: &Node,
    at: [f32; 2],
    frame: &Frame,
    degree: usize,
    look: &dyn Fn(Kind) -> Look,
    ink: Colour,
) -> Mark {
    let (shape, fill) = appearance(&what.what, look, ink);
    let radius = frame.mark * (1.0 + 0.22 * (1.0 + degree as f32).ln());
    let (ring, pale) = match what.what {
        What::Indicator { role, benign, .. } => (ring(role), benign),
        _ => (Ring::None, false),
    };
    Mark { node, at, radius, shape, fill, outline: ink, ring, pale }
}

const fn ring(role: Option<Role>) -> Ring {
    match role {
        Some(Role::Victim) => Ring::Dotted,
        Some(Role::Suspect) => Ring::Solid,
        Some(Role::Infrastructure) => Ring::Double,
        _ => Ring::None,
    }
}

/// Shape and colour of a node (Okabe-Ito hues).
#[must_use]
pub fn appearance(what: &What, look: &dyn Fn(Kind) -> Look, ink: Colour) -> (Shape, Colour) {
    match what {
        What::Case(_) => (Shape::Square, ink),
        What::Evidence(_) => (Shape::Document, [0x8a, 0x8f, 0x98]),
        What::Unit(_) => (Shape::Shield, [0x56, 0xb4, 0xe9]),
        What::Entity(_) => (Shape::Person, [0xcc, 0x79, 0xa7]),
        What::Indicator { kind, .. } => match look(*kind) {
            Look::Network => (Shape::Circle, [0x00, 0x72, 0xb2]),
            Look::File => (Shape::Hexagon, [0xd5, 0x5e, 0x00]),
            Look::Account => (Shape::RoundedSquare, [0x00, 0x9e, 0x73]),
            Look::Crypto => (Shape::Diamond, [0xe6, 0x9f, 0x00]),
            Look::Person => (Shape::Person, [0xcc, 0x79, 0xa7]),
        },
    }
}

fn line(index: u32, edge: &Edge, (from, to): ([f32; 2], [f32; 2]), target: f32, ground: Ground) -> Line {
    let (quiet, strong) = match ground {
        Ground::Light => ([0xb4, 0xba, 0xc4], [0x4a, 0x50, 0x5c]),
        Ground::Dark => ([0x5a, 0x60, 0x6c], [0xb4, 0xba, 0xc4]),
    };
    let (colour, width, stroke) = match &edge.says {
        Says::SeenIn { .. } | Says::BelongsTo => (quiet, 1.0, Stroke::Solid),
        Says::SeenTogether { .. } => (quiet, 1.6, Stroke::Solid),
        Says::Asserted { grade: Grade::Confirmed, .. } => (strong, 2.2, Stroke::Solid),
        Says::Asserted { .. } => (strong, 1.8, Stroke::Dashed),
        Says::Transfer { .. } => ([0xb0, 0x78, 0x00], 1.8, Stroke::Solid),
        Says::Similar { .. } => (strong, 1.0, Stroke::Dotted),
    };
    let arrow = edge.says.is_directed().then(|| arrow(from, to, target));
    Line { edge: index, from, to, colour, width, stroke, arrow }
}

/// A head that ends at the rim of the node it points to.
fn arrow(from: [f32; 2], to: [f32; 2], radius: f32) -> [[f32; 2]; 3] {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy).max(1e-3);
    let (ux, uy) = (dx / length, dy / length);
    let tip = [to[0] - ux * (radius + 2.0), to[1] - uy * (radius + 2.0)];
    let back = [tip[0] - ux * 9.0, tip[1] - uy * 9.0];
    [tip, [back[0] - uy * 4.0, back[1] + ux * 4.0], [back[0] + uy * 4.0, back[1] - ux * 4.0]]
}

/// Labels of the nodes that matter most: units and cases, then by the number of links.
fn labels(graph: &LinkGraph, marks: &[Mark], topology: &Topology, most: usize) -> Vec<Label> {
    let rank = |mark: &&Mark| {
        let frame = matches!(graph.nodes[mark.node as usize].what, What::Case(_) | What::Unit(_) | What::Entity(_));
        (!frame, std::cmp::Reverse(topology.degree(mark.node)), mark.node)
    };
    let mut chosen: Vec<&Mark> = marks.iter().collect();
    chosen.sort_by_key(rank);
    chosen.truncate(most);
    chosen.sort_by_key(|mark| mark.node);
    let label = |mark: &Mark| {
        let node = &graph.nodes[mark.node as usize];
        Label {
            node: mark.node,
            at: [mark.at[0] + mark.radius + 4.0, mark.at[1] + 4.0],
            text: shortened(node.label()),
            monospaced: matches!(node.what, What::Indicator { .. }),
        }
    };
    chosen.into_iter().map(label).collect()
}

/// The first and last characters of a long text: hashes and addresses differ at both ends.
fn shortened(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(10_000).collect();
    let chars: Vec<char> = shown.chars().collect();
    if chars.len() <= LABEL_CHARS {
        return shown;
    }
    let (head, tail) = (&chars[..LABEL_CHARS - 9], &chars[chars.len() - 8..]);
    head.iter().chain(['…'].iter()).chain(tail).collect()
}
