//! Cases: from consultation to criminal case.

use super::id::{CaseKey, Id};
use super::lang::Text;
use super::marking::Tlp;
use super::time::Instant;
use super::unit::Unit;
use serde::{Deserialize, Serialize};

/// How far a case is: it begins as 相談, becomes 事案, then 事件.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// 相談.
    #[default]
    Consultation,
    /// サイバー事案.
    Incident,
    /// 事件.
    Criminal,
    /// Closed.
    Closed,
}

impl Stage {
    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Consultation => Text::new("相談", "Consultation"),
            Self::Incident => Text::new("事案", "Incident"),
            Self::Criminal => Text::new("事件", "Criminal case"),
            Self::Closed => Text::new("終結", "Closed"),
        }
    }
}

/// One case. Free-text fields never leave the store unless a person approved that exact text for that receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Join key; meaningless before it is stored.
    #[serde(skip)]
    pub key: Option<CaseKey>,
    /// Public id (`c…`).
    pub id: Id,
    /// Number on paper, as `令和8年第42号`.
    pub number: Option<String>,
    /// Title.
    pub title: String,
    /// The unit that holds it.
    pub unit: Unit,
    /// How far it is.
    pub stage: Stage,
    /// Offence, as 不正アクセス禁止法違反.
    pub offence: Option<String>,
    /// Method (手口) tags.
    pub method: Vec<String>,
    /// 認知日, ISO date.
    pub recognised_on: Option<String>,
    /// Loss in yen.
    pub loss_yen: Option<u64>,
    /// Contact section and extension for the receiver.
    pub contact: Option<String>,
    /// What is asked of the national unit: tracing, decryption, abroad.
    pub asks: Vec<String>,
    /// Urgency, as `通常`, `急`, `至急`.
    pub urgency: Option<String>,
    /// Answer wanted by, ISO date.
    pub deadline: Option<String>,
    /// Sharing label.
    pub tlp: Tlp,
    /// Handling and 共有範囲 in words.
    pub handling: Option<String>,
    /// A training case, marked as such everywhere.
    pub training: bool,
    /// When it was entered.
    pub created_at: Instant,
    /// By whom.
    pub created_by: String,
}
