//! Draft, approval, seal, check: the steps that write and sign.

use super::Export;
use super::plan::known;
use crate::app::frame::dialogs::{Confirm, Then};
use crate::app::panels::audit::{check_lines, head};
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::place;
use crate::app::words;
use crate::model::{Instant, Lang};
use crate::workbench::ask::{Command, DraftRow, ExportChoices, Residual, Sealing, Secret, Step};
use egui::{Label, RichText, Ui};
use std::path::PathBuf;

/// Nanoseconds without work after which a draft that is not there has failed.
const GIVE_UP: i64 = 2_000_000_000;

/// What is asked before a draft is discarded.
fn discard(lang: Lang, row: &DraftRow) -> Confirm {
    let receiver = row.receiver.get(lang);
    Confirm {
        title: match lang {
            Lang::Ja => format!("{receiver}への起案を破棄します"),
            Lang::En => format!("Discard the draft to {receiver}"),
        },
        about: lang
            .pick(
                "起案のファイルを消し、通し番号を次の起案に回します。元に戻せません。写しを渡してあれば、封かんさせないでください：同じ番号の束が二つあると、受け手は受け取りません。",
                "Its file is removed and its number goes to the next draft. This cannot be undone. If a copy was handed on, see that it is not sealed: a receiver refuses two bundles of one number.",
            )
            .to_owned(),
        act: lang.pick("破棄する", "Discard").to_owned(),
        stay: lang.pick("やめる", "Cancel").to_owned(),
        danger: true,
        then: Then::Order(Command::DiscardDraft(row.bundle.clone())),
    }
}

impl Export {
    /// A file's line, with what is at hand for it.
    fn file(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        label: &str,
        known: &[place::Known],
        pick: PickFor,
        out: &mut Outbox,
    ) {
        let (PickFor::File(name) | PickFor::Save(name, _)) = pick else { return };
        place::line(ui, view, label, self.files.entry(name).or_default(), known, pick, out);
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        place::path(self.files.get(name)?)
    }

    /// Whether a key asks for its passphrase; one that is not at hand may.
    fn asks(&self, choices: &ExportChoices, name: &str) -> bool {
        let Some(path) = self.path(name) else { return false };
        choices.keys.iter().find(|key| key.path == path).is_none_or(|key| key.locked)
    }

    /// Signs the draft.
    pub(super) fn draft(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let (Some(plan), Some(choices)) = (self.plan(view), view.export_choices()) else { return };
        ui.label(RichText::new(t("起案署名", "Sign the draft")).font(style::section()));
        let about = t(
            "ここまでの内容を確定し、漏えい点検をかけ、起案者の鍵で署名します。決裁は別の者が別の鍵で行います。",
            "Fixes the content, runs the check before release, and signs with the preparer's key. Another person approves with another key.",
        );
        ui.add(Label::new(bits::quiet(ui, about)).wrap());
        ui.add_space(style::S);
        self.texts(ui, view, &plan);
        self.file(
            ui,
            view,
            t("起案者の署名鍵", "Preparer's key"),
            &known(&choices.keys),
            PickFor::File("draft key"),
            out,
        );
        if self.asks(choices, "draft key") {
            place::passphrase(ui, view, &mut self.passphrase);
        }
        let tokens = known(&choices.token_keys);
        if let [only] = &tokens[..] {
            // With one key there is nothing to choose.
            self.files.entry("token key").or_insert_with(|| only.path.display().to_string());
        }
        self.file(ui, view, t("仮名化の鍵", "Token key"), &tokens, PickFor::File("token key"), out);
        place::remark(
            ui,
            t(
                "仮名化の鍵を持つ者は電話番号や口座を総当たりで割り出せます。分析担当とは別に保管してください。",
                "Whoever holds the token key can enumerate phones and accounts: keep it outside the analysing section.",
            ),
        );
        let usual = usual_place(view, choices);
        let place = self.files.entry("draft out").or_insert(usual);
        place::line(
            ui,
            view,
            t("置き場所", "Where to"),
            place,
            &[],
            PickFor::Save("draft out", "report.itd".to_owned()),
            out,
        );
        no_keys(ui, view, choices, out);
        ui.add_space(style::L);
        ui.horizontal(|ui| {
            let ready = self.path("draft key").zip(self.path("token key")).zip(self.path("draft out"));
            let press = ui.add_enabled_ui(ready.is_some(), |ui| {
                bits::button(ui, Weight::Main, Some(Icon::Key), t("起案署名", "Sign the draft"))
            });
            if press.inner.clicked()
                && let Some(((key, token_key), path)) = ready
            {
                let passphrase = Secret(std::mem::take(&mut self.passphrase));
                let texts = self.texts.iter().map(|(field, text)| (field.clone(), text.clone())).collect();
                let to = Some(self.to.trim().to_owned()).filter(|to| !to.is_empty()).into_iter().collect();
                let plan = crate::workbench::ask::ExportPlan { to, ..plan };
                out.order(Command::Draft { plan, key, passphrase, token_key, texts, out: path.clone() });
                self.making = Some((path, view.now));
                self.files.remove("draft out");
                self.at = 4;
            }
            if bits::button(ui, Weight::Bare, None, t("戻る", "Back")).clicked() {
                self.at = 2;
            }
        });
    }

    fn texts(&mut self, ui: &mut Ui, view: &View<'_>, plan: &crate::workbench::ask::ExportPlan) {
        let Some(review) = view.review(plan) else { return };
        for text in &review.texts {
            let edited = self.texts.entry(text.field.clone()).or_insert_with(|| text.after.clone());
            let width = ui.available_width();
            let said = view.t("この文章のまま提供されます", "leaves exactly as written");
            bits::area(ui, &format!("{}（{said}）", text.label.get(view.lang)), edited, "", width, 3);
            let before = view.t("事案簿の文章：", "In the case file: ");
            ui.label(bits::caption(ui, format!("{before} {}", text.before)));
            ui.add_space(style::S);
        }
    }

    /// Approves and seals.
    pub(super) fn approve(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        if self.making.is_some() {
            bits::waiting(ui, view, t("起案しています", "Drafting"));
            return;
        }
        let Some(row) = self.choose(ui, view, |step| step < Step::Sealed) else {
            let none = t(
                "決裁・封かんを待つ起案はありません。「1 提供先」から始め、「4 起案」で署名すると、ここに出ます。",
                "No draft waits for approval or seal. Begin with 1 Receiver; what is signed in 4 Draft shows up here.",
            );
            ui.add(Label::new(bits::quiet(ui, none)).wrap());
            return;
        };
        let Some(choices) = view.export_choices() else { return };
        facts(ui, view, row, out);
        if bits::button(ui, Weight::Bare, None, t("起案を破棄…", "Discard the draft…")).clicked() {
            out.act(Act::Confirm(Box::new(discard(view.lang, row))));
        }
        if let Some(why) = &row.trouble {
            ui.add_space(style::S);
            let text = format!("⚠ {}", why.get(view.lang));
            ui.add(Label::new(RichText::new(text).color(palette(ui).danger)).wrap().selectable(true));
            return;
        }
        ui.add_space(style::S);
        let approved = row.step == Step::Approved;
        if !approved {
            self.risks(ui, view, row);
            ui.add_space(style::S);
            let keys = known(&choices.keys);
            self.file(ui, view, t("決裁者の署名鍵", "Approver's key"), &keys, PickFor::File("approve key"), out);
            if self.asks(choices, "approve key") {
                place::passphrase(ui, view, &mut self.passphrase);
            }
        }
        if row.to.is_empty() {
            let keys = super::plan::recipients(&choices.recipients);
            let name = t("受け手の公開鍵", "Receiver's public key");
            place::line(ui, view, name, &mut self.to, &keys, PickFor::File("seal to"), out);
        }
        let usual = row.path.with_extension("itb.age").display().to_string();
        let name = format!("seal {}", row.bundle);
        if self.files.get("seal of") != Some(&name) {
            self.files.insert("seal of", name);
            self.files.insert("seal out", usual);
        }
        let pick = PickFor::Save("seal out", "report.itb.age".to_owned());
        self.file(ui, view, t("封かんした束の置き場所", "Where the bundle goes"), &[], pick, out);
        ui.add_space(style::L);
        self.last_step(ui, view, row, approved, out);
    }

    fn risks(&mut self, ui: &mut Ui, view: &View<'_>, row: &DraftRow) {
        let t = |ja, en| view.t(ja, en);
        ui.label(
            RichText::new(t("漏えい点検で残った事項", "Left open by the check before release")).font(style::section()),
        );
        if row.residual.is_empty() {
            ui.label(bits::quiet(ui, t("ありません。", "Nothing.")));
            return;
        }
        for risk in &row.residual {
            self.risk(ui, view, risk);
        }
        let width = ui.available_width();
        bits::field(
            ui,
            t("許容する理由", "Why they are accepted"),
            &mut self.reason,
            t("例：検査端末の内線番号で、事案と無関係", "e.g. an extension number of our own"),
            width,
        );
    }

    fn last_step(&mut self, ui: &mut Ui, view: &View<'_>, row: &DraftRow, approved: bool, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let undecided = row.residual.iter().filter(|risk| !risk.accepted && !self.accepted.contains(&risk.id)).count();
        let stops = row.residual.iter().any(|risk| risk.stops);
        let reasoned = approved || row.residual.is_empty() || !self.reason.trim().is_empty();
        let to: Vec<String> = if row.to.is_empty() {
            Some(self.to.trim().to_owned()).filter(|to| !to.is_empty()).into_iter().collect()
        } else {
            row.to.clone()
        };
        let key = self.path("approve key").filter(|_| !approved);
        let ready = self
            .path("seal out")
            .filter(|_| !to.is_empty() && (approved || (key.is_some() && undecided == 0 && !stops && reasoned)));
        ui.horizontal(|ui| {
            let act = if approved { t("封かん", "Seal") } else { t("決裁して封かん", "Approve and seal") };
            let press =
                ui.add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, Some(Icon::Lock), act)).inner;
            if press.clicked()
                && let Some(path) = ready
            {
                let sealing = Sealing { draft: row.path.clone(), to, out: path };
                out.order(match key {
                    Some(key) => Command::ApproveAndSeal {
                        draft: row.path.clone(),
                        key,
                        passphrase: Secret(std::mem::take(&mut self.passphrase)),
                        accept: self.accepted.iter().cloned().collect(),
                        reason: self.reason.trim().to_owned(),
                        sealing,
                    },
                    None => Command::Seal(sealing),
                });
                self.waiting = Some(row.bundle.clone());
            }
            if undecided > 0 && !approved {
                let text = match view.lang {
                    Lang::Ja => format!("残り{undecided}件を判断してください"),
                    Lang::En => format!("{undecided} still to be decided"),
                };
                ui.label(bits::quiet(ui, text));
            }
        });
    }

    fn risk(&mut self, ui: &mut Ui, view: &View<'_>, risk: &Residual) {
        ui.horizontal_top(|ui| {
            if risk.stops {
                ui.label(RichText::new(view.t("停止", "Stops")).color(palette(ui).danger));
            } else {
                let mut on = risk.accepted || self.accepted.contains(&risk.id);
                let text = view.t("許容", "Accept");
                if ui.add_enabled(!risk.accepted, egui::Checkbox::new(&mut on, text)).changed() {
                    if on {
                        self.accepted.insert(risk.id.clone());
                    } else {
                        self.accepted.remove(&risk.id);
                    }
                }
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(Label::new(risk.what.get(view.lang)).wrap());
                ui.label(bits::caption(ui, &risk.place));
            });
        });
    }

    /// What was sealed, its signatures, and the line for the register.
    pub(super) fn sealed(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let Some(row) = self.choose(ui, view, |step| step == Step::Sealed) else {
            let none = t(
                "封かんした束はまだありません。決裁して封かんすると、署名と控えの先頭値がここに出ます。",
                "No bundle has been sealed yet. Once one is, its signatures and the head for the register show here.",
            );
            ui.add(Label::new(bits::quiet(ui, none)).wrap());
            return;
        };
        facts(ui, view, row, out);
        bits::section(ui, t("真正性確認", "Checks of authenticity"));
        ui.spacing_mut().item_spacing.y = 2.0;
        check_lines(ui, view.lang, &row.checks);
        if let Some(text) = &row.head {
            ui.add_space(style::M);
            ui.label(bits::caption(
                ui,
                t("紙の簿冊に控える先頭値（クリックで写す）", "Head for the paper register (click to copy)"),
            ));
            head(ui, view, text, out);
        }
        ui.add_space(style::M);
        if let Some((path, _)) = &row.sealed {
            let act = t("封かんした束を点検する", "Check the sealed bundle");
            if bits::button(ui, Weight::Plain, Some(Icon::Tick), act).clicked() {
                out.order(Command::VerifyBundle { path: path.clone(), identity: None });
            }
            ui.add_space(style::XS);
            let about = t(
                "この束を開けるのは受け手だけです。ここでは封と大きさまでを確かめ、中身の確認は受け手が行います。",
                "Only the receiver can open it: here the seal is looked at, the content is checked by the receiver.",
            );
            ui.add(Label::new(bits::caption(ui, about)).wrap());
        }
    }

    /// The draft worked on; chips to choose where there are several.
    fn choose<'b>(&mut self, ui: &mut Ui, view: &View<'b>, fits: fn(Step) -> bool) -> Option<&'b DraftRow> {
        let rows: Vec<&DraftRow> = view.drafts()?.iter().filter(|row| fits(row.step)).collect();
        if !rows.iter().any(|row| Some(&row.path) == self.draft.as_ref()) {
            self.draft = rows.first().map(|row| row.path.clone());
            self.accepted.clear();
        }
        if rows.len() > 1 {
            ui.horizontal_wrapped(|ui| {
                for row in &rows {
                    let on = self.draft.as_ref() == Some(&row.path);
                    let name = row.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    if bits::chip(ui, on, None, &name, Some(row.receiver.get(view.lang))).clicked() && !on {
                        self.draft = Some(row.path.clone());
                        self.accepted.clear();
                    }
                }
            });
            ui.add_space(style::S);
        }
        rows.into_iter().find(|row| Some(&row.path) == self.draft.as_ref())
    }

    /// What was ordered is done: the draft that was being made, or the bundle that was being sealed, comes up by itself.
    pub(super) fn follow(&mut self, ui: &Ui, view: &View<'_>) {
        if let Some((path, since)) = &mut self.making {
            if view.drafts().is_some_and(|rows| rows.iter().any(|row| row.path == *path)) {
                self.draft = self.making.take().map(|(path, _)| path);
                self.accepted.clear();
            } else if !view.jobs.is_empty() {
                *since = view.now;
            } else if view.now.0 - since.0 > GIVE_UP {
                // It failed, as was told: back to where it can be mended.
                self.making = None;
                self.at = 3;
            }
            ui.ctx().request_repaint_after_secs(0.2);
        }
        let Some(bundle) = &self.waiting else { return };
        let row = view.drafts().and_then(|rows| rows.iter().find(|row| row.bundle == *bundle));
        if let Some(row) = row.filter(|row| row.step == Step::Sealed) {
            self.draft = Some(row.path.clone());
            self.waiting = None;
            self.at = 5;
        }
    }
}

/// Where a draft goes if nobody says otherwise: beside the store, named by case and time.
fn usual_place(view: &View<'_>, choices: &ExportChoices) -> String {
    let folder = choices.folder.parent().map(PathBuf::from).unwrap_or_default();
    let stamp: String = words::time(view.now).chars().filter(char::is_ascii_digit).collect();
    folder.join(format!("report-{stamp}.itd")).display().to_string()
}

fn no_keys(ui: &mut Ui, view: &View<'_>, choices: &ExportChoices, out: &mut Outbox) {
    if choices.keys.is_empty() || choices.token_keys.is_empty() {
        ui.add_space(style::S);
        ui.label(bits::quiet(
            ui,
            view.t("手元に鍵がありません。ここで作れます。", "No keys at hand. They can be made here."),
        ));
    }
    if bits::button(ui, Weight::Bare, Some(Icon::Key), view.t("鍵を作る・登録する…", "Make or trust keys…")).clicked()
    {
        out.act(Act::Keys);
    }
}

fn signed(lang: Lang, who: Option<&(String, Instant)>) -> String {
    match who {
        Some((name, at)) => format!("{name}　{}", words::time(*at)),
        None => lang.pick("未", "not yet").to_owned(),
    }
}

fn facts(ui: &mut Ui, view: &View<'_>, row: &DraftRow, out: &mut Outbox) {
    let lang = view.lang;
    let t = |ja, en| view.t(ja, en);
    ui.label(RichText::new(&row.case).font(style::section()));
    ui.add_space(style::XS);
    let [kept, tokens, general, withheld] = row.counts.map(words::count);
    let counts = match lang {
        _ if row.answer => String::new(),
        Lang::Ja => format!("原値 {kept}　仮名化 {tokens}　一般化 {general}　除外 {withheld}　"),
        Lang::En => format!("kept {kept}, tokens {tokens}, generalised {general}, withheld {withheld}, "),
    };
    let size = match lang {
        Lang::Ja => format!("{}ファイル　{}", row.files, words::bytes(row.bytes)),
        Lang::En => format!("{}, {}", words::many(row.files, "file"), words::bytes(row.bytes)),
    };
    let since = row.since_last.as_ref().map(|said| said.get(lang).to_owned()).unwrap_or_default();
    let (sealed, hash) = match &row.sealed {
        Some((path, hash)) => (path.display().to_string(), hash.clone()),
        None => (String::new(), String::new()),
    };
    ui.spacing_mut().item_spacing.y = 3.0;
    for (name, value, mono) in [
        (t("提供先", "Receiver"), format!("{}（{}）", row.receiver.get(lang), row.profile.get(lang)), false),
        (t("内容", "Content"), format!("{counts}{size}"), false),
        (t("前回との差", "Since the last"), since, false),
        (t("起案", "Prepared"), signed(lang, row.prepared.as_ref()), false),
        (t("決裁", "Approved"), signed(lang, row.approved.as_ref()), false),
        (t("束番号", "Bundle"), row.bundle.clone(), true),
        (t("起案ファイル", "Draft"), row.path.display().to_string(), true),
        (t("封かんした束", "Sealed bundle"), sealed, true),
        ("SHA-256", hash, true),
    ] {
        if !value.is_empty() && bits::fact(ui, name, &value, mono, 110.0).clicked() {
            out.act(Act::Copy(value));
        }
    }
}
