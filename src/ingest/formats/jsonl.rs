//! JSON lines: one JSON value per line (Suricata EVE, Zeek JSON, cloud audit trails, journald, application logs).
//!
//! A line is checked to be JSON and its time is found in the same pass, without building a tree. The time is that of the
//! best-ranked key of the outermost object.

use super::json_walk;
use super::{Draft, Format, Sample, Scanner};
use crate::ingest::times::{self, Clock, Dated, Stamp, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

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

/// Bit `n` is set where a key of `n` bytes is among [`KEYS`] or [`INNER`]: most keys of a record are passed over by their
/// length.
const LENGTHS: u32 = lengths(&KEYS) | lengths(&INNER);

const fn lengths(keys: &[&str]) -> u32 {
    let (mut lengths, mut index) = (0, 0);
    while index < keys.len() {
        lengths |= 1 << keys[index].len();
        index += 1;
    }
    lengths
}

/// What one pass over a line tells.
#[derive(Debug, Default)]
struct Top {
    is_object: bool,
    is_container: bool,
    best: Option<(usize, Stamp)>,
    unreadable: bool,
}

/// One pass over a line; `None` when it is not JSON.
fn top(line: &str) -> Option<Top> {
    serde_json::from_str(line).ok()
}

impl<'de> Deserialize<'de> for Top {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TopVisitor)
    }
}

struct TopVisitor;

impl<'de> Visitor<'de> for TopVisitor {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let mut top = Top { is_object: true, is_container: true, ..Top::default() };
        while let Some(Rank(rank)) = map.next_key()? {
            match rank {
                Some(INSIDE) => {
                    let inner: Self::Value = map.next_value()?;
                    let ranked = inner.best.map(|(rank, stamp)| (rank + KEYS.len(), stamp));
                    top.best = [top.best, ranked].into_iter().flatten().min_by_key(|(rank, _)| *rank);
                    top.unreadable |= inner.unreadable;
                }
                Some(rank) if top.best.is_none_or(|(best, _)| rank < best) => match map.next_value()? {
                    TimeValue::Time(stamp) => top.best = Some((rank, stamp)),
                    TimeValue::Other => {}
                    TimeValue::Unreadable => top.unreadable = true,
                },
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(top)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Top, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Top { is_container: true, ..Top::default() })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Top, E> {
        Ok(Top::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Top, E> {
        Ok(Top::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Top, E> {
        Ok(Top::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Top, E> {
        Ok(Top::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Top, E> {
        Ok(Top::default())
    }

    fn visit_unit<E>(self) -> Result<Top, E> {
        Ok(Top::default())
    }
}

/// A key's place in [`KEYS`], or [`INSIDE`].
struct Rank(Option<usize>);

/// The rank of a key in [`INNER`].
const INSIDE: usize = usize::MAX;

impl<'de> Deserialize<'de> for Rank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RankVisitor;
        impl Visitor<'_> for RankVisitor {
            type Value = Rank;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E>(self, key: &str) -> Result<Rank, E> {
                let likely = key.len() < 32 && LENGTHS >> key.len() & 1 == 1;
                if !likely {
                    return Ok(Rank(None));
                }
                let place = KEYS.iter().position(|name| name.eq_ignore_ascii_case(key));
                Ok(Rank(place.or_else(|| INNER.contains(&key).then_some(INSIDE))))
            }
        }
        deserializer.deserialize_str(RankVisitor)
    }
}

/// The value of a key that may hold the time.
enum TimeValue {
    Time(Stamp),
    Unreadable,
    Other,
}

impl TimeValue {
    fn of_text(text: &str) -> Self {
        let text = text.trim();
        let inner = text.strip_prefix("/Date(").and_then(|tail| tail.strip_suffix(")/"));
        let stamp = times::whole(text, true).or_else(|| number::epoch(inner.unwrap_or(text)));
        match stamp {
            Some(stamp) => Self::Time(stamp),
            None if text.is_empty() => Self::Other,
            None => Self::Unreadable,
        }
    }

    fn of_number(number: &str) -> Self {
        number::epoch(number).map_or(Self::Other, Self::Time)
    }
}

impl<'de> Deserialize<'de> for TimeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl<'de> Visitor<'de> for TimeVisitor {
    type Value = TimeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<TimeValue, E> {
        Ok(TimeValue::of_text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<TimeValue, E> {
        Ok(TimeValue::of_number(&number.to_string()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<TimeValue, E> {
        Ok(TimeValue::Other)
    }

    fn visit_f64<E>(self, number: f64) -> Result<TimeValue, E> {
        Ok(TimeValue::of_number(&number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<TimeValue, E> {
        Ok(TimeValue::Other)
    }

    fn visit_unit<E>(self) -> Result<TimeValue, E> {
        Ok(TimeValue::Other)
    }

    /// `{"#attributes":{"SystemTime":…}}` of Windows events, `{"$date":…}` of `MongoDB`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TimeValue, A::Error> {
        let mut found = TimeValue::Other;
        while let Some(BoxKey(opens)) = map.next_key()? {
            if opens && matches!(found, TimeValue::Other) {
                found = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<TimeValue, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(TimeValue::Other)
    }
}

/// Whether a key leads to the time inside a time's value.
struct BoxKey(bool);

impl<'de> Deserialize<'de> for BoxKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BoxVisitor;
        impl Visitor<'_> for BoxVisitor {
            type Value = BoxKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E>(self, key: &str) -> Result<BoxKey, E> {
                Ok(BoxKey(matches!(key, "#attributes" | "@attributes" | "SystemTime" | "@SystemTime" | "$date")))
            }
        }
        deserializer.deserialize_str(BoxVisitor)
    }
}
