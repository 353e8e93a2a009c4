//! The key sheet (F1).

use crate::app::keys;
use crate::app::style;
use crate::app::view::View;
use crate::app::widgets::bits;
use egui::{Context, Grid, RichText, Ui};

/// Draws the sheet while it is open.
pub fn show(ctx: &Context, view: &View<'_>, open: &mut bool) {
    if !*open {
        return;
    }
    let modal = bits::modal(ctx, "key sheet").show(ctx, |ui| {
        ui.set_width(660.0);
        bits::section(ui, view.t("操作キー一覧", "Keyboard"));
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                Grid::new("keys of commands").spacing([style::M, 5.0]).show(left, |ui| {
                    for (_, name, key) in keys::TABLE {
                        if let Some(key) = key {
                            line(ui, &keys::written(key), view.text(*name));
                        }
                    }
                });
                Grid::new("keys of tables").spacing([style::M, 5.0]).show(right, |ui| {
                    for (key, name) in keys::SHEET {
                        line(ui, key, view.text(*name));
                    }
                });
                right.add_space(style::M);
                right.label(bits::quiet(
                    right,
                    view.t(
                        "文字の入力中・変換中は、一文字のキーは働きません。",
                        "Single keys do nothing while text is typed or composed.",
                    ),
                ));
            }
        });
    });
    if modal.should_close() {
        *open = false;
    }
}

fn line(ui: &mut Ui, key: &str, name: &str) {
    ui.label(RichText::new(key).font(style::mono()));
    ui.label(name);
    ui.end_row();
}
