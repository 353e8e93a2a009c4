//! The rows of the table: cells, tags and the context menu.

use super::conditions;
use crate::app::style;
use crate::app::view::{Act, Outbox, PAGE, View};
use crate::app::widgets::table::{Cells, Column, Rows};
use crate::app::words;
use crate::model::record::When;
use crate::model::{EvidenceKey, Lang, Precision};
use crate::workbench::ask::{Column as Field, Command, RecordRow, RecordView, RowPick, Search};
use egui::Ui;

/// Columns of the table's own. No field of a log can have such a name.
pub const ROW: &str = "\0row";
/// The time as read.
pub const TIME: &str = "\0time";

/// What the menu of a row asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Only rows whose field is this value, or all but them.
    Only(String, String, bool),
    /// The record among its neighbours, without any condition.
    Around(EvidenceKey, u32),
    /// A proof of the record, in a file.
    Prove(EvidenceKey, u32),
}

/// The columns of a view and what stands before the fields.
pub struct Columns {
    /// All of them.
    pub all: Vec<Column>,
    /// The file's name stands before the fields.
    pub named: bool,
    /// Which of a record's fields stand in the columns after that.
    cells: Vec<usize>,
}

impl Columns {
    /// The columns of a view.
    pub fn of(view: &View<'_>, records: &RecordView, search: &Search) -> Self {
        let sample = view.rows(records, 0, page_len(search, 0)).map_or(&[][..], |page| &page.rows);
        let readable = |case| view.evidence(case).map_or(0, |rows| rows.iter().filter(|row| has_records(row)).count());
        let named = records.evidence.is_none() && readable(records.case) > 1;
        Self::made(view.lang, sample, search.total, &search.columns, named)
    }

    /// Row, time, tags, the file where there are several, then the fields, or the text where there are none.
    pub fn made(lang: Lang, sample: &[RecordRow], total: u64, fields: &[Field], named: bool) -> Self {
        let t = |ja, en| lang.pick(ja, en);
        let digits = words::count(total).len() as f32;
        let written = |row: &RecordRow| match row.when {
            When::At { precision, .. } if precision > Precision::Second => words::when(lang, &row.when).len(),
            _ => 0,
        };
        let time = match sample.iter().take(64).map(written).max().unwrap_or(0) {
            0 => words::TIME_WIDTH,
            chars => (chars as f32).mul_add(CHAR, 16.0).max(words::FINE_TIME_WIDTH),
        };
        let mut all = vec![
            Column::new(ROW, t("行", "Row"), (digits * 7.2 + 18.0).max(52.0)).right(),
            Column::new(TIME, t("時刻", "Time"), time),
            Column::new("\0tags", t("付箋", "Tags"), 48.0).unsorted(),
        ];
        if named {
            all.push(Column::new("\0evidence", t("証拠", "Evidence"), 140.0).unsorted());
        }
        let mut cells = Vec::new();
        for (at, column) in fields.iter().enumerate() {
            // The time stands in its own column already, read; as it was written it stands in the inspector.
            if column.name == "time" {
                continue;
            }
            cells.push(at);
            let title = column.label.get(lang);
            let width = fitting(sample, at, title).unwrap_or_else(|| f32::from(column.chars).mul_add(CHAR, 20.0));
            let mut made = Column::new(&column.name, title, width);
            if width > GROWS {
                made = made.grows(GROWS);
            }
            made.filters = true;
            made.right = column.numeric;
            all.push(made);
        }
        if fields.is_empty() {
            all.push(Column::new("\0text", t("本文", "Text"), 600.0).grows(200.0).unsorted());
        }
        Self { all, named, cells }
    }

    fn fields(&self) -> usize {
        3 + usize::from(self.named)
    }

    /// The field columns of a record with what stands in them.
    fn values<'a>(&'a self, record: &'a RecordRow) -> impl Iterator<Item = (&'a Column, &'a String)> {
        let values = self.cells.iter().filter_map(|at| record.cells.get(*at));
        self.all.iter().skip(self.fields()).zip(values)
    }
}

/// Width of a character of the evidence face; one of full width takes two.
const CHAR: f32 = 7.3;
/// A field wider than this gives room to others where there is little.
const GROWS: f32 = 190.0;

/// How wide a field must be for what stands in it on the first page; `None` before that is there.
fn fitting(sample: &[RecordRow], at: usize, title: &str) -> Option<f32> {
    let chars = |text: &str| text.chars().take(46).map(|c| if c.is_ascii() { 1_u8 } else { 2 }).sum::<u8>();
    let widest = sample.iter().take(64).filter_map(|row| row.cells.get(at)).map(|text| chars(text)).max()?;
    // The title stands in the face of words, with a mark beside it where it is sorted by.
    let title = f32::from(chars(title)).mul_add(6.6, 18.0);
    Some(f32::from(widest.min(44)).mul_add(CHAR, 14.0).max(title).max(52.0))
}

/// Whether an evidence has records to show.
pub fn has_records(row: &crate::workbench::ask::EvidenceRow) -> bool {
    row.evidence.reading.as_ref().is_some_and(|reading| reading.rows > 0)
}

/// How many rows of the page that begins at `first` are there.
pub fn page_len(search: &Search, first: u64) -> u32 {
    u32::try_from(search.shown.saturating_sub(first)).unwrap_or(PAGE).min(PAGE)
}

/// Rows as they are at hand in the cache.
pub struct RecordRows<'a, 'b> {
    /// What is known.
    pub view: &'a View<'b>,
    /// The view shown.
    pub records: &'a RecordView,
    /// How far it is.
    pub search: &'a Search,
    /// Its columns.
    pub columns: &'a Columns,
    /// Takes what the menu asks for.
    pub out: &'a mut Outbox,
    /// Takes a narrowing the menu asks for.
    pub pick: Option<Pick>,
}

/// The record at a position, if its page is at hand.
pub fn at<'b>(view: &View<'b>, records: &RecordView, search: &Search, row: u64) -> Option<&'b RecordRow> {
    let first = row / u64::from(PAGE) * u64::from(PAGE);
    let page = view.rows(records, first, page_len(search, first))?;
    page.rows.get(usize::try_from(row - page.first).ok()?)
}

impl<'b> RecordRows<'_, 'b> {
    fn row(&self, row: u64) -> Option<&'b RecordRow> {
        at(self.view, self.records, self.search, row)
    }
}

impl Rows for RecordRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        match self.row(cells.row) {
            Some(record) => paint(cells, self.view, self.columns, record),
            None => cells.quiet(1, "…"),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(record) = self.row(row) else { return };
        let t = |ja, en| self.view.t(ja, en);
        let fields = self.columns.values(record);
        for (column, value) in fields.filter(|(_, value)| !value.is_empty()).take(10) {
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
                if ui.button(t("値を写す", "Copy value")).clicked() {
                    self.out.act(Act::Copy(value.clone()));
                }
            });
        }
        if !record.cells.is_empty() {
            ui.separator();
        }
        if ui.button(t("前後の記録を見る", "Show the records around it")).clicked() {
            self.pick = Some(Pick::Around(record.evidence, record.row));
        }
        ui.menu_button(t("付箋", "Tag"), |ui| {
            for (number, tag) in (1..).zip(self.view.tags) {
                let on = record.tags.contains(tag);
                if ui.selectable_label(on, format!("{number}  {tag}")).clicked() {
                    let rows = RowPick::Rows(vec![(record.evidence, record.row)]);
                    self.out.order(Command::Tag { rows, name: tag.clone(), on: !on });
                }
            }
        });
        ui.separator();
        if ui.button(t("出所とともに写す", "Copy with citation")).clicked() {
            let rows = RowPick::Rows(vec![(record.evidence, record.row)]);
            self.out.order(Command::CopyRecords { rows, lang: self.view.lang });
        }
        if ui.button(t("この記録の証明を書き出す…", "Save a proof of this record…")).clicked() {
            self.pick = Some(Pick::Prove(record.evidence, record.row));
        }
        if ui.button(t("本文だけを写す", "Copy the text alone")).clicked() {
            self.out.act(Act::Copy(record.text.clone()));
        }
    }
}

/// Paints a record into its row.
pub fn paint(cells: &mut Cells<'_>, view: &View<'_>, columns: &Columns, record: &RecordRow) {
    cells.quiet(0, &words::count(u64::from(record.row) + 1));
    let when = words::when(view.lang, &record.when);
    match record.when {
        When::At { .. } => cells.mono(1, &when),
        When::Undated(_) => cells.quiet(1, &when),
    }
    if !record.tags.is_empty() {
        tags(cells, view, record);
    }
    if columns.named {
        cells.quiet(3, &file_name(view, record.evidence));
    }
    let first = columns.fields();
    if let Some(reject) = record.reject {
        let ink = if cells.selected { cells.p().text } else { cells.p().caution };
        let text = format!("⚠ {}  {}", view.text(reject.text()), record.text);
        whole(cells, first, &text, ink);
    } else if record.cells.is_empty() {
        cells.mono(first, &record.text);
    } else {
        for (column, (_, text)) in (first..).zip(columns.values(record)) {
            cells.mono(column, text);
        }
    }
}

/// What an evidence's file is called.
pub fn file_name(view: &View<'_>, key: EvidenceKey) -> String {
    let all = view.evidence(None).into_iter().flatten();
    all.into_iter().find(|row| row.evidence.key == key).map(|row| row.evidence.file_name()).unwrap_or_default()
}

/// A text over all field columns.
fn whole(cells: &mut Cells<'_>, first: usize, text: &str, ink: egui::Color32) {
    cells.name.push_str(text);
    if let Some(mut rect) = cells.rect(first) {
        rect.set_right(cells.ui.clip_rect().right());
        cells.fit(rect, text, style::mono(), ink, egui::Align::Min);
    }
}

/// Tags as the numbers of their keys; other labels by their first character.
fn tags(cells: &mut Cells<'_>, view: &View<'_>, record: &RecordRow) {
    let sign = |tag: &String| match view.tags.iter().position(|known| known == tag) {
        Some(at) => (at + 1).to_string(),
        None => tag.chars().next().map(String::from).unwrap_or_default(),
    };
    let mut signs: Vec<String> = record.tags.iter().take(3).map(sign).collect();
    if record.tags.len() > 2 {
        signs.truncate(1);
        signs.push(format!("+{}", record.tags.len() - 1));
    }
    cells.name.push_str(&record.tags.join(" "));
    cells.name.push(' ');
    let p = cells.p();
    let Some(rect) = cells.rect(2) else { return };
    let mut x = rect.left();
    for sign in &signs {
        let square = egui::Rect::from_center_size(egui::pos2(x + 8.0, rect.center().y), egui::vec2(16.0, 15.0));
        cells.ui.painter().rect_filled(square, 3, p.accent);
        let galley = cells.ui.painter().layout_no_wrap(sign.clone(), style::caption(), p.on_accent);
        cells.ui.painter().galley(square.center() - galley.size() / 2.0, galley, p.on_accent);
        x += 18.0;
    }
}
