//! Hardware addresses of six bytes: colons or hyphens between pairs, dots between fours, or bare behind the word MAC.
//!
//! Canonical is lower case with colons. Not one: a part of a longer row of pairs (EUI-64), durations. 00-00-5E-00-53-xx is
//! for documents (RFC 7042). An address with the locally-administered bit is random on today's telephones, a weak link.

use super::class::{ALNUM, ALPHA, DIGIT, HEX, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("mac");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign, documentation: |value| value.starts_with("00:00:5e:00:53:") };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("MACアドレス", "MAC address"),
    class: Class::Network,
    stix: "mac-addr",
    look: Look::Network,
    strength: 0.7,
    tokenable: true,
    examples: &["00-00-5E-00-53-01", "00:00:5e:00:53:02", "0000.5e00.53b1", "MAC=00005E0053C1"],
};

const WORDS: [&str; 6] = ["mac", "bssid", "hwaddr", "物理アドレス", "ハードウェアアドレス", "lladdr"];

/// Looks at a token with hyphens or dots.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    if !matches!(token.end - token.start, 14 | 17) {
        return None;
    }
    let text = scan.slice(token.start, token.end);
    let value = canonical(text)?;
    // Digits alone between dots are more often something else.
    if text.len() == 14 && token.flags & ALPHA == 0 && !context::says(scan.lead(token.start, 32), &WORDS) {
        return None;
    }
    scan.report(KIND, token.start, token.end, &value, false);
    Some(token.end)
}

/// Looks at the pairs around a colon, the last of five.
pub(super) fn find_colons(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let start = token.end.checked_sub(14)?;
    let end = start + 17;
    let value = canonical(scan.slice(start, end))?;
    let other = |at: usize| class(scan.byte(at)) & ALNUM != 0;
    let goes_on = other(end) || (scan.byte(end) == b':' && other(end + 1));
    let pair_before = start > 1 && scan.byte(start - 1) == b':' && class(scan.byte(start - 2)) & (DIGIT | HEX) != 0;
    let free = !goes_on && !pair_before && (start == 0 || !other(start - 1));
    free.then(|| {
        scan.report(KIND, start, end, &value, false);
        end
    })
}

/// Looks behind the word `MAC` for twelve hex digits.
pub(super) fn named(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let tail = scan.tail(at, 40);
    let rest = tail.strip_prefix("MAC")?;
    let gap = rest.find(|c: char| c.is_ascii_hexdigit())?;
    let signs = |c: char| !c.is_ascii_alphanumeric();
    let start = at + 3 + gap;
    let value = canonical(scan.slice(start, start + 12))?;
    let free = gap > 0 && rest[..gap].chars().all(signs) && class(scan.byte(start + 12)) & ALNUM == 0;
    free.then(|| {
        scan.report(KIND, start, start + 12, &value, false);
        start + 12
    })
}

/// Twelve hex digits with the same sign between all groups of two, or dots between fours, or no sign.
fn canonical(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (group, sign) = match bytes.len() {
        12 => (12, 0),
        14 => (4, b'.'),
        17 => (2, *bytes.get(2).filter(|sign| matches!(sign, b':' | b'-'))?),
        _ => return None,
    };
    let mut value = String::with_capacity(17);
    let mut digits = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if at % (group + 1) == group {
            (*byte == sign).then_some(())?;
            continue;
        }
        byte.is_ascii_hexdigit().then_some(())?;
        if digits > 0 && digits % 2 == 0 {
            value.push(':');
        }
        value.push(char::from(byte.to_ascii_lowercase()));
        digits += 1;
    }
    (digits == 12).then_some(value)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.rsplit(['=', ' ']).next()?;
    canonical(text).map(Canonical::sound)
}

fn benign(value: &str) -> Option<Text> {
    let first = u8::from_str_radix(value.get(..2)?, 16).ok()?;
    match value {
        "ff:ff:ff:ff:ff:ff" => Some(Text::new("ブロードキャスト", "Broadcast")),
        "00:00:00:00:00:00" => Some(Text::new("未設定のMACアドレス", "Unset address")),
        _ if first & 1 == 1 => Some(Text::new("マルチキャスト", "Multicast")),
        _ => None,
    }
}
