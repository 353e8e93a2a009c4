//! The window: frame, panels, table, graph canvas. No SQL, no files, never blocks.
//!
//! [`App`] owns everything and draws once per frame. Panels get a [`view::View`] and hand back what they want done in a
//! [`view::Outbox`]; nothing else changes anything. Work happens at the [`Desk`], off this thread.
#![expect(clippy::cast_possible_truncation, reason = "what is cast here are pixels, bars and shares on the screen")]

mod acts;
mod cache;
pub mod frame;
pub mod keys;
pub mod panels;
pub mod state;
pub mod style;
pub mod tiles;
pub mod view;
pub mod widgets;
mod window;
pub mod words;

pub use window::{Error, Shot, WindowOptions, run};

use crate::model::{CaseKey, Lang, Unit};
use crate::workbench::ask::{Command, Desk, Measure, Notice, Question};
use cache::Cache;
use frame::{dialogs, inspector, palette, toasts};
use panels::Panel;
use state::UiState;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use view::{Act, Outbox, PickFor, Selection, View};

/// The window's whole state.
pub struct App {
    desk: Box<dyn Desk>,
    cache: Cache,
    wants: RefCell<Vec<Question>>,
    again: RefCell<Vec<Question>>,
    ui_state: UiState,
    saved: String,
    panels: Vec<Box<dyn Panel>>,
    board: tiles::Board,
    active: &'static str,
    case: Option<CaseKey>,
    selection: Selection,
    /// Records picked in the records panel.
    records_picked: u64,
    inspector: inspector::Inspector,
    palette: Option<palette::Palette>,
    toasts: toasts::Toasts,
    /// Open dialogs; only the last one shows.
    dialogs: Vec<dialogs::Dialog>,
    key_sheet: bool,
    first_run: frame::first_run::FirstRun,
    picked: (SyncSender<Picked>, Receiver<Picked>),
    /// The store on screen.
    store: Option<String>,
    /// The case worked in was chosen for this store.
    settled: bool,
    introduced: bool,
    closing: bool,
}

/// What came of asking for files: paths, or no dialog to ask with.
enum Picked {
    Paths(PickFor, Vec<PathBuf>),
    NoDialog(PickFor),
}

impl App {
    /// The window over a desk, with what was remembered.
    pub fn new(ctx: &egui::Context, mut desk: Box<dyn Desk>, ui_state: UiState) -> Self {
        style::apply(ctx);
        let wake = ctx.clone();
        desk.wake_with(std::sync::Arc::new(move || wake.request_repaint()));
        if let Some(dark) = ui_state.dark {
            ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
        }
        ctx.set_zoom_factor(ui_state.scale);
        let mut panels: Vec<Box<dyn Panel>> = panels::PANELS.iter().map(|make| make()).collect();
        for panel in &mut panels {
            if let Some(kept) = ui_state.panels.get(panel.id()) {
                panel.recall(kept);
            }
        }
        let arrangement = ui_state.arrangement.clone().unwrap_or_else(|| tiles::ready(tiles::Ready::Reading));
        let board = tiles::build(&arrangement, &panels::ids());
        let shown = tiles::shown(&board);
        let front = shown.iter().find(|id| **id == ui_state.front).or(shown.first()).copied();
        Self {
            desk,
            cache: Cache::default(),
            wants: RefCell::default(),
            again: RefCell::default(),
            saved: ui_state.to_json(),
            board,
            ui_state,
            panels,
            active: front.unwrap_or("cases"),
            case: None,
            selection: Selection::Nothing,
            records_picked: 0,
            inspector: inspector::Inspector::default(),
            palette: None,
            toasts: toasts::Toasts::default(),
            dialogs: Vec::new(),
            key_sheet: false,
            first_run: frame::first_run::FirstRun::default(),
            picked: sync_channel(8),
            store: None,
            settled: false,
            introduced: false,
            closing: false,
        }
    }

    /// Brings a panel to the front; `false` if there is none of this name.
    pub fn open(&mut self, panel: &str) -> bool {
        let found = panels::ids().into_iter().find(|id| *id == panel);
        if let Some(id) = found {
            tiles::open(&mut self.board, id);
            self.active = id;
        }
        found.is_some()
    }

    /// Works in a case, or in all.
    pub fn work_in(&mut self, case: Option<CaseKey>) {
        self.case = case;
        self.settled |= case.is_some();
    }

    /// The language in use.
    pub fn lang(&self) -> Lang {
        Lang::from_tag(&self.ui_state.lang).unwrap_or_default()
    }

    /// Whether everything asked for has come and nothing moves any more.
    pub fn is_calm(&self) -> bool {
        self.cache.is_calm() && self.desk.jobs().is_empty()
    }

    /// Draws one frame.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        keys::leave_to_composition(ui.ctx());
        // Jobs first: what a job says at its end has come when it is gone.
        let jobs = self.desk.jobs();
        let mut taken = Vec::new();
        for answer in self.desk.poll() {
            if let Some(notice) = self.cache.take(answer) {
                if let Notice::Taken { paths, evidence, .. } = &notice {
                    taken.push(Act::Taken(paths.clone(), evidence.clone()));
                }
                self.tell(ui.ctx(), notice);
            }
        }
        let mut out = Outbox::default();
        if !jobs.is_empty() {
            ui.ctx().request_repaint_after_secs(0.2);
        }
        let selection = self.selection.clone();
        let tags = self.ui_state.tags.clone();
        let (wants, again) = (std::mem::take(&mut self.wants), std::mem::take(&mut self.again));
        let cache = std::mem::take(&mut self.cache);
        {
            let (lang, row) = (self.lang(), self.ui_state.density().row());
            let now = self.desk.now();
            let mut view = View::new(lang, self.case, &selection, now, row, &tags, &jobs, &cache, &wants, &again);
            view.files_over = ui.input(|input| !input.raw.hovered_files.is_empty());
            view.records_picked = self.records_picked;
            self.greet(&view, &mut out);
            self.bring_in(ui, &view, &mut out);
            for act in &taken {
                self.panels.iter_mut().for_each(|panel| panel.act(act, &view, &mut out));
            }
            self.draw(ui, &view, &mut out);
            self.take_acts(ui.ctx(), &view, &mut out);
        }
        self.cache = cache;
        for command in out.commands {
            self.desk.command(command);
        }
        self.cache.renew(again.take());
        self.cache.settle(wants.take(), self.desk.as_ref());
        (self.wants, self.again) = (wants, again);
    }

    /// Shows a message where it belongs.
    fn tell(&mut self, ctx: &egui::Context, notice: Notice) {
        match notice {
            Notice::Checked { title, lines } if self.dialogs.is_empty() => {
                self.dialogs.push(dialogs::Dialog::Checked { title, lines });
                return;
            }
            Notice::Copied { ref text, .. } => ctx.copy_text(text.clone()),
            _ => {}
        }
        self.toasts.push(notice, self.desk.now());
    }

    /// Notices that another store is open: its own case is worked in, and nothing of the one before stays.
    fn greet(&mut self, view: &View<'_>, out: &mut Outbox) {
        if view.no_store()
            && !std::mem::replace(&mut self.introduced, true)
            && let Some(unit) = Unit::from_path(&self.ui_state.unit)
        {
            out.order(Command::SetUnit(unit));
        }
        let Some(store) = view.store() else { return };
        if self.store.as_ref() != Some(&store.id) {
            let another = self.store.replace(store.id.clone()).is_some();
            self.ui_state.remember_store(&store.path);
            if another {
                self.selection = Selection::Nothing;
                self.records_picked = 0;
                self.inspector = inspector::Inspector::default();
                self.case = None;
                self.settled = false;
                // Panels begin anew: what was asked, typed or pasted names people of the other store's cases.
                for (panel, make) in self.panels.iter_mut().zip(panels::PANELS) {
                    let kept = panel.remember();
                    *panel = make();
                    panel.recall(&kept);
                }
            }
        }
        if !self.settled
            && let Some(cases) = view.cases()
        {
            self.settled = true;
            let kept = self.ui_state.cases.get(&store.id).map(|key| CaseKey(*key));
            let kept = kept.filter(|key| cases.iter().any(|row| row.key == *key));
            // With one case there is nothing to choose.
            let only = if cases.len() == 1 { cases.first().map(|row| row.key) } else { None };
            if let Some(case) = kept.or(only) {
                out.act(Act::Case(Some(case)));
            }
        }
    }

    /// What came from outside the frame: keys, dropped files, picked files.
    fn bring_in(&mut self, ui: &egui::Ui, view: &View<'_>, out: &mut Outbox) {
        for command in keys::pressed(ui.ctx()) {
            out.act(Act::Run(command));
        }
        let dropped: Vec<PathBuf> =
            ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        match dropped.as_slice() {
            [] => {}
            // A case file by itself is meant to be opened, as a double click on it would.
            [one] if one.extension().is_some_and(|ending| ending == "itoguchi") => out.act(Act::OpenPath(one.clone())),
            _ => out.act(Act::Take(dropped)),
        }
        while let Ok(picked) = self.picked.1.try_recv() {
            match picked {
                Picked::Paths(purpose, paths) => self.take_picked(&purpose, &paths, view, out),
                Picked::NoDialog(purpose) => self.choose(purpose),
            }
        }
        if ui.input(|input| input.viewport().close_requested()) && !self.closing {
            self.ask_to_close(ui.ctx(), view);
        }
    }

    /// Asks before work is broken off by closing the window.
    fn ask_to_close(&mut self, ctx: &egui::Context, view: &View<'_>) {
        let Some(job) = view.jobs.iter().find(|job| job.asked.is_none() && (job.waiting || job.secs > 0.5)) else {
            return;
        };
        ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        let name = job.name.get(view.lang);
        let (ja, en) = if job.measure == Measure::Bytes {
            (
                "閉じると途中で止めます。証拠は取込み途中として残り、次に続きから取り込めます。",
                "Closing stops it. Evidence stays as partial and can be resumed next time.",
            )
        } else {
            ("閉じると途中で止めます。その作業の記録は残りません。", "Closing stops it, and nothing of it is entered.")
        };
        let confirm = dialogs::Confirm {
            title: match view.lang {
                Lang::Ja => format!("「{name}」の途中です"),
                Lang::En => format!("Still under way: {name}"),
            },
            about: view.t(ja, en).to_owned(),
            act: view.t("止めて閉じる", "Stop and close").to_owned(),
            stay: view.t("続ける", "Keep going").to_owned(),
            danger: true,
            then: dialogs::Then::Close,
        };
        self.dialogs.push(dialogs::Dialog::Confirm(Box::new(confirm)));
    }

    /// Chooses files inside the window, where the desktop has no dialog for it.
    fn choose(&mut self, purpose: PickFor) {
        let folder = match self.ui_state.folder.as_str() {
            "" => crate::workbench::settings::home(),
            kept => PathBuf::from(kept),
        };
        self.dialogs.push(dialogs::Dialog::Chooser(dialogs::Chooser::new(purpose, folder)));
    }

    fn take_picked(&mut self, purpose: &PickFor, paths: &[PathBuf], view: &View<'_>, out: &mut Outbox) {
        let Some(first) = paths.first() else { return };
        match purpose {
            PickFor::Evidence | PickFor::EvidenceFolder => out.act(Act::Take(paths.to_vec())),
            PickFor::OpenStore => out.order(Command::OpenStore(first.clone())),
            PickFor::NewStore => self.dialogs.push(dialogs::Dialog::new_store(first.clone(), &self.ui_state.unit)),
            PickFor::Save(name, _) | PickFor::File(name) => {
                if let Some(dialogs::Dialog::Keys(keys)) = self.dialogs.last_mut() {
                    keys.picked(name, first);
                }
                for panel in &mut self.panels {
                    panel.picked(purpose, paths, view, out);
                }
            }
        }
    }

    fn draw(&mut self, ui: &mut egui::Ui, view: &View<'_>, out: &mut Outbox) {
        let p = style::palette(ui);
        ui.painter().rect_filled(ui.max_rect(), 0, p.ground);
        frame::title::show(ui, view, &mut self.ui_state, out);
        frame::status::show(ui, view, out);
        if view.no_store() {
            self.first_run.show(ui, view, &self.ui_state, out);
        } else if view.knows_store() {
            frame::rail::show(ui, view, &self.panels, self.active, out);
            if self.ui_state.inspector {
                self.inspector.show(ui, view, out);
            }
            let mut hands =
                tiles::Hands { panels: &mut self.panels, view, active: &mut self.active, out, moved: false };
            let rect = ui.available_rect_before_wrap();
            let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(rect));
            self.board.ui(&mut hands, &mut inner);
        }
        if view.files_over {
            frame::drop::show(ui, view);
        }
        frame::key_sheet::show(ui.ctx(), view, &mut self.key_sheet);
        palette::show(ui.ctx(), view, &mut self.palette, &self.panels, out);
        self.show_dialog(ui.ctx(), view, out);
        self.toasts.show(ui.ctx(), view, out);
    }

    fn show_dialog(&mut self, ctx: &egui::Context, view: &View<'_>, out: &mut Outbox) {
        if let Some(dialogs::Dialog::Chooser(chooser)) = self.dialogs.last() {
            self.ui_state.folder = chooser.folder().display().to_string();
        }
        match dialogs::show(ctx, view, &mut self.dialogs, out) {
            dialogs::Came::Open | dialogs::Came::Done => {}
            dialogs::Came::Picked(purpose, paths) => self.take_picked(&purpose, &paths, view, out),
            dialogs::Came::Close => {
                self.closing = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
        }
    }

    /// What is to be remembered, if it changed since the last call. Cheap enough to be called when the pointer rests.
    pub fn changed_state(&mut self) -> Option<String> {
        self.ui_state.arrangement = tiles::describe(&self.board);
        self.active.clone_into(&mut self.ui_state.front);
        for panel in &self.panels {
            let kept = panel.remember();
            if kept.is_null() {
                self.ui_state.panels.remove(panel.id());
            } else {
                self.ui_state.panels.insert(panel.id().to_owned(), kept);
            }
        }
        let json = self.ui_state.to_json();
        (json != self.saved).then(|| {
            self.saved.clone_from(&json);
            json
        })
    }

    /// Hands what changed in the window's state to the desk to be kept.
    pub fn save_state(&mut self) {
        if let Some(json) = self.changed_state() {
            self.desk.command(Command::SaveUi(json));
        }
    }
}
