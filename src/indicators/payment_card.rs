//! Card numbers (PAN): an issuer's first digits and length, and the check digit of Luhn (ISO/IEC 7812); never kept in bundles.
//!
//! Every tenth row of digits passes Luhn, so the issuer must be one of the schemes', and either the digits are grouped as
//! on a card (4-4-4-4, 4-6-5) or a word about cards stands before them, or expiry and code behind (`|04|29|123`).

use super::digits::{Grouped, is_luhn, plain};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("payment_card");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("カード番号", "Payment card"),
    class: Class::Money,
    stix: "payment-card",
    look: Look::Account,
    strength: 0.9,
    tokenable: false,
    examples: &["4111-1111-1111-1111", "カード番号 3530111333300000", "3782 822463 10005"],
};

const WORDS: [&str; 19] = [
    "カード",
    "ｶｰﾄﾞ",
    "クレジット",
    "クレカ",
    "デビット",
    "card",
    "cardnumber",
    "card_number",
    "credit",
    "debit",
    "pan",
    "cc",
    "visa",
    "jcb",
    "master",
    "mastercard",
    "amex",
    "アメックス",
    "ダイナース",
];

/// Looks at a token of digits and hyphens, or at the first of groups with spaces.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let groups = Grouped::at(scan, token.start)?;
    let digits = groups.digits();
    if !(13..=19).contains(&digits.len()) || !is_issued(digits) || !is_luhn(digits) {
        return None;
    }
    let printed = matches!(groups.shape(), [4, 4, 4, 1..=7] | [4, 4, 4, 4, 3] | [4, 6, 4 | 5]);
    let (start, end) = (token.start, groups.end);
    let dumped = || {
        let tail = scan.bytes.get(end..end + 4).unwrap_or(&[]);
        matches!(tail, [b'|' | b';' | b':', m1, m2, b'|' | b';' | b':'] if m1.is_ascii_digit() && m2.is_ascii_digit())
    };
    let alone = groups.shape().len() == 1;
    let believed = if alone { context::says(scan.lead(start, 64), &WORDS) || dumped() } else { printed };
    if !believed || matches!(scan.before(start), b'.' | b'-') {
        return None;
    }
    scan.report(KIND, start, end, digits, false);
    Some(end)
}

/// Whether a scheme issues numbers with these first digits and this length.
fn is_issued(digits: &str) -> bool {
    let head = |len: usize| digits.get(..len).and_then(|head| head.parse::<u32>().ok()).unwrap_or(0);
    match digits.len() {
        13 => head(1) == 4,
        14 => matches!(head(3), 300..=305 | 309 | 360..=369 | 380..=399),
        15 => matches!(head(2), 34 | 37),
        16 => {
            head(1) == 4
                || matches!(head(2), 51..=55 | 36 | 38 | 39 | 62 | 65)
                || matches!(head(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(head(3), 644..=649 | 300..=305)
                || matches!(head(6), 308_800..=309_499 | 309_600..=310_299 | 311_200..=312_099 | 315_800..=315_999 | 333_700..=334_999)
        }
        17 | 18 => head(2) == 62,
        19 => head(1) == 4 || head(2) == 62 || matches!(head(4), 3528..=3589),
        _ => false,
    }
}

fn read(text: &str) -> Option<Canonical> {
    let digits = plain(text.rsplit("番号 ").next()?)?;
    let fine = (13..=19).contains(&digits.len()) && is_issued(&digits) && is_luhn(&digits);
    fine.then_some(Canonical::sound(digits))
}
