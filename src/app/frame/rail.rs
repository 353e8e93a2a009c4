//! The left rail: one entry per panel, icon and word, a number only for what needs action.

use crate::app::panels::Panel;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits;
use crate::app::widgets::icon;
use egui::{Align, Margin, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

/// Draws the rail.
pub fn show(ui: &mut Ui, view: &View<'_>, panels: &[Box<dyn Panel>], active: &str, out: &mut Outbox) {
    let frame = egui::Frame::new().fill(palette(ui).ground).inner_margin(Margin::same(8));
    let side = egui::Panel::left("rail").exact_size(style::RAIL).resizable(false).show_separator_line(false);
    side.frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for panel in panels {
            if entry(ui, view, panel.as_ref(), panel.id() == active) {
                out.act(Act::Open(panel.id()));
            }
        }
    });
}

fn entry(ui: &mut Ui, view: &View<'_>, panel: &dyn Panel, on: bool) -> bool {
    let p = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
    let title = view.text(panel.title_in(view));
    let badge = panel.badge(view);
    let name = if badge > 0 { format!("{title} {badge}") } else { title.to_owned() };
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, &name));
    if on {
        ui.painter().rect_filled(rect, style::CORNER, p.selected);
        let edge = Rect::from_min_size(pos2(rect.left(), rect.top() + 7.0), vec2(2.5, rect.height() - 14.0));
        ui.painter().rect_filled(edge, 1, p.accent);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
    }
    let ink = if on { p.text } else { p.quiet };
    let sign = Rect::from_center_size(pos2(rect.left() + 18.0, rect.center().y), Vec2::splat(style::ICON));
    icon::paint(ui.painter(), sign, panel.icon(), ink);
    let words = Rect::from_min_max(pos2(rect.left() + 33.0, rect.top()), pos2(rect.right() - 2.0, rect.bottom()));
    bits::text_in(ui.painter(), words, title, style::body(), ink, Align::Min);
    if badge > 0 {
        let text = if badge > 99 { "99+".to_owned() } else { badge.to_string() };
        let galley = ui.painter().layout_no_wrap(text, style::caption(), p.on_accent);
        let size = vec2((galley.size().x + 8.0).max(16.0), 16.0);
        let pill = Rect::from_center_size(pos2(rect.right() - 5.0 - size.x / 2.0, rect.center().y), size);
        ui.painter().rect_filled(pill, 8, p.accent);
        ui.painter().galley(pill.center() - galley.size() / 2.0, galley, p.on_accent);
    }
    response.clicked()
}
