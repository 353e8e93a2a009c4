//! The panels, one file each, and the one list of them. A panel sees a [`View`] and writes into an [`Outbox`].

pub mod audit;
pub mod cases;
pub mod evidence;
pub mod export;
pub mod graph;
pub mod indicators;
pub mod received;
pub mod records;

use super::frame::dialogs::{Confirm, Then};
use super::keys::UiCommand;
use super::view::{Act, Outbox, PickFor, View};
use super::widgets::icon::Icon;
use super::words;
use crate::model::{Lang, Text};
use crate::workbench::ask::{Command, Notice, Said};
use egui::Ui;
use std::path::PathBuf;

/// One panel of the window.
pub trait Panel {
    /// Names it in arrangements and on the command line.
    fn id(&self) -> &'static str;

    /// What a person reads.
    fn title(&self) -> Text;

    /// What it is called in the open store: the same in rail, tab, head and palette.
    fn title_in(&self, view: &View<'_>) -> Text {
        let _ = view;
        self.title()
    }

    /// Its sign in the rail.
    fn icon(&self) -> Icon;

    /// Draws it.
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox);

    /// Something the window was asked for that a panel may take up.
    fn act(&mut self, act: &Act, view: &View<'_>, out: &mut Outbox) {
        let _ = (act, view, out);
    }

    /// A command from keys or palette, given to the panel in front.
    fn command(&mut self, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        let _ = (command, view, out);
    }

    /// Takes back the last change of its own, or makes it again; `false` if there is none, or an edit of the store comes first.
    fn step(&mut self, back: bool, view: &View<'_>) -> bool {
        let _ = (back, view);
        false
    }

    /// Files a person picked for this panel.
    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], view: &View<'_>, out: &mut Outbox) {
        let _ = (purpose, paths, view, out);
    }

    /// How many things here need action.
    fn badge(&self, view: &View<'_>) -> u64 {
        let _ = view;
        0
    }

    /// What it wants to find again tomorrow.
    fn remember(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    /// Takes back what it remembered; ignores what it cannot read.
    fn recall(&mut self, kept: &serde_json::Value) {
        let _ = kept;
    }
}

/// Makes a panel.
pub type Make = fn() -> Box<dyn Panel>;

/// Every panel, in the order of the rail.
pub const PANELS: &[Make] = &[
    || Box::<cases::Cases>::default(),
    || Box::<evidence::EvidencePanel>::default(),
    || Box::<records::Records>::default(),
    || Box::<indicators::Indicators>::default(),
    || Box::<graph::Graph>::default(),
    || Box::<export::Export>::default(),
    || Box::<received::Received>::default(),
    || Box::<audit::Audit>::default(),
];

/// The ids of all panels, in the order of the rail.
pub fn ids() -> Vec<&'static str> {
    PANELS.iter().map(|make| make().id()).collect()
}

/// Told where a range is too long to be picked whole.
fn cut_notice() -> Act {
    Act::Tell(Box::new(Notice::Caution(Said::new(
        "範囲選択は10万行までです。表示中のすべてには「Shift+数字」や書出しを使ってください",
        "a range picks at most 100,000 rows; for all rows shown use Shift+number or save them",
    ))))
}

/// What is asked before every row of a view gets a label.
fn tag_all(lang: Lang, name: &str, rows: u64, order: Command) -> Confirm {
    let rows = words::count(rows);
    Confirm {
        title: match lang {
            Lang::Ja => format!("表示中の{rows}件すべてに付箋「{name}」を付けます"),
            Lang::En => format!("Tag all {rows} records shown as “{name}”"),
        },
        about: lang.pick("元に戻す（Ctrl+Z）で外せます。", "Undo (Ctrl+Z) takes it off again.").to_owned(),
        act: lang.pick("付箋を付ける", "Tag them").to_owned(),
        stay: lang.pick("やめる", "Cancel").to_owned(),
        danger: false,
        then: Then::Order(order),
    }
}

/// Column widths as a panel remembered them.
fn widths(kept: &serde_json::Value) -> std::collections::BTreeMap<String, f32> {
    kept.get("widths").and_then(|widths| serde_json::from_value(widths.clone()).ok()).unwrap_or_default()
}
