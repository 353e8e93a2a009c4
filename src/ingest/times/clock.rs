//! Places stamps on the time line with the zone and year a person stated for the evidence.
//!
//! Without a stated zone a local time stays undated: nothing is borrowed from the machine or from other records.

use super::cursor::Cursor;
use super::stamp::{Date, Stamp, days};
use crate::model::record::When;
use crate::model::time::TimeSetting;
use crate::model::{Instant, Known, Undated};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A record's time, and the stamp itself where only the order of records can tell its year or date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The time as far as it is settled.
    pub when: When,
    /// What waits for its year or date.
    pub waiting: Option<Stamp>,
}

impl Dated {
    /// A record without a time, and why.
    #[must_use]
    pub const fn undated(why: Undated) -> Self {
        Self { when: When::Undated(why), waiting: None }
    }
}

/// Longest raw time that is remembered.
const RAW: usize = 40;

/// Turns stamps into instants. Remembers the last raw time and the last zone offset, because logs repeat both.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: Option<TimeZone>,
    quarter: Option<(i64, i32, bool)>,
    raw: [u8; RAW],
    raw_len: usize,
    last: Option<Dated>,
}

impl Clock {
    /// A clock with this evidence's settings. A zone that cannot be read counts as none; [`zone`] tells beforehand.
    #[must_use]
    pub fn new(setting: &TimeSetting) -> Self {
        let zone = setting.zone.as_deref().and_then(zone);
        Self { zone, quarter: None, raw: [0; RAW], raw_len: 0, last: None }
    }

    /// Places what `read` makes of `raw`, or repeats the last answer when `raw` is the same.
    pub fn remember(&mut self, raw: &[u8], read: impl FnOnce(&[u8]) -> Option<Stamp>) -> Option<Dated> {
        if self.raw.get(..self.raw_len) == Some(raw)
            && let Some(last) = self.last
        {
            return Some(last);
        }
        let dated = self.place(&read(raw)?);
        if let Some(copy) = self.raw.get_mut(..raw.len()) {
            copy.copy_from_slice(raw);
            self.raw_len = raw.len();
            self.last = Some(dated);
        }
        Some(dated)
    }

    /// Places a stamp; one without a year waits.
    pub fn place(&mut self, stamp: &Stamp) -> Dated {
        match stamp.date {
            Date::Full(day) => Dated { when: self.at(i64::from(day), stamp, Known::Stated), waiting: None },
            Date::Yearless { .. } => Dated { when: When::Undated(Undated::YearUnknown), waiting: Some(*stamp) },
            Date::Above => Dated { when: When::Undated(Undated::NoTime), waiting: Some(*stamp) },
        }
    }

    /// Places a stamp without a year in `year`, known as `known`. 29 February of a common year stays undated.
    pub fn place_in(&mut self, stamp: &Stamp, year: i32, known: Known) -> When {
        match stamp.date {
            Date::Full(day) => self.at(i64::from(day), stamp, Known::Stated),
            Date::Yearless { month, day } => match days(year, u32::from(month), u32::from(day)) {
                Some(day) => self.at(i64::from(day), stamp, known),
                None => When::Undated(Undated::YearUnknown),
            },
            Date::Above => When::Undated(Undated::NoTime),
        }
    }

    fn at(&mut self, day: i64, stamp: &Stamp, known: Known) -> When {
        let local = day * 86_400 + i64::from(stamp.secs);
        let (offset_secs, known) = if let Some(minutes) = stamp.offset {
            (i32::from(minutes) * 60, known)
        } else if let Some((offset, certain)) = self.offset(local) {
            (offset, known.max(if certain { Known::Setting } else { Known::Assumed }))
        } else {
            return When::Undated(Undated::ZoneUnknown);
        };
        let instant = (local - i64::from(offset_secs))
            .checked_mul(1_000_000_000)
            .and_then(|nanos| nanos.checked_add(i64::from(stamp.nanos)));
        let Some(instant) = instant else { return When::Undated(Undated::OutOfRange) };
        let known = if stamp.assumed { Known::Assumed } else { known };
        let offset_minutes = i16::try_from(offset_secs / 60).unwrap_or(0);
        When::At { instant: Instant(instant), known, precision: stamp.precision, offset_minutes }
    }

    /// Offset in seconds of the stated zone at a local time, and whether the clock showed that time exactly once.
    fn offset(&mut self, local: i64) -> Option<(i32, bool)> {
        // Zones change on quarter hours; within one the offset stays.
        let quarter = local.div_euclid(900);
        if let Some((known, offset, certain)) = self.quarter
            && known == quarter
        {
            return Some((offset, certain));
        }
        let zone = self.zone.as_ref()?;
        let date = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        let civil = date.checked_add(jiff::SignedDuration::from_secs(local)).ok()?;
        let (offset, certain) = match zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset, true),
            // An hour the clock showed twice or never: the earlier offset, as jiff and RFC 5545 have it, and marked.
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => (before, false),
        };
        self.quarter = Some((quarter, offset.seconds(), certain));
        Some((offset.seconds(), certain))
    }
}

/// Reads a zone as a person states it: `Asia/Tokyo`, `+09:00`, `+0900`, `UTC`, `JST`.
#[must_use]
pub fn zone(text: &str) -> Option<TimeZone> {
    let text = text.trim();
    let mut cursor = Cursor::new(text.as_bytes());
    if let Some(minutes) = super::ascii::signed_offset(&mut cursor, true) {
        let offset = jiff::tz::Offset::from_seconds(i32::from(minutes) * 60).ok()?;
        return (cursor.at == text.len()).then(|| TimeZone::fixed(offset));
    }
    match text {
        "UTC" | "utc" | "Z" | "z" | "GMT" => Some(TimeZone::UTC),
        "JST" | "jst" => TimeZone::get("Asia/Tokyo").ok(),
        "" => None,
        name => TimeZone::get(name).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::whole;
    use super::*;
    use crate::model::Precision;

    fn at(text: &str, zone: Option<&str>) -> When {
        let mut clock = Clock::new(&TimeSetting { zone: zone.map(str::to_owned), ..TimeSetting::default() });
        clock.place(&whole(text, true).unwrap()).when
    }

    fn iso(text: &str) -> String {
        match at(text, Some("Asia/Tokyo")) {
            When::At { instant, offset_minutes, .. } => instant.iso(offset_minutes),
            When::Undated(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn many_spellings_of_one_moment() {
        for text in [
            "2026-04-01T15:04:05+09:00",
            "2026/4/1 15:04:05",
            "2026.04.01 15:04:05",
            "20260401150405",
            "20260401T060405Z",
            "2026-04-01 06:04:05 UTC",
            "2026年4月1日 15時04分05秒",
            "２０２６年４月１日　午後３時４分５秒",
            "2026年4月1日（水）15:04:05",
            "令和8年4月1日 午後3時04分05秒",
            "令和八年四月一日十五時四分五秒",
            "㋿8年4月1日 15:04:05",
            "R8.4.1 15:04:05",
            "01/Apr/2026:15:04:05 +0900",
            "Wed Apr  1 15:04:05 2026",
            "Wed, 1 Apr 2026 15:04:05 +0900",
            "Wed Apr 1 15:04:05 JST 2026",
            "Apr 1 2026 15:04:05",
            "2026-04-01 3:04:05 PM",
            "２０２６／０４／０１ １５：０４：０５",
        ] {
            let instant = at(text, Some("Asia/Tokyo")).instant().unwrap();
            assert_eq!(instant.iso(540), "2026-04-01T15:04:05+09:00", "{text}");
        }
    }

    #[test]
    fn odd_hours() {
        assert_eq!(iso("2026年4月1日 25時"), "2026-04-02T01:00:00+09:00");
        assert_eq!(iso("2026/04/01 25:30:00"), "2026-04-02T01:30:00+09:00");
        assert_eq!(iso("2026年4月1日 正午"), "2026-04-01T12:00:00+09:00");
        assert_eq!(iso("2026年4月1日 午後0時30分"), "2026-04-01T12:30:00+09:00");
        assert_eq!(iso("2026年4月1日 午後3時半"), "2026-04-01T15:30:00+09:00");
        assert_eq!(iso("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00+00:00");
        assert!(matches!(at("2026年4月1日 午後12時5分", Some("JST")), When::At { known: Known::Assumed, .. }));
    }

    #[test]
    fn eras_end() {
        assert_eq!(iso("昭和64年1月7日"), "1989-01-07T00:00:00+09:00");
        assert_eq!(iso("平成元年1月8日"), "1989-01-08T00:00:00+09:00");
        assert_eq!(whole("平成元年1月7日", true), None);
        assert_eq!(whole("令和元年4月30日", true), None);
    }

    #[test]
    fn what_is_not_a_time() {
        for text in ["04/05/2026", "1.2.3.4", "2026-13-01", "2026-02-29", "26/04/01", "2026", "令和", "12:30", ""] {
            assert_eq!(whole(text, true), None, "{text}");
        }
    }

    #[test]
    fn zones() {
        assert_eq!(at("2026-04-01 15:04", None), When::Undated(Undated::ZoneUnknown));
        assert!(zone("Asia/Tokyo").is_some() && zone("+09:00").is_some() && zone("-0330").is_some());
        assert!(zone("Tokio").is_none() && zone("").is_none() && zone("+99").is_none());
        // The hour New York's clocks showed twice.
        assert!(matches!(at("2026-11-01 01:30:00", Some("America/New_York")), When::At { known: Known::Assumed, .. }));
        assert!(matches!(
            at("2026-11-01 03:30:00", Some("America/New_York")),
            When::At { known: Known::Setting, precision: Precision::Second, offset_minutes: -300, .. }
        ));
    }
}
