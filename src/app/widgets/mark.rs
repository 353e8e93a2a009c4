//! Kind marks: a shape and a hue for each sort of thing, the same in table, chip and graph. The shape alone is enough.

use crate::app::style::{self, Palette};
use crate::model::Role;
use crate::model::kind::Look;
use egui::{Color32, Painter, Pos2, Response, Sense, Shape, Stroke, Ui, Vec2, vec2};

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An indicator's look.
    Look(Look),
    /// A case: square.
    Case,
    /// An evidence: document.
    Evidence,
    /// A unit: shield.
    Unit,
}

/// The corners of a mark round the origin with radius 1; empty for a circle.
pub const fn corners(mark: Mark) -> &'static [(f32, f32)] {
    match mark {
        Mark::Look(Look::Network) => &[],
        Mark::Look(Look::File) => &[(0.0, -1.0), (0.87, -0.5), (0.87, 0.5), (0.0, 1.0), (-0.87, 0.5), (-0.87, -0.5)],
        Mark::Look(Look::Account) => &[
            (-0.5, -0.85),
            (0.5, -0.85),
            (0.85, -0.5),
            (0.85, 0.5),
            (0.5, 0.85),
            (-0.5, 0.85),
            (-0.85, 0.5),
            (-0.85, -0.5),
        ],
        Mark::Look(Look::Crypto) => &[(0.0, -1.05), (1.05, 0.0), (0.0, 1.05), (-1.05, 0.0)],
        Mark::Look(Look::Person) => &[(0.0, -1.0), (0.35, -0.35), (0.95, 0.95), (-0.95, 0.95), (-0.35, -0.35)],
        Mark::Case => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Mark::Evidence => &[(-0.75, -1.0), (0.35, -1.0), (0.75, -0.55), (0.75, 1.0), (-0.75, 1.0)],
        Mark::Unit => &[(-0.85, -0.9), (0.85, -0.9), (0.85, 0.15), (0.0, 1.0), (-0.85, 0.15)],
    }
}

/// The fill of a mark.
pub fn fill(p: &Palette, mark: Mark) -> Color32 {
    match mark {
        Mark::Look(look) => p.look(look),
        Mark::Case => p.case(),
        Mark::Evidence => p.evidence(),
        Mark::Unit => p.unit(),
    }
}

/// Paints a mark with its outline; the role as a ring round it.
pub fn paint(painter: &Painter, p: &Palette, centre: Pos2, radius: f32, mark: Mark, role: Option<Role>) {
    let outline = Stroke::new(1.0, p.outline);
    let colour = fill(p, mark);
    let points = corners(mark);
    if points.is_empty() {
        painter.circle(centre, radius * 0.9, colour, outline);
    } else {
        let points = points.iter().map(|(x, y)| centre + vec2(*x, *y) * radius).collect();
        painter.add(Shape::convex_polygon(points, colour, outline));
    }
    ring(painter, p, centre, radius + 3.0, role);
}

/// The role's ring: victim dotted, suspect solid, infrastructure and relay double.
pub fn ring(painter: &Painter, p: &Palette, centre: Pos2, radius: f32, role: Option<Role>) {
    let stroke = Stroke::new(1.5, p.text);
    match role {
        None => {}
        Some(Role::Suspect) => {
            painter.circle_stroke(centre, radius, stroke);
        }
        Some(Role::Infrastructure | Role::Relay) => {
            painter.circle_stroke(centre, radius, Stroke::new(1.0, p.text));
            painter.circle_stroke(centre, radius + 2.5, Stroke::new(1.0, p.text));
        }
        Some(Role::Victim | Role::Witness | Role::Officer) => {
            let circle: Vec<Pos2> = (0..=24_u8)
                .map(|step| centre + Vec2::angled(f32::from(step) * std::f32::consts::TAU / 24.0) * radius)
                .collect();
            painter.extend(Shape::dotted_line(&circle, p.text, radius * 0.52, 0.9));
        }
    }
}

/// A mark as a widget of its own, as wide as an icon.
pub fn show(ui: &mut Ui, mark: Mark) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(style::ICON), Sense::empty());
    paint(ui.painter(), style::palette(ui), rect.center(), 5.0, mark, None);
    response
}
