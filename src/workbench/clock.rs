//! The clock, and times as people type them.

use super::error::{Error, Result};
use crate::model::Instant;
use crate::model::time::JST_MINUTES;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz};

/// The time now.
#[must_use]
pub fn now() -> Instant {
    Instant::from_timestamp(Timestamp::now()).unwrap_or(Instant(0))
}

/// Reads a time: with a zone as stated, without one in Japan.
pub fn read(text: &str) -> Result<Instant> {
    let stated = text.parse::<Timestamp>().ok();
    let japan = || {
        let offset = tz::Offset::from_seconds(i32::from(JST_MINUTES) * 60).ok()?;
        text.parse::<DateTime>().ok()?.to_zoned(offset.to_time_zone()).ok().map(|zoned| zoned.timestamp())
    };
    stated.or_else(japan).and_then(Instant::from_timestamp).ok_or_else(|| Error::Input {
        ja: format!("時刻として読めません: `{text}`"),
        en: format!("not a time: `{text}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_zone_is_japanese() {
        assert_eq!(read("2026-04-01T09:00:00").unwrap(), read("2026-04-01T00:00:00Z").unwrap());
        assert_eq!(read("2026-04-01").unwrap(), read("2026-03-31T15:00:00Z").unwrap());
        assert!(read("昨日").is_err());
    }
}
