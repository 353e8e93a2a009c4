//! What a value is in a case. Type alone decides nothing: a phone number may be a victim's or an offender's.

use super::lang::Text;
use serde::{Deserialize, Serialize};

/// The part an indicator plays in one case, as stated by a person (domain.md §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The victim's or a third party's own.
    Victim,
    /// A witness's or reporter's.
    Witness,
    /// An officer's, a station's, an informant's.
    Officer,
    /// A suspect's, a mule's, an account they control.
    Suspect,
    /// Servers, wallets, sites and kits of the offence.
    Infrastructure,
    /// A machine misused as a stepping stone (踏み台); its owner is not a suspect.
    Relay,
}

impl Role {
    /// Every role, strictest first: of several roles of one value the strictest wins throughout one bundle.
    pub const ALL: [Self; 6] =
        [Self::Officer, Self::Victim, Self::Witness, Self::Relay, Self::Infrastructure, Self::Suspect];

    /// The tag used in files and on the command line.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Victim => "victim",
            Self::Witness => "witness",
            Self::Officer => "officer",
            Self::Suspect => "suspect",
            Self::Infrastructure => "infrastructure",
            Self::Relay => "relay",
        }
    }

    /// Reads a tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.tag() == tag)
    }

    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Victim => Text::new("被害者", "Victim"),
            Self::Witness => Text::new("参考人", "Witness"),
            Self::Officer => Text::new("警察側", "Police"),
            Self::Suspect => Text::new("被疑者側", "Suspect"),
            Self::Infrastructure => Text::new("犯罪インフラ", "Infrastructure"),
            Self::Relay => Text::new("踏み台", "Relay"),
        }
    }

    /// What a person reads where no role was stated.
    #[must_use]
    pub const fn not_stated() -> Text {
        Text::new("役割未確定", "Role not stated")
    }

    /// The stricter of two.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        Self::ALL.into_iter().find(|role| *role == self || *role == other).unwrap_or(self)
    }

    /// Of two parts that one value plays, the one that lets less of it out. A part nobody stated stands behind those of
    /// victims and witnesses, whom it may be, and before those of offenders.
    #[must_use]
    pub fn most_guarded(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        let rank = |role: Option<Self>| match role {
            Some(Self::Officer) => 0,
            Some(Self::Victim) => 1,
            Some(Self::Witness) => 2,
            None => 3,
            Some(Self::Relay) => 4,
            Some(Self::Infrastructure) => 5,
            Some(Self::Suspect) => 6,
        };
        if rank(b) < rank(a) { b } else { a }
    }

    /// Whether records with such a value go out by default: suspect, infrastructure or relay.
    #[must_use]
    pub const fn is_offending(self) -> bool {
        matches!(self, Self::Suspect | Self::Infrastructure | Self::Relay)
    }
}
