//! The packed row index of one chunk: place and time of each record, column by column.
//!
//! Gaps and lengths are small numbers, instants are differences in the coarsest unit they all share, and how a time was
//! known hardly changes from row to row, so it is kept as runs. Together with zstd a log line costs about two bytes.

use super::codec::{Take, put, put_signed};
use super::error::{Error, Result};
use crate::model::record::When;
use crate::model::{Instant, Known, Precision, RecordHead, Reject, Undated};

/// Units of instants in nanoseconds, coarsest first.
const UNITS: [i64; 4] = [1_000_000_000, 1_000_000, 1000, 1];

/// What is the same for many rows in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    time: Time,
    reject: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    At(Known, Precision, i16),
    Not(Undated),
}

const KNOWN: [Known; 3] = [Known::Stated, Known::Setting, Known::Assumed];
const PRECISION: [Precision; 6] =
    [Precision::Day, Precision::Minute, Precision::Second, Precision::Milli, Precision::Micro, Precision::Nano];
const UNDATED: [Undated; 5] =
    [Undated::NoTime, Undated::ZoneUnknown, Undated::YearUnknown, Undated::Unreadable, Undated::OutOfRange];

impl Mark {
    fn of(record: &RecordHead) -> Self {
        let time = match record.when {
            When::At { known, precision, offset_minutes, .. } => Time::At(known, precision, offset_minutes),
            When::Undated(why) => Time::Not(why),
        };
        Self { time, reject: record.reject.map_or(0, |reject| reject as u8) }
    }

    fn put(self, out: &mut Vec<u8>) {
        match self.time {
            Time::At(known, precision, offset) => {
                out.push(known as u8 * 6 + precision as u8);
                put_signed(out, i64::from(offset));
            }
            Time::Not(why) => out.push(0x80 | why as u8),
        }
        out.push(self.reject);
    }

    fn take(take: &mut Take<'_>) -> Result<Self> {
        let bad = || Error::damaged("mark in a row index");
        let byte = take.byte()?;
        let time = if byte & 0x80 == 0 {
            let known = KNOWN.get(usize::from(byte / 6)).ok_or_else(bad)?;
            let precision = PRECISION.get(usize::from(byte % 6)).ok_or_else(bad)?;
            Time::At(*known, *precision, i16::try_from(take.signed()?).map_err(|_| bad())?)
        } else {
            Time::Not(*UNDATED.get(usize::from(byte & 0x7f)).ok_or_else(bad)?)
        };
        let reject = take.byte()?;
        if reject != 0 && Reject::from_number(reject).is_none() {
            return Err(bad());
        }
        Ok(Self { time, reject })
    }
}

/// Packs the records of a chunk that starts at `offset`.
pub(super) fn pack(offset: u64, records: &[RecordHead]) -> Vec<u8> {
    let instants = || records.iter().filter_map(|record| record.when.instant());
    let unit = UNITS.into_iter().find(|unit| instants().all(|at| at.0 % unit == 0)).unwrap_or(1);
    let (mut gaps, mut lens, mut times) = (Vec::new(), Vec::new(), Vec::new());
    let (mut end, mut before) = (offset, 0_i64);
    for record in records {
        put_signed(&mut gaps, record.offset.wrapping_sub(end) as i64);
        put(&mut lens, u64::from(record.len));
        end = record.offset.wrapping_add(u64::from(record.len));
        if let Some(at) = record.when.instant() {
            put_signed(&mut times, (at.0 / unit).wrapping_sub(before));
            before = at.0 / unit;
        }
    }
    let mut out = Vec::with_capacity(gaps.len() + lens.len() + times.len() + 64);
    put(&mut out, unit as u64);
    for part in [gaps, lens, times, pack_marks(records)] {
        put(&mut out, part.len() as u64);
        out.extend_from_slice(&part);
    }
    out
}

fn pack_marks(records: &[RecordHead]) -> Vec<u8> {
    let mut out = Vec::new();
    for run in records.chunk_by(|a, b| Mark::of(a) == Mark::of(b)) {
        if let Some(first) = run.first() {
            put(&mut out, run.len() as u64);
            Mark::of(first).put(&mut out);
        }
    }
    out
}

/// Unpacks the `rows` records of a chunk that starts at `offset`.
#[cfg(test)]
fn unpack(packed: &[u8], offset: u64, rows: u32) -> Result<Vec<RecordHead>> {
    let mut out = Vec::new();
    unpack_in(packed, offset, rows, &mut out)?;
    Ok(out)
}

/// Unpacks the `rows` records of a chunk that starts at `offset`, in place of what `out` held.
pub(super) fn unpack_in(packed: &[u8], offset: u64, rows: u32, out: &mut Vec<RecordHead>) -> Result<()> {
    out.clear();
    let mut take = Take(packed);
    let unit = i64::try_from(take.number()?).ok().filter(|unit| UNITS.contains(unit));
    let unit = unit.ok_or_else(|| Error::damaged("unit of a row index"))?;
    let (mut gaps, mut lens, mut times, mut marks) = (take.part()?, take.part()?, take.part()?, take.part()?);
    // Each record has a byte in both lists, so a wrong number of rows cannot make us allocate much.
    if lens.0.len() < rows as usize || gaps.0.len() < rows as usize {
        return Err(Error::damaged("rows of a row index"));
    }
    out.reserve(rows as usize);
    let (mut end, mut before) = (offset, 0_i64);
    let (mut mark, mut left) = (Mark { time: Time::Not(Undated::NoTime), reject: 0 }, 0_u64);
    for _ in 0..rows {
        if left == 0 {
            left = marks.number()?.max(1);
            mark = Mark::take(&mut marks)?;
        }
        left -= 1;
        let at = end.wrapping_add(gaps.signed()? as u64);
        let len = lens.small()?;
        end = at.wrapping_add(u64::from(len));
        let when = match mark.time {
            Time::Not(why) => When::Undated(why),
            Time::At(known, precision, offset_minutes) => {
                before = before.wrapping_add(times.signed()?);
                let instant = Instant(before.wrapping_mul(unit));
                When::At { instant, known, precision, offset_minutes }
            }
        };
        out.push(RecordHead { offset: at, len, when, reject: Reject::from_number(mark.reject) });
    }
    if [gaps, lens, times, marks].iter().all(Take::is_empty) { Ok(()) } else { Err(Error::damaged("row index")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn when() -> impl Strategy<Value = When> {
        let at =
            (any::<i64>(), 0..4_usize, 0..3_usize, 0..6_usize, any::<i16>()).prop_map(|(at, unit, k, p, offset)| {
                When::At {
                    instant: Instant(at / UNITS[unit] * UNITS[unit]),
                    known: KNOWN[k],
                    precision: PRECISION[p],
                    offset_minutes: offset,
                }
            });
        prop_oneof![at, (0..5_usize).prop_map(|why| When::Undated(UNDATED[why]))]
    }

    fn head() -> impl Strategy<Value = RecordHead> {
        (any::<u64>(), any::<u32>(), when(), 0..9_u8).prop_map(|(offset, len, when, reject)| RecordHead {
            offset,
            len,
            when,
            reject: Reject::from_number(reject),
        })
    }

    proptest! {
        #[test]
        fn any_heads_come_back(offset in any::<u64>(), heads in proptest::collection::vec(head(), 0..40)) {
            let packed = pack(offset, &heads);
            prop_assert_eq!(unpack(&packed, offset, u32::try_from(heads.len()).unwrap()).unwrap(), heads);
        }

        #[test]
        fn junk_is_refused_without_panic(junk in proptest::collection::vec(any::<u8>(), 0..200), rows in any::<u32>()) {
            let _ = unpack(&junk, 0, rows);
        }
    }
}
