//! A line for a file: type or paste its path, take one that is at hand, or look for it.

use super::bits;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::words;
use egui::{Align, Popup, RichText, Sense, TextEdit, Ui, vec2};
use std::path::{Path, PathBuf};

/// Width of the labels before such lines, so that they stand in one column.
const LABELS: f32 = 170.0;

/// A file that is at hand.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it is called: whose key, whose identity.
    pub name: String,
    /// What tells it from others, as a fingerprint.
    pub detail: String,
    /// The file.
    pub path: PathBuf,
}

/// The label in its column.
pub fn label(ui: &mut Ui, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(LABELS, style::BUTTON), Sense::empty());
    bits::text_in(ui.painter(), rect, text, style::body(), palette(ui).quiet, Align::Min);
}

/// The line. `pick` names what the dialog of the desktop is asked for; its answer comes through `Panel::picked`.
pub fn line(
    ui: &mut Ui,
    view: &View<'_>,
    name: &str,
    text: &mut String,
    known: &[Known],
    pick: PickFor,
    out: &mut Outbox,
) {
    ui.horizontal(|ui| {
        label(ui, name);
        let choose = view.t("選ぶ", "Choose");
        let width = (ui.available_width() - 90.0).clamp(80.0, 460.0);
        let hint = match pick {
            PickFor::Save(..) => view.t("置き場所（パス）", "Where to (path)"),
            _ => view.t("ファイルの場所（パス）", "File (path)"),
        };
        let edit = TextEdit::singleline(text).font(style::mono());
        bits::entry(ui, edit, hint, width).accessible_name(name);
        let menu = bits::menu_button(ui, choose);
        let menu = menu.accessible_name(format!("{choose} {name}"));
        Popup::menu(&menu).width(380.0).show(|ui| {
            for known in known {
                let words = format!("{}　{}", known.name, words::middle(&known.detail, 12));
                let on = Path::new(text.as_str()) == known.path;
                if ui.selectable_label(on, words).on_hover_text(known.path.display().to_string()).clicked() {
                    *text = known.path.display().to_string();
                }
            }
            if !known.is_empty() {
                ui.separator();
            }
            if ui.button(view.t("ほかのファイル…", "Another file…")).clicked() {
                out.act(Act::Pick(pick));
            }
        });
    });
    if let Some(known) = known.iter().find(|known| !text.is_empty() && known.path == Path::new(text.as_str())) {
        ui.horizontal(|ui| {
            ui.add_space(LABELS + style::S);
            ui.label(bits::caption(ui, format!("{}　{}", known.name, known.detail)));
        });
    }
    ui.add_space(style::XS / 2.0);
}

/// A passphrase in the same column.
pub fn passphrase(ui: &mut Ui, view: &View<'_>, text: &mut String) {
    ui.horizontal(|ui| {
        let name = view.t("鍵の合言葉", "Passphrase of the key");
        label(ui, name);
        bits::entry(ui, TextEdit::singleline(text).password(true), "", 220.0).accessible_name(name);
    });
}

/// The path typed, if any.
pub fn path(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// A remark in the column of the fields.
pub fn remark(ui: &mut Ui, text: &str) {
    ui.horizontal_top(|ui| {
        ui.add_space(LABELS + style::S);
        let width = ui.available_width();
        ui.allocate_ui(vec2(width, 0.0), |ui| {
            ui.add(egui::Label::new(RichText::new(text).font(style::caption()).color(palette(ui).quiet)).wrap());
        });
    });
}
