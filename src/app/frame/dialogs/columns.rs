//! What the columns of a table stand for: guessed from headings and cells, and to be stated otherwise.

use super::Came;
use crate::app::panels::records::rows::file_name;
use crate::app::style;
use crate::app::view::{Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::model::evidence::COLUMN_ROLES;
use crate::model::{EvidenceKey, Text};
use crate::workbench::ask::{Command, EvidenceRow};
use crate::workbench::stated;
use egui::{Label, RichText, Ui};

/// The columns chosen so far.
#[derive(Debug)]
pub struct Columns {
    evidence: EvidenceKey,
    names: Vec<String>,
    /// The column of the time, which is read by.
    time: Option<String>,
    /// For each role, the place of its column.
    chosen: [Option<usize>; COLUMN_ROLES.len()],
    before: [Option<usize>; COLUMN_ROLES.len()],
    stated: bool,
}

/// What a role is called.
fn role(tag: &str) -> Text {
    match tag {
        "account" => Text::new("口座", "Account"),
        "counterparty" => Text::new("相手方", "Counterparty"),
        "amount" => Text::new("金額", "Amount"),
        "balance" => Text::new("残高", "Balance"),
        "address" => Text::new("アドレス（暗号資産）", "Address (crypto-asset)"),
        _ => Text::new("トランザクションID", "Transaction id"),
    }
}

/// Whether an evidence is a table.
pub fn has_columns(row: &EvidenceRow) -> bool {
    row.evidence.reading.as_ref().is_some_and(|reading| !reading.form.columns.is_empty())
}

impl Columns {
    /// As they are guessed or stated; nothing for what is no table.
    pub fn new(evidence: EvidenceKey, view: &View<'_>) -> Option<Self> {
        let mut all = view.evidence(None).into_iter().flatten();
        let held = stated::columns(&all.find(|row| row.evidence.key == evidence)?.evidence).ok()?;
        let has = |tag: &str| held.iter().position(|column| column.roles.iter().any(|role| role == tag));
        let chosen = COLUMN_ROLES.map(has);
        let time = has("time").and_then(|at| held.get(at)).map(|column| column.name.clone());
        let stated = held.iter().any(|column| column.stated);
        let names = held.into_iter().map(|column| column.name).collect();
        Some(Self { evidence, names, time, chosen, before: chosen, stated })
    }

    pub(super) fn show(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> Came {
        let t = |ja, en| view.t(ja, en);
        bits::section(ui, t("列の役割", "What the columns stand for"));
        ui.label(RichText::new(file_name(view, self.evidence)).font(style::mono()));
        let about = if self.stated {
            t(
                "人が記した役割です。送金や口座の突合に使います。",
                "As somebody stated. Used for transfers and for matching accounts.",
            )
        } else {
            t(
                "見出しと中身からの推定です。違っていれば直してください。送金や口座の突合に使います。",
                "Guessed from headings and cells; put right what is wrong. Used for transfers and for matching accounts.",
            )
        };
        ui.add(Label::new(bits::quiet(ui, about)).wrap());
        ui.add_space(style::S);
        let none = t("なし", "None");
        egui::Grid::new("columns").num_columns(2).spacing([style::L, style::XS]).show(ui, |ui| {
            ui.label(bits::quiet(ui, t("時刻", "Time")));
            ui.label(self.time.as_deref().unwrap_or(none));
            ui.end_row();
            for (tag, chosen) in COLUMN_ROLES.iter().zip(&mut self.chosen) {
                let name = view.text(role(tag));
                ui.label(name);
                let names = self.names.iter().enumerate().map(|(at, name)| (Some(at), name.as_str()));
                let choices: Vec<(Option<usize>, &str)> = std::iter::once((None, none)).chain(names).collect();
                bits::choose(ui, name, chosen, &choices, 260.0);
                ui.end_row();
            }
        });
        ui.add_space(style::M);
        let mut came = Came::Open;
        ui.horizontal(|ui| {
            let changed = self.chosen != self.before && self.chosen.iter().any(Option::is_some);
            let act = t("役割を記す", "State these");
            if ui.add_enabled_ui(changed, |ui| bits::button(ui, Weight::Main, None, act)).inner.clicked() {
                let roles = COLUMN_ROLES.iter().zip(self.chosen).filter_map(|(tag, at)| {
                    let name = self.names.get(at?)?;
                    Some(format!("{tag}={name}"))
                });
                out.order(Command::SetColumns { evidence: self.evidence, roles: roles.collect() });
                came = Came::Done;
            }
            if self.stated && bits::button(ui, Weight::Plain, None, t("推定に戻す", "Back to the guess")).clicked()
            {
                out.order(Command::SetColumns { evidence: self.evidence, roles: Vec::new() });
                came = Came::Done;
            }
            if bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked() {
                came = Came::Done;
            }
        });
        came
    }
}
