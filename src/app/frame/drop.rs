//! What is shown while files are held over the window.

use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::app::widgets::bits;
use crate::model::Lang;
use egui::{Align, LayerId, Order, Rect, Stroke, StrokeKind, Ui, vec2};

/// Draws the landing place over everything.
pub fn show(ui: &Ui, view: &View<'_>) {
    let p = palette(ui);
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, bits::id("drop")));
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0, p.veil);
    let place = rect.shrink(24.0);
    painter.rect(place, 8, p.panel, Stroke::new(2.0, p.accent), StrokeKind::Inside);
    let count = ui.input(|input| input.raw.hovered_files.len());
    let main = match view.lang {
        Lang::Ja => format!("ここで離すと、{count}件を証拠として取り込みます"),
        Lang::En => format!("Let go to take {count} in as evidence"),
    };
    let none = view.t("事案はまだ決めません", "No case yet");
    let case = view.case_row().map_or_else(|| none.to_owned(), super::title::case_name);
    let line = |y: f32| Rect::from_center_size(place.center() + vec2(0.0, y), vec2(place.width() - 40.0, 30.0));
    bits::text_in(&painter, line(-14.0), &main, style::page(), p.text, Align::Center);
    bits::text_in(&painter, line(18.0), &case, style::body(), p.quiet, Align::Center);
}
