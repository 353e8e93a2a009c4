//! Cases: the list, and the form for a new or present case. One question at a time, nothing required but a title.

use super::Panel;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::mark::{self, Mark};
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::{CaseKey, Lang, Stage, Text, Tlp};
use crate::workbench::ask::{CaseForm, CaseRow, Command, unit_name};
use egui::{Align, Layout, ScrollArea, Ui, vec2};

/// The panel.
#[derive(Default)]
pub struct Cases {
    table: State,
    form: Option<Form>,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
struct Form {
    key: Option<CaseKey>,
    title: String,
    number: String,
    stage: Stage,
    offence: String,
    method: String,
    recognised_on: String,
    loss: String,
    contact: String,
    asks: String,
    urgency: String,
    deadline: String,
    tlp: Tlp,
    handling: String,
}

impl Panel for Cases {
    fn id(&self) -> &'static str {
        "cases"
    }

    fn title(&self) -> Text {
        Text::new("事案", "Cases")
    }

    fn icon(&self) -> Icon {
        Icon::Folder
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        if let Some(form) = &mut self.form {
            let mut done = false;
            show_form(ui, view, form, out, &mut done);
            if done {
                self.form = None;
            }
            return;
        }
        let cases = view.cases();
        let count = cases.map_or(0, Vec::len) as u64;
        let remark = words::cases(view.lang, count);
        bits::head(ui, view.text(self.title()), if count == 0 { "" } else { &remark }, |ui| {
            if bits::button(ui, Weight::Main, Some(Icon::Plus), view.t("新しい事案", "New case")).clicked() {
                self.form = Some(Form::default());
            }
            let chosen = self.table.cursor.and_then(|row| cases?.get(usize::try_from(row).ok()?));
            if let Some(row) = chosen
                && bits::button(ui, Weight::Bare, None, view.t("内容を変える", "Edit")).clicked()
            {
                self.form = Some(Form::of(row));
            }
        });
        match cases {
            None => bits::waiting(ui, view, view.t("読み込み中", "Loading")),
            Some(cases) if cases.is_empty() => {
                let pressed = bits::empty(
                    ui,
                    view.t(
                        "まだ事案がありません。相談の段階から始められます。",
                        "No case yet. Begin as early as a consultation.",
                    ),
                    Some(view.t("新しい事案", "New case")),
                    view.t(
                        "例：「証券口座不正取引事案」。番号や罪名は後から書けます。",
                        "Example: “Brokerage account takeover”. Number and offence can wait.",
                    ),
                );
                if pressed {
                    self.form = Some(Form::default());
                }
            }
            Some(cases) => self.list(ui, view, cases, out),
        }
    }

    fn act(&mut self, act: &Act, view: &View<'_>, _out: &mut Outbox) {
        match act {
            Act::NewCase if self.form.is_none() => self.form = Some(Form::default()),
            Act::EditCase(key) => {
                let row = view.cases().and_then(|cases| cases.iter().find(|row| row.key == *key));
                self.form = row.map(Form::of).or(self.form.take());
            }
            _ => {}
        }
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "widths": self.table.widths })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        self.table.widths = super::widths(kept);
    }
}

impl Cases {
    fn list(&mut self, ui: &mut Ui, view: &View<'_>, cases: &[CaseRow], out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        // With one unit alone its name in every row would say nothing.
        let own = cases.first().map(|row| &row.case.unit);
        let several = cases.iter().any(|row| Some(&row.case.unit) != own);
        let columns = [
            Column::new("number", t("番号", "Number"), 120.0).unsorted(),
            Column::new("title", t("事案名", "Title"), 290.0).grows(210.0).unsorted(),
            Column::new("unit", t("所属", "Unit"), 130.0).grows(96.0).unsorted().spare(2),
            Column::new("stage", t("段階", "Stage"), t_width(view.lang, 56.0, 96.0)).unsorted(),
            Column::new("recognised", t("認知日", "Recognised"), 92.0).unsorted().spare(3),
            Column::new("evidence", t("証拠", "Evidence"), t_width(view.lang, 52.0, 68.0)).right().unsorted(),
            Column::new("records", t("記録", "Records"), 80.0).right().unsorted(),
            Column::new("indicators", t("識別情報", "Indicators"), 78.0).right().unsorted(),
            Column::new("open", t("役割未確定", "Role open"), 84.0).right().unsorted(),
            Column::new("ties", t("関連", "Ties"), 52.0).right().unsorted(),
        ];
        let columns: Vec<Column> = columns.into_iter().filter(|column| several || column.id != "unit").collect();
        let table = Table {
            id: "cases",
            name: t("事案の一覧", "List of cases"),
            columns: &columns,
            rows: cases.len() as u64,
            row_height: view.row_height,
            sorted: None,
            keys: view.active,
            lang: view.lang,
        };
        let events = table.show(ui, &mut self.table, &mut CaseRows { cases, view, out, several });
        let row = self.table.cursor.and_then(|row| cases.get(usize::try_from(row).ok()?));
        if let Some(row) = row {
            if events.moved {
                out.act(Act::Select(Selection::Case(row.key)));
            }
            if events.opened {
                out.act(Act::Case(Some(row.key)));
                out.act(Act::Open("evidence"));
            }
        }
    }
}

/// A column as wide as its words in this language.
const fn t_width(lang: Lang, ja: f32, en: f32) -> f32 {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

struct CaseRows<'a, 'b> {
    cases: &'a [CaseRow],
    view: &'a View<'b>,
    out: &'a mut Outbox,
    /// Cases of several units: each row names its own.
    several: bool,
}

impl CaseRows<'_, '_> {
    fn row(&self, row: u64) -> Option<&CaseRow> {
        self.cases.get(usize::try_from(row).ok()?)
    }
}

impl Rows for CaseRows<'_, '_> {
    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some((key, number)) = self.row(row).map(|row| (row.key, row.case.number.clone())) else { return };
        let t = |ja, en| self.view.t(ja, en);
        for (name, panel) in [
            (t("この事案で作業", "Work in this case"), "evidence"),
            (t("記録を見る", "Show records"), "records"),
            (t("識別情報を見る", "Show indicators"), "indicators"),
            (t("相関図で見る", "Show in graph"), "graph"),
            (t("報告・提供する", "Hand up"), "export"),
        ] {
            if ui.button(name).clicked() {
                self.out.act(Act::Case(Some(key)));
                self.out.act(Act::Open(panel));
            }
        }
        ui.separator();
        if ui.button(t("内容を変える", "Edit")).clicked() {
            self.out.act(Act::EditCase(key));
        }
        if let Some(number) = number
            && ui.button(t("番号を写す", "Copy number")).clicked()
        {
            self.out.act(Act::Copy(number));
        }
    }

    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = usize::try_from(cells.row).ok().and_then(|at| self.cases.get(at)) else { return };
        let case = &row.case;
        let lang = self.view.lang;
        cells.text(0, case.number.as_deref().unwrap_or("—"));
        cells.text(1, &case.title);
        if self.several {
            cells.text(2, unit_name(case.unit.path()).get(lang));
        }
        let stage = 2 + usize::from(self.several);
        cells.text(stage, case.stage.text().get(lang));
        cells.quiet(stage + 1, case.recognised_on.as_deref().unwrap_or("—"));
        for (column, number) in (stage + 2..).zip([row.evidence, row.records, row.indicators]) {
            cells.text(column, &words::count(number));
        }
        let (at_open, last) = (stage + 5, stage + 6);
        match row.roles_open {
            Some(open) if open > 0 => {
                let ink = if cells.selected { cells.p().text } else { cells.p().caution };
                cells.put(at_open, &words::count(open), style::table(), ink);
            }
            Some(_) => cells.quiet(at_open, "0"),
            None => cells.quiet(at_open, "…"),
        }
        let Some(ties) = row.ties else { return cells.quiet(last, "…") };
        if ties > 0 {
            cells.text(last, &words::count(ties));
            if let Some(rect) = cells.rect(last) {
                let p = cells.p();
                mark::paint(cells.ui.painter(), p, rect.left_center() + vec2(6.0, 0.0), 4.0, Mark::Case, None);
            }
        } else {
            cells.quiet(last, "0");
        }
    }
}

impl Form {
    fn of(row: &CaseRow) -> Self {
        let case = row.case.clone();
        let or_empty = Option::unwrap_or_default;
        Self {
            key: Some(row.key),
            title: case.title,
            number: or_empty(case.number),
            stage: case.stage,
            offence: or_empty(case.offence),
            method: case.method.join("、"),
            recognised_on: or_empty(case.recognised_on),
            loss: case.loss_yen.map(|yen| yen.to_string()).unwrap_or_default(),
            contact: or_empty(case.contact),
            asks: case.asks.join("、"),
            urgency: or_empty(case.urgency),
            deadline: or_empty(case.deadline),
            tlp: case.tlp,
            handling: or_empty(case.handling),
        }
    }

    fn filled(&self) -> CaseForm {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let list = |text: &str| -> Vec<String> {
            text.split(['、', ',']).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        };
        let digits: String = self.loss.chars().filter(char::is_ascii_digit).collect();
        CaseForm {
            key: self.key,
            title: self.title.trim().to_owned(),
            number: some(&self.number),
            stage: self.stage,
            offence: some(&self.offence),
            method: list(&self.method),
            recognised_on: some(&self.recognised_on),
            loss_yen: digits.parse().ok(),
            contact: some(&self.contact),
            asks: list(&self.asks),
            urgency: some(&self.urgency),
            deadline: some(&self.deadline),
            tlp: self.tlp,
            handling: some(&self.handling),
        }
    }
}

fn is_date(text: &str) -> bool {
    text.is_empty() || text.parse::<jiff::civil::Date>().is_ok()
}

fn show_form(ui: &mut Ui, view: &View<'_>, form: &mut Form, out: &mut Outbox, done: &mut bool) {
    let t = |ja, en| view.t(ja, en);
    let title = if form.key.is_some() { t("事案の内容", "Case") } else { t("新しい事案", "New case") };
    let fits = !form.title.trim().is_empty() && is_date(&form.recognised_on) && is_date(&form.deadline);
    bits::head(ui, title, "", |ui| {
        let save = if form.key.is_some() { t("内容を保存", "Save") } else { t("事案を作る", "Make case") };
        if ui.add_enabled_ui(fits, |ui| bits::button(ui, Weight::Main, None, save)).inner.clicked() {
            out.order(Command::PutCase(Box::new(form.filled())));
            *done = true;
        }
        *done |= bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked();
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 24, top: 0, bottom: 24 }).show(ui, |ui| {
            let width = ui.available_width().min(style::PAGE_WIDTH);
            ui.set_max_width(width);
            fields(ui, view, form, width);
        });
    });
}

fn fields(ui: &mut Ui, view: &View<'_>, form: &mut Form, width: f32) {
    let t = |ja, en| view.t(ja, en);
    let half = (width - style::L) / 2.0;
    let third = (width - style::L * 2.0) / 3.0;
    ui.spacing_mut().item_spacing = vec2(style::L, style::M);
    bits::field(
        ui,
        t("事案名", "Title"),
        &mut form.title,
        t("例：証券口座不正取引事案", "e.g. Brokerage account takeover"),
        width,
    );
    ui.horizontal(|ui| {
        bits::field(ui, t("番号", "Number"), &mut form.number, t("例：令和8年第42号", "e.g. R8-42"), third);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(bits::caption(ui, t("段階", "Stage")));
            let stages = [Stage::Consultation, Stage::Incident, Stage::Criminal, Stage::Closed];
            let choices = stages.map(|stage| (stage, view.text(stage.text())));
            bits::choose(ui, t("段階", "Stage"), &mut form.stage, &choices, third);
        });
        date_field(ui, view, t("認知日", "Recognised on"), &mut form.recognised_on, third);
    });
    ui.horizontal(|ui| {
        bits::field(
            ui,
            t("罪名", "Offence"),
            &mut form.offence,
            t("例：不正アクセス禁止法違反", "e.g. unauthorised access"),
            half,
        );
        bits::field(
            ui,
            t("手口（読点で区切る）", "Method (commas between)"),
            &mut form.method,
            t("例：フィッシング、不正送金", "e.g. phishing"),
            half,
        );
    });
    ui.horizontal(|ui| {
        bits::field(ui, t("被害額（円）", "Loss (yen)"), &mut form.loss, t("例：1,200,000", "e.g. 1,200,000"), third);
        bits::field(
            ui,
            t("担当・内線", "Contact"),
            &mut form.contact,
            t("例：サイバー犯罪対策課 内線 1234", "e.g. cyber section, ext. 1234"),
            third * 2.0 + style::L,
        );
    });
    bits::section(ui, t("国への依頼", "Asked of the national unit"));
    ui.horizontal(|ui| {
        bits::field(
            ui,
            t("依頼事項（読点で区切る）", "Asks (commas between)"),
            &mut form.asks,
            t("例：追跡、復号、国外照会", "e.g. tracing, decryption, abroad"),
            half,
        );
        bits::field(ui, t("緊急度", "Urgency"), &mut form.urgency, t("例：急", "e.g. urgent"), third / 2.0);
        date_field(ui, view, t("回答期限", "Deadline"), &mut form.deadline, third);
    });
    bits::section(ui, t("取扱い", "Handling"));
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(bits::caption(ui, t("共有の標識", "Label")));
            let choices = Tlp::ALL.map(|tlp| (tlp, tlp.label()));
            bits::choose(ui, t("共有の標識", "Label"), &mut form.tlp, &choices, third);
        });
        let hint = t("例：取扱注意・共有範囲：県警内", "e.g. handle with care, prefecture only");
        bits::field(ui, t("取扱い・共有範囲", "Handling and scope"), &mut form.handling, hint, third * 2.0 + style::L);
    });
}

fn date_field(ui: &mut Ui, view: &View<'_>, label: &str, text: &mut String, width: f32) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing.y = 2.0;
        bits::field(ui, label, text, view.t("例：2026-04-01", "e.g. 2026-04-01"), width);
        if !is_date(text) {
            let hint = view.t("2026-04-01 の形で", "as 2026-04-01");
            ui.label(egui::RichText::new(hint).font(style::caption()).color(palette(ui).danger));
        } else if view.lang == Lang::Ja && !text.is_empty() {
            ui.label(bits::caption(ui, words::wareki(text)));
        }
    });
}
