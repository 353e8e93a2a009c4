//! The cells of a row of the list: kind and value, times, remarks, and its course over time.

use crate::app::style;
use crate::app::view::View;
use crate::app::widgets::mark::{self, Mark};
use crate::app::widgets::table::Cells;
use crate::app::words;
use crate::model::{Instant, Lang};
use crate::workbench::ask::{Hint, IndicatorRow};
use egui::{Rect, pos2, vec2};

/// Room for a time to the minute.
pub(super) const WHOLE_TIME: f32 = 124.0;

/// A time to the minute; where there is little room without this year, or as the day of another.
pub(super) fn seen_at(view: &View<'_>, at: Instant, wide: bool) -> String {
    let this_year = words::date(at).get(..4) == words::date(view.now).get(..4);
    match (wide, this_year) {
        (true, _) => words::minute(at),
        (false, true) => words::short_time(at),
        (false, false) => words::date(at),
    }
}

/// Kind by its mark, and the value.
pub(super) fn value_cell(cells: &mut Cells<'_>, view: &View<'_>, row: &IndicatorRow) {
    let label = view.kind_label(row.kind);
    cells.name.push_str(&label);
    cells.name.push(' ');
    cells.name.push_str(&row.value);
    cells.name.push(' ');
    let Some(mut rect) = cells.rect(0) else { return };
    let p = cells.p();
    if let Some(facts) = view.kind(row.kind) {
        let centre = pos2(rect.left() + 7.0, rect.center().y);
        mark::paint(cells.ui.painter(), p, centre, 4.8, Mark::Look(facts.look), None);
    }
    rect.set_left(rect.left() + 20.0);
    let ink = if row.benign.is_some() && !cells.selected { p.quiet } else { p.text };
    cells.fit(rect, &words::value(view.lang, &row.value), style::mono(), ink, egui::Align::Min);
}

/// What there is to say of a value beside its role.
pub(super) fn remark(view: &View<'_>, row: &IndicatorRow, hint: Option<&Hint>) -> String {
    let mut parts = Vec::new();
    if let Some(hint) = hint {
        let (role, field) = (view.text(hint.role.text()), &hint.field);
        parts.push(match view.lang {
            Lang::Ja => format!("候補: {role}（{field}）"),
            Lang::En => format!("suggested: {role} ({field})"),
        });
    }
    if let Some(said) = &row.settled {
        let by = &said.operator;
        parts.push(match view.lang {
            Lang::Ja => format!("種別確定: {by}"),
            Lang::En => format!("settled by {by}"),
        });
    }
    if let Some(why) = &row.benign {
        parts.push(why.get(view.lang).to_owned());
    }
    let marks = row.marks.iter().filter(|mark| row.benign.as_ref() != Some(mark));
    parts.extend(marks.map(|mark| mark.get(view.lang).to_owned()));
    if row.implied {
        parts.push(view.t("他の値の一部", "part of another").to_owned());
    }
    if !row.verified {
        parts.push(view.t("⚠ 検査不一致", "⚠ check fails").to_owned());
    }
    parts.join(" · ")
}

/// Small bars over time.
pub(super) fn spark(cells: &Cells<'_>, bars: &[u32]) {
    let (Some(rect), Some(most)) = (cells.rect(6), bars.iter().max().filter(|most| **most > 0)) else { return };
    let p = cells.p();
    let area = rect.shrink2(vec2(0.0, 5.0));
    let width = area.width() / bars.len() as f32;
    let mut mesh = egui::Mesh::default();
    for (at, count) in bars.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (area.height() * *count as f32 / *most as f32).max(1.0);
        let left = area.left() + width * at as f32;
        let bar =
            Rect::from_min_max(pos2(left, area.bottom() - height), pos2(left + (width - 0.8).max(0.8), area.bottom()));
        mesh.add_colored_rect(bar, p.quiet.gamma_multiply(0.8));
    }
    cells.ui.painter().add(mesh);
}
