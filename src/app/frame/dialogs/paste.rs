//! Pasted text, taken in as evidence.

use super::Came;
use crate::app::style;
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::workbench::ask::Command;
use egui::{ScrollArea, Ui};

/// The text as typed so far.
#[derive(Debug, Default)]
pub struct Paste {
    name: String,
    pub(super) text: String,
    focused: bool,
}

impl Paste {
    pub(super) fn show(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> Came {
        bits::section(ui, view.t("文章を貼り付けて取り込む", "Take in pasted text"));
        ui.label(bits::quiet(
            ui,
            view.t(
                "届出のメモ、メール、トークの写しなど。貼り付けたとおりに保存し、識別情報を拾い出します。",
                "A note, a mail, a chat. It is kept exactly as pasted, and indicators are found in it.",
            ),
        ));
        ui.add_space(style::S);
        let width = ui.available_width();
        bits::field(
            ui,
            view.t("名称", "Name"),
            &mut self.name,
            view.t("例：4月2日 来署相談のメモ", "e.g. note of 2 April"),
            width,
        );
        ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
            let hint = view.t("ここに貼り付け（Ctrl+V）", "Paste here (Ctrl+V)");
            let area = bits::area(ui, view.t("文章", "Text"), &mut self.text, hint, width - 8.0, 12);
            if !std::mem::replace(&mut self.focused, true) {
                area.request_focus();
            }
        });
        ui.add_space(style::S);
        let mut came = Came::Open;
        ui.horizontal(|ui| {
            let fits = !self.text.trim().is_empty();
            let take_in = view.t("取り込む", "Take in");
            if ui.add_enabled_ui(fits, |ui| bits::button(ui, Weight::Main, None, take_in)).inner.clicked() {
                let usual = view.t("貼付け文章", "Pasted text");
                let name = if self.name.trim().is_empty() { usual } else { self.name.trim() }.to_owned();
                out.order(Command::AddText { case: view.case, name, text: std::mem::take(&mut self.text) });
                out.act(Act::Open("evidence"));
                came = Came::Done;
            }
            if bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked() {
                came = Came::Done;
            }
        });
        came
    }
}
