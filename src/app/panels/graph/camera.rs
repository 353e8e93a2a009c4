//! Where one looks at the graph from: centre and scale, wheel and drag, fitting it all in.

use egui::{Key, Modifiers, Pos2, Rect, Response, Ui, Vec2, pos2, vec2};

/// The camera. Until a person moves it, it follows the layout and shows everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    centre: Pos2,
    /// Points per unit.
    scale: f32,
    follows: bool,
}

/// Points that an arrow key pans.
const STEP: f32 = 60.0;

impl Default for Camera {
    fn default() -> Self {
        Self { centre: Pos2::ZERO, scale: 20.0, follows: true }
    }
}

impl Camera {
    /// Shows everything again.
    pub(super) fn fit(&mut self) {
        self.follows = true;
    }

    /// Points per unit of the layout.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// While it follows: brings all places into `rect`.
    pub(super) fn follow(&mut self, rect: Rect, places: &[[f32; 2]]) {
        if !self.follows {
            return;
        }
        let mut bounds = Rect::NOTHING;
        for [x, y] in places.iter().filter(|[x, y]| x.is_finite() && y.is_finite()) {
            bounds.extend_with(pos2(*x, *y));
        }
        if !bounds.is_finite() {
            return;
        }
        let room = (rect.size() - Vec2::new(120.0, 90.0)).max(Vec2::splat(40.0));
        let size = bounds.size().max(Vec2::splat(0.5));
        self.scale = (room.x / size.x).min(room.y / size.y).clamp(0.05, 90.0);
        self.centre = bounds.center();
    }

    /// A place on the screen.
    pub(super) fn to_screen(self, rect: Rect, [x, y]: [f32; 2]) -> Pos2 {
        rect.center() + vec2(x - self.centre.x, y - self.centre.y) * self.scale
    }

    /// Whether it looks from the same place as another.
    pub(super) fn is_at(&self, other: &Self) -> bool {
        self.centre == other.centre && self.scale.to_bits() == other.scale.to_bits()
    }

    /// A way on the screen as a way in the layout.
    pub(super) fn world_way(&mut self, delta: Vec2) -> Vec2 {
        self.follows = false;
        delta / self.scale
    }

    /// Moves with the pointer.
    pub(super) fn pan(&mut self, delta: Vec2) {
        self.follows = false;
        self.centre -= delta / self.scale;
    }

    /// Larger or smaller round a point on the screen.
    pub(super) fn zoom(&mut self, at: Pos2, rect: Rect, by: f32) {
        self.follows = false;
        let from = at - rect.center();
        let before = from / self.scale;
        self.scale = (self.scale * by).clamp(0.05, 400.0);
        self.centre += before - from / self.scale;
    }

    /// Arrows pan, plus and minus zoom, Home shows everything; not while something is typed, popped up or asked.
    pub(super) fn keys(&mut self, ui: &Ui, rect: Rect) {
        let ctx = ui.ctx();
        let asked = ctx.memory(|memory| memory.top_modal_layer().is_some());
        if asked || ctx.text_edit_focused() || egui::Popup::is_any_open(ctx) {
            return;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        for (key, way) in [
            (Key::ArrowLeft, vec2(STEP, 0.0)),
            (Key::ArrowRight, vec2(-STEP, 0.0)),
            (Key::ArrowUp, vec2(0.0, STEP)),
            (Key::ArrowDown, vec2(0.0, -STEP)),
        ] {
            if pressed(key) {
                self.pan(way);
            }
        }
        if pressed(Key::Plus) || pressed(Key::Equals) {
            self.zoom(rect.center(), rect, 1.25);
        }
        if pressed(Key::Minus) {
            self.zoom(rect.center(), rect, 0.8);
        }
        if pressed(Key::Home) {
            self.fit();
        }
    }

    /// The wheel zooms, a pinch too; on a track pad two fingers pan.
    pub(super) fn wheel(&mut self, ui: &Ui, response: &Response) {
        let Some(pointer) = response.hover_pos() else { return };
        let (pinch, lines) = ui.input(|input| {
            let lines: f32 = input
                .events
                .iter()
                .filter_map(|event| match event {
                    egui::Event::MouseWheel { unit: egui::MouseWheelUnit::Point, delta, .. } => Some(delta.y / 50.0),
                    egui::Event::MouseWheel { delta, .. } => Some(delta.y),
                    _ => None,
                })
                .sum();
            (input.zoom_delta(), lines)
        });
        let by = if (pinch - 1.0).abs() < 1e-4 { 1.18_f32.powf(lines) } else { pinch };
        if (by - 1.0).abs() > 1e-4 {
            self.zoom(pointer, response.rect, by.clamp(0.2, 5.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        let mut camera = Camera { centre: pos2(3.0, 4.0), scale: 10.0, follows: false };
        let place = [7.0, -2.0];
        let before = camera.to_screen(rect, place);
        camera.zoom(before, rect, 2.5);
        let after = camera.to_screen(rect, place);
        assert!((before - after).length() < 1e-3);
    }

    #[test]
    fn following_shows_everything() {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        let places = [[-40.0, 3.0], [500.0, 90.0], [f32::NAN, 1.0]];
        let mut camera = Camera::default();
        camera.follow(rect, &places);
        for place in &places[..2] {
            assert!(rect.contains(camera.to_screen(rect, *place)));
        }
    }
}
