//! Times as a question writes them: a bound stands for the whole unit it names, down to the last digit given.
//!
//! `2026-04-01` is that day, `2026-04-01T12:00` that minute. A bound without a zone is Japanese time.

use crate::model::Instant;
use crate::model::fold::fold;
use crate::model::time::JST_MINUTES;
use jiff::civil::Date;

const SEC: i64 = 1_000_000_000;

/// The unit a text names, as its first instant and the first one after it; `None` if it is no time or outside 1677 to 2262.
pub(super) fn unit(text: &str) -> Option<(Instant, Instant)> {
    let folded = fold(text.trim());
    let mut cursor = Cursor { rest: &folded };
    let year = cursor.number(4, 4)?;
    let year = i16::try_from(year).ok()?;
    let (mut month, mut day, mut clock) = (None, None, Clock::default());
    if cursor.sign(&['-', '/']) {
        month = Some(cursor.number(1, 2)?);
        if cursor.sign(&['-', '/']) {
            day = Some(cursor.number(1, 2)?);
            if cursor.sign(&['t', ' ', '_']) {
                clock = cursor.clock()?;
            }
        }
    }
    let zone = cursor.zone()?;
    if !cursor.rest.is_empty() {
        return None;
    }
    let first =
        |year: i16, month: i64, day: i64| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    let start = first(year, month.unwrap_or(1), day.unwrap_or(1))?;
    let end = match (month, day) {
        (None, _) | (Some(12), None) => first(year.checked_add(1)?, 1, 1)?,
        (Some(month), None) => first(year, month + 1, 1)?,
        (Some(_), Some(_)) => start,
    };
    let nanos = |date: Date| {
        let seconds = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
        seconds.checked_sub(zone * 60)?.checked_mul(SEC)
    };
    if day.is_none() {
        return Some((Instant(nanos(start)?), Instant(nanos(end)?)));
    }
    let from = nanos(start)?.checked_add(clock.nanos)?;
    Some((Instant(from), Instant(from.checked_add(clock.unit)?)))
}

/// Nanoseconds since midnight, and the length of the finest unit given.
struct Clock {
    nanos: i64,
    unit: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { nanos: 0, unit: 86_400 * SEC }
    }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn sign(&mut self, any: &[char]) -> bool {
        let stripped = self.rest.strip_prefix(any);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        if digits < least { None } else { number.parse().ok() }
    }

    fn clock(&mut self) -> Option<Clock> {
        let below = |number: i64, limit: i64| (number < limit).then_some(number);
        let mut clock = Clock { nanos: below(self.number(1, 2)?, 24)? * 3600 * SEC, unit: 3600 * SEC };
        if self.sign(&[':']) {
            clock.nanos += below(self.number(2, 2)?, 60)? * 60 * SEC;
            clock.unit = 60 * SEC;
            if self.sign(&[':']) {
                clock.nanos += below(self.number(2, 2)?, 60)? * SEC;
                clock.unit = SEC;
                if self.sign(&['.', ',']) {
                    let before = self.rest.len();
                    let part = self.number(1, 9)?;
                    let digits = u32::try_from(before - self.rest.len()).ok()?;
                    clock.unit = 10_i64.pow(9 - digits);
                    clock.nanos += part * clock.unit;
                }
            }
        }
        Some(clock)
    }

    /// Minutes east of UTC.
    fn zone(&mut self) -> Option<i64> {
        self.sign(&[' ']);
        if self.rest.is_empty() {
            return Some(i64::from(JST_MINUTES));
        }
        for (name, minutes) in [("z", 0), ("utc", 0), ("jst", i64::from(JST_MINUTES))] {
            if self.rest == name {
                self.rest = "";
                return Some(minutes);
            }
        }
        let east = if self.sign(&['+']) { 1 } else { self.sign(&['-']).then_some(-1)? };
        let hours = self.number(2, 2)?;
        self.sign(&[':']);
        let minutes = if self.rest.is_empty() { 0 } else { self.number(2, 2)? };
        (hours <= 18 && minutes < 60).then_some(east * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_the_whole_unit_it_names() {
        for (text, from, to) in [
            ("2026", "2026-01-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00"),
            ("2026-12", "2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00"),
            ("2026/4/1", "2026-04-01T00:00:00+09:00", "2026-04-02T00:00:00+09:00"),
            ("２０２６-０４-０１T08", "2026-04-01T08:00:00+09:00", "2026-04-01T09:00:00+09:00"),
            ("2026-04-01 08:15", "2026-04-01T08:15:00+09:00", "2026-04-01T08:16:00+09:00"),
            ("2026-04-01T00:00:05Z", "2026-04-01T09:00:05+09:00", "2026-04-01T09:00:06+09:00"),
            ("2026-04-01T08:15:00-0500", "2026-04-01T22:15:00+09:00", "2026-04-01T22:15:01+09:00"),
            ("2026-04-01+00:00", "2026-04-01T09:00:00+09:00", "2026-04-02T09:00:00+09:00"),
        ] {
            let (start, end) = unit(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((start.iso(540).as_str(), end.iso(540).as_str()), (from, to), "{text}");
        }
        let (start, end) = unit("2026-04-01T00:00:00.25").unwrap();
        assert_eq!(end.0 - start.0, 10_000_000);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in
            ["", "26", "2026-13", "2026-02-30", "2026-04-01T24:00", "2026-04-01T1:5", "1500", "2300", "2026-04-01x"]
        {
            assert_eq!(unit(bad), None, "{bad}");
        }
    }
}
