//! Times in ASCII: ISO 8601 and its relatives, access logs, RFC 3164, RFC 5322, ctime.

use super::cursor::Cursor;
use super::stamp::{Stamp, fraction_precision};
use crate::model::Precision;

/// Reads whichever form stands at the start; the second value is the bytes it takes.
#[must_use]
pub fn any(bytes: &[u8]) -> Option<(Stamp, usize)> {
    match bytes.first()? {
        b'0'..=b'9' => iso(bytes).or_else(|| compact(bytes)).or_else(|| day_first(bytes)),
        b'A'..=b'Z' | b'a'..=b'z' => named(bytes),
        _ => None,
    }
}

/// `2026-04-01T12:34:56.789+09:00` with `-`, `/` or `.` in the date, blank or `T` before the time, `.` or `,` before the
/// fraction; date alone; month and day with one digit.
#[must_use]
pub fn iso(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(bytes);
    let year = cursor.number(4, 4)?;
    let mark = cursor.eat_any(b"-/.")?;
    let month = cursor.number(1, 2)?;
    if !cursor.eat(mark) {
        return None;
    }
    let day = cursor.number(1, 2)?;
    let mut stamp = Stamp::day(i32::try_from(year).ok()?, month, day)?;
    let mut ahead = cursor;
    let gap = ahead.eat_any(b"T _:-t\t");
    ahead.spaces();
    if gap.is_some() && time_of_day(&mut ahead, &mut stamp) {
        zone(&mut ahead, &mut stamp);
        cursor = ahead;
    } else if gap == Some(b'T') {
        return None;
    }
    Some((stamp, cursor.at))
}

/// `20260401123456`, `20260401T123456Z`, `20260401 12:34:56`, `20260401`.
fn compact(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(bytes);
    let digits = cursor.digits_ahead();
    if digits != 8 && digits != 14 {
        return None;
    }
    let (year, month, day) = (cursor.fixed(4)?, cursor.fixed(2)?, cursor.fixed(2)?);
    if !(1900..=2100).contains(&year) {
        return None;
    }
    let mut stamp = Stamp::day(i32::try_from(year).ok()?, month, day)?;
    if digits == 14 {
        compact_time(&mut cursor, &mut stamp)?;
        zone(&mut cursor, &mut stamp);
        return Some((stamp, cursor.at));
    }
    let mut ahead = cursor;
    if ahead.eat_any(b"T _-").is_some()
        && (time_of_day(&mut ahead, &mut stamp)
            || (ahead.digits_ahead() == 6 && compact_time(&mut ahead, &mut stamp).is_some()))
    {
        zone(&mut ahead, &mut stamp);
        cursor = ahead;
    }
    Some((stamp, cursor.at))
}

/// `7/30/2015 9:00:15 PM` or `30/7/2015 21:00:15`: readable only when something else tells which comes first.
#[must_use]
pub fn slashed(bytes: &[u8], is_day_first: bool) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(bytes);
    let first = cursor.number(1, 2)?;
    let mark = cursor.eat_any(b"/.-")?;
    let second = cursor.number(1, 2)?;
    if !cursor.eat(mark) {
        return None;
    }
    let year = cursor.number(4, 4)?;
    let (day, month) = if is_day_first { (first, second) } else { (second, first) };
    let mut stamp = Stamp::day(i32::try_from(year).ok()?, month, day)?;
    let mut ahead = cursor;
    if ahead.eat_any(b" T,").is_some() {
        ahead.spaces();
        if time_of_day(&mut ahead, &mut stamp) {
            zone(&mut ahead, &mut stamp);
            cursor = ahead;
        }
    }
    // The order was told from other rows.
    stamp.assumed = true;
    Some((stamp, cursor.at))
}

fn compact_time(cursor: &mut Cursor<'_>, stamp: &mut Stamp) -> Option<()> {
    let (hour, minute, second) = (cursor.fixed(2)?, cursor.fixed(2)?, cursor.fixed(2)?);
    set_time(stamp, hour, minute, second)?;
    stamp.precision = Precision::Second;
    fraction(cursor, stamp);
    Some(())
}

/// `17/May/2015:10:05:03 +0000`, `17-May-2015 10:05:03`, `6 Jun 2016 18:43:28 +0900`.
#[must_use]
pub fn day_first(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(bytes);
    let day = cursor.number(1, 2)?;
    let mark = cursor.eat_any(b"/- ")?;
    let month = month(&mut cursor)?;
    if !cursor.eat(mark) {
        return None;
    }
    let year = cursor.number(4, 4)?;
    let mut stamp = Stamp::day(i32::try_from(year).ok()?, month, day)?;
    let mut ahead = cursor;
    if ahead.eat_any(b": T").is_some() && time_of_day(&mut ahead, &mut stamp) {
        zone(&mut ahead, &mut stamp);
        cursor = ahead;
    }
    Some((stamp, cursor.at))
}

/// `Jan  1 00:00:00`, `Jan 1 2026 00:00:00`, `Mon Jun  6 18:43:28.123 JST 2016`, `Mon, 6 Jun 2016 18:43:28 +0900`.
fn named(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(bytes);
    if weekday(&mut cursor) {
        let comma = cursor.eat(b',');
        if !cursor.eat(b' ') {
            return None;
        }
        cursor.spaces();
        if comma || cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            let (stamp, len) = day_first(cursor.rest())?;
            return Some((stamp, cursor.at + len));
        }
    }
    let (stamp, len) = month_first(cursor.rest())?;
    Some((stamp, cursor.at + len))
}

/// `Jan  1 00:00:00` (RFC 3164, no year) with the year before or after the time where it is stated.
#[must_use]
pub fn month_first(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(bytes);
    let month = month(&mut cursor)?;
    if !cursor.eat(b' ') {
        return None;
    }
    cursor.spaces();
    let day = cursor.number(1, 2)?;
    cursor.eat(b',');
    if !cursor.eat(b' ') {
        return None;
    }
    cursor.spaces();
    let mut ahead = cursor;
    let year = ahead.number(4, 4).filter(|_| ahead.eat(b' ') || ahead.eat_all(b", "));
    let mut stamp = if let Some(year) = year {
        cursor = ahead;
        Stamp::day(i32::try_from(year).ok()?, month, day)?
    } else {
        Stamp::yearless(month, day)?
    };
    if !time_of_day(&mut cursor, &mut stamp) {
        return None;
    }
    zone(&mut cursor, &mut stamp);
    if year.is_none() {
        let mut ahead = cursor;
        ahead.spaces();
        if let Some(year) = ahead.number(4, 4).filter(|year| (1970..=2261).contains(year) && ends(&ahead)) {
            stamp.date = Stamp::day(i32::try_from(year).ok()?, month, day)?.date;
            cursor = ahead;
        }
    }
    Some((stamp, cursor.at))
}

/// Whether a four-digit year really ends here: the end, a blank, a bracket or a quotation mark.
fn ends(cursor: &Cursor<'_>) -> bool {
    cursor.peek().is_none_or(|byte| matches!(byte, b' ' | b']' | b')' | b'"' | b',' | b'\t'))
}

/// `12:34`, `12:34:56`, `12:34:56.789` or `,789`, `1:02:03 PM`; hours to 29 as in 25時. Fills `stamp`.
pub fn time_of_day(cursor: &mut Cursor<'_>, stamp: &mut Stamp) -> bool {
    let mut ahead = *cursor;
    let Some(hour) = ahead.number(1, 2).filter(|_| ahead.eat(b':')) else { return false };
    let Some(minute) = ahead.fixed(2) else { return false };
    let mut trial = *stamp;
    trial.precision = Precision::Minute;
    let mut second = 0;
    if ahead.peek() == Some(b':') {
        let mut further = ahead;
        further.at += 1;
        if let Some(value) = further.fixed(2) {
            second = value;
            trial.precision = Precision::Second;
            ahead = further;
        }
    }
    let Some(hour) = half_day(&mut ahead, hour) else { return false };
    if set_time(&mut trial, hour, minute, second).is_none() {
        return false;
    }
    if trial.precision == Precision::Second {
        fraction(&mut ahead, &mut trial);
    }
    *stamp = trial;
    *cursor = ahead;
    true
}

fn fraction(cursor: &mut Cursor<'_>, stamp: &mut Stamp) {
    let mut ahead = *cursor;
    if ahead.eat_any(b".,").is_some() && ahead.digits_ahead() > 0 {
        let (nanos, digits) = ahead.fraction();
        stamp.nanos = nanos;
        stamp.precision = fraction_precision(digits);
        *cursor = ahead;
    }
}

/// AM and PM after the time; twelve counts as clocks and spreadsheets count it.
fn half_day(cursor: &mut Cursor<'_>, hour: u32) -> Option<u32> {
    let mut ahead = *cursor;
    ahead.spaces();
    let letter = ahead.eat_any(b"AaPp");
    let Some(letter) = letter.filter(|_| ahead.eat_any(b"Mm").is_some()) else { return Some(hour) };
    if ahead.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return Some(hour);
    }
    *cursor = ahead;
    let afternoon = letter.eq_ignore_ascii_case(&b'p');
    (1..=12).contains(&hour).then(|| hour % 12 + if afternoon { 12 } else { 0 })
}

/// Puts a time of day in place; minutes to 59, seconds to 60 (a leap second), hours to 29.
pub fn set_time(stamp: &mut Stamp, hour: u32, minute: u32, second: u32) -> Option<()> {
    if hour > 29 || minute > 59 || second > 60 {
        return None;
    }
    stamp.secs = hour * 3600 + minute * 60 + second;
    Some(())
}

/// A zone after the time: `Z`, `+0900`, `+09:00`, `+09`, `UTC`, `GMT`, `JST`, and the names of RFC 5322 §4.3 but `CST`,
/// which China uses too.
pub fn zone(cursor: &mut Cursor<'_>, stamp: &mut Stamp) {
    let mut ahead = *cursor;
    let blank = ahead.eat(b' ');
    let offset = match ahead.peek() {
        Some(b'+' | b'-') => signed_offset(&mut ahead, !blank),
        Some(b'(') if ahead.eat(b'(') => named_offset(&mut ahead).filter(|_| ahead.eat(b')')),
        Some(byte) if byte.is_ascii_alphabetic() => named_offset(&mut ahead).map(|minutes| {
            // "UTC+09:00" states the offset after the name.
            let mut further = ahead;
            if minutes == 0
                && let Some(more) = signed_offset(&mut further, true)
            {
                ahead = further;
                return more;
            }
            minutes
        }),
        _ => None,
    };
    if let Some(minutes) = offset {
        stamp.offset = Some(minutes);
        *cursor = ahead;
    }
}

/// `+0900`, `+09:00` and, where `short` allows it, `+09` or `+9`; in minutes.
#[must_use]
pub fn signed_offset(cursor: &mut Cursor<'_>, short: bool) -> Option<i16> {
    let mut ahead = *cursor;
    let sign = ahead.eat_any(b"+-")?;
    let (hours, minutes) = match ahead.digits_ahead() {
        4 => (ahead.fixed(2)?, ahead.fixed(2)?),
        digits @ 1..=2 => {
            let hours = ahead.fixed(digits)?;
            let mut further = ahead;
            match further.eat(b':').then(|| further.number(2, 2)).flatten() {
                Some(minutes) => {
                    ahead = further;
                    (hours, minutes)
                }
                None if short => (hours, 0),
                None => return None,
            }
        }
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    let total = i16::try_from(hours * 60 + minutes).ok()?;
    *cursor = ahead;
    Some(if sign == b'-' { -total } else { total })
}

fn named_offset(cursor: &mut Cursor<'_>) -> Option<i16> {
    const NAMES: [(&[u8], i16); 11] = [
        (b"UTC", 0),
        (b"GMT", 0),
        (b"JST", 540),
        (b"EDT", -240),
        (b"EST", -300),
        (b"CDT", -300),
        (b"MDT", -360),
        (b"MST", -420),
        (b"PDT", -420),
        (b"PST", -480),
        (b"Z", 0),
    ];
    let rest = cursor.rest();
    let len = rest.iter().take(6).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = rest.get(..len)?;
    let (_, minutes) = NAMES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name))?;
    cursor.at += len;
    Some(*minutes)
}

/// Three letters of an English month, or the whole name.
fn month(cursor: &mut Cursor<'_>) -> Option<u32> {
    const MONTHS: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    let rest = cursor.rest();
    let head = rest.get(..3)?;
    let index = MONTHS.iter().position(|name| name.get(..3).is_some_and(|short| head.eq_ignore_ascii_case(short)))?;
    let name = *MONTHS.get(index)?;
    let long = rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
    cursor.at += if long { name.len() } else { 3 };
    u32::try_from(index + 1).ok()
}

fn weekday(cursor: &mut Cursor<'_>) -> bool {
    const DAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    let rest = cursor.rest();
    let found = rest.get(..3).is_some_and(|head| DAYS.iter().any(|day| head.eq_ignore_ascii_case(day)))
        && matches!(rest.get(3), Some(b' ' | b','));
    cursor.at += if found { 3 } else { 0 };
    found
}
