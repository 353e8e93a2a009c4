//! The look ahead: while a file is taken in, its first records stand here, read straight from the file; when it is in, the
//! stored records take their place, at the same row.

use super::Records;
use super::rows::{self, Columns};
use crate::app::frame::status::progress;
use crate::app::panels::Panel as _;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::widgets::table::{Cells, Rows, State, Table};
use crate::app::words;
use crate::model::{EvidenceKey, Lang};
use crate::workbench::ask::{Ahead, Command, JobId, JobState, Question, RecordView};
use egui::{Align, Layout, Rect, Sense, Ui, vec2};
use std::path::PathBuf;

/// What is looked ahead at.
#[derive(Default)]
pub(super) struct Look {
    /// The question that brings the records.
    shown: Option<Question>,
    table: State,
    /// Imports whose look ahead a person left.
    left: Vec<JobId>,
}

impl Look {
    /// The import to be shown: the one ordered last, unless its look ahead was left.
    fn job<'a>(&self, view: &View<'a>) -> Option<(&'a JobState, &'a Question)> {
        let mine = |job: &'a JobState| job.ahead.as_ref().map(|question| (job, question));
        view.jobs.iter().rev().find_map(mine).filter(|(job, _)| !self.left.contains(&job.id))
    }

    /// Shows what was asked for instead.
    pub(super) fn leave(&mut self, view: &View<'_>) {
        self.left = view.jobs.iter().filter(|job| job.ahead.is_some()).map(|job| job.id).collect();
        self.shown = None;
    }
}

impl Records {
    /// Draws the look ahead; `false` where there is none.
    pub(super) fn look_ahead(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> bool {
        let job = self.look.job(view);
        match job {
            Some((_, question)) if self.look.shown.as_ref() != Some(question) => {
                self.look = Look { shown: Some(question.clone()), ..std::mem::take(&mut self.look) };
                self.look.table.reset();
            }
            // The stored records take its place as soon as they can be drawn.
            None if !self.takes_over(view) => return false,
            _ => {}
        }
        let Some(ahead) = self.look.shown.as_ref().and_then(|question| view.ahead(question)) else {
            bits::head(ui, view.text(self.title()), "", |_| {});
            self.band(ui, view, None, job.map(|(job, _)| job), out);
            bits::waiting(ui, view, view.t("先頭を読んでいます", "Reading its beginning"));
            return true;
        };
        let remark = match &ahead.form {
            Some((format, encoding)) => format!("{} · {} · {encoding}", ahead.name, format.get(view.lang)),
            None => ahead.name.clone(),
        };
        bits::head(ui, view.text(self.title()), &remark, |_| {});
        self.band(ui, view, Some(ahead), job.map(|(job, _)| job), out);
        if ahead.rows.is_empty() && ahead.done {
            let sentence = view.t("まだ記録を表示できません。", "No records to show yet.");
            let why = view.t(
                "書庫や、記録に分けられないファイルです。取込みが終わると、証拠の一覧に並びます。",
                "An archive, or a file that has no records. It is listed as evidence when it has been taken in.",
            );
            bits::empty(ui, sentence, None, why);
        } else {
            self.rows_ahead(ui, view, ahead, out);
        }
        true
    }

    /// Whether the look ahead of an import that has ended must still stand in for the stored records. Their table is at
    /// the row that was looked at.
    fn takes_over(&mut self, view: &View<'_>) -> bool {
        if self.look.shown.is_none() {
            return false;
        }
        let waits = self.taken
            && view.search(&self.view).is_none_or(|search| {
                let first =
                    self.look.table.first / u64::from(crate::app::view::PAGE) * u64::from(crate::app::view::PAGE);
                !search.done || view.rows(&self.view, first, rows::page_len(search, first)).is_none()
            });
        if !waits {
            self.look.shown = None;
            if std::mem::take(&mut self.taken) {
                self.table.first = self.look.table.first;
                self.table.cursor = self.look.table.cursor;
            }
        }
        waits
    }

    /// Files are in: if it is they that were looked ahead at, their records are shown.
    pub(super) fn taken(&mut self, paths: &[PathBuf], evidence: &[EvidenceKey], out: &mut Outbox) {
        if !matches!(&self.look.shown, Some(Question::Ahead { paths: shown, .. }) if shown == paths) {
            return;
        }
        let Some(first) = evidence.first() else { return out.act(Act::Open("evidence")) };
        self.taken = true;
        self.query.clear();
        self.clear_filters();
        self.change(|new| *new = RecordView { case: new.case, evidence: Some(*first), ..RecordView::default() });
    }

    /// Says that this is a look ahead, how far the import is, and the ways out.
    fn band(&mut self, ui: &mut Ui, view: &View<'_>, ahead: Option<&Ahead>, job: Option<&JobState>, out: &mut Outbox) {
        let p = palette(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), style::TITLE), Sense::empty());
        let rect = rect.shrink2(vec2(style::S, 2.0));
        ui.painter().rect_filled(rect, style::CORNER, p.zebra);
        ui.painter().rect_filled(Rect::from_min_size(rect.min, vec2(2.0, rect.height())), 0, p.accent);
        let sign = Rect::from_center_size(rect.left_center() + vec2(18.0, 0.0), vec2(style::ICON, style::ICON));
        icon::paint(ui.painter(), sign, Icon::Clock, p.accent);
        let mut inner = rect.shrink2(vec2(style::S, 0.0));
        inner.set_left(rect.left() + 34.0);
        let builder = egui::UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center));
        ui.scope_builder(builder, |ui| {
            if bits::button(ui, Weight::Bare, None, view.t("ほかの記録を見る", "Show other records")).clicked()
            {
                self.look.leave(view);
            }
            if let Some(job) = job.filter(|job| job.cancellable) {
                let name = format!("{} {}", view.t("中止する", "Stop"), job.name.get(view.lang));
                let stop = bits::button(ui, Weight::Bare, None, view.t("中止", "Stop")).accessible_name(name);
                if stop.clicked() {
                    out.order(Command::Cancel(job.id));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(egui::RichText::new(what(view.lang, ahead)).color(p.text));
                let (share, text) = job.map(|job| progress(view.lang, job)).unwrap_or_default();
                if ui.available_width() > 180.0 {
                    let width = (ui.available_width() * 0.4).clamp(60.0, 260.0);
                    let (bar, _) = ui.allocate_exact_size(vec2(width, style::BUTTON), Sense::empty());
                    bits::progress_bar(ui, Rect::from_center_size(bar.center(), vec2(width, 5.0)), share);
                }
                let waits = job.is_some_and(|job| job.waiting);
                let text = if waits {
                    view.t("先の取込みを待っています", "waits for the one before").to_owned()
                } else {
                    text
                };
                ui.add(egui::Label::new(bits::quiet(ui, text)).truncate());
            });
        });
        ui.add_space(2.0);
    }

    fn rows_ahead(&mut self, ui: &mut Ui, view: &View<'_>, ahead: &Ahead, out: &mut Outbox) {
        let total = ahead.rows.len() as u64;
        let sample = ahead.rows.get(..ahead.rows.len().min(64)).unwrap_or_default();
        let mut columns = Columns::made(view.lang, sample, total, &ahead.columns, false);
        // Order, filters and tags are of stored records.
        for column in &mut columns.all {
            (column.sorts, column.filters) = (false, false);
        }
        let table = Table {
            id: "ahead",
            name: view.t("取込み中の記録の一覧", "List of records being taken in"),
            columns: &columns.all,
            rows: total,
            row_height: view.row_height,
            sorted: None,
            keys: view.active,
            lang: view.lang,
        };
        let mut shown = AheadRows { view, ahead, columns: &columns, out };
        self.look.table.widths.clone_from(&self.table.widths);
        let events = table.show(ui, &mut self.look.table, &mut shown);
        self.table.widths.clone_from(&self.look.table.widths);
        if events.copy
            && let Some(text) = self.look.table.cursor.and_then(|row| ahead.rows.get(usize::try_from(row).ok()?))
        {
            out.act(Act::Copy(text.text.clone()));
        }
    }
}

/// `取込み中・先頭の1万行`.
fn what(lang: Lang, ahead: Option<&Ahead>) -> String {
    match ahead.filter(|ahead| ahead.done) {
        Some(ahead) if ahead.rows.is_empty() => lang.pick("取込み中", "Being taken in").to_owned(),
        Some(ahead) if ahead.whole => match lang {
            Lang::Ja => format!("取込み中・全{}行", words::count(ahead.rows.len() as u64)),
            Lang::En => format!("Being taken in · all {} rows", words::count(ahead.rows.len() as u64)),
        },
        Some(ahead) if ahead.rows.len() < 10_000 => match lang {
            Lang::Ja => format!("取込み中・先頭の{}行", words::count(ahead.rows.len() as u64)),
            Lang::En => format!("Being taken in · first {} rows", words::count(ahead.rows.len() as u64)),
        },
        _ => lang.pick("取込み中・先頭の1万行", "Being taken in · first 10,000 rows").to_owned(),
    }
}

struct AheadRows<'a, 'b> {
    view: &'a View<'b>,
    ahead: &'a Ahead,
    columns: &'a Columns,
    out: &'a mut Outbox,
}

impl Rows for AheadRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let record = usize::try_from(cells.row).ok().and_then(|row| self.ahead.rows.get(row));
        if let Some(record) = record {
            rows::paint(cells, self.view, self.columns, record);
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(record) = usize::try_from(row).ok().and_then(|row| self.ahead.rows.get(row)) else { return };
        if ui.button(self.view.t("本文だけを写す", "Copy the text alone")).clicked() {
            self.out.act(Act::Copy(record.text.clone()));
        }
        ui.label(bits::caption(
            ui,
            self.view.t("付箋や引用は、取込みが終わると使えます。", "Tags and citations come with the stored record."),
        ));
    }
}
