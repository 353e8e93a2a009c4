//! Times written as numbers: epoch in seconds to nanoseconds, FILETIME, `WebKit`, Excel serials.

use super::stamp::{Date, Stamp, fraction_precision};
use crate::model::Precision;

/// Seconds from 1601-01-01 (FILETIME, `WebKit`) to 1970-01-01.
const FROM_1601: i64 = 11_644_473_600;

/// An epoch number as text, told apart by size: seconds (with or without fraction), milli-, micro- or nanoseconds.
///
/// Numbers before 1973 are no times: counters and durations look like them.
#[must_use]
pub fn epoch(text: &str) -> Option<Stamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || whole.len() > 19 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    let (unit, precision) = match value {
        100_000_000..=99_999_999_999 => (1, fraction_precision(fraction.len())),
        100_000_000_000..=99_999_999_999_999 => (1_000, Precision::Milli),
        100_000_000_000_000..=99_999_999_999_999_999 => (1_000_000, Precision::Micro),
        100_000_000_000_000_000.. => (1_000_000_000, Precision::Nano),
        _ => return None,
    };
    let scale = 1_000_000_000 / unit;
    let below = if unit == 1 { decimal_nanos(fraction) } else { 0 };
    let nanos = u32::try_from(value % unit * scale + below).ok()?;
    Stamp::epoch(value / unit, nanos, precision)
}

/// 100 ns since 1601 (18 digits, FILETIME) or microseconds since 1601 (17 digits, `WebKit`), under a date-like heading.
#[must_use]
pub fn since_1601(text: &str) -> Option<Stamp> {
    if !all_digits(text) {
        return None;
    }
    let value: i64 = text.parse().ok()?;
    let (unit, precision) = match text.len() {
        18 => (10_000_000, Precision::Nano),
        17 => (1_000_000, Precision::Micro),
        _ => return None,
    };
    let nanos = u32::try_from(value % unit * (1_000_000_000 / unit)).ok()?;
    Stamp::epoch(value / unit - FROM_1601, nanos, precision)
}

/// An Excel serial of the 1900 system from 1954 to 2119, under a date-like heading. A local time to the second.
#[must_use]
pub fn excel_serial(text: &str) -> Option<Stamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.len() != 5 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let serial: i32 = whole.parse().ok().filter(|serial| (20_000..=80_000).contains(serial))?;
    let part = decimal_nanos(fraction);
    // Rounded to the second: the fraction is a binary float's print.
    let secs = u32::try_from((part * 86_400 + 500_000_000) / 1_000_000_000).ok()?;
    let precision = if fraction.is_empty() { Precision::Day } else { Precision::Second };
    Some(Stamp { date: Date::Full(serial - 25_569), secs, nanos: 0, precision, offset: None, assumed: false })
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits after a decimal point as billionths.
fn decimal_nanos(digits: &str) -> i64 {
    let mut value = 0;
    for index in 0..9 {
        value = value * 10 + digits.as_bytes().get(index).map_or(0, |digit| i64::from(digit & 15));
    }
    value
}
