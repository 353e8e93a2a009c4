//! Sixty-four hex digits are a SHA-256 or a transaction, never both. What a value is is a fact about the value, whatever the
//! words around it say in one place or another; a person who knows settles it for the whole store.
//!
//! Evidence and postings stay as they were read. Whoever shows, counts or hands on values asks here what they go by.

use super::indicator::Indicator;
use super::kind::Kind;
use super::statement::{Author, Settlement};
use std::collections::BTreeMap;

/// Read so where the words around it leave it open.
const HEX64: Kind = Kind::new("hex64");
/// What a person settles a value as: a SHA-256 or a transaction.
pub const SETTLES: [Kind; 2] = [Kind::new("sha256"), Kind::new("txid")];

/// Whether what a value is hangs on the words around it: other values of these kinds are what they are.
#[must_use]
pub fn is_ambiguous(kind: Kind, value: &str) -> bool {
    (kind == HEX64 || SETTLES.contains(&kind)) && is_hex64(value)
}

/// Sixty-four hex digits in their canonical form; of decimal digits alone nobody makes a hash.
fn is_hex64(value: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    value.len() == 64 && value.bytes().all(digit) && value.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// The kinds a value may be read as, in their order: three for an ambiguous one, else its own.
pub fn readings(kind: Kind, value: &str) -> impl Iterator<Item = Kind> + Clone {
    let [hash, transaction] = SETTLES;
    let open = is_ambiguous(kind, value);
    let all = if open { [Some(HEX64), Some(hash), Some(transaction)] } else { [Some(kind), None, None] };
    all.into_iter().flatten()
}

/// The kind that stands for all readings of a value.
#[must_use]
pub fn stem(kind: Kind, value: &str) -> Kind {
    if is_ambiguous(kind, value) { HEX64 } else { kind }
}

impl Indicator {
    /// What stands for a value however it is read: what is said of it holds for each of its readings.
    #[must_use]
    pub fn stem(kind: Kind, value: &str) -> Self {
        Self { kind: stem(kind, value), value: value.to_owned() }
    }
}

/// Every value that people settled, with who did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled(BTreeMap<String, (Settlement, Author)>);

impl Settled {
    /// Whether nothing was settled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The kind a value goes by that was read as this kind.
    #[must_use]
    pub fn kind(&self, kind: Kind, value: &str) -> Kind {
        self.of(kind, value).map_or(kind, |(said, _)| said.kind)
    }

    /// What was said of a value, and by whom.
    #[must_use]
    pub fn of(&self, kind: Kind, value: &str) -> Option<&(Settlement, Author)> {
        // Nearly every store has settled nothing, and nearly every value is of another kind.
        if self.0.is_empty() || !is_ambiguous(kind, value) { None } else { self.0.get(value) }
    }

    /// All that was said, in the order of values.
    pub fn iter(&self) -> impl Iterator<Item = &(Settlement, Author)> {
        self.0.values()
    }
}

impl FromIterator<(Settlement, Author)> for Settled {
    fn from_iter<T: IntoIterator<Item = (Settlement, Author)>>(all: T) -> Self {
        Self(all.into_iter().map(|(said, author)| (said.value.clone(), (said, author))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Instant};

    #[test]
    fn only_what_hangs_on_words_is_settled() {
        let (value, kind) = ("ab".repeat(32), |tag| Kind::from_tag(tag).unwrap());
        let said = Settlement { id: Id("k1".into()), value: value.clone(), kind: kind("txid"), reason: String::new() };
        let settled: Settled = [(said, Author { operator: "訓練太郎".into(), at: Instant(0) })].into_iter().collect();
        for tag in ["hex64", "sha256", "txid"] {
            assert_eq!(settled.kind(kind(tag), &value), kind("txid"), "{tag}");
            assert_eq!(settled.kind(kind(tag), &"cd".repeat(32)), kind(tag), "{tag}");
            assert_eq!(readings(kind(tag), &value).count(), 3);
            assert_eq!((stem(kind(tag), &value), stem(kind(tag), "5Sig")), (HEX64, kind(tag)));
        }
        assert_eq!(settled.kind(kind("md5"), &value), kind("md5"));
        for odd in ["AB".repeat(32), "12".repeat(32), "ab".repeat(31), "gh".repeat(32)] {
            assert!(!is_ambiguous(HEX64, &odd), "{odd}");
        }
        assert!(readings(kind("txid"), "5Sig").eq([kind("txid")]));
    }
}
