//! Settling what sixty-four hex digits are: for the whole case file, by hand, with the reason; and who did so.

use crate::app::style;
use crate::app::view::{Outbox, View};
use crate::app::widgets::bits;
use crate::app::words;
use crate::model::settled::{SETTLES, is_ambiguous};
use crate::model::{Kind, Lang};
use crate::workbench::ask::{Command, SettledBy};
use crate::workbench::settled::LONGEST_REASON;
use egui::{Key, TextEdit, Ui};

/// Who settled a kind, and when.
pub fn told(view: &View<'_>, said: &SettledBy) -> String {
    let (by, at) = (&said.operator, words::time(said.at));
    match view.lang {
        Lang::Ja => format!("{by}が確定（{at}）"),
        Lang::En => format!("settled by {by}, {at}"),
    }
}

/// What settling does.
fn about<'t>(view: &View<'t>) -> &'t str {
    view.t(
        "この値がSHA-256か取引IDかを、事案ファイル全体について定めます。証拠は変わらず、元に戻せます",
        "Says for the whole case file whether this is a SHA-256 or a transaction. Evidence stays as it is; can be undone",
    )
}

fn choices(view: &View<'_>) -> [(Option<Kind>, String); 3] {
    let [hash, transaction] = SETTLES.map(|kind| (Some(kind), view.kind_label(kind)));
    [(None, view.t("前後の語による", "By the words around it").to_owned()), hash, transaction]
}

/// The choice as a menu below a menu, for values it may be asked of.
pub fn menu(ui: &mut Ui, view: &View<'_>, (kind, value): (Kind, &str), said: Option<&SettledBy>, out: &mut Outbox) {
    if !is_ambiguous(kind, value) {
        return;
    }
    let now = said.map(|_| kind);
    let inner = ui.menu_button(view.t("種別の確定", "Settle the kind"), |ui| {
        for (choice, text) in choices(view) {
            if ui.selectable_label(now == choice, text).clicked() && now != choice {
                order(value, choice, "", out);
            }
        }
    });
    inner.response.on_hover_text(about(view));
}

/// The choice with its reason, and who made it.
pub fn choice(ui: &mut Ui, view: &View<'_>, (kind, value): (Kind, &str), said: Option<&SettledBy>, out: &mut Outbox) {
    if !is_ambiguous(kind, value) {
        return;
    }
    let place = bits::id("settle reason").with(value);
    let held = said.map_or("", |said| said.reason.as_str());
    let mut reason = ui.data(|data| data.get_temp::<String>(place)).unwrap_or_else(|| held.to_owned());
    let (now, choices) = (said.map(|_| kind), choices(view));
    let choices: Vec<(Option<Kind>, &str)> = choices.iter().map(|(choice, text)| (*choice, text.as_str())).collect();
    let mut wanted = now;
    let changed = ui.horizontal(|ui| {
        ui.label(bits::quiet(ui, view.t("種別", "Kind"))).on_hover_text(about(view));
        bits::choose(ui, view.t("種別の確定", "Settle the kind"), &mut wanted, &choices, 180.0)
    });
    let edit = TextEdit::singleline(&mut reason).id(place.with("field")).char_limit(LONGEST_REASON);
    let field = bits::entry(ui, edit, view.t("確定の根拠（任意）", "How it is known (optional)"), f32::INFINITY);
    let field = field.accessible_name(view.t("確定の根拠", "How the kind is known"));
    let left = field.lost_focus() && !ui.input(|input| input.key_pressed(Key::Escape));
    let restated = left && now.is_some() && reason.trim() != held;
    if field.changed() {
        ui.data_mut(|data| data.insert_temp(place, reason.clone()));
    }
    if changed.inner || restated {
        // The reason goes along as it stands in the field.
        order(value, wanted, &reason, out);
        ui.data_mut(|data| data.remove::<String>(place));
    }
    if let Some(said) = said {
        ui.label(bits::caption(ui, told(view, said)));
    }
    ui.add_space(style::S);
}

fn order(value: &str, kind: Option<Kind>, reason: &str, out: &mut Outbox) {
    out.order(Command::Settle { value: value.to_owned(), kind, reason: reason.trim().to_owned() });
}
