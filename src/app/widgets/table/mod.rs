//! The table of every panel: exact at a hundred million rows.
//!
//! Its place is a whole row number, never a pixel offset: single-precision scroll areas lose rows beyond a few hundred
//! thousand. Only visible rows are drawn. It knows nothing of records; [`Rows`] paints the cells.

mod cells;
mod head;
mod motion;
mod widths;

use super::bits;
use crate::app::style::{self, palette};
use crate::model::Lang;
pub use cells::Cells;
use egui::{Key, Modifiers, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use motion::{Reach, lefts, move_to, reveal, step, wheel_moves};
use std::collections::{BTreeMap, BTreeSet};

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Names it in widths, sort and filters.
    pub id: String,
    /// What a person reads.
    pub title: String,
    /// Usual width.
    pub width: f32,
    /// Narrower than this it says nothing.
    pub least: f32,
    /// Takes what room is left.
    pub grows: bool,
    /// Left out where there is no room, the highest first; 0 never.
    pub spare: u8,
    /// Numbers are set right.
    pub right: bool,
    /// Can be sorted by.
    pub sorts: bool,
    /// Has a field in the filter row.
    pub filters: bool,
}

impl Column {
    /// A column of words that can be sorted.
    pub fn new(id: &str, title: &str, width: f32) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            width,
            least: width,
            grows: false,
            spare: 0,
            right: false,
            sorts: true,
            filters: false,
        }
    }

    /// The same, taking what room is left and shrinking down to `least`.
    #[must_use]
    pub fn grows(mut self, least: f32) -> Self {
        self.grows = true;
        self.least = least;
        self
    }

    /// The same, left out where there is no room; the highest number first.
    #[must_use]
    pub fn spare(mut self, rank: u8) -> Self {
        self.spare = rank;
        self
    }

    /// The same, set right.
    #[must_use]
    pub fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// The same, without sorting.
    #[must_use]
    pub fn unsorted(mut self) -> Self {
        self.sorts = false;
        self
    }
}

/// Where a table stands and what is picked in it. Rows are positions in the view.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// First visible row.
    pub first: u64,
    /// Row the keys act on.
    pub cursor: Option<u64>,
    /// Rows picked with Space or a click with Ctrl or Shift; the cursor alone where empty.
    pub picked: BTreeSet<u64>,
    /// Widths a person set, by column id.
    pub widths: BTreeMap<String, f32>,
    /// Texts of the filter row, by column id.
    pub filters: BTreeMap<String, String>,
    /// The go-to-row field, while open.
    pub go_to: Option<String>,
    /// Give the keyboard to the filter row.
    pub focus_filter: bool,
    carry: f32,
    shift: f32,
    anchor: u64,
    /// What was picked before the range that is being picked.
    before: Option<BTreeSet<u64>>,
    reveal: bool,
}

impl State {
    /// Rows a command is about: the picked ones, or the cursor's.
    pub fn chosen(&self) -> Vec<u64> {
        if self.picked.is_empty() { self.cursor.into_iter().collect() } else { self.picked.iter().copied().collect() }
    }

    /// Picks a row, or leaves it out again; a range begins anew from it.
    fn pick(&mut self, row: u64) {
        if !self.picked.remove(&row) {
            self.picked.insert(row);
        }
        self.cursor = Some(row);
        self.anchor = row;
        self.before = None;
    }

    /// Puts the cursor on a row and brings it into view.
    pub fn go(&mut self, row: u64) {
        self.cursor = Some(row);
        self.anchor = row;
        self.reveal = true;
    }

    /// Back to the first row with nothing picked, as for a new view.
    pub fn reset(&mut self) {
        self.first = 0;
        self.cursor = None;
        self.before = None;
        self.picked.clear();
    }
}

/// What happened in one frame.
#[expect(clippy::struct_excessive_bools, reason = "independent things that may all happen in one frame")]
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// A head was clicked: sort by this column.
    pub sort: Option<String>,
    /// The cursor moved.
    pub moved: bool,
    /// The cursor's row was opened with Enter or a double click.
    pub opened: bool,
    /// A row was clicked, and nothing held with it.
    pub clicked: bool,
    /// The filter row changed.
    pub filtered: bool,
    /// A column was given another width.
    pub widened: bool,
    /// Copying was asked for.
    pub copy: bool,
    /// A range was too long to be picked whole.
    pub cut: bool,
    /// Rows on screen.
    pub visible: std::ops::Range<u64>,
}

/// Who knows the rows.
pub trait Rows {
    /// Paints one row.
    fn paint(&mut self, cells: &mut Cells<'_>);

    /// The menu of a row; nothing where there is none.
    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let _ = (ui, row);
    }

    /// Whether rows have a menu.
    fn has_menu(&self) -> bool {
        false
    }
}

/// One table in one frame.
pub struct Table<'a> {
    /// Tells tables apart.
    pub id: &'a str,
    /// What a screen reader calls it.
    pub name: &'a str,
    /// Columns.
    pub columns: &'a [Column],
    /// Rows in the view.
    pub rows: u64,
    /// Height of a row.
    pub row_height: f32,
    /// Column sorted by, and whether downwards.
    pub sorted: Option<(&'a str, bool)>,
    /// Whether the keys are this table's now.
    pub keys: bool,
    /// The language of what it says itself.
    pub lang: Lang,
}

/// Half the gap between two cells, and what stands left of the first.
const GAP: f32 = 6.0;
const INSET: f32 = 6.0;

impl Table<'_> {
    /// Draws it into what is left of `ui` and tells what happened.
    pub fn show(&self, ui: &mut Ui, state: &mut State, rows: &mut dyn Rows) -> Events {
        let mut events = Events::default();
        let full = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(full);
        let filters = self.columns.iter().any(|column| column.filters);
        let head_height = style::HEAD + if filters { style::HEAD } else { 0.0 };
        let head = Rect::from_min_size(full.min, vec2(full.width(), head_height));
        let widths = widths::widths(self.columns, &state.widths, full.width() - style::BAR - INSET);
        let wide = widths.iter().sum::<f32>() + INSET > full.width() - style::BAR + 0.5;
        let bottom = full.bottom() - if wide { style::BAR } else { 0.0 };
        let bar = Rect::from_min_max(pos2(full.right() - style::BAR, head.bottom()), pos2(full.right(), bottom));
        let body = Rect::from_min_max(pos2(full.left(), head.bottom()), pos2(bar.left(), bottom));
        let fits = ((body.height() / self.row_height).floor() as u64).max(1);

        self.wheel(ui, state, body, widths.iter().sum::<f32>() + INSET);
        if self.keys {
            self.keys(ui, state, fits, &mut events);
        }
        if std::mem::take(&mut state.reveal) || events.moved {
            reveal(state, fits);
        }
        state.first = state.first.min(self.rows.saturating_sub(fits));
        state.cursor = state.cursor.filter(|row| *row < self.rows);

        let lefts = lefts(body.left() + INSET - state.shift, &widths);
        self.body(ui, state, rows, body, &lefts, &widths, &mut events);
        self.head(ui, state, head, &lefts, &widths, &mut events);
        self.bar(ui, state, bar, fits);
        if wide {
            let across = Rect::from_min_max(pos2(body.left(), bottom), pos2(body.right(), full.bottom()));
            self.across(ui, state, across, widths.iter().sum::<f32>() + INSET);
        }
        self.go_to(ui, state, body, &mut events);
        events
    }

    fn wheel(&self, ui: &Ui, state: &mut State, body: Rect, width: f32) {
        let most = (width - body.width()).max(0.0);
        if ui.rect_contains_pointer(body) {
            let (lines, points, across) = ui.input(wheel_moves);
            let pixels = state.carry + points;
            let from_points = (pixels / self.row_height).trunc();
            state.carry = pixels - from_points * self.row_height;
            step(state, lines + from_points as i64, self.rows);
            state.shift += across;
        }
        state.shift = state.shift.clamp(0.0, most);
    }

    fn keys(&self, ui: &Ui, state: &mut State, fits: u64, events: &mut Events) {
        // While something is typed, popped up or asked, its keys are not the table's.
        let ctx = ui.ctx();
        let asked = ctx.memory(|memory| memory.top_modal_layer().is_some());
        if self.rows == 0 || asked || ctx.text_edit_focused() || egui::Popup::is_any_open(ctx) {
            return;
        }
        let last = self.rows - 1;
        let page = fits.saturating_sub(1).max(1);
        let here = state.cursor.unwrap_or(state.first);
        let fresh = state.cursor.is_none();
        let mut to = None;
        let mut extend = false;
        ui.input_mut(|input| {
            for (key, target) in [
                (Key::ArrowDown, if fresh { here } else { (here + 1).min(last) }),
                (Key::J, if fresh { here } else { (here + 1).min(last) }),
                (Key::ArrowUp, here.saturating_sub(1)),
                (Key::K, here.saturating_sub(1)),
                (Key::PageDown, (here + page).min(last)),
                (Key::PageUp, here.saturating_sub(page)),
                (Key::Home, 0),
                (Key::End, last),
            ] {
                let shifted = input.count_and_consume_key(Modifiers::SHIFT, key);
                let plain = input.count_and_consume_key(Modifiers::NONE, key);
                if shifted + plain > 0 {
                    to = Some(match (key, shifted + plain) {
                        (Key::ArrowDown | Key::J, times) if times > 1 => (here + times as u64).min(last),
                        (Key::ArrowUp | Key::K, times) if times > 1 => here.saturating_sub(times as u64),
                        _ => target,
                    });
                    extend = shifted > 0;
                }
            }
            if input.consume_key(Modifiers::NONE, Key::Space) {
                state.pick(here);
            }
            if input.consume_key(Modifiers::COMMAND, Key::A) {
                (state.anchor, state.before) = (0, None);
                state.picked.clear();
                events.cut = move_to(state, last, Reach::Range);
                (state.cursor, state.before) = (Some(here), None);
            }
            if !state.picked.is_empty() && input.consume_key(Modifiers::NONE, Key::Escape) {
                state.picked.clear();
                state.before = None;
            }
            if input.consume_key(Modifiers::NONE, Key::Enter) && state.cursor.is_some() {
                events.opened = true;
            }
            if input.consume_key(Modifiers::COMMAND, Key::G) {
                state.go_to = Some(String::new());
            }
            events.copy = input.events.iter().any(|event| matches!(event, egui::Event::Copy));
        });
        if let Some(to) = to {
            events.cut = move_to(state, to, if extend { Reach::Range } else { Reach::Keep });
            events.moved = true;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the geometry of one frame")]
    fn body(
        &self,
        ui: &mut Ui,
        state: &mut State,
        rows: &mut dyn Rows,
        body: Rect,
        lefts: &[f32],
        widths: &[f32],
        events: &mut Events,
    ) {
        let p = palette(ui);
        let visible = ((body.height() / self.row_height).ceil() as u64).min(self.rows.saturating_sub(state.first));
        events.visible = state.first..state.first + visible;
        let right: Vec<bool> = self.columns.iter().map(|column| column.right).collect();
        let outer = ui.clip_rect();
        ui.set_clip_rect(outer.intersect(body));
        for row in events.visible.clone() {
            let top = body.top() + (row - state.first) as f32 * self.row_height;
            let rect = Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), self.row_height));
            let response = ui.interact(rect, bits::id(self.id).with((row - state.first, "row")), Sense::CLICK);
            let selected = state.cursor == Some(row) || state.picked.contains(&row);
            if selected {
                ui.painter().rect_filled(rect, 0, p.selected);
            } else if response.hovered() {
                ui.painter().rect_filled(rect, 0, p.hover);
            } else if row % 2 == 1 {
                ui.painter().rect_filled(rect, 0, p.zebra);
            }
            if state.cursor == Some(row) {
                let edge = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
                ui.painter().rect_filled(edge, 0, p.accent);
            }
            let rects: Vec<Rect> = lefts
                .iter()
                .zip(widths)
                .map(|(left, width)| {
                    Rect::from_min_size(pos2(left + GAP, top), vec2(width - GAP * 2.0, self.row_height))
                })
                .collect();
            let pointer = response.hover_pos();
            let (name, tip) = (String::new(), None);
            let mut cells = Cells { ui: &mut *ui, row, selected, name, tip, pointer, rects: &rects, right: &right };
            rows.paint(&mut cells);
            let Cells { name, tip, .. } = cells;
            let response = match tip {
                Some(tip) => response.on_hover_text_at_pointer(tip),
                None => response,
            };
            response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, name.trim_end()));
            clicks(ui, state, &response, row, events);
            if rows.has_menu() {
                response.context_menu(|ui| rows.menu(ui, row));
            }
        }
        ui.set_clip_rect(outer);
    }

    fn bar(&self, ui: &Ui, state: &mut State, bar: Rect, fits: u64) {
        let most = self.rows.saturating_sub(fits);
        if most == 0 {
            return;
        }
        let p = palette(ui);
        let response = ui.interact(bar, bits::id(self.id).with("bar"), Sense::CLICK | Sense::DRAG);
        response.widget_info(|| WidgetInfo::slider(true, state.first as f64, self.name));
        let length = (bar.height() * (fits as f64 / self.rows as f64) as f32).max(28.0).min(bar.height());
        let travel = f64::from((bar.height() - length).max(1.0));
        if (response.dragged() || response.clicked())
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let share = (f64::from(pointer.y - bar.top() - length / 2.0) / travel).clamp(0.0, 1.0);
            state.first = (share * most as f64).round() as u64;
        }
        let top = bar.top() + ((state.first as f64 / most as f64) * travel) as f32;
        let handle = Rect::from_min_size(pos2(bar.left() + 2.0, top), vec2(bar.width() - 4.0, length));
        let ink = if response.hovered() || response.dragged() { p.quiet } else { p.disabled.linear_multiply(0.6) };
        ui.painter().rect_filled(handle, 3, ink);
    }

    /// The bar below, where the columns are wider than the place.
    fn across(&self, ui: &Ui, state: &mut State, bar: Rect, width: f32) {
        let p = palette(ui);
        let response = ui.interact(bar, bits::id(self.id).with("across"), Sense::CLICK | Sense::DRAG);
        let length = (bar.width() * bar.width() / width).clamp(40.0, bar.width());
        let (travel, most) = ((bar.width() - length).max(1.0), (width - bar.width()).max(1.0));
        if response.dragged() {
            state.shift = (state.shift + response.drag_delta().x / travel * most).clamp(0.0, most);
        }
        let left = bar.left() + state.shift / most * travel;
        let handle = Rect::from_min_size(pos2(left, bar.top() + 2.0), vec2(length, bar.height() - 4.0));
        let ink = if response.hovered() || response.dragged() { p.quiet } else { p.disabled.linear_multiply(0.6) };
        ui.painter().rect_filled(handle, 3, ink);
    }

    fn go_to(&self, ui: &mut Ui, state: &mut State, body: Rect, events: &mut Events) {
        let Some(mut text) = state.go_to.take() else { return };
        let p = palette(ui);
        let rect = Rect::from_min_size(pos2(body.right() - 216.0, body.top() + 8.0), vec2(200.0, 36.0));
        ui.painter().rect(rect, style::CORNER, p.raised, Stroke::new(1.0, p.accent), egui::StrokeKind::Inside);
        let edit = egui::TextEdit::singleline(&mut text).desired_width(170.0).hint_text(format!("1–{}", self.rows));
        let response = ui.put(rect.shrink(6.0), edit).accessible_name(self.lang.pick("行番号へ移る", "go to row"));
        response.request_focus();
        let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
        if enter {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            if let Some(row) = digits.parse::<u64>().ok().filter(|row| (1..=self.rows).contains(row)) {
                state.go(row - 1);
                events.moved = true;
            }
            response.surrender_focus();
        } else if escape {
            response.surrender_focus();
        } else {
            state.go_to = Some(text);
        }
    }
}

fn clicks(ui: &Ui, state: &mut State, response: &Response, row: u64, events: &mut Events) {
    if response.clicked() || response.secondary_clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        if modifiers.command && response.clicked() {
            state.pick(row);
        } else if response.clicked() || !state.picked.contains(&row) {
            events.cut = move_to(state, row, if modifiers.shift { Reach::Range } else { Reach::Alone });
        }
        events.moved = true;
        events.clicked = response.clicked() && modifiers.is_none();
        ui.memory_mut(egui::Memory::stop_text_input);
    }
    if response.double_clicked() {
        events.opened = true;
    }
}
