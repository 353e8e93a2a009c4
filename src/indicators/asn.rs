//! Numbers of autonomous systems: `AS64496`, 1 to 4294967295 (RFC 6793); 64496 to 64511 and 65536 to 65551 are for documents
//! (RFC 5398), 64512 to 65534 and from 4200000000 on private (RFC 6996).
//!
//! `AS400` is a computer and `AS9100` a standard: below five digits words about networks have to stand around.

use super::class::{ALNUM, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("asn");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign, documentation: |value| number(value).is_some_and(is_documentation) };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("AS番号", "AS number"),
    class: Class::Network,
    stix: "autonomous-system",
    look: Look::Network,
    strength: 0.1,
    tokenable: false,
    examples: &["AS64496", "AS番号64511", "\"asn\":65550"],
};

/// Words that speak of networks.
const NETWORKS: [&str; 15] = [
    "asn",
    "as番号",
    "自律システム",
    "bgp",
    "origin",
    "netname",
    "peer",
    "route",
    "whois",
    "isp",
    "事業者",
    "プロバイダ",
    "接続元",
    "経路",
    "属する",
];

/// Looks at a token of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let (start, end) = (token.start, token.end);
    let text = scan.slice(start, end);
    let digits = text.strip_prefix("AS").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let around = || context::says(scan.lead(start, 48), &NETWORKS) || context::says(scan.tail(end, 24), &NETWORKS);
    if digits.len() < 5 && !around() {
        return None;
    }
    report(scan, start, start + 2, end)
}

/// Looks behind the word `asn` for its number.
pub(super) fn named(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let word = scan.bytes.get(at..at + 3)?;
    if !word.eq_ignore_ascii_case(b"asn") || class(scan.before(at)) & ALNUM != 0 {
        return None;
    }
    let rest = scan.bytes.get(at + 3..)?;
    let gap = rest.iter().take(4).take_while(|byte| matches!(byte, b':' | b'"' | b' ' | b'=')).count();
    let len = rest[gap..].iter().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    let start = at + 3 + gap;
    let whole = gap > 0 && class(scan.byte(start + len)) & ALNUM == 0;
    whole.then(|| report(scan, start, start, start + len)).flatten()
}

/// Looks at `AS番号` for the number behind it.
pub(super) fn numbered(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let tail = scan.tail(start, 48).strip_prefix("AS番号")?;
    let gap = tail.find(|c: char| c.is_ascii_digit())?;
    let signs =
        tail[..gap].chars().all(|c| matches!(c, ':' | '：' | ' ' | '　' | '「' | '（' | '(' | 'は' | '=' | '"' | ','));
    let digits = start + "AS番号".len() + gap;
    let end = digits + tail[gap..].bytes().take_while(u8::is_ascii_digit).count();
    (signs && class(scan.before(start)) & ALNUM == 0).then(|| report(scan, start, digits, end)).flatten()
}

fn report(scan: &mut Scan<'_>, start: usize, digits: usize, end: usize) -> Option<usize> {
    let number = number(scan.slice(digits, end))?;
    scan.report(KIND, start, end, &format!("AS{number}"), false);
    Some(end)
}

fn number(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("AS").unwrap_or(text);
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn read(text: &str) -> Option<Canonical> {
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_start_matches(['"', ' ']).strip_prefix("AS").unwrap_or(&upper);
    let digits = digits.trim_start_matches(|c: char| !c.is_ascii_digit());
    number(digits).map(|number| Canonical::sound(format!("AS{number}")))
}

const fn is_documentation(number: u32) -> bool {
    matches!(number, 64_496..=64_511 | 65_536..=65_551)
}

fn benign(value: &str) -> Option<Text> {
    match number(value)? {
        64_512..=65_534 | 4_200_000_000..=4_294_967_294 => Some(Text::new("私用のAS番号", "Private AS number")),
        23_456 | 65_535 | u32::MAX => Some(Text::new("予約済みのAS番号", "Reserved AS number")),
        _ => None,
    }
}
