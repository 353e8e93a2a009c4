//! Small widgets with one look: buttons, chips, heads, fields, facts, empty pages.

use super::icon::{self, Icon};
use super::mark::{self, Mark};
use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::workbench::ask::Reply;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Color32, FontId, Galley, Id, Layout, Painter, Pos2, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, TextEdit, TextFormat, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};
use std::sync::Arc;

pub use super::choice::{begin, choose, entered, menu, select_all};

/// One line of text, cut with an ellipsis where it would be wider than `width`.
pub fn line(painter: &Painter, text: &str, font: FontId, colour: Color32, width: f32) -> Arc<Galley> {
    // Nothing is narrower than 2 px, so longer text can't be seen and need not be laid out.
    let most = (width.max(0.0) / 2.0) as usize + 4;
    let cut = text.char_indices().nth(most).map_or(text, |(at, _)| text.get(..at).unwrap_or(text));
    let mut job = LayoutJob::single_section(
        cut.replace(['\n', '\r', '\t'], " "),
        TextFormat { font_id: font, color: colour, ..TextFormat::default() },
    );
    job.wrap = TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..TextWrapping::default() };
    painter.layout_job(job)
}

/// Paints one line inside `rect`, set left, right or in the middle, centred in height; tells whether it was cut.
pub fn text_in(painter: &Painter, rect: Rect, text: &str, font: FontId, colour: Color32, align: Align) -> bool {
    let galley = line(painter, text, font, colour, rect.width());
    let y = rect.center().y - galley.size().y / 2.0;
    let x = match align {
        Align::Min => rect.left(),
        Align::Center => rect.center().x - galley.size().x / 2.0,
        Align::Max => rect.right() - galley.size().x,
    };
    let cut = galley.elided;
    painter.galley(pos2(x, y.round()), galley, colour);
    cut
}

/// Rich text in the quiet colour.
pub fn quiet(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).color(palette(ui).quiet)
}

/// Rich text in the caption size and the quiet colour.
pub fn caption(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).font(style::caption()).color(palette(ui).quiet)
}

/// A section title.
pub fn section(ui: &mut Ui, text: &str) -> Response {
    ui.add_space(style::XS);
    let response = ui.label(RichText::new(text).font(style::section()).color(palette(ui).text));
    ui.add_space(style::XS / 2.0);
    response
}

/// A hairline across the width.
pub fn rule(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::empty());
    ui.painter().hline(rect.x_range(), rect.center().y, palette(ui).line());
}

/// How a button stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The one main action.
    Main,
    /// Another action.
    Plain,
    /// An action in a row of others: no edge until the pointer is over it.
    Bare,
    /// It cannot be undone.
    Danger,
}

/// A button of words, with an icon before them if wanted.
pub fn button(ui: &mut Ui, weight: Weight, sign: Option<Icon>, text: &str) -> Response {
    let p = palette(ui);
    let enabled = ui.is_enabled();
    let galley = ui.painter().layout_no_wrap(text.to_owned(), style::body(), Color32::PLACEHOLDER);
    let pad = if weight == Weight::Bare { style::S } else { style::M };
    let sign_width = if sign.is_some() { style::ICON + 6.0 } else { 0.0 };
    let size = vec2(galley.size().x + sign_width + pad * 2.0, style::BUTTON);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let over = enabled && (response.hovered() || response.has_focus());
    let (fill, edge, ink) = match weight {
        _ if !enabled => (Color32::TRANSPARENT, p.hairline, p.quiet),
        Weight::Main if over => (p.accent.lerp_to_gamma(p.text, 0.12), p.accent, p.on_accent),
        Weight::Main => (p.accent, p.accent, p.on_accent),
        Weight::Plain if over => (p.hover, p.disabled, p.text),
        Weight::Plain => (p.panel, p.disabled.linear_multiply(0.6), p.text),
        Weight::Bare if over => (p.hover, Color32::TRANSPARENT, p.text),
        Weight::Bare => (Color32::TRANSPARENT, Color32::TRANSPARENT, p.text),
        Weight::Danger if over => (p.hover, p.danger, p.danger),
        Weight::Danger => (p.panel, p.danger, p.danger),
    };
    ui.painter().rect(rect, style::CORNER, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if response.has_focus() {
        ui.painter().rect_stroke(rect.expand(2.0), style::CORNER + 2, Stroke::new(1.5, p.accent), StrokeKind::Inside);
    }
    let mut x = rect.left() + pad;
    if let Some(sign) = sign {
        let box_ = Rect::from_center_size(pos2(x + style::ICON / 2.0, rect.center().y), Vec2::splat(style::ICON));
        icon::paint(ui.painter(), box_, sign, ink);
        x += sign_width;
    }
    let y = (rect.center().y - galley.size().y / 2.0).round();
    ui.painter().galley_with_override_text_color(pos2(x, y), galley, ink);
    response
}

/// A button that opens a menu: words and an arrow head.
pub fn menu_button(ui: &mut Ui, text: &str) -> Response {
    let p = palette(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), style::body(), p.text);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 34.0, style::BUTTON), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
    }
    let y = (rect.center().y - galley.size().y / 2.0).round();
    ui.painter().galley(pos2(rect.left() + style::S, y), galley, p.text);
    icon::paint_sized(ui.painter(), pos2(rect.right() - 13.0, rect.center().y), 14.0, Icon::Open, p.quiet);
    response
}

/// A button that is only an icon; `name` is told on hover and to screen readers.
pub fn icon_button(ui: &mut Ui, sign: Icon, name: &str, on: bool) -> Response {
    let p = palette(ui);
    let enabled = ui.is_enabled();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(style::BUTTON), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, on, name));
    if ui.is_rect_visible(rect) {
        let over = enabled && (response.hovered() || response.has_focus());
        if on || over {
            ui.painter().rect_filled(rect, style::CORNER, if on { p.selected } else { p.hover });
        }
        let ink = if !enabled {
            p.disabled
        } else if over || on {
            p.text
        } else {
            p.quiet
        };
        icon::paint(ui.painter(), rect, sign, ink);
    }
    response.on_hover_text(name)
}

/// An icon button on a canvas, at a place of its own.
pub fn icon_at(ui: &mut Ui, rect: Rect, sign: Icon, name: &str) -> bool {
    let p = palette(ui);
    let response = ui.interact(rect, id(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let fill = if response.hovered() { p.hover } else { p.panel };
    ui.painter().rect(rect, style::CORNER, fill, p.line(), StrokeKind::Inside);
    icon::paint_sized(ui.painter(), rect.center(), 14.0, sign, p.text);
    response.on_hover_text(name).clicked()
}

/// A chip that is on or off, with a mark and a count if wanted.
pub fn chip(ui: &mut Ui, on: bool, sign: Option<Mark>, text: &str, count: Option<&str>) -> Response {
    let p = palette(ui);
    let words = ui.painter().layout_no_wrap(text.to_owned(), style::table(), Color32::PLACEHOLDER);
    let number = count.map(|count| ui.painter().layout_no_wrap(count.to_owned(), style::table(), Color32::PLACEHOLDER));
    let sign_width = if sign.is_some() { 16.0 } else { 0.0 };
    let number_width = number.as_ref().map_or(0.0, |galley| galley.size().x + 6.0);
    let size = vec2(words.size().x + sign_width + number_width + 16.0, style::BUTTON - 2.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = count.map_or_else(|| text.to_owned(), |count| format!("{text} {count}"));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let over = response.hovered() || response.has_focus();
    let fill = if on {
        p.selected
    } else if over {
        p.hover
    } else {
        Color32::TRANSPARENT
    };
    let edge = if on { p.accent } else { p.hairline };
    ui.painter().rect(rect, 12, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut x = rect.left() + 8.0;
    if let Some(sign) = sign {
        mark::paint(ui.painter(), p, pos2(x + 5.0, rect.center().y), 4.5, sign, None);
        x += sign_width;
    }
    let y = (rect.center().y - words.size().y / 2.0).round();
    let width = words.size().x;
    ui.painter().galley_with_override_text_color(pos2(x, y), words, p.text);
    if let Some(number) = number {
        let ink = if on { p.text } else { p.quiet };
        ui.painter().galley_with_override_text_color(pos2(x + width + 6.0, y), number, ink);
    }
    response
}

/// One of several ways, as a line with a ring, a title and a sentence; tells whether it was chosen.
pub fn option(ui: &mut Ui, on: bool, title: &str, about: &str) -> bool {
    let p = palette(ui);
    let enabled = ui.is_enabled();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, on, title));
    let over = enabled && (response.hovered() || response.has_focus());
    let fill = if on {
        p.selected
    } else if over {
        p.hover
    } else {
        p.panel
    };
    let edge = if on { p.accent } else { p.hairline };
    ui.painter().rect(rect, style::CORNER, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let centre = pos2(rect.left() + 20.0, rect.center().y);
    let ring = if on { p.accent } else { p.disabled };
    ui.painter().circle_stroke(centre, 7.0, Stroke::new(1.5, ring));
    if on {
        ui.painter().circle_filled(centre, 3.5, p.accent);
    }
    let line = |y: f32| {
        let top = rect.top() + y;
        Rect::from_min_max(pos2(rect.left() + 40.0, top), pos2(rect.right() - 12.0, top + 20.0))
    };
    let ink = if enabled { p.text } else { p.quiet };
    text_in(ui.painter(), line(5.0), title, style::body(), ink, Align::Min);
    text_in(ui.painter(), line(24.0), about, style::table(), p.quiet, Align::Min);
    enabled && response.clicked()
}

/// The head every panel has: title, a remark (counts), and actions at the right, set from right to left.
pub fn head(ui: &mut Ui, title: &str, remark: &str, actions: impl FnOnce(&mut Ui)) {
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), style::TITLE));
    let inner = rect.shrink2(vec2(style::M, 0.0));
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center));
    let left = ui
        .scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing.x = style::XS;
            actions(ui);
            ui.min_rect().left()
        })
        .inner;
    // Words take what the actions leave: cut, never written over.
    let mut words = inner;
    words.set_right(left - style::S);
    let builder = UiBuilder::new().max_rect(words).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        let strong = RichText::new(title).font(style::section()).color(palette(ui).text);
        ui.add(egui::Label::new(strong).truncate());
        ui.add_space(style::XS);
        if ui.available_width() > 24.0 {
            ui.add(egui::Label::new(quiet(ui, remark)).truncate());
        }
    });
    ui.advance_cursor_after_rect(rect);
}

/// A field of one line with its label above it.
pub fn field(ui: &mut Ui, label: &str, text: &mut String, hint: &str, width: f32) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let name = ui.label(caption(ui, label));
        entry(ui, TextEdit::singleline(text), hint, width).labelled_by(name.id)
    })
    .inner
}

/// A field of several lines with its label above it.
pub fn area(ui: &mut Ui, label: &str, text: &mut String, hint: &str, width: f32, rows: usize) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let name = ui.label(caption(ui, label));
        let edit = TextEdit::multiline(text).desired_rows(rows).align(egui::Align2::LEFT_TOP);
        styled(ui, edit, hint, width).labelled_by(name.id)
    })
    .inner
}

/// A page above all others, for one question.
pub fn modal(ctx: &egui::Context, name: &str) -> egui::Modal {
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(egui::Margin::same(20));
    egui::Modal::new(id(name)).frame(frame).backdrop_color(style::of(ctx.theme() == egui::Theme::Dark).veil)
}

/// A text field with the window's look.
pub fn entry(ui: &mut Ui, edit: TextEdit<'_>, hint: &str, width: f32) -> Response {
    styled(ui, edit.align(egui::Align2::LEFT_CENTER), hint, width)
}

fn styled(ui: &mut Ui, edit: TextEdit<'_>, hint: &str, width: f32) -> Response {
    let p = palette(ui);
    let hint = RichText::new(hint).color(p.quiet);
    // In a menu a field would lose its edge, as the buttons there do.
    let edge = Stroke::new(1.0, p.disabled.linear_multiply(0.6));
    let before = std::mem::replace(&mut ui.visuals_mut().widgets.inactive.bg_stroke, edge);
    let response = ui.add(edit.hint_text(hint).desired_width(width).margin(egui::Margin::symmetric(7, 4)));
    ui.visuals_mut().widgets.inactive.bg_stroke = before;
    response
}

/// Characters of a cut text told under the pointer.
pub const LONGEST_TIP: usize = 600;

/// A fact: name at the left, value at the right of it, copied on click.
pub fn fact(ui: &mut Ui, name: &str, value: &str, mono: bool, name_width: f32) -> Response {
    let p = palette(ui);
    let font = if mono { style::mono() } else { style::body() };
    let width = (ui.available_width() - name_width).max(40.0);
    let mut job = LayoutJob::single_section(
        value.to_owned(),
        TextFormat { font_id: font, color: p.text, line_height: mono.then_some(16.0), ..TextFormat::default() },
    );
    job.wrap = TextWrapping { max_width: width, max_rows: 8, break_anywhere: true, ..TextWrapping::default() };
    let galley = ui.painter().layout_job(job);
    let first = galley.rows.first().map_or(0.0, |row| row.height());
    let lead = ((18.0 - first) / 2.0).max(0.0).round();
    let height = (galley.size().y + lead).max(19.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {value}")));
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(4.0, 1.0)), style::CORNER, p.hover);
    }
    let label = line(ui.painter(), name, style::table(), p.quiet, name_width - style::S);
    let cut = label.elided || galley.elided;
    ui.painter().galley(rect.min, label, p.quiet);
    ui.painter().galley(pos2(rect.left() + name_width, rect.top() + lead), galley, p.text);
    if cut {
        let whole: String = value.chars().take(LONGEST_TIP).collect();
        return response.on_hover_text(format!("{name}\n{whole}"));
    }
    response
}

/// A value in the evidence face that leads somewhere; `name` is told on hover and to screen readers.
pub fn link(ui: &mut Ui, text: &str, name: &str) -> Response {
    let p = palette(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), style::mono(), p.text);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(4.0, 2.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
        let under = Stroke::new(1.0, p.accent);
        ui.painter().hline(rect.left() + 2.0..=rect.right() - 2.0, rect.bottom() - 1.0, under);
    }
    ui.painter().galley(rect.min + vec2(2.0, 1.0), galley, p.text);
    response.on_hover_text(name)
}

/// An empty page that teaches: a sentence, a button, an example.
pub fn empty(ui: &mut Ui, sentence: &str, act: Option<&str>, example: &str) -> bool {
    let mut pressed = false;
    ui.add_space((ui.available_height() * 0.28).max(style::XL));
    ui.vertical_centered(|ui| {
        ui.set_max_width(460.0);
        ui.label(RichText::new(sentence).font(style::section()).color(palette(ui).text));
        ui.add_space(style::M);
        if let Some(act) = act {
            pressed = button(ui, Weight::Main, None, act).clicked();
            ui.add_space(style::M);
        }
        ui.label(quiet(ui, example));
    });
    pressed
}

/// Things side by side that go on in the next line, inside the margin of a panel.
pub fn wrapped(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(style::XS, style::XS);
            contents(ui);
        });
    });
}

/// A calm line that says the answer to the last question is on its way, or why there is none and how to try again.
pub fn waiting(ui: &mut Ui, view: &View<'_>, text: &str) {
    let p = palette(ui);
    ui.add_space(style::L);
    let Some(outcome) = view.last_outcome() else {
        ui.horizontal(|ui| {
            ui.add_space(style::M);
            ui.add(egui::Spinner::new().size(14.0).color(p.quiet));
            ui.label(quiet(ui, text));
        });
        return;
    };
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 0)).show(ui, |ui| {
        let mut said = String::new();
        if let Reply::Failed(trouble) = outcome {
            said = trouble.what.get(view.lang).to_owned();
            ui.add(egui::Label::new(RichText::new(format!("⚠ {said}")).color(p.danger)).wrap().selectable(true));
            if let Some(hint) = &trouble.hint {
                ui.add(egui::Label::new(quiet(ui, hint.get(view.lang))).wrap().selectable(true));
                said = format!("{said}\n{}", hint.get(view.lang));
            }
        } else {
            ui.label(quiet(ui, view.t("中止しました。", "Stopped.")));
        }
        ui.horizontal(|ui| {
            if button(ui, Weight::Plain, None, view.t("もう一度", "Try again")).clicked() {
                view.ask_again();
            }
            if !said.is_empty() && button(ui, Weight::Bare, Some(Icon::Copy), view.t("写す", "Copy")).clicked() {
                ui.ctx().copy_text(said);
            }
        });
    });
}

/// A bar that fills from the left.
pub fn share_bar(ui: &Ui, rect: Rect, share: f32) {
    let p = palette(ui);
    ui.painter().rect_filled(rect, 2, p.hairline);
    let mut full = rect;
    full.set_width(rect.width() * share.clamp(0.0, 1.0));
    ui.painter().rect_filled(full, 2, p.accent);
}

/// The same where the share may be unknown: then a piece of it moves to and fro, or stands where motion is not wanted.
pub fn progress_bar(ui: &Ui, rect: Rect, share: Option<f32>) {
    if let Some(share) = share {
        return share_bar(ui, rect, share);
    }
    let p = palette(ui);
    ui.painter().rect_filled(rect, 2, p.hairline);
    let wave = (ui.input(|input| input.time) * 1.6).sin() as f32 * 0.5 + 0.5;
    let width = rect.width() * 0.3;
    let left = rect.left() + (rect.width() - width) * wave;
    ui.painter().rect_filled(Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height())), 2, p.accent);
}

/// A result sign: tick, cross or dash with its colour.
pub fn verdict(ui: &Ui, centre: Pos2, ok: Option<bool>) {
    let p = palette(ui);
    let (sign, colour) = match ok {
        Some(true) => (Icon::Tick, p.good),
        Some(false) => (Icon::Cross, p.danger),
        None => (Icon::Dash, p.quiet),
    };
    icon::paint_sized(ui.painter(), centre, 13.0, sign, colour);
}

/// An id that is the same in every frame.
pub fn id(name: &str) -> Id {
    Id::unique(("itoguchi", name))
}
