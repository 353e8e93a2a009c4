//! What a person typed off a paper or a picture, taken in as evidence of its own that says whose reading it is.

use super::Came;
use crate::app::panels::records::rows::file_name;
use crate::app::style;
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits::{self, Weight};
use crate::model::EvidenceKey;
use crate::workbench::ask::Command;
use crate::workbench::transcript::Transcript;
use egui::{Label, RichText, ScrollArea, Ui};

/// The form as filled in so far.
#[derive(Debug, Default)]
pub struct Transcribe {
    of: Option<EvidenceKey>,
    exhibit: String,
    by: String,
    compared: String,
    pub(super) text: String,
    focused: bool,
}

impl Transcribe {
    /// Of an evidence, or of a paper that is not in the store; typed by who works here unless said otherwise.
    pub fn new(of: Option<EvidenceKey>, view: &View<'_>) -> Self {
        let all = view.evidence(None).into_iter().flatten();
        let row = all.into_iter().find(|row| Some(row.evidence.key) == of);
        let exhibit = row.and_then(|row| row.evidence.acquisition.exhibit.clone()).unwrap_or_default();
        let by = view.store().map(|store| store.operator.clone()).unwrap_or_default();
        Self { of, exhibit, by, ..Self::default() }
    }

    /// What is still missing, in words.
    fn lacks(&self, view: &View<'_>) -> Option<&'static str> {
        let blank = |text: &str| text.trim().is_empty();
        if blank(&self.by) {
            Some(view.t("書き起こした人を記してください", "say who typed it"))
        } else if self.of.is_none() && blank(&self.exhibit) {
            Some(view.t("書面の符号を記してください", "give the exhibit's number"))
        } else if !blank(&self.compared) && self.compared.trim() == self.by.trim() {
            Some(view.t("照合は書き起こした人以外が行います", "somebody else compares it"))
        } else if blank(&self.text) {
            Some(view.t("本文を入力してください", "type the text"))
        } else {
            None
        }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) -> Came {
        let t = |ja, en| view.t(ja, en);
        bits::section(ui, t("書き起こしを加える", "Add a transcript"));
        if let Some(key) = self.of {
            ui.label(RichText::new(file_name(view, key)).font(style::mono()));
        }
        let about = t(
            "書面や画像から人が書き起こした文章を、元の証拠から派生した証拠として加えます。誰が読み、誰が照合したかが残ります。",
            "What a person typed off a paper or a picture becomes evidence derived from it, with who read it and who compared it.",
        );
        ui.add(Label::new(bits::quiet(ui, about)).wrap());
        ui.add_space(style::S);
        ui.horizontal_top(|ui| {
            // The keyboard begins at the first field that is still empty.
            let exhibit =
                bits::field(ui, t("符号", "Exhibit number"), &mut self.exhibit, t("例：符号3-2", "e.g. 3-2"), 130.0);
            let by =
                bits::field(ui, t("書き起こした人", "Typed by"), &mut self.by, t("階級と氏名", "rank and name"), 180.0);
            let first = match (self.exhibit.is_empty(), self.by.is_empty()) {
                (true, _) => Some(exhibit),
                (_, true) => Some(by),
                _ => None,
            };
            if let Some(first) = first.filter(|_| !self.focused) {
                self.focused = true;
                first.request_focus();
            }
            let hint = t("別の人の階級と氏名（任意）", "another person (optional)");
            bits::field(ui, t("照合した人", "Compared by"), &mut self.compared, hint, 200.0);
        });
        ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
            let hint = t("書かれているとおりに。読めない字は〓", "As it is written; 〓 for what can't be read");
            let width = ui.available_width() - 8.0;
            let area = bits::area(ui, t("本文", "Text"), &mut self.text, hint, width, 12);
            if !std::mem::replace(&mut self.focused, true) {
                area.request_focus();
            }
        });
        ui.add_space(style::S);
        let mut came = Came::Open;
        let lacks = self.lacks(view);
        ui.horizontal(|ui| {
            let act = t("書き起こしを加える", "Add the transcript");
            if ui.add_enabled_ui(lacks.is_none(), |ui| bits::button(ui, Weight::Main, None, act)).inner.clicked() {
                out.order(Command::Transcribe(Box::new(self.taken(view))));
                out.act(Act::Open("evidence"));
                came = Came::Done;
            }
            if bits::button(ui, Weight::Bare, None, t("やめる", "Cancel")).clicked() {
                came = Came::Done;
            }
            if let Some(lacks) = lacks {
                ui.label(bits::quiet(ui, lacks));
            }
        });
        came
    }

    fn taken(&mut self, view: &View<'_>) -> Transcript {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Transcript {
            of: self.of,
            case: view.case,
            exhibit: given(&self.exhibit),
            by: self.by.trim().to_owned(),
            compared_by: given(&self.compared),
            text: std::mem::take(&mut self.text).into_bytes(),
        }
    }
}
