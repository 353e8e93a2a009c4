//! Numbers, sizes, times and ids as people read them.

pub use crate::model::numbers::{grouped as count, many};

use crate::model::record::When;
use crate::model::time::JST_MINUTES;
use crate::model::{Instant, Lang, Precision, Undated};

/// `12,481 / 5,016,409 件`.
pub fn shown_of(lang: Lang, shown: u64, total: u64) -> String {
    match lang {
        Lang::Ja => format!("{} / {} 件", count(shown), count(total)),
        Lang::En => format!("{} of {}", count(shown), count(total)),
    }
}

/// `412件`, `412 records`.
pub fn records(lang: Lang, number: u64) -> String {
    match lang {
        Lang::Ja => format!("{}件", count(number)),
        Lang::En => many(number, "record"),
    }
}

/// `4件`, `4 cases`.
pub fn cases(lang: Lang, number: u64) -> String {
    match lang {
        Lang::Ja => format!("{}件", count(number)),
        Lang::En => many(number, "case"),
    }
}

/// Bytes in the largest unit that leaves at least one digit before the point.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let places = usize::from(value < 9.95);
    format!("{value:.places$} {}", UNITS.get(unit).copied().unwrap_or("PB"))
}

/// `3f2a…91c0`: shortened in the middle; the whole is what gets copied.
pub fn middle(text: &str, keep: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= keep * 2 + 1 {
        return text.to_owned();
    }
    let head: String = chars.iter().take(keep).collect();
    let tail: String = chars.iter().skip(chars.len() - keep).collect();
    format!("{head}…{tail}")
}

/// A value as it is shown: a token by its distinguishing part, everything else as it is.
pub fn value(lang: Lang, value: &str) -> std::borrow::Cow<'_, str> {
    match value.strip_prefix("tok1:").and_then(|token| token.rsplit(':').next()) {
        Some(part) => format!("{}{part}", lang.pick("仮名 ", "token ")).into(),
        None => value.into(),
    }
}

/// SHA-256 as hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// `2026-04-01 08:15:02` in Japanese time.
pub fn time(instant: Instant) -> String {
    let iso = instant.iso(JST_MINUTES);
    let plain = iso.get(..19).unwrap_or(&iso);
    plain.replacen('T', " ", 1)
}

/// Width of a column of times to the second, in the evidence face.
pub const TIME_WIDTH: f32 = 152.0;
/// The same to a thousandth of a second.
pub const FINE_TIME_WIDTH: f32 = 180.0;

/// `2026-04-01 08:15` in Japanese time.
pub fn minute(instant: Instant) -> String {
    time(instant).get(..16).map(str::to_owned).unwrap_or_default()
}

/// `04-01 08:15` in Japanese time.
pub fn short_time(instant: Instant) -> String {
    time(instant).get(5..16).map(str::to_owned).unwrap_or_default()
}

/// `2026-04-01` in Japanese time.
pub fn date(instant: Instant) -> String {
    time(instant).get(..10).map(str::to_owned).unwrap_or_default()
}

/// `14:05` in Japanese time.
pub fn clock(instant: Instant) -> String {
    time(instant).get(11..16).map(str::to_owned).unwrap_or_default()
}

/// A record's time as exactly as it is known; why there is none otherwise.
pub fn when(lang: Lang, when: &When) -> String {
    match when {
        When::At { instant, precision, .. } => {
            let iso = instant.iso(JST_MINUTES);
            let full = iso.split('+').next().unwrap_or(&iso).replacen('T', " ", 1);
            let len = match precision {
                Precision::Day => 10,
                Precision::Minute => 16,
                Precision::Second => 19,
                Precision::Milli => 23,
                Precision::Micro => 26,
                Precision::Nano => 29,
            };
            // Noughts that the record states stand there too, so that times of one precision stand under each other.
            let full = if full.len() == 19 && len > 19 { format!("{full}.") } else { full };
            format!("{full:0<len$}").get(..len).map_or(full, str::to_owned)
        }
        When::Undated(why) => undated(*why).get(lang).to_owned(),
    }
}

/// Why a record has no time, in words.
pub const fn undated(why: Undated) -> crate::model::Text {
    use crate::model::Text;
    match why {
        Undated::NoTime => Text::new("時刻なし", "no time"),
        Undated::ZoneUnknown => Text::new("時間帯不明", "zone unknown"),
        Undated::YearUnknown => Text::new("年不明", "year unknown"),
        Undated::Unreadable => Text::new("時刻を読めない", "time unreadable"),
        Undated::OutOfRange => Text::new("範囲外の時刻", "time out of range"),
    }
}

/// `0:02`, `1:04:30`.
pub fn duration(secs: f64) -> String {
    let whole = secs.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `令和8年4月1日` for a date from 2019-05-01 on; the ISO date otherwise.
pub fn wareki(iso: &str) -> String {
    let mut parts = iso.split('-').map(str::parse::<i32>);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) if (year, month) >= (2019, 5) => {
            let year = if year == 2019 { "元".to_owned() } else { (year - 2018).to_string() };
            format!("令和{year}年{month}月{day}日")
        }
        _ => iso.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_separators_and_units() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_500), "1.5 KB");
        assert_eq!(bytes(312_000_000), "312 MB");
        assert_eq!(duration(3_870.0), "1:04:30");
    }

    #[test]
    fn paper_dates_are_in_the_era() {
        assert_eq!(wareki("2026-04-01"), "令和8年4月1日");
        assert_eq!(wareki("2019-05-01"), "令和元年5月1日");
        assert_eq!(wareki("2019-04-30"), "2019-04-30");
    }

    #[test]
    fn a_time_is_shown_as_finely_as_it_is_stated() {
        let shown = |nanos: i64, precision| {
            let instant = Instant(1_775_106_300_000_000_000 + nanos);
            when(Lang::Ja, &When::At { instant, offset_minutes: 540, precision, known: crate::model::Known::Stated })
        };
        for (nanos, precision, fraction) in [
            (0, Precision::Second, ""),
            (0, Precision::Milli, ".000"),
            (278_800_000, Precision::Micro, ".278800"),
            (5, Precision::Nano, ".000000005"),
            (250_000_000, Precision::Second, ""),
        ] {
            assert_eq!(shown(nanos, precision), format!("2026-04-02 14:05:00{fraction}"));
        }
        assert_eq!(shown(0, Precision::Minute), "2026-04-02 14:05");
    }

    #[test]
    fn tokens_are_shown_by_their_own_part() {
        assert_eq!(value(Lang::Ja, "tok1:ipv4:e202611:6uzdmh45"), "仮名 6uzdmh45");
        assert_eq!(value(Lang::En, "203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn ids_are_shortened_in_the_middle() {
        assert_eq!(middle("0123456789abcdef", 4), "0123…cdef");
        assert_eq!(middle("012345678", 4), "012345678");
    }
}
