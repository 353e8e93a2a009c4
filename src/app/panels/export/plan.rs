//! Receiver, profile and scope.

use super::Export;
use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::app::widgets::bits;
use crate::model::Lang;
use egui::{RichText, TextEdit, Ui};

impl Export {
    /// To whom, under which profile.
    pub(super) fn receiver(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(choices) = view.export_choices() else {
            bits::waiting(ui, view, view.t("読み込み中", "Loading"));
            return;
        };
        ui.label(RichText::new(view.t("どこへ提供しますか", "Who is it for?")).font(style::section()));
        ui.add_space(style::XS);
        for row in &choices.receivers {
            let on = self.receiver.as_ref() == Some(&row.unit);
            let key =
                row.fingerprint.as_deref().unwrap_or_else(|| view.t("封かん用の鍵が未登録", "no key to seal to yet"));
            let about = format!("{} · {key}", row.unit);
            if bits::option(ui, on, row.name.get(view.lang), &about) {
                self.receiver = Some(row.unit.clone());
            }
        }
        if choices.receivers.is_empty() {
            ui.label(bits::quiet(
                ui,
                view.t("提供先の鍵がまだ登録されていません。", "No receiver's key is known yet."),
            ));
        }
        ui.add_space(style::L);
        ui.label(RichText::new(view.t("どの規則で仮名化しますか", "Under which profile?")).font(style::section()));
        ui.add_space(style::XS);
        for row in &choices.profiles {
            let on = self.profile.as_ref() == Some(&row.name);
            match &row.refused {
                None => {
                    let serial = match view.lang {
                        Lang::Ja => format!("{}　第{}版", row.about.get(view.lang), row.serial),
                        Lang::En => format!("{} Serial {}", row.about.get(view.lang), row.serial),
                    };
                    if bits::option(ui, on, row.label.get(view.lang), &serial) {
                        self.profile = Some(row.name.clone());
                    }
                }
                Some(why) => {
                    ui.add_enabled_ui(false, |ui| {
                        bits::option(ui, false, row.label.get(view.lang), why.get(view.lang))
                    });
                }
            }
        }
        let ready = self.plan(view).is_some();
        self.turn(ui, view, ready);
    }

    /// Which records go along.
    pub(super) fn scope(&mut self, ui: &mut Ui, view: &View<'_>) {
        ui.label(RichText::new(view.t("どの記録を添えますか", "Which records go along?")).font(style::section()));
        ui.add_space(style::XS);
        let usual = bits::option(
            ui,
            self.every_offending,
            view.t("犯罪側の識別情報を含む記録", "Records that hold an offender's indicator"),
            view.t(
                "被疑者側・犯罪インフラ・踏み台の役割を定めた値を含むもの",
                "A value with the role suspect, infrastructure or relay",
            ),
        );
        if usual {
            self.every_offending = true;
        }
        let own = bits::option(
            ui,
            !self.every_offending,
            view.t("検索条件で選ぶ", "Those a query finds"),
            view.t("例：tag:報告 AND time:2026-04-01..2026-04-02", "e.g. tag:report AND time:2026-04-01..2026-04-02"),
        );
        if own {
            self.every_offending = false;
        }
        if !self.every_offending {
            ui.add_space(style::XS);
            let width = ui.available_width();
            let edit = TextEdit::singleline(&mut self.records).font(style::mono());
            bits::entry(ui, edit, view.t("検索条件", "Query"), width)
                .accessible_name(view.t("添える記録の条件", "Query for records"));
        }
        let open = view.case_row().and_then(|row| row.roles_open).unwrap_or(0);
        if open > 0 {
            ui.add_space(style::M);
            let text = match view.lang {
                Lang::Ja => format!(
                    "⚠ 役割を定めていない識別情報が{open}件あります。被害者側とみなして仮名化または除外されます。"
                ),
                Lang::En => format!(
                    "⚠ {open} indicators have no role: they count as a victim's and leave as tokens or not at all."
                ),
            };
            ui.add(egui::Label::new(RichText::new(text).color(palette(ui).caution)).wrap());
        }
        let ready = self.plan(view).is_some() && (self.every_offending || !self.records.trim().is_empty());
        self.turn(ui, view, ready);
    }
}
