//! Units: who holds a case or receives a bundle, as a path in an editable register.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A unit's path: prefecture code (JIS X 0401) with sections or stations below it, as `11`, `11/soumu`; national bodies
/// are `00/bureau` (サイバー警察局), `00/special` (サイバー特別捜査部), `00/tokuryu` (匿流情報分析室). What is no police
/// but receives something stands below `org`: `org/bank/0001` by its bank code, `org/example-net` by a short name. Authorities
/// of other countries stand below `abroad` and the two letters of ISO 3166: `abroad/de/example-kripo`. What is published
/// goes to `public`.
///
/// Only a name: what a unit may do follows from the keys in the trust list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(String);

/// What organisations, and authorities of other countries, stand below.
const ORGANISATION: &str = "org";
const ABROAD: &str = "abroad";
/// Everybody.
const PUBLIC: &str = "public";

/// What sort of receiver a unit is: profiles are made for some of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// A national body of the police.
    National,
    /// A prefectural police.
    Prefecture,
    /// A bank, named by its code.
    Bank,
    /// A provider or another organisation.
    Organisation,
    /// An authority of another country.
    Abroad,
    /// Everybody: what is published.
    Public,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Self; 6] =
        [Self::National, Self::Prefecture, Self::Bank, Self::Organisation, Self::Abroad, Self::Public];
}

impl Unit {
    /// Reads a path: a two-digit code 00 to 47, or `org` and at least one part, or `abroad`, a country and at least one part;
    /// then parts of `a-z 0-9 -`, 64 characters at most. `public` stands alone.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        let head = parts.next()?;
        let fine = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let code = head.parse::<u8>().is_ok_and(|code| code <= 47 && format!("{code:02}") == head);
        let country = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase());
        let known = match head {
            ORGANISATION => path.len() > head.len(),
            ABROAD => parts.next().is_some_and(country) && parts.clone().next().is_some(),
            PUBLIC => path == PUBLIC,
            _ => code,
        };
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

    /// What sort of receiver it is.
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self.0.split('/').next() {
            Some("00") => Sort::National,
            Some(ORGANISATION) if self.bank().is_some() => Sort::Bank,
            Some(ORGANISATION) => Sort::Organisation,
            Some(ABROAD) => Sort::Abroad,
            Some(PUBLIC) => Sort::Public,
            _ => Sort::Prefecture,
        }
    }

    /// Whether it is police of this country: only such keeps cases and hands them on.
    #[must_use]
    pub fn is_police(&self) -> bool {
        matches!(self.sort(), Sort::National | Sort::Prefecture)
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
        for good in
            ["11", "00/special", "11/soumu/desk-2", "org/bank/9901", "org/example-net", "abroad/de/kripo", "public"]
        {
            assert!(Unit::from_path(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "1",
            "48",
            "11/",
            "11/Soumu",
            "+1",
            "１１",
            "11//a",
            "org",
            "org/",
            "organ/x",
            "abroad",
            "abroad/de",
            "abroad/de/",
            "abroad/ger/x",
            "abroad/DE/x",
            "abroad/kripo",
            "public/",
            "public/x",
            "publican",
        ] {
            assert!(Unit::from_path(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn receivers_are_of_one_sort_and_a_bank_has_its_code() {
        let of = |path| Unit::from_path(path).map(|unit| (unit.sort(), unit.is_police()));
        assert_eq!(of("org/bank/9901"), Some((Sort::Bank, false)));
        for other in ["org/bank/990", "org/bank/99a1", "org/bank/9901/branch", "org/example-net"] {
            assert_eq!(of(other), Some((Sort::Organisation, false)), "{other}");
        }
        assert_eq!(of("11"), Some((Sort::Prefecture, true)));
        assert_eq!(of("00/special"), Some((Sort::National, true)));
        assert_eq!(of("abroad/de/kripo"), Some((Sort::Abroad, false)));
        assert_eq!(of("public"), Some((Sort::Public, false)));
    }
}
