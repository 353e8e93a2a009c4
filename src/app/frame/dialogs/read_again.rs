//! How an evidence is to be read, where its content does not say.

use super::Came;
use crate::app::style::{self, palette};
use crate::app::view::{Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::words;
use crate::model::EvidenceKey;
use crate::workbench::ask::{Command, ReadAs};
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
    /// Place in [`ZONES`].
    pub zone: usize,
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
            format: None,
            encoding: named(&ENCODINGS, self.encoding),
            zone: named(&ZONES, self.zone),
            year,
            basis: Some(self.basis.trim().to_owned()).filter(|basis| !basis.is_empty()),
        })
    }

    /// The fields side by side.
    pub fn fields(&mut self, ui: &mut Ui, view: &View<'_>) {
        let t = |ja, en| view.t(ja, en);
        ui.horizontal_top(|ui| {
            for (name, at, list, width) in [
                (t("時間帯（記載がないとき）", "Zone, where none is stated"), &mut self.zone, &ZONES[..], 170.0),
                (t("文字コード", "Encoding"), &mut self.encoding, &ENCODINGS[..], 160.0),
            ] {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(bits::caption(ui, name));
                    let choices: Vec<(usize, &str)> =
                        list.iter().enumerate().map(|(at, (_, ja, en))| (at, view.lang.pick(ja, en))).collect();
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
}

impl ReadAgain {
    /// Proposes Japanese time and the present year.
    pub fn new(evidence: EvidenceKey, view: &View<'_>) -> Self {
        let year = words::date(view.now).get(..4).unwrap_or_default().to_owned();
        Self { evidence, settings: Settings { zone: 1, year, ..Settings::default() } }
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
        self.settings.fields(ui, view);
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
