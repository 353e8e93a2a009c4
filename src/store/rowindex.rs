//! The packed row index of one chunk: where each record lies, when it happened, why it was rejected.
//!
//! Columns of varints, then zstd. Decoding is bounded by the chunk's own length, so a hostile index cannot grow memory.

use super::error::{Error, Result};
use crate::model::record::When;
use crate::model::{Instant, Known, Precision, RecordHead, Reject, Undated};

const NANOS: [i64; 4] = [1_000_000_000, 1_000_000, 1_000, 1];
const KNOWN: [Known; 3] = [Known::Stated, Known::Setting, Known::Assumed];
const PRECISION: [Precision; 6] =
    [Precision::Day, Precision::Minute, Precision::Second, Precision::Milli, Precision::Micro, Precision::Nano];
const UNDATED: [Undated; 5] =
    [Undated::NoTime, Undated::ZoneUnknown, Undated::YearUnknown, Undated::Unreadable, Undated::OutOfRange];

/// Packs the heads of the records that begin in a chunk at `offset`.
pub(super) fn pack(offset: u64, records: &[RecordHead]) -> Vec<u8> {
    let unit = NANOS
        .into_iter()
        .find(|unit| records.iter().filter_map(|record| record.when.instant()).all(|at| at.0 % unit == 0))
        .unwrap_or(1);
    let mut out = Vec::with_capacity(records.len() * 5 + 16);
    put(&mut out, records.len() as u64);
    put(&mut out, unit as u64);
    let mut end = offset;
    for record in records {
        put(&mut out, record.offset.saturating_sub(end));
        put(&mut out, u64::from(record.len));
        end = record.offset + u64::from(record.len);
    }
    runs(&mut out, records.iter().map(|record| u64::from(mark(&record.when))));
    runs(&mut out, records.iter().map(|record| zigzag(i64::from(minutes(&record.when)))));
    runs(&mut out, records.iter().map(|record| record.reject.map_or(0, |reject| reject as u64)));
    let mut before = 0_i64;
    for at in records.iter().filter_map(|record| record.when.instant()) {
        let now = at.0 / unit;
        put(&mut out, zigzag(now.wrapping_sub(before)));
        before = now;
    }
    out
}

/// Unpacks what [`pack`] made for a chunk of `len` bytes at `offset`.
pub(super) fn unpack(offset: u64, len: u32, packed: &[u8]) -> Result<Vec<RecordHead>> {
    let mut at = Reader { bytes: packed, at: 0 };
    let count = at.take()?;
    if count > u64::from(len) + 1 {
        return Err(damaged());
    }
    let count = usize::try_from(count).map_err(|_| damaged())?;
    let unit = i64::try_from(at.take()?).map_err(|_| damaged())?;
    let mut records = Vec::with_capacity(count);
    let mut end = offset;
    for _ in 0..count {
        let start = end.checked_add(at.take()?).ok_or_else(damaged)?;
        let size = u32::try_from(at.take()?).map_err(|_| damaged())?;
        end = start.checked_add(u64::from(size)).ok_or_else(damaged)?;
        if end > offset + u64::from(len) {
            return Err(damaged());
        }
        records.push(RecordHead { offset: start, len: size, when: When::Undated(Undated::NoTime), reject: None });
    }
    let marks = at.runs(count)?;
    let minutes = at.runs(count)?;
    let rejects = at.runs(count)?;
    let mut before = 0_i64;
    for (((record, mark), minutes), reject) in records.iter_mut().zip(marks).zip(minutes).zip(rejects) {
        record.reject = Reject::from_number(u8::try_from(reject).map_err(|_| damaged())?);
        record.when = if mark & 0x80 == 0 {
            When::Undated(*usize::try_from(mark).ok().and_then(|mark| UNDATED.get(mark)).ok_or_else(damaged)?)
        } else {
            before = before.wrapping_add(unzigzag(at.take()?));
            let known = KNOWN.get((mark >> 3 & 3) as usize).ok_or_else(damaged)?;
            let precision = PRECISION.get((mark & 7) as usize).ok_or_else(damaged)?;
            let offset_minutes = i16::try_from(unzigzag(minutes)).map_err(|_| damaged())?;
            let instant = Instant(before.checked_mul(unit).ok_or_else(damaged)?);
            When::At { instant, known: *known, precision: *precision, offset_minutes }
        };
    }
    Ok(records)
}

fn damaged() -> Error {
    Error::Damaged("row index".into())
}

fn mark(when: &When) -> u8 {
    match when {
        When::At { known, precision, .. } => 0x80 | (*known as u8) << 3 | *precision as u8,
        When::Undated(why) => *why as u8,
    }
}

fn minutes(when: &When) -> i16 {
    match when {
        When::At { offset_minutes, .. } => *offset_minutes,
        When::Undated(_) => 0,
    }
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Appends one LEB128 number.
pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn runs(out: &mut Vec<u8>, values: impl Iterator<Item = u64>) {
    let mut run: Option<(u64, u64)> = None;
    for value in values {
        match &mut run {
            Some((same, times)) if *same == value => *times += 1,
            _ => {
                if let Some((same, times)) = run {
                    put(out, same);
                    put(out, times);
                }
                run = Some((value, 1));
            }
        }
    }
    if let Some((same, times)) = run {
        put(out, same);
        put(out, times);
    }
}

/// Reads LEB128 numbers.
pub(super) struct Reader<'a> {
    /// All of it.
    pub(super) bytes: &'a [u8],
    /// Next byte.
    pub(super) at: usize,
}

impl Reader<'_> {
    /// The next number.
    pub(super) fn take(&mut self) -> Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or_else(damaged)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn runs(&mut self, count: usize) -> Result<Vec<u64>> {
        let mut out = Vec::with_capacity(count);
        while out.len() < count {
            let value = self.take()?;
            let times = usize::try_from(self.take()?).map_err(|_| damaged())?;
            if times == 0 || times > count - out.len() {
                return Err(damaged());
            }
            out.resize(out.len() + times, value);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn when() -> impl Strategy<Value = When> {
        prop_oneof![
            (0_usize..5).prop_map(|why| When::Undated(UNDATED[why])),
            (any::<i64>(), 0_usize..3, 0_usize..6, -720_i16..=840).prop_map(
                |(at, known, precision, offset_minutes)| {
                    When::At {
                        instant: Instant(at),
                        known: KNOWN[known],
                        precision: PRECISION[precision],
                        offset_minutes,
                    }
                }
            ),
        ]
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(heads in prop::collection::vec((0_u32..40, 0_u32..300, when(), 0_u8..9), 0..60), offset in 0_u64..1 << 40) {
            let mut end = offset;
            let records: Vec<RecordHead> = heads.into_iter().map(|(gap, len, when, reject)| {
                let start = end + u64::from(gap);
                end = start + u64::from(len);
                RecordHead { offset: start, len, when, reject: Reject::from_number(reject) }
            }).collect();
            let len = u32::try_from(end - offset).unwrap();
            prop_assert_eq!(unpack(offset, len, &pack(offset, &records)).unwrap(), records);
        }

        #[test]
        fn any_bytes_are_refused_or_read_but_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(0, 1000, &bytes);
        }
    }
}
