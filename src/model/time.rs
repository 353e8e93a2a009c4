//! Instants, how exactly they are known, and why a record may have none.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z (1677 to 2262).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// From jiff; `None` outside 1677 to 2262.
    #[must_use]
    pub fn from_timestamp(timestamp: Timestamp) -> Option<Self> {
        i64::try_from(timestamp.as_nanosecond()).ok().map(Self)
    }

    /// To jiff.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// From whole seconds since 1970; `None` outside 1677 to 2262.
    #[must_use]
    pub fn from_secs(secs: i64) -> Option<Self> {
        secs.checked_mul(1_000_000_000).map(Self)
    }

    /// With a clock's skew taken off: what a clock wrote that ran ahead happened earlier.
    #[must_use]
    pub const fn without_skew(self, skew_secs: i64) -> Self {
        Self(self.0.saturating_sub(skew_secs.saturating_mul(1_000_000_000)))
    }

    /// ISO 8601 at a fixed offset from UTC, as `2026-04-01T08:15:00+09:00`, with the fraction only where it is not zero.
    #[must_use]
    pub fn iso(self, offset_minutes: i16) -> String {
        let offset = jiff::tz::Offset::from_seconds(i32::from(offset_minutes) * 60).unwrap_or(jiff::tz::Offset::UTC);
        let zoned = self.timestamp().to_zoned(TimeZone::fixed(offset));
        let form =
            if self.0.rem_euclid(1_000_000_000) == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.f%:z" };
        zoned.strftime(form).to_string()
    }

    /// RFC 3339 in UTC with milliseconds and `Z`, the form STIX asks for.
    #[must_use]
    pub fn utc_millis(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }
}

/// Minutes east of UTC in Japan, which has had no summer time since 1952.
pub const JST_MINUTES: i16 = 540;

/// How an instant's zone and year were known. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// All of it stands in the record.
    Stated,
    /// Zone or year comes from the evidence's setting.
    Setting,
    /// Part of it was inferred, as a year after a rollover.
    Assumed,
}

/// The finest unit the record states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// A date alone.
    Day,
    /// To the minute.
    Minute,
    /// To the second.
    Second,
    /// To the millisecond.
    Milli,
    /// To the microsecond.
    Micro,
    /// 100 ns or finer.
    Nano,
}

/// Why a record has no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undated {
    /// The record states no time, or its format has none.
    NoTime,
    /// A local time without a zone, and the evidence has no zone setting.
    ZoneUnknown,
    /// A date without a year, and the evidence has no year setting.
    YearUnknown,
    /// Something stands where the time belongs, and it is not a time.
    Unreadable,
    /// Outside 1677 to 2262.
    OutOfRange,
}

/// What a person states about an evidence so that its times can be placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSetting {
    /// IANA name or fixed offset, as `Asia/Tokyo` or `+09:00`.
    pub zone: Option<String>,
    /// Year of the first record of a year-less log.
    pub year: Option<i16>,
    /// Seconds the device's clock ran ahead (+) or behind (-), applied on display, never to the bytes.
    pub skew_secs: i64,
}
