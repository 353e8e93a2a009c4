//! Messages: what was done goes away by itself; what failed stays until it is read, and can be copied.

use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::model::{Instant, Lang};
use crate::workbench::ask::{Notice, RecordView};
use egui::{Align2, Area, Context, Frame, Label, Margin, Order, RichText, Sense, Vec2};

/// The messages on screen.
#[derive(Debug, Default)]
pub struct Toasts {
    list: Vec<(Notice, Instant)>,
}

const STAY_NANOS: i64 = 5_000_000_000;
const MOST: usize = 5;

impl Toasts {
    /// Adds a message; the oldest good news goes if there are too many, what failed never.
    pub fn push(&mut self, notice: Notice, now: Instant) {
        self.list.retain(|(old, _)| *old != notice);
        self.list.push((notice, now));
        if self.list.len() > MOST
            && let Some(at) = self.list.iter().position(|(notice, _)| goes(notice))
        {
            self.list.remove(at);
        }
    }

    /// Draws them in the lower right corner.
    pub fn show(&mut self, ctx: &Context, view: &View<'_>, out: &mut Outbox) {
        let now = view.now.0;
        self.list.retain(|(notice, at)| !goes(notice) || now.saturating_sub(at.0) < STAY_NANOS);
        if self.list.is_empty() {
            return;
        }
        if self.list.iter().any(|(notice, _)| goes(notice)) {
            ctx.request_repaint_after_secs(1.0);
        }
        let (mut read, mut all) = (None, false);
        Area::new(bits::id("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, [-style::L, -style::STATUS - style::M])
            .show(ctx, |ui| {
                ui.spacing_mut().item_spacing.y = style::S;
                for (at, (notice, _)) in self.list.iter().enumerate().take(MOST) {
                    if show_one(ui, view, notice, out) {
                        read = Some(at);
                    }
                }
                all = self.list.len() > MOST && rest(ui, view, self.list.len() - MOST);
            });
        if all {
            self.list.clear();
        } else if let Some(at) = read {
            self.list.remove(at);
        }
    }
}

/// How many more there are; tells whether all were read.
fn rest(ui: &mut egui::Ui, view: &View<'_>, more: usize) -> bool {
    let text = match view.lang {
        Lang::Ja => format!("ほかに{more}件。すべて読みました"),
        Lang::En => format!("{more} more. I have read all"),
    };
    bits::button(ui, Weight::Plain, None, &text).clicked()
}

/// Whether a message goes away by itself.
const fn goes(notice: &Notice) -> bool {
    matches!(notice, Notice::Done(_) | Notice::Taken { .. } | Notice::Copied { .. })
}

fn words(notice: &Notice, lang: Lang) -> (Icon, String, Option<String>) {
    match notice {
        Notice::Done(said) | Notice::Taken { said, .. } => (Icon::Tick, said.get(lang).to_owned(), None),
        Notice::Copied { said, .. } => (Icon::Copy, said.get(lang).to_owned(), None),
        Notice::Caution(said) | Notice::Checked { title: said, .. } | Notice::Undated { said, .. } => {
            (Icon::Caution, said.get(lang).to_owned(), None)
        }
        Notice::Failed(trouble) => (
            Icon::Caution,
            trouble.what.get(lang).to_owned(),
            trouble.hint.as_ref().map(|hint| hint.get(lang).to_owned()),
        ),
    }
}

fn show_one(ui: &mut egui::Ui, view: &View<'_>, notice: &Notice, out: &mut Outbox) -> bool {
    let p = palette(ui);
    let (sign, what, hint) = words(notice, view.lang);
    let ink = match notice {
        Notice::Done(_) | Notice::Taken { .. } | Notice::Copied { .. } => p.good,
        Notice::Caution(_) | Notice::Checked { .. } | Notice::Undated { .. } => p.caution,
        Notice::Failed(_) => p.danger,
    };
    let (mut read, mut again) = (false, false);
    Frame::popup(ui.style()).inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.set_width(380.0);
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::empty());
            icon::paint(ui.painter(), rect, sign, ink);
            ui.vertical(|ui| {
                ui.set_width(340.0);
                ui.add(Label::new(RichText::new(&what).color(p.text)).wrap());
                if let Some(hint) = &hint {
                    ui.add(Label::new(bits::quiet(ui, hint)).wrap());
                }
                if let Notice::Taken { evidence, .. } = notice
                    && let Some(first) = evidence.first()
                    && bits::button(ui, Weight::Plain, None, view.t("記録を見る", "Show records")).clicked()
                {
                    out.act(Act::ShowRecords(RecordView { evidence: Some(*first), ..RecordView::default() }));
                    read = true;
                }
                if !goes(notice) {
                    ui.horizontal(|ui| {
                        if let Notice::Undated { evidence, .. } = notice {
                            let act = view.t("読み方を指定…", "State how to read it…");
                            if bits::button(ui, Weight::Main, None, act).clicked() {
                                out.act(Act::ReadAgain(*evidence));
                                again = true;
                            }
                        }
                        read = bits::button(ui, Weight::Plain, None, view.t("読みました", "I have read it")).clicked();
                        if bits::button(ui, Weight::Bare, Some(Icon::Copy), view.t("写す", "Copy")).clicked() {
                            let text = hint.map_or(what.clone(), |hint| format!("{what}\n{hint}"));
                            out.act(Act::Copy(text));
                        }
                    });
                }
            });
        });
    });
    read || again
}
