//! Line icons, drawn on a grid of 16: no picture files, no icon face, the same weight everywhere.

use crate::app::style;
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2};

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A folder: cases.
    Folder,
    /// A document: evidence.
    Document,
    /// Lines of a list: records.
    Lines,
    /// A magnified point: indicators.
    Print,
    /// Linked nodes.
    Graph,
    /// Up out of a tray: handing up.
    Up,
    /// Down into a tray: received.
    Down,
    /// A ledger with a tick: audit.
    Ledger,
    /// A magnifying glass.
    Search,
    /// A plus.
    Plus,
    /// A cross.
    Cross,
    /// A tick.
    Tick,
    /// A triangle with a bar.
    Caution,
    /// An arrow head down.
    Open,
    /// An arrow head right.
    Next,
    /// A pin.
    Pin,
    /// Back.
    Undo,
    /// Forth.
    Redo,
    /// Two sheets.
    Copy,
    /// A padlock.
    Lock,
    /// A funnel.
    Filter,
    /// A dash: not judged.
    Dash,
    /// Three tiles.
    Tiles,
    /// A side panel.
    Side,
    /// A sheet with lines: pasted text.
    Note,
    /// A play mark: training, running.
    Play,
    /// A key.
    Key,
    /// Four arrows: fit.
    Fit,
    /// A clock.
    Clock,
    /// An arrow up: the folder above.
    Above,
}

enum Stroked {
    Line(&'static [(f32, f32)]),
    Ring(f32, f32, f32),
    Dot(f32, f32, f32),
}
use Stroked::{Dot, Line, Ring};

#[expect(clippy::too_many_lines, reason = "a table of drawings")]
const fn strokes(icon: Icon) -> &'static [Stroked] {
    match icon {
        Icon::Folder => {
            &[Line(&[(2.0, 12.5), (2.0, 3.5), (6.0, 3.5), (7.5, 5.5), (14.0, 5.5), (14.0, 12.5), (2.0, 12.5)])]
        }
        Icon::Document => &[
            Line(&[(3.5, 2.0), (9.5, 2.0), (12.5, 5.0), (12.5, 14.0), (3.5, 14.0), (3.5, 2.0)]),
            Line(&[(9.5, 2.0), (9.5, 5.0), (12.5, 5.0)]),
        ],
        Icon::Lines => &[
            Line(&[(5.5, 4.0), (14.0, 4.0)]),
            Line(&[(5.5, 8.0), (14.0, 8.0)]),
            Line(&[(5.5, 12.0), (14.0, 12.0)]),
            Dot(2.5, 4.0, 0.9),
            Dot(2.5, 8.0, 0.9),
            Dot(2.5, 12.0, 0.9),
        ],
        Icon::Print => &[Ring(8.0, 8.0, 5.5), Ring(8.0, 8.0, 2.5), Dot(8.0, 8.0, 0.8)],
        Icon::Graph => &[
            Line(&[(4.9, 5.6), (7.2, 10.2)]),
            Line(&[(5.8, 4.2), (10.3, 4.8)]),
            Line(&[(11.4, 6.6), (8.9, 10.2)]),
            Ring(4.0, 4.0, 1.8),
            Ring(12.2, 5.0, 1.8),
            Ring(8.0, 12.0, 1.8),
        ],
        Icon::Up => &[
            Line(&[(2.5, 9.5), (2.5, 13.5), (13.5, 13.5), (13.5, 9.5)]),
            Line(&[(8.0, 10.5), (8.0, 2.5)]),
            Line(&[(4.8, 5.7), (8.0, 2.5), (11.2, 5.7)]),
        ],
        Icon::Down => &[
            Line(&[(2.5, 9.5), (2.5, 13.5), (13.5, 13.5), (13.5, 9.5)]),
            Line(&[(8.0, 2.5), (8.0, 10.5)]),
            Line(&[(4.8, 7.3), (8.0, 10.5), (11.2, 7.3)]),
        ],
        Icon::Ledger => &[
            Line(&[(13.0, 7.5), (13.0, 2.0), (3.0, 2.0), (3.0, 14.0), (7.0, 14.0)]),
            Line(&[(5.5, 5.0), (10.5, 5.0)]),
            Line(&[(5.5, 8.0), (8.5, 8.0)]),
            Line(&[(8.5, 12.0), (10.5, 14.0), (14.5, 9.8)]),
        ],
        Icon::Search => &[Ring(7.0, 7.0, 4.3), Line(&[(10.2, 10.2), (14.0, 14.0)])],
        Icon::Plus => &[Line(&[(8.0, 3.0), (8.0, 13.0)]), Line(&[(3.0, 8.0), (13.0, 8.0)])],
        Icon::Cross => &[Line(&[(4.0, 4.0), (12.0, 12.0)]), Line(&[(12.0, 4.0), (4.0, 12.0)])],
        Icon::Tick => &[Line(&[(3.0, 8.5), (6.5, 12.0), (13.0, 4.5)])],
        Icon::Caution => &[
            Line(&[(8.0, 2.2), (14.5, 13.5), (1.5, 13.5), (8.0, 2.2), (14.5, 13.5)]),
            Line(&[(8.0, 6.5), (8.0, 9.8)]),
            Dot(8.0, 11.7, 0.8),
        ],
        Icon::Open => &[Line(&[(4.5, 6.3), (8.0, 9.8), (11.5, 6.3)])],
        Icon::Next => &[Line(&[(6.3, 4.5), (9.8, 8.0), (6.3, 11.5)])],
        Icon::Pin => &[
            Line(&[(5.5, 2.5), (10.5, 2.5)]),
            Line(&[(6.3, 2.5), (6.3, 7.0), (4.0, 9.5), (12.0, 9.5), (9.7, 7.0), (9.7, 2.5)]),
            Line(&[(8.0, 9.5), (8.0, 14.0)]),
        ],
        Icon::Undo => &[
            Line(&[(5.5, 3.0), (2.5, 6.0), (5.5, 9.0)]),
            Line(&[(2.5, 6.0), (10.0, 6.0), (12.6, 7.2), (13.5, 9.5), (12.6, 11.8), (10.0, 13.0), (6.0, 13.0)]),
        ],
        Icon::Redo => &[
            Line(&[(10.5, 3.0), (13.5, 6.0), (10.5, 9.0)]),
            Line(&[(13.5, 6.0), (6.0, 6.0), (3.4, 7.2), (2.5, 9.5), (3.4, 11.8), (6.0, 13.0), (10.0, 13.0)]),
        ],
        Icon::Copy => &[
            Line(&[(5.5, 5.0), (13.5, 5.0), (13.5, 14.0), (5.5, 14.0), (5.5, 5.0), (13.5, 5.0)]),
            Line(&[(3.0, 11.0), (2.5, 11.0), (2.5, 2.0), (10.5, 2.0), (10.5, 2.5)]),
        ],
        Icon::Lock => &[
            Line(&[(3.5, 7.0), (12.5, 7.0), (12.5, 14.0), (3.5, 14.0), (3.5, 7.0), (12.5, 7.0)]),
            Line(&[(5.5, 7.0), (5.5, 4.6), (6.4, 3.0), (8.0, 2.3), (9.6, 3.0), (10.5, 4.6), (10.5, 7.0)]),
        ],
        Icon::Filter => {
            &[Line(&[(2.0, 3.0), (14.0, 3.0), (9.5, 8.5), (9.5, 13.5), (6.5, 12.0), (6.5, 8.5), (2.0, 3.0)])]
        }
        Icon::Dash => &[Line(&[(4.0, 8.0), (12.0, 8.0)])],
        Icon::Tiles => &[
            Line(&[(2.0, 2.5), (14.0, 2.5), (14.0, 13.5), (2.0, 13.5), (2.0, 2.5), (14.0, 2.5)]),
            Line(&[(9.0, 2.5), (9.0, 13.5)]),
            Line(&[(9.0, 8.0), (14.0, 8.0)]),
        ],
        Icon::Side => &[
            Line(&[(2.0, 2.5), (14.0, 2.5), (14.0, 13.5), (2.0, 13.5), (2.0, 2.5), (14.0, 2.5)]),
            Line(&[(10.0, 2.5), (10.0, 13.5)]),
        ],
        Icon::Note => &[
            Line(&[(3.0, 2.0), (13.0, 2.0), (13.0, 14.0), (3.0, 14.0), (3.0, 2.0), (13.0, 2.0)]),
            Line(&[(5.5, 5.5), (10.5, 5.5)]),
            Line(&[(5.5, 8.0), (10.5, 8.0)]),
            Line(&[(5.5, 10.5), (8.5, 10.5)]),
        ],
        Icon::Play => &[Line(&[(4.5, 2.5), (13.0, 8.0), (4.5, 13.5), (4.5, 2.5), (13.0, 8.0)])],
        Icon::Key => &[Ring(5.0, 10.5, 2.8), Line(&[(7.0, 8.5), (13.0, 2.5)]), Line(&[(10.5, 5.0), (12.5, 7.0)])],
        Icon::Fit => &[
            Line(&[(2.5, 6.0), (2.5, 2.5), (6.0, 2.5)]),
            Line(&[(10.0, 2.5), (13.5, 2.5), (13.5, 6.0)]),
            Line(&[(13.5, 10.0), (13.5, 13.5), (10.0, 13.5)]),
            Line(&[(6.0, 13.5), (2.5, 13.5), (2.5, 10.0)]),
        ],
        Icon::Above => &[Line(&[(8.0, 13.0), (8.0, 3.5)]), Line(&[(4.2, 7.3), (8.0, 3.5), (11.8, 7.3)])],
        Icon::Clock => &[Ring(8.0, 8.0, 5.8), Line(&[(8.0, 4.8), (8.0, 8.2), (10.4, 9.6)])],
    }
}

/// Paints `icon` in the middle of `rect`, in its usual size.
pub fn paint(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    paint_sized(painter, rect.center(), style::ICON, icon, colour);
}

/// Paints `icon` round `centre` with a side of `side`.
pub fn paint_sized(painter: &Painter, centre: Pos2, side: f32, icon: Icon, colour: Color32) {
    let scale = side / 16.0;
    let origin = centre - Vec2::splat(side / 2.0);
    let place = |x: f32, y: f32| pos2(origin.x + x * scale, origin.y + y * scale);
    let stroke = Stroke::new((1.25 * scale).max(1.0), colour);
    for part in strokes(icon) {
        match part {
            Line(points) => {
                painter.add(Shape::line(points.iter().map(|(x, y)| place(*x, *y)).collect(), stroke));
            }
            Ring(x, y, radius) => {
                painter.circle_stroke(place(*x, *y), radius * scale, stroke);
            }
            Dot(x, y, radius) => {
                painter.circle_filled(place(*x, *y), radius * scale, colour);
            }
        }
    }
}
