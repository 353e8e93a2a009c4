//! The head of a table: titles, sorting, widths, filter row.

use super::{Column, Events, GAP, State, Table};
use crate::app::style::{self, palette};
use crate::app::widgets::bits;
use crate::app::widgets::icon::{self, Icon};
use crate::model::Lang;
use egui::{Align, Color32, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

impl Table<'_> {
    pub(super) fn head(
        &self,
        ui: &mut Ui,
        state: &mut State,
        head: Rect,
        lefts: &[f32],
        widths: &[f32],
        events: &mut Events,
    ) {
        let p = palette(ui);
        let outer = ui.clip_rect();
        ui.set_clip_rect(outer.intersect(head));
        ui.painter().rect_filled(head, 0, p.panel);
        let columns = self.columns.iter().zip(lefts).zip(widths).enumerate();
        for (at, ((column, left), width)) in columns.filter(|(_, (_, width))| **width > 0.0) {
            let rect = Rect::from_min_size(pos2(*left, head.top()), vec2(*width, style::HEAD));
            self.head_cell(ui, state, rect, (at, column), events);
            if column.filters {
                let place = rect.translate(vec2(0.0, style::HEAD)).shrink2(vec2(2.0, 2.5));
                filter_cell(ui, state, place, (at, column), (self.lang, events));
            }
        }
        ui.painter().hline(head.x_range(), head.bottom() - 0.5, p.line());
        ui.set_clip_rect(outer);
        state.focus_filter = false;
    }

    /// A log may name two of its fields alike: a head is told by its place too.
    fn head_cell(
        &self,
        ui: &mut Ui,
        state: &mut State,
        rect: Rect,
        (at, column): (usize, &Column),
        events: &mut Events,
    ) {
        let p = palette(ui);
        let id = bits::id(self.id).with(("head", at, &column.id));
        let response = ui.interact(rect, id, if column.sorts { Sense::CLICK } else { Sense::empty() });
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, column.sorts, &column.title));
        if column.sorts && response.clicked() {
            events.sort = Some(column.id.clone());
        }
        let mut inner = rect.shrink2(vec2(GAP, 0.0));
        let sorted = self.sorted.filter(|(id, _)| *id == column.id);
        let ink = if sorted.is_some() || response.hovered() { p.text } else { p.quiet };
        if let Some((_, down)) = sorted {
            let centre = pos2(inner.right() - 5.0, inner.center().y);
            paint_arrow(ui, centre, down, ink);
            inner.set_right(inner.right() - 14.0);
        }
        let align = if column.right { Align::Max } else { Align::Min };
        bits::text_in(ui.painter(), inner, &column.title, style::table(), ink, align);
        let edge = Rect::from_center_size(pos2(rect.right(), rect.center().y), vec2(8.0, rect.height()));
        let grip = ui.interact(edge, id.with("grip"), Sense::DRAG);
        if grip.hovered() || grip.dragged() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
            ui.painter().vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, p.accent));
        }
        if grip.dragged() {
            let width = (rect.width() + grip.drag_delta().x).max(24.0);
            state.widths.insert(column.id.clone(), width);
        }
        events.widened |= grip.drag_stopped();
    }
}

fn filter_cell(
    ui: &mut Ui,
    state: &mut State,
    rect: Rect,
    (at, column): (usize, &Column),
    (lang, events): (Lang, &mut Events),
) {
    let p = palette(ui);
    let text = state.filters.entry(column.id.clone()).or_default();
    let edit = egui::TextEdit::singleline(text)
        .id(bits::id("filter").with((at, &column.id)))
        .font(style::table())
        .margin(egui::Margin::symmetric(4, 2))
        .frame(egui::Frame::new().fill(p.ground).stroke(p.line()).corner_radius(style::CORNER))
        .hint_text(egui::RichText::new("…").color(p.disabled))
        .desired_width(rect.width());
    let response = ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = rect.height();
        ui.put(rect, edit)
    });
    let response = response.inner.accessible_name(format!("{} {}", lang.pick("絞り込み", "filter"), column.title));
    if state.focus_filter {
        response.request_focus();
        state.focus_filter = false;
    }
    events.filtered |= response.lost_focus() || (response.changed() && text.is_empty());
    let empty = text.is_empty();
    if empty {
        state.filters.remove(&column.id);
    }
}

fn paint_arrow(ui: &Ui, centre: egui::Pos2, down: bool, ink: Color32) {
    let side = 11.0;
    if down {
        icon::paint_sized(ui.painter(), centre, side, Icon::Open, ink);
    } else {
        let points = vec![centre + vec2(-2.6, 1.2), centre + vec2(0.0, -1.4), centre + vec2(2.6, 1.2)];
        ui.painter().add(egui::Shape::line(points, Stroke::new(1.0, ink)));
    }
}
