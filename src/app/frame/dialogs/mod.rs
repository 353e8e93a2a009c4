//! The questions that need a page of their own. One at a time; what was typed is not lost to a click beside it.

mod checked;
mod chooser;
pub mod columns;
mod confirm;
mod keys;
mod paste;
pub mod read_again;
mod store;
pub mod transcribe;

pub use chooser::Chooser;
pub use confirm::{Confirm, Then};
pub use keys::Keys;

use crate::app::view::{Outbox, PickFor, View};
use crate::app::widgets::bits;
use crate::app::widgets::unit::UnitText;
use crate::workbench::ask::{CheckLine, Said};
use egui::{Context, Key};
use std::path::PathBuf;

/// An open dialog.
#[derive(Debug)]
pub enum Dialog {
    /// Text to take in.
    Paste(paste::Paste),
    /// A store to make.
    NewStore {
        /// Where.
        path: PathBuf,
        /// Whose.
        unit: UnitText,
    },
    /// Whose store the open one is.
    Unit {
        /// Whose.
        unit: UnitText,
        /// Who works here.
        operator: String,
    },
    /// A step that asks to be confirmed.
    Confirm(Box<Confirm>),
    /// A file or folder to choose, where the desktop has no dialog for it.
    Chooser(Chooser),
    /// Keys and whom this store trusts.
    Keys(Keys),
    /// An evidence to be read in another way.
    ReadAgain(read_again::ReadAgain),
    /// What a person types off an exhibit.
    Transcribe(transcribe::Transcribe),
    /// What the columns of a table stand for.
    Columns(columns::Columns),
    /// What the checks of a bundle said.
    Checked {
        /// Which.
        title: Said,
        /// Every check.
        lines: Vec<CheckLine>,
    },
}

/// What came of a dialog in this frame.
pub enum Came {
    /// Nothing yet.
    Open,
    /// It is done with.
    Done,
    /// Paths were chosen.
    Picked(PickFor, Vec<PathBuf>),
    /// The window is to close.
    Close,
}

impl Dialog {
    /// The dialog for pasted text.
    pub fn paste() -> Self {
        Self::Paste(paste::Paste::default())
    }

    /// The dialog for a new store.
    pub fn new_store(path: PathBuf, unit: &str) -> Self {
        Self::NewStore { path, unit: UnitText::of(unit) }
    }

    /// The dialog that asks whose the open store is.
    pub fn unit(unit: &str, operator: &str) -> Self {
        Self::Unit { unit: UnitText::of(unit), operator: operator.to_owned() }
    }

    /// Something was typed that a stray click must not throw away.
    fn holds_text(&self) -> bool {
        match self {
            Self::Paste(paste) => !paste.text.is_empty(),
            Self::Transcribe(form) => !form.text.is_empty(),
            Self::Keys(_)
            | Self::Chooser(_)
            | Self::Columns(_)
            | Self::Unit { .. }
            | Self::NewStore { .. }
            | Self::ReadAgain(_) => true,
            Self::Confirm(_) | Self::Checked { .. } => false,
        }
    }

    const fn width(&self) -> f32 {
        match self {
            Self::Chooser(_) | Self::Keys(_) => 680.0,
            Self::Confirm(_) => 440.0,
            _ => 560.0,
        }
    }
}

/// Draws the dialog opened last.
pub fn show(ctx: &Context, view: &View<'_>, open: &mut Vec<Dialog>, out: &mut Outbox) -> Came {
    let Some(dialog) = open.last_mut() else { return Came::Open };
    let mut came = Came::Open;
    let modal = bits::modal(ctx, "dialog").show(ctx, |ui| {
        ui.set_width(dialog.width().min(ctx.content_rect().width() - 80.0));
        came = match dialog {
            Dialog::Paste(paste) => paste.show(ui, view, out),
            Dialog::NewStore { path, unit } => store::new(ui, view, path, unit, out),
            Dialog::Unit { unit, operator } => store::whose(ui, view, unit, operator, out),
            Dialog::Confirm(confirm) => confirm.show(ui, out),
            Dialog::Chooser(chooser) => chooser.show(ui, view),
            Dialog::Keys(keys) => keys.show(ui, view, out),
            Dialog::ReadAgain(again) => again.show(ui, view, out),
            Dialog::Transcribe(form) => form.show(ui, view, out),
            Dialog::Columns(columns) => columns.show(ui, view, out),
            Dialog::Checked { title, lines } => checked::show(ui, view, title, lines, out),
        };
    });
    let closed = if dialog.holds_text() {
        modal.is_top_modal && ctx.input(|input| input.key_pressed(Key::Escape))
    } else {
        modal.should_close()
    };
    if closed || !matches!(came, Came::Open) {
        open.pop();
    }
    came
}
