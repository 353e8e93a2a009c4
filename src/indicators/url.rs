//! URLs with a scheme and a real host: where they end in running text, and their host as an implied find.
//!
//! Defanged schemes (`hxxp`, `h**p`, `ttp`, `http:__`) are read. A URL ends at white space, quotes, angle brackets, a comma
//! (tables are full of URLs between commas; inside quotes commas stay), and at the first character that is not ASCII,
//! because Japanese text follows without a space. Closing punctuation is left to the sentence, but a cell of a table holds
//! no sentence. Names without a scheme are domains.

use super::class::{ALNUM, ALPHA, TAIL, TOKEN, class};
use super::scan::{Scan, Token};
use super::url_form::{self, Host, Parts};
use super::{Canonical, Family, decoded, domain, host, ipv4, ipv6, never_benign, onion, places};
use crate::model::kind::Look;
use crate::model::{About, Class, Hits, Kind, Text};

pub(super) const KIND: Kind = Kind::new("url");

pub(super) static FAMILY: Family = Family {
    about: &ABOUT,
    read,
    benign: never_benign,
    documentation: |value| {
        let host = value.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or("");
        let host = host.rsplit('@').next().unwrap_or(host);
        domain::is_documentation(host.split(':').next().unwrap_or(host))
    },
};

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("URL", "URL"),
    class: Class::Network,
    stix: "url",
    look: Look::Network,
    strength: 0.8,
    tokenable: true,
    examples: &[
        "https://example.jp/a",
        "hxxps://例え。jp/a",
        "h**p://evil[.]example[.]com/x",
        r"http:\/\/example.jp\/a",
    ],
};

/// Longest URL reported whole; what is longer is cut there and unverified.
const LONGEST: usize = 8192;
/// URLs reported inside one URL; more of them are no evidence but an attack on the reader.
const INNER: u8 = 4;

/// What may stand between scheme and host instead of `://`.
const MARKS: [&str; 3] = ["://", r":\\", ":__"];

/// Whether the colon at `at` may end a scheme.
pub(super) fn is_mark(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..at + 3).is_some_and(|mark| MARKS.iter().any(|known| known.as_bytes() == mark))
}

/// Looks at `://` and the token before it; goes on behind the host, so that path and query are walked too.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    find_plain(scan, token).or_else(|| find_behind(scan, token, 3))
}

/// Looks at a token that begins as `http__example` does.
pub(super) fn find_underscored(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let len = underscored(scan.slice(token.start, token.end))?;
    let scheme = scan.part(token.start, token.start + len);
    find_behind(scan, scheme, 2)
}

/// The length of the scheme before `__`.
fn underscored(text: &str) -> Option<usize> {
    let head = text.as_bytes().get(..7)?.to_ascii_lowercase();
    [&b"http__"[..], b"hxxp__", b"https__", b"hxxps__"]
        .iter()
        .find(|mark| head.starts_with(mark))
        .map(|mark| mark.len() - 2)
}

/// Looks at a scheme whose host stands `gap` bytes behind it.
fn find_behind(scan: &mut Scan<'_>, token: Token, gap: usize) -> Option<usize> {
    let parts = authority(scan, token, gap)?;
    let start = parts.start;
    let tail = parts.tail;
    let (end, whole) = reach(scan, start, tail)?;
    if let Some(end) = decoded::wrapped(scan, start, end) {
        return Some(end);
    }
    let mut value = std::mem::take(&mut scan.value);
    url_form::write(&parts, scan.slice(parts.user.start, parts.user.end), scan.slice(tail, end), &mut value);
    scan.value = value;
    scan.report_built(KIND, start, end, false, whole);
    report_host(scan, &parts);
    let place = match &parts.host {
        Host::Name(name) => places::find(scan, name, parts.host_at.start, tail),
        _ => None,
    };
    Some(place.unwrap_or(tail))
}

/// The URLs logs are full of: `http` or `https`, a host in lower case without user and port, canonical as they stand.
fn find_plain(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let (start, begin) = (token.start, token.end + 3);
    let scheme = matches!(&scan.bytes[start..token.end], b"http" | b"https") && scan.byte(begin - 1) == b'/';
    if !scheme || scan.is_plain_form() || start < scan.url.0 {
        return None;
    }
    if begin < scan.done || class(scan.byte(begin)) & TOKEN == 0 {
        return None;
    }
    let tail = scan.token_around(begin).end;
    let letter = class(scan.byte(tail - 1)) & ALPHA != 0;
    if !letter || scan.byte(tail) != b'/' {
        return None;
    }
    let name = scan.slice(begin, tail);
    // Names that are known were plain when they were judged.
    let public = scan.names.known(name).unwrap_or_else(|| {
        host::is_plain(name.as_bytes()) && !name.as_bytes().ends_with(b".onion") && {
            let mut value = std::mem::take(&mut scan.value);
            let public = scan.names.read(name, &mut value) && value == name;
            scan.value = value;
            public
        }
    });
    if !public {
        return None;
    }
    let (end, whole) = reach(scan, start, tail)?;
    let path = &scan.bytes[tail..end];
    let broken = scan.byte(end) == b'\n' && scan.before(start) == b'<';
    if broken || path.is_empty() || !url_form::is_plain_path(path) {
        scan.url = (0, 0);
        return None;
    }
    scan.report_at(KIND, start, end, false, whole);
    scan.report_at(domain::KIND, begin, tail, true, true);
    let host = scan.slice(begin, tail);
    Some(places::find(scan, host, begin, tail).unwrap_or(tail))
}

/// Where a URL ends, and whether that is its whole length; `None` if it is one too many inside another.
fn reach(scan: &mut Scan<'_>, start: usize, tail: usize) -> Option<(usize, bool)> {
    if start >= scan.url.0 {
        scan.url = (extent(scan, start, tail), 0);
    } else if scan.url.1 >= INNER {
        return None;
    } else {
        scan.url.1 += 1;
    }
    let raw = scan.url.0.max(tail);
    let end = trimmed(scan, start, tail, raw.min(start + LONGEST).max(tail));
    Some((end, raw - start <= LONGEST))
}

fn report_host(scan: &mut Scan<'_>, parts: &Parts) {
    let (start, end) = (parts.host_at.start, parts.host_at.end);
    match &parts.host {
        Host::V4(address) => scan.report(ipv4::KIND, start, end, &address.to_string(), true),
        Host::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => scan.report(ipv4::KIND, start, end, &mapped.to_string(), true),
            None => scan.report(ipv6::KIND, start, end, &address.to_string(), true),
        },
        Host::Onion(_) => {
            let label = scan.slice(start, end - 6).rsplit('.').next().map_or(0, str::len);
            onion::report(scan, end - 6 - label, end, true);
        }
        Host::Name(name) => scan.report(domain::KIND, start, end, name, true),
    }
}

/// Scheme, user, host and port, if they are those of a URL.
fn authority(scan: &mut Scan<'_>, token: Token, gap: usize) -> Option<Parts> {
    let (start, scheme) = url_form::scheme(scan, token)?;
    let mut at = token.end + gap;
    let user = user_end(scan, at);
    let user = at..user.unwrap_or(at);
    if !user.is_empty() {
        at = user.end + 1;
    }
    let (host, host_at) = read_host(scan, at)?;
    let mut tail = host_at.end + usize::from(scan.byte(at) == b'[');
    let mut port = None;
    if scan.byte(tail) == b':' {
        let digits = scan.bytes[tail + 1..].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
        let number = scan.slice(tail + 1, tail + 1 + digits).parse::<u16>().ok();
        if number.is_some() && class(scan.byte(tail + 1 + digits)) & ALNUM == 0 {
            port = number;
            tail += 1 + digits;
        }
    }
    Some(Parts { start, scheme, user, host, host_at, port, tail })
}

/// Where the user part ends, if an at sign stands before the first slash.
fn user_end(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let rest = scan.bytes.get(at..)?;
    // Most hosts end before anything a user part may hold.
    let host = rest.iter().take(256).take_while(|byte| class(**byte) & TOKEN != 0).count();
    if matches!(rest.get(host), None | Some(b'/' | b'"' | b' ' | b'?' | b'#')) {
        return None;
    }
    let fine = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&*+=:;%".contains(byte);
    let len = rest.iter().take(256).take_while(|byte| fine(byte)).count();
    (len > 0 && rest.get(len) == Some(&b'@')).then_some(at + len)
}

fn read_host(scan: &mut Scan<'_>, at: usize) -> Option<(Host, std::ops::Range<usize>)> {
    if scan.byte(at) == b'[' {
        let inner = scan.tail(at + 1, 50);
        let inner = &inner[..inner.find(']')?];
        let address = inner.split(['%']).next()?.parse().ok()?;
        return Some((Host::V6(address), at + 1..at + 1 + inner.len()));
    }
    let run = scan.bytes.get(at..)?.iter().take(256).take_while(|byte| class(**byte) & TOKEN != 0).count();
    let text = scan.slice(at, at + run).trim_end_matches(['.', '-', '_']);
    let end = at + text.len();
    if let Some(address) = url_form::ipv4(text) {
        return Some((Host::V4(address), at..end));
    }
    if text.len() > 6 && text.get(text.len() - 6..).is_some_and(|last| last.eq_ignore_ascii_case(".onion")) {
        return onion::read(text).map(|_| (Host::Onion(text.to_ascii_lowercase()), at..end));
    }
    let end = host::read(scan, at)?;
    Some((Host::Name(scan.value.clone()), at..end))
}

/// Where the characters of a URL end, closing punctuation included.
fn extent(scan: &Scan<'_>, start: usize, tail: usize) -> usize {
    if !matches!(scan.byte(tail), b'/' | b'?' | b'#') {
        return tail;
    }
    let quoted = matches!(scan.before(start), b'"' | b'<' | b'(' | b'\'');
    let narrow = !scan.is_wide(start);
    let mut at = tail;
    while let Some(byte) = scan.bytes.get(at) {
        let fine = match byte {
            _ if class(*byte) & TAIL != 0 => true,
            b',' => quoted,
            b'&' => !is_entity(&scan.bytes[at..]),
            _ => false,
        };
        // `[text](url)`: the text may be a URL itself.
        let linked = *byte == b']' && scan.byte(at + 1) == b'(';
        if !fine || linked || (narrow && scan.is_wide(at)) {
            break;
        }
        at += 1;
    }
    at
}

/// `&quot;`, `&lt;`, `&gt;`: markup around a URL, not part of it.
fn is_entity(rest: &[u8]) -> bool {
    [&b"&quot;"[..], b"&lt;", b"&gt;", b"&#39;", b"&apos;"].iter().any(|entity| rest.starts_with(entity))
}

/// The end without closing punctuation and unbalanced brackets.
fn trimmed(scan: &Scan<'_>, start: usize, tail: usize, mut end: usize) -> usize {
    if class(scan.byte(end - 1)) & TOKEN != 0 && scan.byte(end - 1) != b'.' {
        return end;
    }
    if is_cell(scan, start, end) {
        return end;
    }
    let bytes = &scan.bytes[tail..end];
    let count = |sign: u8| memchr::memchr_iter(sign, bytes).count();
    let mut round = (count(b'('), count(b')'));
    let mut square = (count(b'['), count(b']'));
    while end > tail {
        match scan.byte(end - 1) {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'*' | b'~' => {}
            b')' if round.1 > round.0 => round.1 -= 1,
            b']' if square.1 > square.0 => square.1 -= 1,
            b'(' => round.0 -= 1,
            b'[' => square.0 -= 1,
            _ => break,
        }
        end -= 1;
    }
    end
}

/// Whether nothing but the delimiters of a table stands on both sides.
fn is_cell(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let delimits = |byte: u8| matches!(byte, b',' | b'\t');
    let (before, after) = (scan.before(start), scan.byte(end));
    (delimits(before) && (delimits(after) || matches!(after, b'\n' | b'\r'))) || (before == b'\n' && delimits(after))
}

fn read(text: &str) -> Option<Canonical> {
    if text.len() > LONGEST || text.contains(char::is_whitespace) {
        return None;
    }
    let marked = MARKS.iter().filter_map(|mark| text.find(mark)).min();
    let (colon, gap) = match underscored(text) {
        Some(len) => (len, 2),
        None => (marked?, 3),
    };
    let mut hits = Hits::default();
    let mut names = host::Names::default();
    let mut scan = Scan::over(text, &mut hits, &mut names);
    let before = text.as_bytes()[..colon].iter().rev().take_while(|byte| class(**byte) & TOKEN != 0).count();
    let token = scan.part(colon - before, colon);
    let parts = authority(&mut scan, token, gap).filter(|parts| parts.start == 0)?;
    let tail = text.get(parts.tail..)?;
    let tail = if tail.is_empty() || tail.starts_with(['/', '?', '#']) { tail } else { return None };
    let mut value = String::new();
    url_form::write(&parts, text.get(parts.user.clone())?, tail, &mut value);
    Some(Canonical::sound(value))
}
