//! Web access logs: common, combined, with the virtual host in front, with anything after the agent.
//!
//! `host ident user [time] "request" status bytes ["referrer" ["agent" [extra…]]]` as Apache and nginx write it. Quotation
//! marks inside are escaped with `\`. A request that is binary junk or `-` is still a request.

use super::{Draft, Format, Sample, Scanner, field};
use crate::ingest::times::{Clock, Stamp, ascii};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};

/// Access logs.
#[derive(Debug)]
pub(super) struct Access;

/// How far into a line the time may begin: longer hosts and users do not occur.
const TIME_WITHIN: usize = 512;

impl Format for Access {
    fn name(&self) -> &'static str {
        "access"
    }

    fn label(&self) -> Text {
        Text::new("Webアクセスログ", "Web access log")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        sample.share(98, |line| Shape::of(line.as_bytes()).is_some_and(|shape| shape.stamp(line.as_bytes()).is_some()))
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        if let Some(shape) = Shape::of(text.as_bytes()) {
            shape.fields(text, None, out);
        }
    }

    fn fields_named<'a>(&self, _form: &ReadingForm, text: &'a str, name: &str, out: &mut Vec<Field<'a>>) {
        if let Some(shape) = Shape::of(text.as_bytes()) {
            shape.fields(text, Some(name), out);
        }
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        COLUMNS.iter().map(|name| (*name).to_owned()).collect()
    }
}

const COLUMNS: [&str; 14] = [
    "client", "ident", "user", "time", "method", "path", "protocol", "status", "bytes", "referrer", "agent", "request",
    "vhost", "extra",
];

struct Lines;

impl Scanner for Lines {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let bytes = text.as_bytes();
        let Some(shape) = Shape::of(bytes) else {
            return Some(Draft::undated(Undated::NoTime, Some(Reject::Shape)));
        };
        let raw = bytes.get(shape.time.0..shape.time.1).unwrap_or(&[]);
        Some(match clock.remember(raw, stamp) {
            Some(dated) => Draft::read(dated),
            None => Draft::undated(Undated::Unreadable, Some(Reject::Time)),
        })
    }
}

/// A whole access time: `17/May/2015:10:05:03 +0000`, or ISO 8601 as nginx's `$time_iso8601`.
fn stamp(raw: &[u8]) -> Option<Stamp> {
    let (stamp, len) = ascii::day_first(raw).or_else(|| ascii::iso(raw))?;
    (len == raw.len() && stamp.is_clock()).then_some(stamp)
}

/// Where the fixed parts of a line stand, as byte ranges.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// Inside the brackets.
    time: (usize, usize),
    /// Inside the quotation marks.
    request: (usize, usize),
    /// First byte of the status.
    status: usize,
}

impl Shape {
    /// Finds the time in brackets after at least three words, a quoted request and a three-digit status.
    fn of(line: &[u8]) -> Option<Self> {
        let window = line.get(..line.len().min(TIME_WITHIN))?;
        let open = memchr::memchr_iter(b'[', window).find(|at| {
            at.checked_sub(1).and_then(|before| line.get(before)) == Some(&b' ')
                && line.get(at + 1).is_some_and(u8::is_ascii_digit)
                && line.get(at + 2).is_some_and(u8::is_ascii_digit)
        })?;
        if words(line.get(..open)?) < 3 {
            return None;
        }
        let close = open + memchr::memchr(b']', line.get(open..line.len().min(open + 48))?)?;
        let request = line.get(close + 1..close + 3).filter(|gap| *gap == b" \"").map(|_| close + 3)?;
        let end = Self::request_end(line, request)?;
        Some(Self { time: (open + 1, close), request: (request, end), status: end + 2 })
    }

    /// The quotation mark that is followed by the status; others stand inside a request that was not escaped.
    fn request_end(line: &[u8], start: usize) -> Option<usize> {
        let tail = line.get(start..)?;
        memchr::memchr_iter(b'"', tail).map(|at| start + at).find(|at| {
            let after = line.get(at + 1..).unwrap_or(&[]);
            let [b' ', a, b, c, rest @ ..] = after else { return false };
            [a, b, c].iter().all(|digit| digit.is_ascii_digit()) && matches!(rest.first(), None | Some(b' '))
                || matches!(after, [b' ', b'-', b' ', ..])
        })
    }

    fn stamp(&self, line: &[u8]) -> Option<Stamp> {
        stamp(line.get(self.time.0..self.time.1)?)
    }

    /// The fields of the line, or only the one of that name.
    fn fields<'a>(&self, text: &'a str, only: Option<&str>, out: &mut Vec<Field<'a>>) {
        let part = |range: (usize, usize)| text.get(range.0..range.1).unwrap_or("");
        let wants = |names: &[&str]| only.is_none_or(|only| names.contains(&only));
        let mut put = |name: &'static str, value: &'a str| {
            if wants(&[name]) {
                out.push(field(name, value));
            }
        };
        let before = || text.get(..self.time.0.saturating_sub(2)).unwrap_or("");
        let (vhost, client, ident, user) =
            if wants(&["client", "ident", "user", "vhost"]) { who(before()) } else { Default::default() };
        put("client", client);
        put("ident", ident);
        put("user", user);
        put("time", part(self.time));
        let request = part(self.request);
        if wants(&["method", "path", "protocol"])
            && let Some((method, path, protocol)) = request_parts(request)
        {
            put("method", method);
            put("path", path);
            if !protocol.is_empty() {
                put("protocol", protocol);
            }
        }
        let mut rest = text.get(self.status..).unwrap_or("");
        put("status", word(&mut rest));
        put("bytes", word(&mut rest));
        if wants(&["referrer", "agent", "extra"]) {
            for name in ["referrer", "agent"] {
                if rest.starts_with('"') {
                    put(name, quoted(&mut rest));
                }
            }
        }
        put("request", request);
        if !vhost.is_empty() {
            put("vhost", vhost);
        }
        if !rest.is_empty() {
            put("extra", rest.trim_end());
        }
    }
}

fn words(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count()
}

/// Virtual host, client, ident, user: a fourth word in front is a virtual host when it looks like one, otherwise the
/// user's name has a blank in it.
fn who(before: &str) -> (&str, &str, &str, &str) {
    let mut rest = before.trim();
    let first = word(&mut rest);
    let vhost = words(rest.as_bytes()) >= 3
        && (first
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
            || rest.split(' ').next().is_some_and(|next| next.parse::<std::net::IpAddr>().is_ok()));
    let (vhost, client) = if vhost { (first, word(&mut rest)) } else { ("", first) };
    let ident = word(&mut rest);
    (vhost, client, ident, rest.trim())
}

/// Method, target and protocol. `GET /` alone is HTTP/0.9; what has no blank is no request line.
fn request_parts(request: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = request.split_once(' ')?;
    if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')) {
        return None;
    }
    match rest.rsplit_once(' ') {
        Some((path, protocol)) if protocol.contains('/') && !path.is_empty() => Some((method, path, protocol)),
        _ => Some((method, rest, "")),
    }
}

/// Takes the next word.
fn word<'a>(rest: &mut &'a str) -> &'a str {
    let end = memchr::memchr(b' ', rest.as_bytes()).unwrap_or(rest.len());
    let (word, tail) = rest.split_at(end);
    *rest = tail.trim_start_matches(' ');
    word
}

/// Takes a quoted part; `\"` does not end it.
fn quoted<'a>(rest: &mut &'a str) -> &'a str {
    let inner = rest.get(1..).unwrap_or("");
    let bytes = inner.as_bytes();
    let is_escaped = |at: usize| bytes.iter().take(at).rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
    let end = memchr::memchr_iter(b'"', bytes).find(|at| !is_escaped(*at)).unwrap_or(bytes.len());
    *rest = inner.get(end + 1..).unwrap_or("").trim_start_matches(' ');
    inner.get(..end).unwrap_or("")
}
