//! JSON lines: one JSON value per line (Suricata EVE, Zeek JSON, cloud audit trails, journald, application logs).
//!
//! A line is checked to be JSON and its time is found in the same pass, without building a tree. The time is that of the
//! best-ranked key of the outermost object.

use super::json_scan::{Scan, Shape};
use super::json_walk;
use super::{Draft, Format, Sample, Scanner};
use crate::ingest::times::{self, Clock, Dated, Stamp, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// JSON lines.
#[derive(Debug)]
pub(super) struct Jsonl;

impl Format for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn label(&self) -> Text {
        Text::new("JSON行", "JSON lines")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        if super::json::Json.sniff(sample) >= super::SURE { 0 } else { sample.share(96, is_object) }
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        json_walk::fields(text, out);
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        Vec::new()
    }

    fn is_open(&self) -> bool {
        true
    }
}

/// Whether a text is one JSON object.
pub(super) fn is_object(text: &str) -> bool {
    matches!(top(text), Some(Top { is_object: true, .. }))
}

/// Reads the time of one JSON value.
pub(super) struct Lines;

impl Scanner for Lines {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let Some(top) = top(text) else { return Some(Draft::undated(Undated::NoTime, Some(Reject::Json))) };
        Some(match top.best {
            Some((_, stamp)) => Draft::read(clock.place(&stamp)),
            None if !top.is_container => Draft::undated(Undated::NoTime, Some(Reject::Shape)),
            None if top.unreadable => Draft::read(Dated::undated(Undated::Unreadable)),
            None => Draft::read(Dated::undated(Undated::NoTime)),
        })
    }
}

/// Keys that hold a record's time, best first; compared without regard to case.
const KEYS: [&str; 38] = [
    "@timestamp",
    "timestamp",
    "eventTime",
    "event_time",
    "time",
    "ts",
    "datetime",
    "date_time",
    "eventTimestamp",
    "event_timestamp",
    "eventDateTime",
    "submissionTimestamp",
    "p_event_time",
    "TimeGenerated",
    "TimeCreated",
    "SystemTime",
    "UtcTime",
    "CreationTime",
    "published",
    "receiveTimestamp",
    "activityDateTime",
    "createdDateTime",
    "EdgeStartTimestamp",
    "EdgeEndTimestamp",
    "__REALTIME_TIMESTAMP",
    "_time",
    "log_time",
    "logtime",
    "logged_at",
    "created_at",
    "createdAt",
    "created",
    "date",
    "start_time",
    "startTime",
    "start",
    "日時",
    "取引日時",
];

/// Keys of objects that hold the event itself, as Elastic and Windows wrap it; a time inside ranks after those outside.
const INNER: [&str; 5] = ["_source", "Event", "System", "log", "event"];

/// Keys of [`KEYS`] and then [`INNER`] by their length, one bit each: most keys of a record are passed over by it.
const BY_LENGTH: [u64; 32] = by_length();

const fn by_length() -> [u64; 32] {
    let (mut out, mut index) = ([0; 32], 0);
    while index < KEYS.len() + INNER.len() {
        let key = if index < KEYS.len() { KEYS[index] } else { INNER[index - KEYS.len()] };
        out[key.len()] |= 1 << index;
        index += 1;
    }
    out
}

/// The rank of a key among the first `most` of [`KEYS`] and [`INNER`], as they follow each other.
fn rank(key: &str, most: usize) -> Option<usize> {
    let mut likely = BY_LENGTH.get(key.len())? & ((1 << most) - 1);
    while likely != 0 {
        let index = likely.trailing_zeros() as usize;
        likely &= likely - 1;
        let is_it = match (KEYS.get(index), INNER.get(index.wrapping_sub(KEYS.len()))) {
            (Some(name), _) => name.eq_ignore_ascii_case(key),
            (None, inner) => inner == Some(&key),
        };
        if is_it {
            return Some(index);
        }
    }
    None
}

/// What one pass over a line tells.
#[derive(Debug, Default)]
struct Top {
    is_object: bool,
    is_container: bool,
    best: Option<(usize, Stamp)>,
    unreadable: bool,
}

/// Objects inside objects in which the time is looked for.
const DEEPEST: usize = 8;

/// One pass over a line; `None` when it is not JSON.
fn top(line: &str) -> Option<Top> {
    let mut scan = Scan::new(line);
    let top = object(&mut scan, 0)?;
    scan.is_at_end().then_some(top)
}

/// One value, and the best time in it if it is an object.
fn object(scan: &mut Scan<'_>, depth: usize) -> Option<Top> {
    let shape = scan.shape()?;
    let mut top = Top {
        is_object: shape == Shape::Object,
        is_container: matches!(shape, Shape::Object | Shape::Array),
        ..Top::default()
    };
    if shape != Shape::Object || depth >= DEEPEST {
        scan.value()?;
        return Some(top);
    }
    scan.object(|scan, key| {
        // Once a time outside is found only better keys matter.
        let found = top.best.as_ref().map(|(rank, _)| *rank).filter(|rank| *rank < KEYS.len());
        let most = found.unwrap_or(KEYS.len() + INNER.len());
        match rank(&undone(key), most) {
            None => drop(scan.value()?),
            Some(rank) if rank >= KEYS.len() => {
                let inner = object(scan, depth + 1)?;
                let ranked = inner.best.map(|(rank, stamp)| (rank + KEYS.len(), stamp));
                top.best = [top.best, ranked].into_iter().flatten().min_by_key(|(rank, _)| *rank);
                top.unreadable |= inner.unreadable;
            }
            Some(rank) => match time(scan, 0)? {
                TimeValue::Time(stamp) => top.best = Some((rank, stamp)),
                TimeValue::Other => {}
                TimeValue::Unreadable => top.unreadable = true,
            },
        }
        Some(())
    })?;
    Some(top)
}

/// A string with its escapes undone.
fn undone(written: &str) -> Cow<'_, str> {
    if !written.contains('\\') {
        return Cow::Borrowed(written);
    }
    // Half a pair of surrogates is no text, yet it may stand in JSON.
    serde_json::from_str::<String>(&format!("\"{written}\"")).map_or(Cow::Borrowed(written), Cow::Owned)
}

/// The value of a key that may hold the time.
enum TimeValue {
    Time(Stamp),
    Unreadable,
    Other,
}

fn time(scan: &mut Scan<'_>, depth: usize) -> Option<TimeValue> {
    match scan.shape()? {
        Shape::Text => Some(of_text(&undone(scan.string()?))),
        Shape::Number => {
            let written = scan.value()?;
            // What is written with an exponent is spelt out first.
            let spelt = written.contains(['e', 'E']).then(|| written.parse::<f64>().map(|number| number.to_string()));
            let stamp = number::epoch(spelt.and_then(Result::ok).as_deref().unwrap_or(written));
            Some(stamp.map_or(TimeValue::Other, TimeValue::Time))
        }
        // `{"#attributes":{"SystemTime":…}}` of Windows events, `{"$date":…}` of MongoDB.
        Shape::Object if depth < DEEPEST => {
            let mut found = TimeValue::Other;
            scan.object(|scan, key| {
                let opens = matches!(key, "#attributes" | "@attributes" | "SystemTime" | "@SystemTime" | "$date");
                if opens && matches!(found, TimeValue::Other) {
                    found = time(scan, depth + 1)?;
                } else {
                    scan.value()?;
                }
                Some(())
            })?;
            Some(found)
        }
        _ => scan.value().map(|_| TimeValue::Other),
    }
}

fn of_text(text: &str) -> TimeValue {
    let text = text.trim();
    let inner = text.strip_prefix("/Date(").and_then(|tail| tail.strip_suffix(")/"));
    let stamp = times::whole(text, true).or_else(|| number::epoch(inner.unwrap_or(text)));
    match stamp {
        Some(stamp) => TimeValue::Time(stamp),
        None if text.is_empty() => TimeValue::Other,
        None => TimeValue::Unreadable,
    }
}
