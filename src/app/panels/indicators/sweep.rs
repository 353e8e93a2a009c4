//! A pasted list, looked for in all evidence: which values were seen, how often, and in which source.

use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::mark::{self, Mark};
use crate::app::words;
use crate::model::Lang;
use crate::workbench::ask::{RecordView, Sweep, SweepRow};
use egui::{Grid, ScrollArea, TextEdit, Ui, pos2, vec2};
use std::fmt::Write as _;

/// The list being typed, and the one asked about.
#[derive(Default)]
pub(super) struct SweepForm {
    text: String,
    asked: Option<String>,
}

impl SweepForm {
    /// Draws the form and what came of it; false when the person goes back.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> bool {
        let mut stays = true;
        egui::Frame::NONE.inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            let label = view.t(
                "照合する一覧（1行に1つ。表や文章のままでも可）",
                "List to look for, one a line; tables and prose will do",
            );
            let hint = "203[.]0[.]113[.]5\nhxxps://login.example[.]jp/\n090-0000-0000";
            let name = ui.label(bits::caption(ui, label));
            ScrollArea::vertical().id_salt("sweep text").max_height(TYPED).min_scrolled_height(TYPED).show(ui, |ui| {
                let hint = egui::RichText::new(hint).color(palette(ui).quiet);
                let edit = TextEdit::multiline(&mut self.text).hint_text(hint).font(style::mono()).desired_rows(6);
                ui.add(edit.desired_width(ui.available_width())).labelled_by(name.id);
            });
            ui.add_space(style::S);
            ui.horizontal(|ui| {
                let ready = !self.text.trim().is_empty();
                let act = view.t("全証拠と照合", "Look in all evidence");
                let press =
                    ui.add_enabled_ui(ready, |ui| bits::button(ui, Weight::Main, Some(Icon::Search), act)).inner;
                if press.clicked() {
                    self.asked = Some(self.text.clone());
                }
                if bits::button(ui, Weight::Bare, None, view.t("一覧に戻る", "Back to the list")).clicked() {
                    stays = false;
                }
            });
        });
        ui.add_space(style::S);
        if let Some(asked) = &self.asked {
            match view.sweep(asked) {
                Some(sweep) => results(ui, view, sweep, out),
                None => bits::waiting(ui, view, view.t("照合しています", "Looking")),
            }
        }
        stays
    }
}

fn results(ui: &mut Ui, view: &View<'_>, sweep: &Sweep, out: &mut Outbox) {
    let seen = sweep.rows.iter().filter(|row| row.count > 0).count();
    let text = match view.lang {
        Lang::Ja => format!("{}件中{seen}件が証拠にあります", sweep.rows.len()),
        Lang::En => format!("{seen} of {} stand in the evidence", sweep.rows.len()),
    };
    ui.horizontal(|ui| {
        ui.add_space(style::M);
        ui.strong(text);
        if sweep.left_out > 0 {
            let text = match view.lang {
                Lang::Ja => format!("⚠ 識別情報のない行{}件は照合していません", sweep.left_out),
                Lang::En => format!("⚠ {} lines without indicators were not looked for", sweep.left_out),
            };
            ui.label(bits::quiet(ui, text));
        }
        if bits::button(ui, Weight::Bare, Some(Icon::Copy), view.t("結果を写す", "Copy result")).clicked() {
            out.act(Act::Copy(table(view, sweep)));
        }
    });
    ScrollArea::vertical().id_salt("sweep rows").auto_shrink(false).show_rows(
        ui,
        ROW,
        sweep.rows.len(),
        |ui, visible| {
            Grid::new("sweep").num_columns(3).striped(true).min_row_height(ROW).spacing(vec2(style::M, 0.0)).show(
                ui,
                |ui| {
                    for row in sweep.rows.get(visible).unwrap_or(&[]) {
                        row_ui(ui, view, row, out);
                        ui.end_row();
                    }
                },
            );
        },
    );
}

const ROW: f32 = 24.0;
/// Height of the field for the list.
const TYPED: f32 = 132.0;

fn row_ui(ui: &mut Ui, view: &View<'_>, row: &SweepRow, out: &mut Outbox) {
    let p = palette(ui);
    ui.horizontal(|ui| {
        ui.add_space(style::M);
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), egui::Sense::hover());
        if let Some(facts) = row.kind.and_then(|kind| view.kind(kind)) {
            mark::paint(ui.painter(), p, pos2(rect.left() + 7.0, rect.center().y), 4.8, Mark::Look(facts.look), None);
        }
        let label = row.kind.map_or_else(|| view.t("文字列", "Text").to_owned(), |kind| view.kind_label(kind));
        match row.kind.filter(|_| row.count > 0) {
            Some(kind) => {
                if bits::link(ui, &row.value, &format!("{label} {}", row.value)).clicked() {
                    out.act(Act::ShowIndicator(kind, row.value.clone()));
                }
            }
            None => {
                ui.label(bits::quiet(ui, row.value.as_str()).font(style::mono()));
            }
        }
    });
    if row.count == 0 {
        ui.label(bits::quiet(ui, view.t("なし", "none")));
        ui.label("");
        return;
    }
    let text = match view.lang {
        Lang::Ja => format!("{}件", words::count(row.count)),
        Lang::En => words::count(row.count),
    };
    ui.label(text);
    ui.horizontal(|ui| {
        for source in &row.sources {
            let name = format!("{} {}", source.name.get(view.lang), words::count(source.count));
            if source.evidence.is_none() {
                ui.label(bits::quiet(ui, name));
            } else if bits::link(ui, &name, &name).clicked() {
                let query = format!("\"{}\"", row.value.replace('\\', "\\\\").replace('"', "\\\""));
                let query = if row.kind.is_some() { query } else { format!("={query}") };
                out.act(Act::ShowRecords(RecordView {
                    case: source.case,
                    evidence: source.evidence,
                    query,
                    ..RecordView::default()
                }));
            }
        }
    });
}

/// The result as text: one line for each value and source.
fn table(view: &View<'_>, sweep: &Sweep) -> String {
    let mut out = String::new();
    for row in &sweep.rows {
        let kind = row.kind.map_or_else(String::new, |kind| kind.tag().to_owned());
        if row.sources.is_empty() {
            let _ = writeln!(out, "{kind}\t{}\t0\t", row.value);
        }
        for source in &row.sources {
            let _ = writeln!(out, "{kind}\t{}\t{}\t{}", row.value, source.count, source.name.get(view.lang));
        }
    }
    out
}
