//! Numbers in kanji digits: `〇九〇−一二三四−五六七八`, `普通〇〇〇一二三四`, and groups joined by の as they are said.
//!
//! Digits by place only (〇一二…九), not 十 and 百. A row counts when it is at least three digits long and no counter or unit
//! follows it, so years, dates and sums stay words; a line is read in plain form at all only for a row of seven.

/// Digits in a row that make a line worth reading in plain form: an account number, the shortest of numbers meant.
const ROW: usize = 7;
/// Longest row looked at, in bytes.
const LONGEST: usize = 96;

/// The ASCII digit a kanji digit stands for.
pub(super) fn digit(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes.get(..3)? {
        [0xe3, 0x80, 0x87] | [0xe9, 0x9b, 0xb6] => "0",
        [0xe4, 0xb8, 0x80] => "1",
        [0xe4, 0xba, 0x8c] => "2",
        [0xe4, 0xb8, 0x89] => "3",
        [0xe5, 0x9b, 0x9b] => "4",
        [0xe4, 0xba, 0x94] => "5",
        [0xe5, 0x85, 0xad] => "6",
        [0xe4, 0xb8, 0x83] => "7",
        [0xe5, 0x85, 0xab] => "8",
        [0xe4, 0xb9, 0x9d] => "9",
        _ => return None,
    })
}

/// The length of a hyphen as it stands between digits, of any sort.
fn hyphen(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'-', ..] => Some(1),
        [0xe2, 0x80, 0x90..=0x95, ..] | [0xe2, 0x88, 0x92, ..] | [0xe3, 0x83, 0xbc, ..] | [0xef, 0xbc, 0x8d, ..] => {
            Some(3)
        }
        [0xe3, 0x81, 0xae, ..] => Some(3),
        _ => None,
    }
}

/// A row of kanji digits and hyphens that begins at `at`: where it ends, and how many digits it has.
fn row(bytes: &[u8], at: usize) -> (usize, usize) {
    let (mut end, mut count) = (at, 0);
    while end - at < LONGEST {
        let rest = &bytes[end..];
        if digit(rest).is_some() {
            end += 3;
            count += 1;
        } else if let Some(len) = hyphen(rest)
            && count > 0
            && digit(&rest[len..]).is_some()
        {
            end += len;
        } else {
            break;
        }
    }
    (end, count)
}

/// Whether a row long enough to be a number is around the digit at `at`.
pub(super) fn is_number(bytes: &[u8], at: usize) -> bool {
    let mut start = at;
    while at - start < LONGEST {
        let before = |len: usize| start.checked_sub(len).map(|from| (from, &bytes[from..]));
        if let Some((from, _)) = before(3).filter(|(_, rest)| digit(rest).is_some()) {
            start = from;
        } else if let Some((from, _)) = [1, 3].into_iter().filter_map(before).find(|(from, rest)| {
            hyphen(rest) == Some(start - from) && from.checked_sub(3).is_some_and(|at| digit(&bytes[at..]).is_some())
        }) {
            start = from;
        } else {
            break;
        }
    }
    row(bytes, start).1 >= ROW
}

/// Where a row that means a number ends, if one begins at `at`.
pub(super) fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    const COUNTERS: &str = "十百千万億兆年月日時分秒円人回件名台本枚個歳才代度割丁番号世条項章節点つ階級";
    let (end, count) = row(bytes, at);
    let next = std::str::from_utf8(bytes.get(end..end + 3).unwrap_or(&[])).unwrap_or("");
    let counted = !next.is_empty() && COUNTERS.contains(next);
    (count >= 3 && !counted).then_some(end)
}

/// Whether the の at `at` stands between groups of a number that is said aloud: `090の1234の5678`.
pub(super) fn is_spoken(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let after =
        bytes.get(at + 3..).map_or(0, |rest| rest.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count());
    let start = at - before;
    let continued = bytes[..start].ends_with("の".as_bytes()) && start > 3 && bytes[start - 4].is_ascii_digit();
    let begins = bytes.get(start) == Some(&b'0')
        && bytes.get(at + 3 + after..).is_some_and(|rest| rest.starts_with("の".as_bytes()));
    (2..=5).contains(&before) && (2..=4).contains(&after) && (begins || continued)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_seven_digits_are_numbers_and_years_are_not() {
        for text in ["〇九〇−一二三四−五六七八", "一二三四五六〇", "〇九〇の一二三四の五六七八"]
        {
            assert!(is_number(text.as_bytes(), 0), "{text}");
        }
        for text in ["二〇二六年四月一日", "〇〇銀行の〇〇支店", "三〇〇〇万円", "〇"] {
            let circle = text.find('〇').unwrap();
            assert!(!is_number(text.as_bytes(), circle), "{text}");
        }
        assert_eq!(number_end("二〇二六年".as_bytes(), 0), None);
        assert_eq!(number_end("九九八、".as_bytes(), 0), Some(9));
    }

    #[test]
    fn said_aloud() {
        let text = "090の1234の5678";
        assert!(is_spoken(text.as_bytes(), 3) && is_spoken(text.as_bytes(), 10));
        for text in ["1の2の3", "12の34", "2026の4の1"] {
            assert!(!is_spoken(text.as_bytes(), text.find('の').unwrap()), "{text}");
        }
    }
}
