//! logfmt: `time=2026-04-01T08:15:00Z level=info msg="login failed" user=kato`, as Go services, Grafana and Heroku write, and
//! the Linux audit log, whose time stands in `msg=audit(…)`.

use super::{Draft, Format, Sample, Scanner};
use crate::ingest::times::{self, Clock, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// `key=value` lines.
#[derive(Debug)]
pub(super) struct Logfmt;

/// Keys that hold the time, best first.
const TIMES: [&str; 9] = ["time", "ts", "timestamp", "@timestamp", "t", "datetime", "date", "eventtime", "at"];

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn label(&self) -> Text {
        Text::new("logfmt（key=value）", "logfmt (key=value)")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        sample.share(94, |line| {
            if memchr::memchr_iter(b'=', line.as_bytes()).take(3).count() < 3 {
                return false;
            }
            let mut pairs = 0;
            let clean = Pairs(line).all(|pair| {
                pairs += usize::from(pair.value.is_some());
                pair.value.is_some() || pair.key.len() < 40
            });
            // A line is made of pairs: a word without value here and there is allowed, prose is not.
            clean && pairs >= 3 && pairs * 4 >= Pairs(line).count() * 3
        })
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        for pair in Pairs(text) {
            let value = pair.value.unwrap_or(Cow::Borrowed("true"));
            out.push(Field { name: Cow::Owned(pair.key.to_lowercase()), value });
        }
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        Vec::new()
    }

    fn is_open(&self) -> bool {
        true
    }
}

struct Lines;

impl Scanner for Lines {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let mut best: Option<(usize, Cow<'_, str>)> = None;
        let mut pairs = 0;
        for pair in Pairs(text) {
            let Some(value) = pair.value else { continue };
            pairs += 1;
            let rank = TIMES.iter().position(|name| name.eq_ignore_ascii_case(pair.key));
            if let Some(rank) = rank.filter(|rank| best.as_ref().is_none_or(|(held, _)| rank < held)) {
                best = Some((rank, value));
            } else if best.is_none()
                && pair.key == "msg"
                && let Some(time) = audit_time(&value)
            {
                best = Some((TIMES.len(), Cow::Owned(time.to_owned())));
            }
        }
        let Some((_, value)) = best else {
            return Some(Draft::undated(Undated::NoTime, (pairs == 0).then_some(Reject::Shape)));
        };
        let stamp = times::whole(&value, true).or_else(|| number::epoch(value.trim()));
        Some(match stamp {
            Some(stamp) => Draft::read(clock.place(&stamp)),
            None => Draft::undated(Undated::Unreadable, Some(Reject::Time)),
        })
    }
}

/// The time of a Linux audit record: `msg=audit(1775000100.123:485):`.
fn audit_time(value: &str) -> Option<&str> {
    value.strip_prefix("audit(")?.split(':').next()
}

/// A key with its value; a word without `=` has none.
struct Pair<'a> {
    key: &'a str,
    value: Option<Cow<'a, str>>,
}

/// The pairs of a line.
struct Pairs<'a>(&'a str);

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let end = rest.find(['=', ' ', '\t']).unwrap_or(rest.len());
        let (key, tail) = rest.split_at(end);
        if key.is_empty() {
            // An equals sign with no key before it is passed over as a word.
            let mut signs = tail.chars();
            signs.next()?;
            self.0 = signs.as_str();
            return Some(Pair { key: "=", value: None });
        }
        let Some(value) = tail.strip_prefix('=') else {
            self.0 = tail;
            return Some(Pair { key, value: None });
        };
        if let Some(inner) = value.strip_prefix('"') {
            let (word, escaped, after) = quoted(inner);
            self.0 = after;
            let value = if escaped { Cow::Owned(unescaped(word)) } else { Cow::Borrowed(word) };
            return Some(Pair { key, value: Some(value) });
        }
        let (value, after) = value.split_at(value.find([' ', '\t']).unwrap_or(value.len()));
        self.0 = after;
        Some(Pair { key, value: Some(Cow::Borrowed(value)) })
    }
}

/// What stands before the closing mark, whether anything in it is escaped, and what follows.
fn quoted(inner: &str) -> (&str, bool, &str) {
    let (mut at, mut escaped) = (0, false);
    let bytes = inner.as_bytes();
    while let Some(next) = bytes.get(at..).and_then(|tail| memchr::memchr2(b'"', b'\\', tail)) {
        at += next;
        if bytes.get(at) == Some(&b'"') {
            return (inner.get(..at).unwrap_or(""), escaped, inner.get(at + 1..).unwrap_or(""));
        }
        escaped = true;
        at += 2;
    }
    (inner, escaped, "")
}

fn unescaped(word: &str) -> String {
    serde_json::from_str(&format!("\"{word}\"")).unwrap_or_else(|_| word.replace("\\\"", "\""))
}
