//! What a person should know about a tie, and what was damped or left out: never silently.

use crate::model::{Lang, Text};

/// One remark on a shared value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Mark {
    /// In many cases that share little else: damped by its frequency.
    Hub,
    /// Known to be harmless or shared by everybody: damped.
    Benign,
    /// Stated to be the police's own in one of the cases: damped.
    Police,
    /// No role was stated in at least one of the cases.
    RoleNotStated,
    /// The match is between tokens; the value itself was withheld.
    Token,
    /// The same value matched in clear and as a token; counted once.
    CountedOnce,
    /// It fails its own check digits or rules.
    Unverified,
    /// Without a time in at least one of the cases.
    Undated,
    /// More than a year lies between the times it was seen.
    FarApart,
}

impl Mark {
    /// Every mark, in the order shown.
    pub const ALL: [Self; 9] = [
        Self::Hub,
        Self::Benign,
        Self::Police,
        Self::RoleNotStated,
        Self::Token,
        Self::CountedOnce,
        Self::Unverified,
        Self::Undated,
        Self::FarApart,
    ];

    /// The tag used in JSON.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Benign => "benign",
            Self::Police => "police",
            Self::RoleNotStated => "role-not-stated",
            Self::Token => "token",
            Self::CountedOnce => "counted-once",
            Self::Unverified => "unverified",
            Self::Undated => "undated",
            Self::FarApart => "far-apart",
        }
    }

    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Hub => Text::new("多数の事案に出現（弱く評価）", "In very many cases (damped)"),
            Self::Benign => Text::new("一般に広く使われる値（弱く評価）", "Shared by everybody (damped)"),
            Self::Police => Text::new("警察側の値（弱く評価）", "The police's own (damped)"),
            Self::RoleNotStated => Text::new("役割未確定", "Role not stated"),
            Self::Token => Text::new("トークンで一致（原値は秘匿）", "Tokens match (value withheld)"),
            Self::CountedOnce => {
                Text::new("原値とトークンの両方で一致（1件として評価）", "Value and token match (counted once)")
            }
            Self::Unverified => Text::new("検査数字等が不一致の値", "Fails its own check"),
            Self::Undated => Text::new("時刻なし", "No time"),
            Self::FarApart => Text::new("1年以上の間隔", "More than a year apart"),
        }
    }
}

/// A set of marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(u16);

impl Marks {
    /// With one more.
    #[must_use]
    pub const fn with(self, mark: Mark) -> Self {
        Self(self.0 | 1 << mark as u8)
    }

    /// With one more if `so`.
    #[must_use]
    pub const fn with_if(self, mark: Mark, so: bool) -> Self {
        if so { self.with(mark) } else { self }
    }

    /// Marks of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has this one.
    #[must_use]
    pub const fn has(self, mark: Mark) -> bool {
        self.0 & 1 << mark as u8 != 0
    }

    /// Whether the value was damped.
    #[must_use]
    pub const fn is_damped(self) -> bool {
        self.has(Mark::Hub) || self.has(Mark::Benign)
    }

    /// The marks in the order shown.
    pub fn iter(self) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| self.has(*mark))
    }
}

/// Something the whole correlation did that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Values in many cases that share nothing else: damped by their frequency.
    Hubs {
        /// How many values.
        values: usize,
        /// Most cases that are still few.
        few: u32,
    },
    /// The hub limit was lowered so that the work stays bounded.
    LimitLowered {
        /// From.
        from: u32,
        /// To.
        to: u32,
    },
    /// Shared values known to be benign: damped.
    Benign {
        /// How many values.
        values: usize,
    },
    /// Sightings inside another value: they tie nothing.
    Implied {
        /// How many sightings.
        sightings: u64,
    },
    /// Tokens that stand for more than one value: matched as tokens only.
    TokensClaimedTwice {
        /// How many tokens.
        tokens: usize,
    },
    /// Sightings of cases that were not in the list.
    UnknownCase {
        /// How many sightings.
        sightings: u64,
    },
}

impl Note {
    /// What a person reads.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let ja = lang == Lang::Ja;
        match self {
            Self::Hubs { values, few } if ja => {
                format!("{few}件を大きく超える事案に出現し、他に共通点の少ない値{values}個を弱く評価した（一覧参照）")
            }
            Self::Hubs { values, few } => {
                format!("{values} values in many more than {few} cases that share little else were damped (see list)")
            }
            Self::LimitLowered { from, to } if ja => {
                format!("組合せが多すぎるため、多数出現とみなす事案数を{from}から{to}に下げた")
            }
            Self::LimitLowered { from, to } => {
                format!("too many combinations: values count as frequent from {to} cases on instead of {from}")
            }
            Self::Benign { values } if ja => format!("一般に広く使われる値{values}個を弱く評価した（一覧参照）"),
            Self::Benign { values } => format!("{values} values shared by everybody were damped (see list)"),
            Self::Implied { sightings } if ja => {
                format!("他の値に含まれる値{sightings}件は、つながりの根拠としていない")
            }
            Self::Implied { sightings } => format!("{sightings} sightings inside another value tie nothing"),
            Self::TokensClaimedTwice { tokens } if ja => {
                format!("複数の原値に対応するトークンが{tokens}個あり、トークンのままで照合した")
            }
            Self::TokensClaimedTwice { tokens } => {
                format!("{tokens} tokens stand for more than one value and were matched as tokens only")
            }
            Self::UnknownCase { sightings } if ja => format!("事案の一覧にない{sightings}件を除いた"),
            Self::UnknownCase { sightings } => format!("{sightings} sightings of unlisted cases were left out"),
        }
    }
}
