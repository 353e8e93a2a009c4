//! Lines and marks as triangles of one mesh: thousands of them are one thing to draw.

use crate::app::widgets::mark::{self, Mark};
use egui::epaint::{Vertex, WHITE_UV};
use egui::{Color32, Mesh, Pos2, vec2};

/// A line as a quad; with a soft edge on both sides unless `plain`.
pub(super) fn line(mesh: &mut Mesh, a: Pos2, b: Pos2, width: f32, colour: Color32, plain: bool) {
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

/// The head of an arrow at the end of a line that is long enough for one.
pub(super) fn arrow(mesh: &mut Mesh, a: Pos2, b: Pos2, colour: Color32) {
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
/// Enough for a circle a few pixels wide.
const SMALL_CIRCLE: [(f32, f32); 6] =
    [(1.0, 0.0), (0.5, 0.866), (-0.5, 0.866), (-1.0, 0.0), (-0.5, -0.866), (0.5, -0.866)];
/// Of a mark of two pixels no shape can be seen.
const DOT: [(f32, f32); 4] = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];

/// A mark as one filled shape, with no more corners than can be seen.
pub(super) fn fan(mesh: &mut Mesh, centre: Pos2, size: f32, mark: Mark, colour: Color32) {
    let corners = match mark::corners(mark) {
        _ if size < 2.0 => &DOT[..],
        [] if size < 4.0 => &SMALL_CIRCLE[..],
        [] => &CIRCLE[..],
        corners => corners,
    };
    let first = mesh.vertices.len() as u32;
    let (mut count, mut base) = (corners.len() as u32, first);
    // Every mark but one is convex: the triangles can share its first corner. The person needs one in the middle.
    let hollow = mark == Mark::Look(crate::model::kind::Look::Person) && size >= 2.0;
    if hollow {
        mesh.vertices.push(Vertex { pos: centre, uv: WHITE_UV, color: colour });
        base += 1;
    }
    for (x, y) in corners {
        mesh.vertices.push(Vertex { pos: centre + vec2(*x, *y) * size, uv: WHITE_UV, color: colour });
    }
    if hollow {
        for corner in 0..count {
            mesh.indices.extend_from_slice(&[first, base + corner, base + (corner + 1) % count]);
        }
        return;
    }
    count = count.saturating_sub(1);
    for corner in 1..count {
        mesh.indices.extend_from_slice(&[base, base + corner, base + corner + 1]);
    }
}
