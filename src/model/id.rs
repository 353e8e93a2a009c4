//! Names of things: random public ids people and bundles use, and small keys that join tables.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A public id: one letter for the noun and 16 Crockford base32 characters of 80 random bits, as `e7k3m9qx2…`.
///
/// Ids carry no time and no order, so they say nothing when they leave the store. A unique suffix of
/// [`Id::SHORTEST_SUFFIX`] characters or more is enough to name one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub String);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Id {
    /// The shortest end of an id that stands for it: one as short as a case number (`9`) would name a case by chance.
    pub const SHORTEST_SUFFIX: usize = 4;

    /// Builds an id from a noun letter and ten random bytes.
    #[must_use]
    pub fn from_random(noun: char, random: [u8; 10]) -> Self {
        let mut text = String::with_capacity(17);
        text.push(noun);
        for half in random.chunks_exact(5) {
            let bits = half.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for index in (0..8).rev() {
                let digit = usize::try_from(bits >> (index * 5) & 31).unwrap_or(0);
                text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
            }
        }
        Self(text)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    };
}

key!(
    /// Joins everything about one case inside one store; never leaves it.
    CaseKey
);
key!(
    /// Joins everything about one evidence inside one store; never leaves it.
    EvidenceKey
);
key!(
    /// Joins the indices of one reading inside one store; never leaves it.
    ReadingKey
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_become_seventeen_characters() {
        assert_eq!(Id::from_random('e', [0; 10]).as_str(), "e0000000000000000");
        assert_eq!(Id::from_random('c', [255; 10]).as_str(), "czzzzzzzzzzzzzzzz");
    }
}
