//! How an evidence is to be read, where its content does not say.

use super::Came;
use crate::app::style::{self, palette};
use crate::app::view::{Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::words;
use crate::model::{EvidenceKey, Lang, Text};
use crate::workbench::ask::{Command, ReadAs};
use crate::workbench::reading::formats;
use egui::{Label, RichText, Ui};

/// Zones offered by name.
pub const ZONES: [(&str, &str, &str); 3] =
    [("", "定めない", "Not stated"), ("Asia/Tokyo", "日本時間", "Japan"), ("UTC", "協定世界時（UTC）", "UTC")];

/// Encodings offered by name.
pub const ENCODINGS: [(&str, &str, &str); 7] = [
    ("", "自動", "Automatic"),
    ("utf-8", "UTF-8", "UTF-8"),
    ("shift_jis", "シフトJIS（CP932）", "Shift JIS (CP932)"),
    ("euc-jp", "EUC-JP", "EUC-JP"),
    ("iso-2022-jp", "ISO-2022-JP", "ISO-2022-JP"),
    ("utf-16le", "UTF-16 LE", "UTF-16 LE"),
    ("utf-16be", "UTF-16 BE", "UTF-16 BE"),
];

/// The settings as chosen so far.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The format ordered; what content shows, or what it was read as, where `None`.
    pub format: Option<&'static str>,
    /// Place in [`ZONES`]; after them stands `other_zone`.
    pub zone: usize,
    /// A zone without a name in that list, as stated before.
    pub other_zone: Option<String>,
    /// Year of the first record.
    pub year: String,
    /// Place in [`ENCODINGS`].
    pub encoding: usize,
    /// Legal basis with the paper's number.
    pub basis: String,
}

impl Settings {
    /// As the import takes them; `None` while the year cannot be read.
    pub fn read_as(&self) -> Option<ReadAs> {
        let year = self.year.trim();
        let year =
            if year.is_empty() { None } else { Some(year.parse().ok().filter(|year| (1970..=2200).contains(year))?) };
        let named = |list: &[(&str, &str, &str)], at: usize| {
            list.get(at).map(|(tag, ..)| (*tag).to_owned()).filter(|tag| !tag.is_empty())
        };
        Some(ReadAs {
            format: self.format.map(str::to_owned),
            encoding: named(&ENCODINGS, self.encoding),
            zone: if self.zone < ZONES.len() { named(&ZONES, self.zone) } else { self.other_zone.clone() },
            year,
            basis: Some(self.basis.trim().to_owned()).filter(|basis| !basis.is_empty()),
        })
    }

    /// The format, then the other fields side by side; `usual` is what no order means.
    pub fn fields(&mut self, ui: &mut Ui, view: &View<'_>, usual: &str) {
        let t = |ja, en| view.t(ja, en);
        let name = t("形式", "Format");
        ui.label(bits::caption(ui, name));
        let formats = formats();
        let named = formats.iter().map(|(tag, label)| (Some(*tag), view.text(*label)));
        let choices: Vec<(Option<&'static str>, &str)> = std::iter::once((None, usual)).chain(named).collect();
        bits::choose(ui, name, &mut self.format, &choices, 338.0);
        ui.add_space(style::XS);
        ui.horizontal_top(|ui| {
            let other = self.other_zone.as_deref();
            for (name, at, list, other, width) in [
                (t("時間帯（記載がないとき）", "Zone, where none is stated"), &mut self.zone, &ZONES[..], other, 170.0),
                (t("文字コード", "Encoding"), &mut self.encoding, &ENCODINGS[..], None, 160.0),
            ] {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(bits::caption(ui, name));
                    let known = list.iter().map(|(_, ja, en)| view.lang.pick(ja, en));
                    let choices: Vec<(usize, &str)> = known.chain(other).enumerate().collect();
                    bits::choose(ui, name, at, &choices, width);
                });
            }
            ui.vertical(|ui| {
                let name = t("最初の年（記載がないとき）", "First year, where none is stated");
                bits::field(ui, name, &mut self.year, t("例：2026", "e.g. 2026"), 150.0);
                if self.read_as().is_none() {
                    let why = t("西暦4桁で", "as 2026");
                    ui.label(RichText::new(why).font(style::caption()).color(palette(ui).danger));
                }
            });
        });
    }
}

/// An evidence to be read again.
#[derive(Debug)]
pub struct ReadAgain {
    evidence: EvidenceKey,
    settings: Settings,
    /// The format it is read as now.
    format: Option<Text>,
}

impl ReadAgain {
    /// As it is read now; where times could not be placed, Japanese time and the present year are proposed.
    pub fn new(evidence: EvidenceKey, view: &View<'_>) -> Self {
        let mut all = view.evidence(None).into_iter().flatten();
        let row = all.find(|row| row.evidence.key == evidence);
        let mut settings = Settings::default();
        let reading = row.and_then(|row| row.evidence.reading.as_ref());
        if let Some(form) = reading.map(|reading| &reading.form) {
            let place = |list: &[(&str, &str, &str)], held: &str| list.iter().position(|(tag, ..)| *tag == held);
            settings.encoding = place(&ENCODINGS, &form.encoding).unwrap_or(0);
            if let Some(zone) = &form.time.zone {
                settings.zone = place(&ZONES, zone).unwrap_or(ZONES.len());
                settings.other_zone = Some(zone.clone()).filter(|_| settings.zone == ZONES.len());
            }
            settings.year = form.time.year.map(|year| year.to_string()).unwrap_or_default();
        }
        if reading.is_none_or(|reading| reading.undated > 0) {
            if settings.zone == 0 {
                settings.zone = 1;
            }
            if settings.year.is_empty() {
                words::date(view.now).get(..4).unwrap_or_default().clone_into(&mut settings.year);
            }
        }
        Self { evidence, settings, format: row.and_then(|row| row.read_as.as_ref()).map(|(format, _)| *format) }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> Came {
        let name = crate::app::panels::records::rows::file_name(view, self.evidence);
        bits::section(ui, view.t("読み方を変えて読み直す", "Read in another way"));
        ui.label(RichText::new(name).font(style::mono()));
        ui.add_space(style::XS);
        let about = view.t(
            "保存済みの同じバイト列を、新しい読み方で読み直します。付箋や引用はバイト位置で引き継ぎ、引き継げないものは知らせます。",
            "The same stored bytes are read once more, this way. Tags and citations follow their bytes; what cannot follow is told.",
        );
        ui.add(Label::new(bits::quiet(ui, about)).wrap());
        ui.add_space(style::S);
        let usual = match (self.format, view.lang) {
            (Some(format), Lang::Ja) => format!("今のまま（{}）", view.text(format)),
            (Some(format), Lang::En) => format!("As now ({})", view.text(format)),
            (None, lang) => lang.pick("自動", "Automatic").to_owned(),
        };
        self.settings.fields(ui, view, &usual);
        ui.add_space(style::M);
        let mut came = Came::Open;
        ui.horizontal(|ui| {
            let ready = self.settings.read_as();
            let act = view.t("読み直す", "Read again");
            if ui.add_enabled_ui(ready.is_some(), |ui| bits::button(ui, Weight::Main, None, act)).inner.clicked()
                && let Some(read_as) = ready
            {
                out.order(Command::ReadAgain { evidence: self.evidence, read_as });
                came = Came::Done;
            }
            if bits::button(ui, Weight::Bare, None, view.t("やめる", "Cancel")).clicked() {
                came = Came::Done;
            }
        });
        came
    }
}
