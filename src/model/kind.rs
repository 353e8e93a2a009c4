//! What sort of thing an indicator is. The facts of each kind live beside its detector, not here.

use super::lang::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An indicator's kind: a short ASCII tag such as `ipv4` (the exact list is DESIGN §5).
///
/// A newtype, not an enum: a store written by a newer version may hold kinds this one does not know, and those show as
/// themselves instead of being lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    len: u8,
    tag: [u8; Self::MAX],
}

impl Kind {
    /// Longest tag in bytes.
    pub const MAX: usize = 23;

    /// Builds a kind in a constant.
    ///
    /// # Panics
    /// At compile time, when the tag is not 1 to 23 characters of `a-z 0-9 _`.
    #[must_use]
    #[expect(clippy::panic, reason = "runs at compile time, on our own constants")]
    pub const fn new(tag: &'static str) -> Self {
        match Self::from_bytes(tag.as_bytes()) {
            Some(kind) => kind,
            None => panic!("a kind tag is 1 to 23 characters of a-z, 0-9 and _"),
        }
    }

    const fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() || bytes.len() > Self::MAX {
            return None;
        }
        let mut tag = [0; Self::MAX];
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                return None;
            }
            tag[at] = byte;
            at += 1;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 23")]
        Some(Self { len: bytes.len() as u8, tag })
    }

    /// Reads a tag from outside; `None` unless it is 1 to 23 characters of `a-z 0-9 _`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::from_bytes(tag.as_bytes())
    }

    /// The tag as text.
    #[must_use]
    pub fn tag(&self) -> &str {
        std::str::from_utf8(self.tag_bytes()).unwrap_or("")
    }

    /// The tag filled up to its longest, and its length, for those who write it in one go.
    #[must_use]
    pub const fn padded(&self) -> (&[u8; Self::MAX], usize) {
        (&self.tag, self.len as usize)
    }

    /// The tag as bytes, for those who write millions of them.
    #[must_use]
    pub fn tag_bytes(&self) -> &[u8] {
        self.tag.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kind {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Behind the tag there are zeros, which come before all it may hold: the order of the tags as texts.
        self.tag.cmp(&other.tag)
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_tag(&tag).ok_or_else(|| serde::de::Error::custom("not an indicator kind"))
    }
}

/// What a kind says about people; decides the sanitising rule together with the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Addresses and names of machines: IP, domain, URL, MAC.
    Network,
    /// Hashes of files.
    File,
    /// Public knowledge: CVE, ATT&CK.
    Knowledge,
    /// Names a person or a person's account directly: phone, mail, handle, identity documents.
    DirectId,
    /// Bank accounts and cards.
    Money,
    /// Crypto-asset addresses and transactions.
    Crypto,
}

/// The look of a kind in table, graph and report (ui.md, Okabe-Ito hues; the shape says it without colour).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// Blue circle.
    Network,
    /// Vermilion hexagon.
    File,
    /// Green rounded square.
    Account,
    /// Orange diamond.
    Crypto,
    /// Purple person glyph.
    Person,
}

/// The facts of one indicator kind, kept in its detector's own file.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The tag.
    pub kind: Kind,
    /// What a person reads.
    pub label: Text,
    /// Decides the sanitising rule.
    pub class: Class,
    /// STIX 2.1 object type, as `ipv4-addr`; custom types carry an extension.
    pub stix: &'static str,
    /// Mark in table and graph.
    pub look: Look,
    /// How strongly one shared value ties two cases before rarity is counted, 0 to 1.
    pub strength: f32,
    /// Whether a keyed token may stand for the value when it is not kept.
    pub tokenable: bool,
    /// Examples from documentation ranges, shown in help.
    pub examples: &'static [&'static str],
}
