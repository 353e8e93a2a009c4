//! Receiver, profile and scope.

use super::Export;
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, PickFor, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::place::{self, Known};
use crate::app::widgets::unit::{self, UnitText};
use crate::app::words;
use crate::model::{Lang, Sort, Unit};
use crate::workbench::ask::{ExportChoices, KeyChoice, ProfileRow, RecipientChoice};
use egui::{RichText, TextEdit, Ui};

/// Keys as a line offers them.
pub(in crate::app::panels) fn known(keys: &[KeyChoice]) -> Vec<Known> {
    let one =
        |key: &KeyChoice| Known { name: key.name.clone(), detail: key.fingerprint.clone(), path: key.path.clone() };
    keys.iter().map(one).collect()
}

/// Keys to seal to, as a line offers them.
pub(in crate::app::panels) fn recipients(keys: &[RecipientChoice]) -> Vec<Known> {
    let one = |key: &RecipientChoice| Known {
        name: key.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        detail: key.fingerprint.clone(),
        path: key.path.clone(),
    };
    keys.iter().map(one).collect()
}

/// Whether a profile has a place for a receiver.
fn has_place(row: &ProfileRow, unit: &Unit) -> bool {
    row.made_for.contains(&unit.sort())
}

/// A receiver that is no police of this country, as typed so far.
#[derive(Debug)]
pub(super) struct Outside {
    sort: Sort,
    country: String,
    text: String,
}

impl Outside {
    fn new(sort: Sort) -> Self {
        Self { sort, country: String::new(), text: String::new() }
    }

    /// The receiver it names; `None` while the code or name is not whole.
    fn unit(&self) -> Option<Unit> {
        let (country, text) = (self.country.trim().to_lowercase(), self.text.trim());
        let path = match self.sort {
            Sort::Bank => format!("org/bank/{text}"),
            Sort::Abroad => format!("abroad/{country}/{text}"),
            Sort::Public => "public".to_owned(),
            _ => format!("org/{text}"),
        };
        Unit::from_path(&path).filter(|unit| unit.sort() == self.sort)
    }
}

/// Whether this case file may send to receivers of a sort.
fn may_send_to(choices: &ExportChoices, sort: Sort) -> bool {
    choices.profiles.iter().any(|row| row.refused.is_none() && row.made_for.contains(&sort))
}

fn short_name(view: &View<'_>) -> &'static str {
    view.t("略称（英小文字・数字）", "Short name (a-z, 0-9, -)")
}

/// A field with its name beside it; whether it was changed.
fn named(ui: &mut Ui, text: &mut String, (name, hint): (&str, &str), width: f32) -> bool {
    let changed = bits::entry(ui, TextEdit::singleline(text), hint, width).accessible_name(name).changed();
    ui.label(bits::caption(ui, name));
    changed
}

impl Export {
    /// To whom, under which profile.
    pub(super) fn receiver(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> bool {
        let Some(choices) = view.export_choices() else {
            bits::waiting(ui, view, view.t("読み込み中", "Loading"));
            return false;
        };
        if view.store().is_some_and(|store| store.unit_open) {
            ui.label(
                RichText::new(
                    view.t(
                        "⚠ この事案簿の所属がまだ記録されていません。",
                        "⚠ Nobody has stated whose case file this is.",
                    ),
                )
                .color(palette(ui).caution),
            );
            if bits::button(ui, Weight::Plain, None, view.t("所属を記録…", "State the unit…")).clicked() {
                out.act(Act::AskUnit);
            }
            ui.add_space(style::M);
        }
        ui.label(RichText::new(view.t("どこへ提供しますか", "Who is it for?")).font(style::section()));
        ui.add_space(style::XS);
        for row in &choices.receivers {
            let here = self.elsewhere.is_none() && self.outside.is_none();
            let on = here && self.receiver.as_ref() == Some(&row.unit);
            if bits::option(ui, on, row.name.get(view.lang), row.about.get(view.lang)) {
                (self.elsewhere, self.outside) = (None, None);
                self.send_to(row.unit.clone(), row.known.clone(), choices);
            }
        }
        let title = view.t("ほかの都道府県警察", "Another prefectural police");
        let about = view.t("共同・合同捜査の相手などへ", "a partner in a joint investigation");
        if bits::option(ui, self.elsewhere.is_some(), title, about) && self.elsewhere.is_none() {
            self.elsewhere = Some(UnitText::default());
            (self.receiver, self.outside) = (None, None);
        }
        if let Some(mut text) = self.elsewhere.take() {
            let changed = unit::fields(ui, view, &mut text);
            let own = view.store().map(|store| store.unit.clone());
            match text.unit() {
                Some(unit) if changed && Some(&unit) != own.as_ref() => self.send_to(unit, None, choices),
                None => self.receiver = None,
                _ => {}
            }
            self.elsewhere = Some(text);
        }
        self.organisation(ui, view, choices);
        self.abroad(ui, view, choices);
        self.public(ui, view, choices);
        if view.is_national() {
            let text = view.t(
                "受領した束への還元は「集約」で起案します。",
                "Answers to received bundles are drafted under Gathered.",
            );
            ui.label(bits::caption(ui, text));
        }
        ui.add_space(style::L);
        let Some(receiver) = self.receiver.clone() else {
            let text = view.t(
                "提供先が決まると、使える規則と、だれが開封できるかを選べます。",
                "Once it is clear who it is for, the profile and who can open it are chosen.",
            );
            ui.label(bits::quiet(ui, text));
            return false;
        };
        ui.label(RichText::new(view.t("どの規則で仮名化しますか", "Under which profile?")).font(style::section()));
        ui.add_space(style::XS);
        self.profiles(ui, view, &receiver, choices);
        ui.add_space(style::L);
        self.sealed_to(ui, view, choices, out);
        self.plan(view).is_some()
    }

    /// A bank or a provider: no police, told what it must know alone.
    fn organisation(&mut self, ui: &mut Ui, view: &View<'_>, choices: &ExportChoices) {
        let t = |ja, en| view.t(ja, en);
        let title = t("金融機関・通信事業者など", "A bank, a provider, another organisation");
        let about = t("口座凍結の依頼、契約者の照会などに要る値だけ", "only what a freeze or an inquiry needs");
        let is_on = matches!(&self.outside, Some(Outside { sort: Sort::Bank | Sort::Organisation, .. }));
        let Some(mut outside) = self.chosen_outside(ui, Sort::Bank, is_on, (title, about)) else { return };
        let mut changed = false;
        ui.horizontal(|ui| {
            ui.add_space(style::XL);
            let sorts = [(Sort::Bank, t("金融機関", "Bank")), (Sort::Organisation, t("事業者など", "Other"))];
            changed |= bits::choose(ui, t("種別", "Sort"), &mut outside.sort, &sorts, 110.0);
            let bank = outside.sort == Sort::Bank;
            let hint = if bank { t("例：9901", "e.g. 9901") } else { t("例：example-net", "e.g. example-net") };
            let name = if bank { t("金融機関コード", "Bank code") } else { short_name(view) };
            changed |= named(ui, &mut outside.text, (name, hint), 170.0);
        });
        self.outside_is(outside, changed, choices);
    }

    /// A choice of receivers that are named by hand; what was said of one, where it is chosen.
    fn chosen_outside(&mut self, ui: &mut Ui, sort: Sort, is_on: bool, says: (&str, &str)) -> Option<Outside> {
        if bits::option(ui, is_on, says.0, says.1) && !is_on {
            self.outside = Some(Outside::new(sort));
            (self.receiver, self.elsewhere) = (None, None);
        } else if !is_on {
            return None;
        }
        self.outside.take()
    }

    /// An authority of another country: offered where a profile lets this case file send to one.
    fn abroad(&mut self, ui: &mut Ui, view: &View<'_>, choices: &ExportChoices) {
        if !may_send_to(choices, Sort::Abroad) {
            return;
        }
        let t = |ja, en| view.t(ja, en);
        let is_on = matches!(&self.outside, Some(outside) if outside.sort == Sort::Abroad);
        let title = t("外国の治安機関", "An authority of another country");
        let about = t("国際共助の手続による提供", "under mutual assistance");
        let Some(mut outside) = self.chosen_outside(ui, Sort::Abroad, is_on, (title, about)) else { return };
        let mut changed = false;
        ui.horizontal(|ui| {
            ui.add_space(style::XL);
            for (text, name, hint, width) in [
                (&mut outside.country, t("国名2文字", "Country code"), t("例：de", "e.g. de"), 64.0),
                (&mut outside.text, short_name(view), t("例：example-kripo", "e.g. example-kripo"), 170.0),
            ] {
                changed |= named(ui, text, (name, hint), width);
            }
        });
        self.outside_is(outside, changed, choices);
    }

    /// What is published.
    fn public(&mut self, ui: &mut Ui, view: &View<'_>, choices: &ExportChoices) {
        if !may_send_to(choices, Sort::Public) {
            return;
        }
        let is_on = matches!(&self.outside, Some(outside) if outside.sort == Sort::Public);
        let about = view.t("注意喚起として公表する値だけ", "only the values an alert publishes");
        if bits::option(ui, is_on, view.t("公表", "The public"), about) && !is_on {
            self.elsewhere = None;
            self.outside_is(Outside::new(Sort::Public), true, choices);
        }
    }

    fn outside_is(&mut self, outside: Outside, changed: bool, choices: &ExportChoices) {
        if changed {
            match outside.unit() {
                Some(unit) => self.send_to(unit, None, choices),
                None => self.receiver = None,
            }
        }
        self.outside = Some(outside);
    }

    /// Chooses a receiver, and the profile made for it more than for others.
    fn send_to(&mut self, unit: Unit, key: Option<String>, choices: &ExportChoices) {
        let fits = |row: &&ProfileRow| row.refused.is_none() && has_place(row, &unit);
        let kept = choices.profiles.iter().filter(fits).any(|row| self.profile.as_ref() == Some(&row.name));
        if !kept {
            let closest = choices.profiles.iter().filter(fits).min_by_key(|row| row.made_for.len());
            self.profile = closest.map(|row| row.name.clone());
        }
        self.to = key.unwrap_or_default();
        self.receiver = Some(unit);
    }

    /// The profiles that have a place for the receiver; the others could only be read.
    fn profiles(&mut self, ui: &mut Ui, view: &View<'_>, receiver: &Unit, choices: &ExportChoices) {
        let mut refused = None;
        for row in choices.profiles.iter().filter(|row| has_place(row, receiver)) {
            if let Some(why) = &row.refused {
                refused = Some(why);
                continue;
            }
            let about = match view.lang {
                Lang::Ja => format!("{}　第{}版", row.about.get(view.lang), row.serial),
                Lang::En => format!("{} · serial {}", row.about.get(view.lang), row.serial),
            };
            let on = self.profile.as_ref() == Some(&row.name);
            if bits::option(ui, on, row.label.get(view.lang), &about) {
                self.profile = Some(row.name.clone());
            }
        }
        if let Some(why) = refused {
            let other = view.t("ほかの規則", "Other profiles");
            ui.label(bits::caption(ui, format!("{other}：{}", why.get(view.lang))));
        }
    }

    /// Whom the bundle is sealed to: named in the signed draft where it is known by then.
    pub(super) fn sealed_to(&mut self, ui: &mut Ui, view: &View<'_>, choices: &ExportChoices, out: &mut Outbox) {
        ui.label(RichText::new(view.t("だれが開封できますか", "Who can open it?")).font(style::section()));
        ui.add_space(style::XS);
        let keys = recipients(&choices.recipients);
        let name = view.t("受け手の公開鍵", "Receiver's public key");
        place::line(ui, view, name, &mut self.to, &keys, PickFor::File("seal to"), out);
        place::remark(
            ui,
            view.t(
                "age1… で始まる文字列、またはそれを記したファイル。空けておき、封かんのときに決めることもできます。",
                "Text that begins with age1…, or a file that holds it. It can wait until sealing.",
            ),
        );
    }

    /// Which records go along.
    pub(super) fn scope(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> bool {
        ui.label(RichText::new(view.t("どの記録を添えますか", "Which records go along?")).font(style::section()));
        ui.add_space(style::XS);
        let usual = bits::option(
            ui,
            self.every_offending,
            view.t("犯罪側の識別情報を含む記録", "Records that hold an offender's indicator"),
            view.t(
                "被疑者側・犯罪インフラ・踏み台の役割を定めた値を含むもの",
                "A value with the role suspect, infrastructure or relay",
            ),
        );
        if usual {
            self.every_offending = true;
        }
        let own = bits::option(
            ui,
            !self.every_offending,
            view.t("検索条件で選ぶ", "Those a query finds"),
            view.t("例：tag:報告 AND time:2026-04-01..2026-04-02", "e.g. tag:report AND time:2026-04-01..2026-04-02"),
        );
        if own {
            self.every_offending = false;
        }
        if !self.every_offending {
            ui.add_space(style::XS);
            let width = ui.available_width();
            let edit = TextEdit::singleline(&mut self.records).font(style::mono());
            bits::entry(ui, edit, view.t("検索条件", "Query"), width)
                .accessible_name(view.t("添える記録の条件", "Query for records"));
        }
        let open = view.case_row().and_then(|row| row.roles_open).unwrap_or(0);
        if open > 0 {
            ui.add_space(style::M);
            let text = match view.lang {
                Lang::Ja => format!(
                    "⚠ 役割を定めていない識別情報が{open}件あります。被害者側とみなして仮名化または除外されます。"
                ),
                Lang::En => format!(
                    "⚠ {} without a role: counted as a victim's, so what leaves is a token or nothing at all.",
                    words::many(open, "indicator")
                ),
            };
            ui.add(egui::Label::new(RichText::new(text).color(palette(ui).caution)).wrap());
            let act = view.t("識別情報で役割を定める", "State roles under Indicators");
            if bits::button(ui, Weight::Bare, Some(Icon::Print), act).clicked() {
                out.act(Act::Open("indicators"));
            }
        }
        self.plan(view).is_some() && (self.every_offending || !self.records.trim().is_empty())
    }
}
