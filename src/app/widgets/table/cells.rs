//! The cells of one row, to be painted.

use crate::app::style::{self, Palette, palette};
use crate::app::widgets::bits;
use egui::{Align, Color32, FontId, Pos2, Rect, Ui};

/// The cells of one row, to be painted.
pub struct Cells<'a> {
    /// Where to paint, and to place widgets.
    pub ui: &'a mut Ui,
    /// The row.
    pub row: u64,
    /// It is the cursor's row or picked.
    pub selected: bool,
    /// What a screen reader says of it; the texts of the cells are appended.
    pub name: String,
    /// The whole of a cut text under the pointer.
    pub(super) tip: Option<String>,
    pub(super) pointer: Option<Pos2>,
    pub(super) rects: &'a [Rect],
    pub(super) right: &'a [bool],
}

impl Cells<'_> {
    /// Colours.
    pub fn p(&self) -> &'static Palette {
        palette(self.ui)
    }

    /// The inside of a cell.
    pub fn rect(&self, column: usize) -> Option<Rect> {
        self.rects.get(column).copied().filter(|rect| rect.width() > 2.0)
    }

    /// A text in the table face.
    pub fn text(&mut self, column: usize, text: &str) {
        self.put(column, text, style::table(), self.p().text);
    }

    /// A text in the quiet colour.
    pub fn quiet(&mut self, column: usize, text: &str) {
        let colour = if self.selected { self.p().text } else { self.p().quiet };
        self.put(column, text, style::table(), colour);
    }

    /// Evidence text, addresses, hashes.
    pub fn mono(&mut self, column: usize, text: &str) {
        self.put(column, text, style::mono(), self.p().text);
    }

    /// Any text in any face and colour.
    pub fn put(&mut self, column: usize, text: &str, font: FontId, colour: Color32) {
        self.name.push_str(text);
        self.name.push(' ');
        if let Some(rect) = self.rect(column) {
            let align = if self.right.get(column) == Some(&true) { Align::Max } else { Align::Min };
            self.fit(rect, text, font, colour, align);
        }
    }

    /// A text in a part of a cell; what has no room is told under the pointer.
    pub fn fit(&mut self, rect: Rect, text: &str, font: FontId, colour: Color32, align: Align) {
        let cut = bits::text_in(self.ui.painter(), rect, text, font, colour, align);
        if cut && self.pointer.is_some_and(|pointer| rect.contains(pointer)) {
            self.tip = Some(text.chars().take(bits::LONGEST_TIP).collect());
        }
    }
}
