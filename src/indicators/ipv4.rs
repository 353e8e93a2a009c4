//! IPv4 addresses: four numbers 0 to 255 without leading zeros (RFC 3986 §3.2.2 `IPv4address`).
//!
//! Not an address: part of a longer dotted run (OIDs), a version (`v1.2.3.4`, `1.2.3.4版`, `Chrome/124.0.0.0`,
//! `version 1.2.3.4`), a section number (`第1.2.3.4条`). A port (`:443`) or prefix length (`/24`) may follow; of a range
//! `192.0.2.1-192.0.2.9` both ends are reported.

use super::class::{ALNUM, ALPHA, DIGIT, DOT, HYPHEN, TOKEN, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, benign};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};
use std::net::Ipv4Addr;

pub(super) const KIND: Kind = Kind::new("ipv4");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: benign_value, documentation: is_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("IPv4アドレス", "IPv4 address"),
    class: Class::Network,
    stix: "ipv4-addr",
    look: Look::Network,
    strength: 0.4,
    tokenable: true,
    examples: &["192.0.2.10", "198[.]51[.]100[.]7", "２０３．０．１１３．５", "203。0。113。5"],
};

/// Words right before a dotted number that make it a version or a section.
const NOT_ADDRESS_AFTER: [&str; 10] =
    ["version", "ver", "vers", "v", "rev", "build", "release", "firmware", "oid", "section"];
/// The same in Japanese.
const NOT_ADDRESS_BEHIND: [&str; 9] =
    ["バージョン", "ヴァージョン", "ﾊﾞｰｼﾞｮﾝ", "ファームウェア", "ファームウエア", "リビジョン", "ビルド", "第", "§"];

/// What may stand before a slash and an address; other words there are product names with their version.
const ROUTES: [&str; 18] = [
    "tcp", "udp", "icmp", "ip", "ipv4", "inside", "outside", "dmz", "host", "client", "server", "from", "src", "dst",
    "dest", "peer", "any", "sctp",
];

/// Looks at a dotted token without letters.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    if token.flags & ALPHA != 0 || token.end - token.start < 7 {
        return None;
    }
    if token.flags & HYPHEN != 0
        && let Some((first, last)) = scan.slice(token.start, token.end).split_once('-')
    {
        let both = parse(first.as_bytes()).is_some() && parse(last.as_bytes()).is_some();
        if both && is_address_here(scan, token) {
            let middle = token.start + first.len();
            scan.report(KIND, token.start, middle, first, false);
            scan.report(KIND, middle + 1, token.end, last, false);
            return Some(token.end);
        }
        return None;
    }
    if token.flags & !(DIGIT | DOT) != 0 {
        return None;
    }
    if !is_address(scan, token) || !is_address_here(scan, token) {
        return None;
    }
    scan.report_at(KIND, token.start, token.end, false, true);
    Some(token.end)
}

fn is_address_here(scan: &Scan<'_>, token: Token) -> bool {
    let next = scan.byte(token.end);
    if next == b'.' && !scan.is_wide(token.end) && class(scan.byte(token.end + 1)) & ALNUM != 0 {
        return false;
    }
    if !next.is_ascii() {
        let tail = scan.tail(token.end, 9);
        if ["版", "条", "項", "節", "章", "系", "以降", "以前のバ"].iter().any(|word| tail.starts_with(word))
        {
            return false;
        }
    }
    match scan.before(token.start) {
        b'.' if scan.is_wide(token.start - 1) => true,
        b'/' => is_route(scan, token.start - 1),
        b'\n' => true,
        b' ' | b'=' | b':' | b'"' | b'(' | b'\'' | b'>' | 0x80.. => {
            !may_follow_version(&scan.bytes[..token.start]) || !follows_version(scan.lead(token.start, 32))
        }
        b'-' | b'.' | b'$' | b'v' | b'V' => false,
        _ => true,
    }
}

/// Whether what stands before the slash is a route (`tcp/`, another address, a path) rather than a product.
fn is_route(scan: &Scan<'_>, slash: usize) -> bool {
    let from = slash.saturating_sub(24);
    let part = |byte: &&u8| class(**byte) & TOKEN != 0;
    let len = scan.bytes[from..slash].iter().rev().take_while(part).count();
    let word = &scan.bytes[slash - len..slash];
    !word.iter().any(u8::is_ascii_alphabetic)
        || matches!(scan.before(slash - len), b'/' | b'\\')
        || ROUTES.iter().any(|route| word.eq_ignore_ascii_case(route.as_bytes()))
}

/// Whether the last byte before signs may end one of the words: most addresses stand behind others.
fn may_follow_version(before: &[u8]) -> bool {
    let sign = |byte: &&u8| matches!(byte, b' ' | b'=' | b':' | b'"' | b'(' | b'\'' | b'>');
    match before.iter().rev().take(32).find(|byte| !sign(byte)) {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || *byte == b'.',
        // The ends of the words, of particles behind them, and of wide signs.
        Some(byte) => b"\xb3\x9d\xa2\x89\xac\xa7\x92\xaf\x8c\xae\x82\x9a\x80".contains(byte),
    }
}

fn follows_version(lead: &str) -> bool {
    let lead = lead.trim_end_matches([' ', '=', ':', '"', '(', '\'', '>', '：', '＝', '　', '「']);
    let word = lead.bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'.').count();
    let word = lead[lead.len() - word..].trim_end_matches('.').rsplit('.').next().unwrap_or("");
    if word.is_empty() {
        let stem = lead.strip_suffix(['を', 'は', 'が', 'の', 'も']).unwrap_or(lead);
        return NOT_ADDRESS_BEHIND.iter().any(|word| stem.ends_with(word));
    }
    // `AppVersion` is a version too, `driver` is none.
    let ends = |long: &str| {
        word.len() > long.len() && word.as_bytes()[word.len() - long.len()..].eq_ignore_ascii_case(long.as_bytes())
    };
    NOT_ADDRESS_AFTER.iter().any(|known| word.eq_ignore_ascii_case(known) || (known.len() > 5 && ends(known)))
}

/// Whether a token of digits and dots is four numbers 0 to 255 without leading zeros.
///
/// Numbers of a log have any length, so whatever asks byte by byte is guessed wrong by the processor at each of them.
fn is_address(scan: &Scan<'_>, token: Token) -> bool {
    let len = token.end - token.start;
    if len > 15 {
        return false;
    }
    let Some(bytes) = scan.bytes[token.start..].first_chunk::<16>() else {
        return parse(&scan.bytes[token.start..token.end]).is_some();
    };
    let mut ends = scan.dots(token);
    if ends.count_ones() != 3 {
        return false;
    }
    ends |= 1 << len;
    let (mut start, mut wrong) = (0, 0);
    for _ in 0..4 {
        let end = ends.trailing_zeros() as usize;
        ends &= ends - 1;
        let len = end - start;
        let digit = |back: usize| u32::from(bytes[end.wrapping_sub(back) & 15] & 15);
        let value = digit(1) + digit(2) * u32::from(len > 1) * 10 + digit(3) * u32::from(len > 2) * 100;
        let smallest = [0, 0, 10, 100][len & 3];
        wrong |= u32::from(value > 255) | u32::from(len.wrapping_sub(1) > 2) | u32::from(value < smallest);
        start = end + 1;
    }
    wrong == 0
}

/// Four numbers 0 to 255 without leading zeros.
pub(super) fn parse(text: &[u8]) -> Option<Ipv4Addr> {
    leading(text).filter(|(_, rest)| rest.is_empty()).map(|(address, _)| address)
}

/// The address that a text begins with, and what follows.
pub(super) fn leading(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let (mut address, mut part, mut value, mut digits) = (0_u32, 0, 0_u32, 0);
    for (at, byte) in text.iter().chain(&[0]).enumerate() {
        if byte.is_ascii_digit() {
            if digits == 3 || (digits > 0 && value == 0) {
                return None;
            }
            value = value * 10 + u32::from(byte - b'0');
            digits += 1;
            continue;
        }
        if digits == 0 || value > 255 {
            return None;
        }
        address = address << 8 | value;
        if part == 3 {
            return Some((Ipv4Addr::from_bits(address), text.get(at..).unwrap_or(&[])));
        }
        if *byte != b'.' {
            return None;
        }
        (part, value, digits) = (part + 1, 0, 0);
    }
    None
}

fn read(text: &str) -> Option<Canonical> {
    let mapped = || text.parse::<std::net::Ipv6Addr>().ok()?.to_ipv4_mapped();
    parse(text.as_bytes()).or_else(mapped).map(|address| Canonical::sound(address.to_string()))
}

fn benign_value(value: &str) -> Option<Text> {
    let address = parse(value.as_bytes())?;
    let [first, second, ..] = address.octets();
    Some(match address {
        _ if address.is_unspecified() || first == 0 => Text::new("未指定アドレス", "Unspecified address"),
        _ if address.is_loopback() => Text::new("ループバック", "Loopback"),
        _ if address.is_private() => Text::new("プライベートアドレス", "Private range"),
        _ if address.is_link_local() => Text::new("リンクローカル", "Link-local"),
        _ if first == 100 && second & 0xc0 == 64 => {
            Text::new("キャリアNATの共用アドレス", "Shared range of carrier NAT")
        }
        _ if address.is_multicast() => Text::new("マルチキャスト", "Multicast"),
        _ if first >= 240 => Text::new("予約済みアドレス・ブロードキャスト", "Reserved range or broadcast"),
        _ => return benign::resolver(address.into()),
    })
}

fn is_documentation(value: &str) -> bool {
    parse(value.as_bytes()).is_some_and(|address| address.is_documentation())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_numbers_and_nothing_else() {
        for good in ["0.0.0.0", "192.0.2.1", "255.255.255.255"] {
            assert!(parse(good.as_bytes()).is_some(), "{good}");
        }
        for bad in ["1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1..2.3", "1.2.3.", ".1.2.3.4", "1.2.3.1000"] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn versions_are_never_passed_over() {
        for word in NOT_ADDRESS_AFTER.iter().chain(&NOT_ADDRESS_BEHIND) {
            for behind in ["", "は", "を", "が", "の", "も"] {
                for signs in ["", " ", "：", "＝", "　", "「", " = \""] {
                    let lead = format!("{word}{behind}{signs}");
                    let said = follows_version(&lead);
                    assert!(!said || may_follow_version(lead.as_bytes()), "{lead}");
                    assert!(said || (word.is_ascii() && !behind.is_empty()), "{lead}");
                }
            }
        }
        assert!(!may_follow_version("接続元 ".as_bytes()) && !may_follow_version(b"version\n"));
    }

    #[test]
    fn ranges_are_named() {
        assert!(benign_value("10.1.2.3").is_some() && benign_value("100.64.0.1").is_some());
        assert!(benign_value("203.0.113.5").is_none() && is_documentation("203.0.113.5"));
        assert!(benign_value("8.8.8.8").is_some());
    }
}
