//! The two questions that need a page of their own: pasted text, and whose store it is to be.

use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::model::Unit;
use crate::workbench::ask::Command;
use egui::{Context, Key, Modal, RichText, ScrollArea, Ui};
use std::path::{Path, PathBuf};

/// An open dialog.
#[derive(Debug)]
pub enum Dialog {
    /// Text to take in.
    Paste {
        /// A name for it.
        name: String,
        /// The text.
        text: String,
    },
    /// A store to make.
    NewStore {
        /// Where.
        path: PathBuf,
        /// Unit path as typed.
        unit: String,
    },
}

impl Dialog {
    /// The dialog for pasted text.
    pub fn paste() -> Self {
        Self::Paste { name: String::new(), text: String::new() }
    }

    /// The dialog for a new store.
    pub fn new_store(path: PathBuf) -> Self {
        Self::NewStore { path, unit: String::new() }
    }
}

/// Draws the open dialog.
pub fn show(ctx: &Context, view: &View<'_>, open: &mut Option<Dialog>, out: &mut Outbox) {
    let Some(dialog) = open else { return };
    let mut done = false;
    let modal = Modal::new(bits::id("dialog")).show(ctx, |ui| {
        ui.set_width(560.0);
        done = match dialog {
            Dialog::Paste { name, text } => paste(ui, view, name, text, out),
            Dialog::NewStore { path, unit } => new_store(ui, view, path, unit, out),
        };
    });
    // What was typed is not lost to a click beside the dialog.
    let typed = matches!(dialog, Dialog::Paste { text, .. } if !text.is_empty());
    let closed = if typed { ctx.input(|input| input.key_pressed(Key::Escape)) } else { modal.should_close() };
    if done || closed {
        *open = None;
    }
}

fn paste(ui: &mut Ui, view: &View<'_>, name: &mut String, text: &mut String, out: &mut Outbox) -> bool {
    bits::section(ui, view.t("文章を貼り付けて取り込む", "Take in pasted text"));
    ui.label(bits::quiet(
        ui,
        view.t(
            "届出のメモ、メール、トークの写しなど。貼り付けたとおりに保存し、識別情報を拾い出します。",
            "A note, a mail, a chat. It is kept exactly as pasted, and indicators are found in it.",
        ),
    ));
    ui.add_space(style::S);
    bits::field(ui, view.t("名称", "Name"), name, view.t("例：4月2日 来署相談のメモ", "e.g. note of 2 April"), 560.0);
    ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
        bits::area(ui, view.t("文章", "Text"), text, view.t("ここに貼り付け", "Paste here"), 552.0, 12);
    });
    ui.add_space(style::S);
    let mut done = false;
    ui.horizontal(|ui| {
        let fits = !text.trim().is_empty();
        let take_in = view.t("取り込む", "Take in");
        if ui.add_enabled_ui(fits, |ui| bits::button(ui, Weight::Main, None, take_in)).inner.clicked() {
            let usual = view.t("貼付け文章", "Pasted text");
            let name = if name.trim().is_empty() { usual } else { name.trim() }.to_owned();
            out.order(Command::AddText { case: view.case, name, text: std::mem::take(text) });
            out.act(Act::Open("evidence"));
            done = true;
        }
        done |= bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked();
    });
    done
}

fn new_store(ui: &mut Ui, view: &View<'_>, path: &Path, unit: &mut String, out: &mut Outbox) -> bool {
    bits::section(ui, view.t("事案簿を作る", "Make a case file"));
    ui.label(RichText::new(path.display().to_string()).font(style::mono()));
    ui.add_space(style::S);
    bits::field(ui, view.t("所属（コード）", "Unit (code)"), unit, "11/soumu", 240.0);
    ui.label(bits::quiet(
        ui,
        view.t(
            "都道府県コード（埼玉 11、大阪 27…）に、課・署を / で続けます。11 だけでも始められます。",
            "Prefecture code (Saitama 11, Osaka 27…), then section or station after /. 11 alone is enough.",
        ),
    ));
    let parsed = Unit::from_path(unit.trim());
    if parsed.is_none() && !unit.is_empty() {
        let text = view.t("00 から 47 の2桁で始めてください", "Begin with two digits, 00 to 47");
        ui.label(RichText::new(text).color(palette(ui).danger));
    }
    ui.add_space(style::S);
    let mut done = false;
    ui.horizontal(|ui| {
        let make = view.t("作って開く", "Make and open");
        let press = ui.add_enabled_ui(parsed.is_some(), |ui| bits::button(ui, Weight::Main, None, make)).inner;
        if press.clicked()
            && let Some(unit) = parsed
        {
            out.order(Command::NewStore { path: path.to_owned(), unit });
            done = true;
        }
        done |= bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked();
    });
    done
}
