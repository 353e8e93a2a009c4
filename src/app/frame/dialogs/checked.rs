//! What the checks of a bundle said, one line each.

use super::Came;
use crate::app::panels::audit::check_lines;
use crate::app::style;
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::workbench::ask::{CheckLine, Said};
use egui::{Label, RichText, ScrollArea, Ui};

pub(super) fn show(ui: &mut Ui, view: &View<'_>, title: &Said, lines: &[CheckLine], out: &mut Outbox) -> Came {
    ui.add(Label::new(RichText::new(title.get(view.lang)).font(style::section())).wrap());
    ui.add_space(style::S);
    ScrollArea::vertical().max_height(480.0).min_scrolled_height(480.0).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        check_lines(ui, view.lang, lines);
    });
    ui.add_space(style::S);
    let mut came = Came::Open;
    ui.horizontal(|ui| {
        if bits::button(ui, Weight::Main, None, view.t("読みました", "I have read it")).clicked() {
            came = Came::Done;
        }
        if bits::button(ui, Weight::Bare, Some(Icon::Copy), view.t("写す", "Copy")).clicked() {
            let word = |ok: Option<bool>| ok.map_or("-", |ok| if ok { "ok" } else { "NG" });
            let line = |line: &CheckLine| format!("{}\t{}\t{}", word(line.ok), line.check, line.detail.get(view.lang));
            let text: Vec<String> = lines.iter().map(line).collect();
            out.act(Act::Copy(format!("{}\n{}", title.get(view.lang), text.join("\n"))));
        }
    });
    came
}
