//! Zeek logs in their own form: tab-separated columns named by `#fields`, typed by `#types`.
//!
//! Logs of several kinds may follow each other in one file; a record is read with the list whose length it has.

use super::{Draft, Format, Sample, Scanner, column_lists};
use crate::ingest::times::{self, Clock, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// Zeek logs with tab-separated columns.
#[derive(Debug)]
pub(super) struct Zeek;

impl Format for Zeek {
    fn name(&self) -> &'static str {
        "zeek"
    }

    fn label(&self) -> Text {
        Text::new("Zeekログ（タブ区切り）", "Zeek log (TSV)")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        let lists: Vec<usize> = lists(sample).map(|list| list.split(separator(sample)).count()).collect();
        if lists.is_empty() || !sample.text.lines().any(|line| line.starts_with("#types")) {
            return 0;
        }
        let separator = separator(sample);
        let has_rows = sample.lines().next().is_some();
        if has_rows { sample.share(97, |line| lists.contains(&line.split(separator).count())).max(60) } else { 90 }
    }

    fn prepare(&self, sample: &Sample<'_>, form: &mut ReadingForm) {
        let separator = separator(sample);
        form.delimiter = Some(separator);
        let mut seen: Vec<&str> = Vec::new();
        for list in lists(sample) {
            if !seen.contains(&list) {
                seen.push(list);
            }
        }
        let names = |list: &&str| list.split(separator).map(str::to_owned).collect();
        form.columns = seen.first().map(names).unwrap_or_default();
        column_lists::keep(form, seen.iter().skip(1).map(|list| (*list).to_owned()));
    }

    fn scanner<'f>(&self, form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        let separator = form.delimiter.unwrap_or('\t');
        let mut counts = vec![form.columns.len()];
        counts.extend(column_lists::further(form).map(|list| list.split(separator).count()));
        Box::new(Rows { separator, counts })
    }

    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        let separator = form.delimiter.unwrap_or('\t');
        column_lists::name(form, separator, text.split(separator).map(Cow::Borrowed), out);
    }

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        column_lists::columns(form)
    }

    fn is_open(&self) -> bool {
        true
    }
}

/// `#separator \x09`, written with a blank of its own.
fn separator(sample: &Sample<'_>) -> char {
    let stated = sample.text.lines().take(20).find_map(|line| line.strip_prefix("#separator "));
    let stated = stated.and_then(|value| value.trim().strip_prefix("\\x"));
    let byte = stated.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
    byte.map_or('\t', char::from)
}

fn lists<'a>(sample: &Sample<'a>) -> impl Iterator<Item = &'a str> {
    let separator = separator(sample);
    let lines = sample.text.lines().filter_map(|line| line.strip_prefix("#fields"));
    lines.filter_map(move |rest| rest.strip_prefix(separator))
}

struct Rows {
    separator: char,
    counts: Vec<usize>,
}

impl Scanner for Rows {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        if let Some(directive) = text.strip_prefix('#') {
            if let Some(list) = directive.strip_prefix("fields").and_then(|rest| rest.strip_prefix(self.separator)) {
                self.counts.insert(0, list.split(self.separator).count());
                self.counts.truncate(32);
            }
            return None;
        }
        let misfit = (!self.counts.contains(&text.split(self.separator).count())).then_some(Reject::Columns);
        let cell = text.split(self.separator).next().unwrap_or("").trim();
        // The first column is the time in every log Zeek writes; "-" stands where it has none.
        if cell.is_empty() || cell == "-" {
            return Some(Draft::undated(Undated::NoTime, misfit));
        }
        Some(match number::epoch(cell).or_else(|| times::whole(cell, false)) {
            Some(stamp) => Draft { dated: clock.place(&stamp), reject: misfit },
            None => Draft::undated(Undated::Unreadable, misfit.or(Some(Reject::Time))),
        })
    }
}
