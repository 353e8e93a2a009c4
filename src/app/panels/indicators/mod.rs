//! Indicators: chips by kind with counts, the table with roles, bulk role for the rows picked; a pasted list looked for.

mod cells;
mod sweep;

use super::Panel;
use crate::app::frame::inspector::settle;
use crate::app::frame::inspector::things::{quiet_role_choice, role_choice, role_menu};
use crate::app::keys::UiCommand;
use crate::app::style;
use crate::app::view::{Act, Outbox, PAGE, PickFor, Selection, View, pages};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::mark::Mark;
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::{CaseKey, Indicator, Lang, Role, Text};
use crate::workbench::ask::{
    Command, Hint, IndicatorCounts, IndicatorList, IndicatorPage, IndicatorRow, IndicatorSort, RecordView, RoleFilter,
};
use crate::workbench::defanged;
use cells::{WHOLE_TIME, remark, seen_at, spark, value_cell};
use egui::{Rect, TextEdit, Ui, UiBuilder, vec2};
use std::path::PathBuf;
use sweep::SweepForm;

/// The panel.
pub struct Indicators {
    list: IndicatorList,
    table: State,
    typed: String,
    focus: bool,
    bulk: Option<Role>,
    /// The list whose places are picked.
    mark: u64,
    /// It has just become another; the cursor may stand on another value.
    astray: bool,
    sweep: SweepForm,
    /// The sweep stands in place of the list.
    sweeping: bool,
}

impl Default for Indicators {
    fn default() -> Self {
        let list = IndicatorList { down: true, ..IndicatorList::default() };
        Self {
            list,
            table: State::default(),
            typed: String::new(),
            focus: false,
            bulk: None,
            mark: 0,
            astray: false,
            sweep: SweepForm::default(),
            sweeping: false,
        }
    }
}

impl Panel for Indicators {
    fn id(&self) -> &'static str {
        "indicators"
    }

    fn title(&self) -> Text {
        Text::new("識別情報", "Indicators")
    }

    fn icon(&self) -> Icon {
        Icon::Print
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        if self.list.case != view.case {
            self.list.case = view.case;
            self.table.reset();
        }
        let counts = view.indicator_counts(&self.list);
        let page = view.indicators(&self.list, 0, PAGE);
        let remark = page.map(|page| words::shown_of(view.lang, page.shown, page.total)).unwrap_or_default();
        bits::head(ui, view.text(self.title()), &remark, |ui| {
            if bits::button(ui, Weight::Bare, Some(Icon::Down), view.t("一覧を取り込む…", "Import list…")).clicked()
            {
                out.act(Act::Pick(PickFor::File("list")));
            }
            if bits::button(ui, Weight::Bare, Some(Icon::Search), view.t("一覧を照合…", "Look for a list…")).clicked()
            {
                self.sweeping = true;
                self.sweep.begin();
            }
            if ui.available_width() > 420.0 {
                ui.label(bits::caption(ui, view.t("IoC・口座・電話番号等", "IoCs, accounts, phone numbers")));
            }
        });
        if self.sweeping {
            self.sweeping = self.sweep.ui(ui, view, out);
            return;
        }
        if page.is_some_and(|page| page.total == 0) {
            let pressed = bits::empty(
                ui,
                view.t(
                    "証拠を取り込むと、IPアドレスや口座番号を自動で拾い出します。",
                    "Take evidence in, and addresses and accounts are found by themselves.",
                ),
                Some(view.t("証拠を追加", "Add evidence")),
                view.t(
                    "例：203.0.113.7、user@example.jp、hxxps://例え。jp、9999-999 普通 0000001",
                    "Examples: 203.0.113.7, user@example.jp, hxxps://login.example.jp, bc1q…",
                ),
            );
            if pressed {
                out.act(Act::Pick(PickFor::Evidence));
            }
            return;
        }
        self.filters(ui, view, counts);
        if let Some(page) = page.filter(|page| page.mark != self.mark) {
            // Another list: its places are other values.
            self.table.picked.clear();
            self.mark = page.mark;
            self.astray = true;
        }
        self.follow(view);
        self.bulk_line(ui, view, out);
        match page {
            Some(page) => self.table(ui, view, page.shown, out),
            None => bits::waiting(ui, view, view.t("読み込み中", "Loading")),
        }
    }

    fn act(&mut self, act: &Act, _view: &View<'_>, out: &mut Outbox) {
        if let Act::ShowIndicator(kind, value) = act {
            self.sweeping = false;
            self.list.kind = Some(*kind);
            self.list.text.clone_from(value);
            self.typed.clone_from(value);
            self.list.benign = true;
            self.table.reset();
            out.act(Act::Select(Selection::Indicator(*kind, value.clone())));
        }
    }

    fn command(&mut self, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        match command {
            UiCommand::Query | UiCommand::FilterRow => self.focus = true,
            UiCommand::GoTo => self.table.go_to = Some(String::new()),
            UiCommand::InGraph => {
                if let Some(row) = self.table.cursor.and_then(|row| at(view, &self.list, row)) {
                    out.act(Act::ShowInGraph(row.kind, row.value.clone()));
                }
            }
            _ => {}
        }
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], view: &View<'_>, out: &mut Outbox) {
        if let (PickFor::File("list"), Some(path)) = (purpose, paths.first()) {
            out.order(Command::ImportList { case: view.case, path: path.clone() });
        }
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "widths": self.table.widths })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        self.table.widths = super::widths(kept);
    }
}

impl Indicators {
    fn filters(&mut self, ui: &mut Ui, view: &View<'_>, counts: Option<&IndicatorCounts>) {
        let before = self.list.clone();
        bits::wrapped(ui, |ui| {
            let all: u64 = counts.map_or(0, |counts| counts.kinds.iter().map(|(_, count)| count).sum());
            if bits::chip(ui, self.list.kind.is_none(), None, view.t("すべて", "All"), Some(&words::count(all)))
                .clicked()
            {
                self.list.kind = None;
            }
            for (kind, count) in counts.into_iter().flat_map(|counts| &counts.kinds) {
                let on = self.list.kind == Some(*kind);
                let sign = view.kind(*kind).map(|facts| Mark::Look(facts.look));
                if bits::chip(ui, on, sign, &view.kind_label(*kind), Some(&words::count(*count))).clicked() {
                    self.list.kind = if on { None } else { Some(*kind) };
                }
            }
        });
        ui.add_space(2.0);
        bits::wrapped(ui, |ui| {
            let edit = TextEdit::singleline(&mut self.typed).id(bits::id("indicator text")).font(style::mono());
            let hint = view.t("値の一部", "Part of the value");
            let field = bits::entry(ui, edit, hint, 220.0).accessible_name(view.t("値で絞り込む", "Filter by value"));
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            if field.changed() {
                self.list.text = self.typed.trim().to_owned();
            }
            let open = counts.map_or(0, |counts| counts.open);
            let is_open = self.list.role == RoleFilter::Open;
            if bits::chip(ui, is_open, None, view.text(Role::not_stated()), Some(&words::count(open))).clicked() {
                self.list.role = if is_open { RoleFilter::Any } else { RoleFilter::Open };
            }
            if bits::chip(ui, self.list.shared, None, view.t("複数事案に出現", "In several cases"), None).clicked()
            {
                self.list.shared = !self.list.shared;
            }
            if view.case.is_none() {
                ui.label(bits::caption(ui, view.t("役割は事案を選ぶと定められます", "Choose a case to state roles")));
            }
            let benign = counts.map_or(0, |counts| counts.benign);
            let name = view.t("既知の無害・共用も表示", "Known benign too");
            if bits::chip(ui, self.list.benign, None, name, Some(&words::count(benign))).clicked() {
                self.list.benign = !self.list.benign;
            }
        });
        ui.add_space(4.0);
        if before != self.list {
            self.table.reset();
            ui.ctx().request_repaint();
        }
    }

    /// Keeps the cursor on the value it stood on, which may have another place in another list; where it went far it stands
    /// on none.
    fn follow(&mut self, view: &View<'_>) {
        if !self.astray {
            return;
        }
        let (Some(cursor), Selection::Indicator(kind, value)) = (self.table.cursor, view.selection) else {
            self.astray = false;
            return;
        };
        let Some(page) = view.indicators(&self.list, cursor / u64::from(PAGE) * u64::from(PAGE), PAGE) else { return };
        let wanted = Indicator::stem(*kind, value);
        let place = page.rows.iter().position(|row| Indicator::stem(row.kind, &row.value) == wanted);
        self.table.cursor = place.map(|at| page.first + at as u64);
        self.astray = false;
    }

    /// What can be done with the rows picked: one role for all, one undo step.
    fn bulk_line(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let number = self.table.picked.len();
        let Some(case) = view.case.filter(|_| number > 1) else { return };
        ui.horizontal(|ui| {
            ui.add_space(style::M);
            let picked = words::count(number as u64);
            let text = match view.lang {
                Lang::Ja => format!("{picked}件を選択中"),
                Lang::En => format!("{picked} selected"),
            };
            ui.label(text);
            role_choice(ui, view, &mut self.bulk, 140.0);
            if bits::button(ui, Weight::Plain, None, view.t("役割をまとめて設定", "Set role for all")).clicked()
            {
                let places = self.table.picked.iter().copied().collect();
                let (list, mark, role) = (self.list.clone(), self.mark, self.bulk);
                out.order(Command::SetRoles { case, list, places, mark, role });
            }
            if bits::button(ui, Weight::Bare, None, view.t("選択を解除", "Clear selection")).clicked() {
                self.table.picked.clear();
            }
        });
    }

    fn table(&mut self, ui: &mut Ui, view: &View<'_>, shown: u64, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        // English words are wider, Japanese leaves the room to the values.
        let (value, count, role, spark) = match view.lang {
            Lang::Ja => (232.0, 64.0, 112.0, 64.0),
            Lang::En => (196.0, 72.0, 132.0, 78.0),
        };
        let columns = [
            Column::new("value", t("種別・値", "Kind and value"), 306.0).grows(value),
            Column::new("count", t("件数", "Records"), count).right(),
            Column::new("cases", t("事案", "Cases"), 46.0).right(),
            Column::new("role", t("役割", "Role"), 132.0).grows(role).unsorted(),
            Column::new("first", t("初出", "First"), WHOLE_TIME).grows(92.0).spare(2),
            Column::new("last", t("最終", "Last"), WHOLE_TIME).grows(92.0),
            Column::new("spark", t("推移", "Over time"), 84.0).grows(spark).unsorted().spare(3),
            // Lists mark here, and roles are suggested.
            Column::new("note", t("備考", "Remark"), 150.0).grows(98.0).unsorted().spare(1),
        ];
        let sorted = match self.list.sort {
            IndicatorSort::Count => "count",
            IndicatorSort::Value => "value",
            IndicatorSort::Cases => "cases",
            IndicatorSort::First => "first",
            IndicatorSort::Last => "last",
        };
        let table = Table {
            id: "indicators",
            name: t("識別情報の一覧", "List of indicators"),
            columns: &columns,
            rows: shown,
            row_height: view.row_height.max(24.0),
            sorted: Some((sorted, self.list.down)),
            keys: view.active,
            lang: view.lang,
        };
        let mut rows = IndicatorRows { view, list: &self.list, case: view.case, out };
        let events = table.show(ui, &mut self.table, &mut rows);
        for first in pages(&events.visible) {
            view.indicators(&self.list, first, PAGE);
        }
        let row = self.table.cursor.and_then(|row| at(view, &self.list, row));
        if let Some(row) = row {
            if events.moved || events.opened {
                out.act(Act::Select(Selection::Indicator(row.kind, row.value.clone())));
            }
            if events.copy {
                let rows = self.table.chosen();
                let values = rows.into_iter().filter_map(|row| at(view, &self.list, row)).map(|row| row.value.as_str());
                out.act(Act::Copy(values.collect::<Vec<_>>().join("\n")));
            }
        }
        if events.cut {
            out.act(super::cut_notice());
        }
        if let Some(column) = events.sort {
            let sort = match column.as_str() {
                "value" => IndicatorSort::Value,
                "cases" => IndicatorSort::Cases,
                "first" => IndicatorSort::First,
                "last" => IndicatorSort::Last,
                _ => IndicatorSort::Count,
            };
            self.list.down = if sort == self.list.sort { !self.list.down } else { sort != IndicatorSort::Value };
            self.list.sort = sort;
            self.table.reset();
        }
    }
}

/// The indicator at a position, if its page is at hand.
fn at<'b>(view: &View<'b>, list: &IndicatorList, row: u64) -> Option<&'b IndicatorRow> {
    let first = row / u64::from(PAGE) * u64::from(PAGE);
    let page: &IndicatorPage = view.indicators(list, first, PAGE)?;
    page.rows.get(usize::try_from(row - page.first).ok()?)
}

/// Courses over time asked for at a time.
const COURSES: u64 = 32;

struct IndicatorRows<'a, 'b> {
    view: &'a View<'b>,
    list: &'a IndicatorList,
    case: Option<CaseKey>,
    out: &'a mut Outbox,
}

impl Rows for IndicatorRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = at(self.view, self.list, cells.row) else {
            cells.quiet(0, "…");
            return;
        };
        value_cell(cells, self.view, row);
        cells.text(1, &words::count(row.count));
        if row.cases > 1 {
            cells.text(2, &words::count(row.cases));
        } else {
            cells.quiet(2, &words::count(row.cases));
        }
        self.role_cell(cells, row);
        for (column, at) in [(4, row.first), (5, row.last)] {
            let wide = cells.rect(column).is_some_and(|rect| rect.width() > WHOLE_TIME - 14.0);
            cells.quiet(column, &at.map(|at| seen_at(self.view, at, wide)).unwrap_or_default());
        }
        let first = cells.row / COURSES * COURSES;
        let at = usize::try_from(cells.row - first).unwrap_or(0);
        if let Some(bars) = self.view.courses(self.list, first, COURSES as u32).and_then(|rows| rows.get(at)) {
            spark(cells, bars);
        }
        let hint = self.hint(cells.row);
        cells.quiet(7, &remark(self.view, row, hint));
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, place: u64) {
        let Some(row) = at(self.view, self.list, place) else { return };
        let t = |ja, en| self.view.t(ja, en);
        if ui.button(t("記録を見る", "Show records")).clicked() {
            let query = format!("\"{}\"", row.value.replace('\\', "\\\\").replace('"', "\\\""));
            self.out.act(Act::ShowRecords(RecordView { case: self.case, query, ..RecordView::default() }));
        }
        if ui.button(t("相関図で見る", "Show in graph")).clicked() {
            self.out.act(Act::ShowInGraph(row.kind, row.value.clone()));
        }
        let hint = self.hint(place).filter(|_| row.role.is_none()).cloned();
        if let (Some(case), Some(hint)) = (self.case, hint) {
            let (name, why) = (self.view.text(hint.role.text()), hint.why.get(self.view.lang));
            let text = match self.view.lang {
                Lang::Ja => format!("候補の「{name}」とする（{why}）"),
                Lang::En => format!("Set the suggested role: {name} ({why})"),
            };
            if ui.button(text).clicked() {
                let values = vec![(row.kind, row.value.clone())];
                self.out.order(Command::SetRole { case, values, role: Some(hint.role), rows: None });
            }
        }
        if let Some(case) = self.case
            && let Some(role) = role_menu(ui, self.view, row.role)
        {
            let values = vec![(row.kind, row.value.clone())];
            self.out.order(Command::SetRole { case, values, role, rows: None });
        }
        settle::menu(ui, self.view, (row.kind, &row.value), row.settled.as_ref(), self.out);
        if ui.button(t("値を写す", "Copy value")).clicked() {
            self.out.act(Act::Copy(row.value.clone()));
        }
        let safe = defanged(row.kind, &row.value);
        if safe != row.value && ui.button(t("無害化して写す", "Copy defanged")).clicked() {
            self.out.act(Act::Copy(safe));
        }
    }
}

impl IndicatorRows<'_, '_> {
    /// The role that the field of a row's value suggests.
    fn hint(&self, row: u64) -> Option<&Hint> {
        let first = row / COURSES * COURSES;
        let at = usize::try_from(row - first).ok()?;
        self.view.hints(self.list, first, COURSES as u32)?.get(at)?.as_ref()
    }

    fn role_cell(&mut self, cells: &mut Cells<'_>, row: &IndicatorRow) {
        let text = self.view.text(row.role.map_or(Role::not_stated(), Role::text));
        let Some(case) = self.case else {
            if row.role.is_some() {
                cells.text(3, text)
            } else {
                cells.quiet(3, text)
            }
            return;
        };
        let Some(rect) = cells.rect(3) else { return };
        cells.name.push_str(text);
        cells.name.push(' ');
        let place = Rect::from_center_size(rect.center(), vec2(rect.width() + 6.0, 20.0));
        let salt = cells.row;
        let builder = UiBuilder::new().max_rect(place).id_salt(("role", salt));
        let mut role = row.role;
        let changed =
            cells.ui.scope_builder(builder, |ui| quiet_role_choice(ui, self.view, &mut role, place.width())).inner;
        if changed {
            self.out.order(Command::SetRole { case, values: vec![(row.kind, row.value.clone())], role, rows: None });
        }
    }
}
