//! A tie between cases with the values it rests on, and what a person should know about each.

use super::bits;
use super::mark::{self, Mark};
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::words;
use crate::workbench::ask::{Tie, TieReason};
use egui::{Label, RichText, Ui};

/// Draws it.
pub fn show(ui: &mut Ui, view: &View<'_>, tie: &Tie, out: &mut Outbox) {
    let cases: Vec<&str> = tie.cases.iter().map(|case| case.get(view.lang)).collect();
    ui.add(Label::new(RichText::new(cases.join(" ─ ")).color(palette(ui).text)).wrap());
    ui.label(bits::caption(ui, format!("{} {:.2}", view.t("関連度", "Score"), tie.score)));
    // What is a reason comes first; what everybody shares is told, and set apart.
    for damped in [false, true] {
        tie.why.iter().filter(|why| why.damped == damped).for_each(|why| reason(ui, view, why, out));
    }
    ui.add_space(style::S);
}

fn reason(ui: &mut Ui, view: &View<'_>, why: &TieReason, out: &mut Outbox) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = style::XS;
        if let Some(facts) = view.kind(why.kind) {
            mark::show(ui, Mark::Look(facts.look));
        }
        let shown = words::middle(&words::value(view.lang, &why.value), 12);
        if bits::link(ui, &shown, &why.value).clicked() {
            out.act(Act::ShowIndicator(why.kind, why.value.clone()));
        }
        let mut parts = vec![view.kind_label(why.kind), format!("{} {:.2}", view.t("重み", "weight"), why.weight)];
        parts.extend(why.marks.iter().map(|mark| mark.get(view.lang).to_owned()));
        ui.label(bits::caption(ui, parts.join(" · ")));
    });
}
