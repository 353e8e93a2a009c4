//! Draft, approval, seal, check: the steps that write and sign.

use super::Export;
use crate::app::panels::audit::{check_lines, head};
use crate::app::panels::received::{file_line, passphrase, save_line};
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::words;
use crate::model::{Instant, Lang};
use crate::workbench::ask::{Command, DraftRow, Residual, Sealing, Secret, Step};
use egui::{Label, RichText, Ui};

impl Export {
    /// Signs the draft.
    pub(super) fn draft(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let Some(plan) = self.plan(view) else { return };
        ui.label(RichText::new(t("起案署名", "Sign the draft")).font(style::section()));
        ui.label(bits::quiet(
            ui,
            t(
                "ここまでの内容を確定し、漏えい検査をかけ、起案者の鍵で署名します。決裁は別の者が別の鍵で行います。",
                "Fixes the content, runs the check before release, and signs with the preparer's key. Another person approves with another key.",
            ),
        ));
        ui.add_space(style::S);
        if let Some(review) = view.review(&plan) {
            for text in &review.texts {
                let edited = self.texts.entry(text.field.clone()).or_insert_with(|| text.after.clone());
                let width = ui.available_width();
                let label = format!(
                    "{}（{}）",
                    text.label.get(view.lang),
                    t("この文章のまま提供されます", "leaves exactly as written")
                );
                bits::area(ui, &label, edited, "", width, 3);
                ui.label(bits::caption(ui, format!("{} {}", t("事案簿の文章：", "In the case file: "), text.before)));
                ui.add_space(style::S);
            }
        }
        file_line(ui, view, t("起案者の署名鍵", "Preparer's key"), self.files.get("draft key"), "draft key", out);
        passphrase(ui, view, &mut self.passphrase);
        file_line(ui, view, t("仮名化の鍵", "Token key"), self.files.get("token key"), "token key", out);
        ui.label(bits::caption(
            ui,
            t(
                "仮名化の鍵を持つ者は電話番号や口座を総当たりで割り出せます。分析担当とは別に保管してください。",
                "Whoever holds the token key can enumerate phones and accounts: keep it outside the analysing section.",
            ),
        ));
        save_line(ui, view, t("置き場所", "Where to"), self.files.get("draft out"), "draft out", "draft", out);
        ui.add_space(style::L);
        ui.horizontal(|ui| {
            let file = |name| self.files.get(name).cloned();
            let ready = file("draft key").zip(file("token key")).zip(file("draft out"));
            let press = ui.add_enabled_ui(ready.is_some(), |ui| {
                bits::button(ui, Weight::Main, Some(Icon::Key), t("起案署名", "Sign the draft"))
            });
            if press.inner.clicked()
                && let Some(((key, token_key), path)) = ready
            {
                let passphrase = Secret(std::mem::take(&mut self.passphrase));
                let texts = self.texts.iter().map(|(field, text)| (field.clone(), text.clone())).collect();
                out.order(Command::Draft { plan, key, passphrase, token_key, texts, out: path.clone() });
                self.draft = Some(path);
                self.at = 4;
            }
            if bits::button(ui, Weight::Bare, None, t("戻る", "Back")).clicked() {
                self.at = 2;
            }
        });
    }

    /// Approves and seals.
    pub(super) fn approve(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let Some(row) = self.choose(ui, view, |step| step < Step::Sealed) else {
            ui.label(bits::quiet(ui, t("決裁を待つ起案はありません。", "No draft waits for approval.")));
            return;
        };
        facts(ui, view, row, out);
        ui.add_space(style::S);
        ui.label(
            RichText::new(t("漏えい検査で残った事項", "Left open by the check before release")).font(style::section()),
        );
        if row.residual.is_empty() {
            ui.label(bits::quiet(ui, t("ありません。", "Nothing.")));
        }
        let stops = row.residual.iter().any(|risk| risk.stops);
        for risk in &row.residual {
            self.risk(ui, view, risk);
        }
        let undecided = row.residual.iter().filter(|risk| !risk.accepted && !self.accepted.contains(&risk.id)).count();
        if !row.residual.is_empty() {
            let width = ui.available_width();
            bits::field(
                ui,
                t("許容する理由", "Why they are accepted"),
                &mut self.reason,
                t("例：検査端末の内線番号で、事案と無関係", "e.g. an extension number of our own"),
                width,
            );
        }
        ui.add_space(style::S);
        file_line(ui, view, t("決裁者の署名鍵", "Approver's key"), self.files.get("approve key"), "approve key", out);
        passphrase(ui, view, &mut self.passphrase);
        save_line(
            ui,
            view,
            t("封かんした束の置き場所", "Where the sealed bundle goes"),
            self.files.get("seal out"),
            "seal out",
            "report.itb.age",
            out,
        );
        ui.add_space(style::L);
        let reasoned = row.residual.is_empty() || !self.reason.trim().is_empty();
        let ready = self.files.get("approve key").cloned().zip(self.files.get("seal out").cloned());
        let ready = ready.filter(|_| undecided == 0 && !stops && reasoned);
        ui.horizontal(|ui| {
            let act = t("決裁して封かん", "Approve and seal");
            let press =
                ui.add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, Some(Icon::Lock), act)).inner;
            if press.clicked()
                && let Some((key, path)) = ready
            {
                out.order(Command::ApproveAndSeal {
                    draft: row.path.clone(),
                    key,
                    passphrase: Secret(std::mem::take(&mut self.passphrase)),
                    accept: self.accepted.iter().cloned().collect(),
                    reason: self.reason.trim().to_owned(),
                    sealing: Sealing { draft: row.path.clone(), to: Vec::new(), out: path },
                });
                self.at = 5;
            }
            if undecided > 0 {
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

    /// What was sealed, its check, and the line for the register.
    pub(super) fn sealed(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let t = |ja, en| view.t(ja, en);
        let Some(row) = self.choose(ui, view, |step| step == Step::Sealed) else {
            ui.label(bits::quiet(ui, t("封かんした束はまだありません。", "No bundle has been sealed yet.")));
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
        Lang::Ja => format!("原値 {kept}　仮名化 {tokens}　一般化 {general}　除外 {withheld}"),
        Lang::En => format!("kept {kept}, tokens {tokens}, generalised {general}, withheld {withheld}"),
    };
    let since = row.since_last.as_ref().map(|said| said.get(lang).to_owned()).unwrap_or_default();
    ui.spacing_mut().item_spacing.y = 3.0;
    for (name, value, mono) in [
        (t("提供先", "Receiver"), format!("{}（{}）", row.receiver.get(lang), row.profile.get(lang)), false),
        (t("内容", "Content"), format!("{counts}　{} files {}", row.files, words::bytes(row.bytes)), false),
        (t("前回との差", "Since the last"), since, false),
        (t("起案", "Prepared"), signed(lang, row.prepared.as_ref()), false),
        (t("決裁", "Approved"), signed(lang, row.approved.as_ref()), false),
        (t("束番号", "Bundle"), row.bundle.clone(), true),
        (t("ファイル", "File"), row.path.display().to_string(), true),
        ("SHA-256", row.sha256.clone().unwrap_or_default(), true),
    ] {
        if !value.is_empty() && bits::fact(ui, name, &value, mono, 110.0).clicked() {
            out.act(Act::Copy(value));
        }
    }
}
