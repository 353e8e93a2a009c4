//! The first page: three ways to begin, who one is, and what was open before. No question stands before the work.

use crate::app::keys::UiCommand;
use crate::app::state::UiState;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::widgets::unit::{self, UnitText};
use crate::model::Text;
use crate::workbench::ask::Command;
use egui::{
    Align, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use std::path::{Path, PathBuf};

const CHOICES: [(Icon, Text, Text, UiCommand); 3] = [
    (
        Icon::Play,
        Text::new("訓練を始める", "Start the training"),
        Text::new(
            "練習用の事案で、取込みから報告・提供までを一通り試します",
            "An invented case, from taking evidence in to handing it up",
        ),
        UiCommand::Training,
    ),
    (
        Icon::Note,
        Text::new("届出・相談を受ける、文章を貼り付ける", "Take a report, or paste text"),
        Text::new(
            "メモやメールをそのまま貼り付けると、識別情報を拾い出します",
            "Paste a note or a mail as it is; indicators are found in it",
        ),
        UiCommand::PasteText,
    ),
    (
        Icon::Document,
        Text::new("証拠を見る", "Look at evidence"),
        Text::new(
            "ログや明細のファイルを選ぶか、この画面に落としてください",
            "Choose log or statement files, or drop them on this window",
        ),
        UiCommand::AddEvidence,
    ),
];

/// What is being typed on the page.
#[derive(Debug, Default)]
pub struct FirstRun {
    unit: Option<UnitText>,
    operator: Option<String>,
}

impl FirstRun {
    /// Draws the first page.
    pub fn show(&mut self, ui: &mut Ui, view: &View<'_>, state: &UiState, out: &mut Outbox) {
        let rect = ui.available_rect_before_wrap();
        let width = 640.0_f32.min(rect.width() - 48.0);
        let height = (520.0 + 26.0 * state.stores.len().min(5) as f32).min(rect.height() - 16.0);
        let place = Rect::from_center_size(rect.center(), vec2(width, height));
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)), |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.label(RichText::new("糸口  Itoguchi").font(style::page()).color(palette(ui).accent));
                ui.label(bits::quiet(
                    ui,
                    view.t(
                        "サイバー事案の証拠を読み、つなぎ、報告するための机です。ネットワークには接続しません。",
                        "A desk to read the evidence of cyber cases, link it and hand it up. It never uses the network.",
                    ),
                ));
                ui.add_space(style::L);
                for (sign, title, about, act) in CHOICES {
                    if choice(ui, sign, view.text(title), view.text(about)) {
                        out.act(Act::Run(act));
                    }
                }
                ui.add_space(style::M);
                self.who(ui, view, state, out);
                ui.add_space(style::M);
                stores(ui, view, state, out);
            });
        });
    }

    /// Who works here: kept for stores made from here on, and for the trail.
    fn who(&mut self, ui: &mut Ui, view: &View<'_>, state: &UiState, out: &mut Outbox) {
        let unit = self.unit.get_or_insert_with(|| UnitText::of(&state.unit));
        let operator = self.operator.get_or_insert_with(|| state.operator.clone());
        ui.horizontal_top(|ui| {
            if unit::fields(ui, view, unit)
                && let Some(unit) = unit.unit()
            {
                out.act(Act::Unit(unit.clone()));
                out.order(Command::SetUnit(unit));
            }
            let name = view.t("階級と氏名", "Rank and name");
            if bits::field(ui, name, operator, view.t("例：山田警部補", "e.g. Insp. Yamada"), 190.0).lost_focus()
                && *operator != state.operator
            {
                out.act(Act::Operator(operator.trim().to_owned()));
                out.order(Command::SignIn { operator: operator.trim().to_owned() });
            }
        });
        ui.label(bits::caption(
            ui,
            view.t(
                "監査証跡に残る名前です。後からでも書けます。",
                "The name that stands in the audit trail. It can wait.",
            ),
        ));
    }
}

fn stores(ui: &mut Ui, view: &View<'_>, state: &UiState, out: &mut Outbox) {
    if !state.stores.is_empty() {
        ui.label(bits::caption(ui, view.t("最近の事案簿", "Recent case files")));
    }
    for path in state.stores.iter().take(5) {
        let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = Path::new(path).parent().unwrap_or(Path::new("")).display().to_string();
        if recent(ui, &name, &folder).on_hover_text(path).clicked() {
            out.act(Act::OpenPath(PathBuf::from(path)));
        }
    }
    ui.horizontal(|ui| {
        for (command, ja, en) in [
            (UiCommand::OpenStore, "事案簿を開く…", "Open a case file…"),
            (UiCommand::NewStore, "事案簿を作る…", "Make a case file…"),
            (UiCommand::Language, "English", "日本語"),
        ] {
            if bits::button(ui, Weight::Bare, None, view.lang.pick(ja, en)).clicked() {
                out.act(Act::Run(command));
            }
        }
    });
}

fn recent(ui: &mut Ui, name: &str, folder: &str) -> egui::Response {
    let p = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
    }
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let (left, right) = inner.split_left_right_at_fraction(0.45);
    bits::text_in(ui.painter(), left, name, style::body(), p.text, Align::Min);
    bits::text_in(ui.painter(), right, folder, style::table(), p.quiet, Align::Max);
    response
}

fn choice(ui: &mut Ui, sign: Icon, title: &str, about: &str) -> bool {
    let p = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 68.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, title));
    let over = response.hovered() || response.has_focus();
    let edge = if over { p.accent } else { p.hairline };
    let fill = if over { p.hover } else { p.panel };
    ui.painter().rect(rect, 6, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    icon::paint_sized(ui.painter(), pos2(rect.left() + 36.0, rect.center().y), 22.0, sign, p.accent);
    let line = |y: f32| {
        let top = rect.top() + y;
        Rect::from_min_max(pos2(rect.left() + 70.0, top), pos2(rect.right() - 16.0, top + 22.0))
    };
    bits::text_in(ui.painter(), line(12.0), title, style::section(), p.text, Align::Min);
    bits::text_in(ui.painter(), line(35.0), about, style::body(), p.quiet, Align::Min);
    ui.add_space(style::XS);
    response.clicked()
}
