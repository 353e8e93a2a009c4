//! Units: who holds a case or receives a bundle, as a path in an editable register.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A unit's path: prefecture code (JIS X 0401) with sections or stations below it, as `11`, `11/soumu`; national bodies
/// are `00/bureau` (サイバー警察局), `00/special` (サイバー特別捜査部), `00/tokuryu` (匿流情報分析室). What is no police
/// but receives something stands below `org`: `org/bank/0001` by its bank code, `org/example-net` by a short name.
///
/// Only a name: what a unit may do follows from the keys in the trust list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(String);

/// What organisations stand below.
const ORGANISATION: &str = "org";

impl Unit {
    /// Reads a path: a two-digit code 00 to 47, or `org` and at least one part; then parts of `a-z 0-9 -`, 64 characters at
    /// most.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let head = parts.next()?;
        let fine = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let code = head.parse::<u8>().is_ok_and(|code| code <= 47 && format!("{code:02}") == head);
        let known = code || (head == ORGANISATION && path.len() > head.len());
        (path.len() <= 64 && known && parts.all(fine)).then(|| Self(path.to_owned()))
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

    /// Whether it is no police: a provider, a bank, anybody else.
    #[must_use]
    pub fn is_organisation(&self) -> bool {
        self.0.starts_with(ORGANISATION)
    }

    /// The four digits of a bank.
    #[must_use]
    pub fn bank(&self) -> Option<&str> {
        let code = self.0.strip_prefix(ORGANISATION)?.strip_prefix("/bank/")?;
        (code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
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
        for good in ["11", "00/special", "11/soumu/desk-2", "org/bank/9901", "org/example-net"] {
            assert!(Unit::from_path(good).is_some(), "{good}");
        }
        for bad in ["", "1", "48", "11/", "11/Soumu", "+1", "１１", "11//a", "org", "org/", "organ/x"] {
            assert!(Unit::from_path(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn organisations_are_no_police_and_a_bank_has_its_code() {
        let of = |path| Unit::from_path(path).map(|unit| (unit.is_organisation(), unit.bank().map(str::to_owned)));
        assert_eq!(of("org/bank/9901"), Some((true, Some("9901".into()))));
        for other in ["org/bank/990", "org/bank/99a1", "org/bank/9901/branch", "org/example-net"] {
            assert_eq!(of(other), Some((true, None)), "{other}");
        }
        assert_eq!(of("11"), Some((false, None)));
    }
}
