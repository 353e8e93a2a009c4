//! Audit: the state of the chain, the head for the paper register, and every entry.

use super::Panel;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PAGE, View, pages};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::{Lang, Text};
use crate::workbench::ask::{AuditRow, AuditState, CheckLine, Command};
use egui::{Align, Label, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// The panel.
#[derive(Default)]
pub struct Audit {
    table: State,
}

impl Panel for Audit {
    fn id(&self) -> &'static str {
        "audit"
    }

    fn title(&self) -> Text {
        Text::new("監査証跡", "Audit")
    }

    fn icon(&self) -> Icon {
        Icon::Ledger
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let state = view.audit_state();
        let remark = state.map(|state| match view.lang {
            Lang::Ja => format!("{}件", words::count(state.entries)),
            Lang::En => words::many(state.entries, "entry"),
        });
        let remark = remark.unwrap_or_default();
        bits::head(ui, view.text(self.title()), &remark, |ui| {
            if bits::button(ui, Weight::Main, Some(Icon::Tick), view.t("証跡を確認", "Verify the chain")).clicked()
            {
                out.order(Command::VerifyAudit);
            }
        });
        if let Some(state) = state {
            register(ui, view, state, out);
        }
        self.entries(ui, view, out);
    }

    fn badge(&self, view: &View<'_>) -> u64 {
        u64::from(view.audit_state().is_some_and(|state| state.holds == Some(false)))
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "widths": self.table.widths })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        self.table.widths = super::widths(kept);
    }
}

/// The head in large type beside the checks.
fn register(ui: &mut Ui, view: &View<'_>, state: &AuditState, out: &mut Outbox) {
    egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 4, bottom: 12 }).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = style::XL * 2.0;
            ui.vertical(|ui| {
                ui.label(bits::caption(
                    ui,
                    view.t("紙の簿冊に控える先頭値（クリックで写す）", "Head for the paper register (click to copy)"),
                ));
                head(ui, view, &state.head, out);
                let at = state.verified_at.map(words::time).unwrap_or_default();
                let text = match (view.lang, state.holds) {
                    (Lang::Ja, Some(true)) => format!("第{}号まで確認済　{at}", words::count(state.entries)),
                    (Lang::En, Some(true)) => format!("verified to entry {}  {at}", words::count(state.entries)),
                    (Lang::Ja, Some(false)) => "つながりが壊れています。事案簿の写しと比べてください".to_owned(),
                    (Lang::En, Some(false)) => "the chain is broken: compare with a copy of the case file".to_owned(),
                    (Lang::Ja, None) => "未確認".to_owned(),
                    (Lang::En, None) => "not verified yet".to_owned(),
                };
                let ink = if state.holds == Some(false) { palette(ui).danger } else { palette(ui).quiet };
                ui.add(Label::new(RichText::new(text).color(ink)));
            });
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                check_lines(ui, view.lang, &state.checks);
            });
        });
    });
}

/// A head in groups, large enough to be copied by hand.
pub fn head(ui: &mut Ui, view: &View<'_>, text: &str, out: &mut Outbox) {
    let p = palette(ui);
    let chars: Vec<char> = text.chars().collect();
    let groups: Vec<String> = chars.chunks(5).map(|group| group.iter().collect()).collect();
    // Groups are for the eye: a head that comes in groups already stays as it is.
    let shown = if text.contains(['-', ' ']) { text.to_owned() } else { groups.join(" ") };
    let galley = ui.painter().layout_no_wrap(shown, style::register(), p.text);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(0.0, 6.0), Sense::click());
    let name = format!("{} {text}", view.t("先頭値", "Head"));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(6.0, 0.0)), style::CORNER, p.hover);
    }
    ui.painter().galley(rect.min + vec2(0.0, 3.0), galley, p.text);
    if response.clicked() {
        out.act(Act::Copy(text.to_owned()));
    }
}

/// One line per check: sign, name, what was found.
pub fn check_lines(ui: &mut Ui, lang: Lang, checks: &[CheckLine]) {
    let p = palette(ui);
    let width = ui.available_width().min(720.0);
    for check in checks {
        let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
        let name = format!("{} {}", check.label.get(lang), check.detail.get(lang));
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        bits::verdict(ui, pos2(rect.left() + 8.0, rect.center().y), check.ok);
        let label = Rect::from_min_max(pos2(rect.left() + 22.0, rect.top()), pos2(rect.left() + 216.0, rect.bottom()));
        let detail = Rect::from_min_max(pos2(rect.left() + 222.0, rect.top()), rect.max);
        bits::text_in(ui.painter(), label, check.label.get(lang), style::table(), p.text, Align::Min);
        bits::text_in(ui.painter(), detail, check.detail.get(lang), style::table(), p.quiet, Align::Min);
        response.on_hover_text(check.detail.get(lang));
    }
}

impl Audit {
    fn entries(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let columns = [
            Column::new("seq", t("番号", "Number"), 76.0).right().unsorted(),
            Column::new("at", t("日時", "Time"), words::TIME_WIDTH).unsorted(),
            Column::new("operator", t("操作者", "Operator"), 112.0).grows(86.0).unsorted(),
            Column::new("action", t("操作", "Action"), 172.0).grows(150.0).unsorted(),
            Column::new("object", t("対象", "Object"), 420.0).grows(250.0).unsorted(),
            Column::new("id", t("対象の番号", "Object id"), 150.0).unsorted().spare(2),
            Column::new("commitment", t("内容の証", "Commitment"), 130.0).unsorted().spare(1),
        ];
        let total = view.audit(0, PAGE).map_or(0, |page| page.total);
        let table = Table {
            id: "audit",
            name: t("監査証跡の一覧", "List of audit entries"),
            columns: &columns,
            rows: total,
            row_height: view.row_height,
            sorted: None,
            keys: view.active,
            lang: view.lang,
        };
        let mut shown = AuditRows { view, copy: false };
        let events = table.show(ui, &mut self.table, &mut shown);
        for first in pages(&events.visible) {
            view.audit(first, PAGE);
        }
        if events.copy || shown.copy {
            let rows = self.table.chosen().into_iter().filter_map(|row| at(view, row));
            let lines = rows.map(|AuditRow { entry: row, .. }| {
                format!("{}\t{}\t{}\t{}\t{}", row.seq, words::time(row.at), row.operator, row.action, row.object)
            });
            out.act(Act::Copy(lines.collect::<Vec<_>>().join("\n")));
        }
    }
}

struct AuditRows<'a, 'b> {
    view: &'a View<'b>,
    /// The chosen entries are to be copied.
    copy: bool,
}

fn at<'b>(view: &View<'b>, row: u64) -> Option<&'b AuditRow> {
    let first = row / u64::from(PAGE) * u64::from(PAGE);
    let page = view.audit(first, PAGE)?;
    page.rows.get(usize::try_from(row - page.first).ok()?)
}

impl Rows for AuditRows<'_, '_> {
    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, _row: u64) {
        self.copy |= ui.button(self.view.t("選んだ記載を写す", "Copy the chosen entries")).clicked();
    }

    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(AuditRow { entry, action, object }) = at(self.view, cells.row) else { return };
        cells.quiet(0, &words::count(entry.seq));
        cells.mono(1, &words::time(entry.at));
        cells.text(2, &entry.operator);
        cells.text(3, action.get(self.view.lang));
        match object {
            Some(object) => cells.text(4, object.get(self.view.lang)),
            None => cells.mono(4, &entry.object),
        }
        cells.put(5, &entry.object, style::mono(), cells.p().quiet);
        cells.put(6, &words::middle(&entry.commitment, 6), style::mono(), cells.p().quiet);
    }
}
