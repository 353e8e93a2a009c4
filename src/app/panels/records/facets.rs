//! Facets: the commonest values of one field, to narrow by a click.

use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::app::widgets::bits;
use crate::app::words;
use crate::model::Lang;
use crate::workbench::ask::{RecordView, Search};
use egui::{ScrollArea, Ui};

/// Values shown.
pub const LIMIT: u32 = 12;
/// Values with a colour of their own in the histogram.
pub const LAYERS: usize = 5;
/// Room for the edge of a chip and for the menu after the last one.
const MORE: f32 = 100.0;

/// Draws the fields as chips and the values of the open one; returns field, value and whether to leave it out.
pub fn show(
    ui: &mut Ui,
    view: &View<'_>,
    records: &RecordView,
    search: &Search,
    open: &mut Option<String>,
) -> Option<(String, String, bool)> {
    if search.columns.is_empty() || search.shown == 0 {
        return None;
    }
    let mut picked = None;
    ui.horizontal(|ui| {
        ui.add_space(style::M);
        ui.spacing_mut().item_spacing.x = style::XS;
        ui.label(bits::caption(ui, view.t("内訳", "Values of")));
        // One line: the records need the room. What has no place in it is in a menu at its end.
        let mut rest = Vec::new();
        for column in &search.columns {
            let on = open.as_deref() == Some(column.name.as_str());
            let name = column.label.get(view.lang);
            let wide =
                ui.painter().layout_no_wrap(name.to_owned(), style::table(), egui::Color32::PLACEHOLDER).size().x;
            if !on && (!rest.is_empty() || ui.available_width() < wide + MORE) {
                rest.push(column);
            } else if bits::chip(ui, on, None, name, None).clicked() {
                *open = if on { None } else { Some(column.name.clone()) };
            }
        }
        if !rest.is_empty() {
            let more = bits::menu_button(ui, view.t("ほか", "More"));
            bits::menu(&more, None, |ui| {
                for column in rest {
                    if ui.button(column.label.get(view.lang)).clicked() {
                        *open = Some(column.name.clone());
                    }
                }
            });
        }
    });
    if let Some(field) = open.clone() {
        let Some(facet) = view.facet(records, &field, LIMIT) else {
            bits::waiting(ui, view, view.t("数えています", "Counting"));
            return None;
        };
        ScrollArea::vertical().id_salt("facet").max_height(62.0).show(ui, |ui| {
            bits::wrapped(ui, |ui| {
                for (at, (value, count)) in facet.values.iter().enumerate() {
                    let shown = words::middle(value, 22);
                    let response = bits::chip(ui, false, None, &shown, Some(&words::count(*count)));
                    if at < LAYERS {
                        // The same colour as its part of the bars.
                        let mut line = response.rect.shrink2(egui::vec2(10.0, 0.0));
                        line.set_top(line.bottom() - 3.0);
                        ui.painter().rect_filled(line, 1, palette(ui).layer(at));
                    }
                    let response = response.on_hover_text(view.t(
                        "クリックでこの値だけ、右クリックで除く",
                        "Click for this value only, right-click to leave it out",
                    ));
                    if response.clicked() || response.secondary_clicked() {
                        picked = Some((field.clone(), value.clone(), response.secondary_clicked()));
                    }
                }
                ui.label(bits::caption(ui, rest(view.lang, facet)));
            });
        });
    }
    ui.add_space(2.0);
    picked
}

fn rest(lang: Lang, facet: &crate::workbench::ask::Facet) -> String {
    let mut out = format!("{} {}", lang.pick("その他", "others"), words::count(facet.others));
    if facet.absent > 0 {
        out = format!("{out} · {} {}", lang.pick("項目なし", "without"), words::count(facet.absent));
    }
    if !facet.exact {
        out = format!("{out} · {}", lang.pick("値の種類が多いため下限", "at least: too many different values"));
    }
    out
}
