//! Keys at hand and whose signatures this store trusts; makes new ones, and takes public keys of others in.

use super::Came;
use crate::app::style::{self, palette};
use crate::app::view::{Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::place;
use crate::app::widgets::unit::{self, UnitText};
use crate::workbench::ask::{Command, ExportChoices, KeySort, Secret};
use egui::{RichText, ScrollArea, TextEdit, Ui};
use std::path::PathBuf;

/// The dialog.
#[derive(Debug, Default)]
pub struct Keys {
    making: Option<Making>,
    trusting: Option<Trusting>,
}

/// A key being made.
#[derive(Debug)]
struct Making {
    sort: KeySort,
    file: String,
    name: String,
    passphrase: String,
    again: String,
}

/// A key being trusted.
#[derive(Debug, Default)]
struct Trusting {
    file: String,
    unit: UnitText,
    name: String,
    may: [bool; 4],
}

const RIGHTS: [(&str, &str, &str); 4] = [
    ("prepare", "起案", "prepare"),
    ("approve", "決裁", "approve"),
    ("receive", "受領", "receive"),
    ("decide", "決定", "decide"),
];

impl Keys {
    /// A file somebody chose.
    pub fn picked(&mut self, name: &str, path: &std::path::Path) {
        let text = path.display().to_string();
        match (name, &mut self.making, &mut self.trusting) {
            ("new key", Some(making), _) => making.file = text,
            ("trust key", _, Some(trusting)) => trusting.file = text,
            _ => {}
        }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> Came {
        bits::section(ui, view.t("鍵と信頼する署名者", "Keys and trusted signers"));
        let Some(choices) = view.export_choices() else {
            bits::waiting(ui, view, view.t("読み込み中", "Loading"));
            return if bits::button(ui, Weight::Bare, None, view.t("閉じる", "Close")).clicked() {
                Came::Done
            } else {
                Came::Open
            };
        };
        if let Some(making) = &mut self.making {
            if make(ui, view, making, out) {
                self.making = None;
            }
            return Came::Open;
        }
        if let Some(trusting) = &mut self.trusting {
            if trust(ui, view, choices, trusting, out) {
                self.trusting = None;
            }
            return Came::Open;
        }
        let height = ui.ctx().content_rect().height() * 0.6;
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            self.own(ui, view, choices);
            ui.add_space(style::M);
            self.others(ui, view, choices);
        });
        ui.add_space(style::M);
        if bits::button(ui, Weight::Plain, None, view.t("閉じる", "Close")).clicked() {
            Came::Done
        } else {
            Came::Open
        }
    }

    fn own(&mut self, ui: &mut Ui, view: &View<'_>, choices: &ExportChoices) {
        let t = |ja, en| view.t(ja, en);
        ui.label(RichText::new(t("手元の鍵", "Keys at hand")).color(palette(ui).text));
        let place = format!("{} {}", t("探す場所：", "Looked for in"), choices.folder.display());
        ui.label(bits::caption(ui, place));
        let sorts = [
            (t("署名鍵", "Signing key"), &choices.keys),
            (t("開封の鍵", "Identity"), &choices.identities),
            (t("仮名化の鍵", "Token key"), &choices.token_keys),
        ];
        for (sort, key) in sorts.iter().flat_map(|(sort, keys)| keys.iter().map(move |key| (sort, key))) {
            let locked = if key.locked { t("・合言葉あり", ", locked") } else { "" };
            let name = format!("{sort}　{}{locked}", key.name);
            bits::fact(ui, &name, &key.fingerprint, true, 300.0).on_hover_text(key.path.display().to_string());
        }
        if choices.keys.is_empty() && choices.identities.is_empty() && choices.token_keys.is_empty() {
            ui.label(bits::quiet(ui, t("まだありません。", "None yet.")));
        }
        ui.add_space(style::XS);
        ui.horizontal_wrapped(|ui| {
            for (sort, name, file) in [
                (KeySort::Signing, t("署名鍵を作る", "Make a signing key"), "sign"),
                (KeySort::Identity, t("開封の鍵を作る", "Make an identity"), "identity"),
                (KeySort::Token, t("仮名化の鍵を作る", "Make a token key"), "token"),
            ] {
                if bits::button(ui, Weight::Plain, Some(Icon::Plus), name).clicked() {
                    let path = free_name(choices, file);
                    let name = view.store().map(|store| store.operator.clone()).unwrap_or_default();
                    self.making = Some(Making {
                        sort,
                        file: path.display().to_string(),
                        name,
                        passphrase: String::new(),
                        again: String::new(),
                    });
                }
            }
        });
    }

    fn others(&mut self, ui: &mut Ui, view: &View<'_>, choices: &ExportChoices) {
        let t = |ja, en| view.t(ja, en);
        ui.label(RichText::new(t("信頼する署名者", "Trusted signers")).color(palette(ui).text));
        for key in &choices.trusted {
            let may: Vec<&str> = RIGHTS
                .iter()
                .filter(|(tag, ..)| key.may.iter().any(|held| held == tag))
                .map(|(_, ja, en)| view.lang.pick(ja, en))
                .collect();
            let name = format!("{}　{}（{}）", key.name, key.unit_name.get(view.lang), may.join("・"));
            bits::fact(ui, &name, &key.fingerprint, true, 300.0);
        }
        if choices.trusted.is_empty() {
            ui.label(bits::quiet(
                ui,
                t(
                    "まだいません。相手の署名用・封かん用の公開鍵（.pub）を対面などで受け取り、指紋を照合して登録します。",
                    "Nobody yet. Take others' public keys (.pub) in person, compare the fingerprint, and enter them.",
                ),
            ));
        }
        ui.add_space(style::XS);
        if bits::button(ui, Weight::Plain, Some(Icon::Plus), t("公開鍵を登録する", "Trust a public key")).clicked()
        {
            self.trusting = Some(Trusting { may: [true, true, false, false], ..Trusting::default() });
        }
    }
}

/// A file name in the folder for keys that no key at hand has.
fn free_name(choices: &ExportChoices, name: &str) -> PathBuf {
    let all = || choices.keys.iter().chain(&choices.identities).chain(&choices.token_keys);
    let names = std::iter::once(name.to_owned()).chain((2..1_000).map(|at| format!("{name}-{at}")));
    let paths = names.map(|name| choices.folder.join(name));
    paths.into_iter().find(|path| all().all(|key| key.path != *path)).unwrap_or_else(|| choices.folder.join(name))
}

/// Draws the form; tells whether it is done with.
fn make(ui: &mut Ui, view: &View<'_>, making: &mut Making, out: &mut Outbox) -> bool {
    let t = |ja, en| view.t(ja, en);
    let (title, about) = match making.sort {
        KeySort::Signing => (
            t("署名鍵を作る", "Make a signing key"),
            t(
                "起案・決裁・受領の署名に使います。秘密鍵は本人だけが持ち、公開鍵（.pub）を相手に渡します。",
                "Signs drafts, approvals and receipts. The private key stays with its owner; the public half (.pub) goes to others.",
            ),
        ),
        KeySort::Identity => (
            t("開封の鍵を作る", "Make an identity"),
            t(
                "この所属あてに封かんされた束を開く鍵です。公開鍵（.pub）を送り主に渡します。",
                "Opens what is sealed to this unit. The public half (.pub) goes to senders.",
            ),
        ),
        KeySort::Token => (
            t("仮名化の鍵を作る", "Make a token key"),
            t(
                "この鍵を持つ者は電話番号や口座を総当たりで割り出せます。分析担当とは別に保管してください。",
                "Whoever holds it can enumerate phones and accounts: keep it outside the analysing section.",
            ),
        ),
    };
    bits::section(ui, title);
    ui.label(bits::quiet(ui, about));
    ui.add_space(style::S);
    let pick = PickFor::Save("new key", "sign".to_owned());
    place::line(ui, view, t("ファイル", "File"), &mut making.file, &[], pick, out);
    let mut fits = place::path(&making.file).is_some();
    if making.sort == KeySort::Signing {
        ui.horizontal(|ui| {
            place::label(ui, t("階級と氏名", "Rank and name"));
            bits::entry(
                ui,
                TextEdit::singleline(&mut making.name),
                view.t("例：山田警部補", "e.g. Insp. Yamada"),
                240.0,
            )
            .accessible_name(t("鍵の持ち主", "Owner of the key"));
        });
        place::passphrase(ui, view, &mut making.passphrase);
        ui.horizontal(|ui| {
            place::label(ui, t("もう一度", "Once more"));
            bits::entry(ui, TextEdit::singleline(&mut making.again).password(true), "", 220.0)
                .accessible_name(t("合言葉をもう一度", "Passphrase once more"));
        });
        fits &= !making.name.trim().is_empty();
        if making.passphrase != making.again {
            place::remark(ui, t("二つの合言葉が違います", "The two passphrases differ"));
            fits = false;
        } else if making.passphrase.is_empty() {
            place::remark(
                ui,
                t("合言葉がないと、ファイルを得た者が署名できます", "Without one, whoever gets the file can sign"),
            );
        }
    }
    ui.add_space(style::M);
    let mut done = false;
    ui.horizontal(|ui| {
        let act = t("鍵を作る", "Make the key");
        if ui.add_enabled_ui(fits, |ui| bits::button(ui, Weight::Main, Some(Icon::Key), act)).inner.clicked()
            && let Some(path) = place::path(&making.file)
        {
            out.order(Command::MakeKey {
                sort: making.sort,
                path,
                name: making.name.trim().to_owned(),
                passphrase: Secret(std::mem::take(&mut making.passphrase)),
            });
            done = true;
        }
        done |= bits::button(ui, Weight::Bare, None, t("戻る", "Back")).clicked();
    });
    done
}

/// Public keys that lie beside the store: halves of keys made here, and keys to seal to.
fn public_halves(choices: &ExportChoices) -> Vec<place::Known> {
    let signing = choices.keys.iter().map(|key| {
        let mut path = key.path.clone().into_os_string();
        path.push(".pub");
        place::Known { name: key.name.clone(), detail: key.fingerprint.clone(), path: path.into() }
    });
    let sealing = choices.recipients.iter().map(|key| {
        let name = key.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        place::Known { name, detail: key.text.clone(), path: key.path.clone() }
    });
    signing.chain(sealing).collect()
}

fn trust(ui: &mut Ui, view: &View<'_>, choices: &ExportChoices, trusting: &mut Trusting, out: &mut Outbox) -> bool {
    let t = |ja, en| view.t(ja, en);
    bits::section(ui, t("公開鍵を登録する", "Trust a public key"));
    ui.label(bits::quiet(
        ui,
        t(
            "登録した鍵の署名だけが受け入れられます。指紋を本人と照合してから登録してください。",
            "Only signatures of keys entered here are accepted. Compare the fingerprint with its owner first.",
        ),
    ));
    ui.add_space(style::S);
    let at_hand = public_halves(choices);
    let name = t("公開鍵（.pub）", "Public key (.pub)");
    place::line(ui, view, name, &mut trusting.file, &at_hand, PickFor::File("trust key"), out);
    let sealed_to =
        place::path(&trusting.file).is_some_and(|path| choices.recipients.iter().any(|key| key.path == path));
    if sealed_to {
        // A key to seal to signs nothing.
        trusting.may = [false, false, true, false];
    }
    unit::fields(ui, view, &mut trusting.unit);
    bits::field(
        ui,
        t("階級と氏名", "Rank and name"),
        &mut trusting.name,
        view.t("例：山田警部補", "e.g. Insp. Yamada"),
        240.0,
    );
    ui.horizontal(|ui| {
        ui.label(bits::quiet(ui, t("できること", "May")));
        for ((_, ja, en), on) in RIGHTS.iter().zip(&mut trusting.may) {
            ui.add_enabled(!sealed_to, egui::Checkbox::new(on, view.lang.pick(ja, en)));
        }
    });
    ui.add_space(style::M);
    let may: Vec<String> =
        RIGHTS.iter().zip(trusting.may).filter(|(_, on)| *on).map(|((tag, ..), _)| (*tag).to_owned()).collect();
    let ready = place::path(&trusting.file).zip(trusting.unit.unit());
    let ready = ready.filter(|_| !may.is_empty() && !trusting.name.trim().is_empty());
    let mut done = false;
    ui.horizontal(|ui| {
        let act = t("登録する", "Trust it");
        if ui.add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, None, act)).inner.clicked()
            && let Some((path, unit)) = ready
        {
            out.order(Command::Trust { path, unit, name: trusting.name.trim().to_owned(), may });
            done = true;
        }
        done |= bits::button(ui, Weight::Bare, None, t("戻る", "Back")).clicked();
    });
    done
}
