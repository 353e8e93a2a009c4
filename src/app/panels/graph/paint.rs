//! Drawing the graph: one mesh per layer, kept while nothing moves; fewer details the more there is.

use super::camera::Camera;
use super::labels;
use super::mesh::{arrow, fan, line};
use super::sight::Sight;
use crate::app::style::{self, Palette, palette};
use crate::app::widgets::bits;
use crate::app::widgets::mark::{self, Mark};
use crate::app::words;
use crate::model::Lang;
use crate::model::kind::Look;
use crate::workbench::ask::{EdgeKind, GraphData, GraphNode, NodeKind, WhyOf};
use egui::{Align, Color32, Mesh, Painter, Rect, Shape, Stroke, Ui, pos2, vec2};
use std::sync::Arc;

/// Above so many lines there is no feather and no arrow; above so many nodes, no outline and no ring.
const PLAIN_EDGES: usize = 6_000;
const PLAIN_NODES: usize = 4_000;
/// Up to so many nodes every mark is drawn with soft edges.
pub(super) const SOFT_NODES: usize = 1_500;
/// A node with more edges than this is a hub.
const MANY: usize = 24;

/// What is drawn.
pub(super) struct Scene<'a> {
    pub(super) rect: Rect,
    pub(super) data: &'a GraphData,
    pub(super) camera: &'a Camera,
    pub(super) chosen: Option<WhyOf>,
    pub(super) hover: Option<WhyOf>,
    pub(super) lang: Lang,
}

/// Layers kept from frame to frame.
#[derive(Default)]
pub(super) struct Layers {
    /// What they were drawn of: version of the sight, colours.
    of: Option<(u64, bool)>,
    edges: Arc<Mesh>,
    marks: Option<Arc<Mesh>>,
    named: Vec<u32>,
}

/// What stands for a node.
pub(super) fn mark_of(node: &GraphNode) -> Mark {
    match node.kind {
        NodeKind::Case(_) => Mark::Case,
        NodeKind::Evidence(_) => Mark::Evidence,
        NodeKind::Unit(_) => Mark::Unit,
        NodeKind::Entity(_) => Mark::Look(Look::Person),
        NodeKind::Indicator(..) => Mark::Look(node.look.unwrap_or(Look::Network)),
    }
}

/// Half the width of a node's mark on the screen, at most 9.
pub(super) fn radius(node: &GraphNode, scale: f32) -> f32 {
    let base = match node.kind {
        NodeKind::Case(_) => 9.0,
        NodeKind::Evidence(_) | NodeKind::Unit(_) => 7.0,
        _ => 3.6 + 3.4 * node.weight.clamp(0.0, 1.0),
    };
    // Marks shrink with the view down to a dot, and never swell beyond their own size.
    base * (scale / 14.0).clamp(0.22, 1.0)
}

/// Draws edges, nodes and labels.
pub(super) fn draw(ui: &Ui, scene: &Scene<'_>, sight: &Sight, layers: &mut Layers) {
    let p = palette(ui);
    let painter = ui.painter_at(scene.rect);
    let of = (sight.version, ui.visuals().dark_mode);
    if layers.of != Some(of) {
        let soft = sight.seen.len() <= SOFT_NODES;
        *layers = Layers {
            of: Some(of),
            edges: Arc::new(edges(scene, p, sight)),
            marks: (!soft).then(|| Arc::new(marks(scene, p, sight))),
            named: labels::choose(scene, p, &painter, sight),
        };
    }
    painter.add(Shape::Mesh(Arc::clone(&layers.edges)));
    highlight_edges(scene, p, &painter, sight);
    match &layers.marks {
        Some(marks) => {
            painter.add(Shape::Mesh(Arc::clone(marks)));
        }
        None => soft_marks(scene, p, &painter, sight),
    }
    rings(scene, p, &painter, sight);
    labels::draw(scene, p, &painter, sight, &layers.named);
}

fn edge_colour(p: &Palette, kind: EdgeKind) -> (Color32, f32) {
    match kind {
        EdgeKind::SeenIn => (p.disabled.gamma_multiply(0.75), 1.0),
        EdgeKind::Together | EdgeKind::Similar => (p.disabled.gamma_multiply(0.6), 1.0),
        EdgeKind::Asserted => (p.text, 1.8),
        EdgeKind::Transfer => (p.look(Look::Crypto), 1.8),
        EdgeKind::Tie => (p.accent, 3.0),
    }
}

fn edges(scene: &Scene<'_>, p: &Palette, sight: &Sight) -> Mesh {
    let mut mesh = Mesh::default();
    let count = sight.lines.len();
    let plain = count > PLAIN_EDGES;
    mesh.reserve_vertices(count * if plain { 4 } else { 6 });
    mesh.reserve_triangles(count * if plain { 2 } else { 4 });
    // The strongest last, above the others.
    for at in sight.lines.iter().rev() {
        let Some(edge) = scene.data.edges.get(*at as usize) else { continue };
        let (Some(a), Some(b)) = (sight.at(edge.a), sight.at(edge.b)) else { continue };
        let (colour, width) = edge_colour(p, edge.kind);
        line(&mut mesh, a, b, width, colour, plain);
        if edge.kind == EdgeKind::Transfer && !plain {
            arrow(&mut mesh, a, b, colour);
        }
    }
    mesh
}

fn highlight_edges(scene: &Scene<'_>, p: &Palette, painter: &Painter, sight: &Sight) {
    for (of, colour, width) in [(scene.hover, p.text, 1.5), (scene.chosen, p.accent, 2.5)] {
        let Some(of) = of else { continue };
        let on = |at: usize, a: u32, b: u32| match of {
            WhyOf::Node(node) => a == node || b == node,
            WhyOf::Edge(chosen) => chosen as usize == at,
        };
        let lit = scene.data.edges.iter().enumerate().filter(|(at, edge)| on(*at, edge.a, edge.b));
        let lit: Vec<_> = lit.filter_map(|(_, edge)| Some([sight.at(edge.a)?, sight.at(edge.b)?])).collect();
        // A hub's many edges would drown what they lead to.
        let width = if lit.len() > MANY { 1.0 } else { width };
        let mut mesh = Mesh::default();
        lit.iter().for_each(|[a, b]| line(&mut mesh, *a, *b, width, colour, false));
        painter.add(Shape::mesh(mesh));
    }
}

fn soft_marks(scene: &Scene<'_>, p: &Palette, painter: &Painter, sight: &Sight) {
    for node in sight.seen.iter().rev() {
        if let (Some(value), Some(pos)) = (scene.data.nodes.get(*node as usize), sight.at(*node)) {
            mark::paint(painter, p, pos, radius(value, scene.camera.scale()), mark_of(value), None);
        }
    }
}

/// All marks in one mesh, the strongest above the others: outline first, fill upon it.
fn marks(scene: &Scene<'_>, p: &Palette, sight: &Sight) -> Mesh {
    let mut mesh = Mesh::default();
    let outlined = sight.seen.len() <= PLAIN_NODES;
    let per = if outlined { 18 } else { 6 };
    mesh.reserve_vertices(sight.seen.len() * per);
    mesh.reserve_triangles(sight.seen.len() * per);
    for node in sight.seen.iter().rev() {
        let (Some(value), Some(pos)) = (scene.data.nodes.get(*node as usize), sight.at(*node)) else { continue };
        let mark = mark_of(value);
        let size = radius(value, scene.camera.scale());
        if outlined {
            fan(&mut mesh, pos, size + 1.0, mark, p.outline);
        }
        fan(&mut mesh, pos, size, mark, mark::fill(p, mark));
    }
    mesh
}

fn rings(scene: &Scene<'_>, p: &Palette, painter: &Painter, sight: &Sight) {
    for (of, colour) in [(scene.hover, p.text), (scene.chosen, p.accent)] {
        if let Some(WhyOf::Node(node)) = of
            && let (Some(pos), Some(value)) = (sight.at(node), scene.data.nodes.get(node as usize))
        {
            painter.circle_stroke(pos, radius(value, scene.camera.scale()) + 6.0, Stroke::new(2.0, colour));
        }
    }
    if sight.seen.len() > PLAIN_NODES || scene.camera.scale() < 9.0 {
        return;
    }
    for node in &sight.seen {
        let (Some(value), Some(pos)) = (scene.data.nodes.get(*node as usize), sight.at(*node)) else { continue };
        mark::ring(painter, p, pos, radius(value, scene.camera.scale()) + 3.0, value.role);
    }
}

/// Says that not every line in sight is drawn.
pub(super) fn left_out(ui: &Ui, rect: Rect, sight: &Sight, lang: Lang) {
    if sight.crossing <= sight.lines.len() {
        return;
    }
    let (drawn, all) = (words::count(sight.lines.len() as u64), words::count(sight.crossing as u64));
    let text = match lang {
        Lang::Ja => format!("線は強い順に {drawn} / {all}。拡大すると残りも現れます"),
        Lang::En => format!("the strongest {drawn} of {all} links; zoom in for the rest"),
    };
    let place = Rect::from_min_size(rect.min + vec2(style::M, 8.0), vec2(rect.width() - 80.0, 18.0));
    bits::text_in(&ui.painter_at(rect), place, &text, style::caption(), palette(ui).quiet, Align::Min);
}

/// What shapes and rings mean, in the lower left corner.
pub(super) fn legend(ui: &Ui, rect: Rect, lang: Lang) {
    let p = palette(ui);
    let entries: [(Mark, &str); 6] = [
        (Mark::Case, lang.pick("事案", "case")),
        (Mark::Look(Look::Network), lang.pick("通信", "network")),
        (Mark::Look(Look::Account), lang.pick("口座・電話・メール", "account, phone, mail")),
        (Mark::Look(Look::Crypto), lang.pick("暗号資産", "crypto-asset")),
        (Mark::Look(Look::File), lang.pick("ファイル", "file")),
        (Mark::Look(Look::Person), lang.pick("人", "person")),
    ];
    let painter = ui.painter_at(rect);
    let mut x = rect.left() + 18.0;
    let y = rect.bottom() - 16.0;
    let rings = lang.pick(
        "輪：点線=被害者側 実線=被疑者側 二重=犯罪インフラ",
        "ring: dotted victim, solid suspect, double infrastructure",
    );
    for (sign, name) in entries {
        mark::paint(&painter, p, pos2(x, y), 4.6, sign, None);
        let galley = painter.layout_no_wrap(name.to_owned(), style::caption(), p.quiet);
        let width = galley.size().x;
        painter.galley(pos2(x + 9.0, y - galley.size().y / 2.0), galley, p.quiet);
        x += width + 26.0;
    }
    let room = Rect::from_min_max(pos2(x, y - 9.0), pos2(rect.right() - 8.0, y + 9.0));
    bits::text_in(&painter, room, rings, style::caption(), p.quiet, Align::Min);
}
