//! Choosing a file where the desktop has no dialog for it: a path to type, a folder to walk in.

use super::Came;
use crate::app::style::{self, palette};
use crate::app::view::{PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::{self, Icon};
use crate::app::words;
use crate::workbench::ask::FolderEntry;
use egui::{Align, Key, Modifiers, Rect, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The dialog.
#[derive(Debug)]
pub struct Chooser {
    purpose: PickFor,
    folder: PathBuf,
    /// The folder as typed.
    typed: String,
    /// Files chosen.
    chosen: BTreeSet<PathBuf>,
    /// The name to save under.
    name: String,
    /// The entry the arrow keys are at.
    at: Option<usize>,
    /// The keyboard is still to be given to its field.
    fresh: bool,
}

impl Chooser {
    /// Begins in a folder.
    pub fn new(purpose: PickFor, folder: PathBuf) -> Self {
        let name = match &purpose {
            PickFor::Save(_, name) => name.clone(),
            PickFor::NewStore => "store.itoguchi".to_owned(),
            _ => String::new(),
        };
        let typed = folder.display().to_string();
        Self { purpose, folder, typed, chosen: BTreeSet::new(), name, at: None, fresh: true }
    }

    /// The folder looked at, to begin there next time.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    fn saves(&self) -> bool {
        matches!(self.purpose, PickFor::Save(..) | PickFor::NewStore)
    }

    fn go(&mut self, folder: PathBuf) {
        self.typed = folder.display().to_string();
        self.folder = folder;
        self.chosen.clear();
        self.at = None;
        self.fresh = true;
    }

    pub(super) fn show(&mut self, ui: &mut Ui, view: &View<'_>) -> Came {
        let t = |ja, en| view.t(ja, en);
        let (title, act) = match self.purpose {
            PickFor::Evidence => (t("証拠を追加", "Add evidence"), t("取り込む", "Take in")),
            PickFor::EvidenceFolder => {
                (t("証拠のフォルダ", "Folder of evidence"), t("このフォルダを取り込む", "Take this folder in"))
            }
            PickFor::OpenStore => (t("事案簿を開く", "Open a case file"), t("開く", "Open")),
            PickFor::NewStore => (t("事案簿を作る", "Make a case file"), t("ここに作る", "Make it here")),
            PickFor::Save(..) => (t("保存先", "Save as"), t("ここに保存", "Save here")),
            PickFor::File(_) => (t("ファイルを選ぶ", "Choose a file"), t("選ぶ", "Choose")),
        };
        bits::section(ui, title);
        let mut opened = self.path_line(ui, view).or_else(|| self.list(ui, view));
        if self.saves() {
            let width = ui.available_width();
            let field = bits::field(ui, t("ファイル名", "File name"), &mut self.name, "", width);
            if std::mem::take(&mut self.fresh) {
                field.request_focus();
            }
            if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                opened = opened.or(self.paths().pop());
            }
        }
        ui.add_space(style::S);
        let mut came = opened.map_or(Came::Open, |path| Came::Picked(self.purpose.clone(), vec![path]));
        ui.horizontal(|ui| {
            let paths = self.paths();
            if ui.add_enabled_ui(!paths.is_empty(), |ui| bits::button(ui, Weight::Main, None, act)).inner.clicked() {
                came = Came::Picked(self.purpose.clone(), paths);
            }
            if bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked() {
                came = Came::Done;
            }
            if self.purpose == PickFor::Evidence {
                ui.label(bits::caption(ui, t("Ctrl+クリックで複数選べます", "Ctrl+click chooses several")));
            }
        });
        came
    }

    fn paths(&self) -> Vec<PathBuf> {
        if self.saves() {
            let name = self.name.trim();
            return if name.is_empty() { Vec::new() } else { vec![self.folder.join(name)] };
        }
        if self.purpose == PickFor::EvidenceFolder && self.chosen.is_empty() {
            return vec![self.folder.clone()];
        }
        self.chosen.iter().cloned().collect()
    }

    /// The folder as a line to type in; a file typed whole is chosen at once.
    fn path_line(&mut self, ui: &mut Ui, view: &View<'_>) -> Option<PathBuf> {
        let mut opened = None;
        ui.horizontal(|ui| {
            let up = view.t("上のフォルダ", "Folder above");
            if bits::icon_button(ui, Icon::Above, up, false).clicked()
                && let Some(above) = self.folder.parent().map(PathBuf::from)
            {
                self.go(above);
            }
            let width = ui.available_width() - style::S;
            let edit = TextEdit::singleline(&mut self.typed).font(style::mono());
            let field = bits::entry(ui, edit, "", width)
                .accessible_name(view.t("フォルダまたはファイルの場所", "Folder or file"));
            if !self.saves() && std::mem::take(&mut self.fresh) {
                field.request_focus();
                select_all(ui, field.id, &self.typed);
            }
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let here = self.folder.display().to_string() == self.typed.trim();
            let entry = self.at.and_then(|at| view.folder(&self.folder)?.entries.get(at)).filter(|_| here);
            if let (true, Some(entry)) = (enter, entry) {
                match (entry.folder, self.saves()) {
                    (true, _) => self.go(entry.path.clone()),
                    (false, false) => opened = Some(entry.path.clone()),
                    (false, true) => entry.name.clone_into(&mut self.name),
                }
            } else if enter {
                let typed = PathBuf::from(self.typed.trim());
                // What the folder above shows as a file is meant itself.
                let above = typed.parent().and_then(|above| view.folder(above));
                let file =
                    above.is_some_and(|folder| folder.entries.iter().any(|one| one.path == typed && !one.folder));
                if file && !self.saves() { opened = Some(typed) } else { self.go(typed) }
            }
            // So that it is known by the time Enter is pressed.
            if let Some(above) = PathBuf::from(self.typed.trim()).parent().filter(|above| *above != self.folder) {
                view.folder(above);
            }
        });
        opened
    }

    fn list(&mut self, ui: &mut Ui, view: &View<'_>) -> Option<PathBuf> {
        let mut opened = None;
        let height = 340.0_f32.min(ui.ctx().content_rect().height() * 0.5);
        ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
            ui.set_min_height(height);
            let Some(folder) = view.folder(&self.folder) else {
                bits::waiting(ui, view, view.t("読み込み中", "Loading"));
                return;
            };
            if folder.entries.is_empty() {
                ui.add_space(style::M);
                ui.label(bits::quiet(ui, view.t("このフォルダは空です。", "This folder is empty.")));
                return;
            }
            ui.spacing_mut().item_spacing.y = 0.0;
            let rows = folder.entries.len();
            let mut scroll = ScrollArea::vertical().auto_shrink(false);
            if self.walk(ui, &folder.entries) {
                let at = self.at.unwrap_or(0) as f32;
                scroll = scroll.vertical_scroll_offset((at * ROW - height / 2.0).max(0.0));
            }
            scroll.show_rows(ui, ROW, rows, |ui, range| {
                for (at, entry) in (range.start..).zip(folder.entries.get(range).unwrap_or(&[])) {
                    opened = opened.take().or_else(|| self.entry(ui, entry, self.at == Some(at)));
                }
            });
        });
        opened
    }

    /// Up and down by the arrow keys, which mean nothing in a field of one line; tells whether it moved.
    fn walk(&mut self, ui: &Ui, entries: &[FolderEntry]) -> bool {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let (up, down) = (pressed(Key::ArrowUp), pressed(Key::ArrowDown));
        let last = entries.len().saturating_sub(1);
        self.at = match (up, down, self.at) {
            (true, _, Some(at)) => Some(at.saturating_sub(1)),
            (_, true, Some(at)) => Some((at + 1).min(last)),
            (_, true, None) => Some(0),
            _ => return false,
        };
        let entry = self.at.and_then(|at| entries.get(at));
        self.chosen.clear();
        self.chosen.extend(entry.filter(|entry| !entry.folder && !self.saves()).map(|entry| entry.path.clone()));
        true
    }

    fn entry(&mut self, ui: &mut Ui, entry: &FolderEntry, at: bool) -> Option<PathBuf> {
        let p = palette(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
        let on = self.chosen.contains(&entry.path);
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, on, &entry.name));
        if on || at || response.hovered() {
            ui.painter().rect_filled(rect, style::CORNER, if on { p.selected } else { p.hover });
        }
        let sign = if entry.folder { Icon::Folder } else { Icon::Document };
        icon::paint_sized(ui.painter(), pos2(rect.left() + 14.0, rect.center().y), 14.0, sign, p.quiet);
        let inner = Rect::from_min_max(pos2(rect.left() + 28.0, rect.top()), pos2(rect.right() - 14.0, rect.bottom()));
        let (name, size) = inner.split_left_right_at_x(inner.right() - 80.0);
        bits::text_in(ui.painter(), name, &entry.name, style::table(), p.text, Align::Min);
        if !entry.folder {
            bits::text_in(ui.painter(), size, &words::bytes(entry.bytes), style::table(), p.quiet, Align::Max);
        }
        let takes = !entry.folder || self.purpose == PickFor::EvidenceFolder;
        if response.double_clicked() {
            if entry.folder {
                self.go(entry.path.clone());
                return None;
            }
            return (!self.saves()).then(|| entry.path.clone());
        }
        if response.clicked() {
            if self.saves() && !entry.folder {
                entry.name.clone_into(&mut self.name);
            } else if takes {
                let many = ui.input(|input| input.modifiers.command) && self.purpose == PickFor::Evidence;
                if !many {
                    self.chosen.clear();
                }
                if on && many {
                    self.chosen.remove(&entry.path);
                } else {
                    self.chosen.insert(entry.path.clone());
                }
            } else {
                self.go(entry.path.clone());
            }
        }
        None
    }
}

const ROW: f32 = 24.0;

/// The whole text marked, so that typing replaces it.
fn select_all(ui: &Ui, field: egui::Id, text: &str) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), field).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::two(egui::text::CCursor::new(0), end)));
    state.store(ui.ctx(), field);
}
