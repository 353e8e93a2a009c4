//! What may be written: values whose fate was decided. Only the sanitiser can make them; writers accept nothing else.

use serde::{Serialize, Serializer};

/// A value as it leaves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown(Fate);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Kept(String),
    Token(String),
    General(String),
    Withheld,
}

/// How a value leaves, for those who only count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// As it is.
    Kept,
    /// As a keyed token.
    Token,
    /// Made coarser.
    General,
    /// Not at all.
    Withheld,
}

impl Shown {
    pub(super) fn kept(value: &str) -> Self {
        Self(Fate::Kept(value.to_owned()))
    }

    pub(super) fn token(token: String) -> Self {
        Self(Fate::Token(token))
    }

    pub(super) fn general(coarse: String) -> Self {
        Self(Fate::General(coarse))
    }

    pub(super) const fn withheld() -> Self {
        Self(Fate::Withheld)
    }

    /// How it leaves.
    #[must_use]
    pub const fn how(&self) -> How {
        match self.0 {
            Fate::Kept(_) => How::Kept,
            Fate::Token(_) => How::Token,
            Fate::General(_) => How::General,
            Fate::Withheld => How::Withheld,
        }
    }

    /// The text that stands in the bundle; empty where it is withheld.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.0 {
            Fate::Kept(text) | Fate::Token(text) | Fate::General(text) => text,
            Fate::Withheld => "",
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("Shown", 2)?;
        out.serialize_field("how", &self.how())?;
        out.serialize_field("text", self.text())?;
        out.end()
    }
}
