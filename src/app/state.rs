//! What the window remembers between two days, outside the store: language, theme, arrangement, widths;
//! nothing that was asked of a case.

use super::style::Density;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything remembered. Unknown and missing fields do no harm: the file may come from another version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UiState {
    /// `ja` or `en`.
    pub lang: String,
    /// Dark theme; follows the system where `None`.
    pub dark: Option<bool>,
    /// Zoom.
    pub scale: f32,
    /// 0 compact, 1 normal, 2 roomy.
    pub density: u8,
    /// The inspector is shown.
    pub inspector: bool,
    /// How the tiles lie.
    pub arrangement: Option<Tiles>,
    /// The panel last worked in.
    pub front: String,
    /// Labels on the number keys.
    pub tags: Vec<String>,
    /// What each panel wants to find again, by its id.
    pub panels: BTreeMap<String, serde_json::Value>,
    /// Stores opened lately, newest first.
    pub stores: Vec<String>,
    /// The case worked in, by store.
    pub cases: BTreeMap<String, i64>,
    /// Rank and name of who works here.
    pub operator: String,
    /// Path of their unit, for stores made here.
    pub unit: String,
    /// Where files were last chosen.
    pub folder: String,
    /// Files are chosen inside the window even where the desktop has a dialog for it.
    pub choose_inside: bool,
}

/// An arrangement of tiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tile", rename_all = "kebab-case")]
pub enum Tiles {
    /// A panel, by its id.
    Panel {
        /// Its id.
        id: String,
    },
    /// Tabs, one in front.
    Tabs {
        /// The tabs.
        children: Vec<Self>,
        /// Which is in front.
        front: usize,
    },
    /// Side by side, or one above the other.
    Split {
        /// Side by side.
        across: bool,
        /// The parts.
        children: Vec<Self>,
        /// Their shares.
        shares: Vec<f32>,
    },
}

impl Default for UiState {
    fn default() -> Self {
        Self {
            lang: "ja".to_owned(),
            dark: None,
            scale: 1.0,
            density: 1,
            inspector: true,
            arrangement: None,
            front: String::new(),
            tags: ["要確認", "被疑者関連", "被害者関連", "侵入", "送金", "通信", "重要", "除外候補", "報告"]
                .map(str::to_owned)
                .to_vec(),
            panels: BTreeMap::new(),
            stores: Vec::new(),
            cases: BTreeMap::new(),
            operator: String::new(),
            unit: String::new(),
            folder: String::new(),
            choose_inside: false,
        }
    }
}

impl UiState {
    /// From what was saved; the usual state where that cannot be read.
    pub fn from_json(json: &str) -> Self {
        let mut state: Self = serde_json::from_str(json).unwrap_or_default();
        state.scale = if state.scale.is_finite() { state.scale.clamp(0.5, 3.0) } else { 1.0 };
        state.tags.truncate(9);
        state
    }

    /// To be saved.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Height of table rows.
    pub const fn density(&self) -> Density {
        match self.density {
            0 => Density::Compact,
            2 => Density::Roomy,
            _ => Density::Normal,
        }
    }

    /// Remembers a store as the last one opened.
    pub fn remember_store(&mut self, path: &str) {
        self.stores.retain(|old| old != path);
        self.stores.insert(0, path.to_owned());
        self.stores.truncate(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_comes_back_and_rubbish_does_no_harm() {
        let mut state = UiState::default();
        state.remember_store("/cases/r8-42.itoguchi");
        assert_eq!(UiState::from_json(&state.to_json()), state);
        assert_eq!(UiState::from_json("{"), UiState::default());
        assert_eq!(UiState::from_json(r#"{"scale":1e40,"from_tomorrow":1}"#).lang, "ja");
    }
}
