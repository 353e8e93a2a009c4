//! Delimited text: comma, tab, semicolon or bar, with or without a heading, as banks, exchanges and carriers answer.
//!
//! The heading may stand below lines that say what the table is; those stay records (what they name must be found) whose
//! column count differs. The time is that of the column that holds times; date and clock may stand in two columns.

use super::table::{self, Cells};
use super::{Draft, Format, Sample, Scanner};
use crate::ingest::times::{self, Clock, Dated, Stamp, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Precision, Reject, Text, Undated};
use std::borrow::Cow;

/// Delimited text.
#[derive(Debug)]
pub(super) struct Delimited;

impl Format for Delimited {
    fn name(&self) -> &'static str {
        "delimited"
    }

    fn label(&self) -> Text {
        Text::new("区切りテキスト（CSV等）", "Delimited text (CSV)")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        table::best(sample).map_or(0, |table| table.score)
    }

    fn prepare(&self, sample: &Sample<'_>, form: &mut ReadingForm) {
        table::prepare(sample, form);
    }

    fn scanner<'f>(&self, form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Rows::new(form))
    }

    fn quoting(&self, form: &ReadingForm) -> Option<u8> {
        Some(delimiter(form))
    }

    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        for (index, cell) in Cells::new(text, delimiter(form)).enumerate() {
            let name =
                form.columns.get(index).map_or_else(|| format!("column_{}", index + 1), |name| name.to_lowercase());
            out.push(Field { name: Cow::Owned(name), value: table::plain(cell) });
        }
    }

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        form.columns.iter().map(|name| name.to_lowercase()).collect()
    }
}

fn delimiter(form: &ReadingForm) -> u8 {
    form.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).filter(u8::is_ascii).unwrap_or(b',')
}

/// Reads rows of one form.
struct Rows {
    delimiter: u8,
    columns: usize,
    header: Option<u64>,
    time: Option<usize>,
    clock: Option<usize>,
    offset: Option<i16>,
}

impl Rows {
    fn new(form: &ReadingForm) -> Self {
        let note = |wanted: &str| form.notes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        let column = |wanted| note(wanted).and_then(|value| value.parse().ok());
        Self {
            delimiter: delimiter(form),
            columns: form.columns.len(),
            header: note(table::HEADER).and_then(|value| value.parse().ok()),
            time: column(table::TIME),
            clock: column(table::CLOCK),
            offset: note(table::OFFSET).and_then(|value| value.parse().ok()),
        }
    }

    /// The time of a row whose time cell is `cell`.
    fn dated(&self, cell: &str, of_day: Option<&str>, clock: &mut Clock) -> Dated {
        let cell = table::plain(cell);
        let raw = cell.trim();
        if raw.is_empty() {
            return Dated::undated(Undated::NoTime);
        }
        if let Some(of_day) = of_day {
            let of_day = table::plain(of_day);
            let stamp = cell_stamp(raw, self.offset).map(|stamp| with_clock(stamp, &of_day));
            return stamp.map_or(Dated::undated(Undated::Unreadable), |stamp| clock.place(&stamp));
        }
        let read = |raw: &[u8]| std::str::from_utf8(raw).ok().and_then(|raw| cell_stamp(raw, self.offset));
        clock.remember(raw.as_bytes(), read).unwrap_or(Dated::undated(Undated::Unreadable))
    }
}

impl Scanner for Rows {
    fn scan(&mut self, text: &str, offset: u64, clock: &mut Clock) -> Option<Draft> {
        if self.header == Some(offset) {
            return None;
        }
        let (mut count, mut time, mut of_day, mut last) = (0, None, None, "");
        for cell in Cells::new(text, self.delimiter) {
            if Some(count) == self.time {
                time = Some(cell);
            } else if Some(count) == self.clock {
                of_day = Some(cell);
            }
            count += 1;
            last = cell;
        }
        // A delimiter after the last cell, in rows but not in the heading, opens no column.
        let fits = count == self.columns || (count == self.columns + 1 && last.is_empty());
        let dated = time.map_or(Dated::undated(Undated::NoTime), |cell| self.dated(cell, of_day, clock));
        let unreadable = dated == Dated::undated(Undated::Unreadable);
        let reject = if fits { unreadable.then_some(Reject::Time) } else { Some(Reject::Columns) };
        Some(Draft { dated, reject })
    }
}

/// A time cell: any written form, epoch, FILETIME, `WebKit`, Excel serial; `offset` is what the heading states.
pub(super) fn cell_stamp(raw: &str, offset: Option<i16>) -> Option<Stamp> {
    let mut stamp = times::whole(raw, true)
        .or_else(|| number::excel_serial(raw))
        .or_else(|| number::since_1601(raw))
        .or_else(|| number::epoch(raw))?;
    stamp.offset = stamp.offset.or(offset);
    Some(stamp)
}

/// Adds the time of day from a column of its own.
fn with_clock(mut stamp: Stamp, of_day: &str) -> Stamp {
    if let Some(clock) = table::time_of_day(of_day)
        && stamp.precision == Precision::Day
    {
        (stamp.secs, stamp.nanos, stamp.precision) = (clock.secs, clock.nanos, clock.precision);
        stamp.offset = stamp.offset.or(clock.offset);
        stamp.assumed |= clock.assumed;
    }
    stamp
}
