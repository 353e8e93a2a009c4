//! The query field: what is typed, where it is wrong, what was asked before.

use crate::app::style::{self, palette};
use crate::app::view::{Outbox, View};
use crate::app::widgets::bits;
use crate::app::widgets::icon::Icon;
use crate::model::CaseKey;
use crate::model::statement::SavedSearch;
use crate::workbench::ask::{Command, QueryFault, RecordView, Search};
use egui::text::LayoutJob;
use egui::{Key, Label, Popup, PopupCloseBehavior, Rect, RichText, Stroke, TextEdit, TextFormat, Ui, vec2};

/// What a person types.
pub struct Typed<'a> {
    /// The query.
    pub query: &'a mut String,
    /// The name it is about to be saved under.
    pub name: &'a mut String,
}

/// What was asked before.
pub struct Past<'a> {
    /// Lately, newest first.
    pub recent: &'a [String],
    /// The query on screen.
    pub asked: &'a str,
    /// The case it is asked of.
    pub case: Option<CaseKey>,
}

impl Past<'_> {
    /// Saved searches, then recent ones; the one on screen can be saved under a name. Tells which was chosen.
    fn menu(
        &self,
        ui: &mut Ui,
        view: &View<'_>,
        saved: &[SavedSearch],
        name: &mut String,
        out: &mut Outbox,
    ) -> Option<String> {
        let mut chosen = None;
        let line = |text: &str| egui::Button::new(RichText::new(text).font(style::mono())).truncate();
        if !saved.is_empty() {
            ui.label(bits::caption(ui, view.t("保存した検索", "Saved searches")));
        }
        for held in saved {
            let named = held.name != held.query;
            let text = if named { format!("{}  {}", held.name, held.query) } else { held.query.clone() };
            ui.horizontal(|ui| {
                let width = (ui.available_width() - style::BUTTON - 4.0).max(60.0);
                if ui.add_sized([width, style::BUTTON], line(&text)).on_hover_text(&held.query).clicked() {
                    chosen = Some(held.query.clone());
                    ui.close();
                }
                let forget = format!("{} {}", view.t("保存をやめる", "Forget"), held.name);
                if bits::icon_button(ui, Icon::Cross, &forget, false).clicked() {
                    out.order(Command::DropSearch(held.name.clone()));
                }
            });
        }
        if !saved.is_empty() && !self.recent.is_empty() {
            ui.separator();
        }
        if !self.recent.is_empty() {
            ui.label(bits::caption(ui, view.t("最近の検索", "Recent")));
        }
        for old in self.recent.iter().take(12) {
            if ui.add(line(old)).clicked() {
                chosen = Some(old.clone());
                ui.close();
            }
        }
        let known = saved.iter().any(|held| held.query == self.asked);
        if !self.asked.is_empty() && !known {
            ui.separator();
            ui.label(bits::caption(ui, view.t("今の検索条件を保存", "Save this query")));
            ui.horizontal(|ui| {
                let width = (ui.available_width() - 70.0).max(80.0);
                let hint = view.t("名前（なければ条件のまま）", "A name (else the query itself)");
                let edit = bits::entry(ui, TextEdit::singleline(name), hint, width);
                let edit = edit.accessible_name(view.t("保存する検索の名前", "Name of the saved search"));
                let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                let pressed = bits::button(ui, bits::Weight::Plain, None, view.t("保存", "Save")).clicked();
                if enter || pressed {
                    let query = self.asked.to_owned();
                    let given = std::mem::take(name).trim().to_owned();
                    let name = if given.is_empty() { query.clone() } else { given };
                    out.order(Command::SaveSearch { case: self.case, name, query });
                    ui.close();
                }
            });
        }
        chosen
    }
}

/// The field, and the menu of what was asked before; tells whether the query is to be run.
pub fn field(
    ui: &mut Ui,
    view: &View<'_>,
    typed: Typed<'_>,
    fault: Option<&QueryFault>,
    past: &Past<'_>,
    focus: bool,
    out: &mut Outbox,
) -> bool {
    let Typed { query, name } = typed;
    let saved = view.searches().map_or(&[][..], Vec::as_slice);
    let any = !past.recent.is_empty() || !saved.is_empty();
    let p = palette(ui);
    let wrong = fault.map(|fault| fault.at..fault.at + fault.len.max(1));
    let mut layouter = move |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
        ui.fonts_mut(|fonts| fonts.layout_job(job(p, text.as_str(), wrong.as_ref())))
    };
    let width = ui.available_width() - style::M - if any { 110.0 } else { 0.0 };
    let hint = view.t("検索条件　例：ip:203.0.113.0/24 NOT status:404", "Query, e.g. ip:203.0.113.0/24 NOT status:404");
    let edit = TextEdit::singleline(query).id(bits::id("query")).font(style::mono()).layouter(&mut layouter);
    let response = bits::entry(ui, edit, hint, width).accessible_name(view.t("検索条件", "Query"));
    if focus {
        bits::select_all(&response, query);
    }
    let mut run = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if any {
        let button = bits::menu_button(ui, view.t("履歴・保存", "Recent"));
        // A click inside may forget or name a search: only a choice closes the menu.
        let popup = Popup::menu(&button).width(420.0).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let chosen = popup.show(|ui| past.menu(ui, view, saved, name, out));
        if let Some(chosen) = chosen.and_then(|shown| shown.inner) {
            *query = chosen;
            run = true;
        }
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
