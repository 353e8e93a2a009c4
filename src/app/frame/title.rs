//! The title line: unit and case, search and commands, marking band, operator.

use crate::app::keys::UiCommand;
use crate::app::state::UiState;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::words;
use crate::model::{Instant, Lang, Tlp};
use crate::workbench::ask::{CaseRow, Command};
use egui::{Align, Color32, Layout, Panel, Popup, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Draws the title line.
pub fn show(ui: &mut Ui, view: &View<'_>, state: &mut UiState, out: &mut Outbox) {
    let p = palette(ui);
    let frame = egui::Frame::new().fill(p.panel).inner_margin(egui::Margin::symmetric(12, 0));
    Panel::top("title").exact_size(style::TITLE).show_separator_line(false).frame(frame).show(ui, |ui| {
        let rect = ui.max_rect().expand2(vec2(12.0, 0.0));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = style::S;
            brand(ui, view, out);
            if view.store().is_some() {
                case_picker(ui, view, out);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                operator(ui, view, state, out);
                if view.store().is_some() {
                    marking(ui, view);
                    search_box(ui, view, out);
                }
            });
        });
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, p.line());
    });
}

fn brand(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    let p = palette(ui);
    ui.label(egui::RichText::new("糸口").font(style::section()).color(p.accent));
    if let Some(store) = view.store() {
        ui.add_space(style::XS);
        if store.training {
            badge(ui, view.t("訓練", "Training"), p.caution);
        }
        if store.unit_open {
            let name = view.t("所属を記録…", "State the unit…");
            if bits::button(ui, Weight::Plain, Some(Icon::Caution), name).clicked() {
                out.act(Act::AskUnit);
            }
        } else {
            ui.label(bits::quiet(ui, store.unit_name.get(view.lang)));
        }
    }
}

/// Words in a frame of their colour.
fn badge(ui: &mut Ui, text: &str, colour: Color32) {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), style::caption(), colour);
    let (rect, _) = ui.allocate_exact_size(galley.size() + vec2(12.0, 4.0), Sense::empty());
    ui.painter().rect_stroke(rect, 3, Stroke::new(1.0, colour), StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colour);
}

/// How a case is called in one line.
pub fn case_name(row: &CaseRow) -> String {
    match &row.case.number {
        Some(number) => format!("{number} {}", row.case.title),
        None => row.case.title.clone(),
    }
}

fn case_picker(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    let p = palette(ui);
    let all = view.t("すべての事案", "All cases").to_owned();
    let text = view.case_row().map_or(all.clone(), case_name);
    let room = (ui.available_width() - 520.0).clamp(90.0, 420.0);
    let galley = bits::line(ui.painter(), &text, style::body(), p.text, room);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 34.0, style::BUTTON), Sense::click());
    let name = format!("{} {text}", view.t("事案の選択", "Choose case"));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
    }
    ui.painter().galley(pos2(rect.left() + 8.0, (rect.center().y - galley.size().y / 2.0).round()), galley, p.text);
    icon::paint_sized(ui.painter(), pos2(rect.right() - 13.0, rect.center().y), 14.0, Icon::Open, p.quiet);
    bits::menu(&response, Some(420.0), |ui| {
        if ui.selectable_label(view.case.is_none(), all).clicked() {
            out.act(Act::Case(None));
        }
        for row in view.cases().into_iter().flatten() {
            if ui.selectable_label(view.case == Some(row.key), case_name(row)).clicked() {
                out.act(Act::Case(Some(row.key)));
            }
        }
        ui.separator();
        if ui.button(view.t("新しい事案…", "New case…")).clicked() {
            out.act(Act::NewCase);
        }
    });
}

fn search_box(ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
    let p = palette(ui);
    let width = (ui.available_width() - style::L).clamp(40.0, 240.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, style::BUTTON), Sense::click());
    let name = view.t("検索・コマンド", "Search and commands");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let edge = if response.hovered() { p.disabled } else { p.hairline };
    ui.painter().rect(rect, style::CORNER, p.ground, Stroke::new(1.0, edge), StrokeKind::Inside);
    icon::paint_sized(ui.painter(), pos2(rect.left() + 14.0, rect.center().y), 13.0, Icon::Search, p.quiet);
    let inner = Rect::from_min_max(pos2(rect.left() + 26.0, rect.top()), pos2(rect.right() - 8.0, rect.bottom()));
    if width > 150.0 {
        bits::text_in(ui.painter(), inner, name, style::table(), p.quiet, Align::Min);
        bits::text_in(ui.painter(), inner, "Ctrl+K", style::caption(), p.quiet, Align::Max);
    }
    if response.clicked() {
        out.act(Act::Run(UiCommand::Palette));
    }
}

/// The marking band: handling in words, then the label in full, in its official colour on black.
fn marking(ui: &mut Ui, view: &View<'_>) {
    let row = view.case_row();
    let tlp = row.map_or(Tlp::default(), |row| row.case.tlp);
    let handling = row.and_then(|row| row.case.handling.clone());
    let usual = view.t("取扱注意", "Handle with care").to_owned();
    let words = handling.filter(|words| !words.is_empty()).unwrap_or(usual);
    let label = ui.painter().layout_no_wrap(tlp.label().to_owned(), style::table(), style::marking(tlp));
    let (rect, response) = ui.allocate_exact_size(vec2(label.size().x + 16.0, 20.0), Sense::hover());
    ui.painter().rect_filled(rect, 2, style::MARKING_GROUND);
    ui.painter().galley(rect.center() - label.size() / 2.0, label, style::marking(tlp));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, tlp.label()));
    ui.label(bits::caption(ui, words));
}

fn operator(ui: &mut Ui, view: &View<'_>, state: &mut UiState, out: &mut Outbox) {
    let name = view.store().map(|store| store.operator.clone()).filter(|name| !name.is_empty());
    let unnamed = if view.store().is_some() {
        view.t("氏名を記入", "State your name")
    } else {
        view.t("設定", "Settings")
    };
    let text = name.clone().unwrap_or_else(|| unnamed.to_owned());
    let response = bits::menu_button(ui, &text);
    Popup::menu(&response).width(240.0).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        if view.store().is_some() {
            sign_in(ui, view, &name.unwrap_or_default(), out);
            ui.separator();
        }
        if ui.button(view.lang.pick("English", "日本語")).clicked() {
            out.act(Act::Run(UiCommand::Language));
            ui.close();
        }
        let dark = ui.visuals().dark_mode;
        if ui.button(if dark { view.t("明るい表示", "Light") } else { view.t("暗い表示", "Dark") }).clicked() {
            out.act(Act::Run(UiCommand::Theme));
            ui.close();
        }
        ui.horizontal(|ui| {
            ui.label(bits::quiet(ui, view.t("行の高さ", "Row height")));
            let names = [view.t("密", "Compact"), view.t("標準", "Normal"), view.t("広め", "Roomy")];
            for (value, name) in (0..).zip(names) {
                ui.selectable_value(&mut state.density, value, name);
            }
        });
        ui.separator();
        for (command, ja, en) in [
            (UiCommand::ArrangeReading, "配置：読む", "Arrangement: reading"),
            (UiCommand::ArrangeLinking, "配置：つなぐ", "Arrangement: linking"),
            (UiCommand::ArrangeHandingUp, "配置：報告する", "Arrangement: handing up"),
            (UiCommand::KeyRing, "鍵と信頼する署名者…", "Keys and trusted signers…"),
            (UiCommand::OpenStore, "別の事案簿を開く…", "Open another case file…"),
            (UiCommand::Keys, "操作キー一覧 (F1)", "Keyboard (F1)"),
        ] {
            if ui.button(view.lang.pick(ja, en)).clicked() {
                out.act(Act::Run(command));
                ui.close();
            }
        }
    });
}

fn sign_in(ui: &mut Ui, view: &View<'_>, present: &str, out: &mut Outbox) {
    let id = bits::id("operator name");
    let mut edited = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| present.to_owned());
    bits::field(
        ui,
        view.t("階級と氏名", "Rank and name"),
        &mut edited,
        view.t("例：山田警部補", "e.g. Insp. Yamada"),
        220.0,
    );
    let fits = !edited.trim().is_empty() && edited != present;
    let press =
        ui.add_enabled_ui(fits, |ui| bits::button(ui, Weight::Plain, None, view.t("交代する", "Sign in"))).inner;
    if press.clicked() {
        ui.close();
        out.act(Act::Operator(edited.trim().to_owned()));
        out.order(Command::SignIn { operator: edited.trim().to_owned() });
    }
    ui.data_mut(|data| data.insert_temp(id, edited));
}

/// Today's date: in the era in Japanese, ISO in English.
pub fn today(lang: Lang, now: Instant) -> String {
    let iso = words::date(now);
    if lang == Lang::Ja { words::wareki(&iso) } else { iso }
}
