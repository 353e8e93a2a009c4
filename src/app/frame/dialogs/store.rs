//! Whose a store is: asked when one is made, and later where one was made for work at hand.

use super::Came;
use crate::app::style;
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::unit::{self, UnitText};
use crate::workbench::ask::Command;
use egui::{RichText, Ui};
use std::path::Path;

pub(super) fn new(ui: &mut Ui, view: &View<'_>, path: &Path, unit: &mut UnitText, out: &mut Outbox) -> Came {
    bits::section(ui, view.t("事案簿を作る", "Make a case file"));
    ui.label(RichText::new(path.display().to_string()).font(style::mono()));
    ui.add_space(style::S);
    unit::fields(ui, view, unit);
    ui.add_space(style::S);
    let mut came = Came::Open;
    ui.horizontal(|ui| {
        let make = view.t("作って開く", "Make and open");
        let ready = unit.unit();
        if ui.add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, None, make)).inner.clicked()
            && let Some(unit) = ready
        {
            out.act(Act::Unit(unit.clone()));
            out.order(Command::NewStore { path: path.to_owned(), unit });
            came = Came::Done;
        }
        if bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked() {
            came = Came::Done;
        }
    });
    came
}

pub(super) fn whose(
    ui: &mut Ui,
    view: &View<'_>,
    unit: &mut UnitText,
    operator: &mut String,
    out: &mut Outbox,
) -> Came {
    bits::section(ui, view.t("この事案簿の所属を記録する", "State whose case file this is"));
    ui.label(bits::quiet(
        ui,
        view.t(
            "手元の作業用に作った事案簿です。所属は一度だけ記録でき、監査証跡に残ります。ここまでに作った事案もこの所属になります。",
            "This file was made for work at hand. The unit is stated once and stands in the audit trail; cases made so far become that unit's.",
        ),
    ));
    ui.add_space(style::S);
    unit::fields(ui, view, unit);
    bits::field(
        ui,
        view.t("階級と氏名", "Rank and name"),
        operator,
        view.t("例：山田警部補", "e.g. Insp. Yamada"),
        240.0,
    );
    ui.add_space(style::S);
    let mut came = Came::Open;
    ui.horizontal(|ui| {
        let act = view.t("所属を記録する", "State the unit");
        let ready = unit.unit().filter(|_| !operator.trim().is_empty());
        if ui.add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, None, act)).inner.clicked()
            && let Some(unit) = ready
        {
            out.act(Act::Operator(operator.trim().to_owned()));
            out.act(Act::Unit(unit.clone()));
            out.order(Command::SignIn { operator: operator.trim().to_owned() });
            out.order(Command::SetUnit(unit));
            came = Came::Done;
        }
        if bits::button(ui, Weight::Bare, None, view.t("後で", "Later")).clicked() {
            came = Came::Done;
        }
    });
    came
}
