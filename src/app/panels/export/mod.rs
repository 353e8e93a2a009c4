//! Handing up, step by step: receiver and profile → scope → review → draft → approval and seal → check and head.
//!
//! The steps before the draft are a plan, nothing is written; from the draft on the work goes on with a file that two
//! people sign, each on their own key.

mod finish;
mod plan;
pub(super) use plan::{known, recipients};
mod review;

use super::Panel;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::widgets::table::State;
use crate::app::widgets::unit::UnitText;
use crate::model::{Instant, Text, Unit};
use crate::workbench::ask::{ExportPlan, Step};
use egui::{Align, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The panel.
#[derive(Default)]
pub struct Export {
    at: usize,
    profile: Option<String>,
    receiver: Option<Unit>,
    /// A receiver that is not in the list, as chosen so far.
    elsewhere: Option<UnitText>,
    /// A receiver that is no police, as typed so far.
    outside: Option<plan::Outside>,
    every_offending: bool,
    records: String,
    table: State,
    texts: BTreeMap<String, String>,
    files: BTreeMap<&'static str, String>,
    /// The key to seal to: `age1…`, or a file that holds it.
    to: String,
    passphrase: String,
    draft: Option<PathBuf>,
    accepted: BTreeSet<String>,
    reason: String,
    /// The draft being made, and when work on it was last seen.
    making: Option<(PathBuf, Instant)>,
    /// The bundle being sealed.
    waiting: Option<String>,
    started: bool,
}

/// A step with less room shows its number alone.
const ROOM: f32 = 104.0;

/// The steps by name.
const STEPS: [Text; 6] = [
    Text::new("提供先", "Receiver"),
    Text::new("範囲", "Scope"),
    Text::new("点検", "Review"),
    Text::new("起案", "Draft"),
    Text::new("決裁・封かん", "Approval"),
    Text::new("真正性確認", "Check"),
];

impl Panel for Export {
    fn id(&self) -> &'static str {
        "export"
    }

    fn title(&self) -> Text {
        Text::new("報告・提供", "Hand up")
    }

    fn icon(&self) -> Icon {
        Icon::Up
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        if !std::mem::replace(&mut self.started, true) {
            self.every_offending = true;
        }
        let case = view.case_row().map(crate::app::frame::title::case_name).unwrap_or_default();
        bits::head(ui, view.text(self.title()), &case, |_| {});
        let waits = view.drafts().is_some_and(|rows| !rows.is_empty());
        if view.case.is_none() && !(waits && self.at > 3) {
            choose_case(ui, view, out, waits.then_some(&mut self.at));
            return;
        }
        self.follow(ui, view);
        self.steps(ui, view);
        bits::rule(ui);
        if self.at == 2 {
            self.review(ui, view, out);
            return;
        }
        // The way on stays in sight, however long the page.
        let foot = if self.at < 2 { 60.0 } else { 0.0 };
        let height = (ui.available_height() - foot).max(80.0);
        let mut ready = false;
        ScrollArea::vertical().id_salt(self.at).auto_shrink(false).max_height(height).show(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin { left: 24, right: 24, top: 16, bottom: 24 }).show(ui, |ui| {
                ui.set_max_width(ui.available_width().min(style::PAGE_WIDTH));
                match self.at {
                    0 => ready = self.receiver(ui, view, out),
                    1 => ready = self.scope(ui, view, out),
                    3 => self.draft(ui, view, out),
                    4 => self.approve(ui, view, out),
                    _ => self.sealed(ui, view, out),
                }
            });
        });
        if foot > 0.0 {
            bits::rule(ui);
            egui::Frame::new().inner_margin(egui::Margin::symmetric(24, 0)).show(ui, |ui| self.turn(ui, view, ready));
        }
    }

    fn act(&mut self, act: &Act, view: &View<'_>, _out: &mut Outbox) {
        if let Act::Case(case) = act
            && *case != view.case
        {
            let started = self.started;
            *self = Self { started, every_offending: true, ..Self::default() };
        }
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], _view: &View<'_>, _out: &mut Outbox) {
        if let (PickFor::File(name) | PickFor::Save(name, _), Some(path)) = (purpose, paths.first()) {
            let text = path.display().to_string();
            if *name == "seal to" {
                self.to = text;
            } else {
                self.files.insert(name, text);
            }
        }
    }

    fn badge(&self, view: &View<'_>) -> u64 {
        let waits = |row: &&crate::workbench::ask::DraftRow| row.step < Step::Sealed && row.trouble.is_none();
        view.drafts().map_or(0, |rows| rows.iter().filter(waits).count()) as u64
    }
}

/// Without a case there is nothing to hand up: choose one here.
fn choose_case(ui: &mut Ui, view: &View<'_>, out: &mut Outbox, drafts: Option<&mut usize>) {
    let cases = view.cases().map_or(&[][..], Vec::as_slice);
    if cases.is_empty() {
        let pressed = bits::empty(
            ui,
            view.t("報告・提供する事案がありません。", "There is no case to hand up."),
            Some(view.t("新しい事案", "New case")),
            view.t(
                "例：事案を作り、証拠を取り込み、役割を定めてから報告します。",
                "Make a case, take evidence in, state roles, then hand up.",
            ),
        );
        if pressed {
            out.act(Act::NewCase);
        }
        return;
    }
    egui::Frame::new().inner_margin(egui::Margin::symmetric(24, 12)).show(ui, |ui| {
        ui.set_max_width(style::PAGE_WIDTH);
        ui.label(
            egui::RichText::new(view.t("どの事案を報告・提供しますか", "Which case is to be handed up?"))
                .font(style::section()),
        );
        ui.add_space(style::S);
        for row in cases {
            if bits::option(ui, false, &crate::app::frame::title::case_name(row), view.text(row.case.stage.text())) {
                out.act(Act::Case(Some(row.key)));
            }
        }
        if let Some(at) = drafts {
            ui.add_space(style::S);
            let text = view.t("作成済みの起案・束を見る", "Look at drafts and bundles made");
            if bits::button(ui, Weight::Plain, Some(Icon::Document), text).clicked() {
                *at = 4;
            }
        }
    });
}

impl Export {
    /// The plan as far as it is chosen.
    fn plan(&self, view: &View<'_>) -> Option<ExportPlan> {
        let records = Some(self.records.trim().to_owned()).filter(|query| !self.every_offending && !query.is_empty());
        // What leaves does not depend on whom it is sealed to: the key comes in when the draft is made.
        Some(ExportPlan {
            case: view.case?,
            profile: self.profile.clone()?,
            receiver: self.receiver.clone()?,
            records,
            to: Vec::new(),
        })
    }

    /// The last step that may be opened.
    fn reachable(&self, view: &View<'_>) -> usize {
        if self.draft.is_some() {
            5
        } else if self.plan(view).is_some() {
            3
        } else {
            0
        }
    }

    fn steps(&mut self, ui: &mut Ui, view: &View<'_>) {
        let p = palette(ui);
        let reachable =
            self.reachable(view).max(if view.drafts().is_some_and(|rows| !rows.is_empty()) { 5 } else { 0 });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::empty());
        let width = ((rect.width() - style::XL) / STEPS.len() as f32).min(170.0);
        for (at, name) in STEPS.iter().enumerate() {
            let place =
                Rect::from_min_size(pos2(rect.left() + style::M + width * at as f32, rect.top()), vec2(width, 40.0));
            let open = at <= reachable;
            let response =
                ui.interact(place, bits::id("step").with(at), if open { Sense::click() } else { Sense::hover() });
            let text = view.text(*name);
            response.widget_info(|| WidgetInfo::selected(Role::Tab, open, at == self.at, format!("{} {text}", at + 1)));
            if open && response.hovered() && at != self.at {
                ui.painter().rect_filled(place.shrink2(vec2(2.0, 4.0)), style::CORNER, p.hover);
            }
            let centre = pos2(place.left() + 18.0, place.center().y);
            // Looking at a later step alone has done nothing.
            let done = at < self.at && (self.at < 4 || self.draft.is_some());
            let (fill, edge, ink) = if at == self.at {
                (p.accent, p.accent, p.on_accent)
            } else if open {
                (p.panel, p.disabled, p.text)
            } else {
                (p.panel, p.hairline, p.quiet)
            };
            ui.painter().circle(centre, 10.0, fill, Stroke::new(1.0, edge));
            if done {
                icon::paint_sized(ui.painter(), centre, 12.0, Icon::Tick, p.good);
            } else {
                let number = ui.painter().layout_no_wrap((at + 1).to_string(), style::caption(), ink);
                ui.painter().galley(centre - number.size() / 2.0, number, ink);
            }
            let words =
                Rect::from_min_max(pos2(place.left() + 34.0, place.top()), pos2(place.right() - 4.0, place.bottom()));
            let ink = if at == self.at { p.text } else { p.quiet };
            if width > ROOM || at == self.at {
                bits::text_in(ui.painter(), words, text, style::body(), ink, Align::Min);
            }
            let response = response.on_hover_text(text);
            if open && response.clicked() {
                self.at = at;
            }
        }
    }

    /// Back and on, at the end of a step.
    fn turn(&mut self, ui: &mut Ui, view: &View<'_>, ready: bool) {
        ui.add_space(style::M);
        ui.horizontal(|ui| {
            let next = STEPS.get(self.at + 1).map(|name| view.text(*name)).unwrap_or_default();
            let text = format!("{}{next}", view.t("次へ：", "Next: "));
            if ui.add_enabled_ui(ready, |ui| bits::button(ui, Weight::Main, None, &text)).inner.clicked() {
                self.at += 1;
            }
            if self.at > 0 && bits::button(ui, Weight::Bare, None, view.t("戻る", "Back")).clicked() {
                self.at -= 1;
            }
        });
    }
}
