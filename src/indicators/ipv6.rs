//! IPv6 addresses in their RFC 5952 form; IPv4-mapped ones are reported as IPv4.
//!
//! Not an address: times (`12:34:56`), MAC addresses and EUI-64, `Foo::Bar` of programming languages. Zone ids
//! (`%eth0`), prefix lengths and brackets with ports may follow.

use super::class::{ALNUM, DIGIT, DOT, HEX, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, benign, ipv4};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};
use std::net::Ipv6Addr;

pub(super) const KIND: Kind = Kind::new("ipv6");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: benign_value, documentation: is_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("IPv6アドレス", "IPv6 address"),
    class: Class::Network,
    stix: "ipv6-addr",
    look: Look::Network,
    strength: 0.5,
    tokenable: true,
    examples: &["2001:db8::1", "2001[:]db8[:]bad[:]1[:][:]9", "[2001:db8::5]:443"],
};

/// Longest spelling: eight groups, the last two as IPv4.
pub(super) const LONGEST: usize = 45;

/// Looks at the run of hex digits, colons and dots that begins with this token.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let mut start = token.start;
    if start < scan.colons_until {
        return None;
    }
    let ends = |at: usize| scan.byte(at) == b'.' || (scan.byte(at) == b':' && scan.byte(at + 1) != b':');
    while start < token.start + LONGEST && ends(start) {
        start += 1;
    }
    if start >= scan.bytes.len() || token.end - token.start == LONGEST {
        return None;
    }
    if class(scan.before(start)) & ALNUM != 0 {
        // A word ends in hex digits before a colon: `IPv6:2001:db8::25`.
        let word = scan.bytes[start..].iter().take(4).take_while(|byte| class(**byte) & (DIGIT | HEX) != 0).count();
        start += word + 1;
        if scan.byte(start - 1) != b':' || class(scan.byte(start)) & (DIGIT | HEX) == 0 {
            return None;
        }
    }
    let part = |byte: u8| byte == b':' || class(byte) & (DIGIT | HEX | DOT) != 0;
    let mut end = start + scan.bytes.get(start..)?.iter().take_while(|byte| part(**byte)).count();
    scan.colons_until = end;
    if class(scan.byte(end)) & ALNUM != 0 && scan.byte(end) != b'%' {
        return None;
    }
    while end > start && scan.byte(end - 1) == b'.' {
        end -= 1;
    }
    if end - start < 3 {
        return None;
    }
    if scan.byte(end - 1) == b':' && !scan.slice(start, end).ends_with("::") {
        end -= 1;
    }
    if scan.before(start) == b'.' || end - start > LONGEST {
        return None;
    }
    let text = scan.slice(start, end);
    let address = parse(text)?;
    scan.value.clear();
    if let Some(mapped) = address.to_ipv4_mapped() {
        scan.value.push_str(&mapped.to_string());
        scan.report_built(ipv4::KIND, start, end, false, true);
    } else {
        scan.value.push_str(&address.to_string());
        scan.report_built(KIND, start, end, false, true);
    }
    Some(end)
}

/// An address that cannot be taken for a time, a hardware address or a name in a program.
fn parse(text: &str) -> Option<Ipv6Addr> {
    if text.len() < 3 {
        return None;
    }
    let compressed = text.contains("::");
    if !compressed && text.bytes().filter(|byte| *byte == b':').count() < 6 {
        return None;
    }
    let first = text.split(':').next().unwrap_or("");
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let hardware = !compressed && text.split(':').all(|group| group.len() == 2);
    let short = compressed && matches!(first.len(), 1 | 2);
    if !digits || hardware || short {
        return None;
    }
    text.parse().ok()
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix('[').and_then(|text| text.split_once(']')).map_or(text, |(inside, _)| inside);
    let text = text.split('%').next().unwrap_or(text);
    let address: Ipv6Addr = text.parse().ok()?;
    address.to_ipv4_mapped().is_none().then(|| Canonical::sound(address.to_string()))
}

fn benign_value(value: &str) -> Option<Text> {
    let address: Ipv6Addr = value.parse().ok()?;
    Some(match address {
        _ if address.is_unspecified() => Text::new("未指定アドレス", "Unspecified address"),
        _ if address.is_loopback() => Text::new("ループバック", "Loopback"),
        _ if address.is_unique_local() => Text::new("プライベートアドレス", "Private range"),
        _ if address.is_unicast_link_local() => Text::new("リンクローカル", "Link-local"),
        _ if address.is_multicast() => Text::new("マルチキャスト", "Multicast"),
        _ => return benign::resolver(address.into()),
    })
}

/// `2001:db8::/32` (RFC 3849) and `3fff::/20` (RFC 9637).
fn is_documentation(value: &str) -> bool {
    value.parse::<Ipv6Addr>().is_ok_and(|address| {
        let [first, second, ..] = address.segments();
        (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_hardware_addresses_are_none() {
        for good in ["2001:db8::1", "::1", "fe80::1", "::ffff:192.0.2.1", "2001:db8:0:0:0:0:0:1"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in ["12:34:56", "00:00:5e:00:53:01", "00:11:22:33:44:55:66:77", "a::b", "dead::beef", "::", "1::2"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
