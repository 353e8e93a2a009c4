//! A pasted list, looked for in all evidence: which values were seen, how often, and in which source.

use crate::app::panels::cut_notice;
use crate::app::panels::records::conditions::quoted;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::mark::{self, Mark};
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::Lang;
use crate::workbench::ask::{Pasted, RecordView, Sweep, SweepRow, SweepSource};
use crate::workbench::defanged;
use egui::{Event, Key, Modifiers, ScrollArea, TextEdit, Ui, UiBuilder, pos2, vec2};
use std::fmt::Write as _;
use std::ops::Range;

/// The list being typed, the one asked about, and how what came of it is shown.
#[derive(Default)]
pub(super) struct SweepForm {
    text: String,
    /// A list too long to be edited, as pasted.
    long: Option<String>,
    asked: Option<Pasted>,
    shown: Shown,
    table: State,
    begun: bool,
    /// It was typed in the field in the last frame.
    typing: bool,
}

/// Which values are shown.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Seen,
    Missing,
}

/// Height of the field for the list.
const TYPED: f32 = 132.0;
/// A list longer than this is held as it is: a field to edit it in would hold up the window.
const EDITED: usize = 64 << 10;

impl SweepForm {
    /// The keyboard goes to the list: a new one is pasted over it, or what stands there is looked for again.
    pub(super) fn begin(&mut self) {
        self.begun = false;
    }

    /// Draws the form and what came of it; false when the person goes back.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> bool {
        let mut stays = true;
        // What is open or typed in takes Escape for itself; it is looked at before it can have closed by it.
        let ctx = ui.ctx();
        let free = view.active
            && !self.typing
            && !ctx.text_edit_focused()
            && !egui::Popup::is_any_open(ctx)
            && ctx.memory(|memory| memory.top_modal_layer().is_none());
        egui::Frame::NONE.inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
            let typing = self.list(ui, view);
            self.typing = typing;
            ui.add_space(style::S);
            ui.horizontal(|ui| {
                let text = self.long.as_deref().unwrap_or(&self.text);
                let ready = !text.trim().is_empty();
                let act = view.t("全証拠と照合", "Look in all evidence");
                let press =
                    ui.add_enabled_ui(ready, |ui| bits::button(ui, Weight::Main, Some(Icon::Search), act)).inner;
                // A list too long for the field leaves nothing to type in.
                let here = typing || (free && self.long.is_some());
                let entered = here && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
                if press.on_hover_text("Ctrl+Enter").clicked() || (entered && ready) {
                    self.asked = Some(Pasted::new(text));
                    self.shown = Shown::All;
                    self.table.reset();
                    ui.memory_mut(egui::Memory::stop_text_input);
                }
                if bits::button(ui, Weight::Bare, None, view.t("一覧に戻る", "Back to the list")).clicked() {
                    stays = false;
                }
            });
        });
        ui.add_space(style::S);
        if let Some(asked) = &self.asked {
            match view.sweep(asked) {
                Some(sweep) => self.results(ui, view, sweep, out),
                None => bits::waiting(ui, view, view.t("照合しています", "Looking")),
            }
        }
        stays && !(free && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)))
    }

    /// The field for the list, or what is held of a long one; whether it is typed in.
    fn list(&mut self, ui: &mut Ui, view: &View<'_>) -> bool {
        let label = view.t(
            "照合する一覧（1行に1つ。表や文章のままでも可）",
            "List to look for, one a line; tables and prose will do",
        );
        let name = ui.label(bits::caption(ui, label));
        if let Some(long) = &self.long {
            let (lines, bytes) = (words::count(long.lines().count() as u64), words::bytes(long.len() as u64));
            let text = match view.lang {
                Lang::Ja => format!("貼り付けた一覧 {lines}行（{bytes}）"),
                Lang::En => format!("pasted list of {lines} lines ({bytes})"),
            };
            let drop = ui.horizontal(|ui| {
                ui.label(text);
                bits::button(ui, Weight::Bare, None, view.t("消して入力し直す", "Clear it")).clicked()
            });
            if drop.inner {
                (self.long, self.begun) = (None, false);
            }
            return false;
        }
        let hint = "203[.]0[.]113[.]5\nhxxps://login.example[.]jp/\n090-0000-0000";
        let id = bits::id("sweep list");
        let typing = ui.memory(|memory| memory.has_focus(id));
        if typing {
            ui.input_mut(|input| {
                let long = |event: &Event| matches!(event, Event::Paste(text) if text.len() > EDITED);
                if let Some(at) = input.events.iter().position(long)
                    && let Event::Paste(text) = input.events.remove(at)
                {
                    self.long = Some(format!("{}{text}", self.text));
                }
            });
        }
        ScrollArea::vertical().id_salt("sweep text").max_height(TYPED).min_scrolled_height(TYPED).show(ui, |ui| {
            let hint = egui::RichText::new(hint).color(palette(ui).quiet);
            let edit = TextEdit::multiline(&mut self.text).id(id).hint_text(hint).font(style::mono()).desired_rows(6);
            let field = ui.add(edit.desired_width(ui.available_width())).labelled_by(name.id);
            if !std::mem::replace(&mut self.begun, true) {
                field.request_focus();
            }
        });
        typing
    }

    fn results(&mut self, ui: &mut Ui, view: &View<'_>, sweep: &Sweep, out: &mut Outbox) {
        // Those found stand first.
        let seen = sweep.rows.partition_point(|row| row.count > 0);
        bits::wrapped(ui, |ui| {
            let text = match view.lang {
                Lang::Ja => format!(
                    "{}件中{}件が証拠にあります",
                    words::count(sweep.rows.len() as u64),
                    words::count(seen as u64)
                ),
                Lang::En => format!(
                    "{} of {} stand in the evidence",
                    words::count(seen as u64),
                    words::count(sweep.rows.len() as u64)
                ),
            };
            ui.strong(text);
            ui.add_space(style::S);
            for (shown, name, count) in [
                (Shown::All, view.t("すべて", "All"), sweep.rows.len()),
                (Shown::Seen, view.t("証拠にある", "Found"), seen),
                (Shown::Missing, view.t("証拠にない", "Not found"), sweep.rows.len() - seen),
            ] {
                let count = words::count(count as u64);
                if bits::chip(ui, self.shown == shown, None, name, Some(&count)).clicked() && self.shown != shown {
                    self.shown = shown;
                    self.table.reset();
                }
            }
            if bits::button(ui, Weight::Bare, Some(Icon::Copy), view.t("結果を写す", "Copy result")).clicked() {
                out.act(Act::Copy(text_of(view, &sweep.rows)));
            }
            if sweep.left_out > 0 {
                let left_out = words::count(sweep.left_out);
                let text = match view.lang {
                    Lang::Ja => format!("⚠ 識別情報のない行{left_out}件は照合していません"),
                    Lang::En => format!("⚠ {left_out} lines without indicators were not looked for"),
                };
                ui.label(egui::RichText::new(text).color(palette(ui).caution));
            }
        });
        ui.add_space(style::XS);
        let range: Range<usize> = match self.shown {
            Shown::All => 0..sweep.rows.len(),
            Shown::Seen => 0..seen,
            Shown::Missing => seen..sweep.rows.len(),
        };
        self.table(ui, view, sweep.rows.get(range).unwrap_or(&[]), out);
    }

    fn table(&mut self, ui: &mut Ui, view: &View<'_>, rows: &[SweepRow], out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let columns = [
            Column::new("value", t("種別・値", "Kind and value"), 300.0).grows(180.0).unsorted(),
            Column::new("count", t("件数", "Records"), 72.0).right().unsorted(),
            Column::new("sources", t("出所（クリックで記録を見る）", "Source (a click shows its records)"), 340.0)
                .grows(160.0)
                .unsorted(),
        ];
        let table = Table {
            id: "sweep",
            name: t("照合の結果", "What was found"),
            columns: &columns,
            rows: rows.len() as u64,
            row_height: view.row_height.max(24.0),
            sorted: None,
            keys: view.active,
            lang: view.lang,
        };
        let events = table.show(ui, &mut self.table, &mut SweepRows { rows, view, out });
        let at = |row: u64| usize::try_from(row).ok().and_then(|row| rows.get(row));
        if (events.moved || events.opened)
            && let Some(row) = self.table.cursor.and_then(at)
            && let Some(kind) = row.kind.filter(|_| row.count > 0)
        {
            out.act(Act::Select(Selection::Indicator(kind, row.value.clone())));
        }
        if events.opened {
            out.act(Act::ShowInspector);
        }
        let chosen = self.table.chosen();
        if events.copy && !chosen.is_empty() {
            out.act(Act::Copy(text_of(view, chosen.into_iter().filter_map(at))));
        }
        if events.cut {
            out.act(cut_notice());
        }
    }
}

struct SweepRows<'a, 'b> {
    rows: &'a [SweepRow],
    view: &'a View<'b>,
    out: &'a mut Outbox,
}

impl Rows for SweepRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = usize::try_from(cells.row).ok().and_then(|at| self.rows.get(at)) else { return };
        let p = cells.p();
        let label =
            row.kind.map_or_else(|| self.view.t("文字列", "Text").to_owned(), |kind| self.view.kind_label(kind));
        cells.name = format!("{label} {} ", row.value);
        if let Some(mut rect) = cells.rect(0) {
            if let Some(facts) = row.kind.and_then(|kind| self.view.kind(kind)) {
                let centre = pos2(rect.left() + 7.0, rect.center().y);
                mark::paint(cells.ui.painter(), p, centre, 4.8, Mark::Look(facts.look), None);
            }
            rect.set_left(rect.left() + 20.0);
            let ink = if row.count == 0 && !cells.selected { p.quiet } else { p.text };
            let text = words::value(self.view.lang, &row.value);
            cells.fit(rect, &text, style::mono(), ink, egui::Align::Min);
        }
        if row.count == 0 {
            cells.quiet(1, "0");
            cells.quiet(2, self.view.t("証拠にありません", "not in the evidence"));
            return;
        }
        cells.text(1, &words::count(row.count));
        let Some(rect) = cells.rect(2) else { return };
        let builder = UiBuilder::new().max_rect(rect).id_salt(("sources", cells.row));
        cells.ui.scope_builder(builder.layout(egui::Layout::left_to_right(egui::Align::Center)), |ui| {
            ui.spacing_mut().item_spacing = vec2(style::S, 0.0);
            for (number, source) in row.sources.iter().enumerate() {
                let name = source_name(self.view.lang, source);
                let wide = ui.painter().layout_no_wrap(name.clone(), style::table(), p.text).size().x;
                if number > 0 && ui.available_width() < wide + 60.0 {
                    let more = row.sources.len() - number;
                    let text = match self.view.lang {
                        Lang::Ja => format!("ほか{more}"),
                        Lang::En => format!("+{more}"),
                    };
                    ui.label(bits::quiet(ui, text));
                    break;
                }
                if source.evidence.is_none() {
                    ui.label(bits::quiet(ui, name));
                } else if bits::link(ui, &name, &name).clicked() {
                    self.out.act(records_of(row, source));
                }
            }
        });
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, place: u64) {
        let Some(row) = usize::try_from(place).ok().and_then(|at| self.rows.get(at)) else { return };
        let t = |ja, en| self.view.t(ja, en);
        for source in row.sources.iter().filter(|source| source.evidence.is_some()).take(12) {
            let name = source_name(self.view.lang, source);
            let text = match self.view.lang {
                Lang::Ja => format!("記録を見る：{name}"),
                Lang::En => format!("Show records: {name}"),
            };
            if ui.button(text).clicked() {
                self.out.act(records_of(row, source));
            }
        }
        if let Some(kind) = row.kind.filter(|_| row.count > 0) {
            if ui.button(t("識別情報の一覧で見る", "Show in the list")).clicked() {
                self.out.act(Act::ShowIndicator(kind, row.value.clone()));
            }
            if ui.button(t("相関図で見る", "Show in graph")).clicked() {
                self.out.act(Act::ShowInGraph(kind, row.value.clone()));
            }
        }
        if ui.button(t("値を写す", "Copy value")).clicked() {
            self.out.act(Act::Copy(row.value.clone()));
        }
        if let Some(safe) = row.kind.map(|kind| defanged(kind, &row.value)).filter(|safe| *safe != row.value)
            && ui.button(t("無害化して写す", "Copy defanged")).clicked()
        {
            self.out.act(Act::Copy(safe));
        }
    }
}

fn source_name(lang: Lang, source: &SweepSource) -> String {
    format!("{} {}", source.name.get(lang), words::count(source.count))
}

/// The records of a value in one source.
fn records_of(row: &SweepRow, source: &SweepSource) -> Act {
    let query = quoted(&row.value);
    let query = if row.kind.is_some() { query } else { format!("={query}") };
    let SweepSource { evidence, case, .. } = source;
    Act::ShowRecords(RecordView { case: *case, evidence: *evidence, query, ..RecordView::default() })
}

/// The result as text: one line for each value and source.
fn text_of<'r>(view: &View<'_>, rows: impl IntoIterator<Item = &'r SweepRow>) -> String {
    let mut out = String::new();
    for row in rows {
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
