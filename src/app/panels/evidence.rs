//! Evidence: what was taken in, how it is read, whether it is still the same; drop zone and import settings.

use super::Panel;
use super::records::rows::file_name;
use crate::app::frame::dialogs::columns;
use crate::app::frame::dialogs::read_again::{Settings, ZONES};
use crate::app::frame::inspector::things::state_text;
use crate::app::frame::status::progress;
use crate::app::style;
use crate::app::view::{Act, Outbox, PickFor, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::{EvidenceKey, EvidenceState, Explain as _, Instant, Lang, Text};
use crate::workbench::ask::{Command, EvidenceRow, Measure, RecordView};
use crate::workbench::stated;
use egui::{Rect, RichText, Ui, pos2, vec2};
use std::path::PathBuf;

/// The panel.
#[derive(Default)]
pub struct EvidencePanel {
    table: State,
    settings: Settings,
    settings_open: bool,
    withdraw: Option<(EvidenceKey, String)>,
    /// The evidence whose clock was off, by how much, and how that is known.
    skew: Option<(EvidenceKey, String, String)>,
}

impl Panel for EvidencePanel {
    fn id(&self) -> &'static str {
        "evidence"
    }

    fn title(&self) -> Text {
        Text::new("証拠", "Evidence")
    }

    fn icon(&self) -> Icon {
        Icon::Document
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let rows = view.evidence(view.case);
        let remark = rows.filter(|rows| !rows.is_empty()).map(|rows| remark(view.lang, rows)).unwrap_or_default();
        bits::head(ui, view.text(self.title()), &remark, |ui| {
            if bits::button(ui, Weight::Main, Some(Icon::Plus), view.t("証拠を追加", "Add evidence")).clicked() {
                out.act(Act::Pick(PickFor::Evidence));
            }
            if bits::button(ui, Weight::Bare, Some(Icon::Note), view.t("文章を貼り付け", "Paste text")).clicked()
            {
                out.act(Act::Paste);
            }
            if bits::button(ui, Weight::Bare, None, view.t("同一性確認", "Verify all")).clicked() {
                out.order(Command::VerifyEvidence(None));
            }
            if bits::button(ui, Weight::Bare, Some(Icon::Clock), view.t("読み方", "How to read")).clicked() {
                self.settings_open = !self.settings_open;
            }
        });
        if self.settings_open {
            settings(ui, view, &mut self.settings);
        }
        importing(ui, view, out);
        match rows {
            None => bits::waiting(ui, view, view.t("読み込み中", "Loading")),
            Some(rows) if rows.is_empty() => {
                let pressed = bits::empty(
                    ui,
                    view.t("証拠のファイルをここに落としてください。", "Drop evidence files here."),
                    Some(view.t("証拠を追加", "Add evidence")),
                    view.t(
                        "例：access.log、auth.log.gz、取引履歴.csv。中身は変えずにそのまま保存し、ハッシュ値を記録します。",
                        "Examples: access.log, auth.log.gz, a bank's CSV. Kept byte for byte, with their hashes.",
                    ),
                );
                if pressed {
                    out.act(Act::Pick(PickFor::Evidence));
                }
            }
            Some(rows) => self.list(ui, view, rows, out),
        }
        self.withdraw_dialog(ui, view, out);
        self.skew_dialog(ui, view, out);
    }

    fn act(&mut self, act: &Act, view: &View<'_>, out: &mut Outbox) {
        if let Act::Take(paths) = act {
            let read_as = self.settings.read_as().unwrap_or_default();
            out.order(Command::AddEvidence { case: view.case, paths: paths.clone(), read_as });
        }
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], view: &View<'_>, out: &mut Outbox) {
        if let PickFor::Save("evidence", _) = purpose {
            let chosen = self.table.cursor.and_then(|row| view.evidence(view.case)?.get(usize::try_from(row).ok()?));
            if let (Some(row), Some(path)) = (chosen, paths.first()) {
                out.order(Command::SaveEvidence { evidence: row.evidence.key, out: path.clone() });
            }
        }
    }

    fn badge(&self, view: &View<'_>) -> u64 {
        let partial = |row: &&EvidenceRow| row.evidence.state == EvidenceState::Partial;
        view.evidence(view.case).map_or(0, |rows| rows.iter().filter(partial).count()) as u64
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "widths": self.table.widths, "zone": self.settings.zone })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        self.table.widths = super::widths(kept);
        let zone = kept.get("zone").and_then(serde_json::Value::as_u64).and_then(|at| usize::try_from(at).ok());
        self.settings.zone = zone.filter(|at| *at < ZONES.len()).unwrap_or(0);
    }
}

impl EvidencePanel {
    fn list(&mut self, ui: &mut Ui, view: &View<'_>, rows: &[EvidenceRow], out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        // English titles are wider than what stands below them.
        let wide = |ja: f32, en: f32| if view.lang == Lang::Ja { ja } else { en };
        let columns = [
            Column::new("name", t("名称", "Name"), 200.0).grows(wide(150.0, 132.0)).unsorted(),
            Column::new("state", t("状態", "State"), 92.0).unsorted(),
            Column::new("size", t("大きさ", "Size"), 62.0).right().unsorted(),
            Column::new("format", t("形式・文字コード", "Format, encoding"), 190.0)
                .grows(wide(148.0, 152.0))
                .unsorted(),
            Column::new("rows", t("記録", "Records"), 72.0).right().unsorted(),
            Column::new("skipped", t("読飛ばし", "Skipped"), 68.0).right().unsorted().spare(3),
            Column::new("rejects", t("形式外", "Rejects"), wide(54.0, 62.0)).right().unsorted(),
            Column::new("undated", t("時刻なし", "Undated"), wide(72.0, 70.0)).right().unsorted(),
            Column::new("span", t("最初 – 最後", "First – last"), 256.0).grows(166.0).unsorted().spare(1),
            Column::new("sha", "SHA-256", 108.0).unsorted().spare(2),
        ];
        let table = Table {
            id: "evidence",
            name: t("証拠の一覧", "List of evidence"),
            columns: &columns,
            rows: rows.len() as u64,
            row_height: view.row_height,
            sorted: None,
            keys: view.active,
            lang: view.lang,
        };
        let mut shown = EvidenceRows { rows, view, out, withdraw: None, skew: None };
        let events = table.show(ui, &mut self.table, &mut shown);
        if let Some(key) = shown.withdraw {
            self.withdraw = Some((key, String::new()));
        }
        if let Some((key, seconds)) = shown.skew {
            self.skew = Some((key, format!("{seconds:+}"), String::new()));
        }
        let Some(row) = self.table.cursor.and_then(|row| rows.get(usize::try_from(row).ok()?)) else { return };
        if events.moved {
            out.act(Act::Select(Selection::Evidence(row.evidence.key)));
        }
        if events.opened {
            out.act(Act::ShowRecords(RecordView { evidence: Some(row.evidence.key), ..RecordView::default() }));
        }
        if events.copy {
            out.act(Act::Copy(row.evidence.sha256.map(|hash| words::hex(&hash)).unwrap_or_default()));
        }
    }

    fn withdraw_dialog(&mut self, ui: &Ui, view: &View<'_>, out: &mut Outbox) {
        let Some((key, reason)) = &mut self.withdraw else { return };
        let mut done = false;
        let modal = bits::modal(ui.ctx(), "withdraw").show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            bits::section(ui, view.t("証拠を取り下げる", "Withdraw evidence"));
            ui.label(RichText::new(file_name(view, *key)).font(style::mono()));
            ui.label(bits::quiet(
                ui,
                view.t(
                    "取下げは元に戻せません。証拠は取下げ済として残り、検索と識別情報から外れます。",
                    "This cannot be undone. The evidence stays, marked as withdrawn, and leaves search and indicators.",
                ),
            ));
            let why = bits::field(
                ui,
                view.t("理由", "Reason"),
                reason,
                view.t("例：別事案の資料の誤取込み", "e.g. belongs to another case"),
                420.0,
            );
            bits::begin(&why);
            ui.add_space(style::S);
            ui.horizontal(|ui| {
                let fits = !reason.trim().is_empty();
                let act = view.t("取り下げる", "Withdraw");
                if ui.add_enabled_ui(fits, |ui| bits::button(ui, Weight::Danger, None, act)).inner.clicked() {
                    out.order(Command::Withdraw { evidence: *key, reason: reason.trim().to_owned() });
                    done = true;
                }
                done |= bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked();
            });
        });
        if done || modal.should_close() {
            self.withdraw = None;
        }
    }
}

impl EvidencePanel {
    fn skew_dialog(&mut self, ui: &Ui, view: &View<'_>, out: &mut Outbox) {
        let Some((key, skew, reason)) = &mut self.skew else { return };
        let mut done = false;
        let modal = bits::modal(ui.ctx(), "skew").show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            bits::section(ui, view.t("時計のずれを記す", "State clock skew"));
            ui.label(RichText::new(file_name(view, *key)).font(style::mono()));
            let about = view.t(
                "記録の時刻を書いた機器の時計が進んでいた分（＋）、遅れていた分（−）。表示・検索・並べ替え・書出しで差し引き、原本は変えません。元に戻せます。",
                "By how much the clock ran ahead (+) or behind (-) that wrote these times. Taken off in display, search, order and exports; the original stays. Can be undone.",
            );
            ui.add(egui::Label::new(bits::quiet(ui, about)).wrap());
            let name = view.t("秒、または時:分:秒（0で取り消し）", "Seconds or hh:mm:ss, 0 takes it back");
            let field = bits::field(ui, name, skew, "+90", 200.0);
            bits::begin(&field);
            let hint = view.t("例：時報と比べた（2026-04-01 実施）", "e.g. compared with the time signal");
            let why = bits::field(ui, view.t("どう確かめたか", "How it is known"), reason, hint, 420.0);
            let entered = bits::entered(&field) || bits::entered(&why);
            ui.add_space(style::S);
            // What cannot be entered is told here, before the form closes over what was typed.
            let lacks = match stated::read_skew(skew) {
                Err(err) => Some(err.what(view.lang)),
                Ok(seconds) if seconds != 0 && reason.trim().is_empty() => {
                    Some(view.t("どう確かめたかを記してください", "say how it is known").to_owned())
                }
                Ok(_) => None,
            };
            ui.horizontal(|ui| {
                let act = view.t("記す", "State");
                let ready = lacks.is_none();
                let press = ui.add_enabled_ui(ready, |ui| bits::button(ui, Weight::Main, None, act)).inner;
                if press.clicked() || (entered && ready) {
                    let (skew, reason) = (skew.trim().to_owned(), reason.trim().to_owned());
                    out.order(Command::SetSkew { evidence: *key, skew, reason });
                    done = true;
                }
                done |= bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked();
            });
            if let Some(lacks) = lacks {
                ui.add(egui::Label::new(bits::quiet(ui, lacks)).wrap());
            }
        });
        if done || modal.should_close() {
            self.skew = None;
        }
    }
}

/// What is being taken in: name, share, rate, time left, and the way to stop it.
fn importing(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    for job in view.jobs.iter().filter(|job| job.measure == Measure::Bytes && job.asked.is_none()) {
        let (share, text) = progress(view.lang, job);
        ui.horizontal(|ui| {
            ui.add_space(style::M);
            ui.label(job.name.get(view.lang));
            let width = (ui.available_width() - 240.0).clamp(60.0, 420.0);
            let (rect, _) = ui.allocate_exact_size(vec2(width, style::BUTTON), egui::Sense::empty());
            bits::share_bar(ui, Rect::from_center_size(rect.center(), vec2(width, 6.0)), share.unwrap_or(0.0));
            ui.label(bits::quiet(ui, text));
            if job.cancellable {
                let name = format!("{} {}", view.t("中止する", "Stop"), job.name.get(view.lang));
                if bits::button(ui, Weight::Bare, None, view.t("中止", "Stop")).accessible_name(name).clicked() {
                    out.order(Command::Cancel(job.id));
                }
            }
        });
    }
}

fn settings(ui: &mut Ui, view: &View<'_>, settings: &mut Settings) {
    egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 0, bottom: 8 }).show(ui, |ui| {
        settings.fields(ui, view, view.t("自動", "Automatic"));
        let hint = view.t("例：捜査関係事項照会 令和8年第42号", "e.g. official inquiry R8-42");
        bits::field(ui, view.t("根拠・番号", "Legal basis"), &mut settings.basis, hint, 338.0);
        ui.label(bits::caption(
            ui,
            view.t("これから追加する証拠に使います。", "Used for evidence added from here on."),
        ));
    });
}

fn remark(lang: Lang, rows: &[EvidenceRow]) -> String {
    let bytes: u64 = rows.iter().map(|row| row.evidence.bytes).sum();
    let records: u64 =
        rows.iter().filter_map(|row| row.evidence.reading.as_ref()).map(|reading| u64::from(reading.rows)).sum();
    let number = rows.len();
    match lang {
        Lang::Ja => format!("{number}点 · {} · 記録 {}件", words::bytes(bytes), words::count(records)),
        Lang::En => format!(
            "{} · {} · {}",
            words::many(number as u64, "item"),
            words::bytes(bytes),
            words::many(records, "record")
        ),
    }
}

struct EvidenceRows<'a, 'b> {
    rows: &'a [EvidenceRow],
    view: &'a View<'b>,
    out: &'a mut Outbox,
    withdraw: Option<EvidenceKey>,
    skew: Option<(EvidenceKey, i64)>,
}

impl EvidenceRows<'_, '_> {
    fn row(&self, row: u64) -> Option<&EvidenceRow> {
        self.rows.get(usize::try_from(row).ok()?)
    }
}

impl Rows for EvidenceRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = usize::try_from(cells.row).ok().and_then(|at| self.rows.get(at)) else { return };
        let evidence = &row.evidence;
        name_cell(cells, row);
        state_cell(cells, self.view, row);
        cells.text(2, &words::bytes(evidence.bytes));
        match &evidence.reading {
            Some(reading) => {
                cells.text(3, &read_as(self.view.lang, row));
                cells.text(4, &words::count(u64::from(reading.rows)));
                cells.quiet(5, &reading.lines.map_or_else(|| "—".to_owned(), |_| words::count(reading.skipped)));
                for (column, number) in [(6, reading.rejects), (7, reading.undated)] {
                    let ink = if number > 0 && !cells.selected { cells.p().caution } else { cells.p().text };
                    cells.put(column, &words::count(u64::from(number)), style::table(), ink);
                }
                let real = |at: Instant| at.without_skew(reading.form.time.skew_secs);
                if let (Some(first), Some(last)) = (reading.first.map(real), reading.last.map(real)) {
                    let wide = cells.rect(8).is_some_and(|rect| rect.width() > 230.0);
                    let time = if wide { words::minute } else { words::short_time };
                    let span = format!("{} – {}", time(first), time(last));
                    cells.text(8, &span);
                }
            }
            None => cells.quiet(3, "—"),
        }
        cells.mono(9, &evidence.sha256.map(|hash| words::middle(&words::hex(&hash), 5)).unwrap_or_default());
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(row) = self.row(row) else { return };
        let (key, partial, name) =
            (row.evidence.key, row.evidence.state == EvidenceState::Partial, row.evidence.file_name());
        let skew = row.evidence.reading.as_ref().map(|reading| reading.form.time.skew_secs);
        let has_columns = columns::has_columns(row);
        let t = |ja, en| self.view.t(ja, en);
        if partial && ui.button(t("取込みを再開", "Resume import")).clicked() {
            self.out.order(Command::ResumeImport(key));
        }
        if ui.button(t("記録を見る", "Show records")).clicked() {
            self.out.act(Act::ShowRecords(RecordView { evidence: Some(key), ..RecordView::default() }));
        }
        if ui.button(t("同一性を確認", "Verify hash")).clicked() {
            self.out.order(Command::VerifyEvidence(Some(key)));
        }
        if ui.button(t("読み方を変える…", "Read in another way…")).clicked() {
            self.out.act(Act::ReadAgain(key));
        }
        if let Some(skew) = skew
            && ui.button(t("時計のずれを記す…", "State clock skew…")).clicked()
        {
            self.skew = Some((key, skew));
        }
        if has_columns && ui.button(t("列の役割…", "What the columns stand for…")).clicked() {
            self.out.act(Act::Columns(key));
        }
        if ui.button(t("書き起こしを加える…", "Add a transcript…")).clicked() {
            self.out.act(Act::Transcribe(Some(key)));
        }
        if ui.button(t("原本の写しを書き出す…", "Save original bytes…")).clicked() {
            self.out.act(Act::Pick(PickFor::Save("evidence", name)));
        }
        ui.menu_button(t("事案に編てつ", "File in case"), |ui| {
            if ui.button(t("事案なし", "No case")).clicked() {
                self.out.order(Command::FileEvidence { evidence: key, case: None });
            }
            for case in self.view.cases().into_iter().flatten() {
                if ui.button(crate::app::frame::title::case_name(case)).clicked() {
                    self.out.order(Command::FileEvidence { evidence: key, case: Some(case.key) });
                }
            }
        });
        ui.separator();
        if ui.button(t("取り下げる…", "Withdraw…")).clicked() {
            self.withdraw = Some(key);
        }
    }
}

/// `区切りテキスト · CP932`: without what a name says in brackets, which the inspector shows.
fn read_as(lang: Lang, row: &EvidenceRow) -> String {
    let Some((format, encoding)) = &row.read_as else { return String::new() };
    let name = format.get(lang).split(['（', '(']).next().unwrap_or_default();
    // Nearly everything is UTF-8: told is what is not.
    if encoding == "UTF-8" { name.trim_end().to_owned() } else { format!("{} · {encoding}", name.trim_end()) }
}

fn name_cell(cells: &mut Cells<'_>, row: &EvidenceRow) {
    let name = row.evidence.file_name();
    cells.name.push_str(&name);
    cells.name.push(' ');
    let Some(mut rect) = cells.rect(0) else { return };
    let p = cells.p();
    rect.set_left(rect.left() + row.depth as f32 * 14.0);
    let sign = Rect::from_center_size(pos2(rect.left() + 6.0, rect.center().y), vec2(13.0, 13.0));
    icon::paint_sized(cells.ui.painter(), sign.center(), 13.0, Icon::Document, p.quiet);
    rect.set_left(rect.left() + 18.0);
    cells.fit(rect, &name, style::table(), p.text, egui::Align::Min);
}

fn state_cell(cells: &mut Cells<'_>, view: &View<'_>, row: &EvidenceRow) {
    let p = cells.p();
    let text = state_text(view.lang, row.evidence.state);
    let (sign, ink) = match (row.evidence.state, row.verified) {
        (_, Some((_, false))) => (Icon::Caution, p.danger),
        (EvidenceState::Complete, Some((_, true))) => (Icon::Tick, p.good),
        (EvidenceState::Complete, None) => (Icon::Dash, p.quiet),
        (EvidenceState::Partial, _) => (Icon::Caution, p.caution),
        _ => (Icon::Dash, p.quiet),
    };
    cells.name.push_str(text);
    cells.name.push(' ');
    let Some(mut rect) = cells.rect(1) else { return };
    icon::paint_sized(cells.ui.painter(), pos2(rect.left() + 6.0, rect.center().y), 12.0, sign, ink);
    rect.set_left(rect.left() + 17.0);
    cells.fit(rect, text, style::table(), p.text, egui::Align::Min);
}
