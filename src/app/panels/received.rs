//! Received bundles: what came, what its checks say, what ties it made, and the answer back.

use super::Panel;
use super::audit::check_lines;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::widgets::mark::{self, Mark};
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::words;
use crate::model::{Lang, Text, Unit};
use crate::workbench::ask::{Command, ReceivedRow, Secret, Tie};
use egui::{Label, Modal, Rect, RichText, ScrollArea, TextEdit, Ui, UiBuilder, pos2, vec2};
use std::path::PathBuf;

/// The panel.
#[derive(Default)]
pub struct Received {
    table: State,
    taking: Option<Taking>,
    answering: Option<Answering>,
}

/// A bundle being taken in.
#[derive(Default)]
struct Taking {
    bundle: Option<PathBuf>,
    identity: Option<PathBuf>,
    key: Option<PathBuf>,
    passphrase: String,
}

/// An answer being drafted.
struct Answering {
    receiver: String,
    key: Option<PathBuf>,
    passphrase: String,
    out: Option<PathBuf>,
}

impl Panel for Received {
    fn id(&self) -> &'static str {
        "received"
    }

    fn title(&self) -> Text {
        Text::new("受領", "Received")
    }

    fn icon(&self) -> Icon {
        Icon::Down
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let rows = view.received();
        let national = view.store().is_some_and(|store| store.unit.is_national());
        let title = if national { view.t("集約", "Gathered") } else { view.text(self.title()) };
        let remark = rows.filter(|rows| !rows.is_empty()).map(|rows| match view.lang {
            Lang::Ja => format!("{}件", rows.len()),
            Lang::En => format!("{} bundles", rows.len()),
        });
        bits::head(ui, title, &remark.unwrap_or_default(), |ui| {
            if bits::button(ui, Weight::Main, Some(Icon::Down), view.t("束を受領", "Receive a bundle")).clicked() {
                self.taking = Some(Taking::default());
            }
        });
        match rows {
            None => bits::waiting(ui, view, view.t("読み込み中", "Loading")),
            Some(rows) if rows.is_empty() => {
                let pressed = bits::empty(
                    ui,
                    view.t("受け取った束はまだありません。", "No bundle has come in yet."),
                    Some(view.t("束を受領", "Receive a bundle")),
                    view.t(
                        "例：報告.itb.age。封を開く前に真正性を確認し、合わないものは隔離します。",
                        "Example: report.itb.age. Checked before it is opened; what does not hold is quarantined.",
                    ),
                );
                if pressed {
                    self.taking = Some(Taking::default());
                }
            }
            Some(rows) => self.list(ui, view, rows),
        }
        self.take_dialog(ui, view, out);
        self.answer_dialog(ui, view, out);
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], _view: &View<'_>, _out: &mut Outbox) {
        let path = paths.first().cloned();
        let (PickFor::File(name) | PickFor::Save(name, _)) = purpose else { return };
        if let Some(taking) = &mut self.taking {
            match *name {
                "receive bundle" => taking.bundle = path,
                "receive identity" => taking.identity = path,
                "receive key" => taking.key = path,
                _ => {}
            }
        } else if let Some(answering) = &mut self.answering {
            match *name {
                "answer key" => answering.key = path,
                "answer out" => answering.out = path,
                _ => {}
            }
        }
    }

    fn badge(&self, view: &View<'_>) -> u64 {
        view.received().map_or(0, |rows| rows.iter().filter(|row| row.quarantine.is_some()).count()) as u64
    }
}

impl Received {
    fn list(&mut self, ui: &mut Ui, view: &View<'_>, rows: &[ReceivedRow]) {
        let t = |ja, en| view.t(ja, en);
        let columns = [
            Column::new("at", t("受領", "Received"), 130.0).unsorted(),
            Column::new("from", t("送り主", "From"), 190.0).unsorted(),
            Column::new("cases", t("事案", "Cases"), 60.0).right().unsorted(),
            Column::new("indicators", t("識別情報", "Indicators"), 84.0).right().unsorted(),
            Column::new("records", t("記録", "Records"), 84.0).right().unsorted(),
            Column::new("ties", t("つながり", "Ties"), 76.0).right().unsorted(),
            Column::new("state", t("状態", "State"), 220.0).unsorted(),
        ];
        let full = ui.available_rect_before_wrap();
        let height = (rows.len() as f32 * view.row_height + style::HEAD + 12.0).min(full.height() * 0.45);
        let (top, below) = full.split_top_bottom_at_y(full.top() + height);
        let table = Table {
            id: "received",
            name: t("受領した束の一覧", "List of received bundles"),
            columns: &columns,
            rows: rows.len() as u64,
            row_height: view.row_height,
            sorted: None,
            keys: view.active,
        };
        ui.scope_builder(UiBuilder::new().max_rect(top), |ui| {
            table.show(ui, &mut self.table, &mut ReceivedRows { rows, view });
        });
        let chosen = self.table.cursor.unwrap_or(0);
        let Some(row) = usize::try_from(chosen).ok().and_then(|at| rows.get(at)) else { return };
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
            bits::rule(ui);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| self.detail(ui, view, row));
            });
        });
    }

    fn detail(&mut self, ui: &mut Ui, view: &View<'_>, row: &ReceivedRow) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(row.from.get(view.lang)).font(style::section()));
            ui.label(bits::quiet(ui, &row.file));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = if row.answered {
                    view.t("還元を改めて起案", "Draft another answer")
                } else {
                    view.t("分析結果の還元を起案", "Draft the answer")
                };
                if bits::button(ui, Weight::Plain, Some(Icon::Up), text).clicked() {
                    self.answering =
                        Some(Answering { receiver: String::new(), key: None, passphrase: String::new(), out: None });
                }
            });
        });
        if let Some(why) = &row.quarantine {
            let text = format!("⚠ {}：{}", view.t("隔離中", "In quarantine"), why.get(view.lang));
            ui.add(Label::new(RichText::new(text).color(palette(ui).caution)).wrap());
        }
        ui.add_space(style::XS);
        for (name, value) in &row.says {
            bits::fact(ui, name.get(view.lang), value, false, 92.0);
        }
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                bits::section(left, view.t("真正性確認", "Checks of authenticity"));
                left.spacing_mut().item_spacing.y = 2.0;
                check_lines(left, view.lang, &row.checks);
                bits::section(right, view.t("見つかったつながり", "Ties found"));
                if row.ties.is_empty() {
                    right.label(bits::quiet(
                        right,
                        view.t("他の事案との共通点はありません。", "Nothing shared with other cases."),
                    ));
                }
                for tie in &row.ties {
                    show_tie(right, view, tie);
                }
            }
        });
    }

    fn take_dialog(&mut self, ui: &Ui, view: &View<'_>, out: &mut Outbox) {
        let Some(taking) = &mut self.taking else { return };
        let mut done = false;
        let t = |ja, en| view.t(ja, en);
        let modal = Modal::new(bits::id("receive")).show(ui.ctx(), |ui| {
            ui.set_width(520.0);
            bits::section(ui, t("束を受領", "Receive a bundle"));
            file_line(
                ui,
                view,
                t("束（.itb.age）", "Bundle (.itb.age)"),
                taking.bundle.as_ref(),
                "receive bundle",
                out,
            );
            file_line(
                ui,
                view,
                t("開封の鍵", "Identity that opens it"),
                taking.identity.as_ref(),
                "receive identity",
                out,
            );
            file_line(
                ui,
                view,
                t("受領書の署名鍵（任意）", "Key for the receipt (optional)"),
                taking.key.as_ref(),
                "receive key",
                out,
            );
            if taking.key.is_some() {
                passphrase(ui, view, &mut taking.passphrase);
            }
            ui.add_space(style::S);
            ui.horizontal(|ui| {
                let path = taking.bundle.clone();
                if ui
                    .add_enabled_ui(path.is_some(), |ui| {
                        bits::button(ui, Weight::Plain, None, t("真正性を確認", "Check"))
                    })
                    .inner
                    .clicked()
                    && let Some(path) = path.clone()
                {
                    out.order(Command::VerifyBundle { path, identity: taking.identity.clone() });
                }
                let both = path.zip(taking.identity.clone());
                if ui
                    .add_enabled_ui(both.is_some(), |ui| bits::button(ui, Weight::Main, None, t("受領する", "Receive")))
                    .inner
                    .clicked()
                    && let Some((path, identity)) = both
                {
                    let receipt = taking.key.clone().map(|key| {
                        let place = path.with_extension("receipt.json");
                        (key, Secret(std::mem::take(&mut taking.passphrase)), place)
                    });
                    out.order(Command::Receive { path, identity, receipt });
                    done = true;
                }
                done |= bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked();
            });
        });
        if done || modal.should_close() {
            self.taking = None;
        }
    }

    fn answer_dialog(&mut self, ui: &Ui, view: &View<'_>, out: &mut Outbox) {
        let Some(answering) = &mut self.answering else { return };
        let mut done = false;
        let t = |ja, en| view.t(ja, en);
        let modal = Modal::new(bits::id("answer")).show(ui.ctx(), |ui| {
            ui.set_width(520.0);
            bits::section(ui, t("分析結果の還元を起案", "Draft the answer"));
            bits::field(ui, t("還元先（所属コード）", "Receiver (unit code)"), &mut answering.receiver, "27", 200.0);
            file_line(ui, view, t("起案者の署名鍵", "Preparer's key"), answering.key.as_ref(), "answer key", out);
            passphrase(ui, view, &mut answering.passphrase);
            save_line(ui, view, t("置き場所", "Where to"), answering.out.as_ref(), "answer out", "answer", out);
            ui.add_space(style::S);
            ui.horizontal(|ui| {
                let ready =
                    Unit::from_path(answering.receiver.trim()).zip(answering.key.clone()).zip(answering.out.clone());
                let act = t("起案署名", "Sign the draft");
                if ui
                    .add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, Some(Icon::Key), act))
                    .inner
                    .clicked()
                    && let Some(((receiver, key), path)) = ready
                {
                    let passphrase = Secret(std::mem::take(&mut answering.passphrase));
                    out.order(Command::AnswerSender { receiver, key, passphrase, out: path });
                    done = true;
                }
                done |= bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked();
            });
        });
        if done || modal.should_close() {
            self.answering = None;
        }
    }
}

/// A line with a file to choose.
pub fn file_line(
    ui: &mut Ui,
    view: &View<'_>,
    label: &str,
    path: Option<&PathBuf>,
    name: &'static str,
    out: &mut Outbox,
) {
    path_line(ui, view, label, path, out, PickFor::File(name));
}

/// A line with a place to save to.
pub fn save_line(
    ui: &mut Ui,
    view: &View<'_>,
    label: &str,
    path: Option<&PathBuf>,
    name: &'static str,
    file: &str,
    out: &mut Outbox,
) {
    path_line(ui, view, label, path, out, PickFor::Save(name, file.to_owned()));
}

fn path_line(ui: &mut Ui, view: &View<'_>, label: &str, path: Option<&PathBuf>, out: &mut Outbox, pick: PickFor) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(170.0, style::BUTTON), egui::Sense::empty());
        bits::text_in(ui.painter(), rect, label, style::body(), palette(ui).quiet, egui::Align::Min);
        let name = format!("{} {label}", view.t("選ぶ…", "Choose…"));
        if bits::button(ui, Weight::Plain, None, view.t("選ぶ…", "Choose…")).accessible_name(name).clicked() {
            out.act(Act::Pick(pick));
        }
        match path {
            Some(path) => ui.add(Label::new(RichText::new(path.display().to_string()).font(style::mono())).truncate()),
            None => ui.label(bits::quiet(ui, "—")),
        };
    });
}

/// A field for a passphrase.
pub fn passphrase(ui: &mut Ui, view: &View<'_>, text: &mut String) {
    ui.horizontal(|ui| {
        let label = view.t("鍵の合言葉", "Passphrase of the key");
        let (rect, _) = ui.allocate_exact_size(vec2(170.0, style::BUTTON), egui::Sense::empty());
        bits::text_in(ui.painter(), rect, label, style::body(), palette(ui).quiet, egui::Align::Min);
        bits::entry(ui, TextEdit::singleline(text).password(true), "", 220.0).accessible_name(label);
    });
}

/// A tie with its reasons.
pub fn show_tie(ui: &mut Ui, view: &View<'_>, tie: &Tie) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(tie.cases.join(" ─ ")));
        ui.label(bits::caption(ui, format!("{:.2}", tie.score)));
    });
    for (kind, value, weight) in &tie.why {
        ui.horizontal(|ui| {
            if let Some(facts) = view.kind(*kind) {
                mark::show(ui, Mark::Look(facts.look));
            }
            ui.label(RichText::new(words::middle(value, 16)).font(style::mono()));
            ui.label(bits::caption(ui, format!("{} {weight:.2}", view.kind_label(*kind))));
        });
    }
    if let Some(note) = &tie.note {
        ui.label(RichText::new(note.get(view.lang)).font(style::caption()).color(palette(ui).caution));
    }
    ui.add_space(style::S);
}

struct ReceivedRows<'a, 'b> {
    rows: &'a [ReceivedRow],
    view: &'a View<'b>,
}

impl Rows for ReceivedRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = usize::try_from(cells.row).ok().and_then(|at| self.rows.get(at)) else { return };
        let lang = self.view.lang;
        cells.mono(0, words::time(row.at).get(..16).unwrap_or(""));
        cells.text(1, row.from.get(lang));
        for (column, number) in (2..).zip(row.counts) {
            cells.text(column, &words::count(number));
        }
        cells.text(5, &words::count(row.ties.len() as u64));
        let p = cells.p();
        let (sign, ink, text) = match &row.quarantine {
            Some(why) => (Icon::Caution, p.caution, why.get(lang).to_owned()),
            None => {
                let mut parts = vec![lang.pick("受入れ済", "taken in")];
                if row.receipt {
                    parts.push(lang.pick("受領書", "receipt"));
                }
                if row.answered {
                    parts.push(lang.pick("還元済", "answered"));
                }
                (Icon::Tick, p.good, parts.join(if lang == Lang::Ja { "・" } else { ", " }))
            }
        };
        cells.name.push_str(&text);
        if let Some(mut rect) = cells.rect(6) {
            icon::paint_sized(cells.ui.painter(), pos2(rect.left() + 6.0, rect.center().y), 12.0, sign, ink);
            rect = Rect::from_min_max(pos2(rect.left() + 17.0, rect.top()), rect.max);
            bits::text_in(cells.ui.painter(), rect, &text, style::table(), p.text, egui::Align::Min);
        }
    }
}
