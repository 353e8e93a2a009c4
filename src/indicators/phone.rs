//! Telephone numbers in E.164: Japanese ones by the numbering plan, foreign ones as shown to the person called.
//!
//! Read with hyphens of every kind, spaces and brackets, as `+81`, `0081` and `+81(0)90`. Without them only mobile and IP
//! numbers are believed by themselves; other ten-digit runs need a word such as 電話 before them. A mobile number whose
//! fourth digit is 0 was never allotted: it is reported unverified, so that it is seen and withheld all the same.

use super::class::{ALNUM, DIGIT, DOT, UNDERSCORE, class};
use super::phone_plan::{international, is_grouped, is_mobile_like, national};
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_benign, never_documentation, places};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("phone");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("電話番号", "Phone number"),
    class: Class::DirectId,
    stix: "phone-number",
    look: Look::Person,
    strength: 0.9,
    tokenable: true,
    examples: &["090-0000-0000", "+81-90-0000-0000", "０９０ー００００ー００００", "+1 202-555-0123"],
};

/// Words that make an unhyphenated number a telephone number.
const CONTEXT: [&str; 17] = [
    "電話",
    "携帯",
    "連絡先",
    "着信",
    "発信",
    "架電",
    "通話",
    "ケータイ",
    "スマホ",
    "ファックス",
    "ﾌｧｯｸｽ",
    "tel",
    "phone",
    "fax",
    "mobile",
    "call",
    "sms",
];

/// Groups of digits that belong together, at most six.
#[derive(Default)]
struct Groups {
    digits: [u8; Self::DIGITS],
    /// How many groups.
    count: usize,
    lens: [usize; Self::MOST],
    /// Where each group ends.
    ends: [usize; Self::MOST],
    /// Whether each group is followed by more digits behind a hyphen.
    hyphen_after: [bool; Self::MOST],
}

/// Looks at a token of digits and hyphens.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let start = token.start;
    let plus = scan.before(start) == b'+';
    let first = scan.byte(start);
    if plus == (first == b'0') || (token.end - start < 9 && !opens_group(scan, token.end)) {
        return None;
    }
    if matches!(scan.before(start), b'$' | b'.') || scan.lead(start, 3).ends_with(['¥', '￥']) {
        return None;
    }
    let groups = gather(scan, start);
    let (count, value, verified) = if plus { abroad(&groups)? } else { at_home(scan, token, &groups)? };
    let end = groups.ends[count - 1];
    let free = class(scan.byte(end)) & (ALNUM | UNDERSCORE) == 0
        && !(class(scan.byte(end)) & DOT != 0 && class(scan.byte(end + 1)) & DIGIT != 0);
    if !free || groups.hyphen_after[count - 1] {
        return None;
    }
    let mut from = start - usize::from(plus);
    if plus && class(scan.before(from)) & ALNUM != 0 {
        return None;
    }
    if !plus && scan.before(start) == b'(' && scan.slice(start, end).contains(')') {
        from -= 1;
    }
    scan.value.clear();
    scan.value.push_str(&value);
    scan.report_built(KIND, from, end, false, verified);
    Some(end)
}

/// Whether a space or bracket and more digits follow.
fn opens_group(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.byte(at), b' ' | b'(' | b')')
        && (class(scan.byte(at + 1)) & DIGIT != 0 || matches!(scan.byte(at + 1), b'(' | b' ' | b'-'))
}

fn gather(scan: &Scan<'_>, start: usize) -> Groups {
    let mut groups = Groups::default();
    let (mut at, mut total) = (start, 0);
    while groups.count < Groups::MOST {
        let len = scan.bytes[at..].iter().take(21).take_while(|byte| byte.is_ascii_digit()).count();
        if len == 0 || total + len > Groups::DIGITS {
            break;
        }
        groups.digits[total..total + len].copy_from_slice(&scan.bytes[at..at + len]);
        total += len;
        at += len;
        let gap = scan.bytes[at..].iter().take(2).take_while(|byte| matches!(byte, b'-' | b' ' | b'(' | b')')).count();
        let more = gap > 0 && scan.byte(at + gap).is_ascii_digit();
        groups.lens[groups.count] = len;
        groups.ends[groups.count] = at;
        groups.hyphen_after[groups.count] = more && scan.bytes[at..at + gap].contains(&b'-');
        groups.count += 1;
        if !more {
            break;
        }
        at += gap;
    }
    groups
}

impl Groups {
    const MOST: usize = 6;
    const DIGITS: usize = 20;

    /// The first `count` groups, if there are so many digits in them.
    fn front(&self, count: usize) -> (&str, &[usize]) {
        let lens = self.lens.get(..count).unwrap_or(&[]);
        let digits = self.digits.get(..lens.iter().sum()).unwrap_or(&[]);
        (std::str::from_utf8(digits).unwrap_or(""), lens)
    }
}

/// A number that begins with 0.
fn at_home(scan: &Scan<'_>, token: Token, groups: &Groups) -> Option<(usize, String, bool)> {
    for count in 1..=groups.count {
        let (digits, shape) = groups.front(count);
        if let Some(rest) = digits.strip_prefix("0081").or_else(|| digits.strip_prefix("01081"))
            && let Some((value, verified)) = japanese(rest)
        {
            return Some((count, value, verified));
        }
        let Some(verified) = national(digits) else { continue };
        let believed = match shape {
            [_] if is_mobile_like(digits) => {
                scan.before(token.start) != b'/' && !scan.tail(token.end, 3).starts_with('円')
            }
            [_] => is_called(scan, token) && !scan.tail(token.end, 3).starts_with(['円', '件', '個']),
            _ => is_grouped(digits, shape) || (shape.len() > 1 && shape.len() < 4 && is_called(scan, token)),
        };
        if believed {
            return Some((count, format!("+81{}", &digits[1..]), verified));
        }
    }
    None
}

/// A number behind `+`.
fn abroad(groups: &Groups) -> Option<(usize, String, bool)> {
    let mut found = None;
    for count in 1..=groups.count {
        let (digits, _) = groups.front(count);
        if let Some(rest) = digits.strip_prefix("81") {
            if let Some((value, verified)) = japanese(rest) {
                return Some((count, value, verified));
            }
        } else if international(digits) {
            found = Some((count, format!("+{digits}"), true));
            let more = groups.hyphen_after[count - 1];
            if digits.len() >= 11 && !more {
                return found;
            }
        }
    }
    found
}

/// The value of digits that begin with a country code, as they stand in URLs.
pub(super) fn abroad_value(digits: &str) -> Option<String> {
    match digits.strip_prefix("81") {
        Some(rest) => japanese(rest).map(|(value, _)| value),
        None => international(digits).then(|| format!("+{digits}")),
    }
}

/// What follows the country code 81, with or without the 0 that should not be there.
fn japanese(rest: &str) -> Option<(String, bool)> {
    let rest = rest.strip_prefix('0').unwrap_or(rest);
    let verified = national(&format!("0{rest}"))?;
    Some((format!("+81{rest}"), verified))
}

fn is_called(scan: &Scan<'_>, token: Token) -> bool {
    let lead = scan.lead(token.start, 30).to_ascii_lowercase();
    CONTEXT.iter().any(|word| lead.contains(word))
}

fn read(text: &str) -> Option<Canonical> {
    if let Some(value) = places::read(KIND, text) {
        return Some(Canonical::sound(value));
    }
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let fine = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.' | 'ー'));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !fine || text.len() > 40 {
        return None;
    }
    let sound = |(value, verified): (String, bool)| Canonical { value, verified };
    if text.trim_start_matches('(').starts_with('+') {
        return match digits.strip_prefix("81") {
            Some(rest) => japanese(rest).map(sound),
            None => international(&digits).then(|| Canonical::sound(format!("+{digits}"))),
        };
    }
    if let Some(rest) = digits.strip_prefix("0081").or_else(|| digits.strip_prefix("01081"))
        && let Some(reading) = japanese(rest).map(sound)
    {
        return Some(reading);
    }
    national(&digits).map(|verified| Canonical { value: format!("+81{}", &digits[1..]), verified })
}
