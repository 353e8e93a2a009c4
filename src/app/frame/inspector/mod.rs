//! The inspector: whatever is selected, whole. It can be pinned, and never takes the keyboard.

pub mod record;
pub mod settle;
pub mod things;
mod tree;

use crate::app::style::{self, palette};
use crate::app::view::{Outbox, Selection, View};
use crate::app::widgets::bits;
use crate::app::widgets::icon::{self, Icon};
use egui::{Align, Id, Layout, Margin, Panel, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

/// The inspector's own state.
#[derive(Debug, Default)]
pub struct Inspector {
    pinned: Option<Selection>,
    shown: record::Shown,
}

impl Inspector {
    /// Draws the inspector at the right.
    pub fn show(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let p = palette(ui);
        let frame = egui::Frame::new().fill(p.panel).inner_margin(Margin { left: 14, right: 6, top: 0, bottom: 0 });
        let side = Panel::right("inspector").default_size(style::INSPECTOR).size_range(240.0..=640.0);
        side.show_separator_line(false).frame(frame).show(ui, |ui| {
            let edge = ui.max_rect().expand2(vec2(14.0, 0.0));
            ui.painter().vline(edge.left() + 0.5, edge.y_range(), p.line());
            self.head(ui, view);
            let selection = self.pinned.clone().unwrap_or_else(|| view.selection.clone());
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_width(ui.available_width() - 10.0);
                match &selection {
                    Selection::Nothing => match view.case {
                        Some(case) => things::case(ui, view, case, out),
                        None => nothing(ui, view),
                    },
                    Selection::Record(evidence, row) => record::show(ui, view, *evidence, *row, &mut self.shown, out),
                    Selection::Evidence(key) => things::evidence(ui, view, *key, out),
                    Selection::Case(key) => things::case(ui, view, *key, out),
                    Selection::Indicator(kind, value) => things::indicator(ui, view, *kind, value, out),
                    Selection::Link(spec, of) => things::link(ui, view, spec, *of, out),
                }
                ui.add_space(style::L);
            });
        });
    }

    fn head(&mut self, ui: &mut Ui, view: &View<'_>) {
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), style::TITLE),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.label(egui::RichText::new(view.t("詳細", "Details")).font(style::section()));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let pinned = self.pinned.is_some();
                    let name = view.t("選択が変わっても固定", "Keep while the selection changes");
                    if bits::icon_button(ui, Icon::Pin, name, pinned).clicked() {
                        self.pinned = if pinned { None } else { Some(view.selection.clone()) };
                    }
                });
            },
        );
    }
}

fn nothing(ui: &mut Ui, view: &View<'_>) {
    ui.add_space(style::S);
    ui.label(bits::quiet(
        ui,
        view.t(
            "行、識別情報、証拠、または相関図の点を選ぶと、その内容と出所がここに出ます。",
            "Select a row, an indicator, an evidence or a node: its content and origin show here.",
        ),
    ));
}

/// A section that opens and closes by its title. Remembers in the window's memory.
fn fold(ui: &mut Ui, name: &str, remark: &str, contents: impl FnOnce(&mut Ui)) {
    let p = palette(ui);
    let id = Id::unique(("fold", name));
    let mut open = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(true);
    ui.add_space(style::S);
    bits::rule(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, open, name));
    let ink = if response.hovered() || response.has_focus() { p.text } else { p.quiet };
    let sign = if open { Icon::Open } else { Icon::Next };
    icon::paint_sized(ui.painter(), pos2(rect.left() + 6.0, rect.center().y), 13.0, sign, ink);
    let mut words = rect;
    words.set_left(rect.left() + 18.0);
    bits::text_in(ui.painter(), words, name, style::body(), p.text, Align::Min);
    bits::text_in(ui.painter(), words, remark, style::caption(), p.quiet, Align::Max);
    if response.clicked() {
        open = !open;
        ui.data_mut(|data| data.insert_temp(id, open));
    }
    if open {
        contents(ui);
    }
}
