//! Units: who holds a case or receives a bundle, as a path in an editable register.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A unit's path: prefecture code (JIS X 0401) with sections or stations below it, as `11`, `11/soumu`; national bodies
/// are `00/bureau` (サイバー警察局), `00/special` (サイバー特別捜査部), `00/tokuryu` (匿流情報分析室).
///
/// Only a name: what a unit may do follows from the keys in the trust list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(String);

impl Unit {
    /// Reads a path: a two-digit code 00 to 47, then parts of `a-z 0-9 -`, 64 characters at most.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let code = parts.next().filter(|code| code.len() == 2)?.parse::<u8>().ok().filter(|code| *code <= 47)?;
        let fine = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        (path.len() <= 64 && parts.all(fine) && format!("{code:02}") == path.get(..2)?).then(|| Self(path.to_owned()))
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The two-digit code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.get(..2).unwrap_or("")
    }

    /// Whether it is a national body.
    #[must_use]
    pub fn is_national(&self) -> bool {
        self.code() == "00"
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_checked() {
        for good in ["11", "00/special", "11/soumu/desk-2"] {
            assert!(Unit::from_path(good).is_some(), "{good}");
        }
        for bad in ["", "1", "48", "11/", "11/Soumu", "+1", "１１", "11//a"] {
            assert!(Unit::from_path(bad).is_none(), "{bad}");
        }
    }
}
