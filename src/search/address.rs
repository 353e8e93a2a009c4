//! IP address blocks, and finding the addresses of a block in folded text.
//!
//! Only plain spellings count: dotted decimal without leading zeros, and any IPv6 text form of RFC 4291 §2.2. Defanged
//! spellings are the indicators' business (`kind:ipv4`).

use super::literal::Need;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// A CIDR block (RFC 4632, RFC 4291 §2.3), host bits cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Net {
    /// First address and prefix length.
    V4(u32, u8),
    /// First address and prefix length.
    V6(u128, u8),
}

impl Net {
    /// Reads `203.0.113.0/24` or `2001:db8::/32`; a single address is its own block.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) if prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit()) => {
                (address, Some(prefix.parse::<u8>().ok()?))
            }
            Some(_) => return None,
            None => (text, None),
        };
        if let Ok(v4) = address.parse::<Ipv4Addr>() {
            let prefix = prefix.unwrap_or(32);
            return (prefix <= 32).then(|| Self::V4(u32::from(v4) & mask4(prefix), prefix));
        }
        let v6 = address.parse::<Ipv6Addr>().ok()?;
        let prefix = prefix.unwrap_or(128);
        (prefix <= 128).then(|| Self::V6(u128::from(v6) & mask6(prefix), prefix))
    }

    /// The next address of this block in folded text at or after `from`.
    pub(super) fn find(self, text: &[u8], from: usize) -> Option<Range<usize>> {
        match self {
            Self::V4(first, prefix) => {
                let mask = mask4(prefix);
                next_v4(text, from, |address| address & mask == first)
            }
            Self::V6(first, prefix) => {
                let mask = mask6(prefix);
                next_v6(text, from, |address| address & mask == first)
            }
        }
    }

    /// Characters every plain spelling of the block's addresses begins with, if they are settled.
    pub(super) fn literal(self) -> Option<String> {
        let Self::V4(first, prefix) = self else { return None };
        let whole = usize::from(prefix / 8);
        let octets = Ipv4Addr::from(first).octets().map(|octet| octet.to_string());
        let start = octets.get(..whole)?.join(".");
        (whole > 0).then(|| if whole < 4 { start + "." } else { start })
    }

    /// What a chunk must hold if it holds an address of the block.
    pub(super) fn need(self) -> Need {
        match self {
            Self::V4(first, prefix) => {
                let octets = Ipv4Addr::from(first).octets();
                let whole = octets.iter().take(usize::from(prefix / 8)).map(ToString::to_string).collect::<Vec<_>>();
                match whole.len() {
                    0 => Need::Any,
                    4 => Need::literal(whole.join(".").as_bytes()),
                    3 => {
                        // With one digit of the last part the three parts before it are fixed at both ends, and the skip
                        // filter's key for them can be asked.
                        let start = whole.join(".");
                        Need::Either(
                            (0..10).map(|digit| Need::literal(format!("{start}.{digit}").as_bytes())).collect(),
                        )
                    }
                    _ => Need::literal(format!("{}.", whole.join(".")).as_bytes()),
                }
            }
            Self::V6(first, prefix) => {
                let group = (first >> 112) as u16;
                // Shorter groups may be written with or without leading zeros.
                if prefix >= 16 && group >= 0x1000 {
                    Need::literal(format!("{group:x}:").as_bytes())
                } else {
                    Need::Any
                }
            }
        }
    }
}

const fn mask4(prefix: u8) -> u32 {
    if prefix == 0 { 0 } else { u32::MAX << (32 - prefix as u32) }
}

const fn mask6(prefix: u8) -> u128 {
    if prefix == 0 { 0 } else { u128::MAX << (128 - prefix as u32) }
}

fn next_v4(text: &[u8], from: usize, wanted: impl Fn(u32) -> bool) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(dot) = memchr::memchr(b'.', text.get(at..)?).map(|found| at + found) {
        at = dot + 1;
        let digits = text.get(..dot)?.iter().rev().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let start = dot - digits;
        if !(1..=3).contains(&digits) || start < from || glued_before(text, start) {
            continue;
        }
        if let Some((address, end)) = v4_at(text, start)
            && wanted(address)
        {
            return Some(start..end);
        }
    }
    None
}

/// Whether what stands before makes the digits part of something else.
fn glued_before(text: &[u8], start: usize) -> bool {
    let before = |back: usize| start.checked_sub(back).and_then(|at| text.get(at));
    before(1).is_some_and(u8::is_ascii_alphanumeric)
        || (before(1) == Some(&b'.') && before(2).is_some_and(u8::is_ascii_digit))
}

/// The dotted address that begins at `start`, and its end.
fn v4_at(text: &[u8], start: usize) -> Option<(u32, usize)> {
    let mut at = start;
    let mut address = 0_u32;
    for part in 0..4 {
        if part > 0 {
            if text.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let digits = text.get(at..)?.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let number = text.get(at..at + digits)?;
        if !(1..=3).contains(&digits) || (digits > 1 && number.first() == Some(&b'0')) {
            return None;
        }
        let value = number.iter().fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'));
        if value > 255 {
            return None;
        }
        address = address << 8 | value;
        at += digits;
    }
    let glued = text.get(at).is_some_and(u8::is_ascii_alphanumeric)
        || (text.get(at) == Some(&b'.') && text.get(at + 1).is_some_and(u8::is_ascii_digit));
    (!glued).then_some((address, at))
}

fn next_v6(text: &[u8], from: usize, wanted: impl Fn(u128) -> bool) -> Option<Range<usize>> {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let mut at = from;
    while let Some(colon) = memchr::memchr(b':', text.get(at..)?).map(|found| at + found) {
        // The run of address characters around this colon; 45 bytes is the longest text form.
        let back = text.get(from..colon)?.iter().rev().take(46).take_while(|byte| is_part(byte)).count();
        let ahead = text.get(colon..)?.iter().take(46).take_while(|byte| is_part(byte)).count();
        let (start, end) = (colon - back, colon + ahead);
        at = end.max(colon + 1);
        let glued = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let in_word = glued(start.checked_sub(1).and_then(|at| text.get(at)));
        // `src:2001:db8::1`: what stands before the first colon ends a word, and that colon is a separator.
        let first = text.get(start..end)?.iter().position(|byte| *byte == b':').map_or(start, |found| start + found);
        let parted = (in_word || first == start) && text.get(first + 1) != Some(&b':');
        let start = if parted { first + 1 } else { start };
        if back + ahead > 48 || (in_word && !parted) || glued(text.get(end)) {
            continue;
        }
        let Some(run) = text.get(start..end).and_then(|run| std::str::from_utf8(run).ok()) else { continue };
        // `::` alone is prose more often than the unspecified address.
        let Some((address, range)) = v6_in(run) else { continue };
        if range.len() > 2 && wanted(address) {
            return Some(start + range.start..start + range.end);
        }
    }
    None
}

/// An address in a run, with sentence punctuation at its end set aside.
fn v6_in(run: &str) -> Option<(u128, Range<usize>)> {
    [run, run.trim_end_matches(['.']), run.trim_end_matches([':', '.'])].into_iter().find_map(|text| {
        let address = text.parse::<Ipv6Addr>().ok()?;
        Some((u128::from(address), 0..text.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(net: &str, text: &str) -> Vec<String> {
        let net = Net::from_text(net).unwrap();
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(range) = net.find(text.as_bytes(), at) {
            out.push(text[range.clone()].to_owned());
            at = range.end;
        }
        out
    }

    #[test]
    fn addresses_of_a_block_are_found_and_look_alikes_are_not() {
        let text = "203.0.113.7:443 x203.0.113.8 203.0.113.9.1 (203.0.113.10), 203.0.113.011 203.0.113.256 203.0.114.1 \
                    203.0.113.255.";
        assert_eq!(found("203.0.113.0/24", text), ["203.0.113.7", "203.0.113.10", "203.0.113.255"]);
        assert_eq!(found("203.0.113.10", text), ["203.0.113.10"]);
    }

    #[test]
    fn ipv6_is_compared_by_value_not_by_spelling() {
        let text = "[2001:db8::1]:443 src:2001:0db8:0:0::0002, 2001:db9::1 12:34:56 2001:db8::5.";
        assert_eq!(found("2001:db8::/32", text), ["2001:db8::1", "2001:0db8:0:0::0002", "2001:db8::5"]);
        assert_eq!(found("::/0", "std::string fe80::1%eth0"), ["fe80::1"]);
    }

    #[test]
    fn blocks_are_read() {
        assert_eq!(Net::from_text("203.0.113.9/24"), Net::from_text("203.0.113.0/24"));
        for bad in ["", "203.0.113.0/33", "2001:db8::/129", "203.0.113/24", "1.2.3.4/", "1.2.3.4/+8", "a/1/2"] {
            assert_eq!(Net::from_text(bad), None, "{bad}");
        }
    }
}
