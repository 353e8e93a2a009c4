//! The status bar: jobs with share, rate, time left and cancel; verification and audit; zone and clock.

use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits;
use crate::app::widgets::icon::{self, Icon};
use crate::app::words;
use crate::model::Lang;
use crate::workbench::ask::{Command, JobState, Measure};
use egui::{Align, Layout, Panel, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Seconds before a job is shown.
const MOMENT: f64 = 0.4;

/// Draws the status bar.
pub fn show(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    let p = palette(ui);
    let frame = egui::Frame::new().fill(p.panel).inner_margin(egui::Margin::symmetric(12, 0));
    Panel::bottom("status").exact_size(style::STATUS).show_separator_line(false).frame(frame).show(ui, |ui| {
        let rect = ui.max_rect().expand2(vec2(12.0, 0.0));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = style::S;
            // What ends within a moment needs no bar.
            let jobs: Vec<&JobState> = view.jobs.iter().filter(|job| job.waiting || job.secs > MOMENT).collect();
            for job in jobs.iter().take(3) {
                show_job(ui, view, job, out);
            }
            if jobs.len() > 3 {
                ui.label(bits::caption(ui, format!("+{}", jobs.len() - 3)));
            }
            if view.store().is_some() {
                states(ui, view, out);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let now = format!("JST {}", words::clock(view.now));
                ui.label(bits::caption(ui, now)).on_hover_text(super::title::today(view.lang, view.now));
                if let Some(store) = view.store() {
                    let file = store.path.rsplit(['/', '\\']).next().unwrap_or(&store.path);
                    let mode = if store.writable { "" } else { view.t("（閲覧のみ）", " (read only)") };
                    ui.label(bits::caption(ui, format!("{file}{mode}"))).on_hover_text(&store.path);
                }
            });
        });
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, p.line());
    });
}

/// Share (where known), and share, rate and time left in words.
pub fn progress(lang: Lang, job: &JobState) -> (Option<f32>, String) {
    let share =
        (job.total > 0 && job.measure != Measure::Nothing).then(|| (job.done as f64 / job.total as f64).min(1.0));
    let mut text = share.map(|share| format!("{:.0}%", share * 100.0)).unwrap_or_default();
    let counted = matches!(job.measure, Measure::Bytes | Measure::Records);
    let rate = if job.secs > 0.2 && counted { job.done as f64 / job.secs } else { 0.0 };
    if rate > 0.0 {
        let whole = rate as u64;
        let rate_text = if job.measure == Measure::Bytes { words::bytes(whole) } else { words::count(whole) };
        text = format!("{text}  {rate_text}/s");
        if share.is_some() {
            let left = job.total.saturating_sub(job.done) as f64 / rate;
            let left = words::duration(left);
            text = match lang {
                Lang::Ja => format!("{text}　残り {left}"),
                Lang::En => format!("{text}  {left} left"),
            };
        }
    }
    (share.map(|share| share as f32), text)
}

fn show_job(ui: &mut Ui, view: &View<'_>, job: &JobState, out: &mut Outbox) {
    let (share, text) = progress(view.lang, job);
    ui.label(RichText::new(job.name.get(view.lang)).font(style::caption()));
    if job.waiting {
        ui.label(bits::caption(ui, view.t("待機中", "waiting")));
    } else {
        let (rect, _) = ui.allocate_exact_size(vec2(72.0, style::STATUS), Sense::empty());
        let bar = Rect::from_center_size(rect.center(), vec2(72.0, 4.0));
        bits::progress_bar(ui, bar, share);
        let text = if text.is_empty() { words::duration(job.secs) } else { text };
        ui.label(bits::caption(ui, text));
    }
    if job.cancellable {
        let name = format!("{} {}", view.t("中止", "Cancel"), job.name.get(view.lang));
        if bits::icon_button(ui, Icon::Cross, &name, false).clicked() {
            out.order(Command::Cancel(job.id));
        }
    }
    ui.add_space(style::S);
}

fn states(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    let p = palette(ui);
    if let Some(store) = view.store() {
        let (done, all) = store.verified;
        let (sign, ink) = if all > 0 && done == all { (Icon::Tick, p.good) } else { (Icon::Dash, p.quiet) };
        let text = format!("{} {done}/{all}", view.t("同一性確認済", "Hashes verified"));
        if state(ui, sign, ink, &text) {
            out.act(Act::Open("evidence"));
        }
    }
    if let Some(audit) = view.audit_state() {
        let (sign, ink) = match audit.holds {
            Some(true) => (Icon::Tick, p.good),
            Some(false) => (Icon::Caution, p.danger),
            None => (Icon::Dash, p.quiet),
        };
        let text = format!("{} #{}", view.t("監査証跡", "Audit"), words::count(audit.entries));
        if state(ui, sign, ink, &text) {
            out.act(Act::Open("audit"));
        }
    }
}

fn state(ui: &mut Ui, sign: Icon, ink: egui::Color32, text: &str) -> bool {
    let p = palette(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), style::caption(), p.quiet);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 26.0, style::STATUS - 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    if response.hovered() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
    }
    icon::paint_sized(ui.painter(), pos2(rect.left() + 10.0, rect.center().y), 12.0, sign, ink);
    ui.painter().galley(pos2(rect.left() + 20.0, (rect.center().y - galley.size().y / 2.0).round()), galley, p.quiet);
    response.clicked()
}
