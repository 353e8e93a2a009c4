//! The rows of the table: cells, tags, the context menu, and what is copied.

use super::conditions;
use crate::app::style;
use crate::app::view::{Act, Outbox, PAGE, View};
use crate::app::widgets::table::{Cells, Column, Rows};
use crate::app::words;
use crate::model::record::When;
use crate::workbench::ask::{RecordRow, RecordView, RowPick, Search};
use egui::Ui;
use std::fmt::Write as _;

/// Columns before the fields: row, time, tags.
pub const FIXED: usize = 3;

/// What the menu of a row asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Only rows whose field is this value, or all but them.
    Only(String, String, bool),
}

/// The columns of a view: row, time, tags, then the fields, or the text where there are none.
pub fn columns(view: &View<'_>, search: &Search) -> Vec<Column> {
    let t = |ja, en| view.t(ja, en);
    let digits = words::count(search.total).len() as f32;
    let mut out = vec![
        Column::new("row", t("行", "Row"), (digits * 7.2 + 18.0).max(52.0)).right(),
        Column::new("time", t("時刻", "Time"), 152.0),
        Column::new("tags", t("付箋", "Tags"), 56.0).unsorted(),
    ];
    for column in &search.columns {
        let width = f32::from(column.chars).mul_add(7.3, 20.0);
        let mut made = Column::new(&column.name, column.label.get(view.lang), width);
        made.filters = true;
        made.right = column.numeric;
        out.push(made);
    }
    if search.columns.is_empty() {
        out.push(Column::new("text", t("本文", "Text"), 600.0).unsorted());
    }
    out
}

/// Rows as they are at hand in the cache.
pub struct RecordRows<'a, 'b> {
    /// What is known.
    pub view: &'a View<'b>,
    /// The view shown.
    pub records: &'a RecordView,
    /// Its columns.
    pub columns: &'a [Column],
    /// Takes what the menu asks for.
    pub out: &'a mut Outbox,
    /// Takes a narrowing the menu asks for.
    pub pick: Option<Pick>,
}

impl<'b> RecordRows<'_, 'b> {
    fn row(&self, row: u64) -> Option<&'b RecordRow> {
        at(self.view, self.records, row)
    }
}

/// The record at a position, if its page is at hand.
pub fn at<'b>(view: &View<'b>, records: &RecordView, row: u64) -> Option<&'b RecordRow> {
    let first = row / u64::from(PAGE) * u64::from(PAGE);
    let page = view.rows(records, first, PAGE)?;
    page.rows.get(usize::try_from(row - page.first).ok()?)
}

impl Rows for RecordRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(record) = self.row(cells.row) else {
            cells.quiet(0, &words::count(cells.row + 1));
            return;
        };
        cells.quiet(0, &words::count(u64::from(record.row) + 1));
        let when = words::when(self.view.lang, &record.when);
        match record.when {
            When::At { .. } => cells.mono(1, &when),
            When::Undated(_) => cells.quiet(1, &when),
        }
        if !record.tags.is_empty() {
            tags(cells, self.view, record);
        }
        if let Some(reject) = record.reject {
            let ink = if cells.selected { cells.p().text } else { cells.p().caution };
            let text = format!("⚠ {}  {}", self.view.text(reject.text()), record.text);
            whole(cells, &text, ink);
        } else if self.columns.len() == FIXED + 1 && record.cells.is_empty() {
            cells.mono(FIXED, &record.text);
        } else {
            for (column, text) in (FIXED..).zip(&record.cells) {
                cells.mono(column, text);
            }
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(record) = self.row(row) else { return };
        let t = |ja, en| self.view.t(ja, en);
        for (column, value) in
            self.columns.iter().skip(FIXED).zip(&record.cells).filter(|(_, value)| !value.is_empty()).take(8)
        {
            ui.menu_button(format!("{}  {}", column.title, words::middle(value, 14)), |ui| {
                if ui.button(t("この値だけを表示", "Show only this value")).clicked() {
                    self.pick = Some(Pick::Only(column.id.clone(), value.clone(), false));
                }
                if ui.button(t("この値を隠す", "Hide this value")).clicked() {
                    self.pick = Some(Pick::Only(column.id.clone(), value.clone(), true));
                }
                if ui.button(t("すべての事案から探す", "Search all cases")).clicked() {
                    let query = conditions::quoted(value);
                    self.out.act(Act::ShowRecords(RecordView { query, ..RecordView::default() }));
                }
                if ui.button(t("写す", "Copy")).clicked() {
                    self.out.act(Act::Copy(value.clone()));
                }
            });
        }
        ui.separator();
        for (number, tag) in (1..).zip(self.view.tags).take(5) {
            let on = record.tags.contains(tag);
            let text = format!("{} {number} {tag}", if on { t("付箋を外す", "Untag") } else { t("付箋", "Tag") });
            if ui.button(text).clicked() {
                let rows = RowPick::Rows(vec![(record.evidence, record.row)]);
                self.out.order(crate::workbench::ask::Command::Tag { rows, name: tag.clone(), on: !on });
            }
        }
        ui.separator();
        if ui.button(t("原文を写す", "Copy text")).clicked() {
            self.out.act(Act::Copy(record.text.clone()));
        }
    }
}

/// A text over all field columns.
fn whole(cells: &mut Cells<'_>, text: &str, ink: egui::Color32) {
    cells.name.push_str(text);
    if let Some(mut rect) = cells.rect(FIXED) {
        rect.set_right(cells.ui.clip_rect().right());
        crate::app::widgets::bits::text_in(cells.ui.painter(), rect, text, style::mono(), ink, egui::Align::Min);
    }
}

/// Tags as the numbers of their keys; other labels by their first character.
fn tags(cells: &mut Cells<'_>, view: &View<'_>, record: &RecordRow) {
    let signs: Vec<String> = record
        .tags
        .iter()
        .map(|tag| match view.tags.iter().position(|known| known == tag) {
            Some(at) => (at + 1).to_string(),
            None => tag.chars().next().map(String::from).unwrap_or_default(),
        })
        .collect();
    cells.name.push_str(&record.tags.join(" "));
    let p = cells.p();
    let Some(rect) = cells.rect(2) else { return };
    let mut x = rect.left();
    for sign in signs.iter().take(3) {
        let square = egui::Rect::from_center_size(egui::pos2(x + 8.0, rect.center().y), egui::vec2(15.0, 15.0));
        cells.ui.painter().rect_filled(square, 3, p.accent);
        let galley = cells.ui.painter().layout_no_wrap(sign.clone(), style::caption(), p.on_accent);
        cells.ui.painter().galley(square.center() - galley.size() / 2.0, galley, p.on_accent);
        x += 18.0;
    }
}

/// Rows with their citation, one a line, as copied with Ctrl+C.
pub fn copied(view: &View<'_>, records: &RecordView, chosen: &[u64]) -> String {
    let mut out = String::new();
    for record in chosen.iter().take(10_000).filter_map(|row| at(view, records, *row)) {
        let end = record.offset + u64::from(record.len);
        let when = words::when(view.lang, &record.when);
        let name = view
            .evidence(None)
            .and_then(|all| all.iter().find(|row| row.evidence.key == record.evidence))
            .map(|row| {
                let hash = row.evidence.sha256.map(|hash| words::hex(&hash)).unwrap_or_default();
                format!("{}\tSHA-256:{hash}", row.evidence.file_name())
            })
            .unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{when}\t{}\t{name}\tbytes {}-{end}", record.text, record.offset);
    }
    out
}
