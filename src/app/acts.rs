//! What panels, keys and menus ask of the window itself.

use super::frame::{dialogs, palette};
use super::keys::UiCommand;
use super::view::{Act, Outbox, PickFor, View};
use super::{App, Picked, frame, panels, tiles, words};
use crate::model::CaseKey;
use crate::workbench::ask::{Command, Notice, Said};

impl App {
    pub(super) fn take_acts(&mut self, ctx: &egui::Context, view: &View<'_>, out: &mut Outbox) {
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
            Act::NewCase | Act::EditCase(_) => out.act(Act::Open("cases")),
            Act::Narrow { .. } => out.act(Act::Open("records")),
            // The records panel shows the beginning of a file while it is taken in.
            Act::Take(_) => out.act(Act::Open("records")),
            Act::Taken(..) | Act::RoleInPicked(..) => {}
            Act::Picked(records) => self.records_picked = records,
            Act::Case(case) => self.take_case(case, view),
            Act::Tell(notice) => self.tell(ctx, *notice),
            Act::ShowInspector => self.ui_state.inspector = true,
            Act::Confirm(confirm) => self.dialogs.push(dialogs::Dialog::Confirm(confirm)),
            Act::AskUnit => {
                let operator = view.store().map(|store| store.operator.clone()).unwrap_or_default();
                let operator =
                    if self.ui_state.operator.is_empty() { operator } else { self.ui_state.operator.clone() };
                self.dialogs.push(dialogs::Dialog::unit(&self.ui_state.unit, &operator));
            }
            Act::ReadAgain(key) => {
                let dialog = dialogs::read_again::ReadAgain::new(key, view);
                self.dialogs.push(dialogs::Dialog::ReadAgain(dialog));
            }
            Act::Transcribe(of) => {
                let form = dialogs::transcribe::Transcribe::new(of, view);
                self.dialogs.push(dialogs::Dialog::Transcribe(form));
            }
            Act::Columns(key) => {
                let columns = dialogs::columns::Columns::new(key, view);
                self.dialogs.extend(columns.map(dialogs::Dialog::Columns));
            }
            Act::Keys => self.dialogs.push(dialogs::Dialog::Keys(dialogs::Keys::default())),
            Act::OpenPath(path) => out.order(Command::OpenStore(path)),
            Act::Unit(unit) => unit.path().clone_into(&mut self.ui_state.unit),
            Act::Operator(name) => self.ui_state.operator = name,
            Act::Pick(purpose) => self.pick(ctx, purpose),
            Act::Copy(text) => {
                let said = Said::new(
                    format!("写しました: {}", words::middle(&text, 20)),
                    format!("copied: {}", words::middle(&text, 20)),
                );
                self.tell(ctx, Notice::Copied { text, said });
            }
            Act::Paste => self.dialogs.push(dialogs::Dialog::paste()),
            Act::Run(command) => self.run(ctx, command, view, out),
        }
    }

    fn take_case(&mut self, case: Option<CaseKey>, view: &View<'_>) {
        self.case = case;
        self.settled = true;
        if let Some(store) = view.store() {
            match case {
                Some(case) => drop(self.ui_state.cases.insert(store.id.clone(), case.0)),
                None => drop(self.ui_state.cases.remove(&store.id)),
            }
        }
    }

    fn run(&mut self, ctx: &egui::Context, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        match command {
            UiCommand::Palette => self.palette = Some(palette::Palette::default()),
            UiCommand::Keys => self.key_sheet = !self.key_sheet,
            UiCommand::KeyRing => out.act(Act::Keys),
            UiCommand::Undo | UiCommand::Redo => {
                let (back, active) = (command == UiCommand::Undo, self.active);
                let front = self.panels.iter_mut().find(|panel| panel.id() == active);
                if !front.is_some_and(|panel| panel.step(back, view)) {
                    out.order(if back { Command::Undo } else { Command::Redo });
                }
            }
            UiCommand::AddEvidence => self.pick(ctx, PickFor::Evidence),
            UiCommand::AddFolder => self.pick(ctx, PickFor::EvidenceFolder),
            UiCommand::PasteText => out.act(Act::Paste),
            UiCommand::Transcribe => out.act(Act::Transcribe(None)),
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
            | UiCommand::Wordings
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
        if command == UiCommand::Wordings || (command == UiCommand::Query && self.active != "indicators") {
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
    fn pick(&mut self, ctx: &egui::Context, purpose: PickFor) {
        if self.ui_state.choose_inside {
            return self.choose(purpose);
        }
        let (sender, ctx, lang) = (self.picked.0.clone(), ctx.clone(), self.lang());
        self.desk.aside(Box::new(move || {
            let picked = match frame::pick::ask(&purpose, lang) {
                Some(paths) => Picked::Paths(purpose, paths),
                None => Picked::NoDialog(purpose),
            };
            // A full channel means eight dialogs wait unanswered; then this one is as good as cancelled.
            drop(sender.try_send(picked));
            ctx.request_repaint();
        }));
    }
}
