//! 法人番号: thirteen digits, the first of which is the check digit of the others; also `T` and the digits on invoices.
//!
//! Check digit: 9 - (Σ Pn·Qn mod 9), Qn 1 for odd and 2 for even places from the right (法人番号の指定等に関する省令 2条; the
//! ordinance's bracket is misprinted, domain.md §3.1). Thirteen digits are also milliseconds and product codes, so a word
//! about corporations or the `T` of a registration number (適格請求書発行事業者) must stand before them.

use super::class::DIGIT;
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("corporate_number");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("法人番号", "Corporate number"),
    class: Class::DirectId,
    stix: "identity",
    look: Look::Person,
    strength: 0.6,
    tokenable: true,
    examples: &["法人番号 7000012050002", "T7000012050002", "法人番号：7-0000-1205-0002"],
};

const WORDS: [&str; 8] =
    ["法人番号", "法人ﾅﾝﾊﾞｰ", "登録番号", "corporate number", "corporatenumber", "corporate_number", "houjin", "hojin"];

/// Looks at a token of digits, or of `T` and digits.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let text = scan.slice(token.start, token.end);
    let digits: String = text.strip_prefix('T').unwrap_or(text).split('-').collect();
    let registered = text.starts_with('T');
    if !is_corporate(&digits) || !(registered || context::says(scan.lead(token.start, 48), &WORDS)) {
        return None;
    }
    scan.report(KIND, token.start, token.end, &digits, false);
    Some(token.end)
}

/// Looks at a token of letters and digits.
pub(super) fn find_registered(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let fits = token.end - token.start == 14 && scan.byte(token.start) == b'T' && token.flags & DIGIT != 0;
    if fits { find(scan, token) } else { None }
}

fn is_corporate(digits: &str) -> bool {
    if digits.len() != 13 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (check, rest) = digits.split_at(1);
    let sum: u32 = rest.bytes().rev().zip([1, 2].into_iter().cycle()).map(|(d, q)| u32::from(d - b'0') * q).sum();
    check.parse() == Ok(9 - sum % 9)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.rsplit(['：', ':', ' ']).next()?;
    let digits: String = text.strip_prefix('T').unwrap_or(text).split('-').collect();
    is_corporate(&digits).then_some(Canonical::sound(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digit_checks_the_others() {
        assert!(is_corporate("7000012050002"));
        assert!(!is_corporate("7000012050003") && !is_corporate("700001205000") && !is_corporate("0000000000000"));
    }
}
