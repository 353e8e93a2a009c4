//! The query field: what is typed, where it is wrong, what was asked before.

use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::app::widgets::bits;
use crate::workbench::ask::{QueryFault, RecordView, Search};
use egui::text::LayoutJob;
use egui::{Key, Label, Popup, Rect, RichText, Stroke, TextEdit, TextFormat, Ui, vec2};

/// The field; tells whether the query is to be run.
pub fn field(
    ui: &mut Ui,
    view: &View<'_>,
    query: &mut String,
    fault: Option<&QueryFault>,
    recent: &[String],
    focus: bool,
) -> bool {
    let p = palette(ui);
    let wrong = fault.map(|fault| fault.at..fault.at + fault.len.max(1));
    let mut layouter = move |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
        ui.fonts_mut(|fonts| fonts.layout_job(job(p, text.as_str(), wrong.as_ref())))
    };
    let width = ui.available_width() - style::M - if recent.is_empty() { 0.0 } else { 78.0 };
    let hint = view.t("検索条件　例：ip:203.0.113.0/24 NOT status:404", "Query, e.g. ip:203.0.113.0/24 NOT status:404");
    let edit = TextEdit::singleline(query).id(bits::id("query")).font(style::mono()).layouter(&mut layouter);
    let response = bits::entry(ui, edit, hint, width).accessible_name(view.t("検索条件", "Query"));
    if focus {
        response.request_focus();
    }
    let mut run = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !recent.is_empty() {
        let past = bits::menu_button(ui, view.t("履歴", "Recent"));
        Popup::menu(&past).width(420.0).show(|ui| {
            for old in recent.iter().take(12) {
                if ui.add(egui::Button::new(RichText::new(old).font(style::mono())).truncate()).clicked() {
                    query.clone_from(old);
                    run = true;
                }
            }
        });
    }
    run
}

/// The typed text, with the wrong place underlined.
fn job(p: &style::Palette, text: &str, wrong: Option<&std::ops::Range<usize>>) -> LayoutJob {
    let plain = TextFormat { font_id: style::mono(), color: p.text, ..TextFormat::default() };
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    let cut = wrong.and_then(|at| {
        let end = at.end.min(text.len());
        Some((text.get(..at.start)?, text.get(at.start..end)?, text.get(end..)?))
    });
    match cut {
        Some((before, bad, after)) => {
            job.append(before, 0.0, plain.clone());
            let line = Stroke::new(2.0, p.danger);
            job.append(bad, 0.0, TextFormat { underline: line, ..plain.clone() });
            job.append(after, 0.0, plain);
        }
        None => job.append(text, 0.0, plain),
    }
    job.wrap.max_width = f32::INFINITY;
    job
}

/// How far the search is, as a thin bar under the field.
pub fn progress(ui: &mut Ui, share: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), egui::Sense::empty());
    bits::share_bar(
        ui,
        Rect::from_min_size(rect.min + vec2(style::M, 0.0), vec2(rect.width() - style::M * 2.0, 3.0)),
        share,
    );
}

/// What is wrong with the query, or worth knowing about the answer.
pub fn remarks(ui: &mut Ui, view: &View<'_>, records: &RecordView, search: &Search) {
    let p = palette(ui);
    if let Some(fault) = &search.fault {
        ui.horizontal_top(|ui| {
            ui.add_space(style::M);
            ui.vertical(|ui| {
                let part = fault.part.checked_sub(1).and_then(|at| records.also.get(at));
                let place = part.map(|part| format!("{part}: ")).unwrap_or_default();
                let what = format!("⚠ {place}{}", fault.what.get(view.lang));
                ui.add(Label::new(RichText::new(what).color(p.danger)).wrap());
                if let Some(hint) = &fault.hint {
                    ui.add(Label::new(bits::quiet(ui, hint.get(view.lang))).wrap());
                }
            });
        });
    }
    for note in &search.notes {
        ui.horizontal(|ui| {
            ui.add_space(style::M);
            ui.label(bits::quiet(ui, note.get(view.lang)));
        });
    }
}
