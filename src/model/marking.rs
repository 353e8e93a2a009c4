//! Sharing labels: TLP 2.0 (FIRST), and the Japanese handling words beside it.

use serde::{Deserialize, Serialize};

/// Traffic Light Protocol 2.0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tlp {
    /// No limit.
    #[serde(rename = "TLP:CLEAR")]
    Clear,
    /// The community.
    #[serde(rename = "TLP:GREEN")]
    Green,
    /// The organisation and those it serves, need to know.
    #[serde(rename = "TLP:AMBER")]
    Amber,
    /// The organisation only. The default: 共有範囲 names the units.
    #[default]
    #[serde(rename = "TLP:AMBER+STRICT")]
    AmberStrict,
    /// Named recipients only.
    #[serde(rename = "TLP:RED")]
    Red,
}

impl Tlp {
    /// Every label, widest first.
    pub const ALL: [Self; 5] = [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// The label in full, as it must stand on every page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// Reads a label.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tlp| tlp.label() == label)
    }
}
