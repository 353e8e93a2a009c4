//! Records: the query, the histogram, facets and the table. Everything beside the typed query is a condition with a
//! chip, and every change of view is a step in a history one can go back in.

pub mod brush;
pub mod conditions;
pub mod facets;
pub mod query;
pub mod rows;

use super::Panel;
use crate::app::keys::UiCommand;
use crate::app::view::{Act, Outbox, PickFor, Selection, View, pages};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::table::{Events, State, Table};
use crate::app::words;
use crate::model::{CaseKey, EvidenceKey, Lang, Text};
use crate::workbench::ask::{Command, Order, RecordView, RowPick, Search};
use egui::Ui;
use std::path::PathBuf;

/// The panel.
#[derive(Default)]
pub struct Records {
    query: String,
    view: RecordView,
    table: State,
    facet: Option<String>,
    focus_query: bool,
    back: Vec<RecordView>,
    forth: Vec<RecordView>,
    recent: Vec<String>,
    /// The window was seen to work in `case`.
    seen: bool,
    case: Option<CaseKey>,
    /// The conditions that stand in the filter row.
    filtered: Vec<String>,
}

const HISTORY: usize = 100;

impl Panel for Records {
    fn id(&self) -> &'static str {
        "records"
    }

    fn title(&self) -> Text {
        Text::new("ログ・明細", "Records")
    }

    fn icon(&self) -> Icon {
        Icon::Lines
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        if !self.seen || self.case != view.case {
            // The case worked in changed; a search over all cases asked for from elsewhere stays as it is.
            let first = !std::mem::replace(&mut self.seen, true);
            self.case = view.case;
            if !first || self.view == RecordView::default() {
                self.view.case = view.case;
                self.table.reset();
            }
        }
        // At hand for citations.
        view.evidence(None);
        let search = view.search(&self.view);
        self.head(ui, view, search, out);
        let any = search.is_none_or(|search| search.total > 0 || search.fault.is_some());
        if !any {
            let pressed = bits::empty(
                ui,
                view.t("読める記録がまだありません。", "No records to read yet."),
                Some(view.t("証拠を追加", "Add evidence")),
                view.t(
                    "例：Webサーバのアクセスログ、sshd の syslog、取引履歴のCSV。この画面に落としても取り込めます。",
                    "Examples: a web server's access log, sshd's syslog, a bank's CSV. Dropping them here works too.",
                ),
            );
            if pressed {
                out.act(Act::Pick(PickFor::Evidence));
            }
            return;
        }
        self.query_line(ui, view, search);
        let Some(search) = search else {
            bits::waiting(ui, view, view.t("検索中", "Searching"));
            return;
        };
        self.chips(ui, view, out);
        query::remarks(ui, view, &self.view, search);
        let bars = brush::bars(ui.available_width());
        let data = if search.shown > 0 { view.histogram(&self.view, bars) } else { None };
        if let Some((from, to)) = brush::show(ui, view, data) {
            let condition = conditions::between(from, to);
            self.change(|new| {
                new.also.retain(|old| !old.starts_with("time:"));
                new.also.push(condition);
            });
        }
        self.body(ui, view, search, out);
    }

    fn act(&mut self, act: &Act, _view: &View<'_>, _out: &mut Outbox) {
        match act {
            Act::ShowRecords(wanted) => {
                let wanted = wanted.clone();
                self.query.clone_from(&wanted.query);
                self.change(|new| *new = wanted);
                self.clear_filters();
            }
            Act::Case(_) => self.view.evidence = None,
            _ => {}
        }
    }

    fn command(&mut self, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        match command {
            UiCommand::Query => self.focus_query = true,
            UiCommand::FilterRow => self.table.focus_filter = true,
            UiCommand::GoTo => self.table.go_to = Some(String::new()),
            UiCommand::Back => self.step(true),
            UiCommand::Forth => self.step(false),
            UiCommand::Tag(number) => {
                let rows = self.chosen(view);
                tag(view, number, RowPick::Rows(rows.clone()), rows.is_empty(), out);
            }
            UiCommand::TagAll(number) => {
                let none = view.search(&self.view).is_none_or(|search| search.shown == 0);
                tag(view, number, RowPick::All(self.view.clone()), none, out);
            }
            UiCommand::RowIndicators | UiCommand::InGraph => {
                let first = self.chosen(view).first().copied();
                let detail = first.and_then(|(evidence, row)| view.record(evidence, row));
                if let Some(hit) = detail.and_then(|detail| detail.hits.first()) {
                    let (kind, value) = (hit.kind, hit.value.clone());
                    let graph = command == UiCommand::InGraph;
                    out.act(if graph { Act::ShowInGraph(kind, value) } else { Act::ShowIndicator(kind, value) });
                }
            }
            _ => {}
        }
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], _view: &View<'_>, out: &mut Outbox) {
        if let (PickFor::Save("records", _), Some(path)) = (purpose, paths.first()) {
            out.order(Command::SaveRecords { view: self.view.clone(), out: path.clone() });
        }
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "query": self.query, "recent": self.recent, "widths": self.table.widths })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        self.table.widths = super::widths(kept);
        if let Some(query) = kept.get("query").and_then(serde_json::Value::as_str) {
            query.clone_into(&mut self.query);
            query.clone_into(&mut self.view.query);
        }
        self.recent = kept.get("recent").and_then(|list| serde_json::from_value(list.clone()).ok()).unwrap_or_default();
    }
}

impl Records {
    fn head(&self, ui: &mut Ui, view: &View<'_>, search: Option<&Search>, out: &mut Outbox) {
        let remark = search.map(|search| counts(view.lang, search)).unwrap_or_default();
        bits::head(ui, view.text(self.title()), &remark, |ui| {
            if bits::button(ui, Weight::Bare, Some(Icon::Up), view.t("書出し…", "Save…")).clicked() {
                out.act(Act::Pick(PickFor::Save("records", "records.csv".to_owned())));
            }
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
        });
    }

    fn query_line(&mut self, ui: &mut Ui, view: &View<'_>, search: Option<&Search>) {
        let running = search.is_some_and(|search| !search.done && search.fault.is_none());
        let focus = std::mem::take(&mut self.focus_query);
        let fault = search.and_then(|search| search.fault.as_ref()).filter(|fault| fault.part == 0);
        if query::field(ui, view, &mut self.query, fault, &self.recent, focus) {
            let query = self.query.trim().to_owned();
            if !query.is_empty() {
                self.recent.retain(|old| *old != query);
                self.recent.insert(0, query.clone());
                self.recent.truncate(20);
            }
            self.change(|new| new.query = query);
        }
        if running {
            let share = search.map_or(0.0, |search| search.share);
            query::progress(ui, share);
        }
    }

    fn chips(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let one = self.view.evidence.and_then(|key| {
            view.evidence(None)?.iter().find(|row| row.evidence.key == key).map(|row| row.evidence.file_name())
        });
        if self.view.also.is_empty() && self.view.evidence.is_none() {
            return;
        }
        let mut off = None;
        bits::wrapped(ui, |ui| {
            if let Some(name) = &one
                && bits::chip(ui, true, None, name, Some("×")).clicked()
            {
                off = Some(usize::MAX);
            }
            for (at, condition) in self.view.also.iter().enumerate() {
                if bits::chip(ui, true, None, &conditions::chip(condition), Some("×"))
                    .on_hover_text(condition)
                    .clicked()
                {
                    off = Some(at);
                }
            }
            if self.view.also.len() > 1
                && bits::button(ui, Weight::Bare, None, view.t("すべて外す", "Clear all")).clicked()
            {
                self.clear_filters();
                self.change(|new| new.also.clear());
            }
        });
        if let Some(at) = off {
            self.clear_filters();
            self.change(|new| {
                if at < new.also.len() {
                    new.also.remove(at);
                } else {
                    new.evidence = None;
                }
            });
            ui.ctx().request_repaint();
        }
        let _ = out;
    }

    fn body(&mut self, ui: &mut Ui, view: &View<'_>, search: &Search, out: &mut Outbox) {
        if let Some(pick) = facets::show(ui, view, &self.view, search, &mut self.facet) {
            self.narrow(&pick.0, &pick.1, pick.2);
        }
        if search.fault.is_some() {
            return;
        }
        let columns = rows::columns(view, search);
        let sorted = match &self.view.order {
            Order::Row => ("row", false),
            Order::Time { down } => ("time", *down),
            Order::Field { name, down } => (name.as_str(), *down),
        };
        let sorted = (sorted.0.to_owned(), sorted.1);
        let table = Table {
            id: "records",
            name: view.t("記録の一覧", "List of records"),
            columns: &columns,
            rows: search.shown,
            row_height: view.row_height,
            sorted: Some((&sorted.0, sorted.1)),
            keys: view.active,
        };
        let mut shown = rows::RecordRows { view, records: &self.view, columns: &columns, out, pick: None };
        let events = table.show(ui, &mut self.table, &mut shown);
        let pick = shown.pick.take();
        for first in pages(&events.visible) {
            view.rows(&self.view, first, crate::app::view::PAGE);
        }
        if let Some(rows::Pick::Only(field, value, not)) = pick {
            self.narrow(&field, &value, not);
        }
        self.follow(view, &events, out);
    }

    fn follow(&mut self, view: &View<'_>, events: &Events, out: &mut Outbox) {
        if events.moved
            && let Some((evidence, row)) = self.table.cursor.and_then(|row| self.record(view, row))
        {
            out.act(Act::Select(Selection::Record(evidence, row)));
        }
        if events.copy {
            let text = rows::copied(view, &self.view, &self.table.chosen());
            if !text.is_empty() {
                out.act(Act::Copy(text));
            }
        }
        if events.filtered {
            let made = conditions::filters(&self.table.filters);
            let before = std::mem::replace(&mut self.filtered, made.clone());
            self.change(|new| {
                // The filter row states its conditions anew; a facet or brush keeps its chip.
                new.also.retain(|old| !before.contains(old));
                new.also.extend(made);
            });
        }
        if let Some(column) = &events.sort {
            let down = match &self.view.order {
                Order::Time { down } if column == "time" => !down,
                Order::Field { name, down } if name == column => !down,
                _ => false,
            };
            let order = match column.as_str() {
                "row" => Order::Row,
                "time" => Order::Time { down },
                field => Order::Field { name: field.to_owned(), down },
            };
            self.change(|new| new.order = order);
        }
    }

    fn record(&self, view: &View<'_>, row: u64) -> Option<(EvidenceKey, u32)> {
        rows::at(view, &self.view, row).map(|record| (record.evidence, record.row))
    }

    fn chosen(&self, view: &View<'_>) -> Vec<(EvidenceKey, u32)> {
        self.table.chosen().into_iter().filter_map(|row| self.record(view, row)).collect()
    }

    fn clear_filters(&mut self) {
        self.table.filters.clear();
        self.filtered.clear();
    }

    fn narrow(&mut self, field: &str, value: &str, not: bool) {
        let condition = conditions::is(field, value, not);
        self.change(|new| {
            if !new.also.contains(&condition) {
                new.also.push(condition);
            }
        });
    }

    /// Changes the view; the one before goes into the history.
    fn change(&mut self, how: impl FnOnce(&mut RecordView)) {
        let mut new = self.view.clone();
        how(&mut new);
        if new == self.view {
            return;
        }
        self.back.push(std::mem::replace(&mut self.view, new));
        if self.back.len() > HISTORY {
            self.back.remove(0);
        }
        self.forth.clear();
        self.table.reset();
    }

    fn step(&mut self, back: bool) {
        let from = if back { &mut self.back } else { &mut self.forth };
        let Some(view) = from.pop() else { return };
        let old = std::mem::replace(&mut self.view, view);
        if back {
            self.forth.push(old)
        } else {
            self.back.push(old)
        }
        self.query.clone_from(&self.view.query);
        self.table.reset();
        self.clear_filters();
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
    out
}

fn tag(view: &View<'_>, number: u8, rows: RowPick, none: bool, out: &mut Outbox) {
    if let Some(name) = view.tags.get(usize::from(number).wrapping_sub(1)).filter(|_| !none) {
        out.order(Command::Tag { rows, name: name.clone(), on: true });
    }
}
