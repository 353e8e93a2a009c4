//! A scene as a PNG: shapes and lines with smooth edges. Labels and captions are not drawn; the SVG has them.

use super::{Colour, Line, Mark, Ring, Scene, Stroke};
use crate::model::{Explain, Lang};
use thiserror::Error;

/// Why no PNG could be made.
#[derive(Debug, Error)]
pub enum PngError {
    /// The picture would be too large.
    #[error("a picture of {width} × {height} pixels is too large")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The encoder refused.
    #[error("the picture could not be encoded: {0}")]
    Encode(#[from] png::EncodingError),
}

impl Explain for PngError {
    fn what(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Ja, Self::TooLarge { width, height }) => format!("{width}×{height}画素の画像は大きすぎる"),
            (Lang::Ja, Self::Encode(error)) => format!("画像を書き出せない: {error}"),
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        matches!(self, Self::TooLarge { .. })
            .then(|| lang.pick("倍率を下げるか、SVGで書き出す", "Lower the scale, or write an SVG").to_owned())
    }
}

/// Most pixels of a picture (16,000 × 16,000 would be a gibibyte).
const MOST_PIXELS: u64 = 100_000_000;

/// Draws a scene, `scale` pixels to the unit (1 to 4), and encodes it as PNG, 8-bit RGB.
pub fn png(scene: &Scene, scale: f32) -> Result<Vec<u8>, PngError> {
    let scale = if scale.is_finite() { scale.clamp(0.25, 4.0) } else { 1.0 };
    let (width, height) = (pixels(scene.size[0] * scale), pixels(scene.size[1] * scale));
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(PngError::TooLarge { width, height });
    }
    let mut canvas = Canvas::new(width, height, scene.ground);
    for line in &scene.lines {
        canvas.line(line, scale);
    }
    for mark in &scene.marks {
        canvas.mark(mark, scale, scene.ground);
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.bytes)?;
    writer.finish()?;
    Ok(out)
}

#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn pixels(length: f32) -> u32 {
    length.ceil().clamp(1.0, 65_535.0) as u32
}

struct Canvas {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Canvas {
    fn new(width: u32, height: u32, ground: Colour) -> Self {
        let bytes = ground.repeat(width as usize * height as usize);
        Self { width, height, bytes }
    }

    /// Paints every pixel within a box by the share of it that `distance` (to the rim, negative inside) says is covered.
    fn paint(
        &mut self,
        low: [f32; 2],
        high: [f32; 2],
        colour: Colour,
        strength: f32,
        distance: impl Fn(f32, f32) -> f32,
    ) {
        let first = |v: f32| pixels(v).saturating_sub(2);
        let (left, top) = (first(low[0]), first(low[1]));
        let (right, bottom) = (pixels(high[0] + 1.0).min(self.width), pixels(high[1] + 1.0).min(self.height));
        for y in top..bottom {
            for x in left..right {
                let cover = (0.5 - distance(x as f32 + 0.5, y as f32 + 0.5)).clamp(0.0, 1.0) * strength;
                if cover > 0.0 {
                    self.blend(x, y, colour, cover);
                }
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "between two bytes")]
    fn blend(&mut self, x: u32, y: u32, colour: Colour, cover: f32) {
        let at = (y as usize * self.width as usize + x as usize) * 3;
        if let Some(pixel) = self.bytes.get_mut(at..at + 3) {
            for (old, new) in pixel.iter_mut().zip(colour) {
                *old = (f32::from(*old) * (1.0 - cover) + f32::from(new) * cover).round() as u8;
            }
        }
    }

    fn line(&mut self, line: &Line, scale: f32) {
        let at = |[x, y]: [f32; 2]| [x * scale, y * scale];
        let (from, to) = (at(line.from), at(line.to));
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy).max(1e-3);
        let half = line.width * scale / 2.0;
        let (on, every) = match line.stroke {
            Stroke::Solid => (length, length),
            Stroke::Dashed => (7.0 * scale, 11.0 * scale),
            Stroke::Dotted => (2.0 * scale, 5.0 * scale),
        };
        // In strips, so that a slanting line does not cost the whole box around it.
        let mut start = 0.0;
        while start < length {
            let end = (start + on).min(length);
            let mut from_here = start;
            while from_here < end {
                let to_here = (from_here + 24.0).min(end);
                let point = |along: f32| [from[0] + dx / length * along, from[1] + dy / length * along];
                let (a, b) = (point(from_here), point(to_here));
                let low = [a[0].min(b[0]) - half, a[1].min(b[1]) - half];
                let high = [a[0].max(b[0]) + half, a[1].max(b[1]) + half];
                self.paint(low, high, line.colour, 1.0, |x, y| {
                    let along = ((x - from[0]) * dx + (y - from[1]) * dy) / length;
                    let across = ((x - from[0]) * dy - (y - from[1]) * dx).abs() / length;
                    // Strips meet on whole pixels of their length: each pixel belongs to one strip alone.
                    if along >= from_here && along < to_here { across - half } else { f32::INFINITY }
                });
                from_here = to_here;
            }
            start += every.max(1.0);
        }
        if let Some(head) = line.arrow {
            self.polygon(&head.map(at), line.colour, 1.0);
        }
    }

    fn mark(&mut self, mark: &Mark, scale: f32, ground: Colour) {
        let strength = if mark.pale { 0.45 } else { 1.0 };
        let corners = |outline: Vec<[f32; 2]>, radius: f32| -> Vec<[f32; 2]> {
            let place = |[x, y]: [f32; 2]| [(mark.at[0] + x * radius) * scale, (mark.at[1] + y * radius) * scale];
            outline.into_iter().map(place).collect()
        };
        for outline in mark.shape.outlines() {
            let under = corners(outline.clone(), mark.radius + 1.0);
            self.polygon(&under, if mark.pale { ground } else { mark.outline }, 1.0);
            self.polygon(&corners(outline, mark.radius), mark.fill, strength);
        }
        let reach = (mark.radius + 4.0) * scale;
        match mark.ring {
            Ring::None => {}
            Ring::Solid => self.ring(mark, reach, scale, None),
            Ring::Dotted => self.ring(mark, reach, scale, Some(12.0)),
            Ring::Double => {
                self.ring(mark, reach, scale, None);
                self.ring(mark, reach + 3.0 * scale, scale, None);
            }
        }
    }

    fn ring(&mut self, mark: &Mark, reach: f32, scale: f32, dots: Option<f32>) {
        let (x, y) = (mark.at[0] * scale, mark.at[1] * scale);
        let edge = reach + scale;
        self.paint([x - edge, y - edge], [x + edge, y + edge], mark.outline, 1.0, |px, py| {
            let (dx, dy) = (px - x, py - y);
            let gap = dots.is_some_and(|dots| (dy.atan2(dx) * dots / std::f32::consts::PI).rem_euclid(2.0) > 1.0);
            if gap { f32::INFINITY } else { (dx.hypot(dy) - reach).abs() - 0.6 * scale }
        });
    }

    fn polygon(&mut self, corners: &[[f32; 2]], colour: Colour, strength: f32) {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for [x, y] in corners {
            low = [low[0].min(*x), low[1].min(*y)];
            high = [high[0].max(*x), high[1].max(*y)];
        }
        self.paint(low, high, colour, strength, |x, y| rim(corners, x, y));
    }
}

/// Distance of a point to the rim of a polygon, negative inside.
fn rim(corners: &[[f32; 2]], x: f32, y: f32) -> f32 {
    let mut nearest = f32::INFINITY;
    let mut inside = false;
    for (at, [ax, ay]) in corners.iter().enumerate() {
        let [bx, by] = corners[(at + 1) % corners.len()];
        let (ex, ey) = (bx - ax, by - ay);
        let (px, py) = (x - ax, y - ay);
        let along = ((px * ex + py * ey) / (ex * ex + ey * ey).max(1e-12)).clamp(0.0, 1.0);
        nearest = nearest.min((px - ex * along).hypot(py - ey * along));
        if (*ay > y) != (by > y) && x < ex * (y - ay) / ey + ax {
            inside = !inside;
        }
    }
    if inside { -nearest } else { nearest }
}
