//! Formats a person defines: a small TOML file with an expression whose named groups are the fields, and sample lines that must match.
//!
//! ```toml
//! name = "pbx"
//! title = "構内交換機の発着信記録"
//! pattern = '^(?P<time>\S+ \S+) (?P<direction>IN|OUT) (?P<number>\d+) (?P<seconds>\d+)s$'
//! time = "%Y-%m-%d %H:%M:%S"   # left out: any form this program reads
//! samples = ["2026-04-01 08:15:00 IN 0312345678 35s"]
//! ```
//!
//! The definition is kept with the reading, so that the evidence reads the same on a desk that has never seen the file.

use super::{Draft, Format, Sample, Scanner};
use crate::ingest::times::{self, Clock, Stamp, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Precision, Reject, Text, Undated};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::borrow::Cow;
use std::cell::RefCell;

/// Reads what definitions describe.
#[derive(Debug)]
pub(super) struct Custom;

/// The name in readings.
pub(crate) const NAME: &str = "custom";
const PATTERN: &str = "pattern";
const TIME: &str = "time-format";
/// What a compiled expression may take.
const SIZE: usize = 4 << 20;

/// A definition that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What a person reads.
    #[serde(default)]
    pub title: String,
    pattern: String,
    time: Option<String>,
    samples: Vec<String>,
}

impl Definition {
    /// Reads and checks a definition.
    ///
    /// # Errors
    /// When it is not TOML of this shape, the expression is none, or a sample does not match or has no readable time.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let definition: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if definition.name.is_empty() || !definition.name.chars().all(fine) {
            return Err(format!("name `{}`: a-z 0-9 - _", definition.name));
        }
        let regex = compiled(&definition.pattern).map_err(|error| format!("pattern: {error}"))?;
        if regex.capture_names().flatten().next().is_none() {
            return Err("pattern: no named group (?P<name>…)".to_owned());
        }
        if definition.samples.is_empty() {
            return Err("samples: none".to_owned());
        }
        for sample in &definition.samples {
            let captures = regex.captures(sample).ok_or_else(|| format!("samples: `{sample}` does not match"))?;
            if let Some(time) = captures.name("time")
                && stamp(time.as_str(), definition.time.as_deref()).is_none()
            {
                return Err(format!("samples: `{}` is no time", time.as_str()));
            }
        }
        Ok(definition)
    }

    /// The definition a reading was made with.
    pub(crate) fn of(form: &ReadingForm) -> Option<Self> {
        let kept = |wanted| note(form, wanted).map(str::to_owned);
        let definition = || {
            let (name, pattern) = (kept("name")?, kept(PATTERN)?);
            Some(Self { name, title: String::new(), pattern, time: kept(TIME), samples: Vec::new() })
        };
        if form.format == NAME { definition() } else { None }
    }

    /// What the reading remembers.
    pub(crate) fn notes(&self) -> Vec<(String, String)> {
        let mut notes = vec![("name".to_owned(), self.name.clone()), (PATTERN.to_owned(), self.pattern.clone())];
        notes.extend(self.time.iter().map(|time| (TIME.to_owned(), time.clone())));
        notes
    }
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(SIZE).dfa_size_limit(SIZE).build()
}

fn note<'f>(form: &'f ReadingForm, wanted: &str) -> Option<&'f str> {
    form.notes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
}

/// A time in the stated form, or in any.
fn stamp(text: &str, format: Option<&str>) -> Option<Stamp> {
    let Some(format) = format else {
        return times::whole(text, true).or_else(|| number::epoch(text.trim()));
    };
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    if let Ok(at) = parsed.to_timestamp() {
        let minutes = parsed.offset().map_or(0, |offset| offset.seconds() / 60);
        let local = at.as_second() + i64::from(minutes) * 60;
        let stamp = Stamp::epoch(local, u32::try_from(at.subsec_nanosecond()).ok()?, Precision::Second)?;
        return Some(Stamp { offset: i16::try_from(minutes).ok(), ..stamp });
    }
    let date = parsed.to_date().ok()?;
    let mut stamp =
        Stamp::day(i32::from(date.year()), u32::try_from(date.month()).ok()?, u32::try_from(date.day()).ok()?)?;
    if let Ok(time) = parsed.to_time() {
        let part = |value: i8| u32::try_from(value).unwrap_or(0);
        stamp.secs = part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second());
        stamp.nanos = u32::try_from(time.subsec_nanosecond()).unwrap_or(0);
        stamp.precision = if stamp.nanos > 0 { Precision::Micro } else { Precision::Second };
    }
    Some(stamp)
}

impl Format for Custom {
    fn name(&self) -> &'static str {
        NAME
    }

    fn label(&self) -> Text {
        Text::new("定義した形式", "Defined format")
    }

    fn sniff(&self, _sample: &Sample<'_>) -> u8 {
        0
    }

    fn scanner<'f>(&self, form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        let regex = note(form, PATTERN).and_then(|pattern| compiled(pattern).ok());
        Box::new(Lines { regex, time: note(form, TIME) })
    }

    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        thread_local! {
            /// The last expression, since records come one after the other.
            static LAST: RefCell<Option<(String, Regex)>> = const { RefCell::new(None) };
        }
        let Some(pattern) = note(form, PATTERN) else { return };
        LAST.with_borrow_mut(|last| {
            if last.as_ref().is_none_or(|(held, _)| held != pattern) {
                *last = compiled(pattern).ok().map(|regex| (pattern.to_owned(), regex));
            }
            let Some((_, regex)) = last else { return };
            let Some(captures) = regex.captures(text) else { return };
            for name in regex.capture_names().flatten() {
                if let Some(value) = captures.name(name) {
                    out.push(Field { name: Cow::Owned(name.to_lowercase()), value: Cow::Borrowed(value.as_str()) });
                }
            }
        });
    }

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        let regex = note(form, PATTERN).and_then(|pattern| compiled(pattern).ok());
        regex.iter().flat_map(|regex| regex.capture_names().flatten().map(str::to_lowercase)).collect()
    }
}

struct Lines<'f> {
    regex: Option<Regex>,
    time: Option<&'f str>,
}

impl Scanner for Lines<'_> {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let Some(captures) = self.regex.as_ref().and_then(|regex| regex.captures(text)) else {
            return Some(Draft::undated(Undated::NoTime, Some(Reject::Shape)));
        };
        let Some(time) = captures.name("time") else { return Some(Draft::undated(Undated::NoTime, None)) };
        let format = self.time;
        let read = |raw: &[u8]| std::str::from_utf8(raw).ok().and_then(|raw| stamp(raw, format));
        Some(match clock.remember(time.as_str().as_bytes(), read) {
            Some(dated) => Draft::read(dated),
            None => Draft::undated(Undated::Unreadable, Some(Reject::Time)),
        })
    }
}
