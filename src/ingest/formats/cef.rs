//! CEF (`ArcSight`) and LEEF (`QRadar`) events of firewalls, proxies and mail gateways, alone or behind a syslog head.
//!
//! The time is the event's own (`rt`, `start`, `end`; `devTime`), else that of the syslog head. Extension names are kept as
//! the product writes them, in lower case.

use super::header::Header;
use super::{Draft, Format, Sample, Scanner};
use crate::ingest::times::{self, Clock, Stamp, ascii, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// CEF and LEEF.
#[derive(Debug)]
pub(super) struct Cef;

/// Names of the parts of the head, in order.
const CEF_HEAD: [&str; 7] = ["cef", "vendor", "product", "product_version", "event_class", "name", "severity"];
const LEEF_HEAD: [&str; 5] = ["leef", "vendor", "product", "product_version", "event_id"];
/// Extension keys that hold the time, best first.
const TIMES: [&str; 5] = ["rt", "devtime", "start", "end", "deviceReceiptTime"];
/// Bytes before the event in which a syslog head may stand.
const HEAD_WITHIN: usize = 512;

/// Whether a line holds a CEF or LEEF event: others must not claim it.
pub(super) fn is_event(line: &str) -> bool {
    Event::of(line).is_some()
}

impl Format for Cef {
    fn name(&self) -> &'static str {
        "cef"
    }

    fn label(&self) -> Text {
        Text::new("CEF・LEEF", "CEF / LEEF")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        sample.share(98, is_event)
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        let Some(event) = Event::of(text) else { return };
        if let Some(header) = event.header() {
            for (name, value) in [("time", header.time), ("host", header.host), ("priority", header.priority)] {
                if !value.is_empty() {
                    out.push(super::field(name, value));
                }
            }
        }
        for (name, value) in event.names.iter().zip(event.parts()) {
            out.push(Field { name: Cow::Borrowed(name), value: event.plain(value) });
        }
        event.each_extension(&mut |key, value| {
            out.push(Field { name: Cow::Owned(key.to_lowercase()), value: event.plain(value) });
        });
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        ["vendor", "product", "name", "severity"].map(str::to_owned).to_vec()
    }

    fn is_open(&self) -> bool {
        true
    }
}

struct Lines;

impl Scanner for Lines {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let Some(event) = Event::of(text) else { return Some(Draft::undated(Undated::NoTime, Some(Reject::Shape))) };
        let mut best: Option<(usize, Option<Stamp>)> = None;
        event.each_extension(&mut |key, value| {
            let rank = TIMES.iter().position(|name| name.eq_ignore_ascii_case(key));
            if let Some(rank) = rank.filter(|rank| best.is_none_or(|(held, _)| *rank < held)) {
                best = Some((rank, stamp(value.trim())));
            }
        });
        let own = best.and_then(|(_, stamp)| stamp);
        let head = || event.header().and_then(|header| ascii::any(header.time.as_bytes())).map(|(stamp, _)| stamp);
        Some(match (own.or_else(head), best) {
            (Some(stamp), _) => Draft::read(clock.place(&stamp)),
            (None, Some(_)) => Draft::undated(Undated::Unreadable, Some(Reject::Time)),
            (None, None) => Draft::undated(Undated::NoTime, None),
        })
    }
}

fn stamp(value: &str) -> Option<Stamp> {
    number::epoch(value).or_else(|| times::whole(value, false))
}

/// One event in a line.
struct Event<'a> {
    before: &'a str,
    names: &'static [&'static str],
    /// From the version on.
    body: &'a str,
    /// What separates the pairs of LEEF.
    leef: bool,
}

impl<'a> Event<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let window = line.as_bytes().get(..line.len().min(HEAD_WITHIN))?;
        let (at, leef) = match memchr::memmem::find(window, b"CEF:") {
            Some(at) => (at, false),
            None => (memchr::memmem::find(window, b"LEEF:")?, true),
        };
        let before = line.get(..at)?;
        let names: &[&str] = if leef { &LEEF_HEAD } else { &CEF_HEAD };
        let event = Self { before, names, body: line.get(at + if leef { 5 } else { 4 }..)?, leef };
        let starts = before.is_empty() || before.ends_with([' ', '\t', '"', ':']);
        let version = event.body.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        (starts && version && event.parts().count() == names.len()).then_some(event)
    }

    /// A value without escapes; LEEF has none.
    fn plain(&self, value: &'a str) -> Cow<'a, str> {
        if self.leef { Cow::Borrowed(value) } else { unescaped(value) }
    }

    fn header(&self) -> Option<Header<'a>> {
        Header::of(self.before)
    }

    /// The parts of the head, escapes kept.
    fn parts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut rest = self.body;
        (0..self.names.len()).map_while(move |_| {
            let end = bar(rest)?;
            let part = rest.get(..end);
            rest = rest.get(end + 1..).unwrap_or("");
            part
        })
    }

    /// Calls `each` with the pairs of the extension, values with their escapes.
    fn each_extension(&self, each: &mut dyn FnMut(&'a str, &'a str)) {
        let mut rest = self.body;
        for _ in 0..self.names.len() {
            let Some(end) = bar(rest) else { return };
            rest = rest.get(end + 1..).unwrap_or("");
        }
        if !self.leef {
            return pairs(rest, each);
        }
        let mut separator = '\t';
        // LEEF 2.0 names its separator: a character, or its code as x09.
        if self.body.starts_with('2')
            && let Some(end) = rest.find('|').filter(|end| *end <= 6)
        {
            let stated = rest.get(..end).unwrap_or("");
            let code = stated.trim_start_matches("0x").trim_start_matches('x');
            let coded = u8::from_str_radix(code, 16).ok().filter(|_| stated.len() > 1).map(char::from);
            separator = coded.or_else(|| stated.chars().next()).unwrap_or('\t');
            rest = rest.get(end + 1..).unwrap_or("");
        }
        for pair in rest.split(separator) {
            if let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.trim().is_empty()) {
                each(key.trim(), value);
            }
        }
    }
}

/// The next bar that is not escaped.
fn bar(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'|', b'\\', text.as_bytes().get(from..)?)?;
        if text.as_bytes().get(at) == Some(&b'|') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// `key=value key=value`, where values hold blanks: a value ends where the next ` key=` begins.
fn pairs<'a>(text: &'a str, each: &mut dyn FnMut(&'a str, &'a str)) {
    let mut open: Option<(&'a str, usize)> = None;
    for sign in memchr::memchr_iter(b'=', text.as_bytes()) {
        let before = text.get(..sign).unwrap_or("");
        let start = before.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
        let key = before.get(start..).unwrap_or("");
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
        if key.is_empty() || !key.bytes().all(is_key) || open.is_some_and(|(_, from)| start < from) {
            continue;
        }
        if let Some((held, from)) = open {
            each(held, text.get(from..start).unwrap_or("").trim_end());
        }
        open = Some((key, sign + 1));
    }
    if let Some((held, from)) = open {
        each(held, text.get(from..).unwrap_or("").trim_end());
    }
}

fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '\\') {
            (_, true) => match signs.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(sign @ ('\\' | '|' | '=')) => out.push(sign),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            (sign, false) => out.push(sign),
        }
    }
    Cow::Owned(out)
}
