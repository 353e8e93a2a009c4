//! The Japanese numbering plan (電気通信番号計画, domain.md §3.1) and the country codes of ITU-T E.164.
//!
//! It says whether digits can be a subscriber's number at all; which numbers are in use nobody publishes. The area codes are
//! a list in `assets/lists`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How a national number is written when it has hyphens: lengths of the groups.
pub(super) type Shape<'a> = &'a [usize];

/// A national number (with its leading 0): `Some(true)` if the plan allots such numbers, `Some(false)` if it is well
/// formed like a mobile or IP phone number, but the plan has never allotted it (`090-0…`).
pub(super) fn national(digits: &str) -> Option<bool> {
    let bytes = digits.as_bytes();
    let [b'0', first @ b'1'..=b'9', second, third, ..] = bytes else { return None };
    match (bytes.len(), first, second) {
        (11, b'2', b'0') => (!matches!(third, b'0' | b'4')).then_some(true),
        // 0600 and 0800 are services of eleven digits too, so a 0 may follow.
        (11, b'5'..=b'9', b'0') => Some(*third != b'0' || matches!(first, b'6' | b'8')),
        (10, _, b'0') => matches!(digits.get(..4)?, "0990").then_some(true),
        (10, ..) if is_service(digits) => Some(true),
        // Behind the area code subscribers' exchanges begin with 2 to 9.
        (10, ..) => area(digits).map(|area| matches!(bytes[area], b'2'..=b'9')),
        _ => None,
    }
}

/// 050, 060, 070, 080, 090: numbers of eleven digits that are believed without hyphens.
pub(super) fn is_mobile_like(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.get(..3), Some("050" | "060" | "070" | "080" | "090"))
}

/// Free, nationwide and information services: no area, any grouping.
fn is_service(digits: &str) -> bool {
    matches!(digits.get(..4), Some("0120" | "0170" | "0180" | "0570" | "0990" | "0800"))
}

static AREAS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let list = include_str!("../../assets/lists/jp-area-codes.txt");
    list.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(' ')).collect()
});

/// How many digits of a fixed number are its area code.
fn area(digits: &str) -> Option<usize> {
    (2..=5).rev().find(|len| digits.get(..*len).is_some_and(|code| AREAS.contains(code)))
}

/// Whether a number is written in groups as numbers are: `090-1234-5678`, `03-1234-5678`, `0463-21-1234`, `0120-123-456`.
pub(super) fn is_grouped(digits: &str, shape: Shape<'_>) -> bool {
    if is_mobile_like(digits) || (digits.len() == 11 && digits.starts_with("020")) {
        return matches!(shape, [3, 4, 4] | [3, 8] | [7, 4] | [4, 3, 4]);
    }
    if is_service(digits) {
        return matches!(shape, [4, 3, 3 | 4] | [4, 2, 4] | [4, 6 | 7] | [4, 4, 2]);
    }
    area(digits).is_some_and(|area| matches!(shape, [first, second, 4] if *first == area && first + second == 6))
}

/// Whether digits after `+` can be an international number: an assigned country code and a plausible length.
pub(super) fn international(digits: &str) -> bool {
    const TWO: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 \
                       84 86 90 91 92 93 94 95 98";
    const THREE: &str = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99";
    let listed = |list: &str| digits.get(..2).is_some_and(|code| list.split(' ').any(|known| known == code));
    match digits.as_bytes() {
        [b'1', b'2'..=b'9', ..] | [b'7', b'3'..=b'9', ..] => digits.len() == 11,
        [b'8', b'6', ..] => (11..=13).contains(&digits.len()),
        _ if listed(TWO) => (10..=14).contains(&digits.len()),
        _ if listed(THREE) => (10..=15).contains(&digits.len()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_kept() {
        for good in ["09012345678", "06012345678", "05031234567", "0332345678", "0120123456", "08001234567"] {
            assert_eq!(national(good), Some(true), "{good}");
        }
        for unallotted in ["09001234567", "07001234567", "0312345678", "0450001234", "0463001111"] {
            assert_eq!(national(unallotted), Some(false), "{unallotted}");
        }
        for bad in ["0000000000", "0100000000", "0901234567", "123456789", "031234567", "02012", "0204123456"] {
            assert_eq!(national(bad), None, "{bad}");
        }
    }

    #[test]
    fn groups_are_those_of_the_area() {
        assert!(is_grouped("0332345678", &[2, 4, 4]) && !is_grouped("0332345678", &[3, 3, 4]));
        assert!(is_grouped("0463211234", &[4, 2, 4]) && !is_grouped("0463211234", &[3, 3, 4]));
        assert!(is_grouped("0499221234", &[5, 1, 4]) && is_grouped("0450001234", &[3, 3, 4]));
        assert!(!is_grouped("0123456789", &[2, 4, 4]));
    }
}
