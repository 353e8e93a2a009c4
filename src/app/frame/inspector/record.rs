//! One record in the inspector: fields, text and bytes, indicators, provenance, custody.

use super::things::ROLES;
use super::tree;
use super::{fold, settle};
use crate::app::style::{self, Palette, palette};
use crate::app::view::{Act, Outbox, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::widgets::mark::{self, Mark};
use crate::app::words;
use crate::model::record::When;
use crate::model::settled::is_ambiguous;
use crate::model::{CaseKey, EvidenceKey, Lang, Role};
use crate::workbench::ask::{Command, HitSpan, RecordDetail, RowPick};
use egui::text::LayoutJob;
use egui::{Align, Label, Rect, Response, RichText, ScrollArea, Sense, Stroke, TextFormat, Ui, WidgetInfo, pos2, vec2};

const NAMES: f32 = 92.0;

/// How the content of a record is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// As text.
    #[default]
    Text,
    /// By its structure, where it is JSON.
    Tree,
    /// As bytes.
    Hex,
}

/// Draws the record.
pub fn show(ui: &mut Ui, view: &View<'_>, evidence: EvidenceKey, row: u32, shown: &mut Shown, out: &mut Outbox) {
    let Some(detail) = view.record(evidence, row) else {
        bits::waiting(ui, view, view.t("読み込み中", "Loading"));
        return;
    };
    title(ui, view, detail);
    if !detail.fields.is_empty() {
        let number = detail.fields.len().to_string();
        fold(ui, view.t("項目", "Fields"), &number, |ui| fields(ui, view, detail, out));
    }
    fold(ui, view.t("原文", "Text"), &words::bytes(detail.len), |ui| text(ui, view, detail, shown, out));
    if !detail.hits.is_empty() {
        let number = detail.hits.len().to_string();
        fold(ui, view.t("識別情報", "Indicators"), &number, |ui| hits(ui, view, detail, out));
    }
    fold(ui, view.t("出所", "Origin"), "", |ui| origin(ui, view, detail, out));
    if !detail.custody.is_empty() {
        fold(ui, view.t("来歴", "Custody"), "", |ui| custody(ui, view, detail));
    }
}

fn title(ui: &mut Ui, view: &View<'_>, detail: &RecordDetail) {
    let p = palette(ui);
    let row = words::count(u64::from(detail.row) + 1);
    let line = match view.lang {
        Lang::Ja => format!("{row} 行目"),
        Lang::En => format!("Row {row}"),
    };
    ui.label(RichText::new(words::when(view.lang, &detail.when)).font(style::section()).color(p.text));
    ui.label(bits::quiet(ui, format!("{} · {line}", detail.name)));
    if let Some(reject) = detail.reject {
        ui.label(RichText::new(format!("⚠ {}", view.text(reject.text()))).color(p.caution));
    }
    if !detail.tags.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for tag in &detail.tags {
                bits::chip(ui, true, None, tag, None);
            }
        });
    }
}

fn fields(ui: &mut Ui, view: &View<'_>, detail: &RecordDetail, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 3.0;
    for field in &detail.fields {
        let line = bits::fact(ui, field.label.get(view.lang), &field.value, true, NAMES);
        if line.clicked() {
            out.act(Act::Copy(field.value.clone()));
        }
        line.context_menu(|ui| {
            for (name, not) in [
                (view.t("この値だけを表示", "Show only this value"), false),
                (view.t("この値を隠す", "Hide this value"), true),
            ] {
                if ui.button(name).clicked() {
                    out.act(Act::Narrow { field: field.name.clone(), value: field.value.clone(), not });
                }
            }
            if ui.button(view.t("すべての事案から探す", "Search all cases")).clicked() {
                let query = crate::app::panels::records::conditions::quoted(&field.value);
                out.act(Act::ShowRecords(crate::workbench::ask::RecordView { query, ..Default::default() }));
            }
            if ui.button(view.t("値を写す", "Copy value")).clicked() {
                out.act(Act::Copy(field.value.clone()));
            }
        });
    }
}

fn text(ui: &mut Ui, view: &View<'_>, detail: &RecordDetail, shown: &mut Shown, out: &mut Outbox) {
    let structured = tree::fits(&detail.text);
    // What was chosen for other records is kept for the next one that has a structure.
    let now = if *shown == Shown::Tree && !structured { Shown::Text } else { *shown };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = style::XS;
        for (value, name) in [
            (Shown::Text, view.t("文字", "Text")),
            (Shown::Tree, view.t("構造", "Structure")),
            (Shown::Hex, view.t("16進", "Hex")),
        ] {
            if (value != Shown::Tree || structured) && bits::chip(ui, now == value, None, name, None).clicked() {
                *shown = value;
            }
        }
    });
    ui.add_space(style::XS);
    if now == Shown::Hex {
        show_hex(ui, detail);
    } else if now == Shown::Text || !tree::show(ui, view, &detail.text, out) {
        let job = marked(palette(ui), detail, ui.available_width());
        ScrollArea::vertical().id_salt("record text").max_height(260.0).show(ui, |ui| {
            ui.add(Label::new(job).selectable(true));
        });
    }
}

/// The text with its indicators underlined in their hue.
fn marked(p: &Palette, detail: &RecordDetail, width: f32) -> LayoutJob {
    let plain = TextFormat { font_id: style::mono(), color: p.text, line_height: Some(17.0), ..TextFormat::default() };
    let mut job = LayoutJob::default();
    let mut at = 0;
    for hit in &detail.hits {
        if hit.start < at || hit.end <= hit.start {
            continue;
        }
        let (Some(before), Some(value)) = (detail.text.get(at..hit.start), detail.text.get(hit.start..hit.end)) else {
            continue;
        };
        job.append(before, 0.0, plain.clone());
        let line = Stroke::new(1.5, p.look(hit.look));
        job.append(value, 0.0, TextFormat { underline: line, background: p.zebra, ..plain.clone() });
        at = hit.end;
    }
    job.append(detail.text.get(at..).unwrap_or(""), 0.0, plain);
    job.wrap.max_width = width;
    job.wrap.break_anywhere = true;
    job
}

fn show_hex(ui: &mut Ui, detail: &RecordDetail) {
    let p = palette(ui);
    let wide = ui.available_width() > 490.0;
    let per_row = if wide { 16 } else { 8 };
    let height = style::CAPTION + 4.0;
    let rows = detail.bytes.len().div_ceil(per_row);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("record bytes").max_height(260.0).show_rows(ui, height, rows, |ui, range| {
        for row in range {
            let bytes = detail.bytes.chunks(per_row).nth(row).unwrap_or(&[]);
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::empty());
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let shown: String =
                bytes.iter().map(|byte| if (32..127).contains(byte) { char::from(*byte) } else { '·' }).collect();
            let offset = format!("{:08x}", detail.offset + (row * per_row) as u64);
            let column = |left: f32| Rect::from_min_max(pos2(rect.left() + left, rect.top()), rect.max);
            bits::text_in(ui.painter(), rect, &offset, style::mono_small(), p.quiet, Align::Min);
            bits::text_in(ui.painter(), column(66.0), &digits.join(" "), style::mono_small(), p.text, Align::Min);
            let ascii = column(76.0 + per_row as f32 * 20.0);
            bits::text_in(ui.painter(), ascii, &shown, style::mono_small(), p.quiet, Align::Min);
        }
    });
}

fn hits(ui: &mut Ui, view: &View<'_>, detail: &RecordDetail, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 1.0;
    for hit in &detail.hits {
        let line = hit_line(ui, view, hit);
        if line.clicked() {
            out.act(Act::Select(Selection::Indicator(hit.kind, hit.value.clone())));
        }
        let open = is_ambiguous(hit.kind, &hit.value);
        let about = match detail.case {
            Some(_) => view.t(
                "クリックで詳細、右クリックでこの記録だけの役割",
                "A click shows it; a right click states its role in this record alone",
            ),
            None if open => {
                view.t("クリックで詳細、右クリックで種別の確定", "A click shows it; a right click settles it")
            }
            None => continue,
        };
        let mut tip = vec![hit.value.clone()];
        if let Some(said) = &hit.settled {
            tip.extend([settle::told(view, said), said.reason.clone()]);
        }
        tip.push(about.to_owned());
        tip.retain(|text| !text.is_empty());
        let line = line.on_hover_text(tip.join("\n"));
        line.context_menu(|ui| {
            if let Some(case) = detail.case {
                roles_here(ui, view, (case, detail), hit, out);
            }
            settle::menu(ui, view, (hit.kind, &hit.value), hit.settled.as_ref(), out);
        });
    }
}

/// States what a value is in this record alone, or in those picked, whatever it is elsewhere in the case.
fn roles_here(ui: &mut Ui, view: &View<'_>, (case, detail): (CaseKey, &RecordDetail), hit: &HitSpan, out: &mut Outbox) {
    ui.label(bits::caption(ui, view.t("この記録だけの役割", "Role in this record alone")));
    roles(
        ui,
        view,
        |role| hit.here == role,
        |role| {
            let rows = Some(RowPick::Rows(vec![(detail.evidence, detail.row)]));
            out.order(Command::SetRole { case, values: vec![(hit.kind, hit.value.clone())], role, rows });
        },
    );
    if view.records_picked < 2 {
        return;
    }
    ui.separator();
    let picked = match view.lang {
        Lang::Ja => format!("選択中の{}件だけの役割", words::count(view.records_picked)),
        Lang::En => format!("Role in the {} selected alone", words::many(view.records_picked, "record")),
    };
    ui.menu_button(picked, |ui| {
        roles(ui, view, |_| false, |role| out.act(Act::RoleInPicked(case, hit.kind, hit.value.clone(), role)));
    });
}

/// The roles to choose from, and that none holds in records alone.
fn roles(ui: &mut Ui, view: &View<'_>, holds: impl Fn(Option<Role>) -> bool, mut chosen: impl FnMut(Option<Role>)) {
    let choices = ROLES.map(|role| (Some(role), view.text(role.text())));
    let none = (None, view.t("限らない（事案での役割のまま）", "None: as in the whole case"));
    for (role, text) in std::iter::once(none).chain(choices) {
        if ui.selectable_label(holds(role), text).clicked() {
            chosen(role);
        }
    }
}

fn hit_line(ui: &mut Ui, view: &View<'_>, hit: &HitSpan) -> Response {
    let p = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 38.0), Sense::CLICK);
    let stated = |role: Option<Role>| role.map_or(Role::not_stated(), Role::text).get(view.lang);
    let role = match (hit.here, view.lang) {
        (None, _) => stated(hit.role).to_owned(),
        (here, Lang::Ja) => format!("{}（この記録では）", stated(here)),
        (here, Lang::En) => format!("{} in this record", stated(here)),
    };
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{} {role}", hit.value)));
    if response.hovered() {
        ui.painter().rect_filled(rect, style::CORNER, p.hover);
    }
    mark::paint(ui.painter(), p, pos2(rect.left() + 10.0, rect.top() + 11.0), 5.0, Mark::Look(hit.look), None);
    let words = Rect::from_min_max(pos2(rect.left() + 24.0, rect.top()), pos2(rect.right() - 4.0, rect.top() + 21.0));
    bits::text_in(ui.painter(), words, &hit.value, style::mono(), p.text, Align::Min);
    let below = words.translate(vec2(0.0, 17.0));
    let seen = match view.lang {
        Lang::Ja => format!("{}件 · {}事案 · {role}", words::count(hit.count), hit.cases),
        Lang::En => {
            format!("{} · {} · {role}", words::many(hit.count, "record"), words::many(hit.cases, "case"))
        }
    };
    let note = hit.benign.as_ref().map(|why| why.get(view.lang).to_owned());
    let kind = match &hit.settled {
        Some(_) => format!("{}{}", view.kind_label(hit.kind), view.t("（確定）", " (settled)")),
        None => view.kind_label(hit.kind),
    };
    let text = [Some(kind), Some(seen), note].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    bits::text_in(ui.painter(), below, &text, style::caption(), p.quiet, Align::Min);
    response
}

fn origin(ui: &mut Ui, view: &View<'_>, detail: &RecordDetail, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 3.0;
    let range = format!("{} – {}", words::count(detail.offset), words::count(detail.offset + detail.len));
    let form = detail.form.as_ref().map(|(format, encoding)| format!("{} · {encoding}", view.text(*format)));
    for (ja, en, value, mono) in [
        ("ファイル", "File", detail.name.clone(), false),
        ("証拠番号", "Evidence", detail.evidence_id.clone(), true),
        ("SHA-256", "SHA-256", detail.sha256.clone(), true),
        ("バイト範囲", "Byte range", range, true),
        ("形式", "Format", form.unwrap_or_default(), false),
        ("時刻の根拠", "Time", known(view.lang, &detail.when), false),
    ] {
        if bits::fact(ui, view.lang.pick(ja, en), &value, mono, NAMES).clicked() {
            out.act(Act::Copy(value));
        }
    }
    ui.add_space(style::XS);
    if bits::button(ui, Weight::Plain, Some(Icon::Copy), view.t("出所を写す", "Copy citation")).clicked() {
        out.act(Act::Copy(citation(detail)));
    }
}

/// What a statement may cite: file, hash, byte range.
pub fn citation(detail: &RecordDetail) -> String {
    let end = detail.offset + detail.len;
    format!("{} SHA-256:{} bytes {}-{}", detail.name, detail.sha256, detail.offset, end)
}

/// How the time is known, in words.
fn known(lang: Lang, when: &When) -> String {
    use crate::model::Known;
    match when {
        When::Undated(why) => words::undated(*why).get(lang).to_owned(),
        When::At { known, offset_minutes, .. } => {
            let how = match known {
                Known::Stated => lang.pick("記録に明記", "stated in the record"),
                Known::Setting => lang.pick("証拠の設定による", "from the evidence's setting"),
                Known::Assumed => lang.pick("推定", "assumed"),
            };
            let minutes = i32::from(*offset_minutes);
            format!("{how} (UTC{:+03}:{:02})", minutes / 60, minutes.abs() % 60)
        }
    }
}

fn custody(ui: &mut Ui, view: &View<'_>, detail: &RecordDetail) {
    for step in &detail.custody {
        ui.horizontal_top(|ui| {
            ui.add_sized([112.0, 16.0], Label::new(bits::caption(ui, words::time(step.at))));
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(Label::new(RichText::new(step.what.get(view.lang)).font(style::table())).wrap());
                ui.label(bits::caption(ui, &step.by));
            });
        });
    }
}
