//! Every colour, size and face of the window, in both themes. Nothing else names one.
//!
//! The values are those of the design (ui.md); the test computes their contrasts. Kinds are told apart by shape first:
//! see [`super::widgets::mark`].

use crate::model::Tlp;
use crate::model::kind::Look;
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Ui, Vec2};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The colours of one theme.
#[derive(Debug)]
pub struct Palette {
    /// Behind the panels.
    pub ground: Color32,
    /// Panels.
    pub panel: Color32,
    /// Floating things and fields.
    pub raised: Color32,
    /// Text.
    pub text: Color32,
    /// Secondary text.
    pub quiet: Color32,
    /// Marks of what is disabled; never text.
    pub disabled: Color32,
    /// Lines that separate.
    pub hairline: Color32,
    /// Every other row.
    pub zebra: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// A selected row.
    pub selected: Color32,
    /// Selection, focus and the main action.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Something holds.
    pub good: Color32,
    /// Something needs attention.
    pub caution: Color32,
    /// Something failed or cannot be undone.
    pub danger: Color32,
    /// Outline of kind marks: orange and sky alone are too pale on white.
    pub outline: Color32,
    /// Behind a dialog.
    pub veil: Color32,
    /// Shadow of floating things.
    pub shadow: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16 & 255) as u8, (hex >> 8 & 255) as u8, (hex & 255) as u8)
}

/// The light theme.
pub static LIGHT: Palette = Palette {
    ground: rgb(0xF7_F8FA),
    panel: rgb(0xFF_FFFF),
    raised: rgb(0xFF_FFFF),
    text: rgb(0x1B_1F24),
    quiet: rgb(0x59_626E),
    disabled: rgb(0x8A_939E),
    hairline: rgb(0xE2_E5EA),
    zebra: rgb(0xF4_F6F8),
    hover: rgb(0xED_F1F6),
    selected: rgb(0xDC_E9F5),
    accent: rgb(0x16_5E83),
    on_accent: rgb(0xFF_FFFF),
    good: rgb(0x1E_7B4F),
    caution: rgb(0x9A_6200),
    danger: rgb(0xB3_261E),
    outline: rgb(0x3A_424C),
    veil: Color32::from_black_alpha(60),
    shadow: Color32::from_black_alpha(36),
};

/// The dark theme.
pub static DARK: Palette = Palette {
    ground: rgb(0x16_181D),
    panel: rgb(0x1D_2026),
    raised: rgb(0x26_2A32),
    text: rgb(0xE6_E9ED),
    quiet: rgb(0xA3_ACB8),
    disabled: rgb(0x6E_7783),
    hairline: rgb(0x2E_333C),
    zebra: rgb(0x20_242B),
    hover: rgb(0x2A_303A),
    selected: rgb(0x1F_3A52),
    accent: rgb(0x5B_B0DC),
    on_accent: rgb(0x0D_1A22),
    good: rgb(0x57_C08B),
    caution: rgb(0xE0_A63C),
    danger: rgb(0xF2_766B),
    outline: rgb(0xC8_CFD8),
    veil: Color32::from_black_alpha(110),
    shadow: Color32::from_black_alpha(120),
};

/// The colours of the theme in use.
pub fn palette(ui: &Ui) -> &'static Palette {
    of(ui.visuals().dark_mode)
}

/// The colours of a theme.
pub const fn of(dark: bool) -> &'static Palette {
    if dark { &DARK } else { &LIGHT }
}

impl Palette {
    /// A hairline.
    pub fn line(&self) -> Stroke {
        Stroke::new(1.0, self.hairline)
    }

    /// The fill of a kind's mark (Okabe-Ito).
    pub fn look(&self, look: Look) -> Color32 {
        match look {
            Look::Network => rgb(0x00_72B2),
            Look::File => rgb(0xD5_5E00),
            Look::Account => rgb(0x00_9E73),
            Look::Crypto => rgb(0xE6_9F00),
            Look::Person => rgb(0xCC_79A7),
        }
    }

    /// The fill of a case's mark.
    pub const fn case(&self) -> Color32 {
        self.text
    }

    /// The fill of an evidence's mark.
    pub const fn evidence(&self) -> Color32 {
        self.disabled
    }

    /// The colour of the n-th value in stacked bars (Okabe-Ito, apart in lightness too).
    pub fn layer(&self, at: usize) -> Color32 {
        const LAYERS: [Color32; 5] = [rgb(0x00_72B2), rgb(0xE6_9F00), rgb(0x00_9E73), rgb(0xCC_79A7), rgb(0xD5_5E00)];
        LAYERS.get(at).copied().unwrap_or(self.disabled)
    }

    /// The fill of a unit's mark.
    pub fn unit(&self) -> Color32 {
        rgb(0x56_B4E9)
    }
}

/// Ground of the marking band.
pub const MARKING_GROUND: Color32 = Color32::BLACK;

/// The official colour of a label, on black.
pub const fn marking(tlp: Tlp) -> Color32 {
    match tlp {
        Tlp::Red => rgb(0xFF_2B2B),
        Tlp::Amber | Tlp::AmberStrict => rgb(0xFF_C000),
        Tlp::Green => rgb(0x33_FF00),
        Tlp::Clear => rgb(0xFF_FFFF),
    }
}

/// Body text.
pub const BODY: f32 = 13.0;
/// Table text.
pub const TABLE: f32 = 12.5;
/// Captions.
pub const CAPTION: f32 = 11.0;
/// Section titles.
pub const SECTION: f32 = 15.0;
/// Page titles.
pub const PAGE: f32 = 20.0;
/// What is copied onto paper by hand.
pub const REGISTER: f32 = 26.0;

/// Least gap.
pub const XS: f32 = 4.0;
/// Small gap.
pub const S: f32 = 8.0;
/// Gap between groups.
pub const M: f32 = 12.0;
/// Gap between sections.
pub const L: f32 = 16.0;
/// Gap round a page.
pub const XL: f32 = 24.0;

/// Height of buttons and tabs.
pub const BUTTON: f32 = 26.0;
/// Height of a table head.
pub const HEAD: f32 = 26.0;
/// Width of a scroll bar.
pub const BAR: f32 = 10.0;
/// Height of the title line.
pub const TITLE: f32 = 38.0;
/// Height of the status bar.
pub const STATUS: f32 = 26.0;
/// Width of the rail.
pub const RAIL: f32 = 142.0;
/// Usual width of the inspector.
pub const INSPECTOR: f32 = 304.0;
/// Widest a form or a page of text grows.
pub const PAGE_WIDTH: f32 = 760.0;
/// Side of an icon.
pub const ICON: f32 = 16.0;
/// Corner radius.
pub const CORNER: u8 = 4;

/// Height of a table row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// 19 px.
    Compact,
    /// 22 px.
    #[default]
    Normal,
    /// 28 px.
    Roomy,
}

impl Density {
    /// Pixels.
    pub const fn row(self) -> f32 {
        match self {
            Self::Compact => 19.0,
            Self::Normal => 22.0,
            Self::Roomy => 28.0,
        }
    }
}

/// Body face.
pub const fn body() -> FontId {
    FontId::new(BODY, FontFamily::Proportional)
}
/// Table face.
pub const fn table() -> FontId {
    FontId::new(TABLE, FontFamily::Proportional)
}
/// Caption face.
pub const fn caption() -> FontId {
    FontId::new(CAPTION, FontFamily::Proportional)
}
/// Section face.
pub const fn section() -> FontId {
    FontId::new(SECTION, FontFamily::Proportional)
}
/// Page face.
pub const fn page() -> FontId {
    FontId::new(PAGE, FontFamily::Proportional)
}
/// Evidence text, addresses, hashes.
pub const fn mono() -> FontId {
    FontId::new(TABLE - 0.5, FontFamily::Monospace)
}
/// Hex and other small evidence text.
pub const fn mono_small() -> FontId {
    FontId::new(CAPTION, FontFamily::Monospace)
}
/// The head for the paper register.
pub const fn register() -> FontId {
    FontId::new(REGISTER, FontFamily::Monospace)
}

static NOTO: &[u8] = include_bytes!("../../assets/fonts/NotoSansJP-Regular.ttf");

/// The faces: Noto Sans JP for words, Hack with Noto behind it for evidence, and behind both whatever `others` brings for
/// scripts that neither has.
pub fn fonts(others: Vec<Vec<u8>>) -> egui::FontDefinitions {
    let mut fonts = egui::FontDefinitions::default();
    fonts.font_data.insert("noto".to_owned(), Arc::new(egui::FontData::from_static(NOTO)));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "noto".to_owned());
    let mono = fonts.families.entry(FontFamily::Monospace).or_default();
    mono.insert(mono.len().min(1), "noto".to_owned());
    for (number, face) in others.into_iter().enumerate() {
        let name = format!("other {number}");
        fonts.font_data.insert(name.clone(), Arc::new(egui::FontData::from_owned(face)));
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            fonts.families.entry(family).or_default().push(name.clone());
        }
    }
    fonts
}

/// Sets faces, sizes and both themes.
pub fn apply(ctx: &egui::Context) {
    ctx.set_fonts(fonts(Vec::new()));
    // Where the desktop does not say, as paper is.
    ctx.options_mut(|options| options.fallback_theme = egui::Theme::Light);
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        ctx.style_mut_of(theme, |style| set_style(style, of(theme == egui::Theme::Dark)));
    }
}

fn set_style(style: &mut egui::Style, p: &Palette) {
    style.text_styles = BTreeMap::from([
        (TextStyle::Body, body()),
        (TextStyle::Button, body()),
        (TextStyle::Small, caption()),
        (TextStyle::Heading, page()),
        (TextStyle::Monospace, mono()),
    ]);
    style.animation_time = 0.12;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(S, XS);
    spacing.button_padding = Vec2::new(10.0, 4.0);
    spacing.interact_size = Vec2::new(BUTTON, BUTTON);
    spacing.menu_margin = Margin::same(4);
    spacing.window_margin = Margin::same(16);
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.combo_height = 320.0;
    spacing.scroll = egui::style::ScrollStyle { bar_width: 8.0, ..egui::style::ScrollStyle::floating() };
    set_visuals(&mut style.visuals, p);
}

fn set_visuals(visuals: &mut egui::Visuals, p: &Palette) {
    visuals.window_fill = p.raised;
    visuals.window_stroke = p.line();
    visuals.window_corner_radius = CornerRadius::same(CORNER + 2);
    visuals.menu_corner_radius = CornerRadius::same(CORNER);
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: p.shadow };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.panel_fill = p.panel;
    visuals.faint_bg_color = p.zebra;
    visuals.extreme_bg_color = p.raised;
    visuals.text_edit_bg_color = Some(p.raised);
    visuals.code_bg_color = p.zebra;
    visuals.hyperlink_color = p.accent;
    visuals.warn_fg_color = p.caution;
    visuals.error_fg_color = p.danger;
    visuals.weak_text_color = Some(p.quiet);
    visuals.selection.bg_fill = p.selected;
    visuals.selection.stroke = Stroke::new(1.0, p.text);
    visuals.text_cursor.stroke = Stroke::new(2.0, p.accent);
    visuals.indent_has_left_vline = false;
    visuals.interact_cursor = None;
    let corner = CornerRadius::same(CORNER);
    let widgets = &mut visuals.widgets;
    for (state, fill, edge, text) in [
        (&mut widgets.noninteractive, p.panel, p.hairline, p.text),
        (&mut widgets.inactive, p.panel, p.hairline, p.text),
        (&mut widgets.hovered, p.hover, p.disabled, p.text),
        (&mut widgets.active, p.selected, p.accent, p.text),
        (&mut widgets.open, p.hover, p.disabled, p.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, edge);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = corner;
        state.expansion = 0.0;
    }
    // A field and a check box must stand out from the panel they lie on by their edge alone.
    widgets.inactive.bg_stroke.color = p.disabled.linear_multiply(0.6);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color32) -> f64 {
        let part = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn texts_stand_out_by_four_and_a_half_and_marks_by_three() {
        for p in [&LIGHT, &DARK] {
            let grounds = [p.ground, p.panel, p.raised, p.zebra, p.hover];
            for ground in grounds {
                for text in [p.text, p.quiet] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
                }
                for mark in [p.accent, p.good, p.caution, p.danger, p.outline] {
                    assert!(contrast(mark, ground) >= 3.0, "{mark:?} on {ground:?}");
                }
            }
            for ground in [p.ground, p.panel, p.raised, p.zebra] {
                for text in [p.accent, p.good, p.caution, p.danger] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
                }
            }
            assert!(contrast(p.text, p.selected) >= 4.5);
            assert!(contrast(p.on_accent, p.accent) >= 4.5);
            assert!(contrast(p.disabled, p.panel) >= 3.0);
        }
        for tlp in Tlp::ALL {
            assert!(contrast(marking(tlp), MARKING_GROUND) >= 4.5, "{tlp:?}");
        }
    }
}
