//! The two forms of the receiving side: taking a bundle in, and drafting the answer.

use crate::app::panels::export::{known, recipients};
use crate::app::style;
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::place;
use crate::app::words;
use crate::model::Unit;
use crate::workbench::ask::{Command, ExportChoices, Secret, unit_name};
use egui::{Key, RichText, Ui};
use std::path::PathBuf;

/// A bundle being taken in.
#[derive(Default)]
pub(super) struct Taking {
    bundle: String,
    identity: String,
    key: String,
    passphrase: String,
    accept: bool,
}

/// An answer being drafted.
pub(super) struct Answering {
    receiver: Unit,
    key: String,
    passphrase: String,
    to: String,
    out: String,
}

impl Taking {
    pub(super) fn picked(&mut self, name: &str, text: &str) {
        match name {
            "receive bundle" => text.clone_into(&mut self.bundle),
            "receive identity" => text.clone_into(&mut self.identity),
            "receive key" => text.clone_into(&mut self.key),
            _ => {}
        }
    }
}

impl Answering {
    /// An answer to a unit; it goes beside the store unless somebody says otherwise.
    pub(super) fn to(receiver: Unit, view: &View<'_>) -> Self {
        let folder = view.store().and_then(|store| PathBuf::from(&store.path).parent().map(PathBuf::from));
        let stamp: String = words::time(view.now).chars().filter(char::is_ascii_digit).collect();
        let name = format!("answer-{}-{stamp}.itd", receiver.path().replace('/', "-"));
        let out = folder.unwrap_or_default().join(name).display().to_string();
        Self { receiver, key: String::new(), passphrase: String::new(), to: String::new(), out }
    }

    pub(super) fn picked(&mut self, name: &str, text: &str) {
        match name {
            "answer key" => text.clone_into(&mut self.key),
            "answer to" => text.clone_into(&mut self.to),
            "answer out" => text.clone_into(&mut self.out),
            _ => {}
        }
    }
}

/// Whether a key asks for its passphrase; one that is not at hand may.
fn asks(choices: &ExportChoices, text: &str) -> bool {
    place::path(text).is_some_and(|path| choices.keys.iter().find(|key| key.path == path).is_none_or(|key| key.locked))
}

/// Draws a form; tells whether it was closed with Escape.
fn form(ui: &Ui, name: &str, contents: impl FnOnce(&mut Ui)) -> bool {
    let modal = bits::modal(ui.ctx(), name).show(ui.ctx(), |ui| {
        ui.set_width(660.0_f32.min(ui.ctx().content_rect().width() - 80.0));
        contents(ui);
    });
    // A click beside it must not throw away what was typed.
    modal.is_top_modal && ui.input(|input| input.key_pressed(Key::Escape)) && !egui::Popup::is_any_open(ui.ctx())
}

pub(super) fn take(ui: &Ui, view: &View<'_>, open: &mut Option<Taking>, out: &mut Outbox) {
    let Some(taking) = open else { return };
    let Some(choices) = view.export_choices() else { return };
    let mut done = false;
    let t = |ja, en| view.t(ja, en);
    let closed = form(ui, "receive", |ui| {
        bits::section(ui, t("束を受領", "Receive a bundle"));
        if choices.trusted.is_empty() {
            let p = style::palette(ui);
            let why = t(
                "⚠ 信頼する署名者がまだいません。送り主の公開鍵を登録するまで、どの束も受け入れられません。",
                "⚠ Nobody is trusted yet: no bundle is accepted before its signers' keys are entered.",
            );
            ui.add(egui::Label::new(RichText::new(why).color(p.caution)).wrap());
            if bits::button(ui, Weight::Plain, Some(Icon::Key), t("公開鍵を登録…", "Trust a public key…")).clicked()
            {
                out.act(Act::Keys);
            }
            ui.add_space(style::S);
        }
        let name = t("束（.itb.age）", "Bundle (.itb.age)");
        place::line(ui, view, name, &mut taking.bundle, &[], PickFor::File("receive bundle"), out);
        let identities = known(&choices.identities);
        let name = t("開封の鍵", "Identity that opens it");
        place::line(ui, view, name, &mut taking.identity, &identities, PickFor::File("receive identity"), out);
        let name = t("受領書の署名鍵（任意）", "Receipt key (optional)");
        place::line(ui, view, name, &mut taking.key, &known(&choices.keys), PickFor::File("receive key"), out);
        if asks(choices, &taking.key) {
            place::passphrase(ui, view, &mut taking.passphrase);
        }
        let accept = t(
            "前の束が届いていない、または受領期限を過ぎた束でも、自分の責任で受け入れる",
            "On my word, take it in although bundles before it are missing or its time is past",
        );
        ui.checkbox(&mut taking.accept, accept);
        ui.add_space(style::S);
        ui.horizontal(|ui| {
            let path = place::path(&taking.bundle);
            let both = path.clone().zip(place::path(&taking.identity));
            let receive = t("受領する", "Receive");
            if ui.add_enabled_ui(both.is_some(), |ui| bits::button(ui, Weight::Main, None, receive)).inner.clicked()
                && let Some((path, identity)) = both
            {
                let receipt = place::path(&taking.key).map(|key| {
                    let place = path.with_extension("receipt.json");
                    (key, Secret(std::mem::take(&mut taking.passphrase)), place)
                });
                out.order(Command::Receive { path, identity, receipt, accept: taking.accept });
                done = true;
            }
            let check = t("真正性だけを確認", "Only check it");
            if ui.add_enabled_ui(path.is_some(), |ui| bits::button(ui, Weight::Plain, None, check)).inner.clicked()
                && let Some(path) = path
            {
                out.order(Command::VerifyBundle { path, identity: place::path(&taking.identity) });
            }
            done |= bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked();
        });
    });
    if done || closed {
        *open = None;
    }
}

pub(super) fn answer(ui: &Ui, view: &View<'_>, open: &mut Option<Answering>, out: &mut Outbox) {
    let Some(answering) = open else { return };
    let Some(choices) = view.export_choices() else { return };
    let mut done = false;
    let t = |ja, en| view.t(ja, en);
    let closed = form(ui, "answer", |ui| {
        bits::section(ui, t("分析結果の還元を起案", "Draft the answer"));
        let about = t(
            "関連した事案ごとに、相手方の所属・連絡先・根拠の種類だけを伝えます。他の所属の値は含みません。",
            "For each tied case it tells the other unit, whom to call, and kinds of reasons: no value of another unit.",
        );
        ui.add(egui::Label::new(bits::quiet(ui, about)).wrap());
        ui.add_space(style::S);
        ui.horizontal(|ui| {
            place::label(ui, t("還元先", "Receiver"));
            ui.label(unit_name(answering.receiver.path()).get(view.lang));
        });
        let name = t("起案者の署名鍵", "Preparer's key");
        place::line(ui, view, name, &mut answering.key, &known(&choices.keys), PickFor::File("answer key"), out);
        if asks(choices, &answering.key) {
            place::passphrase(ui, view, &mut answering.passphrase);
        }
        let keys = recipients(&choices.recipients);
        let name = t("受け手の公開鍵", "Receiver's public key");
        place::line(ui, view, name, &mut answering.to, &keys, PickFor::File("answer to"), out);
        let pick = PickFor::Save("answer out", "answer.itd".to_owned());
        place::line(ui, view, t("置き場所", "Where to"), &mut answering.out, &[], pick, out);
        ui.add_space(style::S);
        ui.horizontal(|ui| {
            let ready = place::path(&answering.key).zip(place::path(&answering.out));
            let act = t("起案署名", "Sign the draft");
            if ui
                .add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, Some(Icon::Key), act))
                .inner
                .clicked()
                && let Some((key, path)) = ready
            {
                let passphrase = Secret(std::mem::take(&mut answering.passphrase));
                let to = Some(answering.to.trim().to_owned()).filter(|to| !to.is_empty()).into_iter().collect();
                let receiver = answering.receiver.clone();
                out.order(Command::AnswerSender { receiver, key, passphrase, to, out: path });
                done = true;
            }
            done |= bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked();
        });
    });
    if done || closed {
        *open = None;
    }
}
