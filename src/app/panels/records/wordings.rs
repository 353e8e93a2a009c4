//! Message templates: the records of a view by their wording, rare first. A click shows the records of one.

use super::{Records, query};
use crate::app::frame::status::progress;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::Lang;
use crate::workbench::ask::{Command, Question, RecordView, Search, Template, TemplateOf, Templates};
use egui::text::{LayoutJob, TextWrapping};
use egui::{TextFormat, Ui, pos2};

/// More templates than are ever made of one set.
const LIMIT: u32 = 1 << 16;

/// How the templates stand.
#[derive(Default)]
pub(super) struct Wordings {
    /// They are shown in place of the records.
    pub(super) on: bool,
    /// The field whose text is grouped; the message where `None`.
    field: Option<String>,
    /// Commonest first.
    common: bool,
    table: State,
    /// What the table stands in.
    of: RecordView,
}

impl Records {
    /// The rows templates are made of: their order is of no account.
    fn mined(&self) -> RecordView {
        RecordView { order: crate::workbench::ask::Order::Row, ..self.view.clone() }
    }

    /// Orders the templates to be written to a file.
    pub(super) fn save_wordings(&self, out: std::path::PathBuf) -> Command {
        Command::SaveTemplates { view: self.mined(), field: self.wordings.field.clone(), out }
    }

    /// Draws the templates of the view.
    pub(super) fn wordings(&mut self, ui: &mut Ui, view: &View<'_>, search: &Search, out: &mut Outbox) {
        let of = self.mined();
        if self.wordings.of != of {
            self.wordings.of = of.clone();
            self.wordings.table.reset();
        }
        let field = self.wordings.field.clone();
        let found = view.templates(&of, field.as_deref(), LIMIT);
        self.grouped_by(ui, view, search, found);
        let Some(found) = found else {
            let job = view.job_on(|asked| matches!(asked, Question::Templates { view, .. } if *view == of));
            view.templates(&of, field.as_deref(), LIMIT);
            bits::waiting(ui, view, view.t("文面ごとにまとめています", "Grouping records by their wording"));
            if let Some(job) = job {
                let (share, text) = progress(view.lang, job);
                query::progress(ui, share.unwrap_or(0.0));
                ui.horizontal(|ui| {
                    ui.add_space(style::M);
                    ui.label(bits::quiet(ui, text));
                    if bits::button(ui, Weight::Bare, None, view.t("中止", "Stop")).clicked() {
                        out.order(Command::Cancel(job.id));
                    }
                });
            }
            return;
        };
        if found.list.is_empty() {
            bits::empty(
                ui,
                view.t("まとめられる文面がありません。", "No wording to group by."),
                None,
                view.t("例：対象の項目を変える、条件を外して記録を増やす", "Try another field, or fewer conditions"),
            );
            return;
        }
        self.templates(ui, view, found, out);
    }

    /// Which text is grouped, and what came of it.
    fn grouped_by(&mut self, ui: &mut Ui, view: &View<'_>, search: &Search, found: Option<&Templates>) {
        ui.horizontal(|ui| {
            ui.add_space(style::M);
            ui.spacing_mut().item_spacing.x = style::S;
            ui.label(bits::caption(ui, view.t("まとめる項目", "Grouped by")));
            let usual = view.t("内容（なければ全文）", "message, else the whole text");
            let label = |name: &str| {
                let known = search.columns.iter().find(|column| column.name == name);
                known.map_or_else(|| name.to_owned(), |column| column.label.get(view.lang).to_owned())
            };
            let shown = self.wordings.field.as_deref().map_or_else(|| usual.to_owned(), label);
            let button = bits::menu_button(ui, &shown);
            let name = format!("{} {shown}", view.t("まとめる項目", "Grouped by"));
            button.clone().accessible_name(name);
            bits::menu(&button, None, |ui| {
                if ui.selectable_label(self.wordings.field.is_none(), usual).clicked() {
                    self.wordings.field = None;
                }
                for column in &search.columns {
                    let on = self.wordings.field.as_ref() == Some(&column.name);
                    if ui.selectable_label(on, column.label.get(view.lang)).clicked() {
                        self.wordings.field = Some(column.name.clone());
                    }
                }
            });
            if let Some(found) = found {
                ui.add(egui::Label::new(bits::quiet(ui, summary(view.lang, found))).truncate());
            }
        });
        ui.add_space(2.0);
    }

    fn templates(&mut self, ui: &mut Ui, view: &View<'_>, found: &Templates, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let columns = [
            Column::new("count", t("件数", "Records"), 92.0).right(),
            Column::new("share", t("割合", "Share"), 66.0).right().unsorted(),
            Column::new("text", t("文面（<*> は値）", "Wording (<*> stands for values)"), 600.0)
                .grows(200.0)
                .unsorted(),
        ];
        let table = Table {
            id: "wordings",
            name: t("文面の一覧", "List of wordings"),
            columns: &columns,
            rows: found.list.len() as u64,
            row_height: view.row_height,
            sorted: Some(("count", self.wordings.common)),
            keys: view.active,
            lang: view.lang,
        };
        let mut shown = TemplateRows { view, found, common: self.wordings.common, out, open: None };
        let events = table.show(ui, &mut self.wordings.table, &mut shown);
        let menu = shown.open.take();
        let chosen = self.wordings.table.cursor.and_then(|row| at(found, self.wordings.common, row));
        if events.sort.is_some() {
            self.wordings.common = !self.wordings.common;
            self.wordings.table.reset();
            return;
        }
        if events.copy
            && let Some(one) = chosen
        {
            out.act(Act::Copy(one.text.clone()));
        }
        if events.moved
            && let Some(one) = chosen
        {
            out.act(Act::Select(Selection::Record(one.first.0, one.first.1)));
        }
        let pressed = chosen.filter(|_| events.clicked || events.opened).map(|one| one.text.clone());
        if let Some(text) = menu.or(pressed) {
            let of = TemplateOf { view: self.mined(), field: self.wordings.field.clone(), text };
            self.change(|new| new.template = Some(Box::new(of)));
            self.wordings.on = false;
        }
    }
}

fn at(found: &Templates, common: bool, row: u64) -> Option<&Template> {
    let row = usize::try_from(row).ok()?;
    let place = if common { found.list.len().checked_sub(row + 1)? } else { row };
    found.list.get(place)
}

/// `5,016,409件が312種類の文面`, and what is in none.
fn summary(lang: Lang, found: &Templates) -> String {
    let grouped = words::count(found.total.saturating_sub(found.others));
    let kinds = words::count(found.distinct);
    let mut out = match lang {
        Lang::Ja => format!("{grouped}件が{kinds}種類の文面"),
        Lang::En => format!("{grouped} records in {kinds} wordings"),
    };
    if found.others > 0 {
        let others = words::count(found.others);
        out = match lang {
            Lang::Ja => format!("{out} · 項目がない・多様すぎる記録 {others}件"),
            Lang::En => format!("{out} · {others} without the field or too varied"),
        };
    }
    out
}

struct TemplateRows<'a, 'b> {
    view: &'a View<'b>,
    found: &'a Templates,
    common: bool,
    out: &'a mut Outbox,
    /// The template whose records are to be shown.
    open: Option<String>,
}

impl Rows for TemplateRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(one) = at(self.found, self.common, cells.row) else { return };
        cells.text(0, &words::count(one.count));
        let share = one.count as f64 / self.found.total.max(1) as f64 * 100.0;
        cells.quiet(1, &if share < 0.05 { "<0.1%".to_owned() } else { format!("{share:.1}%") });
        wording(cells, 2, &one.text);
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(one) = at(self.found, self.common, row) else { return };
        if ui.button(self.view.t("この文面の記録を見る", "Show records of this wording")).clicked() {
            self.open = Some(one.text.clone());
        }
        if ui.button(self.view.t("文面を写す", "Copy the wording")).clicked() {
            self.out.act(Act::Copy(one.text.clone()));
        }
    }
}

/// The words in full, the places of values in the quiet colour.
fn wording(cells: &mut Cells<'_>, column: usize, text: &str) {
    cells.name.push_str(text);
    let Some(rect) = cells.rect(column) else { return };
    let p = palette(cells.ui);
    let format = |color| TextFormat { font_id: style::mono(), color, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    for (number, words) in text.get(..text.floor_char_boundary(1_000)).unwrap_or(text).split("<*>").enumerate() {
        if number > 0 {
            job.append("<*>", 0.0, format(if cells.selected { p.text } else { p.quiet }));
        }
        job.append(words, 0.0, format(p.text));
    }
    job.wrap = TextWrapping { max_width: rect.width(), max_rows: 1, break_anywhere: true, ..TextWrapping::default() };
    let galley = cells.ui.painter().layout_job(job);
    let y = (rect.center().y - galley.size().y / 2.0).round();
    cells.ui.painter().galley(pos2(rect.left(), y), galley, p.text);
}
