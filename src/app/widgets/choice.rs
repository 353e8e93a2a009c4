//! Menus and choices, and where the keyboard goes in a form.

use super::icon::{self, Icon};
use egui::text::{CCursor, CCursorRange};
use egui::{Rect, Response, Ui};

/// A menu below a button. A click on an item closes it, and so does Enter or Space, which leaves the keyboard at the button.
pub fn menu<R>(button: &Response, width: Option<f32>, contents: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let popup = egui::Popup::menu(button);
    let popup = if let Some(width) = width { popup.width(width) } else { popup };
    let shown = popup.show(|ui| {
        let out = contents(ui);
        let pressed = ui.input(|input| input.key_pressed(egui::Key::Enter) || input.key_pressed(egui::Key::Space));
        // The key that opened it is still down in its first frame: then the button has the keyboard.
        if pressed && ui.memory(|memory| memory.focused().is_some_and(|focused| focused != button.id)) {
            ui.close();
            button.request_focus();
        }
        out
    });
    shown.map(|shown| shown.inner)
}

/// Gives the keyboard to the first field of a page, if nothing has it.
pub fn begin(field: &Response) {
    if field.ctx.memory(|memory| memory.focused().is_none()) {
        field.request_focus();
    }
}

/// Whether Enter was pressed in a field of one line.
pub fn entered(field: &Response) -> bool {
    field.lost_focus() && field.ctx.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Gives the keyboard to a field with all of its text selected: what is typed takes its place.
pub fn select_all(field: &Response, text: &str) {
    field.request_focus();
    let mut state = egui::text_edit::TextEditState::load(&field.ctx, field.id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::default(), end)));
    state.store(&field.ctx, field.id);
}

/// A choice among a few named values.
pub fn choose<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, choices: &[(T, &str)], width: f32) -> bool {
    let shown = choices.iter().find(|(choice, _)| choice == value).map_or("", |(_, text)| *text);
    let before = *value;
    let combo = egui::ComboBox::from_id_salt(name).selected_text(shown).width(width).icon(arrow).show_ui(ui, |ui| {
        for (choice, text) in choices {
            if ui.selectable_value(value, *choice, *text).changed() {
                ui.close();
            }
        }
    });
    combo.response.accessible_name(format!("{name} {shown}"));
    *value != before
}

/// The arrow head of everything that opens a list.
fn arrow(ui: &Ui, rect: Rect, visuals: &egui::style::WidgetVisuals, _open: bool) {
    icon::paint_sized(ui.painter(), rect.center(), 14.0, Icon::Open, visuals.fg_stroke.color);
}
