//! Cases, evidence, indicators and links in the inspector.

use super::{fold, settle};
use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::mark::{self, Mark};
use crate::app::words;
use crate::model::settled::readings;
use crate::model::{CaseKey, EvidenceKey, EvidenceState, Kind, Lang, Role};
use crate::workbench::ask::{Command, EvidenceRow, GraphSpec, IndicatorList, IndicatorRow, RecordView, WhyOf};
use crate::workbench::defanged;
use egui::{RichText, Ui};

const NAMES: f32 = 92.0;

fn facts(ui: &mut Ui, facts: Vec<(&str, String, bool)>, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 3.0;
    for (name, value, mono) in facts {
        if !value.is_empty() && bits::fact(ui, name, &value, mono, NAMES).clicked() {
            out.act(Act::Copy(value));
        }
    }
}

/// Draws a case.
pub fn case(ui: &mut Ui, view: &View<'_>, key: CaseKey, out: &mut Outbox) {
    let Some(row) = view.cases().and_then(|cases| cases.iter().find(|row| row.key == key)) else { return };
    let case = &row.case;
    ui.add(egui::Label::new(RichText::new(&case.title).font(style::section())).wrap());
    ui.label(bits::quiet(ui, case.number.clone().unwrap_or_default()));
    ui.add_space(style::XS);
    ui.horizontal_wrapped(|ui| {
        if view.case != Some(key)
            && bits::button(ui, Weight::Main, None, view.t("この事案で作業", "Work in this case")).clicked()
        {
            out.act(Act::Case(Some(key)));
        }
        if bits::button(ui, Weight::Plain, None, view.t("内容を変える", "Edit")).clicked() {
            out.act(Act::EditCase(key));
        }
    });
    ui.add_space(style::XS);
    let date = |iso: &Option<String>| {
        let iso = iso.clone().unwrap_or_default();
        if view.lang == Lang::Ja { words::wareki(&iso) } else { iso }
    };
    facts(
        ui,
        vec![
            (view.t("段階", "Stage"), view.text(case.stage.text()).to_owned(), false),
            (view.t("罪名", "Offence"), case.offence.clone().unwrap_or_default(), false),
            (view.t("手口", "Method"), case.method.join("、"), false),
            (view.t("認知日", "Recognised"), date(&case.recognised_on), false),
            (
                view.t("被害額", "Loss"),
                case.loss_yen.map(|yen| format!("{}{}", words::count(yen), view.t("円", " yen"))).unwrap_or_default(),
                false,
            ),
            (view.t("連絡先", "Contact"), case.contact.clone().unwrap_or_default(), false),
            (view.t("依頼事項", "Asks"), case.asks.join("、"), false),
            (view.t("回答期限", "Deadline"), date(&case.deadline), false),
            (view.t("取扱い", "Handling"), case.handling.clone().unwrap_or_default(), false),
            (view.t("管理番号", "Id"), case.id.as_str().to_owned(), true),
        ],
        out,
    );
    fold(ui, view.t("関連する事案", "Tied cases"), "", |ui| ties(ui, view, key, out));
}

fn ties(ui: &mut Ui, view: &View<'_>, key: CaseKey, out: &mut Outbox) {
    let Some(ties) = view.ties(Some(key)) else {
        bits::waiting(ui, view, view.t("突合中", "Comparing"));
        return;
    };
    if ties.is_empty() {
        ui.label(bits::quiet(
            ui,
            view.t("他の事案との共通点はまだありません。", "Nothing shared with other cases yet."),
        ));
    }
    for tie in ties {
        crate::app::widgets::tie::show(ui, view, tie, out);
    }
}

/// What a state is called.
pub fn state_text(lang: Lang, state: EvidenceState) -> &'static str {
    match state {
        EvidenceState::Partial => lang.pick("取込み途中", "Partial"),
        EvidenceState::Complete => lang.pick("取込み済", "Complete"),
        EvidenceState::Referenced => lang.pick("参照のみ", "By reference"),
        EvidenceState::Withdrawn => lang.pick("取下げ", "Withdrawn"),
        EvidenceState::Expunged => lang.pick("抹消", "Expunged"),
    }
}

fn evidence_facts<'a>(view: &View<'_>, row: &EvidenceRow) -> Vec<(&'a str, String, bool)> {
    let evidence = &row.evidence;
    let acquired = &evidence.acquisition;
    let hex = |hash: &Option<[u8; 32]>| hash.as_ref().map(|hash| words::hex(hash)).unwrap_or_default();
    let t = |ja, en| view.lang.pick(ja, en);
    vec![
        (t("原名", "Original name"), evidence.shown_name.clone(), false),
        (t("大きさ", "Size"), format!("{} ({} B)", words::bytes(evidence.bytes), words::count(evidence.bytes)), false),
        ("SHA-256", hex(&evidence.sha256), true),
        ("BLAKE3", hex(&evidence.blake3), true),
        (t("種類", "Media type"), evidence.media_type.clone(), false),
        (t("状態", "State"), state_text(view.lang, evidence.state).to_owned(), false),
        (t("損傷", "Damage"), evidence.damaged.clone().unwrap_or_default(), false),
        (t("取込み", "Taken in"), format!("{} {}", words::time(evidence.added_at), evidence.added_by), false),
        (t("根拠", "Legal basis"), acquired.basis.clone().unwrap_or_default(), false),
        (t("提供元", "From"), acquired.from.clone().unwrap_or_default(), false),
        (t("符号", "Exhibit"), acquired.exhibit.clone().unwrap_or_default(), false),
        (t("利用制限", "Source limit"), acquired.source_limit.clone().unwrap_or_default(), false),
        (t("派生元", "Derived by"), evidence.derived_by.clone().unwrap_or_default(), false),
        (t("管理番号", "Id"), evidence.id.as_str().to_owned(), true),
    ]
}

/// Draws an evidence.
pub fn evidence(ui: &mut Ui, view: &View<'_>, key: EvidenceKey, out: &mut Outbox) {
    let all = view.evidence(None).into_iter().flatten();
    let Some(row) = all.into_iter().find(|row| row.evidence.key == key) else { return };
    let p = palette(ui);
    ui.label(RichText::new(row.evidence.file_name()).font(style::section()));
    match row.verified {
        Some((at, true)) => {
            let text = format!("✔ {} {}", view.t("同一性確認済", "Hash verified"), words::time(at));
            ui.label(RichText::new(text).color(p.good));
        }
        Some((at, false)) => {
            let text = format!("⚠ {} {}", view.t("同一性なし", "Hash differs"), words::time(at));
            ui.label(RichText::new(text).color(p.danger));
        }
        None => {
            ui.label(bits::quiet(ui, view.t("取込み後の同一性確認は未実施", "Not re-hashed since it was taken in")));
        }
    }
    ui.add_space(style::S);
    ui.horizontal_wrapped(|ui| {
        if bits::button(ui, Weight::Plain, Some(Icon::Lines), view.t("記録を見る", "Show records")).clicked() {
            out.act(Act::ShowRecords(RecordView { evidence: Some(key), ..RecordView::default() }));
        }
        if bits::button(ui, Weight::Plain, Some(Icon::Tick), view.t("同一性を確認", "Verify hash")).clicked() {
            out.order(Command::VerifyEvidence(Some(key)));
        }
    });
    if let Some(reading) = row.evidence.reading.as_ref().filter(|reading| reading.undated > 0) {
        let text = match view.lang {
            Lang::Ja => format!("⚠ 時刻を定めていない記録が{}件あります", words::count(u64::from(reading.undated))),
            Lang::En => format!("⚠ {} without a time", words::many(u64::from(reading.undated), "record")),
        };
        ui.add(egui::Label::new(RichText::new(text).color(p.caution)).wrap());
        if bits::button(ui, Weight::Bare, Some(Icon::Clock), view.t("読み方を変える…", "Read in another way…"))
            .clicked()
        {
            out.act(Act::ReadAgain(key));
        }
    }
    fold(ui, view.t("出所", "Origin"), "", |ui| facts(ui, evidence_facts(view, row), out));
    if let Some(reading) = &row.evidence.reading {
        let time = &reading.form.time;
        let zone = time.zone.clone().unwrap_or_else(|| view.t("未設定", "not set").to_owned());
        let (format, encoding) = row
            .read_as
            .clone()
            .map_or_else(Default::default, |(format, encoding)| (view.text(format).to_owned(), encoding));
        let list = vec![
            (view.t("形式", "Format"), format, false),
            (view.t("文字コード", "Encoding"), encoding, false),
            (view.t("時間帯", "Zone"), zone, false),
            (
                view.t("行数", "Lines"),
                reading.lines.map_or_else(|| view.t("行単位でない", "not by lines").to_owned(), words::count),
                false,
            ),
            (view.t("記録", "Records"), words::count(u64::from(reading.rows)), false),
            (view.t("読飛ばし", "Skipped"), words::count(reading.skipped), false),
            (view.t("形式外", "Rejects"), words::count(u64::from(reading.rejects)), false),
            (view.t("時刻なし", "Undated"), words::count(u64::from(reading.undated)), false),
            (view.t("識別情報", "Indicators"), words::count(u64::from(reading.indicators)), false),
        ];
        fold(ui, view.t("読み方", "Reading"), "", |ui| facts(ui, list, out));
    }
}

/// Draws an indicator.
pub fn indicator(ui: &mut Ui, view: &View<'_>, kind: Kind, value: &str, out: &mut Outbox) {
    let row_of = |kind: Kind| {
        let (kind, text) = (Some(kind), value.to_owned());
        let list = IndicatorList { case: view.case, kind, text, benign: true, ..IndicatorList::default() };
        view.indicators(&list, 0, 64)?.rows.iter().find(|row| row.value == value)
    };
    // What was settled since it was selected goes by another kind.
    let row = row_of(kind).or_else(|| readings(kind, value).filter(|other| *other != kind).find_map(row_of));
    let kind = row.map_or(kind, |row| row.kind);
    ui.horizontal(|ui| {
        if let Some(facts) = view.kind(kind) {
            mark::show(ui, Mark::Look(facts.look));
        }
        ui.label(bits::quiet(ui, view.kind_label(kind)));
    });
    ui.add(egui::Label::new(RichText::new(value).font(style::mono())).wrap().selectable(true));
    ui.add_space(style::S);
    if let Some(row) = row {
        indicator_facts(ui, view, row, out);
        settle::choice(ui, view, (kind, value), row.settled.as_ref(), out);
    }
    if let Some(case) = view.case {
        let mut role = row.and_then(|row| row.role);
        ui.horizontal(|ui| {
            ui.label(bits::quiet(ui, view.t("役割", "Role")));
            if role_choice(ui, view, &mut role, 150.0) {
                out.order(Command::SetRole { case, values: vec![(kind, value.to_owned())], role, rows: None });
            }
        });
        ui.add_space(style::S);
    }
    ui.horizontal_wrapped(|ui| {
        if bits::button(ui, Weight::Plain, Some(Icon::Lines), view.t("記録を見る", "Show records")).clicked() {
            let query = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
            out.act(Act::ShowRecords(RecordView { case: view.case, query, ..RecordView::default() }));
        }
        if bits::button(ui, Weight::Plain, Some(Icon::Graph), view.t("相関図", "In graph")).clicked() {
            out.act(Act::ShowInGraph(kind, value.to_owned()));
        }
        if bits::button(ui, Weight::Bare, Some(Icon::Copy), view.t("写す", "Copy")).clicked() {
            out.act(Act::Copy(value.to_owned()));
        }
        let safe = defanged(kind, value);
        let name = view.t("無害化して写す", "Copy defanged");
        if safe != value && bits::button(ui, Weight::Bare, Some(Icon::Copy), name).clicked() {
            out.act(Act::Copy(safe));
        }
    });
}

fn indicator_facts(ui: &mut Ui, view: &View<'_>, row: &IndicatorRow, out: &mut Outbox) {
    let time = |at: Option<crate::model::Instant>| at.map(words::time).unwrap_or_default();
    let mut list = vec![
        (view.t("件数", "Records"), words::count(row.count), false),
        (view.t("事案", "Cases"), words::count(row.cases), false),
        (view.t("初出", "First"), time(row.first), false),
        (view.t("最終", "Last"), time(row.last), false),
    ];
    if let Some(why) = &row.benign {
        list.push((view.t("既知", "Known"), why.get(view.lang).to_owned(), false));
    }
    let marks: Vec<&str> =
        row.marks.iter().filter(|mark| row.benign.as_ref() != Some(mark)).map(|mark| mark.get(view.lang)).collect();
    if !marks.is_empty() {
        list.push((view.t("一覧", "Lists"), marks.join("\n"), false));
    }
    if !row.parts.is_empty() {
        let part = |(role, rows): &(Role, u64)| match view.lang {
            Lang::Ja => format!("{} {}件", role.text().ja, words::count(*rows)),
            Lang::En => format!("{} in {}", role.text().en, words::many(*rows, "record")),
        };
        let parts: Vec<String> = row.parts.iter().map(part).collect();
        list.push((view.t("記録を限って", "In some alone"), parts.join("\n"), false));
    }
    if row.implied {
        list.push((
            view.t("由来", "Found"),
            view.t("他の値の一部として出現", "only inside another value").to_owned(),
            false,
        ));
    }
    if !row.verified {
        list.push((
            view.t("検査", "Check"),
            view.t("検査数字が合いません", "its check digits do not hold").to_owned(),
            false,
        ));
    }
    facts(ui, list, out);
    ui.add_space(style::S);
}

/// Roles in the order they are offered.
pub const ROLES: [Role; 6] =
    [Role::Suspect, Role::Infrastructure, Role::Relay, Role::Victim, Role::Witness, Role::Officer];

/// A choice of roles; tells whether it changed.
pub fn role_choice(ui: &mut Ui, view: &View<'_>, role: &mut Option<Role>, width: f32) -> bool {
    let mut choices: Vec<(Option<Role>, &str)> = vec![(None, view.text(Role::not_stated()))];
    choices.extend(ROLES.map(|role| (Some(role), view.text(role.text()))));
    bits::choose(ui, view.t("役割", "Role"), role, &choices, width)
}

/// The roles as a menu below a menu; the one chosen.
pub fn role_menu(ui: &mut Ui, view: &View<'_>, now: Option<Role>) -> Option<Option<Role>> {
    let mut chosen = None;
    ui.menu_button(view.t("役割", "Role"), |ui| {
        for role in std::iter::once(None).chain(ROLES.map(Some)) {
            let text = view.text(role.map_or(Role::not_stated(), Role::text));
            if ui.selectable_label(now == role, text).clicked() {
                chosen = Some(role);
            }
        }
    });
    chosen
}

/// The same without edges, so that a column of them reads as text.
pub fn quiet_role_choice(ui: &mut Ui, view: &View<'_>, role: &mut Option<Role>, width: f32) -> bool {
    let p = palette(ui);
    ui.spacing_mut().interact_size.y = 20.0;
    ui.spacing_mut().button_padding = egui::vec2(6.0, 0.0);
    let inactive = &mut ui.visuals_mut().widgets.inactive;
    inactive.weak_bg_fill = egui::Color32::TRANSPARENT;
    inactive.bg_stroke = egui::Stroke::NONE;
    if role.is_none() {
        inactive.fg_stroke.color = p.quiet;
    }
    ui.style_mut().override_font_id = Some(style::table());
    // A second line would lie on the row below.
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
    role_choice(ui, view, role, width)
}

/// Draws why a node or an edge is there.
pub fn link(ui: &mut Ui, view: &View<'_>, spec: &GraphSpec, of: WhyOf, out: &mut Outbox) {
    let Some(why) = view.why(spec, of) else {
        bits::waiting(ui, view, view.t("根拠を集めています", "Gathering reasons"));
        return;
    };
    ui.add(egui::Label::new(RichText::new(why.title.get(view.lang)).font(style::section())).wrap());
    ui.add_space(style::S);
    ui.spacing_mut().item_spacing.y = 3.0;
    for (name, value) in &why.facts {
        if bits::fact(ui, name.get(view.lang), value, false, NAMES).clicked() {
            out.act(Act::Copy(value.clone()));
        }
    }
    if !why.reasons.is_empty() {
        fold(ui, view.t("つながりの根拠", "Why it is linked"), "", |ui| {
            for reason in &why.reasons {
                ui.horizontal_top(|ui| {
                    ui.add_sized([34.0, 16.0], egui::Label::new(bits::caption(ui, format!("{:.2}", reason.weight))));
                    ui.add(egui::Label::new(reason.text.get(view.lang)).wrap());
                });
            }
        });
    }
    ui.add_space(style::S);
    if why.count > 0 {
        let text = match view.lang {
            Lang::Ja => format!("根拠の記録 {}件を見る", words::count(why.count)),
            Lang::En => format!("Show the {} behind it", words::many(why.count, "record")),
        };
        if bits::button(ui, Weight::Plain, Some(Icon::Lines), &text).clicked() {
            out.act(Act::ShowRecords(why.records.clone()));
        }
    }
}
