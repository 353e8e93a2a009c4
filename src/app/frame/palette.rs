//! The command palette: search, panels and commands by a few letters of their name, in either language.

use crate::app::keys::{self, UiCommand};
use crate::app::panels::Panel;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits;
use crate::model::Lang;
use crate::workbench::ask::RecordView;
use egui::{Align, Context, Key, Modal, Modifiers, Rect, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// The open palette.
#[derive(Debug, Default)]
pub struct Palette {
    text: String,
    at: usize,
}

struct Entry {
    name: String,
    key: String,
    act: Act,
    score: i32,
}

const SHOWN: usize = 12;

/// Draws the palette while it is open.
pub fn show(ctx: &Context, view: &View<'_>, open: &mut Option<Palette>, panels: &[Box<dyn Panel>], out: &mut Outbox) {
    let Some(state) = open else { return };
    let area = Modal::default_area(bits::id("palette")).anchor(egui::Align2::CENTER_TOP, [0.0, 64.0]);
    let mut done = false;
    let modal = bits::modal(ctx, "palette").area(area).show(ctx, |ui| {
        ui.set_width(560.0);
        let (up, down, enter) = ui.input_mut(|input| {
            (
                input.consume_key(Modifiers::NONE, Key::ArrowUp),
                input.consume_key(Modifiers::NONE, Key::ArrowDown),
                input.consume_key(Modifiers::NONE, Key::Enter),
            )
        });
        let hint = view.t("コマンド、画面、または検索する語", "A command, a panel, or words to search for");
        let field = bits::entry(ui, TextEdit::singleline(&mut state.text).font(style::section()), hint, 560.0);
        let field = field.accessible_name(view.t("コマンドを探す", "Find a command"));
        field.request_focus();
        if field.changed() {
            state.at = 0;
        }
        ui.add_space(style::XS);
        let entries = entries(view, &state.text, panels);
        let last = entries.len().saturating_sub(1);
        state.at = match (up, down) {
            (true, _) => state.at.saturating_sub(1),
            (_, true) => (state.at + 1).min(last),
            _ => state.at.min(last),
        };
        ui.spacing_mut().item_spacing.y = 0.0;
        for (at, entry) in entries.into_iter().enumerate() {
            let chosen = show_entry(ui, &entry, at == state.at);
            if chosen || (enter && at == state.at) {
                out.act(entry.act);
                done = true;
            }
        }
    });
    if done || modal.should_close() {
        *open = None;
    }
}

fn show_entry(ui: &mut Ui, entry: &Entry, on: bool) -> bool {
    let p = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, on, &entry.name));
    if on || response.hovered() {
        ui.painter().rect_filled(rect, style::CORNER, if on { p.selected } else { p.hover });
    }
    let inner = Rect::from_min_max(pos2(rect.left() + 10.0, rect.top()), pos2(rect.right() - 10.0, rect.bottom()));
    bits::text_in(ui.painter(), inner, &entry.name, style::body(), p.text, Align::Min);
    bits::text_in(ui.painter(), inner, &entry.key, style::caption(), p.quiet, Align::Max);
    response.clicked()
}

fn entries(view: &View<'_>, typed: &str, panels: &[Box<dyn Panel>]) -> Vec<Entry> {
    let best = |ja: &str, en: &str| keys::fit(typed, ja).max(keys::fit(typed, en));
    let mut out: Vec<Entry> = Vec::new();
    for panel in panels {
        let title = panel.title_in(view);
        if let Some(score) = best(title.ja, title.en) {
            let name = match view.lang {
                Lang::Ja => format!("「{}」を開く", title.ja),
                Lang::En => format!("Show {}", title.en.to_lowercase()),
            };
            out.push(Entry { name, key: String::new(), act: Act::Open(panel.id()), score: score + 2 });
        }
    }
    for (command, name, key) in keys::TABLE {
        if *command == UiCommand::Palette {
            continue;
        }
        if let Some(score) = best(name.ja, name.en) {
            let key = key.as_ref().map(keys::written).unwrap_or_default();
            out.push(Entry { name: view.text(*name).to_owned(), key, act: Act::Run(*command), score });
        }
    }
    out.sort_by_key(|entry| std::cmp::Reverse(entry.score));
    if !typed.trim().is_empty() {
        let records = RecordView { case: view.case, query: typed.to_owned(), ..RecordView::default() };
        let name = match view.lang {
            Lang::Ja => format!("ログ・明細から「{typed}」を探す"),
            Lang::En => format!("Search records for “{typed}”"),
        };
        // A command that fits well comes first; otherwise words are something to search for.
        let at = usize::from(out.first().is_some_and(|entry| entry.score > 6));
        out.insert(at, Entry { name, key: String::new(), act: Act::ShowRecords(records), score: 0 });
    }
    out.truncate(SHOWN);
    out
}
