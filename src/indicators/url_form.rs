//! The canonical form of a URL after the WHATWG URL standard: scheme and host in lower case, default port and dot segments
//! left out, a path of at least `/`, other scripts percent-encoded. The query stays as it is.

use super::class::{ALNUM, class};
use super::scan::{Scan, Token};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// The host of a URL.
pub(super) enum Host {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    /// The whole name in lower case.
    Onion(String),
    /// A-label form.
    Name(String),
}

/// A URL up to its path.
pub(super) struct Parts {
    /// Where the scheme begins.
    pub(super) start: usize,
    /// Canonical scheme.
    pub(super) scheme: &'static str,
    /// The user part without its at sign, empty if there is none.
    pub(super) user: Range<usize>,
    pub(super) host: Host,
    pub(super) host_at: Range<usize>,
    pub(super) port: Option<u16>,
    /// Where path, query or fragment begin.
    pub(super) tail: usize,
}

/// Spellings of schemes and what they stand for; longer ones before their own endings.
const SCHEMES: [(&str, &str); 35] = [
    ("https", "https"),
    ("hxxps", "https"),
    ("hxxpx", "https"),
    ("htxps", "https"),
    ("hxtps", "https"),
    ("h__ps", "https"),
    ("http", "http"),
    ("hxxp", "http"),
    ("htxp", "http"),
    ("hxtp", "http"),
    ("h__p", "http"),
    ("xxxxs", "https"),
    ("xxxx", "http"),
    ("ttps", "https"),
    ("ttp", "http"),
    ("sftp", "sftp"),
    ("ftps", "ftps"),
    ("tftp", "tftp"),
    ("ftp", "ftp"),
    ("fxps", "ftps"),
    ("fxp", "ftp"),
    ("ftxs", "ftps"),
    ("ftx", "ftp"),
    ("udp", "udp"),
    ("wss", "wss"),
    ("ws", "ws"),
    ("ldaps", "ldaps"),
    ("ldap", "ldap"),
    ("rtsp", "rtsp"),
    ("smb", "smb"),
    ("ssh", "ssh"),
    ("rdp", "rdp"),
    ("git", "git"),
    ("socks5", "socks5"),
    ("tcp", "tcp"),
];

/// The scheme before `://`: where it begins, and its canonical form.
pub(super) fn scheme(scan: &Scan<'_>, token: Token) -> Option<(usize, &'static str)> {
    let text = scan.slice(token.start, token.end);
    if matches!(text, "p" | "ps" | "P" | "PS") {
        let lead = scan.lead(token.start, 3);
        if lead.eq_ignore_ascii_case("h**") {
            return Some((token.start - 3, if text.len() == 2 { "https" } else { "http" }));
        }
    }
    let ends = |spelling: &str| {
        let at = text.len().checked_sub(spelling.len())?;
        let glued = at == 0 || spelling.starts_with('h') || class(text.as_bytes()[at - 1]) & ALNUM == 0;
        (glued && text.get(at..)?.eq_ignore_ascii_case(spelling)).then_some(token.start + at)
    };
    SCHEMES.iter().find_map(|(spelling, scheme)| ends(spelling).map(|start| (start, *scheme)))
}

/// The WHATWG reading of an IPv4 host: four parts, or fewer, in decimal, `0x` hex or leading-zero octal.
pub(super) fn ipv4(text: &str) -> Option<Ipv4Addr> {
    if !text.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) || text.len() > 48 {
        return None;
    }
    let number = |part: &str| -> Option<u64> {
        let lower = part.to_ascii_lowercase();
        match lower.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None if lower.len() > 1 && lower.starts_with('0') => u64::from_str_radix(&lower, 8).ok(),
            None => lower.bytes().all(|byte| byte.is_ascii_digit()).then(|| lower.parse().ok()).flatten(),
        }
    };
    let parts: Vec<u64> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, front) = parts.split_last().filter(|(_, front)| front.len() < 4)?;
    let room = 8 * (4 - u32::try_from(front.len()).ok()?);
    if front.iter().any(|part| *part > 255) || *last >= 1_u64 << room || (front.is_empty() && *last < 1 << 24) {
        return None;
    }
    let high = front.iter().fold(0_u64, |sum, part| (sum << 8) | part);
    let value = if front.is_empty() { *last } else { (high << room) | last };
    u32::try_from(value).ok().map(Ipv4Addr::from)
}

/// Writes the canonical form of a URL to `out`; `tail` is path, query and fragment as written.
pub(super) fn write(parts: &Parts, user: &str, tail: &str, out: &mut String) {
    out.clear();
    out.push_str(parts.scheme);
    out.push_str("://");
    let user = user.strip_suffix(':').unwrap_or(user);
    if !user.is_empty() {
        out.push_str(user);
        out.push('@');
    }
    // Writing to a string cannot fail.
    let _ = match &parts.host {
        Host::V4(address) => write!(out, "{address}"),
        Host::V6(address) => write!(out, "[{address}]"),
        Host::Onion(name) | Host::Name(name) => write!(out, "{name}"),
    };
    if let Some(port) = parts.port.filter(|port| default_port(parts.scheme) != Some(*port)) {
        let _ = write!(out, ":{port}");
    }
    write_tail(default_port(parts.scheme).is_some(), tail, out);
}

const fn default_port(scheme: &str) -> Option<u16> {
    match scheme.as_bytes() {
        b"http" | b"ws" => Some(80),
        b"https" | b"wss" => Some(443),
        b"ftp" => Some(21),
        _ => None,
    }
}

fn write_tail(special: bool, tail: &str, out: &mut String) {
    let fragment = tail.find('#').unwrap_or(tail.len());
    let (rest, fragment) = tail.split_at(fragment);
    let query = rest.find('?').unwrap_or(rest.len());
    let (path, query) = rest.split_at(query);
    if path.is_empty() && special {
        out.push('/');
    }
    if special && has_dots(path) {
        let mut kept: Vec<&str> = Vec::new();
        let mut segments = path.split('/').skip(1).peekable();
        while let Some(segment) = segments.next() {
            let (up, here) = (dots(segment) == 2, dots(segment) == 1);
            if up {
                kept.pop();
            } else if !here {
                kept.push(segment);
            }
            if (up || here) && segments.peek().is_none() {
                kept.push("");
            }
        }
        for segment in kept {
            out.push('/');
            encode(segment, in_path, out);
        }
    } else {
        encode(path, in_path, out);
    }
    encode(query, |c| matches!(c, '"' | '<' | '>') || (special && c == '\''), out);
    encode(fragment, |c| matches!(c, '"' | '<' | '>' | '`'), out);
}

/// Whether a path may have segments that only say where to go.
fn has_dots(path: &str) -> bool {
    path.contains("/.") || path.contains("/%2e") || path.contains("/%2E")
}

/// How many dots a segment consists of, percent-encoded ones too; 0 if of anything else.
fn dots(segment: &str) -> usize {
    let mut rest = segment;
    let mut count = 0;
    while let Some(behind) = [".", "%2e", "%2E"].iter().find_map(|dot| rest.strip_prefix(dot)) {
        (rest, count) = (behind, count + 1);
    }
    if rest.is_empty() { count } else { 0 }
}

/// Whether a path, query and fragment are canonical as they stand, where nothing is in them but what URLs are made of: no
/// segment may only say where to go.
pub(super) fn is_plain_path(tail: &[u8]) -> bool {
    !tail.windows(2).any(|pair| pair[0] == b'/' && matches!(pair[1], b'.' | b'%'))
}

/// What a path may not hold (WHATWG path percent-encode set).
const fn in_path(c: char) -> bool {
    matches!(c, '"' | '#' | '<' | '>' | '?' | '^' | '`' | '{' | '}')
}

/// Percent-encodes what a part of a URL may not hold.
fn encode(text: &str, forbidden: impl Fn(char) -> bool, out: &mut String) {
    for c in text.chars() {
        if c.is_ascii_graphic() && !forbidden(c) {
            out.push(c);
        } else {
            let mut utf8 = [0; 4];
            for byte in c.encode_utf8(&mut utf8).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}
