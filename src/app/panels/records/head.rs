//! What stands above the table: counts, the file looked at, the query and its conditions.

use super::{Records, conditions, query, rows};
use crate::app::keys::UiCommand;
use crate::app::panels::Panel as _;
use crate::app::style;
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::words;
use crate::model::{EvidenceKey, Lang};
use crate::workbench::ask::{Question, RecordView, Search};
use egui::Ui;

/// Whose records are looked at.
#[derive(Clone, Copy)]
enum Files {
    All,
    One(EvidenceKey),
}

impl Records {
    pub(super) fn head(&mut self, ui: &mut Ui, view: &View<'_>, search: Option<&Search>, out: &mut Outbox) {
        let mut remark = search.map(|search| counts(view.lang, search)).unwrap_or_default();
        if !self.table.picked.is_empty() && !self.wordings.on {
            // Keys act on these, wherever the cursor is.
            let picked = words::count(self.table.picked.len() as u64);
            remark = match view.lang {
                Lang::Ja => format!("{remark} · {picked}件を選択中"),
                Lang::En => format!("{remark} · {picked} selected"),
            };
        }
        let title = view.text(self.title());
        if search.is_some_and(|search| search.total == 0) {
            return bits::head(ui, title, "", |_| {});
        }
        bits::head(ui, title, &remark, |ui| {
            let save = bits::menu_button(ui, view.t("書出し", "Save"));
            bits::menu(&save, None, |ui| {
                let what = if self.wordings.on { "templates" } else { "records" };
                for (ending, name) in [("csv", "CSV…"), ("jsonl", "JSON Lines…")] {
                    if ui.button(name).clicked() {
                        out.act(Act::Pick(PickFor::Save(what, format!("{what}.{ending}"))));
                    }
                }
            });
            ui.add_enabled_ui(!self.forth.is_empty(), |ui| {
                if bits::icon_button(ui, Icon::Redo, view.t("次の表示 ( ] )", "Next view ( ] )"), false).clicked() {
                    out.act(Act::Run(UiCommand::Forth));
                }
            });
            ui.add_enabled_ui(!self.back.is_empty(), |ui| {
                if bits::icon_button(ui, Icon::Undo, view.t("前の表示 ( [ )", "View before ( [ )"), false).clicked()
                {
                    out.act(Act::Run(UiCommand::Back));
                }
            });
            ui.add_space(style::XS);
            // Set from right to left.
            for (on, name, about) in [
                (
                    true,
                    view.t("文面別", "Wordings"),
                    view.t("同じ文面の記録をまとめて見る ( T )", "Records grouped by wording ( T )"),
                ),
                (false, view.t("一件ずつ", "Records"), view.t("記録を一件ずつ見る ( T )", "One record a row ( T )")),
            ] {
                if bits::chip(ui, self.wordings.on == on, None, name, None).on_hover_text(about).clicked() {
                    self.wordings.on = on;
                }
            }
        });
    }

    pub(super) fn query_line(&mut self, ui: &mut Ui, view: &View<'_>, search: Option<&Search>, out: &mut Outbox) {
        let focus = std::mem::take(&mut self.focus_query);
        let fault = search.and_then(|search| search.fault.as_ref()).filter(|fault| fault.part == 0);
        let mut chosen = None;
        let mut run = false;
        ui.horizontal(|ui| {
            ui.add_space(style::XS);
            ui.spacing_mut().item_spacing.x = style::XS;
            chosen = self.file(ui, view);
            let past = query::Past { recent: &self.recent, asked: &self.view.query, case: self.view.case };
            let typed = query::Typed { query: &mut self.query, name: &mut self.save_as };
            run = query::field(ui, view, typed, fault, &past, focus, out);
        });
        if let Some(files) = chosen {
            self.clear_filters();
            self.change(|new| {
                new.evidence = if let Files::One(key) = files { Some(key) } else { None };
                new.order = crate::workbench::ask::Order::Row;
            });
        }
        if run {
            let query = self.query.trim().to_owned();
            if !query.is_empty() {
                self.recent.retain(|old| *old != query);
                self.recent.insert(0, query.clone());
                self.recent.truncate(20);
            }
            self.change(|new| new.query = query);
        }
        let job = view.job_on(|asked| matches!(asked, Question::Search(of) if *of == self.view));
        if let Some(job) = job {
            let share = crate::app::frame::status::progress(view.lang, job).0.unwrap_or(0.0);
            query::progress(ui, share.max(search.map_or(0.0, |search| search.share)));
        }
    }

    /// Which file is looked at; the fields of one file become columns.
    fn file(&self, ui: &mut Ui, view: &View<'_>) -> Option<Files> {
        let all = view.t("すべての証拠", "All evidence").to_owned();
        let name = match self.view.evidence {
            Some(key) => rows::file_name(view, key),
            None => all.clone(),
        };
        let mut chosen = None;
        let button = bits::menu_button(ui, &words::middle(&name, 12));
        let button = button.on_hover_text(view.t("どの証拠の記録を見るか", "Whose records to look at"));
        bits::menu(&button, Some(340.0), |ui| {
            if ui.selectable_label(self.view.evidence.is_none(), all).clicked() {
                chosen = Some(Files::All);
            }
            let rows = view.evidence(self.view.case).into_iter().flatten().filter(|row| rows::has_records(row));
            egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                for row in rows {
                    let count = row.evidence.reading.as_ref().map_or(0, |reading| u64::from(reading.rows));
                    let text = format!("{}　{}", row.evidence.file_name(), words::records(view.lang, count));
                    if ui.selectable_label(self.view.evidence == Some(row.evidence.key), text).clicked() {
                        chosen = Some(Files::One(row.evidence.key));
                    }
                }
            });
        });
        chosen
    }

    pub(super) fn chips(&mut self, ui: &mut Ui, view: &View<'_>) {
        let template = self.view.template.as_ref().map(|of| of.text.clone());
        if self.view.also.is_empty() && template.is_none() {
            return;
        }
        let mut off = None;
        let (mut all, mut any) = (false, false);
        bits::wrapped(ui, |ui| {
            for (at, condition) in self.view.also.iter().enumerate() {
                let name = conditions::chip(condition);
                if bits::chip(ui, true, None, &name, Some("×")).on_hover_text(condition).clicked() {
                    off = Some(at);
                }
            }
            if let Some(text) = &template {
                let name = format!("{} {}", view.t("文面", "wording"), words::middle(text, 24));
                any = bits::chip(ui, true, None, &name, Some("×")).on_hover_text(text).clicked();
            }
            all = self.view.also.len() + usize::from(template.is_some()) > 1
                && bits::button(ui, Weight::Bare, None, view.t("すべて外す", "Clear all")).clicked();
        });
        if any {
            self.change(|new| new.template = None);
        }
        if all || off.is_some() {
            self.clear_filters();
            self.change(|new| match off {
                Some(at) if at < new.also.len() => drop(new.also.remove(at)),
                _ => (new.also, new.template) = (Vec::new(), None),
            });
            ui.ctx().request_repaint();
        }
    }

    /// Nothing was found: say by what, and offer the way out.
    pub(super) fn nothing_found(&mut self, ui: &mut Ui, view: &View<'_>) {
        let narrowed = !self.view.query.is_empty() || !self.view.also.is_empty() || self.view.template.is_some();
        let pressed = bits::empty(
            ui,
            view.t("条件に合う記録はありません。", "No record meets the conditions."),
            narrowed.then(|| view.t("条件をすべて外す", "Remove all conditions")),
            view.t(
                "例：語を短くする、期間を広げる、field:値 の項目名を確かめる",
                "Try a shorter word, a longer time, or check the field's name in field:value",
            ),
        );
        if pressed {
            self.query.clear();
            self.clear_filters();
            self.change(|new| *new = RecordView { case: new.case, evidence: new.evidence, ..RecordView::default() });
        }
    }
}

/// Shown of all, and what among the shown has no time or could not be read.
fn counts(lang: Lang, search: &Search) -> String {
    let mut out = words::shown_of(lang, search.shown, search.total);
    if search.undated > 0 {
        out = format!("{out} · {} {}", lang.pick("時刻なし", "undated"), words::count(search.undated));
    }
    if search.rejects > 0 {
        out = format!("{out} · {} {}", lang.pick("形式外", "rejects"), words::count(search.rejects));
    }
    if search.done && search.seconds >= 0.01 && search.shown < search.total {
        out = format!("{out} · {:.2} {}", search.seconds, lang.pick("秒", "s"));
    }
    out
}
