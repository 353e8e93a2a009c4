//! The stamp a record carries, and the calendar arithmetic behind it (proleptic Gregorian).

use crate::model::Precision;

/// A date, with its year or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    /// Days since 1970-01-01.
    Full(i32),
    /// A date that states no year.
    Yearless {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
    },
    /// None: that of the heading above the record.
    Above,
}

/// A time as written: date, time of day, and the offset where one is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The date.
    pub date: Date,
    /// Seconds after midnight; 86,400 and more for 25時 and leap seconds.
    pub secs: u32,
    /// Nanoseconds.
    pub nanos: u32,
    /// The finest unit stated.
    pub precision: Precision,
    /// Stated offset from UTC in minutes.
    pub offset: Option<i16>,
    /// Whether a reading had to be chosen, as for 午後12時.
    pub assumed: bool,
}

impl Stamp {
    /// A date at midnight; `None` when the calendar lacks it.
    #[must_use]
    pub fn day(year: i32, month: u32, day: u32) -> Option<Self> {
        let days = days(year, month, day)?;
        Some(Self {
            date: Date::Full(days),
            secs: 0,
            nanos: 0,
            precision: Precision::Day,
            offset: None,
            assumed: false,
        })
    }

    /// A date without its year at midnight. 29 February is a date.
    #[must_use]
    pub fn yearless(month: u32, day: u32) -> Option<Self> {
        days(2000, month, day)?;
        let date = Date::Yearless { month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? };
        Some(Self { date, secs: 0, nanos: 0, precision: Precision::Day, offset: None, assumed: false })
    }

    /// A point given in seconds since 1970 in UTC.
    #[must_use]
    pub fn epoch(secs: i64, nanos: u32, precision: Precision) -> Option<Self> {
        let date = Date::Full(i32::try_from(secs.div_euclid(86_400)).ok()?);
        let secs = u32::try_from(secs.rem_euclid(86_400)).ok()?;
        Some(Self { date, secs, nanos, precision, offset: Some(0), assumed: false })
    }

    /// Whether the time of day is one a machine writes (a leap second included), not 25時.
    #[must_use]
    pub const fn is_clock(&self) -> bool {
        self.secs <= 86_400
    }
}

/// Days since 1970-01-01; `None` when the calendar lacks that day.
#[must_use]
pub fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(1..=12).contains(&month) || day == 0 || day > month_days(year, month) || !(-9999..=9999).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = i32::try_from((month + 9) % 12).ok()?;
    let day_of_year = (153 * shifted + 2) / 5 + i32::try_from(day).ok()? - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// Days of a month.
const fn month_days(year: i32, month: u32) -> u32 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The precision of a fraction with this many digits.
#[must_use]
pub const fn fraction_precision(digits: usize) -> Precision {
    match digits {
        0 => Precision::Second,
        1..=3 => Precision::Milli,
        4..=6 => Precision::Micro,
        _ => Precision::Nano,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_agrees_with_jiff() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for year in [1600_i16, 1899, 1900, 1970, 2000, 2023, 2024, 2026, 2100, 2262] {
            for month in 1..=12_i8 {
                for day in 1..=31_i8 {
                    let ours = days(i32::from(year), u32::from(month.unsigned_abs()), u32::from(day.unsigned_abs()));
                    let theirs = jiff::civil::Date::new(year, month, day).ok().map(|date| (date - epoch).get_days());
                    assert_eq!(ours, theirs, "{year}-{month}-{day}");
                }
            }
        }
    }
}
