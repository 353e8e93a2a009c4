//! The window: frame, panels, table, graph canvas. No SQL, no files, never blocks.
//!
//! [`App`] owns everything and draws once per frame. Panels get a [`view::View`] and hand back what they want done in a
//! [`view::Outbox`]; nothing else changes anything. Work happens at the [`Desk`], off this thread.
#![expect(clippy::cast_possible_truncation, reason = "what is cast here are pixels, bars and shares on the screen")]

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

use crate::model::{CaseKey, Lang};
use crate::workbench::ask::{Command, Desk, Question};
use frame::{dialogs, inspector, palette, toasts};
use keys::UiCommand;
use panels::Panel;
use state::UiState;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use view::{Act, Cache, Outbox, PickFor, Selection, View};

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
    inspector: inspector::Inspector,
    palette: Option<palette::Palette>,
    toasts: toasts::Toasts,
    dialog: Option<dialogs::Dialog>,
    key_sheet: bool,
    picked: (SyncSender<Picked>, Receiver<Picked>),
}

type Picked = (PickFor, Vec<PathBuf>);

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
        Self {
            desk,
            cache: Cache::default(),
            wants: RefCell::default(),
            again: RefCell::default(),
            saved: ui_state.to_json(),
            board: tiles::build(&arrangement, &panels::ids()),
            ui_state,
            panels,
            active: "cases",
            case: None,
            selection: Selection::Nothing,
            inspector: inspector::Inspector::default(),
            palette: None,
            toasts: toasts::Toasts::default(),
            dialog: None,
            key_sheet: false,
            picked: sync_channel(8),
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
        for answer in self.desk.poll() {
            if let Some(notice) = self.cache.take(answer) {
                self.toasts.push(notice, self.desk.now());
            }
        }
        let jobs = self.desk.jobs();
        if !jobs.is_empty() {
            ui.ctx().request_repaint_after_secs(0.2);
        }
        let mut out = Outbox::default();
        let selection = self.selection.clone();
        let tags = self.ui_state.tags.clone();
        let (wants, again) = (std::mem::take(&mut self.wants), std::mem::take(&mut self.again));
        let cache = std::mem::take(&mut self.cache);
        {
            let (lang, row) = (self.lang(), self.ui_state.density().row());
            let now = self.desk.now();
            let mut view = View::new(lang, self.case, &selection, now, row, &tags, &jobs, &cache, &wants, &again);
            view.files_over = ui.input(|input| !input.raw.hovered_files.is_empty());
            self.bring_in(ui, &view, &mut out);
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

    /// What came from outside the frame: keys, dropped files, picked files.
    fn bring_in(&mut self, ui: &egui::Ui, view: &View<'_>, out: &mut Outbox) {
        for command in keys::pressed(ui.ctx()) {
            out.act(Act::Run(command));
        }
        let dropped: Vec<PathBuf> =
            ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if !dropped.is_empty() {
            out.act(Act::Take(dropped));
        }
        while let Ok((purpose, paths)) = self.picked.1.try_recv() {
            self.take_picked(&purpose, &paths, view, out);
        }
    }

    fn take_picked(&mut self, purpose: &PickFor, paths: &[PathBuf], view: &View<'_>, out: &mut Outbox) {
        let Some(first) = paths.first() else { return };
        match purpose {
            PickFor::Evidence | PickFor::EvidenceFolder => out.act(Act::Take(paths.to_vec())),
            PickFor::OpenStore => out.order(Command::OpenStore(first.clone())),
            PickFor::NewStore => self.dialog = Some(dialogs::Dialog::new_store(first.clone())),
            PickFor::Save(..) | PickFor::File(_) => {
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
            frame::first_run::show(ui, view, out);
        } else {
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
        dialogs::show(ui.ctx(), view, &mut self.dialog, out);
        self.toasts.show(ui.ctx(), view, out);
    }

    fn take_acts(&mut self, ctx: &egui::Context, view: &View<'_>, out: &mut Outbox) {
        // An act may lead to others; a bound keeps a circle of two panels from hanging the window.
        for _ in 0..8 {
            let acts = std::mem::take(&mut out.acts);
            if acts.is_empty() {
                return;
            }
            ctx.request_repaint();
            for act in acts {
                for panel in &mut self.panels {
                    panel.act(&act, view, out);
                }
                self.take_act(ctx, act, view, out);
            }
        }
    }

    fn take_act(&mut self, ctx: &egui::Context, act: Act, view: &View<'_>, out: &mut Outbox) {
        match act {
            Act::Open(panel) => {
                self.open(panel);
            }
            Act::Select(selection) => self.selection = selection,
            Act::ShowRecords(_) => out.act(Act::Open("records")),
            Act::ShowIndicator(..) => out.act(Act::Open("indicators")),
            Act::ShowInGraph(..) => out.act(Act::Open("graph")),
            Act::NewCase => out.act(Act::Open("cases")),
            Act::Take(_) => out.act(Act::Open("evidence")),
            Act::Case(case) => self.case = case,
            Act::Pick(purpose) => self.pick(ctx, purpose),
            Act::Copy(text) => ctx.copy_text(text),
            Act::Paste => self.dialog = Some(dialogs::Dialog::paste()),
            Act::Run(command) => self.run(ctx, command, view, out),
        }
    }

    fn run(&mut self, ctx: &egui::Context, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        match command {
            UiCommand::Palette => self.palette = Some(palette::Palette::default()),
            UiCommand::Keys => self.key_sheet = !self.key_sheet,
            UiCommand::Undo => out.order(Command::Undo),
            UiCommand::Redo => out.order(Command::Redo),
            UiCommand::AddEvidence => self.pick(ctx, PickFor::Evidence),
            UiCommand::AddFolder => self.pick(ctx, PickFor::EvidenceFolder),
            UiCommand::PasteText => out.act(Act::Paste),
            UiCommand::NewCase => out.act(Act::NewCase),
            UiCommand::OpenStore => self.pick(ctx, PickFor::OpenStore),
            UiCommand::NewStore => self.pick(ctx, PickFor::NewStore),
            UiCommand::Training => out.order(Command::StartTraining),
            UiCommand::VerifyEvidence => out.order(Command::VerifyEvidence(None)),
            UiCommand::VerifyAudit => out.order(Command::VerifyAudit),
            UiCommand::Language => self.lang().pick("en", "ja").clone_into(&mut self.ui_state.lang),
            UiCommand::Theme => {
                let dark = ctx.theme() == egui::Theme::Light;
                self.ui_state.dark = Some(dark);
                ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
            }
            UiCommand::Density => self.ui_state.density = (self.ui_state.density + 1) % 3,
            UiCommand::ZoomIn => self.zoom(ctx, 1.1),
            UiCommand::ZoomOut => self.zoom(ctx, 1.0 / 1.1),
            UiCommand::Inspector => self.ui_state.inspector = !self.ui_state.inspector,
            UiCommand::ArrangeReading => self.arrange(tiles::Ready::Reading),
            UiCommand::ArrangeLinking => self.arrange(tiles::Ready::Linking),
            UiCommand::ArrangeHandingUp => self.arrange(tiles::Ready::HandingUp),
            UiCommand::Query
            | UiCommand::FilterRow
            | UiCommand::GoTo
            | UiCommand::Back
            | UiCommand::Forth
            | UiCommand::Tag(_)
            | UiCommand::TagAll(_)
            | UiCommand::RowIndicators
            | UiCommand::InGraph => self.give(command, view, out),
        }
    }

    /// Gives a command to the panel in front; the query is always the records panel's.
    fn give(&mut self, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        if command == UiCommand::Query && self.active != "indicators" {
            self.open("records");
        }
        let active = self.active;
        if let Some(panel) = self.panels.iter_mut().find(|panel| panel.id() == active) {
            panel.command(command, view, out);
        }
    }

    fn arrange(&mut self, which: tiles::Ready) {
        self.board = tiles::build(&tiles::ready(which), &panels::ids());
        self.active = match which {
            tiles::Ready::Reading => "records",
            tiles::Ready::Linking => "graph",
            tiles::Ready::HandingUp => "export",
        };
        let active = self.active;
        self.open(active);
    }

    fn zoom(&mut self, ctx: &egui::Context, by: f32) {
        self.ui_state.scale = (self.ui_state.scale * by).clamp(0.5, 3.0);
        ctx.set_zoom_factor(self.ui_state.scale);
    }

    /// Opens a file dialog off this thread; the paths come back through the channel.
    fn pick(&self, ctx: &egui::Context, purpose: PickFor) {
        let (sender, ctx, lang) = (self.picked.0.clone(), ctx.clone(), self.lang());
        self.desk.aside(Box::new(move || {
            let paths = frame::pick::ask(&purpose, lang);
            // A full channel means eight dialogs wait unanswered; then this one is as good as cancelled.
            let _ = sender.try_send((purpose, paths));
            ctx.request_repaint();
        }));
    }

    /// What is to be remembered, if it changed since the last call. Cheap enough to be called when the pointer rests.
    pub fn changed_state(&mut self) -> Option<String> {
        self.ui_state.arrangement = tiles::describe(&self.board);
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
