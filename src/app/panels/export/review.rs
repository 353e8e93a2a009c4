//! The review: every value before and after, the counts, what is lost because nobody stated a role.

use super::Export;
use crate::app::frame::inspector::things::{quiet_role_choice, role_menu};
use crate::app::panels::records::conditions;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::mark::{self, Mark};
use crate::app::widgets::table::{Cells, Column, Rows, Table};
use crate::app::words;
use crate::model::{CaseKey, Lang, Role};
use crate::workbench::ask::{Command, RecordView, Review, ReviewRow, ShownAs};
use egui::{Align, Layout, Rect, RichText, Ui, UiBuilder, pos2, vec2};

const KINDS: [ShownAs; 4] = [ShownAs::Kept, ShownAs::Token, ShownAs::General, ShownAs::Withheld];

impl Export {
    /// Draws the review over the whole panel.
    pub(super) fn review(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let Some(plan) = self.plan(view) else { return };
        let Some(review) = view.review(&plan) else {
            bits::waiting(ui, view, view.t("提供内容を試算しています", "Working out what would leave"));
            return;
        };
        summary(ui, view, review);
        let full = ui.available_rect_before_wrap();
        let (table, foot) = full.split_top_bottom_at_y(full.bottom() - 52.0);
        ui.scope_builder(UiBuilder::new().max_rect(table), |ui| self.values(ui, view, review, out));
        let inner = foot.shrink2(vec2(style::XL, 10.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
            if bits::button(ui, Weight::Main, None, view.t("次へ：起案", "Next: Draft")).clicked() {
                self.at = 3;
            }
            if bits::button(ui, Weight::Bare, None, view.t("戻る", "Back")).clicked() {
                self.at = 1;
            }
        });
    }

    fn values(&mut self, ui: &mut Ui, view: &View<'_>, review: &Review, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let columns = [
            Column::new("before", t("事案簿の値", "In the case file"), 250.0).grows(160.0).unsorted(),
            Column::new("after", t("提供する形", "As it leaves"), 250.0).grows(160.0).unsorted(),
            Column::new("shown", t("扱い", "How"), 84.0).unsorted(),
            Column::new("role", t("役割", "Role"), 130.0).unsorted(),
            Column::new("lost", t("失う関連", "Links lost"), 76.0).right().unsorted(),
            Column::new("rule", t("規則", "Rule"), 150.0).unsorted().spare(1),
        ];
        let table = Table {
            id: "review",
            name: t("提供する値の一覧", "Values before and after"),
            columns: &columns,
            rows: review.rows.len() as u64,
            row_height: view.row_height.max(24.0),
            sorted: None,
            keys: view.active,
            lang: view.lang,
        };
        let mut rows = ReviewRows { rows: &review.rows, view, case: view.case, out };
        let events = table.show(ui, &mut self.table, &mut rows);
        let at = |row: u64| usize::try_from(row).ok().and_then(|row| review.rows.get(row));
        if (events.moved || events.opened)
            && let Some(row) = self.table.cursor.and_then(at)
        {
            out.act(Act::Select(Selection::Indicator(row.kind, row.before.clone())));
        }
        if events.opened {
            out.act(Act::ShowInspector);
        }
        let chosen = self.table.chosen();
        if events.copy && !chosen.is_empty() {
            let values = chosen.into_iter().filter_map(at).map(|row| row.before.as_str());
            out.act(Act::Copy(values.collect::<Vec<_>>().join("\n")));
        }
        if events.cut {
            out.act(crate::app::panels::cut_notice());
        }
    }
}

fn summary(ui: &mut Ui, view: &View<'_>, review: &Review) {
    let p = palette(ui);
    egui::Frame::new().inner_margin(egui::Margin { left: 24, right: 24, top: 10, bottom: 8 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = style::XL;
            let records = words::count(review.records);
            figure(ui, &records, view.t("添える記録", "records"));
            for (kind, number) in KINDS.iter().zip(review.counts) {
                figure(ui, &words::count(number), view.text(kind.text()));
            }
        });
        if review.roles_open > 0 {
            let text = match view.lang {
                Lang::Ja => format!(
                    "⚠ 役割未確定の値が{}件。下で役割を定めると、失う関連が戻ります。",
                    words::count(review.roles_open)
                ),
                Lang::En => format!(
                    "⚠ {} values without a role. Stating one below brings lost links back.",
                    words::count(review.roles_open)
                ),
            };
            ui.label(RichText::new(text).color(p.caution));
        }
        for note in &review.notes {
            ui.label(bits::quiet(ui, note.get(view.lang)));
        }
    });
}

/// A large number with its name below.
fn figure(ui: &mut Ui, number: &str, name: &str) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.label(RichText::new(number).font(style::page()).color(palette(ui).text));
        ui.label(bits::caption(ui, name));
    });
}

struct ReviewRows<'a, 'b> {
    rows: &'a [ReviewRow],
    view: &'a View<'b>,
    case: Option<CaseKey>,
    out: &'a mut Outbox,
}

impl Rows for ReviewRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = usize::try_from(cells.row).ok().and_then(|at| self.rows.get(at)) else { return };
        let p = cells.p();
        cells.name.push_str(&row.before);
        cells.name.push(' ');
        if let Some(mut rect) = cells.rect(0) {
            if let Some(facts) = self.view.kind(row.kind) {
                let centre = pos2(rect.left() + 7.0, rect.center().y);
                mark::paint(cells.ui.painter(), p, centre, 4.8, Mark::Look(facts.look), None);
            }
            rect.set_left(rect.left() + 20.0);
            cells.fit(rect, &row.before, style::mono(), p.text, Align::Min);
        }
        if row.shown == ShownAs::Withheld {
            cells.quiet(1, "—");
        } else {
            let ink = if row.shown == ShownAs::Kept || cells.selected { p.text } else { p.quiet };
            cells.put(1, &words::value(self.view.lang, &row.after), style::mono(), ink);
        }
        cells.text(2, self.view.text(row.shown.text()));
        self.role(cells, row);
        if row.links_lost > 0 {
            let ink = if cells.selected { p.text } else { p.caution };
            cells.put(4, &words::count(row.links_lost), style::table(), ink);
        } else {
            cells.quiet(4, "0");
        }
        cells.quiet(5, row.rule.get(self.view.lang));
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, place: u64) {
        let Some(row) = usize::try_from(place).ok().and_then(|at| self.rows.get(at)) else { return };
        let t = |ja, en| self.view.t(ja, en);
        if ui.button(t("記録を見る", "Show records")).clicked() {
            let query = conditions::quoted(&row.before);
            self.out.act(Act::ShowRecords(RecordView { case: self.case, query, ..RecordView::default() }));
        }
        if ui.button(t("識別情報の一覧で見る", "Show in the list")).clicked() {
            self.out.act(Act::ShowIndicator(row.kind, row.before.clone()));
        }
        if ui.button(t("相関図で見る", "Show in graph")).clicked() {
            self.out.act(Act::ShowInGraph(row.kind, row.before.clone()));
        }
        if let Some(case) = self.case
            && let Some(role) = role_menu(ui, self.view, row.role)
        {
            let values = vec![(row.kind, row.before.clone())];
            self.out.order(Command::SetRole { case, values, role, rows: None });
        }
        if ui.button(t("値を写す", "Copy value")).clicked() {
            self.out.act(Act::Copy(row.before.clone()));
        }
        if row.shown != ShownAs::Withheld
            && row.after != row.before
            && ui.button(t("提供する形を写す", "Copy as it leaves")).clicked()
        {
            self.out.act(Act::Copy(row.after.clone()));
        }
    }
}

impl ReviewRows<'_, '_> {
    fn role(&mut self, cells: &mut Cells<'_>, row: &ReviewRow) {
        let text = self.view.text(row.role.map_or(Role::not_stated(), Role::text));
        if row.role.is_some() {
            cells.text(3, text);
            return;
        }
        let (Some(rect), Some(case)) = (cells.rect(3), self.case) else { return };
        cells.name.push_str(text);
        let place = Rect::from_center_size(rect.center(), vec2(rect.width() + 6.0, 21.0));
        let builder = UiBuilder::new().max_rect(place).id_salt(("review role", cells.row));
        let mut role = None;
        let changed =
            cells.ui.scope_builder(builder, |ui| quiet_role_choice(ui, self.view, &mut role, place.width())).inner;
        if changed {
            self.out.order(Command::SetRole { case, values: vec![(row.kind, row.before.clone())], role, rows: None });
        }
    }
}
