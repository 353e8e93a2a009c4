//! Records: the query, the histogram, facets and the table. Everything beside the typed query is a condition with a
//! chip, and every change of view is a step in a history one can go back in, to the very row.

mod ahead;
pub mod brush;
pub mod conditions;
pub mod facets;
mod head;
pub mod query;
pub mod rows;
mod wordings;

use super::Panel;
use crate::app::keys::UiCommand;
use crate::app::view::{Act, Outbox, PickFor, Selection, View, pages};
use crate::app::widgets::bits;
use crate::app::widgets::icon::Icon;
use crate::app::widgets::table::{Events, State, Table};
use crate::model::{CaseKey, EvidenceKey, Text};
use crate::workbench::ask::{Command, Measure, Order, RecordView, RowPick, Search};
use egui::Ui;
use rows::Columns;
use std::path::PathBuf;

/// The panel.
#[derive(Default)]
pub struct Records {
    query: String,
    view: RecordView,
    table: State,
    facet: Option<String>,
    focus_query: bool,
    back: Vec<Place>,
    forth: Vec<Place>,
    recent: Vec<String>,
    /// The name a query is about to be saved under.
    save_as: String,
    /// The window was seen to work in `case`.
    seen: bool,
    case: Option<CaseKey>,
    /// The conditions that stand in the filter row.
    filtered: Vec<String>,
    /// The record a proof is asked for.
    proven: Option<(EvidenceKey, u32)>,
    wordings: wordings::Wordings,
    look: ahead::Look,
    /// What was looked ahead at is in: `view` shows it.
    taken: bool,
}

/// A view and where in it one was.
#[derive(Clone, Default)]
struct Place {
    view: RecordView,
    /// Its templates, not its records.
    wordings: bool,
    first: u64,
    cursor: Option<u64>,
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
        if self.look_ahead(ui, view, out) {
            return;
        }
        let picked = self.table.picked.len() as u64;
        if picked != view.records_picked {
            out.act(Act::Picked(picked));
        }
        let search = view.search(&self.view);
        self.head(ui, view, search, out);
        let any = search.is_none_or(|search| search.total > 0 || search.fault.is_some());
        if !any && view.jobs.iter().any(|job| job.asked.is_none() && job.measure == Measure::Bytes) {
            let text = view.t(
                "取り込んでいます。終わると、ここに記録が並びます。",
                "Evidence is being taken in. Its records show here when that is done.",
            );
            bits::waiting(ui, view, text);
            return;
        }
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
        self.query_line(ui, view, search, out);
        let Some(search) = search else {
            view.search(&self.view);
            bits::waiting(ui, view, view.t("検索中", "Searching"));
            return;
        };
        self.chips(ui, view);
        query::remarks(ui, view, &self.view, search);
        if search.fault.is_some() {
            return;
        }
        let bars = brush::bars(ui.available_width());
        let data = if search.done && search.shown > 0 { view.histogram(&self.view, bars) } else { None };
        let values = self.layers(view, search);
        let counts = values.as_ref().and_then(|(field, values)| view.stack(&self.view, bars, field, values));
        let label = |field: &String| search.columns.iter().find(|column| column.name == *field);
        let layers = values.as_ref().zip(counts).map(|((field, values), counts)| brush::Layers {
            label: label(field).map_or(field, |column| column.label.get(view.lang)),
            values,
            counts,
        });
        if let Some((from, to)) = brush::show(ui, view, data, layers.as_ref()) {
            let condition = conditions::between(from, to);
            self.change(|new| {
                new.also.retain(|old| !old.starts_with("time:"));
                new.also.push(condition);
            });
        }
        self.body(ui, view, search, out);
    }

    fn act(&mut self, act: &Act, view: &View<'_>, out: &mut Outbox) {
        if matches!(act, Act::ShowRecords(_) | Act::Narrow { .. }) {
            self.look.leave(view);
        }
        match act {
            Act::Taken(paths, evidence) => self.taken(paths, evidence, out),
            Act::ShowRecords(wanted) => {
                self.wordings.on = false;
                let wanted = wanted.clone();
                self.query.clone_from(&wanted.query);
                self.change(|new| *new = wanted);
                self.clear_filters();
            }
            Act::Narrow { field, value, not } => self.narrow(field, value, *not),
            Act::RoleInPicked(case, kind, value, role) => {
                let (values, rows) = (vec![(*kind, value.clone())], Some(self.chosen()));
                out.order(Command::SetRole { case: *case, values, role: *role, rows });
            }
            Act::Case(_) => {
                // What was kept belongs to the case before.
                self.view = RecordView { query: self.view.query.clone(), ..RecordView::default() };
                self.back.clear();
                self.forth.clear();
                self.clear_filters();
                self.table.reset();
                self.seen = false;
            }
            _ => {}
        }
    }

    fn command(&mut self, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        match command {
            UiCommand::Query => self.focus_query = true,
            UiCommand::Wordings => self.wordings.on = !self.wordings.on,
            UiCommand::FilterRow => self.table.focus_filter = true,
            UiCommand::GoTo => self.table.go_to = Some(String::new()),
            UiCommand::Back => self.step(true),
            UiCommand::Forth => self.step(false),
            UiCommand::Tag(number) => self.tag(view, number, out),
            UiCommand::TagAll(number) => {
                let shown = view.search(&self.view).map_or(0, |search| search.shown);
                if let Some(name) = tag_name(view, number).filter(|_| shown > 0) {
                    let order = Command::Tag { rows: RowPick::All(self.view.clone()), name: name.clone(), on: true };
                    out.act(Act::Confirm(Box::new(super::tag_all(view.lang, &name, shown, order))));
                }
            }
            UiCommand::RowIndicators | UiCommand::InGraph => {
                let search = view.search(&self.view);
                let first = search.and_then(|search| self.record(view, search, self.table.cursor?));
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
        if let (PickFor::Save("templates", _), Some(path)) = (purpose, paths.first()) {
            out.order(self.save_wordings(path.clone()));
        }
        if let (PickFor::Save("proof", _), Some(path)) = (purpose, paths.first())
            && let Some((evidence, row)) = self.proven.take()
        {
            out.order(Command::ProveRecord { evidence, row, out: path.clone() });
        }
    }

    fn remember(&self) -> serde_json::Value {
        // What was asked for names people of a case: it is kept in the store, as a saved search, or not at all.
        serde_json::json!({ "widths": self.table.widths })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        self.table.widths = super::widths(kept);
    }
}

impl Records {
    fn body(&mut self, ui: &mut Ui, view: &View<'_>, search: &Search, out: &mut Outbox) {
        if self.wordings.on && search.done && search.shown > 0 {
            return self.wordings(ui, view, search, out);
        }
        if search.done
            && let Some(pick) = facets::show(ui, view, &self.view, search, &mut self.facet)
        {
            self.narrow(&pick.0, &pick.1, pick.2);
        }
        if search.done && search.shown == 0 {
            self.nothing_found(ui, view);
            return;
        }
        let columns = Columns::of(view, &self.view, search);
        let (column, down) = match &self.view.order {
            Order::Row => (rows::ROW, false),
            Order::Time { down } => (rows::TIME, *down),
            Order::Field { name, down } => (name.as_str(), *down),
        };
        let sorted = (column.to_owned(), down);
        let table = Table {
            id: "records",
            name: view.t("記録の一覧", "List of records"),
            columns: &columns.all,
            rows: search.shown,
            row_height: view.row_height,
            sorted: Some((&sorted.0, sorted.1)),
            keys: view.active,
            lang: view.lang,
        };
        let mut shown = rows::RecordRows { view, records: &self.view, search, columns: &columns, out, pick: None };
        let events = table.show(ui, &mut self.table, &mut shown);
        let pick = shown.pick.take();
        for first in pages(&events.visible) {
            view.rows(&self.view, first, rows::page_len(search, first));
        }
        match pick {
            Some(rows::Pick::Only(field, value, not)) => self.narrow(&field, &value, not),
            Some(rows::Pick::Around(evidence, row)) => {
                self.query.clear();
                self.clear_filters();
                self.change(|new| {
                    *new = RecordView { case: new.case, evidence: Some(evidence), ..RecordView::default() };
                });
                self.table.go(u64::from(row));
                self.table.first = u64::from(row).saturating_sub(8);
            }
            Some(rows::Pick::Prove(evidence, row)) => {
                let name = format!("{}-{}.proof.json", rows::file_name(view, evidence), u64::from(row) + 1);
                self.proven = Some((evidence, row));
                out.act(Act::Pick(PickFor::Save("proof", name)));
            }
            None => {}
        }
        self.follow(view, search, &events, out);
    }

    /// The values of the open facet that have a colour of their own, with its field.
    fn layers(&self, view: &View<'_>, search: &Search) -> Option<(String, Vec<String>)> {
        let field = self.facet.clone().filter(|_| search.done && search.shown > 0 && !self.wordings.on)?;
        let facet = view.facet(&self.view, &field, facets::LIMIT)?;
        let values: Vec<String> = facet.values.iter().take(facets::LAYERS).map(|(value, _)| value.clone()).collect();
        (!values.is_empty()).then_some((field, values))
    }

    fn follow(&mut self, view: &View<'_>, search: &Search, events: &Events, out: &mut Outbox) {
        if (events.moved || events.opened)
            && let Some((evidence, row)) = self.table.cursor.and_then(|row| self.record(view, search, row))
        {
            out.act(Act::Select(Selection::Record(evidence, row)));
        }
        if events.opened {
            out.act(Act::ShowInspector);
        }
        if events.cut {
            out.act(super::cut_notice());
        }
        if events.copy && !self.table.chosen().is_empty() {
            out.order(Command::CopyRecords { rows: self.chosen(), lang: view.lang });
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
                Order::Time { down } if column == rows::TIME => !down,
                Order::Field { name, down } if name == column => !down,
                _ => false,
            };
            let order = match column.as_str() {
                rows::ROW => Order::Row,
                rows::TIME => Order::Time { down },
                field => Order::Field { name: field.to_owned(), down },
            };
            self.change(|new| new.order = order);
        }
    }

    fn record(&self, view: &View<'_>, search: &Search, row: u64) -> Option<(EvidenceKey, u32)> {
        rows::at(view, &self.view, search, row).map(|record| (record.evidence, record.row))
    }

    /// The chosen rows by their places in the view: most of their pages are not at hand.
    fn chosen(&self) -> RowPick {
        RowPick::Places(self.view.clone(), self.table.chosen())
    }

    fn tag(&mut self, view: &View<'_>, number: u8, out: &mut Outbox) {
        let chosen = self.table.chosen();
        let Some(name) = tag_name(view, number).filter(|_| !chosen.is_empty()) else { return };
        // The same key takes a label off again that the row under the cursor carries.
        let search = view.search(&self.view);
        let has = search.zip(self.table.cursor).and_then(|(search, row)| rows::at(view, &self.view, search, row));
        let on = !has.is_some_and(|record| record.tags.contains(&name));
        out.order(Command::Tag { rows: self.chosen(), name, on });
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

    fn place(&self) -> Place {
        let (view, wordings) = (self.view.clone(), self.wordings.on);
        Place { view, wordings, first: self.table.first, cursor: self.table.cursor }
    }

    /// Changes the view; the one before goes into the history.
    fn change(&mut self, how: impl FnOnce(&mut RecordView)) {
        let mut new = self.view.clone();
        how(&mut new);
        if new == self.view {
            return;
        }
        self.back.push(self.place());
        self.view = new;
        if self.back.len() > HISTORY {
            self.back.remove(0);
        }
        self.forth.clear();
        self.table.reset();
    }

    fn step(&mut self, back: bool) {
        let from = if back { &mut self.back } else { &mut self.forth };
        let Some(place) = from.pop() else { return };
        let old = self.place();
        if back {
            self.forth.push(old)
        } else {
            self.back.push(old)
        }
        self.view = place.view;
        self.wordings.on = place.wordings;
        self.query.clone_from(&self.view.query);
        self.table.reset();
        self.table.first = place.first;
        self.table.cursor = place.cursor;
        self.clear_filters();
    }
}

fn tag_name(view: &View<'_>, number: u8) -> Option<String> {
    view.tags.get(usize::from(number).checked_sub(1)?).cloned()
}
