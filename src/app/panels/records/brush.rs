//! The histogram: how the records lie in time. A range drawn over it becomes a condition.

use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::app::widgets::bits;
use crate::app::words;
use crate::model::{Instant, Lang};
use crate::workbench::ask::Histogram;
use egui::{Align, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

const HEIGHT: f32 = 58.0;
const AXIS: f32 = 15.0;

/// How many bars fit the width.
pub fn bars(width: f32) -> u32 {
    // In steps, so that dragging an edge does not ask anew at every pixel.
    ((width / 5.0) as u32 / 20 * 20).clamp(40, 400)
}

/// The bars by the commonest values of a field.
pub struct Layers<'a> {
    /// What the field is called.
    pub label: &'a str,
    /// The values, commonest first.
    pub values: &'a [String],
    /// For each, records per bar.
    pub counts: &'a [Vec<u64>],
}

/// Draws the bars; returns the range a person drew over them.
pub fn show(
    ui: &mut Ui,
    view: &View<'_>,
    data: Option<&Histogram>,
    layers: Option<&Layers<'_>>,
) -> Option<(Instant, Instant)> {
    let p = palette(ui);
    let (full, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT + AXIS), Sense::CLICK | Sense::DRAG);
    let name = match layers {
        Some(Layers { label, .. }) if view.lang == Lang::Ja => format!("時間分布（{label}の内訳）"),
        Some(Layers { label, .. }) => format!("Records over time by {label}"),
        None => view.t("時間分布（範囲選択で絞り込み）", "Records over time (drag to narrow)").to_owned(),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    let area = Rect::from_min_max(full.min + vec2(style::M, 2.0), pos2(full.right() - style::M, full.bottom() - AXIS));
    ui.painter().hline(area.x_range(), area.bottom() + 0.5, p.line());
    let data = data?;
    let Some(from) = data.from else {
        let text = view.t("時刻の定まった記録はありません", "No record here has a time that is certain");
        bits::text_in(ui.painter(), area, text, style::caption(), p.quiet, Align::Center);
        return None;
    };
    if data.counts.is_empty() || data.step <= 0 {
        return None;
    }
    draw_bars(ui, area, data, layers);
    let bars = data.counts.len() as f32;
    let at = |x: f32| (((x - area.left()) / area.width() * bars).floor().clamp(0.0, bars - 1.0)) as usize;
    let time = |bar: usize| Instant(from.0.saturating_add(data.step.saturating_mul(bar as i64)));
    axis(ui, area, time(0), time(data.counts.len()));
    if let Some(pointer) = response.hover_pos().filter(|_| !response.dragged()) {
        let bar = at(pointer.x);
        let count = data.counts.get(bar).copied().unwrap_or(0);
        let mut text = format!("{}  {}", words::time(time(bar)), words::records(view.lang, count));
        for (value, counts) in layers.iter().flat_map(|layers| layers.values.iter().zip(layers.counts)) {
            let part = counts.get(bar).copied().unwrap_or(0);
            if part > 0 {
                text = format!("{text}\n{}  {}", words::middle(value, 20), words::count(part));
            }
        }
        response.show_tooltip_text(text);
        ui.painter().vline(pointer.x, area.y_range(), Stroke::new(1.0, p.disabled));
    }
    let id = response.id;
    if response.drag_started() {
        let origin = ui.input(|input| input.pointer.press_origin());
        ui.data_mut(|memory| memory.insert_temp(id, origin.map_or(area.left(), |pos| pos.x)));
    }
    let start = ui.data(|memory| memory.get_temp::<f32>(id))?;
    let end = response.interact_pointer_pos().map_or(start, |pos| pos.x);
    let (left, right) = (at(start.min(end)), at(start.max(end)));
    if response.dragged() {
        let edge = |bar: usize| area.left() + area.width() * bar as f32 / bars;
        let drawn = Rect::from_x_y_ranges(edge(left)..=edge(right + 1), area.y_range());
        ui.painter().rect(
            drawn,
            0,
            p.accent.gamma_multiply(0.18),
            Stroke::new(1.0, p.accent),
            egui::StrokeKind::Inside,
        );
    }
    // A bound of the query names a whole second, so the range ends before the next bar begins.
    response
        .drag_stopped()
        .then(|| (time(left), Instant(time(right + 1).0.saturating_sub(1_000_000_000).max(time(left).0))))
}

fn draw_bars(ui: &Ui, area: Rect, data: &Histogram, layers: Option<&Layers<'_>>) {
    let p = palette(ui);
    let most = data.counts.iter().copied().max().unwrap_or(0).max(1);
    let width = area.width() / data.counts.len() as f32;
    let mut mesh = egui::Mesh::default();
    for (bar, count) in data.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        // At least a pixel: a bar of one record must not vanish beside a bar of a million.
        let height = (area.height() * (*count as f64 / most as f64) as f32).max(1.0);
        let left = area.left() + width * bar as f32;
        let rect =
            Rect::from_min_max(pos2(left, area.bottom() - height), pos2(left + (width - 1.0).max(1.0), area.bottom()));
        let Some(layers) = layers else {
            mesh.add_colored_rect(rect, p.accent.gamma_multiply(0.75));
            continue;
        };
        // What is of none of the values stands on top.
        mesh.add_colored_rect(rect, p.disabled.gamma_multiply(0.6));
        let mut below = 0;
        for (at, counts) in layers.counts.iter().enumerate() {
            let part = counts.get(bar).copied().unwrap_or(0);
            let y = |sum: u64| rect.bottom() - rect.height() * (sum as f64 / *count as f64).min(1.0) as f32;
            let layer = Rect::from_x_y_ranges(rect.x_range(), y(below + part)..=y(below));
            below += part;
            if part > 0 {
                mesh.add_colored_rect(layer, p.layer(at));
            }
        }
    }
    ui.painter().add(mesh);
}

fn axis(ui: &Ui, area: Rect, from: Instant, to: Instant) {
    let p = palette(ui);
    let line = Rect::from_min_max(pos2(area.left(), area.bottom() + 1.0), pos2(area.right(), area.bottom() + AXIS));
    let middle = Instant(from.0 / 2 + to.0 / 2);
    for (time, align) in [(from, Align::Min), (middle, Align::Center), (to, Align::Max)] {
        bits::text_in(ui.painter(), line, &words::short_time(time), style::caption(), p.quiet, align);
    }
}
