//! 個人番号 (My Number): twelve digits whose last is the check digit of 番号法総務省令 5条; always withheld in bundles.
//!
//! Every tenth random run of twelve digits passes, so repeats, timestamps and bare numbers of JSON fields that do not
//! speak of a My Number are left out; groups of four with spaces or hyphens are read. Over-reporting is the safe side.

use super::class::{ALNUM, DIGIT, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("my_number");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("個人番号（マイナンバー）", "My Number"),
    class: Class::DirectId,
    stix: "none",
    look: Look::Person,
    strength: 0.0,
    tokenable: false,
    examples: &["123456789018", "1234 5678 9018", "1234-5678-9018"],
};

/// Words that say a twelve-digit number is a My Number.
const CONTEXT: [&str; 6] = ["個人番号", "マイナンバー", "ﾏｲﾅﾝﾊﾞｰ", "my number", "my_number", "mynumber"];

/// Looks at a token of digits, alone or followed by two more groups of four.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let (start, end) = match token.end - token.start {
        12 if token.flags == DIGIT => (token.start, token.end),
        14 if grouped(&scan.bytes[token.start..token.end], b'-') => (token.start, token.end),
        4 if token.flags == DIGIT => {
            let end = token.start + 14;
            let spaced = scan.bytes.get(token.start..end).is_some_and(|bytes| grouped(bytes, b' '));
            (spaced && is_alone(scan, token.start, end)).then_some((token.start, end))?
        }
        _ => return None,
    };
    let text = scan.slice(start, end);
    let reading = read(text)?;
    if matches!(class(scan.before(start)), c if c & ALNUM != 0) || !is_plausible(scan, start, end, &reading.value) {
        return None;
    }
    scan.report(KIND, start, end, &reading.value, false);
    Some(end)
}

fn grouped(bytes: &[u8], gap: u8) -> bool {
    bytes.iter().enumerate().all(|(at, byte)| if at % 5 == 4 { *byte == gap } else { byte.is_ascii_digit() })
}

/// Not a part of a longer row of groups of four, as card numbers are written.
fn is_alone(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let next = scan.byte(end);
    let digit = |at: usize| scan.byte(at).is_ascii_digit();
    let more = matches!(next, b' ' | b'-') && (end + 1..end + 5).all(digit);
    let four_before = start >= 5 && scan.before(start) == b' ' && (start - 5..start - 1).all(digit);
    let five_before = four_before && start >= 6 && digit(start - 6);
    class(next) & ALNUM == 0 && !more && (!four_before || five_before)
}

/// Leaves out what is more likely something else, unless the words before say what it is.
fn is_plausible(scan: &Scan<'_>, start: usize, end: usize, digits: &str) -> bool {
    let lead = scan.lead(start, 48);
    if CONTEXT.iter().any(|word| contains_ignoring_case(lead, word)) {
        return true;
    }
    let number_of_field = lead.ends_with("\":") || lead.ends_with("\": ");
    let path = scan.before(start) == b'/' || scan.byte(end) == b'/';
    let money = scan.tail(end, 3) == "円" || lead.ends_with(['¥', '￥', '$']);
    !(number_of_field || path || money || is_timestamp(digits))
}

fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// `YYYYMMDDhhmm` of 1990 to 2099.
fn is_timestamp(digits: &str) -> bool {
    let number =
        |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    (1990..2100).contains(&number(0..4))
        && (1..=12).contains(&number(4..6))
        && (1..=31).contains(&number(6..8))
        && number(8..10) < 24
        && number(10..12) < 60
}

fn read(text: &str) -> Option<Canonical> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{3000}' | 'ー')).collect();
    is_my_number(&digits).then_some(Canonical::sound(digits))
}

/// Check digit: 11 - (Σ Pn·Qn mod 11), 0 where the remainder is 0 or 1; Qn = n + 1 up to the sixth digit from the right of
/// the eleven, n - 5 beyond.
fn is_my_number(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let Some((check, rest)) = bytes.split_last().filter(|_| bytes.len() == 12) else { return false };
    if !bytes.iter().all(u8::is_ascii_digit) || bytes.iter().all(|byte| byte == check) {
        return false;
    }
    let sum: u32 = rest.iter().rev().zip([2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6]).map(|(d, q)| u32::from(d - b'0') * q).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    };
    u32::from(check - b'0') == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide() {
        assert!(is_my_number("123456789018"));
        assert!(!is_my_number("123456789019") && !is_my_number("000000000000") && !is_my_number("12345678901"));
    }
}
