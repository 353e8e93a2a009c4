//! Received bundles: what came, what its checks say, what ties it made, and the answer back.

mod forms;

use super::Panel;
use super::audit::check_lines;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::widgets::table::{Cells, Column, Rows, State, Table};
use crate::app::widgets::tie;
use crate::app::words;
use crate::model::{Lang, Text, Unit};
use crate::workbench::ask::{AnswerRow, CheckLine, ReceivedRow};
use egui::{Label, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2};
use std::path::PathBuf;

/// The panel.
#[derive(Default)]
pub struct Received {
    table: State,
    taking: Option<forms::Taking>,
    answering: Option<forms::Answering>,
}

impl Panel for Received {
    fn id(&self) -> &'static str {
        "received"
    }

    fn title(&self) -> Text {
        Text::new("受領", "Received")
    }

    /// A national store gathers where a prefecture's receives.
    fn title_in(&self, view: &View<'_>) -> Text {
        if view.is_national() { Text::new("集約", "Gathered") } else { self.title() }
    }

    fn icon(&self) -> Icon {
        Icon::Down
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let rows = view.received();
        let remark = rows.filter(|rows| !rows.is_empty()).map(|rows| match view.lang {
            Lang::Ja => format!("{}件", rows.len()),
            Lang::En => words::many(rows.len() as u64, "bundle"),
        });
        bits::head(ui, view.text(self.title_in(view)), &remark.unwrap_or_default(), |ui| {
            if bits::button(ui, Weight::Main, Some(Icon::Down), view.t("束を受領", "Receive a bundle")).clicked() {
                self.taking = Some(forms::Taking::default());
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
                    self.taking = Some(forms::Taking::default());
                }
            }
            Some(rows) => self.list(ui, view, rows, out),
        }
        forms::take(ui, view, &mut self.taking, out);
        forms::answer(ui, view, &mut self.answering, out);
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], _view: &View<'_>, _out: &mut Outbox) {
        let (PickFor::File(name) | PickFor::Save(name, _), Some(path)) = (purpose, paths.first()) else { return };
        let text = path.display().to_string();
        if let Some(taking) = &mut self.taking {
            taking.picked(name, &text);
        }
        if let Some(answering) = &mut self.answering {
            answering.picked(name, &text);
        }
    }

    fn badge(&self, view: &View<'_>) -> u64 {
        view.received().map_or(0, |rows| rows.iter().filter(|row| row.quarantine.is_some()).count()) as u64
    }
}

impl Received {
    fn list(&mut self, ui: &mut Ui, view: &View<'_>, rows: &[ReceivedRow], out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let columns = [
            Column::new("at", t("受領", "Received"), 130.0).unsorted(),
            Column::new("from", t("送り主", "From"), 190.0).grows(120.0).unsorted(),
            Column::new("cases", t("事案", "Cases"), 60.0).right().unsorted(),
            Column::new("indicators", t("識別情報", "Indicators"), 84.0).right().unsorted(),
            Column::new("records", t("記録", "Records"), 76.0).right().unsorted(),
            Column::new("ties", t("つながり", "Ties"), 76.0).right().unsorted(),
            Column::new("state", t("状態", "State"), 200.0).unsorted(),
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
            lang: view.lang,
        };
        ui.scope_builder(UiBuilder::new().max_rect(top), |ui| {
            let mut shown = ReceivedRows { rows, view, out, answering: None };
            let events = table.show(ui, &mut self.table, &mut shown);
            if let Some(sender) = shown.answering.take() {
                self.answering = Some(forms::Answering::to(sender, view));
            }
            let at = |row: u64| usize::try_from(row).ok().and_then(|at| rows.get(at));
            let chosen = self.table.chosen();
            if events.copy && !chosen.is_empty() {
                let lines = chosen.into_iter().filter_map(at).map(|row| line(view.lang, row));
                out.act(Act::Copy(lines.collect::<Vec<_>>().join("\n")));
            }
            if events.cut {
                out.act(super::cut_notice());
            }
        });
        // What is shown below is what is marked above.
        let chosen = *self.table.cursor.get_or_insert(0);
        let Some(row) = usize::try_from(chosen).ok().and_then(|at| rows.get(at)) else { return };
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
            bits::rule(ui);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| self.detail(ui, view, row, out));
            });
        });
    }

    fn detail(&mut self, ui: &mut Ui, view: &View<'_>, row: &ReceivedRow, out: &mut Outbox) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(row.from.get(view.lang)).font(style::section()));
            ui.label(bits::quiet(ui, &row.file));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if let Some(sender) = answerable(view, row)
                    && bits::button(ui, Weight::Plain, Some(Icon::Up), draft_answer(view, row)).clicked()
                {
                    self.answering = Some(forms::Answering::to(sender.clone(), view));
                }
            });
        });
        if let Some(why) = &row.quarantine {
            let text = format!("⚠ {}：{}", view.t("隔離中", "In quarantine"), why.get(view.lang));
            ui.add(Label::new(RichText::new(text).color(palette(ui).caution)).wrap());
        }
        ui.add_space(style::XS);
        let training = if row.training { view.t("（訓練）", " (training)") } else { "" };
        for (name, value, mono) in [
            (view.t("束番号", "Bundle"), row.bundle.clone(), true),
            (view.t("共有の標識", "Label"), format!("{}{training}", row.tlp.label()), false),
        ] {
            if bits::fact(ui, name, &value, mono, 92.0).clicked() {
                out.act(Act::Copy(value));
            }
        }
        for link in &row.answer {
            answer(ui, view, link, out);
        }
        if row.answer.is_empty() {
            bits::section(ui, view.t("見つかったつながり", "Ties found"));
            if row.ties.is_empty() {
                let text = view.t("他の事案との共通点はありません。", "Nothing shared with other cases.");
                ui.label(bits::quiet(ui, text));
            }
            for one in &row.ties {
                tie::show(ui, view, one, out);
            }
        }
        ui.add_space(style::S);
        ui.horizontal(|ui| {
            ui.label(RichText::new(view.t("真正性確認", "Checks of authenticity")).font(style::section()));
            ui.label(bits::caption(ui, verdicts(view.lang, &row.checks)));
        });
        ui.spacing_mut().item_spacing.y = 2.0;
        check_lines(ui, view.lang, &row.checks);
    }
}

/// Whom an answer to a bundle goes to: only a national store answers, and no answer is answered.
fn answerable<'a>(view: &View<'_>, row: &'a ReceivedRow) -> Option<&'a Unit> {
    row.sender.as_ref().filter(|_| view.is_national() && row.answer.is_empty())
}

fn draft_answer(view: &View<'_>, row: &ReceivedRow) -> &'static str {
    if row.answered {
        view.t("還元を改めて起案", "Draft another answer")
    } else {
        view.t("分析結果の還元を起案", "Draft the answer")
    }
}

/// A bundle in one line: when, from whom, its id, its state.
fn line(lang: Lang, row: &ReceivedRow) -> String {
    let state = row.quarantine.as_ref().map_or(lang.pick("受入れ済", "taken in"), |why| why.get(lang));
    format!("{}\t{}\t{}\t{state}", words::time(row.at), row.from.get(lang), row.bundle)
}

/// How many checks held, and how many did not or could not be made.
fn verdicts(lang: Lang, checks: &[CheckLine]) -> String {
    let number = |ok: Option<bool>| checks.iter().filter(|check| check.ok == ok).count();
    let [held, failed, open] = [Some(true), Some(false), None].map(number);
    match lang {
        Lang::Ja if failed + open == 0 => format!("{held}項目すべて適合"),
        Lang::Ja => format!("適合{held}・不適合{failed}・判定不能{open}"),
        Lang::En if failed + open == 0 => format!("all {held} hold"),
        Lang::En => format!("{held} hold, {failed} fail, {open} cannot be judged"),
    }
}

/// What the national unit tells of one of our cases: with whom it is tied, by which of our own values, whom to call.
fn answer(ui: &mut Ui, view: &View<'_>, link: &AnswerRow, out: &mut Outbox) {
    let p = palette(ui);
    ui.add_space(style::S);
    let title = match view.lang {
        Lang::Ja => format!("{} は {} の事案と関連します", link.label, link.counterpart.ja),
        Lang::En => format!("{} is tied to a case of {}", link.label, link.counterpart.en),
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(title).font(style::section()));
        ui.label(bits::caption(ui, format!("{} {:.2}", view.t("関連度", "score"), link.score)));
    });
    if link.same_victim {
        let text = view.t("同一被害者の可能性", "It may be the same victim");
        ui.label(RichText::new(format!("⚠ {text}")).color(p.caution));
    }
    if let Some(contact) = &link.contact
        && bits::fact(ui, view.t("連絡先", "Contact"), contact, false, 92.0).clicked()
    {
        out.act(Act::Copy(contact.clone()));
    }
    for (kind, value) in &link.values {
        let name = view.t("当方の値", "Our value");
        let text = format!("{value}　{}", view.kind_label(*kind));
        if bits::fact(ui, name, &text, true, 92.0).clicked() {
            out.act(Act::ShowIndicator(*kind, value.clone()));
        }
    }
    let reasons: Vec<String> = link
        .reasons
        .iter()
        .map(|(kind, weight, token)| {
            let token = if *token { view.t("（仮名のまま一致）", " (as tokens)") } else { "" };
            format!("{}{token} {weight:.2}", view.kind_label(*kind))
        })
        .collect();
    bits::fact(ui, view.t("根拠", "Why"), &reasons.join(view.t("、", ", ")), false, 92.0);
}

struct ReceivedRows<'a, 'b> {
    rows: &'a [ReceivedRow],
    view: &'a View<'b>,
    out: &'a mut Outbox,
    /// Whom an answer is to be drafted to.
    answering: Option<Unit>,
}

impl Rows for ReceivedRows<'_, '_> {
    fn paint(&mut self, cells: &mut Cells<'_>) {
        let Some(row) = usize::try_from(cells.row).ok().and_then(|at| self.rows.get(at)) else { return };
        let lang = self.view.lang;
        cells.mono(0, words::time(row.at).get(..16).unwrap_or(""));
        cells.text(1, row.from.get(lang));
        // An answer brings nothing of its own: it tells of ties.
        let answer = !row.answer.is_empty();
        for (column, number) in (2..).zip(row.counts) {
            if answer {
                cells.quiet(column, "—");
            } else {
                cells.text(column, &words::count(number));
            }
        }
        cells.text(5, &words::count(row.ties.len().max(row.answer.len()) as u64));
        let p = cells.p();
        let (sign, ink, text) = match &row.quarantine {
            Some(why) => (Icon::Caution, p.caution, why.get(lang).to_owned()),
            None => {
                let what = if answer { ("分析結果の還元", "answer") } else { ("受入れ済", "taken in") };
                let mut parts = vec![lang.pick(what.0, what.1)];
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
            cells.fit(rect, &text, style::table(), p.text, egui::Align::Min);
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, place: u64) {
        let Some(row) = usize::try_from(place).ok().and_then(|at| self.rows.get(at)) else { return };
        let (view, lang) = (self.view, self.view.lang);
        if let Some(sender) = answerable(view, row)
            && ui.button(draft_answer(view, row)).clicked()
        {
            self.answering = Some(sender.clone());
        }
        for (text, copied) in [
            (view.t("束番号を写す", "Copy the bundle's id"), row.bundle.clone()),
            (view.t("ファイル名を写す", "Copy the file's name"), row.file.clone()),
            (view.t("真正性確認の結果を写す", "Copy the checks"), checks(lang, row)),
        ] {
            if ui.button(text).clicked() {
                self.out.act(Act::Copy(copied));
            }
        }
    }
}

/// The checks on a bundle as text, one a line.
fn checks(lang: Lang, row: &ReceivedRow) -> String {
    let verdict = |ok| match ok {
        Some(true) => lang.pick("適合", "holds"),
        Some(false) => lang.pick("不適合", "fails"),
        None => lang.pick("判定不能", "cannot be judged"),
    };
    let line =
        |check: &CheckLine| format!("{}\t{}\t{}", verdict(check.ok), check.label.get(lang), check.detail.get(lang));
    let lines: Vec<String> = std::iter::once(row.bundle.clone()).chain(row.checks.iter().map(line)).collect();
    lines.join("\n")
}
