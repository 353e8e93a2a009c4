//! W3C extended logs (IIS, HTTP.sys, FTP, Windows Firewall, Oracle Web Cache): a `#Fields:` directive names the columns.
//!
//! The directive may come again with other columns, as when a service was set up anew; a record is read with the list
//! whose length it has. The standard fixes times to GMT unless `#GMT-Offset:` or `#Time Format: Local` says otherwise. A log
//! whose rows state only a time of day takes the date of the `#Date:` above them.

use super::{Draft, Format, Sample, Scanner, column_lists};
use crate::ingest::times::{Clock, Date, Dated, Stamp, ascii, cursor::Cursor};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Precision, Reject, Text, Undated};
use std::borrow::Cow;

/// W3C extended logs.
#[derive(Debug)]
pub(super) struct W3c;

/// Note: minutes from GMT, or `local` for the zone of the evidence.
const OFFSET: &str = "offset";

impl Format for W3c {
    fn name(&self) -> &'static str {
        "w3c"
    }

    fn label(&self) -> Text {
        Text::new("W3C拡張ログ（IIS等）", "W3C extended log (IIS)")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        let lists: Vec<usize> = lists(sample.text).map(|list| names(list).count()).collect();
        if lists.is_empty() {
            return 0;
        }
        let has_rows = sample.lines().next().is_some();
        if has_rows { sample.share(97, |line| lists.contains(&Words(line).count())).max(60) } else { 90 }
    }

    fn prepare(&self, sample: &Sample<'_>, form: &mut ReadingForm) {
        let mut seen: Vec<&str> = Vec::new();
        for list in lists(sample.text).filter(|list| names(list).next().is_some()) {
            if !seen.contains(&list) {
                seen.push(list);
            }
        }
        form.columns = seen.first().map(|list| names(list).map(str::to_owned).collect()).unwrap_or_default();
        column_lists::keep(form, seen.iter().skip(1).map(|list| names(list).collect::<Vec<_>>().join(" ")));
        for line in sample.text.lines().filter(|line| line.starts_with('#')) {
            if directive(line, "#Time Format:").is_some_and(|value| value.eq_ignore_ascii_case("local")) {
                form.notes.push((OFFSET.to_owned(), "local".to_owned()));
                break;
            }
            if let Some(minutes) = directive(line, "#GMT-Offset:").and_then(offset) {
                form.notes.push((OFFSET.to_owned(), minutes.to_string()));
                break;
            }
        }
    }

    fn scanner<'f>(&self, form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        let note = form.notes.iter().find(|(key, _)| key == OFFSET).map(|(_, value)| value.as_str());
        let offset = note.map_or(Some(0), |note| note.parse().ok());
        let mut plans: Vec<Plan> = vec![Plan::of(form.columns.iter().map(String::as_str))];
        plans.extend(column_lists::further(form).map(|list| Plan::of(list.split(' '))));
        Box::new(Rows { plans, offset, heading: None })
    }

    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        column_lists::name(form, ' ', Words(text), out);
    }

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        column_lists::columns(form)
    }

    fn is_open(&self) -> bool {
        // Another list of columns may follow anywhere.
        true
    }
}

/// What follows a directive's name.
fn directive<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = line.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then(|| rest.trim())
}

fn lists(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| directive(line, "#Fields:"))
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split([' ', '\t']).filter(|name| !name.is_empty())
}

fn offset(text: &str) -> Option<i16> {
    ascii::signed_offset(&mut Cursor::new(text.as_bytes()), true)
}

/// Where the times stand in one list of columns.
#[derive(Clone, Copy, Debug)]
struct Plan {
    columns: usize,
    date: Option<usize>,
    time: Option<usize>,
}

impl Plan {
    fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut plan = Self { columns: 0, date: None, time: None };
        for name in names {
            if name.eq_ignore_ascii_case("date") {
                plan.date = plan.date.or(Some(plan.columns));
            } else if name.eq_ignore_ascii_case("time") {
                plan.time = plan.time.or(Some(plan.columns));
            }
            plan.columns += 1;
        }
        plan
    }
}

struct Rows {
    /// The list in force first.
    plans: Vec<Plan>,
    /// Minutes from GMT; `None` for the evidence's zone.
    offset: Option<i16>,
    heading: Option<Stamp>,
}

impl Rows {
    fn directive(&mut self, line: &str) {
        if let Some(list) = directive(line, "#Fields:") {
            self.plans.insert(0, Plan::of(names(list)));
            self.plans.truncate(32);
        } else if let Some(date) = directive(line, "#Date:").or_else(|| directive(line, "#Start-Date:")) {
            self.heading = ascii::any(date.as_bytes()).map(|(stamp, _)| stamp);
        }
    }

    fn stamp(&self, date: Option<&str>, time: Option<&str>) -> Option<Stamp> {
        let mut stamp = match date {
            Some(date) => ascii::any(date.as_bytes()).filter(|(_, len)| *len == date.len())?.0,
            None => Stamp { date: Date::Above, ..Stamp::day(2000, 1, 1)? },
        };
        if let Some(time) = time {
            let mut cursor = Cursor::new(time.as_bytes());
            if !ascii::time_of_day(&mut cursor, &mut stamp) || cursor.at != time.len() {
                return None;
            }
        }
        stamp.offset = stamp.offset.or(self.offset);
        (stamp.is_clock() && (stamp.precision > Precision::Day || date.is_some())).then_some(stamp)
    }
}

impl Scanner for Rows {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        if text.starts_with('#') {
            self.directive(text);
            return None;
        }
        let count = Words(text).count();
        let fitting = self.plans.iter().find(|plan| plan.columns == count);
        let plan = *fitting.or(self.plans.first())?;
        let cell = |place: Option<usize>| place.and_then(|place| Words(text).nth(place));
        let (date, time) = (cell(plan.date), cell(plan.time));
        let misfit = fitting.is_none().then_some(Reject::Columns);
        if date.is_none() && time.is_none() {
            return Some(Draft::undated(Undated::NoTime, misfit));
        }
        Some(match self.stamp(date.as_deref(), time.as_deref()) {
            Some(stamp) => Draft { dated: clock.place(&stamp), reject: misfit },
            None => Draft { dated: Dated::undated(Undated::Unreadable), reject: misfit.or(Some(Reject::Time)) },
        })
    }

    fn heading(&mut self) -> Option<Stamp> {
        self.heading.take()
    }
}

/// The words of a record: between blanks or tabs, or in quotation marks (doubled inside).
#[derive(Clone)]
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.0.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('"') {
            let mut from = 0;
            while let Some(mark) = inner.get(from..).and_then(|tail| tail.find('"')) {
                let after = from + mark + 1;
                match inner.as_bytes().get(after) {
                    Some(b'"') => from = after + 1,
                    None | Some(b' ' | b'\t') => {
                        self.0 = inner.get(after..).unwrap_or("");
                        let word = inner.get(..after - 1).unwrap_or("");
                        let doubled = word.contains("\"\"");
                        return Some(if doubled { word.replace("\"\"", "\"").into() } else { word.into() });
                    }
                    Some(_) => from = after,
                }
            }
        }
        let (word, tail) = rest.split_at(rest.find([' ', '\t']).unwrap_or(rest.len()));
        self.0 = tail;
        Some(word.into())
    }
}
