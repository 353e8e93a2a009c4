//! The first page: three ways to begin, and how to open what is already there.

use crate::app::keys::UiCommand;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::model::Text;
use egui::{Align, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

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

/// Draws the first page.
pub fn show(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    let rect = ui.available_rect_before_wrap();
    let width = 640.0_f32.min(rect.width() - 48.0);
    let place = Rect::from_center_size(rect.center(), vec2(width, 420.0));
    ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)), |ui| {
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
    });
}

fn choice(ui: &mut Ui, sign: Icon, title: &str, about: &str) -> bool {
    let p = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 74.0), Sense::click());
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
    bits::text_in(ui.painter(), line(14.0), title, style::section(), p.text, Align::Min);
    bits::text_in(ui.painter(), line(38.0), about, style::body(), p.quiet, Align::Min);
    ui.add_space(style::XS);
    response.clicked()
}
