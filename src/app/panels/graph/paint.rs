//! Drawing the graph: one mesh per layer, only what is in sight, fewer details the more there is.

use super::camera::Camera;
use crate::app::style::{self, Palette, palette};
use crate::app::widgets::bits;
use crate::app::widgets::mark::{self, Mark};
use crate::app::words;
use crate::model::Lang;
use crate::model::kind::Look;
use crate::workbench::ask::{EdgeKind, GraphData, GraphNode, NodeKind, WhyOf};
use egui::epaint::{Vertex, WHITE_UV};
use egui::{Align, Color32, Mesh, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

/// Above so many edges in sight there is no feather and no arrow; above so many nodes, no outline.
const PLAIN_EDGES: usize = 20_000;
const PLAIN_NODES: usize = 4_000;
/// Up to so many nodes every mark is drawn with soft edges.
const SOFT_NODES: usize = 1_500;
/// A node with more edges than this is a hub.
const MANY: usize = 24;
/// At most so many labels.
const LABELS: usize = 160;

/// What is drawn.
pub(super) struct Scene<'a> {
    pub(super) rect: Rect,
    pub(super) data: &'a GraphData,
    pub(super) camera: &'a Camera,
    pub(super) chosen: Option<WhyOf>,
    pub(super) hover: Option<WhyOf>,
    pub(super) lang: Lang,
}

/// Memory kept from frame to frame.
#[derive(Default)]
pub(super) struct Scratch {
    screen: Vec<Option<Pos2>>,
}

/// Where a node lies.
pub(super) type At<'a> = dyn Fn(u32) -> Option<[f32; 2]> + 'a;

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

fn radius(node: &GraphNode, scale: f32) -> f32 {
    let base = match node.kind {
        NodeKind::Case(_) => 9.0,
        NodeKind::Evidence(_) | NodeKind::Unit(_) => 7.0,
        _ => 3.6 + 3.4 * node.weight.clamp(0.0, 1.0),
    };
    // Marks shrink with the view down to a dot, and never swell beyond their own size.
    base * (scale / 14.0).clamp(0.22, 1.0)
}

/// Draws edges, nodes and labels.
pub(super) fn draw(ui: &Ui, scene: &Scene<'_>, at: &At<'_>, scratch: &mut Scratch) {
    let p = palette(ui);
    let painter = ui.painter_at(scene.rect);
    let shown = scene.camera.shown(scene.rect);
    scratch.screen.clear();
    let nodes = u32::try_from(scene.data.nodes.len()).unwrap_or(u32::MAX);
    scratch.screen.extend((0..nodes).map(|node| {
        let place = at(node).filter(|[x, y]| x.is_finite() && y.is_finite())?;
        Some(scene.camera.to_screen(scene.rect, place))
    }));
    let margin = shown.width().max(shown.height()) * 0.02;
    let near = scene.rect.expand(margin.max(24.0));
    painter.add(Shape::mesh(edges(scene, p, near, &scratch.screen)));
    highlight_edges(scene, p, &painter, &scratch.screen);
    let seen: Vec<u32> = (0..nodes)
        .filter(|node| scratch.screen.get(*node as usize).copied().flatten().is_some_and(|pos| near.contains(pos)))
        .collect();
    if seen.len() <= SOFT_NODES {
        soft_marks(scene, p, &painter, &seen, &scratch.screen);
    } else {
        painter.add(Shape::mesh(marks(scene, p, &seen, &scratch.screen)));
    }
    rings(scene, p, &painter, &seen, &scratch.screen);
    labels(scene, p, &painter, &seen, &scratch.screen);
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

fn edges(scene: &Scene<'_>, p: &Palette, near: Rect, screen: &[Option<Pos2>]) -> Mesh {
    let mut mesh = Mesh::default();
    let count = scene.data.edges.len();
    let plain = count > PLAIN_EDGES;
    mesh.reserve_vertices(count * if plain { 4 } else { 6 });
    mesh.reserve_triangles(count * if plain { 2 } else { 4 });
    for edge in &scene.data.edges {
        let place = |node: u32| screen.get(node as usize).copied().flatten();
        let (Some(a), Some(b)) = (place(edge.a), place(edge.b)) else { continue };
        if !near.intersects(Rect::from_two_pos(a, b)) {
            continue;
        }
        let (colour, width) = edge_colour(p, edge.kind);
        line(&mut mesh, a, b, width, colour, plain);
        if edge.kind == EdgeKind::Transfer && !plain {
            arrow(&mut mesh, a, b, colour);
        }
    }
    mesh
}

/// A line as a quad; with a soft edge on both sides unless `plain`.
fn line(mesh: &mut Mesh, a: Pos2, b: Pos2, width: f32, colour: Color32, plain: bool) {
    let way = b - a;
    let length = way.length();
    if length < 0.5 {
        return;
    }
    let side = way.rot90() / length;
    let first = mesh.vertices.len() as u32;
    let mut put = |pos: Pos2, color: Color32| mesh.vertices.push(Vertex { pos, uv: WHITE_UV, color });
    if plain {
        let half = side * (width * 0.5);
        for pos in [a + half, b + half, b - half, a - half] {
            put(pos, colour);
        }
        mesh.indices.extend_from_slice(&[first, first + 1, first + 2, first, first + 2, first + 3]);
        return;
    }
    // Full in the middle, clear a pixel beyond the edge.
    let half = side * (width * 0.5 + 0.8);
    let clear = Color32::TRANSPARENT;
    for (pos, color) in
        [(a + half, clear), (a, colour), (a - half, clear), (b + half, clear), (b, colour), (b - half, clear)]
    {
        put(pos, color);
    }
    for [x, y, z] in [[0, 1, 3], [1, 3, 4], [1, 2, 4], [2, 4, 5]] {
        mesh.indices.extend_from_slice(&[first + x, first + y, first + z]);
    }
}

fn arrow(mesh: &mut Mesh, a: Pos2, b: Pos2, colour: Color32) {
    let way = b - a;
    let length = way.length();
    if length < 30.0 {
        return;
    }
    let ahead = way / length;
    let tip = b - ahead * 10.0;
    let first = mesh.vertices.len() as u32;
    for pos in [tip, tip - ahead * 8.0 + ahead.rot90() * 4.0, tip - ahead * 8.0 - ahead.rot90() * 4.0] {
        mesh.vertices.push(Vertex { pos, uv: WHITE_UV, color: colour });
    }
    mesh.indices.extend_from_slice(&[first, first + 1, first + 2]);
}

fn highlight_edges(scene: &Scene<'_>, p: &Palette, painter: &egui::Painter, screen: &[Option<Pos2>]) {
    for (of, colour, width) in [(scene.hover, p.text, 1.5), (scene.chosen, p.accent, 2.5)] {
        let Some(of) = of else { continue };
        // A hub's many edges would drown what they lead to.
        let many = matches!(of, WhyOf::Node(node) if scene.data.edges.iter().filter(|edge| edge.a == node || edge.b == node).nth(MANY).is_some());
        let width = if many { 1.0 } else { width };
        for (at, edge) in scene.data.edges.iter().enumerate() {
            let on = match of {
                WhyOf::Node(node) => edge.a == node || edge.b == node,
                WhyOf::Edge(chosen) => chosen as usize == at,
            };
            let place = |node: u32| screen.get(node as usize).copied().flatten();
            if let (true, Some(a), Some(b)) = (on, place(edge.a), place(edge.b)) {
                painter.line_segment([a, b], Stroke::new(width, colour));
            }
        }
    }
}

fn soft_marks(scene: &Scene<'_>, p: &Palette, painter: &egui::Painter, seen: &[u32], screen: &[Option<Pos2>]) {
    for node in seen {
        let value = scene.data.nodes.get(*node as usize);
        if let (Some(value), Some(pos)) = (value, screen.get(*node as usize).copied().flatten()) {
            mark::paint(painter, p, pos, radius(value, scene.camera.scale()), mark_of(value), None);
        }
    }
}

/// All marks in one mesh: outline first, fill upon it.
fn marks(scene: &Scene<'_>, p: &Palette, seen: &[u32], screen: &[Option<Pos2>]) -> Mesh {
    let mut mesh = Mesh::default();
    let outlined = seen.len() <= PLAIN_NODES;
    let per = if outlined { 18 } else { 9 };
    mesh.reserve_vertices(seen.len() * per);
    mesh.reserve_triangles(seen.len() * per);
    for node in seen {
        let (Some(value), Some(pos)) =
            (scene.data.nodes.get(*node as usize), screen.get(*node as usize).copied().flatten())
        else {
            continue;
        };
        let mark = mark_of(value);
        let size = radius(value, scene.camera.scale());
        if outlined {
            fan(&mut mesh, pos, size + 1.0, mark, p.outline);
        }
        fan(&mut mesh, pos, size, mark, mark::fill(p, mark));
    }
    mesh
}

const CIRCLE: [(f32, f32); 12] = [
    (1.0, 0.0),
    (0.866, 0.5),
    (0.5, 0.866),
    (0.0, 1.0),
    (-0.5, 0.866),
    (-0.866, 0.5),
    (-1.0, 0.0),
    (-0.866, -0.5),
    (-0.5, -0.866),
    (0.0, -1.0),
    (0.5, -0.866),
    (0.866, -0.5),
];

fn fan(mesh: &mut Mesh, centre: Pos2, size: f32, mark: Mark, colour: Color32) {
    let corners = mark::corners(mark);
    let corners = if corners.is_empty() { &CIRCLE[..] } else { corners };
    let first = mesh.vertices.len() as u32;
    mesh.vertices.push(Vertex { pos: centre, uv: WHITE_UV, color: colour });
    for (x, y) in corners {
        mesh.vertices.push(Vertex { pos: centre + vec2(*x, *y) * size, uv: WHITE_UV, color: colour });
    }
    let count = corners.len() as u32;
    for corner in 0..count {
        mesh.indices.extend_from_slice(&[first, first + 1 + corner, first + 1 + (corner + 1) % count]);
    }
}

fn rings(scene: &Scene<'_>, p: &Palette, painter: &egui::Painter, seen: &[u32], screen: &[Option<Pos2>]) {
    let place = |node: u32| screen.get(node as usize).copied().flatten();
    for (of, colour) in [(scene.hover, p.text), (scene.chosen, p.accent)] {
        if let Some(WhyOf::Node(node)) = of
            && let (Some(pos), Some(value)) = (place(node), scene.data.nodes.get(node as usize))
        {
            painter.circle_stroke(pos, radius(value, scene.camera.scale()) + 6.0, Stroke::new(2.0, colour));
        }
    }
    if seen.len() > PLAIN_NODES || scene.camera.scale() < 9.0 {
        return;
    }
    for node in seen {
        let (Some(value), Some(pos)) = (scene.data.nodes.get(*node as usize), place(*node)) else { continue };
        mark::ring(painter, p, pos, radius(value, scene.camera.scale()) + 3.0, value.role);
    }
}

/// Labels of cases always, of the heaviest others where there is room; none covers another.
fn labels(scene: &Scene<'_>, p: &Palette, painter: &egui::Painter, seen: &[u32], screen: &[Option<Pos2>]) {
    let weight = |node: &u32| {
        let value = scene.data.nodes.get(*node as usize);
        let first = scene.hover == Some(WhyOf::Node(*node)) || scene.chosen == Some(WhyOf::Node(*node));
        let case = value.is_some_and(|value| matches!(value.kind, NodeKind::Case(_) | NodeKind::Unit(_)));
        // After what is asked for and the cases, what somebody stated a role of.
        let rank = u8::from(first) * 4 + u8::from(case) * 2 + u8::from(value.is_some_and(|value| value.role.is_some()));
        (rank, value.map_or(0.0, |value| value.weight))
    };
    let mut order: Vec<u32> = seen.to_vec();
    order.sort_by(|a, b| {
        let (a, b) = ((weight(a), *a), (weight(b), *b));
        b.0.0.cmp(&a.0.0).then(b.0.1.total_cmp(&a.0.1)).then(a.1.cmp(&b.1))
    });
    let small = scene.camera.scale() < 9.0;
    let mut taken: Vec<Rect> = Vec::new();
    if seen.len() <= SOFT_NODES {
        let spot = |node: &u32| {
            let value = scene.data.nodes.get(*node as usize)?;
            let size = radius(value, scene.camera.scale()) * 2.0;
            Some(Rect::from_center_size(screen.get(*node as usize).copied().flatten()?, vec2(size, size)))
        };
        taken.extend(seen.iter().filter_map(spot));
    }
    let spots = taken.len();
    for node in order.iter().take(LABELS * 2) {
        let (rank, _) = weight(node);
        let (first, case) = (rank >= 4, rank & 2 != 0);
        if (small && !first && !case) || taken.len() >= spots + LABELS {
            continue;
        }
        let (Some(value), Some(pos)) =
            (scene.data.nodes.get(*node as usize), screen.get(*node as usize).copied().flatten())
        else {
            continue;
        };
        let font = if case || first { style::table() } else { style::mono_small() };
        let text = if case { value.label.clone() } else { words::middle(&words::value(scene.lang, &value.label), 9) };
        let galley = bits::line(painter, &text, font, p.text, 260.0);
        let place = Rect::from_center_size(
            pos2(pos.x, pos.y + radius(value, scene.camera.scale()) + 7.0 + galley.size().y / 2.0),
            galley.size(),
        );
        // What has a role is named even upon a mark, never upon another name.
        let covered = if rank > 0 { taken.get(spots..).unwrap_or_default() } else { &taken };
        if !first && !case && covered.iter().any(|other| other.intersects(place.expand2(vec2(4.0, 1.0)))) {
            continue;
        }
        painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2, p.panel.gamma_multiply(0.82));
        painter.galley(place.min, galley, p.text);
        taken.push(place);
    }
}

/// What lies under the pointer: a node first, then an edge.
pub(super) fn hit(camera: &Camera, rect: Rect, data: &GraphData, at: &At<'_>, pointer: Pos2) -> Option<WhyOf> {
    let place = |node: u32| at(node).map(|place| camera.to_screen(rect, place));
    let nodes = u32::try_from(data.nodes.len()).unwrap_or(u32::MAX);
    let mut best: Option<(f32, u32)> = None;
    for node in 0..nodes {
        let (Some(pos), Some(value)) = (place(node), data.nodes.get(node as usize)) else { continue };
        let far = (pos - pointer).length();
        if far <= radius(value, camera.scale()) + 4.0 && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, node));
        }
    }
    if let Some((_, node)) = best {
        return Some(WhyOf::Node(node));
    }
    // Among very many edges none can be meant.
    if data.edges.len() > PLAIN_EDGES {
        return None;
    }
    let distance = |a: Pos2, b: Pos2| {
        let way = b - a;
        let share = ((pointer - a).dot(way) / way.length_sq().max(1e-6)).clamp(0.0, 1.0);
        (a + way * share - pointer).length()
    };
    let near = data.edges.iter().enumerate().filter_map(|(at, edge)| {
        let far = distance(place(edge.a)?, place(edge.b)?);
        (far < 4.0).then_some((far, at))
    });
    let (_, at) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    u32::try_from(at).ok().map(WhyOf::Edge)
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
