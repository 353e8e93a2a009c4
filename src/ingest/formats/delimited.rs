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
    cell: Cell,
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
            cell: Cell {
                offset: note(table::OFFSET).and_then(|value| value.parse().ok()),
                is_day_first: note(table::FIRST).map(|first| first == "day"),
            },
        }
    }

    /// One pass over the cells of a row; without quotation marks they are counted at memory speed.
    fn pick<'a>(&self, text: &'a str) -> Picked<'a> {
        let mut picked = Picked::default();
        let mut see = |cell: &'a str| {
            if Some(picked.count) == self.time {
                picked.time = Some(cell);
            } else if Some(picked.count) == self.clock {
                picked.of_day = Some(cell);
            }
            picked.count += 1;
            picked.last = cell;
        };
        if memchr::memchr(b'"', text.as_bytes()).is_some() {
            Cells::new(text, self.delimiter).for_each(see);
        } else {
            let mut start = 0;
            for end in memchr::memchr_iter(self.delimiter, text.as_bytes()) {
                see(text.get(start..end).unwrap_or(""));
                start = end + 1;
            }
            see(text.get(start..).unwrap_or(""));
        }
        picked
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
            let stamp = cell_stamp(raw, self.cell).map(|stamp| with_clock(stamp, &of_day));
            return stamp.map_or(Dated::undated(Undated::Unreadable), |stamp| clock.place(&stamp));
        }
        let read = |raw: &[u8]| std::str::from_utf8(raw).ok().and_then(|raw| cell_stamp(raw, self.cell));
        clock.remember(raw.as_bytes(), read).unwrap_or(Dated::undated(Undated::Unreadable))
    }
}

/// The cells of a row that matter for its head.
#[derive(Default)]
struct Picked<'a> {
    count: usize,
    time: Option<&'a str>,
    of_day: Option<&'a str>,
    last: &'a str,
}

impl Scanner for Rows {
    fn scan(&mut self, text: &str, offset: u64, clock: &mut Clock) -> Option<Draft> {
        if self.header == Some(offset) {
            return None;
        }
        let Picked { count, time, of_day, last } = self.pick(text);
        // A delimiter after the last cell, in rows but not in the heading, opens no column.
        let fits = count == self.columns || (count == self.columns + 1 && last.is_empty());
        let dated = time.map_or(Dated::undated(Undated::NoTime), |cell| self.dated(cell, of_day, clock));
        let unreadable = dated == Dated::undated(Undated::Unreadable);
        // Lines above the heading and totals below have no time cell, whatever stands in that place.
        // What stands above the heading, and totals, have no time even where their cells are as many.
        let is_apart =
            unreadable && (self.header.is_some_and(|header| offset < header) || table::is_total(text, self.delimiter));
        let unreadable = unreadable && !is_apart;
        let dated = if is_apart || (unreadable && !fits) { Dated::undated(Undated::NoTime) } else { dated };
        let reject = if fits { unreadable.then_some(Reject::Time) } else { Some(Reject::Columns) };
        Some(Draft { dated, reject })
    }
}

/// What is known about the cells of a time column.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    /// Offset in minutes that the heading states.
    pub(super) offset: Option<i16>,
    /// Whether day or month comes first, where the rows tell.
    pub(super) is_day_first: Option<bool>,
}

/// A time cell: any written form, epoch, FILETIME, `WebKit`, Excel serial.
pub(super) fn cell_stamp(raw: &str, cell: Cell) -> Option<Stamp> {
    let slashed = |is_day_first| {
        let found = times::ascii::slashed(raw.as_bytes(), is_day_first);
        found.filter(|(_, len)| *len == raw.len()).map(|(stamp, _)| stamp)
    };
    let mut stamp = times::whole(raw, true)
        .or_else(|| cell.is_day_first.and_then(slashed))
        .or_else(|| number::excel_serial(raw))
        .or_else(|| number::since_1601(raw))
        .or_else(|| number::epoch(raw))?;
    stamp.offset = stamp.offset.or(cell.offset);
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
