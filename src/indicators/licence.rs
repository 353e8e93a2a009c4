//! Driving licence numbers: twelve digits, a commission's code, year, serial, check digit, count of reissues; always withheld.
//!
//! Check digit: (11 - Σ d·w mod 11) mod 10 with weights 5 4 3 2 7 6 5 4 3 2 over the first ten (domain.md §3.1). Every
//! eleventh number passes, so a word about licences must stand near; without one twelve digits are judged as My Number.

use super::digits::{Grouped, plain};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("licence");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("運転免許証番号", "Driving licence"),
    class: Class::DirectId,
    stix: "none",
    look: Look::Person,
    strength: 0.9,
    tokenable: false,
    examples: &["免許証番号 309012345620"],
};

const WORDS: [&str; 6] =
    ["免許", "driving licence", "driver license", "driver's license", "licence_number", "license_number"];

/// Looks at a token of digits and hyphens, or at the first of groups with spaces.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let groups = Grouped::at(scan, token.start)?;
    if !is_licence(groups.digits()) || !context::says(scan.lead(token.start, 64), &WORDS) {
        return None;
    }
    scan.report(KIND, token.start, groups.end, groups.digits(), false);
    Some(groups.end)
}

fn is_licence(digits: &str) -> bool {
    if digits.len() != 12 {
        return false;
    }
    let code = digits.get(..2).and_then(|code| code.parse::<u8>().ok()).unwrap_or(0);
    let known = matches!(code, 10..=14 | 20..=25 | 30 | 40..=49 | 50..=55 | 60..=65 | 70..=74 | 80..=83 | 90..=97);
    let weights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = (11 - sum % 11) % 10;
    known && digits.as_bytes().get(10).map(|digit| u32::from(digit - b'0')) == Some(check)
}

fn read(text: &str) -> Option<Canonical> {
    let digits = plain(text.rsplit("番号 ").next()?)?;
    is_licence(&digits).then_some(Canonical::sound(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_check_digit_decide() {
        assert!(is_licence("309012345620") && is_licence("309012345629"));
        assert!(!is_licence("309012345610") && !is_licence("999012345621") && !is_licence("30901234562"));
    }
}
